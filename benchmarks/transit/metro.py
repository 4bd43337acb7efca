"""A made metro area as a GTFS feed: 8 million stop_times, a million and a half of them a day.

A street grid of 30 km with a stop at each side of each corner, bus lines that wander between two
far places along it, and rail lines with stations of two platforms. Headways and speeds follow the
hour, so that later buses overtake now and then as they do in the wild. The same seed makes the
same feed.
"""

import argparse
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

SEED = 8_000_000
#: Corners along one side of the grid, and the metres between two of them.
N_CORNERS, BLOCK_M = 76, 400.0
N_BUS_LINES, N_RAIL_LINES = 330, 24
SOUTH_WEST = (-74.20, 40.55)
_METRE_LAT = 1 / 111_195
_METRE_LON = _METRE_LAT / np.cos(np.radians(40.68))
#: Hours 4 .. 26 of a service day: departures an hour and speed, each beside the busiest hour.
_HOURS = np.arange(4, 26)
_DEMAND = np.array(
    [.15, .3, .6, 1, 1, .8, .6, .6, .6, .6, .7, .9, 1, 1, .9, .7, .5, .4, .35, .3, .2, .15]
)  # fmt: skip
_SPEED = np.array(
    [1, 1, .95, .8, .75, .8, .85, .85, .85, .85, .8, .75, .7, .7, .75, .85, .9, .95, 1, 1, 1, 1]
)  # fmt: skip
#: Services: weekdays of calendar.txt, share of the weekday's departures, dates of the calendar.
SERVICES = {
    "weekday": ("1,1,1,1,1,0,0", 1.0, "20260901,20261215"),
    "saturday": ("0,0,0,0,0,1,0", 0.75, "20260901,20261215"),
    "sunday": ("0,0,0,0,0,0,1", 0.6, "20260901,20261215"),
    "winter": ("1,1,1,1,1,0,0", 1.05, "20261216,20270115"),
    "winter_weekend": ("0,0,0,0,0,1,1", 0.7, "20261216,20270115"),
    "spring": ("1,1,1,1,1,0,0", 1.0, "20270116,20270601"),
}


class Line(NamedTuple):
    """One direction of a line."""

    route: int
    stops: np.ndarray  # (n,) rows of the stop table
    run_s: np.ndarray  # (n - 1,) s to the next stop at full speed
    an_hour: float  # departures in the busiest hour
    is_rail: bool


class Stops(NamedTuple):
    """Rows of ``stops.txt``."""

    lon: np.ndarray
    lat: np.ndarray
    parent: np.ndarray  # row, or -1


def write_metro(path: Path, services: tuple[str, ...] = tuple(SERVICES), seed: int = SEED) -> None:
    """Write the feed.

    Parameters
    ----------
    path
        Zip file to write.
    services
        Names in `SERVICES`; one of them comes to some 1.6 million stop_times.
    seed
        Of everything that is drawn.
    """
    random = np.random.default_rng(seed)
    stops, lines = _network(random)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _small_tables(stops, lines, services).items():
            archive.writestr(f"{name}.txt", text)
        trips: list[str] = ["route_id,service_id,trip_id,direction_id\n"]
        with archive.open("stop_times.txt", "w", force_zip64=True) as file:
            file.write(b"trip_id,arrival_time,departure_time,stop_id,stop_sequence\n")
            for service in services:
                print(f"making {service}", file=sys.stderr)
                trips += _write_service(file, service, lines, random)
        archive.writestr("trips.txt", "".join(trips))


def _network(random: np.random.Generator) -> tuple[Stops, list[Line]]:
    corner = np.arange(N_CORNERS * N_CORNERS)
    x, y = np.divmod(corner, N_CORNERS)
    # Two sides of a corner 24 m apart: one for either direction.
    east = np.concatenate((x * BLOCK_M, x * BLOCK_M + 24.0))
    north = np.concatenate((y * BLOCK_M, y * BLOCK_M))
    parent = np.full(len(east), -1)
    lines: list[Line] = []
    for route in range(N_BUS_LINES):
        way = _wander(random, stride=1)
        an_hour = float(random.uniform(2.5, 8))
        for side, path in enumerate((way, way[::-1])):
            run_s = random.uniform(40, 75, len(path) - 1)
            lines.append(Line(route, path + side * len(corner), run_s, an_hour, False))
    for route in range(N_BUS_LINES, N_BUS_LINES + N_RAIL_LINES):
        way = _wander(random, stride=3)
        first = len(east)
        here = np.concatenate((way, way))
        station = first + 2 * len(way) + np.arange(len(way))
        east = np.concatenate((east, x[here] * BLOCK_M + 60, x[way] * BLOCK_M + 60))
        north = np.concatenate((north, y[here] * BLOCK_M + 40, y[way] * BLOCK_M + 40))
        parent = np.concatenate((parent, station, station, np.full(len(way), -1)))
        for side in range(2):
            platforms = first + side * len(way) + np.arange(len(way))[:: 1 - 2 * side]
            run_s = random.uniform(90, 150, len(way) - 1)
            lines.append(Line(route, platforms, run_s, 12.0, True))
    lon = SOUTH_WEST[0] + (east + random.normal(0, 8, len(east))) * _METRE_LON
    lat = SOUTH_WEST[1] + (north + random.normal(0, 8, len(east))) * _METRE_LAT
    return Stops(lon, lat, parent), lines


