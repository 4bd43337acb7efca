"""Kernels of the trip-based search; `trip_based` validates, calls them and reads the rows.

Rule: what a query labels in the workspace beyond its own arrays, it clears before it returns.
"""

import numpy as np
from numba import njit

from routing.transit.journey import write_legs
from routing.transit.raptor import _first_trip
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD
from routing.types import NEVER, NONE

# Answers of the kernels in place of a count of rows.
_FULL = -1
_BAD_OFFSETS = -2
# Columns of a segment: event boarded, last event, what leads from events to calls of the pattern,
# segment before, event left there.
_BOARD, _END, _TO_CALL, _PARENT, _LEFT = range(5)


@njit(cache=True, nogil=True)
def _find(patterns, walks, transfers, access, egress, dep_time, max_trips, work, rows):
    # Fills rows with the legs of all journeys; returns their count.
    if not _open(patterns, access, egress, work):
        return _BAD_OFFSETS
    work.boarded[:] = work.unboarded
    work.best[:] = NEVER
    n = 0
    for i in range(access.stop.shape[0]):
        stop, ready = access.stop[i], dep_time + access.seconds[i]
        if access.seconds[i] == work.access_s[stop]:
            n = _board_at(patterns, stop, ready, n, work)
    n_rows, low = 0, 0
    for k in range(1, max_trips + 1):
        work.best[k] = work.best[k - 1]
        work.target[k] = NONE
        for segment in range(low, n):
            _alight(transfers, segment, k, work)
        if work.target[k] != NONE:
            n_rows = _write(patterns, walks, access, egress, k, work, rows, n_rows)
        high = n
        if k < max_trips:
            for segment in range(low, high):
                n = _follow(transfers, segment, work.best[k], n, work)
        if n == high:
            break
        low = high
    _close(patterns, access, egress, work)
    return n_rows


@njit(cache=True, nogil=True)
def _open(patterns, access, egress, work):
    # Labels the ends of a query; False, with nothing labelled, if they do not fit.
    for offsets in (access, egress):
        if offsets.stop.shape[0] != offsets.seconds.shape[0]:
            return False
        for i in range(offsets.stop.shape[0]):
            if not 0 <= offsets.stop[i] < work.access_s.shape[0]:
                return False
            if not 0 <= offsets.seconds[i] < NEVER:
                return False
    for i in range(access.stop.shape[0]):
        stop = access.stop[i]
        work.access_s[stop] = min(work.access_s[stop], access.seconds[i])
    for i in range(egress.stop.shape[0]):
        stop = egress.stop[i]
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            call = patterns.stop_ptr[patterns.at_stop_pattern[j]] + patterns.at_stop_pos[j]
            if patterns.flags[call] & CAN_ALIGHT:
                work.egress_s[call] = min(work.egress_s[call], egress.seconds[i])
    return True


@njit(cache=True, nogil=True)
def _close(patterns, access, egress, work):
    for i in range(access.stop.shape[0]):
        work.access_s[access.stop[i]] = NEVER
    for i in range(egress.stop.shape[0]):
        stop = egress.stop[i]
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            call = patterns.stop_ptr[patterns.at_stop_pattern[j]] + patterns.at_stop_pos[j]
            work.egress_s[call] = NEVER


@njit(cache=True, nogil=True)
def _board_at(patterns, stop, ready, n, work):
    # Boards the earliest trip of each pattern at a stop.
    for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
        pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
        call = patterns.stop_ptr[pattern] + pos
        if _can_start(patterns, pattern, call):
            end = patterns.trip_ptr[pattern + 1]
            trip = _first_trip(patterns, pattern, pos, ready, end)
            if trip < end:
                n = _push(patterns.trip_event_ptr[trip] + pos, call, NONE, NONE, n, work)
    return n


@njit(cache=True, nogil=True)
def _can_start(patterns, pattern, call):
    # Whether anybody may board there and ride on.
    return patterns.flags[call] & CAN_BOARD and call + 1 < patterns.stop_ptr[pattern + 1]


