"""Kernels of the trip-based search; `trip_based` validates, calls them and reads the rows.

Rule: what a query labels in the workspace beyond its own arrays, it clears before it returns.
"""

import numpy as np
from numba import njit

from routing.kernel import kernel
from routing.transit.bounds import MOST_TRIPS, UNIT_S
from routing.transit.journey import SEATED, write_legs, write_ride
from routing.transit.raptor import _first_trip
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD
from routing.types import NEVER, NONE

# Answers of the kernels in place of a count of rows.
_FULL = -1
_BAD_OFFSETS = -2
# Columns of a segment: event boarded, last event, what leads from events to calls of the pattern,
# segment before, event left there.
_BOARD, _END, _TO_CALL, _PARENT, _LEFT = range(5)
# Nobody boards at the last call of a pattern: no ride passes it. The second, where riders of some
# trip of the pattern may stay seated.
_WALL, _WALL_WITH_SEATS = -1, -2
# Egress in more cells than these is searched without bounds.
_MOST_ROWS = 8


@kernel
def _find(patterns, walks, transfers, access, egress, dep_time, max_trips, work, rows):
    # Fills rows with the legs of all journeys; returns their count.
    if not _open(patterns, transfers, access, egress, max_trips, work):
        return _BAD_OFFSETS
    work.best[:] = NEVER
    work.target[:] = NONE
    n = 0
    for i in range(access.stop.shape[0]):
        stop, ready = access.stop[i], dep_time + access.seconds[i]
        if access.seconds[i] == work.access_s[stop]:
            n = _board_at(patterns, transfers, stop, ready, n, max_trips, work)
    n_rows, low = 0, 0
    for k in range(1, max_trips + 1):
        if work.target[k] != NONE:
            n_rows = _write(patterns, walks, access, egress, k, work, rows, n_rows)
        high = n
        if k < max_trips:
            for segment in range(low, high):
                n = _follow(transfers, segment, n, k + 1, max_trips, work)
        if n == high:
            break
        low = high
    _close(patterns, access, egress, work)
    for segment in range(n):
        to_call = work.segments[segment, _TO_CALL]
        for event in range(work.segments[segment, _BOARD], work.segments[segment, _END]):
            work.boarded[event + to_call] = NEVER
    return n_rows


@kernel
def _open(patterns, transfers, access, egress, max_trips, work):
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
    n_bounds = 0
    for i in range(egress.stop.shape[0]):
        stop = egress.stop[i]
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            call = patterns.stop_ptr[patterns.at_stop_pattern[j]] + patterns.at_stop_pos[j]
            if patterns.flags[call] & CAN_ALIGHT:
                work.egress_s[call] = min(work.egress_s[call], egress.seconds[i])
        n_bounds = _add_row(patterns, transfers, stop, n_bounds, work)
    work.n_bounds[0] = n_bounds if n_bounds <= _MOST_ROWS and max_trips <= MOST_TRIPS else 0
    return True


@kernel
def _add_row(patterns, transfers, stop, n_bounds, work):
    # Adds the row of the bounds to a stop's cell, once.
    if n_bounds > _MOST_ROWS:
        return n_bounds
    row = np.int64(transfers.cell[stop]) * patterns.stop.shape[0]
    for i in range(n_bounds):
        if work.bound_row[i] == row:
            return n_bounds
    if n_bounds < _MOST_ROWS:
        work.bound_row[n_bounds] = row
    return n_bounds + 1


@kernel
def _close(patterns, access, egress, work):
    for i in range(access.stop.shape[0]):
        work.access_s[access.stop[i]] = NEVER
    for i in range(egress.stop.shape[0]):
        stop = egress.stop[i]
        for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            call = patterns.stop_ptr[patterns.at_stop_pattern[j]] + patterns.at_stop_pos[j]
            work.egress_s[call] = NEVER


@kernel
def _pays(transfers, call, time, k, max_trips, work):
    # Whether riding on from a call at that time in the k-th trip can beat what is known.
    if work.n_bounds[0] == 0:
        return time < work.best[k]
    for i in range(work.n_bounds[0]):
        rest = transfers.rest[work.bound_row[i] + call]
        fewest = np.int64(rest & 255)
        k_last = k - 1 + fewest
        if fewest == 0 or k_last > max_trips:
            continue
        if time + np.int64(rest >> 8 & 255) * UNIT_S < work.best[k_last]:
            return True
        if k_last < max_trips and (
            time + np.int64(rest >> 16 & 255) * UNIT_S < work.best[k_last + 1]
            or time + np.int64(rest >> 24) * UNIT_S < work.best[max_trips]
        ):
            return True
    return False


@kernel
def _board_at(patterns, transfers, stop, ready, n, max_trips, work):
    # Boards the earliest trip of each pattern at a stop.
    for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
        pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
        call = patterns.stop_ptr[pattern] + pos
        if _can_start(patterns, pattern, call):
            end = patterns.trip_ptr[pattern + 1]
            trip = _first_trip(patterns, pattern, pos, ready, end)
            if trip < end:
                event = patterns.trip_event_ptr[trip] + pos
                n = _push(transfers, event, call, NONE, NONE, n, 1, max_trips, work)
    return n


