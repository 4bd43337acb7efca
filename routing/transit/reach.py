"""Earliest arrivals, one journey or one arrival per stop: Dijkstra over patterns.

Stops are taken up in the order in which riders can board there. The first trip of each pattern is
ridden until somebody left with that trip, or an earlier one, before. Stops wait in buckets of about
a minute, and one that becomes ready sooner is taken up again; so hops of zero seconds, which no
order serves, need no care. Nothing but the patterns is read: no list of connections, no transfers.
"""

from typing import NamedTuple

import numpy as np

from routing.kernel import kernel
from routing.transit.journey import SEATED, Journey, journey_of, write_ride
from routing.transit.raptor import _first_trip
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
#: Seconds of a bucket as a shift, and buckets; the last one holds all that is later.
_BUCKET_SHIFT, _N_BUCKETS = 6, 2048


class ReachWorkspace(NamedTuple):
    """Arrays that one search fills; reusable for one timetable, by one thread at a time."""

    ready: Int32Array  # (s,) earliest service second at which the rider can board
    ride: Int32Array  # (s,) earliest service second at which a trip brings the rider
    ready_from: Int32Array  # (s,) stop whose ride made it ready; NONE: by access or not at all
    trip: Int32Array  # (s,) trip that brings the rider
    board: Int32Array  # (s,) position where that trip is boarded, or SEATED
    alight: Int32Array  # (s,) position where it is left
    egress_s: Int32Array  # (s,) s, NEVER where the stop is no egress
    boarded: Int32Array  # (c,) first trip that riders are on when it leaves that call; NEVER: none
    head: Int32Array  # (b,) first stop of each bucket, or NONE
    after: Int32Array  # (s,) next stop of the same bucket, or NONE
    before: Int32Array  # (s,) stop before it in its bucket, or NONE
    bucket: Int32Array  # (s,) bucket that the stop waits in, or NONE
    rides: Int32Array  # (n, 4) as `journey.write_legs` reads them, last ride first
    seat_trip: Int32Array  # (t,) trip whose riders stayed seated for this one
    seat_board: Int32Array  # (t,) position where they boarded that trip, or SEATED
    to_ride: Int32Array  # (n + 1, 2) trip and position where it is boarded, or SEATED


def reach_workspace(timetable: Timetable) -> ReachWorkspace:
    """Fresh arrays for searches of ``timetable``."""
    s, c, t = timetable.n_stops, len(timetable.patterns.stop), timetable.n_trips
    n_stays = len(timetable.patterns.stay_trip)
    lists = (_N_BUCKETS, s, s, s)
    sizes = (s, s, s, s, s, s, s, c, *lists, (s + 1 + n_stays, 4), t, t, (n_stays + 1, 2))
    return ReachWorkspace._make(np.empty(size, np.int32) for size in sizes)


