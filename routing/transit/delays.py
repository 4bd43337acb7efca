"""A timetable as trips really run: a copy in which some trips are gone and others run instead.

Rule: the copy keeps every rule of `timetable`, so no kernel knows that anything was late. A run
that fits between the trips of its pattern takes its place there; one that would overtake, or that
calls elsewhere, goes into a pattern of its own. Nothing is sorted anew: what stays is in order.
"""

from typing import NamedTuple

import numpy as np

from routing.errors import TimetableError
from routing.kernel import kernel
from routing.transit.timetable import (
    Calls,
    Connections,
    Patterns,
    Timetable,
    check_calls,
    connections_in_order,
    lay_out,
    list_chains,
    list_stays,
    with_stays,
)
from routing.types import NEVER, NONE, Int32Array, frozen


class Runs(NamedTuple):
    """Trips as they really run.

    ``n`` runs; their calls are in order of the runs.
    """

    calls: Calls  # of each run
    source: np.ndarray  # (n,) trip of the timetable that it replaces, or NONE


#: Said of a call: from here on nothing is known (NO_DATA).
END_OF_WORDS = NEVER


class Spread(NamedTuple):
    """Times of one trip with delays spread along it; ``n`` calls, int32."""

    arr_time: Int32Array  # (n,) service seconds
    dep_time: Int32Array  # (n,) service seconds
    is_live: Int32Array  # (n,) 1 where a prediction, 0 where the schedule holds
    went_back: bool  # the words alone would have had the vehicle go back in time


def spread_delays(
    arr_time: np.ndarray, dep_time: np.ndarray, said: np.ndarray, delay_s: int
) -> Spread:
    """Times of a trip as they follow from what is said about some of its calls.

    A delay holds for its call and for all after it, until the next one or until `END_OF_WORDS`.
    Calls before the first word keep the schedule, but none of them is later than what follows.
    Where only one of arrival and departure is given, the departure follows the arrival, and the
    arrival what was known before it. Nothing leaves before it came.

    Parameters
    ----------
    arr_time
        Scheduled arrivals, service seconds, shape (n,).
    dep_time
        Scheduled departures, service seconds, shape (n,).
    said
        Delay of the arrival and of the departure of each call, s; ``NONE`` where nothing is said,
        `END_OF_WORDS` twice where nothing is known from there on; int32, shape (2, n).
    delay_s
        Delay of the trip as a whole, which holds until the first word, s; or ``NONE``.

    Returns
    -------
    Spread
        Times that never decrease.

    References
    ----------
    .. [1] GTFS Realtime reference, "Trip Updates".
    """
    n = len(arr_time)
    arr, dep, live = np.empty(n, np.int32), np.empty(n, np.int32), np.zeros(n, np.int32)
    went_back = _spread(arr_time, dep_time, said, np.int32(delay_s), arr, dep, live)
    return Spread(arr, dep, live, bool(went_back))


@kernel
def _spread(arr_time, dep_time, said, delay_s, arr, dep, live):
    n = arr_time.shape[0]
    for i in range(n):
        late_arr, late_dep = said[0, i], said[1, i]
        if late_arr == END_OF_WORDS:
            delay_s, late_arr, late_dep = NONE, NONE, NONE
        if late_arr == NONE:
            late_arr = delay_s if delay_s != NONE else late_dep
        if late_dep == NONE:
            late_dep = late_arr
        arr[i], dep[i] = arr_time[i], dep_time[i]
        if late_arr != NONE:
            arr[i] += late_arr
            dep[i] += late_dep
            live[i] = 1
        delay_s = late_dep
    return _never_back(arr, dep, live)


@kernel
def _never_back(arr, dep, live):
    n, first = arr.shape[0], 0
    while first < n and not live[first]:
        first += 1
    if first < n:
        for i in range(first - 1, -1, -1):
            # Passed already, and earlier than planned.
            dep[i] = min(dep[i], arr[i + 1])
            arr[i] = min(arr[i], dep[i])
    went_back = False
    for i in range(n):
        before = dep[i - 1] if i else arr[i]
        if arr[i] < before or dep[i] < max(arr[i], before):
            went_back |= live[i] == 1
            arr[i] = max(arr[i], before)
            dep[i] = max(dep[i], arr[i])
            live[i] = 1
    return went_back


