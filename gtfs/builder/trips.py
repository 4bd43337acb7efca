"""Trips of a day with the time at each stop.

Rule: a stop time is departure + driving times of that time of day + dwells before it. Where the
running time of the whole trip is known, the driving part is stretched to it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gtfs.builder.network import BusNetwork
from gtfs.builder.schema import Pattern, Running, TimetableRow
from gtfs.builder.sources import Sources
from gtfs.builder.timetable import list_departures
from routing.errors import AreaError
from routing.road.travel import get_travel_s


class Call(NamedTuple):
    """A trip at a stop."""

    arrival_time: int  # service seconds
    departure_time: int  # service seconds


class Trip(NamedTuple):
    """One departure of a pattern."""

    trip_id: str
    service_id: str
    pattern: Pattern
    calls: Sequence[Call]  # one for each stop of the pattern


def list_trips(sources: Sources, network: BusNetwork) -> list[Trip]:
    """Return every trip of the timetable.

    Parameters
    ----------
    sources
        Patterns, timetable and constants.
    network
        Driving times.

    Returns
    -------
    list of Trip
        By timetable row, then departure.

    Raises
    ------
    AreaError
        If departures do not fit, or a running time is too short for its dwells.
    """
    trips = []
    for row in sources.timetable:
        pattern = sources.patterns[row.route_id, row.direction_id]
        n_runs = sources.routes[row.route_id].runs_per_day
        for departure in list_departures(row, sources.profiles[row.profile], n_runs):
            clock = f"{departure // 3600:02d}{departure // 60 % 60:02d}"
            drives = _drives(pattern, row, departure, sources.running, network)
            calls = _calls(departure, drives, sources.running.dwell_s)
            trip_id = f"{pattern.shape_id}-{row.service}-{clock}"
            trips.append(Trip(trip_id, row.service, pattern, calls))
    return trips


def _drives(
    pattern: Pattern, row: TimetableRow, departure: int, running: Running, network: BusNetwork
) -> list[int]:
    """Seconds on the road between each stop and the next."""
    n_dwells = len(pattern.stop_ids) - 2
    if len(pattern.stop_ids) == 2 and row.running_min:
        return [row.running_min * 60]
    drives: list[int] = []
    for origin, destination in pairwise(pattern.stop_ids):
        now = departure + sum(drives) + len(drives) * running.dwell_s
        places = network.place_of[origin], network.place_of[destination]
        car_s = get_travel_s(network.times, *places, now)
        drives.append(max(1, round(car_s * running.bus_to_car_pct / 100)))
    if row.running_min is None:
        return drives
    return _stretched(drives, row, row.running_min * 60 - n_dwells * running.dwell_s)


def _stretched(drives: Sequence[int], row: TimetableRow, total_s: int) -> list[int]:
    if total_s < len(drives):
        raise AreaError(
            f"route {row.route_id}: {row.running_min} min do not even cover the dwells",
            "timetable.csv",
            field="running_min",
        )
    so_far = [sum(drives[:n]) * total_s // sum(drives) for n in range(len(drives) + 1)]
    return [after - before for before, after in pairwise(so_far)]


def _calls(departure: int, drives: Sequence[int], dwell_s: int) -> list[Call]:
    calls = [Call(departure, departure)]
    for drive in drives:
        arrival = calls[-1].departure_time + drive
        calls.append(Call(arrival, arrival + dwell_s))
    last = calls[-1].arrival_time
    return [*calls[:-1], Call(last, last)]