@kernel
def _can_start(patterns, pattern, call):
    # Whether anybody may board there and ride on.
    return patterns.flags[call] & CAN_BOARD and call + 1 < patterns.stop_ptr[pattern + 1]


@kernel
def _extend(transfers, event, call, parent, left, n, k, max_trips, work):
    # Adds the segment of a trip boarded at ``event``, as far as nobody was carried yet and as it
    # pays. Events of one call ascend with the trips of the pattern, so they tell which trip is
    # the earlier one.
    if work.boarded[call] <= event:
        return n
    last, to_call = event, call - event
    while work.boarded[last + to_call] > last and _pays(
        transfers, last + to_call, transfers.events[2 * last], k, max_trips, work
    ):
        work.boarded[last + to_call] = last
        last += 1
        rest_s = work.egress_s[last + to_call]
        if rest_s < NEVER:
            _arrive(transfers.events[2 * last] + rest_s, n, last, k, max_trips, work)
    if last == event:
        return n
    _add(event, last, to_call, parent, left, n, work)
    return n + 1


@kernel
def _push(transfers, event, call, parent, left, n, k, max_trips, work):
    # `_extend`, and in the same round whatever the riders may stay seated for.
    at = n
    n = _extend(transfers, event, call, parent, left, n, k, max_trips, work)
    while at < n:
        last = np.int64(work.segments[at, _END])
        if work.boarded[last + work.segments[at, _TO_CALL]] == _WALL_WITH_SEATS:
            for i in range(transfers.events[2 * last + 1], transfers.events[2 * last + 3]):
                if transfers.to[2 * i] >= 0:
                    break
                event, call = -1 - transfers.to[2 * i], transfers.to[2 * i + 1]
                n = _extend(transfers, event, call, at, -1 - last, n, k, max_trips, work)
        at += 1
    return n


@kernel
def _arrive(time, segment, event, k, max_trips, work):
    # Takes an arrival of a journey of k trips, if it is news.
    if time < work.best[k]:
        for more in range(k, max_trips + 1):
            work.best[more] = min(work.best[more], time)
        work.target[k] = segment
        work.target_event[k] = event


@kernel
def _add(event, last, to_call, parent, left, n, work):
    work.segments[n, _BOARD] = event
    work.segments[n, _END] = last
    work.segments[n, _TO_CALL] = to_call
    work.segments[n, _PARENT] = parent
    work.segments[n, _LEFT] = left


@kernel
def _follow(transfers, segment, n, k, max_trips, work):
    # Boards, as the k-th trip, what the transfers along a segment lead to.
    for event in range(work.segments[segment, _BOARD] + 1, work.segments[segment, _END] + 1):
        now = transfers.events[2 * event]
        if now >= work.best[k]:
            break
        for i in range(transfers.events[2 * event + 1], transfers.events[2 * event + 3]):
            board, call = transfers.to[2 * i], transfers.to[2 * i + 1]
            if board < 0:
                continue
            # The arrival here is at hand; when the trip comes there costs a look far away.
            if work.boarded[call] > board and _pays(transfers, call, now, k, max_trips, work):
                n = _push(transfers, board, call, segment, event, n, k, max_trips, work)
    return n


@kernel
def _write(patterns, walks, access, egress, k, work, rows, n_rows):
    # Writes the legs of the best journey of k trips; returns the count of rows.
    segment, event = np.int64(work.target[k]), np.int64(work.target_event[k])
    n_rides = 0
    while segment != NONE:
        board, left = work.segments[segment, _BOARD], np.int64(work.segments[segment, _LEFT])
        trip = _trip_of(patterns, event)
        parent = np.int64(work.segments[segment, _PARENT])
        is_seated = parent != NONE and left < 0
        events = patterns.trip_event_ptr[trip]
        at = SEATED if is_seated else board - events
        n_rides = write_ride(patterns, trip, at, event - events, n_rides, work.rides)
        event = -1 - left if is_seated else left
        segment = parent
    return write_legs(
        patterns, walks, access, egress, work.rides[:n_rides][::-1], rows, np.int64(n_rows)
    )