@njit(cache=True, nogil=True)
def _push(event, call, parent, left, n, work):
    # Adds the segment of a trip boarded at ``event``, as far as nobody was carried yet. Events of
    # one call ascend with the trips of the pattern, so they tell which trip is the earlier one.
    if work.boarded[call] <= event:
        return n
    last, to_call = call, call - event
    while work.boarded[last] > last - to_call:
        work.boarded[last] = last - to_call
        last += 1
    _add(event, last - to_call, to_call, parent, left, n, work)
    return n + 1


@njit(cache=True, nogil=True)
def _add(event, last, to_call, parent, left, n, work):
    work.segments[n, _BOARD] = event
    work.segments[n, _END] = last
    work.segments[n, _TO_CALL] = to_call
    work.segments[n, _PARENT] = parent
    work.segments[n, _LEFT] = left


@njit(cache=True, nogil=True)
def _alight(transfers, segment, k, work):
    # Leaves a segment wherever that leads to the destination sooner than known with k trips.
    to_call = work.segments[segment, _TO_CALL]
    for event in range(work.segments[segment, _BOARD] + 1, work.segments[segment, _END] + 1):
        time = transfers.events[2 * event]
        if time >= work.best[k]:
            return
        rest_s = work.egress_s[event + to_call]
        if rest_s < NEVER and time + rest_s < work.best[k]:
            work.best[k] = time + rest_s
            work.target[k] = segment
            work.target_event[k] = event


@njit(cache=True, nogil=True)
def _follow(transfers, segment, best, n, work):
    # Boards what the transfers along a segment lead to, as long as it can arrive before ``best``.
    for event in range(work.segments[segment, _BOARD] + 1, work.segments[segment, _END] + 1):
        if transfers.events[2 * event] >= best:
            break
        for i in range(transfers.events[2 * event + 1], transfers.events[2 * event + 3]):
            n = _push(transfers.to[2 * i], transfers.to[2 * i + 1], segment, event, n, work)
    return n


@njit(cache=True, nogil=True)
def _write(patterns, walks, access, egress, k, work, rows, n_rows):
    # Writes the legs of the best journey of k trips; returns the count of rows.
    segment, event = work.target[k], work.target_event[k]
    n_rides = 0
    while segment != NONE:
        work.rides[n_rides, 0] = _trip_of(patterns, event)
        work.rides[n_rides, 1] = work.segments[segment, _BOARD]
        work.rides[n_rides, 2] = event
        n_rides += 1
        event = work.segments[segment, _LEFT]
        segment = work.segments[segment, _PARENT]
    return write_legs(
        patterns, walks, access, egress, work.rides[:n_rides][::-1], rows, np.int64(n_rows)
    )


@njit(cache=True, nogil=True)
def _find_range(
    patterns, walks, transfers, access, egress, from_time, until_time, max_trips, work, rows
):
    # Fills rows with the legs of all journeys; returns their count, or _FULL.
    if not _open(patterns, access, egress, work):
        return _BAD_OFFSETS
    for call in range(work.unboarded.shape[0]):
        work.boarded_by[call] = work.unboarded[call]
    work.best[:] = NEVER
    n = 0
    for i in range(access.stop.shape[0]):
        stop = access.stop[i]
        if access.seconds[i] == work.access_s[stop]:
            n = _board_within(patterns, stop, until_time + access.seconds[i], n, max_trips, work)
    _rounds(transfers, n, max_trips, work)
    n_starts = _list_starts(patterns, access, from_time, until_time, work)
    n_rows = 0
    i = n_starts - 1
    while i >= 0:
        dep_time = work.starts[i] >> 32
        n = 0
        while i >= 0 and work.starts[i] >> 32 == dep_time:
            event = np.int32(work.starts[i] & 0xFFFFFFFF)
            trip = _trip_of(patterns, event)
            call = patterns.stop_ptr[patterns.trip_pattern[trip]] + event
            call -= patterns.trip_event_ptr[trip]
            n = _push_within(event, call, NONE, NONE, n, 1, max_trips, work)
            i -= 1
        _rounds(transfers, n, max_trips, work)
        for k in range(1, max_trips + 1):
            if work.target[k] != NONE:
                if n_rows + 2 * k + 1 > rows.shape[0]:
                    _close(patterns, access, egress, work)
                    return _FULL
                n_rows = _write(patterns, walks, access, egress, k, work, rows, n_rows)
    _close(patterns, access, egress, work)
    return n_rows


