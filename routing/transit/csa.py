"""Connection scan: earliest arrivals, one journey or one arrival per stop.

A hop of zero seconds may lead to a departure in the same second, in any order of trips. No order
of the connections serves every query (two trips may feed each other within one second), so the
departures of one second are scanned again until nothing new can be boarded in that second.
"""

from typing import NamedTuple

import numpy as np

from routing.kernel import kernel
from routing.transit.journey import SEATED, Journey, journey_of, write_ride
from routing.transit.timetable import (
    CAN_ALIGHT,
    CAN_BOARD,
    Offsets,
    Timetable,
    get_offsets,
    get_time,
)
from routing.types import NEVER, NONE, Int32Array, frozen

_NO_EGRESS = Offsets(frozen([]), frozen([]))


class ScanWorkspace(NamedTuple):
    """Arrays that one scan fills; reusable for one timetable, by one thread at a time."""

    ready: Int32Array  # (s,) earliest service second at which the rider can board
    ride: Int32Array  # (s,) earliest service second at which a trip brings the rider
    ready_from: Int32Array  # (s,) stop whose ride made it ready; NONE: by access or not at all
    boarded: Int32Array  # (s,) connection where the ride to this stop was boarded
    alighted: Int32Array  # (s,) connection that arrives here
    trip_boarded: Int32Array  # (t,) connection where the trip is boarded; n: not yet; -1 - i:
    # riders of trip i stayed seated
    egress_s: Int32Array  # (s,) s, NEVER where the stop is no egress
    rides: Int32Array  # (n, 4) as `journey.write_legs` reads them, last ride first


def scan_workspace(timetable: Timetable) -> ScanWorkspace:
    """Fresh arrays for scans of ``timetable``."""
    s, t = timetable.n_stops, timetable.n_trips
    rides = (s + 1 + len(timetable.patterns.stay_trip), 4)
    sizes = (s, s, s, s, s, t, s, rides)
    return ScanWorkspace._make(np.empty(size, np.int32) for size in sizes)


def earliest_arrivals(
    timetable: Timetable,
    access: Offsets,
    dep_time: int,
    workspace: ScanWorkspace | None = None,
    limit_s: int | None = None,
) -> Int32Array:
    """Earliest arrival at every stop, on foot from the last ride where that is sooner.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    access
        Stops within reach of the start and the s to each.
    dep_time
        Departure from the start, service seconds.
    workspace
        Arrays of `scan_workspace` to reuse; made afresh when absent.
    limit_s
        Longest time from the departure on, s, included: an isochrone's; no bound when absent.

    Returns
    -------
    ndarray of int32, shape (n_stops,)
        Arrival in service seconds; ``NEVER`` where the stop is out of reach.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.

    References
    ----------
    .. [1] Dibbelt, Pajor, Strasser, Wagner (2018). Connection Scan Algorithm.
           *ACM J. Exp. Algorithmics* 23. https://doi.org/10.1145/3274661
    """
    work = workspace or scan_workspace(timetable)
    start = get_offsets(*access, timetable.n_stops)
    departure = get_time(dep_time)
    bound = NEVER if limit_s is None else get_time(dep_time + limit_s + 1)
    _scan(
        timetable.patterns, timetable.connections, timetable.walks,
        start, _NO_EGRESS, departure, bound, work,
    )  # fmt: skip
    arrivals = np.minimum(work.ready, work.ride)
    # The scan bounds rides; walks before and after them may still be too long.
    arrivals[arrivals >= bound] = NEVER
    return arrivals


def find_earliest_journey(
    timetable: Timetable,
    access: Offsets,
    egress: Offsets,
    dep_time: int,
    workspace: ScanWorkspace | None = None,
) -> Journey | None:
    """The journey that arrives first, or None when no trip leads there.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    access
        Stops within reach of the start and the s to each.
    egress
        Stops within reach of the destination and the s from each.
    dep_time
        Departure from the start, service seconds.
    workspace
        Arrays of `scan_workspace` to reuse; made afresh when absent.

    Returns
    -------
    Journey or None
        It rides at least once; going on foot alone is for the caller to compare.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.
    """
    work = workspace or scan_workspace(timetable)
    start = get_offsets(*access, timetable.n_stops)
    end = get_offsets(*egress, timetable.n_stops)
    departure = get_time(dep_time)
    patterns, connections = timetable.patterns, timetable.connections
    last = _scan(patterns, connections, timetable.walks, start, end, departure, NEVER, work)
    if last == NONE:
        return None
    n_rides = _trace(patterns, connections, last, work)
    return journey_of(timetable, work.rides[:n_rides][::-1], start, end)


