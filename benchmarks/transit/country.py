"""A made feed in the shape of a national one: a whole country in one zip, with its known faults.

Cities with bus lines (written as trams), metros, coaches between cities (as buses), trains along
lines of stations (as ferries), ferries (as trains); one row of calendar, long expired; texts in
CP949; ids with prefixes. Everything follows from the seed. Nothing in it is a real place.
"""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

#: As such feeds have them: tram is bus, ferry train, train ferry, bus coach, metro metro.
WRONG = {"city": 0, "metro": 1, "ferry": 2, "coach": 3, "rail": 4}
_FIRST, _LAST = 5 * 3600, 22 * 3600
_PART = 200_000


@dataclass(frozen=True)
class Country:
    """How large a country is.

    Attributes
    ----------
    n_cities
        Cities, spread over the peninsula; the first lies around 128.585, 38.199.
    lines
        Bus lines of a city.
    trips
        Trips of a bus line in a day.
    calls
        Calls of a bus trip.
    seed
        Of everything random.
    """

    n_cities: int = 8
    lines: int = 3
    trips: int = 4
    calls: int = 12
    seed: int = 2026


class _Rows:
    """Columns of trips that are being made."""

    def __init__(self) -> None:
        self.stops: list[tuple[str, str, float, float]] = []
        self.routes: list[tuple[str, str, int]] = []
        self.trips: list[tuple[str, str]] = []
        #: (first trip, count, stops along the way, first departure of each, seconds a hop)
        self.runs: list[tuple[int, int, np.ndarray, np.ndarray, int]] = []


def write_country(path: Path, country: Country) -> int:
    """Write the feed.

    Parameters
    ----------
    path
        Zip file to write.
    country
        How large.

    Returns
    -------
    int
        Count of stop_times.
    """
    rows = _make(country)
    n_calls = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("agency.txt", _text(
            "agency_id,agency_name,agency_url,agency_timezone",
            [("A1", "전국교통", "https://example.org", "Asia/Seoul")],
        ))  # fmt: skip
        archive.writestr("calendar.txt", _text(
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            [("1", 1, 1, 1, 1, 1, 1, 1, "20230102", "20231231")],
        ))  # fmt: skip
        archive.writestr("stops.txt", _text("stop_id,stop_name,stop_lat,stop_lon", rows.stops))
        archive.writestr("routes.txt", _text(
            "route_id,agency_id,route_short_name,route_long_name,route_type",
            [(key, "A1", name, f"{name} 노선", kind) for key, name, kind in rows.routes],
        ))  # fmt: skip
        with archive.open("trips.txt", "w", force_zip64=True) as file:
            file.write(b"route_id,service_id,trip_id\r\n")
            for start in range(0, len(rows.trips), _PART):
                part = rows.trips[start : start + _PART]
                file.write("".join(f"{route},1,{trip}\r\n" for route, trip in part).encode())
        with archive.open("stop_times.txt", "w", force_zip64=True) as file:
            header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint\r\n"
            file.write(header.encode())
            for run in rows.runs:
                table = _calls(rows, run)
                n_calls += len(table)
                out = io.BytesIO()
                options = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
                arrow_csv.write_csv(table, out, options)
                file.write(out.getvalue().replace(b"\n", b"\r\n"))
    return n_calls


def _text(header: str, rows: list) -> bytes:
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode("cp949")