@njit(cache=True, nogil=True)
def _trip_of(patterns, event):
    return np.int32(np.searchsorted(patterns.trip_event_ptr, event, side="right") - 1)


@njit(cache=True, nogil=True)
def _rounds(transfers, n, max_trips, work):
    # Follows n segments of one trip; sets target[k] where a journey of k trips is news.
    low = 0
    for k in range(1, max_trips + 1):
        work.best[k] = min(work.best[k], work.best[k - 1])
        work.target[k] = NONE
        for segment in range(low, n):
            _alight(transfers, segment, k, work)
        high = n
        if k < max_trips:
            for segment in range(low, high):
                n = _follow_within(transfers, segment, work.best[k], n, k + 1, max_trips, work)
        low = high


@njit(cache=True, nogil=True)
def _list_starts(patterns, access, from_time, until_time, work):
    # Every departure within the window, packed with its event and sorted.
    n = 0
    for i in range(access.stop.shape[0]):
        stop, seconds = access.stop[i], access.seconds[i]
        if seconds != work.access_s[stop]:
            continue
        # A stop that is listed again with the same seconds is taken once.
        work.access_s[stop] = NEVER
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
            if not _can_start(patterns, pattern, patterns.stop_ptr[pattern] + pos):
                continue
            end = patterns.trip_ptr[pattern + 1]
            for trip in range(_first_trip(patterns, pattern, pos, from_time + seconds, end), end):
                event = patterns.trip_event_ptr[trip] + pos
                leave = np.int64(patterns.dep_time[event]) - seconds
                if leave >= until_time:
                    break
                work.starts[n] = (leave << 32) | event
                n += 1
    work.starts[:n].sort()
    return n


@njit(cache=True, nogil=True)
def _board_within(patterns, stop, ready, n, max_trips, work):
    for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
        pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
        call = patterns.stop_ptr[pattern] + pos
        if _can_start(patterns, pattern, call):
            end = patterns.trip_ptr[pattern + 1]
            trip = _first_trip(patterns, pattern, pos, ready, end)
            if trip < end:
                event = patterns.trip_event_ptr[trip] + pos
                n = _push_within(event, call, NONE, NONE, n, 1, max_trips, work)
    return n


@njit(cache=True, nogil=True)
def _push_within(event, call, parent, left, n, k, max_trips, work):
    # `_push` for a window: what is boarded with k trips is boarded with more.
    if work.boarded_by[call, k - 1] <= event:
        return n
    last, to_call = call, call - event
    while work.boarded_by[last, k - 1] > last - to_call:
        for column in range(k - 1, max_trips):
            work.boarded_by[last, column] = min(work.boarded_by[last, column], last - to_call)
        last += 1
    _add(event, last - to_call, to_call, parent, left, n, work)
    return n + 1


@njit(cache=True, nogil=True)
def _follow_within(transfers, segment, best, n, k, max_trips, work):
    for event in range(work.segments[segment, _BOARD] + 1, work.segments[segment, _END] + 1):
        if transfers.events[2 * event] >= best:
            break
        for i in range(transfers.events[2 * event + 1], transfers.events[2 * event + 3]):
            board, call = transfers.to[2 * i], transfers.to[2 * i + 1]
            n = _push_within(board, call, segment, event, n, k, max_trips, work)
    return n