def apply_runs(timetable: Timetable, gone: np.ndarray, runs: Runs) -> tuple[Timetable, Int32Array]:
    """A copy of a timetable without some trips and with some runs.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    gone
        Trips that do not run as they stand, cancelled or replaced by a run, shape (m,).
    runs
        What runs instead or in addition; sources are to be among ``gone``.

    Returns
    -------
    timetable : Timetable
        With the same stops and walks. Transfers of the trip-based search are to be built anew.
    origin : ndarray of int32, shape (t,)
        Trip of the old timetable for each trip of the new one; the old count of trips and more
        are positions in ``runs``.

    Raises
    ------
    TimetableError
        If a trip is unknown, or the calls of a run break a rule.
    """
    n_trips = timetable.n_trips
    check_calls(runs.calls, timetable.n_stops)
    is_gone = np.zeros(n_trips, np.bool_)
    if len(gone) and (np.min(gone) < 0 or np.max(gone) >= n_trips):
        raise TimetableError(f"a trip that is gone is not in 0..{n_trips - 1}")
    is_gone[gone] = True
    source = np.asarray(runs.source, np.int64)
    if not is_gone[source[source != NONE]].all():
        raise TimetableError("a run replaces a trip that is not gone")
    calls = Calls(*(frozen(column) for column in runs.calls))
    n_runs = len(source)
    homes = np.empty(n_runs, np.int32)
    _find_homes(timetable.patterns, calls, frozen(source), homes)
    kept = np.empty(n_trips + n_runs, np.int32)
    sizes = np.empty(timetable.n_patterns, np.int32)
    left_over = np.ones(n_runs, np.bool_)
    ranked = np.lexsort((calls.dep_time[calls.trip_ptr[:-1]], homes)) if n_runs else homes
    n_kept = _place(
        timetable.patterns, is_gone, calls, homes, frozen(ranked), kept, sizes, left_over
    )
    patterns, origin = _assembled(timetable, calls, kept[:n_kept], sizes, left_over)
    patterns = _with_stays(timetable, patterns, origin, source)
    connections = _connections(timetable, patterns, origin)
    return timetable._replace(patterns=patterns, connections=connections), origin


def _kept(array: Int32Array) -> Int32Array:
    # Not `frozen`: that would copy what was made just now.
    array.setflags(write=False)
    return array


@kernel
def _find_homes(patterns, calls, source, homes):
    # Fills the pattern that each run may return to, NONE where it calls elsewhere or otherwise.
    for run in range(source.shape[0]):
        homes[run] = NONE
        if source[run] == NONE:
            continue
        pattern = patterns.trip_pattern[source[run]]
        at, first = calls.trip_ptr[run], patterns.stop_ptr[pattern]
        length = patterns.stop_ptr[pattern + 1] - first
        same = calls.trip_ptr[run + 1] - at == length
        for k in range(length if same else 0):
            same &= calls.stop[at + k] == patterns.stop[first + k]
            same &= calls.flags[at + k] == patterns.flags[first + k]
        if same:
            homes[run] = pattern


@kernel
def _place(patterns, is_gone, calls, homes, ranked, kept, sizes, left_over):
    # Fills ``kept`` with the trips of each pattern in order, runs numbered from the count of
    # trips on, and ``sizes`` with their count; what does not fit stays in ``left_over``.
    n_trips = patterns.trip_pattern.shape[0]
    n, at = 0, 0
    while at < ranked.shape[0] and homes[ranked[at]] < 0:
        at += 1
    for pattern in range(patterns.stop_ptr.shape[0] - 1):
        begin = n
        trip, end = patterns.trip_ptr[pattern], patterns.trip_ptr[pattern + 1]
        while at < ranked.shape[0] and homes[ranked[at]] == pattern:
            run = ranked[at]
            at += 1
            first_dep = calls.dep_time[calls.trip_ptr[run]]
            while trip < end and (
                is_gone[trip] or patterns.dep_time[patterns.trip_event_ptr[trip]] <= first_dep
            ):
                if not is_gone[trip]:
                    kept[n] = trip
                    n += 1
                trip += 1
            fits = n == begin or _is_no_later(patterns, calls, kept[n - 1], n_trips + run)
            if fits and (trip == end or _is_no_later(patterns, calls, n_trips + run, trip)):
                kept[n] = n_trips + run
                n += 1
                left_over[run] = False
        for other in range(trip, end):
            if not is_gone[other]:
                kept[n] = other
                n += 1
        sizes[pattern] = n - begin
    return n


