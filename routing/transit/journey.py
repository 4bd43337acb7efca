"""Journeys in legs, and a checker that replays one against the timetable.

A journey walks to its first stop as late as it can, rides, walks at most once between two rides,
and leaves the last stop at once.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from routing.errors import TimetableError
from routing.kernel import kernel
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD, Offsets, Timetable
from routing.types import NEVER, NONE

#: Columns of the rows that `write_legs` fills: a kind, then the fields of `Leg`.
LEG_WIDTH = 9
#: In place of where a trip is boarded: the rider stayed seated on the vehicle's trip before.
SEATED = NONE
_ACCESS, _RIDE, _TRANSFER, _EGRESS = range(4)


class LegKind(StrEnum):
    """What a traveller does during a leg."""

    ACCESS = "access"
    RIDE = "ride"
    TRANSFER = "transfer"
    EGRESS = "egress"


_KINDS = (LegKind.ACCESS, LegKind.RIDE, LegKind.TRANSFER, LegKind.EGRESS)


class Leg(NamedTuple):
    """One part of a journey; times in service seconds, indices of the timetable or ``NONE``.

    Attributes
    ----------
    kind
        Access and egress have one stop only; a transfer is a walk between two stops.
    from_stop
        Stop index; ``NONE`` for access.
    to_stop
        Stop index; ``NONE`` for egress.
    dep_time
        Start of the leg.
    arr_time
        End of the leg.
    trip_idx
        Trip of the timetable; ``NONE`` unless the leg is a ride.
    board_pos
        Position along the trip's pattern where it is boarded.
    alight_pos
        Position along the trip's pattern where it is left.
    stays_seated
        Whether the vehicle of the ride before goes on as this one: no change, no transfer.
    """

    kind: LegKind
    from_stop: int
    to_stop: int
    dep_time: int
    arr_time: int
    trip_idx: int = int(NONE)
    board_pos: int = int(NONE)
    alight_pos: int = int(NONE)
    stays_seated: bool = False


@dataclass(frozen=True, slots=True)
class Journey:
    """Legs in order of time, the first an access and the last an egress."""

    legs: tuple[Leg, ...]

    @property
    def dep_time(self) -> int:
        """Latest departure from the start that still catches the first ride, service seconds."""
        return self.legs[0].dep_time

    @property
    def arr_time(self) -> int:
        """Arrival at the destination, service seconds."""
        return self.legs[-1].arr_time

    @property
    def rides(self) -> tuple[Leg, ...]:
        """The legs in vehicles."""
        return tuple(leg for leg in self.legs if leg.kind is LegKind.RIDE)

    @property
    def n_trips(self) -> int:
        """Count of rides, on one seat counted once; one more than the count of transfers."""
        return sum(leg.kind is LegKind.RIDE and not leg.stays_seated for leg in self.legs)


def journey_of(timetable: Timetable, rides: Any, access: Offsets, egress: Offsets) -> Journey:
    """The journey that takes ``rides``, with the walks before, between and after.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    rides
        Rows ``(trip, boarding event, alighting event, 1 if seated since the ride before)`` in
        order of travel, shape (n, 4).
    access
        Stops within reach of the start; the shortest to the first boarding is taken.
    egress
        Stops within reach of the destination; the shortest from the last alighting is taken.

    Returns
    -------
    Journey
        Its access leg leaves just in time for the first ride.
    """
    rows = np.empty((2 * len(rides) + 1, LEG_WIDTH), np.int32)
    n_rows = write_legs(
        timetable.patterns, timetable.walks, access, egress, rides, rows, np.int64(0)
    )
    return journey_of_rows(rows[:n_rows].tolist())[0]


def journey_of_rows(rows: list[list[int]]) -> list[Journey]:
    """Journeys from the rows that `write_legs` filled, one after the other."""
    journeys, legs = [], []
    for row in rows:
        kind = row[0]
        row[0] = _KINDS[kind]  # type: ignore[call-overload]
        row[8] = row[8] == 1
        legs.append(Leg._make(row))
        if kind == _EGRESS:
            journeys.append(Journey(tuple(legs)))
            legs = []
    return journeys


@kernel
def write_legs(patterns, walks, access, egress, rides, rows, at):
    """Write the legs of one journey into ``rows`` from row ``at`` on; return the row after it.

    Parameters
    ----------
    patterns
        Of the timetable.
    walks
        Of the timetable.
    access
        Offsets at the start.
    egress
        Offsets at the destination.
    rides
        Rows ``(trip, boarding event, alighting event, 1 if seated since the ride before)`` in
        order of travel, shape (n, 4).
    rows
        Filled; each row holds a kind and the fields of `Leg`, shape (m, LEG_WIDTH).
    at
        First row to fill; at most 2 n + 1 are.

    Returns
    -------
    int
        Row after the last one.
    """
    before = NONE
    for i in range(rides.shape[0]):
        trip, board, alight = rides[i, 0], rides[i, 1], rides[i, 2]
        events = patterns.trip_event_ptr[trip]
        first = patterns.stop_ptr[patterns.trip_pattern[trip]]
        from_stop = patterns.stop[first + board - events]
        dep_time = patterns.dep_time[board]
        if i == 0:
            walk_s = _offset_s(access, from_stop)
            _write_leg(rows, at, _ACCESS, NONE, from_stop, dep_time - walk_s, dep_time)
            at += 1
        elif before != from_stop and not rides[i, 3]:
            time = rows[at - 1, 4]
            there = time + _walk_s(walks, before, from_stop)
            _write_leg(rows, at, _TRANSFER, before, from_stop, time, there)
            at += 1
        to_stop = patterns.stop[first + alight - events]
        _write_leg(rows, at, _RIDE, from_stop, to_stop, dep_time, patterns.arr_time[alight])
        rows[at, 5] = trip
        rows[at, 6] = board - events
        rows[at, 7] = alight - events
        rows[at, 8] = rides[i, 3]
        at += 1
        before = to_stop
    time = rows[at - 1, 4]
    _write_leg(rows, at, _EGRESS, before, NONE, time, time + _offset_s(egress, before))
    return at + 1


@kernel
def write_ride(patterns, trip, board, alight, n_rides, rides):
    """Write a row of ``rides``, boarded and left at positions of its pattern; return their count.

    ``board`` may be `SEATED`.
    """
    events = patterns.trip_event_ptr[trip]
    rides[n_rides, 0] = trip
    rides[n_rides, 1] = events if board == SEATED else events + board
    rides[n_rides, 2] = events + alight
    rides[n_rides, 3] = 1 if board == SEATED else 0
    return n_rides + 1


@kernel
def _write_leg(rows, at, kind, from_stop, to_stop, dep_time, arr_time):
    rows[at, 0] = kind
    rows[at, 1] = from_stop
    rows[at, 2] = to_stop
    rows[at, 3] = dep_time
    rows[at, 4] = arr_time
    rows[at, 5:8] = NONE
    rows[at, 8] = 0


@kernel
def _offset_s(offsets, stop):
    best = NEVER
    for i in range(offsets.stop.shape[0]):
        if offsets.stop[i] == stop:
            best = min(best, offsets.seconds[i])
    return best


@kernel
def _walk_s(walks, from_stop, to_stop):
    for k in range(walks.ptr[from_stop], walks.ptr[from_stop + 1]):
        if walks.stop[k] == to_stop:
            return walks.seconds[k]
    return NEVER


def _shortest(offsets: Offsets, stop: int) -> int:
    there = offsets.seconds[offsets.stop == stop]
    if not len(there):
        raise TimetableError(f"stop {stop} is not among the {len(offsets.stop)} offsets")
    return int(there.min())


def get_walk_s(timetable: Timetable, from_stop: int, to_stop: int) -> int:
    """Seconds between alighting at one stop and boarding at another (or the same).

    Raises
    ------
    TimetableError
        If no footpath joins the two stops.
    """
    walks = timetable.walks
    if from_stop == to_stop:
        return int(walks.change_s[from_stop])
    start, end = walks.ptr[from_stop], walks.ptr[from_stop + 1]
    k = start + int(np.searchsorted(walks.stop[start:end], to_stop))
    if k == end or walks.stop[k] != to_stop:
        raise TimetableError(f"no footpath from stop {from_stop} to stop {to_stop}")
    return int(walks.seconds[k])


def check_journey(
    timetable: Timetable, journey: Journey, access: Offsets, egress: Offsets, dep_time: int
) -> None:
    """Replay a journey call by call, independently of the kernels that found it.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    journey
        The journey to check.
    access
        Offsets that the query allowed at the start.
    egress
        Offsets that the query allowed at the destination.
    dep_time
        Departure asked for, service seconds.

    Raises
    ------
    TimetableError
        At the first leg that the timetable, the walks or the offsets do not allow.
    """
    start, *middle, end = journey.legs
    if start.kind is not LegKind.ACCESS or end.kind is not LegKind.EGRESS or not journey.rides:
        raise TimetableError("a journey is an access, at least one ride, and an egress")
    if start.dep_time < dep_time:
        raise TimetableError(f"leaves at {start.dep_time}, before {dep_time}")
    if start.arr_time - start.dep_time != _shortest(access, start.to_stop):
        raise TimetableError("the access leg is not the offset of its stop")
    if end.arr_time - end.dep_time != _shortest(egress, end.from_stop):
        raise TimetableError("the egress leg is not the offset of its stop")
    for leg, following in zip(middle, journey.legs[2:], strict=True):
        if leg.kind is LegKind.RIDE:
            _check_ride(timetable, leg, following)
        elif leg.arr_time - leg.dep_time != get_walk_s(timetable, leg.from_stop, leg.to_stop):
            raise TimetableError(f"a transfer takes {leg.arr_time - leg.dep_time} s")
    for before, after in pairwise(journey.legs):
        _check_seam(timetable, before, after)


def _check_ride(timetable: Timetable, leg: Leg, following: Leg) -> None:
    patterns = timetable.patterns
    pattern = patterns.trip_pattern[leg.trip_idx]
    calls = slice(patterns.stop_ptr[pattern], patterns.stop_ptr[pattern + 1])
    stops, flags = patterns.stop[calls], patterns.flags[calls]
    events = patterns.trip_event_ptr[leg.trip_idx]
    if not 0 <= leg.board_pos < leg.alight_pos < len(stops):
        raise TimetableError(f"trip {leg.trip_idx} is not ridden forwards")
    if stops[leg.board_pos] != leg.from_stop or stops[leg.alight_pos] != leg.to_stop:
        raise TimetableError(f"trip {leg.trip_idx} does not call at these stops")
    if patterns.dep_time[events + leg.board_pos] != leg.dep_time:
        raise TimetableError(f"trip {leg.trip_idx} does not leave at {leg.dep_time}")
    if patterns.arr_time[events + leg.alight_pos] != leg.arr_time:
        raise TimetableError(f"trip {leg.trip_idx} does not arrive at {leg.arr_time}")
    gets_on = leg.stays_seated or flags[leg.board_pos] & CAN_BOARD
    if not gets_on or not (following.stays_seated or flags[leg.alight_pos] & CAN_ALIGHT):
        raise TimetableError(f"trip {leg.trip_idx} does not let riders on or off there")


def _check_seam(timetable: Timetable, before: Leg, after: Leg) -> None:
    if after.stays_seated:
        _check_stay(timetable, before, after)
        return
    if before.to_stop != after.from_stop:
        raise TimetableError(f"a leg ends at stop {before.to_stop}, the next starts elsewhere")
    if before.kind is LegKind.TRANSFER and after.kind is not LegKind.RIDE:
        raise TimetableError("two walks in a row")
    both_rides = before.kind is after.kind is LegKind.RIDE
    needed_s = int(timetable.walks.change_s[after.from_stop]) if both_rides else 0
    if before.arr_time + needed_s > after.dep_time:
        raise TimetableError(f"a leg leaves at {after.dep_time}, before the rider is there")


def _check_stay(timetable: Timetable, before: Leg, after: Leg) -> None:
    patterns = timetable.patterns
    if before.kind is not LegKind.RIDE or after.kind is not LegKind.RIDE:
        raise TimetableError("nobody stays seated but from ride to ride")
    stays = slice(patterns.stay_ptr[before.trip_idx], patterns.stay_ptr[before.trip_idx + 1])
    if after.trip_idx not in patterns.stay_trip[stays]:
        raise TimetableError(f"trip {before.trip_idx} does not go on as trip {after.trip_idx}")
    last = patterns.trip_event_ptr[before.trip_idx + 1] - 1
    if before.alight_pos != last - patterns.trip_event_ptr[before.trip_idx] or after.board_pos:
        raise TimetableError("riders stay seated from the last call to the first")
    if before.arr_time > after.dep_time:
        raise TimetableError(f"a leg leaves at {after.dep_time}, before the rider is there")
