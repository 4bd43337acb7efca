"""RAPTOR: journeys that are best in arrival or in count of trips, round by round.

Round ``k`` knows every place reachable with ``k`` trips. A stop holds two times: when a trip
brings the rider (`ride`), from where they may walk or leave, and when they can board (`ready`).
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
    longest_stay,
)
from routing.types import NEVER, NONE, Int32Array, frozen

DEFAULT_MAX_TRIPS = 8

_NO_EGRESS = Offsets(frozen([]), frozen([]))


class RoundWorkspace(NamedTuple):
    """Arrays that one query fills; reusable for one timetable, by one thread at a time.

    ``s`` stops, ``p`` patterns, ``k`` the most trips that fit. Row 0 of the tables is the start.
    """

    ready: Int32Array  # (s,) earliest service second at which the rider can board
    ride: Int32Array  # (s,) earliest service second at which a trip brings the rider
    egress_s: Int32Array  # (s,) s, NEVER where the stop is no egress
    marked: Int32Array  # (s,) stop indices whose `ready` fell in the last round
    is_marked: Int32Array  # (s,) 0 or 1
    reached: Int32Array  # (s,) stop indices whose `ride` fell in this round
    is_reached: Int32Array  # (s,) 0 or 1
    queue: Int32Array  # (p,) patterns to ride in this round
    first_pos: Int32Array  # (p,) where to start along a queued pattern; NEVER: not queued
    ready_from: Int32Array  # (k + 1, s) stop whose ride made it ready in that round, or NONE
    ride_trip: Int32Array  # (k + 1, s) trip that brings the rider in that round, or NONE
    ride_board: Int32Array  # (k + 1, s) position along the pattern where it is boarded
    ride_alight: Int32Array  # (k + 1, s) position along the pattern where it is left
    target: Int32Array  # (k + 1,) stop where the best journey of that round alights, or NONE
    rides: Int32Array  # (n, 4) as `journey.write_legs` reads them, last ride first
    seat_trip: Int32Array  # (t,) trip whose riders stayed seated for this one, or NONE
    seat_board: Int32Array  # (t,) position where they boarded that trip, or SEATED
    seated: Int32Array  # (t,) trips that riders stayed seated for
    n_seated: Int32Array  # (1,) count of these


def round_workspace(timetable: Timetable, max_trips: int = DEFAULT_MAX_TRIPS) -> RoundWorkspace:
    """Fresh arrays for queries of at most ``max_trips`` trips over ``timetable``."""
    s, p, t = timetable.n_stops, timetable.n_patterns, timetable.n_trips
    per_round = [(max_trips + 1, s)] * 4
    rides = (max_trips * longest_stay(timetable.patterns), 4)
    sizes = (s, s, s, s, s, s, s, p, p, *per_round, max_trips + 1, rides, t, t, t, 1)
    work = RoundWorkspace._make(np.empty(size, np.int32) for size in sizes)
    work.seat_trip[:] = NONE
    work.n_seated[:] = 0
    return work


def find_journeys(
    timetable: Timetable,
    access: Offsets,
    egress: Offsets,
    dep_time: int,
    max_trips: int = DEFAULT_MAX_TRIPS,
    workspace: RoundWorkspace | None = None,
) -> list[Journey]:
    """Journeys of which none is beaten in both arrival and count of trips.

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
    max_trips
        Most trips in one journey.
    workspace
        Arrays of `round_workspace` (for at least ``max_trips``) to reuse; made when absent.

    Returns
    -------
    list of Journey
        Fewest trips first, so latest arrival first; empty when no trip leads there. Each rides at
        least once; going on foot alone is for the caller to compare.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.
    ValueError
        If ``max_trips`` is below 1 or above what the workspace holds.

    References
    ----------
    .. [1] Delling, Pajor, Werneck (2015). Round-Based Public Transit Routing.
           *Transportation Science* 49(3). https://doi.org/10.1287/trsc.2014.0534
    """
    work = workspace or round_workspace(timetable, max_trips)
    _check_max_trips(max_trips, work)
    start = get_offsets(*access, timetable.n_stops)
    end = get_offsets(*egress, timetable.n_stops)
    departure, rounds = get_time(dep_time), np.int32(max_trips)
    n_rounds = _run_rounds(timetable.patterns, timetable.walks, start, end, departure, rounds, work)
    journeys = []
    for k in range(1, n_rounds + 1):
        if work.target[k] != NONE:
            n_rides = _trace(timetable.patterns, np.int32(k), work)
            journeys.append(journey_of(timetable, work.rides[:n_rides][::-1], start, end))
    return journeys


def earliest_arrivals(
    timetable: Timetable,
    access: Offsets,
    dep_time: int,
    max_trips: int = DEFAULT_MAX_TRIPS,
    workspace: RoundWorkspace | None = None,
) -> Int32Array:
    """Earliest arrival at every stop with at most ``max_trips`` trips.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    access
        Stops within reach of the start and the s to each.
    dep_time
        Departure from the start, service seconds.
    max_trips
        Most trips in one journey.
    workspace
        Arrays of `round_workspace` (for at least ``max_trips``) to reuse; made when absent.

    Returns
    -------
    ndarray of int32, shape (n_stops,)
        Arrival in service seconds; ``NEVER`` where the stop is out of reach.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.
    ValueError
        If ``max_trips`` is below 1 or above what the workspace holds.
    """
    work = workspace or round_workspace(timetable, max_trips)
    _check_max_trips(max_trips, work)
    start = get_offsets(*access, timetable.n_stops)
    departure, rounds = get_time(dep_time), np.int32(max_trips)
    _run_rounds(timetable.patterns, timetable.walks, start, _NO_EGRESS, departure, rounds, work)
    return np.minimum(work.ready, work.ride)


def _check_max_trips(max_trips: int, work: RoundWorkspace) -> None:
    if not 1 <= max_trips < len(work.target):
        raise ValueError(f"max_trips is {max_trips}, the workspace holds 1..{len(work.target) - 1}")


@kernel
def _run_rounds(patterns, walks, access, egress, dep_time, max_trips, work):
    # Fills work; returns the count of rounds run. target[k] is set where round k improved.
    work.ready[:] = NEVER
    work.ride[:] = NEVER
    work.egress_s[:] = NEVER
    work.is_marked[:] = 0
    work.is_reached[:] = 0
    work.first_pos[:] = NEVER
    work.ready_from[0] = NONE
    for i in range(work.n_seated[0]):
        work.seat_trip[work.seated[i]] = NONE
    work.n_seated[0] = 0
    n_marked = 0
    for i in range(access.stop.shape[0]):
        stop, time = access.stop[i], dep_time + access.seconds[i]
        if time < work.ready[stop]:
            work.ready[stop] = time
            work.ready_from[0, stop] = stop
            n_marked = _mark(stop, n_marked, work)
    for i in range(egress.stop.shape[0]):
        work.egress_s[egress.stop[i]] = min(work.egress_s[egress.stop[i]], egress.seconds[i])
    best = NEVER
    for k in range(1, max_trips + 1):
        work.ready_from[k] = NONE
        work.ride_trip[k] = NONE
        work.target[k] = NONE
        n_queued = _queue_patterns(patterns, n_marked, work)
        n_reached = 0
        for i in range(n_queued):
            best, n_reached = _ride(patterns, work.queue[i], k, best, n_reached, work)
        n_marked = _walk(walks, k, n_reached, work)
        if n_marked == 0:
            return k
    return max_trips


@kernel
def _mark(stop, n_marked, work):
    if work.is_marked[stop]:
        return n_marked
    work.is_marked[stop] = 1
    work.marked[n_marked] = stop
    return n_marked + 1


@kernel
def _queue_patterns(patterns, n_marked, work):
    # Queues each pattern once, from its first marked stop; clears the marks.
    n_queued = 0
    for i in range(n_marked):
        stop = work.marked[i]
        work.is_marked[stop] = 0
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
            if work.first_pos[pattern] == NEVER:
                work.queue[n_queued] = pattern
                n_queued += 1
            work.first_pos[pattern] = min(work.first_pos[pattern], pos)
    return n_queued


@kernel
def _ride(patterns, pattern, k, best, n_reached, work):
    # Rides one pattern from its first marked stop; always in the earliest trip within reach.
    first = patterns.stop_ptr[pattern]
    n_calls = patterns.stop_ptr[pattern + 1] - first
    trip_end = patterns.trip_ptr[pattern + 1]
    trip, board = trip_end, 0
    start = work.first_pos[pattern]
    work.first_pos[pattern] = NEVER
    for pos in range(start, n_calls):
        stop, flags = patterns.stop[first + pos], patterns.flags[first + pos]
        if trip < trip_end and flags & CAN_ALIGHT:
            best, n_reached = _alight(patterns, stop, k, trip, board, pos, best, n_reached, work)
        if flags & CAN_BOARD and work.ready[stop] < NEVER and pos + 1 < n_calls:
            earlier = _first_trip(patterns, pattern, pos, work.ready[stop], trip)
            if earlier < trip:
                trip, board = earlier, pos
    if trip < trip_end and patterns.stay_ptr[trip] < patterns.stay_ptr[trip + 1]:
        best, n_reached = _stay_seated(patterns, trip, board, k, best, n_reached, work)
    return best, n_reached


@kernel
def _alight(patterns, stop, k, trip, board, pos, best, n_reached, work):
    # Takes an arrival at a stop, if it is news.
    time = patterns.arr_time[patterns.trip_event_ptr[trip] + pos]
    if time < work.ride[stop] and time < best:
        work.ride[stop] = time
        work.ride_trip[k, stop] = trip
        work.ride_board[k, stop] = board
        work.ride_alight[k, stop] = pos
        if not work.is_reached[stop]:
            work.is_reached[stop] = 1
            work.reached[n_reached] = stop
            n_reached += 1
        if work.egress_s[stop] < NEVER and time + work.egress_s[stop] < best:
            best = time + work.egress_s[stop]
            work.target[k] = stop
    return best, n_reached


@kernel
def _stay_seated(patterns, trip, board, k, best, n_reached, work):
    # Rides on in the trips that the vehicle goes on as. Whoever came first was there with no more
    # trips and at the same times, so each is ridden once in a query.
    low = work.n_seated[0]
    n = _take_seats(patterns, trip, board, low, work)
    while low < n:
        following = work.seated[low]
        low += 1
        first = patterns.stop_ptr[patterns.trip_pattern[following]]
        n_calls = patterns.stop_ptr[patterns.trip_pattern[following] + 1] - first
        for pos in range(1, n_calls):
            if patterns.flags[first + pos] & CAN_ALIGHT:
                stop = patterns.stop[first + pos]
                best, n_reached = _alight(
                    patterns, stop, k, following, SEATED, pos, best, n_reached, work
                )
        n = _take_seats(patterns, following, SEATED, n, work)
    work.n_seated[0] = n
    return best, n_reached


@kernel
def _take_seats(patterns, trip, board, n, work):
    for i in range(patterns.stay_ptr[trip], patterns.stay_ptr[trip + 1]):
        following = patterns.stay_trip[i]
        if work.seat_trip[following] == NONE:
            work.seat_trip[following] = trip
            work.seat_board[following] = board
            work.seated[n] = following
            n += 1
    return n


@kernel
def _first_trip(patterns, pattern, pos, ready, before):
    # First trip of the pattern that leaves ``pos`` at ``ready`` or later; ``before`` if none is.
    low, high = patterns.trip_ptr[pattern], before
    while low < high:
        middle = (low + high) // 2
        if patterns.dep_time[patterns.trip_event_ptr[middle] + pos] < ready:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _walk(walks, k, n_reached, work):
    # Passes this round's arrivals on to where they can board; clears `is_reached`.
    n_marked = 0
    for i in range(n_reached):
        stop = work.reached[i]
        work.is_reached[stop] = 0
        time = work.ride[stop] + walks.change_s[stop]
        if time < work.ready[stop]:
            work.ready[stop] = time
            work.ready_from[k, stop] = stop
            n_marked = _mark(stop, n_marked, work)
        for j in range(walks.ptr[stop], walks.ptr[stop + 1]):
            other, there = walks.stop[j], work.ride[stop] + walks.seconds[j]
            if there < work.ready[other]:
                work.ready[other] = there
                work.ready_from[k, other] = stop
                n_marked = _mark(other, n_marked, work)
    return n_marked


@kernel
def _trace(patterns, k, work):
    # Fills work.rides backwards from round k's target; returns the count of rides.
    stop = work.target[k]
    n_rides = 0
    while k > 0:
        trip = work.ride_trip[k, stop]
        board = work.ride_board[k, stop]
        n_rides = write_ride(patterns, trip, board, work.ride_alight[k, stop], n_rides, work.rides)
        while board == SEATED:
            trip, board = work.seat_trip[trip], work.seat_board[trip]
            last = patterns.trip_event_ptr[trip + 1] - patterns.trip_event_ptr[trip] - 1
            n_rides = write_ride(patterns, trip, board, last, n_rides, work.rides)
        boarded_at = patterns.stop[patterns.stop_ptr[patterns.trip_pattern[trip]] + board]
        k -= 1
        while work.ready_from[k, boarded_at] == NONE:
            k -= 1
        stop = work.ready_from[k, boarded_at]
    return n_rides