def _wander(random: np.random.Generator, stride: int) -> np.ndarray:
    """Corners along streets between two far places, turning a few times."""
    while True:
        start, end = random.integers(0, N_CORNERS // stride, (2, 2)) * stride
        away = np.abs(end - start).sum() // stride
        if 15 <= away <= 48 or (stride > 1 and away >= 12):
            break
    here, path = start.copy(), [start.copy()]
    axis = int(random.integers(2))
    while (here != end).any():
        if here[axis] == end[axis] or random.random() < 0.08:
            axis = 1 - axis
            if here[axis] == end[axis]:
                axis = 1 - axis
        here[axis] += stride * np.sign(end[axis] - here[axis])
        path.append(here.copy())
    return np.array([x * N_CORNERS + y for x, y in path])


def _departures(random: np.random.Generator, an_hour: float, share: float) -> np.ndarray:
    """Departures over the day, service seconds."""
    times = []
    offset = random.uniform(0, 1)
    for hour, demand in zip(_HOURS, _DEMAND, strict=True):
        headway_s = 3600 / max(an_hour * demand * share, 0.7)
        now = hour * 3600 + offset * headway_s
        while now < (hour + 1) * 3600:
            times.append(now)
            now += headway_s
    jitter = random.normal(0, 20, len(times))
    return np.sort(np.array(times) + jitter).astype(np.int64)


def _runs(
    line: Line, departures: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Arrivals and departures of every run at every stop, each (runs, stops), service seconds."""
    hour = np.clip(departures // 3600 - _HOURS[0], 0, len(_HOURS) - 1)
    pace = np.ones(len(departures)) if line.is_rail else 1 / _SPEED[hour]
    pace = pace * random.normal(1, 0.01 if line.is_rail else 0.03, len(pace))
    run_s = np.maximum(np.rint(line.run_s[None, :] * pace[:, None]), 20).astype(np.int64)
    stand_s = 20 if line.is_rail else 0
    steps = np.cumsum(run_s + stand_s, axis=1)
    arr = departures[:, None] + np.concatenate(
        (np.zeros((len(departures), 1), np.int64), steps - stand_s), axis=1
    )
    dep = arr + stand_s
    dep[:, 0] = arr[:, 0]
    return arr, dep


def _write_service(
    file: IO[bytes], service: str, lines: list[Line], random: np.random.Generator
) -> Iterator[str]:
    share = SERVICES[service][1]
    for direction, line in enumerate(lines):
        arr, dep = _runs(line, _departures(random, line.an_hour, share), random)
        tails = [f",s{stop},{i}\n" for i, stop in enumerate(line.stops.tolist())]
        for run in range(len(arr)):
            trip = f"{service}-{direction}-{run}"
            yield f"r{line.route},{service},{trip},{direction % 2}\n"
            rows = [
                f"{trip},{_clock(a)},{_clock(d)}{tail}"
                for a, d, tail in zip(arr[run].tolist(), dep[run].tolist(), tails, strict=True)
            ]
            file.write("".join(rows).encode())


def _clock(time: int) -> str:
    return f"{time // 3600:02}:{time // 60 % 60:02}:{time % 60:02}"


def _small_tables(stops: Stops, lines: list[Line], services: tuple[str, ...]) -> dict[str, str]:
    used = np.unique(np.concatenate([line.stops for line in lines]))
    used = np.union1d(used, stops.parent[used][stops.parent[used] >= 0]).tolist()
    stations = set(stops.parent.tolist())
    routes = sorted({(line.route, 1 if line.is_rail else 3) for line in lines})
    return {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\n"
        "m,Made metro,https://example.org,America/New_York\n",
        "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        + "".join(
            f"s{i},Corner {i},{stops.lat[i]:.6f},{stops.lon[i]:.6f},{int(i in stations)},"
            + (f"s{stops.parent[i]}\n" if stops.parent[i] >= 0 else "\n")
            for i in used
        ),
        "routes": "route_id,agency_id,route_short_name,route_type\n"
        + "".join(f"r{route},m,{route},{kind}\n" for route, kind in routes),
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\n"
        + "".join(f"{name},{SERVICES[name][0]},{SERVICES[name][2]}\n" for name in services),
    }


def main() -> int:
    """Write the feed named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--services", nargs="+", choices=tuple(SERVICES), default=tuple(SERVICES))
    chosen = parser.parse_args()
    write_metro(chosen.out, tuple(chosen.services))
    return 0


if __name__ == "__main__":
    sys.exit(main())