def earliest_arrivals(
    timetable: Timetable,
    access: Offsets,
    dep_time: int,
    workspace: ReachWorkspace | None = None,
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
        Arrays of `reach_workspace` to reuse; made afresh when absent.
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
    .. [1] Witt (2015). Trip-Based Public Transit Routing. *ESA 2015*, LNCS 9294.
           https://doi.org/10.1007/978-3-662-48350-3_85 (where a ride along a trip ends).
    """
    work = workspace or reach_workspace(timetable)
    start = get_offsets(*access, timetable.n_stops)
    departure = get_time(dep_time)
    bound = NEVER if limit_s is None else get_time(dep_time + limit_s + 1)
    _reach(timetable.patterns, timetable.walks, start, _NO_EGRESS, departure, bound, work)
    arrivals = np.minimum(work.ready, work.ride)
    # Rides are bounded; walks before and after them may still be too long.
    arrivals[arrivals >= bound] = NEVER
    return arrivals


def find_earliest_journey(
    timetable: Timetable,
    access: Offsets,
    egress: Offsets,
    dep_time: int,
    workspace: ReachWorkspace | None = None,
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
        Arrays of `reach_workspace` to reuse; made afresh when absent.

    Returns
    -------
    Journey or None
        It rides at least once; going on foot alone is for the caller to compare.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.
    """
    work = workspace or reach_workspace(timetable)
    start = get_offsets(*access, timetable.n_stops)
    end = get_offsets(*egress, timetable.n_stops)
    departure = get_time(dep_time)
    last = _reach(timetable.patterns, timetable.walks, start, end, departure, NEVER, work)
    if last == NONE:
        return None
    n_rides = _trace(timetable.patterns, last, work)
    return journey_of(timetable, work.rides[:n_rides][::-1], start, end)


@kernel
def _reach(patterns, walks, access, egress, dep_time, best, work):
    # Fills work with arrivals before ``best``; returns where the best journey alights, or NONE.
    work.ready[:] = NEVER
    work.ride[:] = NEVER
    work.ready_from[:] = NONE
    work.egress_s[:] = NEVER
    work.boarded[:] = NEVER
    work.head[:] = NONE
    work.bucket[:] = NONE
    n_waiting = np.int64(0)
    for i in range(access.stop.shape[0]):
        stop, time = access.stop[i], dep_time + access.seconds[i]
        if time < work.ready[stop]:
            work.ready[stop] = time
            n_waiting += _wait(stop, time - dep_time, work)
    for i in range(egress.stop.shape[0]):
        work.egress_s[egress.stop[i]] = min(work.egress_s[egress.stop[i]], egress.seconds[i])
    last, bucket = NONE, 0
    while n_waiting > 0:
        stop = work.head[bucket]
        if stop == NONE:
            bucket += 1
            continue
        _take_up(stop, work)
        n_waiting -= 1
        ready = work.ready[stop]
        if ready >= best:
            continue
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
            first, end = patterns.stop_ptr[pattern], patterns.stop_ptr[pattern + 1]
            if not patterns.flags[first + pos] & CAN_BOARD or first + pos + 1 >= end:
                continue
            none = min(work.boarded[first + pos], patterns.trip_ptr[pattern + 1])
            trip = _first_trip(patterns, pattern, pos, ready, none)
            if trip == none:
                continue
            work.to_ride[0, 0], work.to_ride[0, 1] = trip, pos
            low, n = 0, 1
            while low < n:
                best, last, n_more, n = _ride(patterns, walks, low, n, dep_time, best, last, work)
                n_waiting += n_more
                low += 1
    return last


@kernel
def _ride(patterns, walks, at, n, dep_time, best, last, work):
    # Rides one trip until somebody left with it, or an earlier one, before. Returns the best
    # arrival, where it alights, how many more stops wait, and the count of trips to ride: whoever
    # is on board at the last call may stay seated.
    trip, board = work.to_ride[at, 0], work.to_ride[at, 1]
    pattern = patterns.trip_pattern[trip]
    first, end = patterns.stop_ptr[pattern], patterns.stop_ptr[pattern + 1]
    events = patterns.trip_event_ptr[trip] - first
    n_more = np.int64(0)
    call = first if board == SEATED else first + board
    while call + 1 < end and work.boarded[call] > trip:
        work.boarded[call] = trip
        call += 1
        time = patterns.arr_time[events + call]
        if time >= best:
            return best, last, n_more, n
        there = patterns.stop[call]
        if not patterns.flags[call] & CAN_ALIGHT or time >= work.ride[there]:
            continue
        work.ride[there] = time
        work.trip[there] = trip
        work.board[there] = board
        work.alight[there] = call - first
        n_more += _make_ready(walks, there, time, dep_time, work)
        if work.egress_s[there] < NEVER and time + work.egress_s[there] < best:
            best, last = time + work.egress_s[there], there
    if call + 1 == end:
        for i in range(patterns.stay_ptr[trip], patterns.stay_ptr[trip + 1]):
            following = patterns.stay_trip[i]
            if work.boarded[patterns.stop_ptr[patterns.trip_pattern[following]]] > following:
                work.seat_trip[following] = trip
                work.seat_board[following] = board
                work.to_ride[n, 0], work.to_ride[n, 1] = following, SEATED
                n += 1
    return best, last, n_more, n


@kernel
def _make_ready(walks, stop, time, dep_time, work):
    # Passes an arrival on to where it can be boarded; returns how many more stops wait.
    n_more = np.int64(0)
    if time + walks.change_s[stop] < work.ready[stop]:
        work.ready[stop] = time + walks.change_s[stop]
        work.ready_from[stop] = stop
        n_more += _wait(stop, work.ready[stop] - dep_time, work)
    for k in range(walks.ptr[stop], walks.ptr[stop + 1]):
        other, there = walks.stop[k], time + walks.seconds[k]
        if there < work.ready[other]:
            work.ready[other] = there
            work.ready_from[other] = stop
            n_more += _wait(other, there - dep_time, work)
    return n_more


@kernel
def _wait(stop, after_s, work):
    # Puts a stop into the bucket of its time; 1 if it was in none, else 0.
    bucket = min(after_s >> _BUCKET_SHIFT, _N_BUCKETS - 1)
    was_waiting = work.bucket[stop] != NONE
    if was_waiting:
        if work.bucket[stop] == bucket:
            return 0
        _take_up(stop, work)
    head = work.head[bucket]
    work.after[stop] = head
    work.before[stop] = NONE
    if head != NONE:
        work.before[head] = stop
    work.head[bucket] = stop
    work.bucket[stop] = bucket
    return 0 if was_waiting else 1


@kernel
def _take_up(stop, work):
    # Takes a stop out of its bucket.
    before, after = work.before[stop], work.after[stop]
    if before == NONE:
        work.head[work.bucket[stop]] = after
    else:
        work.after[before] = after
    if after != NONE:
        work.before[after] = before
    work.bucket[stop] = NONE


@kernel
def _trace(patterns, last, work):
    # Fills work.rides backwards from stop ``last``; returns the count of rides.
    n_rides = 0
    stop = last
    while stop != NONE:
        trip, board = work.trip[stop], work.board[stop]
        n_rides = write_ride(patterns, trip, board, work.alight[stop], n_rides, work.rides)
        while board == SEATED:
            trip, board = work.seat_trip[trip], work.seat_board[trip]
            alight = patterns.trip_event_ptr[trip + 1] - patterns.trip_event_ptr[trip] - 1
            n_rides = write_ride(patterns, trip, board, alight, n_rides, work.rides)
        stop = work.ready_from[
            patterns.stop[patterns.stop_ptr[patterns.trip_pattern[trip]] + board]
        ]
    return n_rides