@njit(cache=True, nogil=True)
def _find_range(
    patterns, walks, transfers, access, egress, from_time, until_time, max_trips, work, rows
):
    # Fills rows with the legs of all journeys; returns their count, or _FULL.
    if not _open(patterns, transfers, access, egress, max_trips, work):
        return _BAD_OFFSETS
    for call in range(work.unboarded.shape[0]):
        work.boarded_by[call] = work.unboarded[call]
    work.best[:] = NEVER
    work.target[:] = NONE
    n = 0
    for i in range(access.stop.shape[0]):
        stop = access.stop[i]
        if access.seconds[i] == work.access_s[stop]:
            ready = until_time + access.seconds[i]
            n = _board_within(patterns, transfers, stop, ready, n, max_trips, work)
    _rounds(transfers, n, max_trips, work)
    n_starts = _list_starts(patterns, access, from_time, until_time, work)
    n_rows = 0
    i = n_starts - 1
    while i >= 0:
        dep_time = work.starts[i] >> 32
        n = 0
        work.target[:] = NONE
        while i >= 0 and work.starts[i] >> 32 == dep_time:
            event = np.int32(work.starts[i] & 0xFFFFFFFF)
            trip = _trip_of(patterns, event)
            call = patterns.stop_ptr[patterns.trip_pattern[trip]] + event
            call -= patterns.trip_event_ptr[trip]
            n = _push_within(transfers, event, call, NONE, NONE, n, 1, max_trips, work)
            i -= 1
        _rounds(transfers, n, max_trips, work)
        for k in range(1, max_trips + 1):
            if work.target[k] != NONE:
                if n_rows + 2 * work.rides.shape[0] + 1 > rows.shape[0]:
                    _close(patterns, access, egress, work)
                    return _FULL
                n_rows = _write(patterns, walks, access, egress, k, work, rows, n_rows)
    _close(patterns, access, egress, work)
    return n_rows


@kernel
def _trip_of(patterns, event):
    low, high = 0, patterns.trip_pattern.shape[0]
    while high - low > 1:
        middle = (low + high) // 2
        if patterns.trip_event_ptr[middle] <= event:
            low = middle
        else:
            high = middle
    return low


@kernel
def _rounds(transfers, n, max_trips, work):
    # Follows n segments of one trip; sets target[k] where a journey of k trips is news.
    low = 0
    for k in range(1, max_trips):
        high = n
        for segment in range(low, high):
            n = _follow_within(transfers, segment, n, k + 1, max_trips, work)
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


@kernel
def _board_within(patterns, transfers, stop, ready, n, max_trips, work):
    for j in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
        pattern, pos = patterns.at_stop_pattern[j], patterns.at_stop_pos[j]
        call = patterns.stop_ptr[pattern] + pos
        if _can_start(patterns, pattern, call):
            end = patterns.trip_ptr[pattern + 1]
            trip = _first_trip(patterns, pattern, pos, ready, end)
            if trip < end:
                event = patterns.trip_event_ptr[trip] + pos
                n = _push_within(transfers, event, call, NONE, NONE, n, 1, max_trips, work)
    return n


@kernel
def _extend_within(transfers, event, call, parent, left, n, k, max_trips, work):
    # `_extend` for a window: what is boarded with k trips is boarded with more.
    if work.boarded_by[call, k - 1] <= event:
        return n
    last, to_call = event, call - event
    while work.boarded_by[last + to_call, k - 1] > last and _pays(
        transfers, last + to_call, transfers.events[2 * last], k, max_trips, work
    ):
        for column in range(k - 1, max_trips):
            if work.boarded_by[last + to_call, column] <= last:
                break
            work.boarded_by[last + to_call, column] = last
        last += 1
        rest_s = work.egress_s[last + to_call]
        if rest_s < NEVER:
            _arrive(transfers.events[2 * last] + rest_s, n, last, k, max_trips, work)
    if last == event:
        return n
    _add(event, last, to_call, parent, left, n, work)
    return n + 1


@kernel
def _push_within(transfers, event, call, parent, left, n, k, max_trips, work):
    # `_extend_within`, and in the same round whatever the riders may stay seated for.
    at = n
    n = _extend_within(transfers, event, call, parent, left, n, k, max_trips, work)
    while at < n:
        last = np.int64(work.segments[at, _END])
        if work.boarded_by[last + work.segments[at, _TO_CALL], 0] == _WALL_WITH_SEATS:
            for i in range(transfers.events[2 * last + 1], transfers.events[2 * last + 3]):
                if transfers.to[2 * i] >= 0:
                    break
                event, call = -1 - transfers.to[2 * i], transfers.to[2 * i + 1]
                n = _extend_within(transfers, event, call, at, -1 - last, n, k, max_trips, work)
        at += 1
    return n


@kernel
def _follow_within(transfers, segment, n, k, max_trips, work):
    for event in range(work.segments[segment, _BOARD] + 1, work.segments[segment, _END] + 1):
        now = transfers.events[2 * event]
        if now >= work.best[k]:
            break
        for i in range(transfers.events[2 * event + 1], transfers.events[2 * event + 3]):
            board, call = transfers.to[2 * i], transfers.to[2 * i + 1]
            if board < 0:
                continue
            # The arrival here is at hand; when the trip comes there costs a look far away.
            if work.boarded_by[call, k - 1] > board and _pays(
                transfers, call, now, k, max_trips, work
            ):
                n = _push_within(transfers, board, call, segment, event, n, k, max_trips, work)
    return n
