"""Lower bounds of what is left of a journey, found beforehand for cells of stops.

Whoever rides on from a call needs at least so many trips, the present one counted, and so many
seconds to be brought to any stop of a cell: fastest rides, no waiting. The more trips, the sooner,
so three times are kept: with the fewest trips, with one more, and with any. The trip-based search
leaves out what cannot arrive before the best arrival known with as many trips.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing.kernel import kernel
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD, Patterns, Timetable, list_stays
from routing.types import NEVER, NONE, Int32Array

#: Bounds hold for journeys of at most so many trips.
MOST_TRIPS = 8
#: Times are kept in units of so many seconds, rounded down.
UNIT_S = 32
_MOST_UNITS = 255
# Parts of the work that threads take one by one.
_N_PARTS = 16
#: Bytes that all bounds may come to, and the most cells.
_MOST_BYTES, _MOST_CELLS = 48_000_000, 768


class Bounds(NamedTuple):
    """What is left to each cell of stops, by call of a pattern.

    ``s`` stops, ``c`` calls of patterns, ``m`` cells; the row of cell ``i`` begins at ``i * c``.
    Four bytes make an entry, the lowest first: fewest trips, this one counted (0: out of reach),
    then units of `UNIT_S` with so many trips, with one more, with `MOST_TRIPS`.
    """

    cell: Int32Array  # (s,) cell of each stop, frozen
    rest: npt.NDArray[np.uint32]  # (m * c,) entries, frozen


class _Rests(NamedTuple):
    """Arrays that one cell fills."""

    ride: Int32Array  # (c,) s from departing there on board
    next_ride: Int32Array  # (c,) the same when one more trip than the fewest was allowed
    first_ride: Int32Array  # (c,) the same with the fewest trips
    trips: Int32Array  # (c,) fewest trips, 0: out of reach
    alight: Int32Array  # (s,) s from alighting there
    board: Int32Array  # (s,) s from departing there
    is_news: Int32Array  # (s,) 1 where `alight` fell in the last round
    is_fallen: Int32Array  # (s,) 1 where `board` fell in this round


def build_bounds(
    timetable: Timetable, n_threads: int = 1, done: Callable[[float], None] = lambda share: None
) -> Bounds:
    """Lower bounds of the rest of every ride to every cell of stops.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    n_threads
        Threads to share the work; the kernel releases the GIL.
    done
        Told now and then, in this thread, which share of the work is done.

    Returns
    -------
    Bounds
        Valid for this very timetable: other times, footpaths or boarding rules need others.
    """
    patterns, walks = timetable.patterns, timetable.walks
    c, s = len(patterns.stop), timetable.n_stops
    fit = max(1, min(_MOST_CELLS, _MOST_BYTES // (4 * max(1, c))))
    cell = np.full(s, NONE, np.int32)
    n_cells = int(_grow(patterns, walks, np.int32(-(-s // fit)), cell, np.empty(s, np.int32)))
    pair_ptr = _pair_ptr(patterns)
    ride_s = np.empty(pair_ptr[-1], np.int32)
    _fastest(patterns, pair_ptr, ride_s)
    back = _turned(timetable)
    seats = np.unique(patterns.trip_pattern[list_stays(patterns)], axis=0)
    rest = np.empty(n_cells * c, np.uint32)
    by_cell = np.argsort(cell, kind="stable").astype(np.int32)
    ptr = np.searchsorted(cell[by_cell], np.arange(n_cells + 1))

    def fill(start: int, step: int) -> None:
        """Fill the rows of every n-th cell."""
        rests = _Rests(*(np.empty(size, np.int32) for size in (c, c, c, c, s, s, s, s)))
        for i in range(start, n_cells, step):
            stops = by_cell[ptr[i] : ptr[i + 1]]
            row = rest[i * c : (i + 1) * c]
            _rest(patterns, walks, back, seats, pair_ptr, ride_s, stops, rests, row)

    with ThreadPoolExecutor(n_threads) as pool:
        for i, _ in enumerate(pool.map(fill, range(_N_PARTS), [_N_PARTS] * _N_PARTS)):
            done((i + 1) / _N_PARTS)
    cell.setflags(write=False)
    rest.setflags(write=False)
    return Bounds(cell, rest)


def _pair_ptr(patterns: Patterns) -> npt.NDArray[np.int64]:
    """Where the calls before each call of a pattern begin, the first one first, (c + 1,)."""
    lengths = np.diff(patterns.stop_ptr)
    n_before = np.arange(len(patterns.stop)) - np.repeat(patterns.stop_ptr[:-1], lengths)
    return np.concatenate(([0], np.cumsum(n_before, dtype=np.int64)))


class _Back(NamedTuple):
    """Footpaths by where they lead to; those to stop ``i`` are ``ptr[i]:ptr[i + 1]``."""

    ptr: Int32Array
    stop: Int32Array
    seconds: Int32Array


def _turned(timetable: Timetable) -> _Back:
    walks = timetable.walks
    source = np.repeat(np.arange(timetable.n_stops), np.diff(walks.ptr))
    order = np.argsort(walks.stop, kind="stable")
    ptr = np.searchsorted(walks.stop[order], np.arange(timetable.n_stops + 1))
    return _Back(
        ptr.astype(np.int32), source[order].astype(np.int32), walks.seconds[order].astype(np.int32)
    )


@kernel
def _grow(patterns, walks, size, cell, queue):
    # Parts the stops into cells of at most ``size`` that hang together; returns how many.
    n_cells = 0
    for seed in range(cell.shape[0]):
        if cell[seed] != NONE:
            continue
        cell[seed] = n_cells
        queue[0] = seed
        low, n = 0, 1
        while low < n and n < size:
            stop = queue[low]
            low += 1
            for k in range(walks.ptr[stop], walks.ptr[stop + 1]):
                n = _take(walks.stop[k], n_cells, size, cell, queue, n)
            for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
                pattern = patterns.at_stop_pattern[j]
                call = patterns.stop_ptr[pattern] + patterns.at_stop_pos[j]
                if call > patterns.stop_ptr[pattern]:
                    n = _take(patterns.stop[call - 1], n_cells, size, cell, queue, n)
                if call + 1 < patterns.stop_ptr[pattern + 1]:
                    n = _take(patterns.stop[call + 1], n_cells, size, cell, queue, n)
        n_cells += 1
    return n_cells


@kernel
def _take(stop, n_cells, size, cell, queue, n):
    if n < size and cell[stop] == NONE:
        cell[stop] = n_cells
        queue[n] = stop
        n += 1
    return n


@kernel
def _fastest(patterns, pair_ptr, ride_s):
    # Fastest ride between any two calls of a pattern. Whole rides, not sums of hops: where times
    # are rounded to minutes, the fastest of each hop add up to nothing.
    ride_s[:] = NEVER
    for trip in range(patterns.trip_pattern.shape[0]):
        first = patterns.stop_ptr[patterns.trip_pattern[trip]]
        events = patterns.trip_event_ptr[trip]
        for pos in range(1, patterns.trip_event_ptr[trip + 1] - events):
            arr_time = patterns.arr_time[events + pos]
            at = pair_ptr[first + pos]
            for before in range(pos):
                there_s = arr_time - patterns.dep_time[events + before]
                ride_s[at + before] = min(ride_s[at + before], np.int32(there_s))


@kernel
def _rest(patterns, walks, back, seats, pair_ptr, ride_s, stops, rests, rest):
    # Fills the row of one cell: backwards from its stops, trip by trip.
    rests.ride[:] = NEVER
    rests.next_ride[:] = NEVER
    rests.first_ride[:] = NEVER
    rests.trips[:] = 0
    rests.alight[:] = NEVER
    rests.board[:] = NEVER
    rests.is_news[:] = 0
    rests.is_fallen[:] = 0
    for i in range(stops.shape[0]):
        rests.alight[stops[i]] = 0
        rests.is_news[stops[i]] = 1
    for n_trips in range(1, MOST_TRIPS + 1):
        if not _ride_back(patterns, seats, pair_ptr, ride_s, rests):
            break
        for call in range(rest.shape[0]):
            if rests.ride[call] < NEVER and rests.trips[call] == 0:
                rests.trips[call] = n_trips
                rests.first_ride[call] = rests.ride[call]
            if rests.trips[call] >= n_trips - 1:
                rests.next_ride[call] = rests.ride[call]
        _walk_back(patterns, walks, back, rests)
    for call in range(rest.shape[0]):
        first = min(rests.first_ride[call] // UNIT_S, _MOST_UNITS)
        then = min(rests.next_ride[call] // UNIT_S, _MOST_UNITS)
        least = min(rests.ride[call] // UNIT_S, _MOST_UNITS)
        rest[call] = rests.trips[call] | first << 8 | then << 16 | least << 24


@kernel
def _ride_back(patterns, seats, pair_ptr, ride_s, rests):
    # Lowers ``ride`` at all calls from which a vehicle leads to a stop that is news; False if
    # there is none.
    any_news = False
    for pattern in range(patterns.stop_ptr.shape[0] - 1):
        first = patterns.stop_ptr[pattern]
        for call in range(first + 1, patterns.stop_ptr[pattern + 1]):
            stop = patterns.stop[call]
            if rests.is_news[stop] and patterns.flags[call] & CAN_ALIGHT:
                any_news = True
                least, there = rests.ride[first:call], ride_s[pair_ptr[call] : pair_ptr[call + 1]]
                alight_s = rests.alight[stop]
                for i in range(least.shape[0]):
                    least[i] = min(least[i], np.int32(alight_s + there[i]))
    again = any_news
    while again:
        again = False
        for i in range(seats.shape[0]):
            again |= _ride_on_back(patterns, seats[i, 0], seats[i, 1], pair_ptr, ride_s, rests)
    return any_news


@kernel
def _ride_on_back(patterns, pattern, following, pair_ptr, ride_s, rests):
    # Lowers ``ride`` by what riders reach who stay seated for a trip of another pattern.
    on_s = rests.ride[patterns.stop_ptr[following]]
    first, last = patterns.stop_ptr[pattern], patterns.stop_ptr[pattern + 1] - 1
    fell = False
    if on_s < NEVER:
        for call in range(first, last):
            there_s = on_s + ride_s[pair_ptr[last] + call - first]
            if there_s < rests.ride[call]:
                rests.ride[call] = there_s
                fell = True
    return fell


@kernel
def _walk_back(patterns, walks, back, rests):
    # Lowers ``alight`` from where the calls whose ``ride`` fell can be boarded.
    rests.is_news[:] = 0
    rests.is_fallen[:] = 0
    for call in range(patterns.stop.shape[0]):
        stop = patterns.stop[call]
        if rests.ride[call] < rests.board[stop] and patterns.flags[call] & CAN_BOARD:
            rests.board[stop] = rests.ride[call]
            rests.is_fallen[stop] = 1
    for stop in range(rests.board.shape[0]):
        if rests.is_fallen[stop]:
            _lower(stop, rests.board[stop] + walks.change_s[stop], rests)
            for k in range(back.ptr[stop], back.ptr[stop + 1]):
                _lower(back.stop[k], rests.board[stop] + back.seconds[k], rests)


@kernel
def _lower(stop, seconds, rests):
    if seconds < rests.alight[stop]:
        rests.alight[stop] = seconds
        rests.is_news[stop] = 1
