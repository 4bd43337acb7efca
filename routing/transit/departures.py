"""The departures board of stops."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from routing.errors import TimetableError
from routing.transit.timetable import CAN_BOARD, Timetable


@dataclass(frozen=True, slots=True)
class Departure:
    """One trip that leaves a stop and takes riders.

    Attributes
    ----------
    dep_time
        Departure, service seconds.
    stop_idx
        Stop of the timetable.
    trip_idx
        Trip of the timetable.
    pos
        Position of the call along the trip's pattern.
    """

    dep_time: int
    stop_idx: int
    trip_idx: int
    pos: int


def next_departures(
    timetable: Timetable, stops: Any, from_time: int, limit: int = 20, until_time: int | None = None
) -> list[Departure]:
    """The next departures from ``stops``, earliest first.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    stops
        One stop index, or several (the platforms of a station).
    from_time
        First departure to list, service seconds, included.
    limit
        Most departures to list.
    until_time
        Last departure to list, service seconds, included; no bound when absent.

    Returns
    -------
    list of Departure
        Calls at which nobody may board, and last calls of trips, are left out.

    Raises
    ------
    TimetableError
        If a stop is not of this timetable.
    """
    found: list[Departure] = []
    for stop in sorted({int(stop) for stop in np.atleast_1d(stops)}):
        if not 0 <= stop < timetable.n_stops:
            raise TimetableError(f"stop {stop} is not in 0..{timetable.n_stops - 1}")
        patterns = timetable.patterns
        for k in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            pattern, pos = int(patterns.at_stop_pattern[k]), int(patterns.at_stop_pos[k])
            found += _departures_of(timetable, pattern, pos, from_time, limit)
    found.sort(key=lambda item: (item.dep_time, item.trip_idx, item.pos))
    if until_time is not None:
        found = [item for item in found if item.dep_time <= until_time]
    return found[:limit]


def _departures_of(
    timetable: Timetable, pattern: int, pos: int, from_time: int, limit: int
) -> list[Departure]:
    patterns = timetable.patterns
    call = int(patterns.stop_ptr[pattern]) + pos
    if call + 1 == patterns.stop_ptr[pattern + 1] or not patterns.flags[call] & CAN_BOARD:
        return []
    first, end = int(patterns.trip_ptr[pattern]), int(patterns.trip_ptr[pattern + 1])
    times = patterns.dep_time[patterns.trip_event_ptr[first:end] + pos]
    start = int(np.searchsorted(times, from_time))
    stop = int(patterns.stop[call])
    return [
        Departure(int(times[i]), stop, first + i, pos)
        for i in range(start, min(start + limit, end - first))
    ]