@kernel
def _is_no_later(patterns, calls, a, b):
    # Whether trip (or run) ``a`` of a pattern is nowhere after ``b``.
    n_trips = patterns.trip_pattern.shape[0]
    a_arr, a_dep, a_at = patterns.arr_time, patterns.dep_time, 0
    if a >= n_trips:
        a_arr, a_dep, a_at = calls.arr_time, calls.dep_time, calls.trip_ptr[a - n_trips]
        length = calls.trip_ptr[a - n_trips + 1] - a_at
    else:
        a_at = patterns.trip_event_ptr[a]
        length = patterns.trip_event_ptr[a + 1] - a_at
    b_arr, b_dep, b_at = patterns.arr_time, patterns.dep_time, 0
    if b >= n_trips:
        b_arr, b_dep, b_at = calls.arr_time, calls.dep_time, calls.trip_ptr[b - n_trips]
    else:
        b_at = patterns.trip_event_ptr[b]
    for i in range(length):
        if a_arr[a_at + i] > b_arr[b_at + i] or a_dep[a_at + i] > b_dep[b_at + i]:
            return False
    return True


def _assembled(
    timetable: Timetable, calls: Calls, kept: Int32Array, sizes: Int32Array, left_over: np.ndarray
) -> tuple[Patterns, Int32Array]:
    """Patterns of the trips that stay in their place and of the runs that do not."""
    old, n_stops = timetable.patterns, timetable.n_stops
    rest = np.flatnonzero(left_over)
    extra, order = _extra(calls, rest, n_stops)
    origin = np.concatenate((kept, timetable.n_trips + rest[order])).astype(np.int32)
    ptr = np.zeros(len(origin) + 1, np.int32)
    _lengths(old.trip_event_ptr, calls.trip_ptr, origin, ptr)
    arr, dep = np.empty(ptr[-1], np.int32), np.empty(ptr[-1], np.int32)
    _copy_events(old, calls, origin, ptr, arr, dep)
    n_calls, n_old = len(old.stop), timetable.n_patterns
    all_sizes = np.concatenate((sizes, np.diff(extra.trip_ptr)))
    trip_ptr = np.concatenate(([0], np.cumsum(all_sizes))).astype(np.int32)
    # Extra patterns are numbered last, so at each stop they come after those that were there.
    where = np.repeat(old.at_stop_ptr[1:], np.diff(extra.at_stop_ptr))
    return Patterns(
        stop_ptr=_joined(old.stop_ptr, extra.stop_ptr[1:] + n_calls),
        stop=_joined(old.stop, extra.stop),
        flags=_joined(old.flags, extra.flags),
        trip_ptr=_kept(trip_ptr),
        trip_event_ptr=_kept(ptr),
        trip_pattern=_kept(np.repeat(np.arange(len(all_sizes), dtype=np.int32), all_sizes)),
        arr_time=_kept(arr),
        dep_time=_kept(dep),
        at_stop_ptr=frozen(old.at_stop_ptr + extra.at_stop_ptr),
        at_stop_pattern=frozen(
            np.insert(old.at_stop_pattern, where, extra.at_stop_pattern + n_old)
        ),
        at_stop_pos=frozen(np.insert(old.at_stop_pos, where, extra.at_stop_pos)),
        stay_ptr=frozen(np.zeros(len(origin) + 1)),
        stay_trip=frozen([]),
    ), _kept(origin)


def _with_stays(
    timetable: Timetable, patterns: Patterns, origin: Int32Array, source: np.ndarray
) -> Patterns:
    """Stays between what still runs and still meets; a run has those of the trip it replaces.

    Where a delay parts two trips of a pattern in the trips they go on as, riders of the earlier
    one are still told of the first that leaves, not of every one.
    """
    pairs = list_stays(timetable.patterns)
    if not len(pairs):
        return patterns
    number = np.full(timetable.n_trips, NONE, np.int64)
    of_old = np.where(origin < timetable.n_trips, origin, NONE).astype(np.int64)
    is_run = origin >= timetable.n_trips
    of_old[is_run] = source[origin[is_run] - timetable.n_trips]
    known = of_old != NONE
    number[of_old[known]] = np.flatnonzero(known)
    pairs = number[pairs]
    pairs = pairs[(pairs != NONE).all(axis=1)]
    end = patterns.arr_time[patterns.trip_event_ptr[pairs[:, 0] + 1] - 1]
    meets = patterns.dep_time[patterns.trip_event_ptr[pairs[:, 1]]] >= end
    return with_stays(patterns, pairs[meets])


def _joined(old: Int32Array, extra: np.ndarray) -> Int32Array:
    return old if not len(extra) else frozen(np.concatenate((old, extra)))


