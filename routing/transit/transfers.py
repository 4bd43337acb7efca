"""Transfers between trips, found beforehand: what the trip-based search follows.

Kept is a transfer that brings riders anywhere sooner than staying on board or a transfer further
along the same trip does. Whoever leaves one out arrives no later with no more trips, so Pareto
sets of arrival and count of trips stay whole.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing.kernel import kernel
from routing.transit.bounds import build_bounds
from routing.transit.raptor import _first_trip
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD, Timetable
from routing.types import NEVER, Int32Array

_CHUNK_TRIPS = 4096
_FIRST_CAPACITY = 1 << 18
# Share of all work that transfers make; bounds make the rest.
_SHARE = 0.75


class Transfers(NamedTuple):
    """Trips worth boarding after each call, frozen int32.

    ``e`` stop events, ``m`` transfers. What one step of the search reads lies side by side: event
    ``i`` arrives at ``events[2 * i]``, its transfers are
    ``events[2 * i + 1]:events[2 * i + 3]``.
    """

    events: Int32Array  # (2 * (e + 1),) arrival in service seconds and offset into to, in turn
    to: Int32Array  # (2 * m,) stop event boarded and its call of the pattern, in turn; at the last
    # call of a trip come first, as -1 - event, the trips that its riders may stay seated for
    cell: Int32Array  # (s,) cell of each stop, of `bounds`
    rest: npt.NDArray[np.uint32]  # what is left to each cell, by call: `bounds.Bounds`


class _Labels(NamedTuple):
    """Where one trip's riders are brought so far; reset after each trip."""

    ride: Int32Array  # (s,) earliest service second at which a trip brings the rider
    touched: Int32Array  # (s,) stops whose `ride` is set
    best_trip: Int32Array  # (p,) trip of each pattern that was looked at last
    best_pos: Int32Array  # (p,) and where it was boarded
    touched_pattern: Int32Array  # (p,) patterns whose `best_trip` is set
    n_touched: Int32Array  # (2,) how many stops and patterns are touched


def build_transfers(
    timetable: Timetable, n_threads: int = 1, done: Callable[[float], None] = lambda share: None
) -> Transfers:
    """Transfers that the trip-based search needs, over the trips of ``timetable``.

    Parameters
    ----------
    timetable
        Timetable of one service day. Other footpaths or boarding rules need other transfers.
    n_threads
        Threads to share the work; the kernel releases the GIL.
    done
        Told now and then, in this thread, which share of the work is done.

    Returns
    -------
    Transfers
        Of every stop event.

    References
    ----------
    .. [1] Witt (2015). Trip-Based Public Transit Routing. *ESA 2015*, LNCS 9294.
           https://doi.org/10.1007/978-3-662-48350-3_85
    """
    n_kept = np.zeros(len(timetable.patterns.arr_time), np.int32)
    starts = range(0, timetable.n_trips, _CHUNK_TRIPS)
    spans = [(start, min(start + _CHUNK_TRIPS, timetable.n_trips)) for start in starts]
    with ThreadPoolExecutor(n_threads) as pool:
        parts = pool.map(lambda span: _transfers_of(timetable, span[0], span[1], n_kept), spans)
        chunks = []
        for chunk in parts:
            chunks.append(chunk)
            done(_SHARE * len(chunks) / len(spans))
    ptr = np.concatenate(([0], np.cumsum(n_kept, dtype=np.int64)))
    to = np.concatenate([np.zeros(0, np.int32), *(part for chunk in chunks for part in chunk)])
    events = np.zeros((len(ptr), 2), np.int32)
    events[:-1, 0] = timetable.patterns.arr_time
    events[:, 1] = ptr
    bounds = build_bounds(timetable, n_threads, lambda share: done(_SHARE + (1 - _SHARE) * share))
    return Transfers(_kept(events.ravel()), _kept(to), *bounds)


def _kept(array: Int32Array) -> Int32Array:
    # Not `frozen`: that would copy the largest array of all.
    array.setflags(write=False)
    return array


def _transfers_of(
    timetable: Timetable, start: int, end: int, n_kept: Int32Array
) -> list[Int32Array]:
    """Parts of ``Transfers.to`` for trips ``start:end``, in order; fills their ``n_kept``."""
    s, p = timetable.n_stops, timetable.n_patterns
    labels = _Labels(*(np.empty(size, np.int32) for size in (s, s, p, p, p, 2)))
    labels.ride[:] = NEVER
    labels.best_trip[:] = NEVER
    parts: list[Int32Array] = []
    capacity = _FIRST_CAPACITY
    while end > start:
        to = np.empty(2 * capacity, np.int32)
        done, first = _reduce(
            timetable.patterns, timetable.walks, np.int32(start), np.int32(end), labels, n_kept, to
        )
        capacity *= 2 if done == end else 1
        parts.append(to[2 * first :].copy())
        end = done
    return parts[::-1]