def find_arrival(
    timetable: Timetable,
    access: Offsets,
    egress: Offsets,
    dep_time: int,
    workspace: ScanWorkspace | None = None,
) -> int | None:
    """Arrival of `find_earliest_journey`, service seconds, or None; no journey is made."""
    work = workspace or scan_workspace(timetable)
    start = get_offsets(*access, timetable.n_stops)
    end = get_offsets(*egress, timetable.n_stops)
    patterns, connections, walks = timetable.patterns, timetable.connections, timetable.walks
    last = _scan(patterns, connections, walks, start, end, get_time(dep_time), NEVER, work)
    return None if last == NONE else int(work.ride[last] + work.egress_s[last])


@kernel
def _scan(patterns, c, walks, access, egress, dep_time, best, work):
    # Fills work with arrivals before ``best``; returns where the best journey alights, or NONE.
    n = c.dep_time.shape[0]
    work.ready[:] = NEVER
    work.ride[:] = NEVER
    work.ready_from[:] = NONE
    work.egress_s[:] = NEVER
    work.trip_boarded[:] = n
    first = NEVER
    for i in range(access.stop.shape[0]):
        time = dep_time + access.seconds[i]
        work.ready[access.stop[i]] = min(work.ready[access.stop[i]], time)
        first = min(first, time)
    for i in range(egress.stop.shape[0]):
        work.egress_s[egress.stop[i]] = min(work.egress_s[egress.stop[i]], egress.seconds[i])
    last = NONE
    start = np.searchsorted(c.dep_time, first)
    while start < n and c.dep_time[start] < best:
        now = c.dep_time[start]
        end = start
        while end < n and c.dep_time[end] == now:
            end += 1
        again = True
        while again:
            again = False
            for i in range(start, end):
                if work.trip_boarded[c.trip[i]] > i:
                    if not c.flags[i] & CAN_BOARD or work.ready[c.dep_stop[i]] > now:
                        continue
                    # In a repeated scan the trip may be boarded earlier than before, never later.
                    work.trip_boarded[c.trip[i]] = i
                if patterns.stay_trip.shape[0]:
                    again |= _stay_seated(patterns, c, i, n, now, work)
                stop, time = c.arr_stop[i], c.arr_time[i]
                if not c.flags[i] & CAN_ALIGHT or time >= work.ride[stop] or time >= best:
                    continue
                work.ride[stop] = time
                work.boarded[stop] = work.trip_boarded[c.trip[i]]
                work.alighted[stop] = i
                if _make_ready(walks, stop, time, now, work):
                    again = True
                if work.egress_s[stop] < NEVER and time + work.egress_s[stop] < best:
                    best, last = time + work.egress_s[stop], stop
        start = end
    return last


@kernel
def _stay_seated(patterns, c, i, n, now, work):
    # At the last hop of a trip, seats its riders in what the vehicle goes on as; True if that
    # leaves at ``now``, so that its hops may have been passed over.
    trip = c.trip[i]
    opened = False
    if c.event[i] + 2 == patterns.trip_event_ptr[trip + 1]:
        for k in range(patterns.stay_ptr[trip], patterns.stay_ptr[trip + 1]):
            following = patterns.stay_trip[k]
            if work.trip_boarded[following] == n:
                work.trip_boarded[following] = -1 - trip
                opened |= patterns.dep_time[patterns.trip_event_ptr[following]] == now
    return opened


@kernel
def _make_ready(walks, stop, time, now, work):
    # Passes an arrival on to where it can be boarded; True if something opens up at ``now``.
    opened = False
    if time + walks.change_s[stop] < work.ready[stop]:
        opened = work.ready[stop] > now and time + walks.change_s[stop] == now
        work.ready[stop] = time + walks.change_s[stop]
        work.ready_from[stop] = stop
    for k in range(walks.ptr[stop], walks.ptr[stop + 1]):
        other, there = walks.stop[k], time + walks.seconds[k]
        if there < work.ready[other]:
            opened = opened or there == now
            work.ready[other] = there
            work.ready_from[other] = stop
    return opened


@kernel
def _trace(patterns, c, last, work):
    # Fills work.rides backwards from stop ``last``; returns the count of rides.
    n_rides = 0
    stop = last
    while stop != NONE:
        board, trip = work.boarded[stop], c.trip[work.alighted[stop]]
        alight = c.event[work.alighted[stop]] + 1 - patterns.trip_event_ptr[trip]
        while board < 0:
            n_rides = write_ride(patterns, trip, SEATED, alight, n_rides, work.rides)
            trip = -1 - board
            alight = patterns.trip_event_ptr[trip + 1] - patterns.trip_event_ptr[trip] - 1
            board = work.trip_boarded[trip]
        at = c.event[board] - patterns.trip_event_ptr[trip]
        n_rides = write_ride(patterns, trip, at, alight, n_rides, work.rides)
        stop = work.ready_from[c.dep_stop[board]]
    return n_rides