def _extra(calls: Calls, rest: np.ndarray, n_stops: int) -> tuple[Patterns, np.ndarray]:
    """Patterns of some runs alone, and the runs in their order."""
    lengths = np.diff(calls.trip_ptr)[rest]
    ptr = np.concatenate(([0], np.cumsum(lengths)))
    rows = np.arange(ptr[-1]) + np.repeat(calls.trip_ptr[:-1][rest] - ptr[:-1], lengths)
    own = Calls(ptr, *(column[rows] for column in calls[1:]))
    chains = list_chains(own)
    order = np.array([trip for chain in chains for trip in chain], np.int64)
    return lay_out(own, chains, order, n_stops), order


@kernel
def _lengths(trip_event_ptr, run_ptr, origin, ptr):
    # Fills ``ptr`` with the offsets of the events of the trips in ``origin``.
    n_trips = trip_event_ptr.shape[0] - 1
    for i in range(origin.shape[0]):
        trip = origin[i]
        if trip < n_trips:
            ptr[i + 1] = ptr[i] + trip_event_ptr[trip + 1] - trip_event_ptr[trip]
        else:
            ptr[i + 1] = ptr[i] + run_ptr[trip - n_trips + 1] - run_ptr[trip - n_trips]


@kernel
def _copy_events(patterns, calls, origin, ptr, arr, dep):
    n_trips = patterns.trip_pattern.shape[0]
    for i in range(origin.shape[0]):
        trip = origin[i]
        if trip < n_trips:
            start = patterns.trip_event_ptr[trip]
            for k in range(ptr[i + 1] - ptr[i]):
                arr[ptr[i] + k] = patterns.arr_time[start + k]
                dep[ptr[i] + k] = patterns.dep_time[start + k]
        else:
            start = calls.trip_ptr[trip - n_trips]
            for k in range(ptr[i + 1] - ptr[i]):
                arr[ptr[i] + k] = calls.arr_time[start + k]
                dep[ptr[i] + k] = calls.dep_time[start + k]


def _connections(timetable: Timetable, new: Patterns, origin: Int32Array) -> Connections:
    """Hops by departure: those that stay, and those of runs merged in."""
    old, n_trips = timetable.patterns, timetable.n_trips
    stays = origin < n_trips
    trip = np.full(n_trips, NONE, np.int32)
    trip[origin[stays]] = np.flatnonzero(stays)
    shift = np.zeros(n_trips, np.int32)
    shift[origin[stays]] = new.trip_event_ptr[:-1][stays] - old.trip_event_ptr[origin[stays]]
    first = new.trip_event_ptr[:-1][~stays].astype(np.int64)
    lengths = new.trip_event_ptr[1:][~stays] - first - 1
    event = np.arange(lengths.sum()) + np.repeat(first - np.cumsum(lengths) + lengths, lengths)
    # Events are numbered by trip and position, the order of connections that leave at once.
    event = event[np.argsort(new.dep_time[event], kind="stable")]
    fresh = connections_in_order(new, event)
    columns = np.empty((len(fresh), len(timetable.connections.event) + len(event)), np.int32)
    n = _merge(timetable.connections, trip, shift, fresh, columns)
    columns.setflags(write=False)
    return Connections(*(column[:n] for column in columns))


@kernel
def _merge(old, trip, shift, fresh, columns):
    # Fills ``columns`` in the order of `Connections`; returns their length.
    n, at = 0, 0
    for i in range(old.event.shape[0]):
        new_trip = trip[old.trip[i]]
        if new_trip == NONE:
            continue
        time, event = old.dep_time[i], old.event[i] + shift[old.trip[i]]
        while at < fresh.event.shape[0] and (
            fresh.dep_time[at] < time or (fresh.dep_time[at] == time and fresh.event[at] < event)
        ):
            _copy_connection(fresh, at, columns, n)
            at += 1
            n += 1
        _copy_connection(old, i, columns, n)
        columns[4, n] = new_trip
        columns[6, n] = event
        n += 1
    while at < fresh.event.shape[0]:
        _copy_connection(fresh, at, columns, n)
        at += 1
        n += 1
    return n


@kernel
def _copy_connection(connections, i, columns, n):
    columns[0, n] = connections.dep_time[i]
    columns[1, n] = connections.arr_time[i]
    columns[2, n] = connections.dep_stop[i]
    columns[3, n] = connections.arr_stop[i]
    columns[4, n] = connections.trip[i]
    columns[5, n] = connections.flags[i]
    columns[6, n] = connections.event[i]