@kernel
def _reduce(patterns, walks, start, end, labels, n_kept, to):
    # Fills ``to`` from its end, last trip first, so that events ascend in it. Returns the first
    # trip that is done (``end`` when not even one had room) and where its transfers begin.
    at = to.shape[0] // 2
    labels.n_touched[:] = 0
    for trip in range(end - 1, start - 1, -1):
        before = at
        at = _transfers_of_trip(patterns, walks, trip, labels, n_kept, to, at)
        for i in range(labels.n_touched[0]):
            labels.ride[labels.touched[i]] = NEVER
        for i in range(labels.n_touched[1]):
            labels.best_trip[labels.touched_pattern[i]] = NEVER
        labels.n_touched[:] = 0
        if at < 0:
            return trip + 1, before
    return start, at


@kernel
def _transfers_of_trip(patterns, walks, trip, labels, n_kept, to, at):
    # Later calls first: they are the alternatives of earlier ones. Returns -1 when ``to`` is full.
    pattern = patterns.trip_pattern[trip]
    first, events = patterns.stop_ptr[pattern], patterns.trip_event_ptr[trip]
    for pos in range(patterns.trip_event_ptr[trip + 1] - events - 1, 0, -1):
        n_kept[events + pos] = 0
        if not patterns.flags[first + pos] & CAN_ALIGHT:
            at = _seats(patterns, trip, events + pos, n_kept, to, at)
            if at < 0:
                return -1
            continue
        stop, time = patterns.stop[first + pos], patterns.arr_time[events + pos]
        _bring(stop, time, labels)
        for k in range(walks.ptr[stop] - 1, walks.ptr[stop + 1]):
            other, ready = stop, time + walks.change_s[stop]
            if k >= walks.ptr[stop]:
                other, ready = walks.stop[k], time + walks.seconds[k]
            for j in range(patterns.at_stop_ptr[other], patterns.at_stop_ptr[other + 1]):
                target, board = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
                after = _earliest(patterns, pattern, trip, pos, target, board, ready, labels)
                if after == NEVER or not _improves(patterns, target, after, board, labels):
                    continue
                if at == 0:
                    return -1
                at -= 1
                to[2 * at] = patterns.trip_event_ptr[after] + board
                to[2 * at + 1] = patterns.stop_ptr[target] + board
                n_kept[events + pos] += 1
        at = _seats(patterns, trip, events + pos, n_kept, to, at)
        if at < 0:
            return -1
    return at


@kernel
def _seats(patterns, trip, event, n_kept, to, at):
    # At the last call of a trip, adds what its riders may stay seated for. -1: ``to`` is full.
    if event + 1 < patterns.trip_event_ptr[trip + 1]:
        return at
    for i in range(patterns.stay_ptr[trip], patterns.stay_ptr[trip + 1]):
        if at == 0:
            return -1
        following = patterns.stay_trip[i]
        at -= 1
        to[2 * at] = -1 - patterns.trip_event_ptr[following]
        to[2 * at + 1] = patterns.stop_ptr[patterns.trip_pattern[following]]
        n_kept[event] += 1
    return at


@kernel
def _bring(stop, time, labels):
    # Sets the label of a stop; True if that is sooner than before.
    if time >= labels.ride[stop]:
        return False
    if labels.ride[stop] == NEVER:
        labels.touched[labels.n_touched[0]] = stop
        labels.n_touched[0] += 1
    labels.ride[stop] = time
    return True


@kernel
def _earliest(patterns, pattern, trip, pos, target, board, ready, labels):
    # First trip of ``target`` to board at ``ready``; NEVER where looking at it cannot pay.
    call = patterns.stop_ptr[target] + board
    if call + 1 == patterns.stop_ptr[target + 1] or not patterns.flags[call] & CAN_BOARD:
        return NEVER
    end = patterns.trip_ptr[target + 1]
    known = labels.best_trip[target]
    if known != NEVER and labels.best_pos[target] <= board:
        # Nothing from the known trip on is news: it was boarded earlier along its way.
        end = min(end, known)
    if target == pattern and board >= pos:
        # Staying on board is as good as any later trip of the same pattern.
        end = min(end, trip)
    after = _first_trip(patterns, target, board, ready, end)
    if after >= end:
        return NEVER
    if known == NEVER:
        labels.touched_pattern[labels.n_touched[1]] = target
        labels.n_touched[1] += 1
    labels.best_trip[target] = after
    labels.best_pos[target] = board
    return after


@kernel
def _improves(patterns, target, after, board, labels):
    # Rides ``after`` from ``board`` on; True if it is the first to bring riders somewhere so soon.
    first, end = patterns.stop_ptr[target], patterns.stop_ptr[target + 1]
    events = patterns.trip_event_ptr[after] - first
    # Where its riders may stay seated, it is kept whatever it brings on its own.
    better = patterns.stay_ptr[after] < patterns.stay_ptr[after + 1]
    for call in range(first + board + 1, end):
        if patterns.flags[call] & CAN_ALIGHT:
            better |= _bring(patterns.stop[call], patterns.arr_time[events + call], labels)
    return better