def _make(country: Country) -> _Rows:
    random = np.random.default_rng(country.seed)
    rows = _Rows()
    centres = np.column_stack(
        (
            random.uniform(126.2, 129.2, country.n_cities),
            random.uniform(34.5, 37.7, country.n_cities),
        )
    )
    centres[0] = 128.585, 38.199
    for city, (lon, lat) in enumerate(centres):
        own = _add_stops(rows, f"BS_ACC1_{city:03d}", f"도시{city} 정류장",
                         random.normal(lon, 0.02, country.calls * 4),
                         random.normal(lat, 0.015, country.calls * 4))  # fmt: skip
        for line in range(country.lines):
            way = random.choice(own, country.calls, replace=False)
            _add_line(rows, random, f"RS_ACC1_S-{city:03d}-{line:03d}", f"{line + 1}번", "city",
                      way, country.trips, 110)  # fmt: skip
        if city % 4 == 1:
            way = random.choice(own, min(len(own), 15), replace=False)
            _add_line(rows, random, f"RS_MTR_{city:03d}", "1호선", "metro", way, country.trips, 120)
    stations = _add_stops(rows, "BS_RAIL", "역", centres[:, 0], centres[:, 1])
    terminals = _add_stops(rows, "BS_BUS", "터미널", centres[:, 0] + 0.01, centres[:, 1])
    by_latitude = np.argsort(centres[:, 1])
    for line in range(4):
        others = by_latitude[random.random(country.n_cities) < 0.7]
        way = stations[np.append(others[others != 0], 0)] if line % 2 == 0 else stations[others]
        if len(way) > 1:
            _add_line(rows, random, f"RS_RAIL_{line}", f"기차 {line}", "rail", way, 6, 1500)
    for city in range(1, country.n_cities):
        way = terminals[[city, int(random.integers(0, city))]]
        _add_line(rows, random, f"RS_COACH_{city:03d}", "시외", "coach", way, 5, 7200)
    piers = _add_stops(rows, "BS_SHIP", "항", np.array([129.0, 130.9]), np.array([37.5, 37.5]))
    _add_line(rows, random, "RS_SHIP_1", "배", "ferry", piers, 2, 10_800)
    return rows


def _add_stops(rows: _Rows, prefix: str, name: str, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    first = len(rows.stops)
    for i, (x, y) in enumerate(zip(lon, lat, strict=True)):
        rows.stops.append(
            (f"{prefix}_{i:04d}", f"{name}{i}", round(float(y), 6), round(float(x), 6))
        )
    return np.arange(first, len(rows.stops))


def _add_line(
    rows: _Rows,
    random: np.random.Generator,
    route: str,
    name: str,
    kind: str,
    way: np.ndarray,
    n_trips: int,
    hop_s: int,
) -> None:
    rows.routes.append((route, name, WRONG[kind]))
    first = len(rows.trips)
    rows.trips += [(route, f"{route}_Ord{i:04d}") for i in range(n_trips)]
    departures = np.sort(random.integers(_FIRST, _LAST, n_trips)) // 60 * 60
    rows.runs.append((first, n_trips, way, departures, hop_s))


def _calls(rows: _Rows, run: tuple[int, int, np.ndarray, np.ndarray, int]) -> pa.Table:
    first, n_trips, way, departures, hop_s = run
    n = len(way)
    seconds = (departures[:, None] + hop_s * np.arange(n)).ravel()
    clock = _clock(seconds)
    trips = pa.array([trip for _, trip in rows.trips[first : first + n_trips]])
    stops = pa.array([rows.stops[stop][0] for stop in way])
    return pa.table(
        {
            "trip_id": trips.take(pa.array(np.repeat(np.arange(n_trips), n))),
            "arrival_time": clock,
            "departure_time": clock,
            "stop_id": stops.take(pa.array(np.tile(np.arange(n), n_trips))),
            "stop_sequence": pa.array(np.tile(np.arange(1, n + 1), n_trips)),
            "timepoint": pa.array(np.zeros(n * n_trips, np.int8)),
        }
    )


def _clock(seconds: np.ndarray) -> pa.Array:
    digits = np.empty((len(seconds), 8), np.uint8)
    parts = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    for at, part in zip((0, 3, 6), parts, strict=True):
        digits[:, at], digits[:, at + 1] = part // 10 + 48, part % 10 + 48
    digits[:, [2, 5]] = ord(":")
    offsets = np.arange(0, 8 * len(seconds) + 1, 8, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(seconds), pa.py_buffer(offsets), pa.py_buffer(digits.tobytes())
    )
