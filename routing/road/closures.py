"""Driving times of a day on which roads are closed for a while.

Rule: driving times stay FIFO and no place becomes unreachable, because whoever may not drive
now can wait until a road opens again. So a closure is a ramp that falls by one second in a
second until its end, and a place behind it is as far away as that end.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from routing.road.geometry import Region
from routing.road.graph import RoadGraph, close
from routing.road.matrix import SpeedProfile, road_times
from routing.road.travel import TravelTimes, slice_at, travel_times
from routing.types import NEVER, Int32Array

#: Nobody sets out so shortly before a road closes: they might not be through in time.
LEAD_S = 10 * 60
#: Knots before the end of a closure, where waiting begins to pay for one pair or another.
_RAMP_S = (60, 180, 360, 600, 900, 1500, 2400)
_BEGIN, _END = -int(NEVER), int(NEVER)


class Closing(NamedTuple):
    """Roads through ``area`` are closed in ``[from_time, until_time)``, service seconds."""

    area: Region
    from_time: int
    until_time: int


class _Slot(NamedTuple):
    """A part of the day with the same roads open."""

    begin: int
    end: int
    travel: TravelTimes


def times_with_closures(
    graph: RoadGraph, profile: SpeedProfile, nodes: Any, closings: Sequence[Closing]
) -> TravelTimes:
    """Driving times between nodes, with roads closed by time of day.

    Parameters
    ----------
    graph
        Roads.
    profile
        Speeds by class and time of day.
    nodes
        Node index of each place, shape (n,).
    closings
        What is closed when; periods may overlap.

    Returns
    -------
    TravelTimes
        Those of `road_times` away from all closures. Exact at their knots; between two of them
        where waiting for an end begins to pay, a little short of exact.

    Raises
    ------
    RoadError
        As `road_times`.
    """
    slots = _slots(graph, profile, nodes, closings)
    knots = sorted({t for slot in slots for t in _knots(slot, profile)})
    seconds: list[Int32Array] = []
    at_end = slots[-1].travel.seconds[-1]
    for slot in reversed(slots):
        inside = [t for t in knots if slot.begin <= t < slot.end]
        found = [_at(slot, t, at_end) for t in inside]
        seconds[:0] = found
        if slot.begin > _BEGIN:
            at_end = found[0]
    return travel_times(knots, np.array(seconds))


def _slots(
    graph: RoadGraph, profile: SpeedProfile, nodes: Any, closings: Sequence[Closing]
) -> list[_Slot]:
    bounds = {t for c in closings for t in (c.from_time - LEAD_S, c.until_time)}
    known: dict[tuple[int, ...], TravelTimes] = {}
    slots = []
    for begin, end in pairwise([_BEGIN, *sorted(bounds), _END]):
        shut = tuple(
            i for i, c in enumerate(closings) if c.from_time - LEAD_S <= begin < c.until_time
        )
        if shut not in known:
            roads = graph
            for i in shut:
                roads = close(roads, closings[i].area)
            known[shut] = road_times(roads, profile, nodes)
        slots.append(_Slot(begin, end, known[shut]))
    return slots


def _knots(slot: _Slot, profile: SpeedProfile) -> set[int]:
    wanted = set(profile.knot_time.tolist())
    if slot.begin > _BEGIN:
        wanted.add(slot.begin)
    if slot.end < _END:
        wanted |= {slot.end - 1, *(slot.end - ramp_s for ramp_s in _RAMP_S)}
    return {t for t in wanted if slot.begin <= t < slot.end}


def _at(slot: _Slot, time: int, at_end: Int32Array) -> Int32Array:
    """Seconds when leaving at ``time``: at once, or when the next slot begins."""
    now = slice_at(slot.travel, time).seconds[0].astype(np.int64)
    if slot.end == _END:
        return now.astype(np.int32)
    later = np.where(at_end >= NEVER, np.int64(NEVER), at_end + np.int64(slot.end - time))
    np.fill_diagonal(later, 0)
    return np.minimum(np.minimum(now, later), NEVER).astype(np.int32)
