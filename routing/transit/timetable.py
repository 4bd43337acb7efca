"""The timetable of one service day as flat arrays, and the rules that make it valid.

Rules the arrays keep, so that no kernel has to ask: trips of a pattern never overtake each other;
times never decrease along a trip; nobody walks twice in a row, so footpaths arrive here already
closed; connections are ordered by ``(dep_time, trip, position)``.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from routing.errors import TimetableError
from routing.kernel import kernel
from routing.types import NEVER, Int32Array, frozen

CAN_BOARD = 1
CAN_ALIGHT = 2
#: The same two rules for riders who need a way without steps stand this many bits higher.
STEP_FREE_SHIFT = 2
_EVERY_BOARD = CAN_BOARD | CAN_BOARD << STEP_FREE_SHIFT
_EVERY_ALIGHT = CAN_ALIGHT | CAN_ALIGHT << STEP_FREE_SHIFT


class Patterns(NamedTuple):
    """Trips grouped by equal stops and equal boarding rules, first departures first.

    Trips of a pattern are also equal in the patterns that riders may stay seated for, and none
    overtakes another there either: who is on the earlier trip is nowhere later.

    All arrays are frozen int32. ``p`` patterns, ``t`` trips, ``e`` stop events (calls of trips),
    ``c`` calls of patterns, ``s`` stops. The events of trip ``i`` are
    ``trip_event_ptr[i]:trip_event_ptr[i + 1]``, in the order of its pattern's stops.
    """

    stop_ptr: Int32Array  # (p + 1,) offsets into stop and flags
    stop: Int32Array  # (c,) stop index
    flags: Int32Array  # (c,) CAN_BOARD | CAN_ALIGHT, and both << STEP_FREE_SHIFT
    trip_ptr: Int32Array  # (p + 1,) trips of pattern i are trip_ptr[i]:trip_ptr[i + 1]
    trip_event_ptr: Int32Array  # (t + 1,) offsets into arr_time and dep_time
    trip_pattern: Int32Array  # (t,) pattern index
    arr_time: Int32Array  # (e,) service seconds
    dep_time: Int32Array  # (e,) service seconds, >= arr_time
    at_stop_ptr: Int32Array  # (s + 1,) offsets into at_stop_pattern and at_stop_pos
    at_stop_pattern: Int32Array  # (c,) pattern index
    at_stop_pos: Int32Array  # (c,) position of the stop within that pattern
    stay_ptr: Int32Array  # (t + 1,) offsets into stay_trip
    stay_trip: Int32Array  # (n,) trips that riders of a trip may stay seated for, at its last call


class Connections(NamedTuple):
    """Hops between consecutive calls, ordered by ``(dep_time, trip, position)``.

    All arrays are frozen int32; ``n`` connections.
    """

    dep_time: Int32Array  # (n,) service seconds, ascending
    arr_time: Int32Array  # (n,) service seconds, >= dep_time (equal in a sixth of real hops)
    dep_stop: Int32Array  # (n,) stop index
    arr_stop: Int32Array  # (n,) stop index
    trip: Int32Array  # (n,) trip index
    flags: Int32Array  # (n,) CAN_BOARD at dep_stop | CAN_ALIGHT at arr_stop
    event: Int32Array  # (n,) stop event of the departure; the arrival is the next event


class Walks(NamedTuple):
    """Footpaths between stops and the time needed to change at a stop, frozen int32.

    ``s`` stops, ``f`` footpaths; those of stop ``i`` are ``stop[ptr[i]:ptr[i + 1]]``. No footpath
    leads from a stop to itself: that is ``change_s``.
    """

    ptr: Int32Array  # (s + 1,)
    stop: Int32Array  # (f,) stop index
    seconds: Int32Array  # (f,) walking time, s
    change_s: Int32Array  # (s,) from alighting to boarding at the same stop, s
    place: Int32Array  # (s,) stop that this one is a copy of (`limited`), else itself


class Timetable(NamedTuple):
    """Everything that the transit kernels read about one service day."""

    patterns: Patterns
    connections: Connections
    walks: Walks

    @property
    def n_stops(self) -> int:
        """Count of stops."""
        return len(self.walks.change_s)

    @property
    def n_trips(self) -> int:
        """Count of trips."""
        return len(self.patterns.trip_pattern)

    @property
    def n_patterns(self) -> int:
        """Count of patterns."""
        return len(self.patterns.stop_ptr) - 1


class Calls(NamedTuple):
    """Calls of trips as a format reader delivers them; what `build_timetable` reads.

    ``t`` trips, ``e`` calls; the calls of trip ``i`` are ``trip_ptr[i]:trip_ptr[i + 1]``.
    """

    trip_ptr: np.ndarray  # (t + 1,)
    stop: np.ndarray  # (e,) stop index
    arr_time: np.ndarray  # (e,) service seconds
    dep_time: np.ndarray  # (e,) service seconds
    flags: np.ndarray  # (e,) CAN_BOARD | CAN_ALIGHT, and both << STEP_FREE_SHIFT


def build_walks(
    n_stops: int,
    footpaths: Any = (),
    change_s: Sequence[int] | np.ndarray | None = None,
    place: np.ndarray | None = None,
) -> Walks:
    """Footpaths as the kernels read them; the shortest of equal pairs is kept.

    Parameters
    ----------
    n_stops
        Count of stops.
    footpaths
        Rows ``(from_stop, to_stop, seconds)``, shape (f, 3); rows to the same stop are left out.
    change_s
        Shape (n_stops,), s; zero everywhere when absent.
    place
        Shape (n_stops,), stop that each one is a copy of; no copies when absent.

    Returns
    -------
    Walks
        Frozen int32 arrays.

    Raises
    ------
    TimetableError
        If a stop is unknown, a time is negative, or ``change_s`` has another length.
    """
    rows = np.array(footpaths, np.int64).reshape(-1, 3)
    change = np.zeros(n_stops, np.int64) if change_s is None else np.asarray(change_s)
    places = np.arange(n_stops) if place is None else place
    if len(change) != n_stops:
        raise TimetableError(f"change_s has {len(change)} entries for {n_stops} stops")
    if len(rows) and (rows[:, :2].min() < 0 or rows[:, :2].max() >= n_stops):
        raise TimetableError(f"a footpath names a stop outside 0..{n_stops - 1}")
    if (rows[:, 2] < 0).any() or (change < 0).any():
        raise TimetableError("a walking or change time is negative")
    rows = rows[rows[:, 0] != rows[:, 1]]
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
    rows = rows[first]
    ptr = np.searchsorted(rows[:, 0], np.arange(n_stops + 1))
    return Walks(
        frozen(ptr), frozen(rows[:, 1]), frozen(rows[:, 2]), frozen(change), frozen(places)
    )


def build_timetable(calls: Calls, walks: Walks, stays: Any = ()) -> tuple[Timetable, Int32Array]:
    """Timetable of ``calls`` with its trips renumbered by pattern.

    Parameters
    ----------
    calls
        Calls of every trip, in trip order.
    walks
        Footpaths over the same stops.
    stays
        Rows ``(trip, next trip)``: whoever is on the first at its last call may stay seated, for
        the vehicle goes on as the second; positions in ``calls``, shape (n, 2).

    Returns
    -------
    timetable : Timetable
        Frozen arrays, ready for every kernel.
    trip_order : ndarray of int32, shape (t,)
        ``trip_order[i]`` is the position in ``calls`` of the timetable's trip ``i``.

    Raises
    ------
    TimetableError
        If a trip has fewer than two calls, a stop is unknown, or times go backwards, within a
        trip or from it to one that riders stay seated for.
    """
    check_calls(calls, len(walks.change_s))
    pairs = _checked_stays(calls, stays)
    chains = list_chains(calls, pairs)
    trip_order = np.array([trip for chain in chains for trip in chain], np.int64)
    patterns = lay_out(calls, chains, trip_order, len(walks.change_s))
    number = np.empty(len(trip_order), np.int64)
    number[trip_order] = np.arange(len(trip_order))
    patterns = with_stays(patterns, number[pairs])
    timetable = Timetable(patterns, connections_in_order(patterns, _by_departure(patterns)), walks)
    return timetable, frozen(trip_order)


def step_free(timetable: Timetable) -> Timetable:
    """The same timetable for riders who need a way without steps; its indices are the same.

    Parameters
    ----------
    timetable
        Timetable whose flags say where such riders can board and alight.

    Returns
    -------
    Timetable
        A view with other flags: nobody boards or alights where these riders cannot. Footpaths
        stay, for feeds seldom say which have steps.
    """

    def narrowed(flags: Int32Array) -> Int32Array:
        """The rules for these riders in place of everybody's."""
        return frozen(flags >> STEP_FREE_SHIFT)

    patterns, connections = timetable.patterns, timetable.connections
    return timetable._replace(
        patterns=patterns._replace(flags=narrowed(patterns.flags)),
        connections=connections._replace(flags=narrowed(connections.flags)),
    )


def check_calls(calls: Calls, n_stops: int) -> None:
    """Refuse calls that are no trips.

    Raises
    ------
    TimetableError
        If a trip has fewer than two calls, a stop is unknown, or times go backwards.
    """
    lengths = np.diff(calls.trip_ptr)
    if (lengths < 2).any():
        raise TimetableError(f"trip {int(np.argmax(lengths < 2))} has fewer than two calls")
    if len(calls.stop) and (calls.stop.min() < 0 or calls.stop.max() >= n_stops):
        raise TimetableError(f"a call names a stop outside 0..{n_stops - 1}")
    times = np.stack((calls.arr_time, calls.dep_time), axis=1).astype(np.int64).ravel()
    if len(times) and max(times.max(), -times.min()) >= NEVER:
        raise TimetableError("a time is out of range")
    backwards = np.diff(times) < 0
    # The step from one trip's last departure to the next trip's first arrival may go back.
    backwards[2 * calls.trip_ptr[1:-1].astype(np.int64) - 1] = False
    if backwards.any():
        event = (int(np.argmax(backwards)) + 1) // 2
        trip = int(np.searchsorted(calls.trip_ptr, event, side="right")) - 1
        raise TimetableError(f"times of trip {trip} go backwards at call {event}")


def list_chains(calls: Calls, stays: np.ndarray | None = None) -> list[list[int]]:
    """Trips with equal stops and flags in chains in which none overtakes another.

    With ``stays``, rows ``(trip, next trip)``, trips of a chain also go on into trips of the same
    chains, in the same order.
    """
    nexts: dict[int, list[int]] = {}
    for trip, following in () if stays is None else stays.tolist():
        nexts.setdefault(trip, []).append(following)
    groups: list[list[int]] = _group_by_pattern(calls)
    if not nexts:
        return [chain for trips in groups for chain in _split_fifo(calls, trips)]
    chains: list[list[int]] = []
    place: dict[int, tuple[int, int]] = {}  # trip -> its chain, and where in it
    for trips in _by_depth(groups, nexts):
        alike: dict[tuple[int, ...], list[int]] = {}
        for trip in trips:
            into = tuple(place[following][0] for following in nexts.get(trip, ()))
            alike.setdefault(into, []).append(trip)
        for members in alike.values():
            ranks = [[place[following][1] for following in nexts.get(i, ())] for i in members]
            for chain in _split_fifo(calls, members, np.array(ranks, np.int64)):
                place |= {trip: (len(chains), i) for i, trip in enumerate(chain)}
                chains.append(chain)
    return chains


def _by_depth(groups: list[list[int]], nexts: dict[int, list[int]]) -> Iterator[list[int]]:
    """Groups of trips with equal stops, those that riders stay seated for before their feeders."""
    depth: dict[int, int] = {}
    waiting = list(nexts)
    while waiting:
        trip = waiting[-1]
        open_ = [following for following in nexts.get(trip, ()) if following not in depth]
        if open_:
            waiting += open_
            continue
        depth[trip] = 1 + max((depth[following] for following in nexts.get(trip, ())), default=-1)
        waiting.pop()
    for level in range(max(depth.values()) + 1):
        for trips in groups:
            members = [trip for trip in trips if depth.get(trip, 0) == level]
            if members:
                yield members


def _checked_stays(calls: Calls, stays: Any) -> np.ndarray:
    """Distinct rows of stays that lead forward in time."""
    pairs = np.array(stays, np.int64).reshape(-1, 2)
    if not len(pairs):
        return pairs
    n_trips = len(calls.trip_ptr) - 1
    if pairs.min() < 0 or pairs.max() >= n_trips:
        raise TimetableError(f"a stay names a trip outside 0..{n_trips - 1}")
    pairs = np.unique(pairs, axis=0)
    end = calls.arr_time[calls.trip_ptr[pairs[:, 0] + 1] - 1]
    first, last = calls.trip_ptr[pairs[:, 1]], calls.trip_ptr[pairs[:, 1] + 1] - 1
    # A trip that takes no time at all could come round to itself within one second.
    bad = (calls.dep_time[first] < end) | (calls.arr_time[last] <= end)
    if bad.any():
        trip, following = pairs[int(np.argmax(bad))].tolist()
        raise TimetableError(f"nobody can stay seated from trip {trip} to trip {following}")
    return pairs


def with_stays(patterns: Patterns, stays: np.ndarray) -> Patterns:
    """Patterns whose riders may stay seated: rows ``(trip, next trip)``, the patterns' trips."""
    pairs = stays[np.lexsort((stays[:, 1], stays[:, 0]))]
    ptr = np.searchsorted(pairs[:, 0], np.arange(len(patterns.trip_pattern) + 1))
    return patterns._replace(stay_ptr=frozen(ptr), stay_trip=frozen(pairs[:, 1]))


def list_stays(patterns: Patterns) -> np.ndarray:
    """Rows ``(trip, next trip)`` of the stays of patterns, shape (n, 2)."""
    trip = np.repeat(np.arange(len(patterns.trip_pattern)), np.diff(patterns.stay_ptr))
    return np.stack((trip, patterns.stay_trip), axis=1).astype(np.int64)


def longest_stay(patterns: Patterns) -> int:
    """Most trips that a rider can take one after the other on one seat; 1 without stays."""
    pairs = list_stays(patterns)
    depth = np.ones(len(patterns.trip_pattern), np.int64)
    # Feeders end before what they feed does: later ends first.
    ends = patterns.arr_time[patterns.trip_event_ptr[1:] - 1]
    for trip, following in pairs[np.argsort(-ends[pairs[:, 0]], kind="stable")].tolist():
        depth[trip] = max(depth[trip], depth[following] + 1)
    return int(depth.max(initial=1))


def _group_by_pattern(calls: Calls) -> list[list[int]]:
    """Trips with equal stops and flags, in order of first appearance."""
    key = np.stack((calls.stop, calls.flags), axis=1).astype(np.int32)
    groups: dict[bytes, list[int]] = {}
    for trip, (start, end) in enumerate(
        zip(calls.trip_ptr[:-1].tolist(), calls.trip_ptr[1:].tolist(), strict=True)
    ):
        groups.setdefault(key[start:end].tobytes(), []).append(trip)
    return list(groups.values())


def _split_fifo(calls: Calls, trips: list[int], ranks: np.ndarray | None = None) -> list[list[int]]:
    """Chains of trips in which none overtakes another, at any call, nor in ``ranks``."""
    start = calls.trip_ptr[trips]
    span = np.arange(int(calls.trip_ptr[trips[0] + 1] - start[0]))
    rows = start[:, None] + span
    times = np.concatenate((calls.dep_time[rows], calls.arr_time[rows]), axis=1)
    if ranks is not None:
        times = np.concatenate((times, ranks), axis=1)
    # Lexicographic order extends "never earlier anywhere", so one pass of first fit suffices.
    order = np.lexsort(times.T[::-1])
    times = times[order]
    if (np.diff(times, axis=0) >= 0).all():
        return [[trips[i] for i in order]]
    chains: list[list[int]] = []
    for i in range(len(order)):
        for chain in chains:
            if (times[i] >= times[chain[-1]]).all():
                chain.append(i)
                break
        else:
            chains.append([i])
    return [[trips[order[i]] for i in chain] for chain in chains]


def lay_out(
    calls: Calls, chains: list[list[int]], trip_order: np.ndarray, n_stops: int
) -> Patterns:
    """Patterns of ``chains``, whose trips one after the other are ``trip_order``."""
    lengths = np.diff(calls.trip_ptr)
    heads = np.array([chain[0] for chain in chains], np.int64)
    stop_rows = _spans(calls.trip_ptr[heads], lengths[heads])
    event_rows = _spans(calls.trip_ptr[trip_order], lengths[trip_order])
    sizes = np.array([len(chain) for chain in chains], np.int64)
    stop_ptr = _ptr(lengths[heads])
    stop = calls.stop[stop_rows]
    by_stop = np.argsort(stop, kind="stable")
    pattern_of_call = np.repeat(np.arange(len(chains)), lengths[heads])
    pos_of_call = np.arange(len(stop)) - stop_ptr[pattern_of_call]
    return Patterns(
        stop_ptr=frozen(stop_ptr),
        stop=frozen(stop),
        flags=frozen(calls.flags[stop_rows]),
        trip_ptr=frozen(_ptr(sizes)),
        trip_event_ptr=frozen(_ptr(lengths[trip_order])),
        trip_pattern=frozen(np.repeat(np.arange(len(chains)), sizes)),
        arr_time=frozen(calls.arr_time[event_rows]),
        dep_time=frozen(calls.dep_time[event_rows]),
        at_stop_ptr=frozen(np.searchsorted(stop[by_stop], np.arange(n_stops + 1))),
        at_stop_pattern=frozen(pattern_of_call[by_stop]),
        at_stop_pos=frozen(pos_of_call[by_stop]),
        stay_ptr=frozen(np.zeros(len(trip_order) + 1)),
        stay_trip=frozen([]),
    )


def _ptr(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def _spans(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Positions of all spans ``start:start + length``, one after the other."""
    ptr = _ptr(lengths)
    return np.arange(ptr[-1]) + np.repeat(starts - ptr[:-1], lengths)


def _by_departure(patterns: Patterns) -> np.ndarray:
    """Events that a hop starts with, ordered by departure, trip and position."""
    is_last = np.zeros(len(patterns.dep_time), bool)
    is_last[patterns.trip_event_ptr[1:] - 1] = True
    event = np.flatnonzero(~is_last)
    # Events already run by trip and position, so a stable sort by time yields the order we want.
    return event[np.argsort(patterns.dep_time[event], kind="stable")]


def connections_in_order(patterns: Patterns, event: np.ndarray) -> Connections:
    """Hops that start with the events given, which are ordered by departure, trip, position."""
    columns = np.empty((len(Connections._fields), len(event)), np.int32)
    trip_of = np.repeat(
        np.arange(len(patterns.trip_pattern), dtype=np.int32), np.diff(patterns.trip_event_ptr)
    )
    _fill_connections(patterns, event.astype(np.int32), trip_of, columns)
    columns.setflags(write=False)
    return Connections(*columns)


@kernel
def _fill_connections(patterns, event, trip_of, columns):
    for i in range(event.shape[0]):
        start, trip = event[i], trip_of[event[i]]
        pattern = patterns.trip_pattern[trip]
        call = patterns.stop_ptr[pattern] + start - patterns.trip_event_ptr[trip]
        columns[0, i] = patterns.dep_time[start]
        columns[1, i] = patterns.arr_time[start + 1]
        columns[2, i] = patterns.stop[call]
        columns[3, i] = patterns.stop[call + 1]
        columns[4, i] = trip
        columns[5, i] = (patterns.flags[call] & _EVERY_BOARD) | (
            patterns.flags[call + 1] & _EVERY_ALIGHT
        )
        columns[6, i] = start


class Offsets(NamedTuple):
    """Walks (or shuttle rides) between an address and stops: access or egress, frozen int32."""

    stop: Int32Array  # (n,) stop index
    seconds: Int32Array  # (n,) s


def get_offsets(stops: Any, seconds: Any, n_stops: int) -> Offsets:
    """Checked access or egress offsets.

    Parameters
    ----------
    stops
        Stop indices, shape (n,); a stop may occur more than once.
    seconds
        Duration to or from each, shape (n,), s.
    n_stops
        Count of stops of the timetable.

    Returns
    -------
    Offsets
        Frozen int32 arrays.

    Raises
    ------
    TimetableError
        If the lengths differ, a stop is unknown or a duration is negative.
    """
    stop, duration = frozen(stops), frozen(seconds)
    if stop.ndim != 1 or stop.shape != duration.shape:
        raise TimetableError(f"{stop.size} offset stops but {duration.size} durations")
    if len(stop) and (stop.min() < 0 or stop.max() >= n_stops):
        raise TimetableError(f"an offset names a stop outside 0..{n_stops - 1}")
    if (duration < 0).any() or (duration >= NEVER).any():
        raise TimetableError("an offset duration is negative or out of range")
    return Offsets(stop, duration)


def get_time(time: int) -> np.int32:
    """Service seconds as the kernels take them.

    Raises
    ------
    TimetableError
        If the time is too far from the service day to be added to.
    """
    if not -NEVER < time < NEVER:
        raise TimetableError(f"time {time} is out of range")
    return np.int32(time)


class StopOffsets:
    """Access and egress offsets of every stop, made once for many queries.

    Parameters
    ----------
    walks
        Footpaths of the timetable.
    """

    def __init__(self, walks: Walks) -> None:
        n = len(walks.change_s)
        source, other, seconds = _between_places(walks)
        self._access = _by_stop(source, other, seconds, n)
        self._egress = _by_stop(other, source, seconds, n)

    def list_access(self, stop: int) -> Offsets:
        """As `list_access` says."""
        return _of_stop(*self._access, stop)

    def list_egress(self, stop: int) -> Offsets:
        """As `list_egress` says."""
        return _of_stop(*self._egress, stop)


def _between_places(walks: Walks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Footpaths as those take them who come from outside or leave: all copies of a stop are one."""
    n = len(walks.change_s)
    source = np.repeat(np.arange(n), np.diff(walks.ptr))
    if (walks.place == np.arange(n)).all():
        return source, walks.stop, walks.seconds
    key = walks.place[source].astype(np.int64) * n + walks.place[walks.stop]
    order = np.lexsort((walks.seconds, key))
    pairs, first = np.unique(key[order], return_index=True)
    copies: dict[int, list[int]] = {}
    for stop, place in enumerate(walks.place.tolist()):
        copies.setdefault(place, []).append(stop)
    rows = [
        (a, b, 0 if from_place == to_place else s)
        for from_place, to_place, s in zip(
            (pairs // n).tolist(), (pairs % n).tolist(), walks.seconds[order][first].tolist(),
            strict=True,
        )
        for a in copies[from_place]
        for b in copies[to_place]
        if a != b
    ]  # fmt: skip
    rows += [(a, b, 0) for group in copies.values() for a in group for b in group if a != b]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _by_stop(
    owner: np.ndarray, other: np.ndarray, seconds: np.ndarray, n_stops: int
) -> tuple[list[int], Int32Array, Int32Array]:
    """Offsets, stops and seconds by owner, each beginning with the owner itself."""
    stops = np.arange(n_stops)
    owners = np.concatenate((stops, owner))
    order = np.argsort(owners, kind="stable")
    ptr = np.searchsorted(owners[order], np.arange(n_stops + 1)).tolist()
    nothing = np.zeros(n_stops, np.int32)
    return (
        ptr,
        frozen(np.concatenate((stops, other))[order]),
        frozen(np.concatenate((nothing, seconds))[order]),
    )


def _of_stop(ptr: list[int], stops: Int32Array, seconds: Int32Array, stop: int) -> Offsets:
    span = slice(ptr[stop], ptr[stop + 1])
    return Offsets(stops[span], seconds[span])


def list_access(timetable: Timetable, stop: int) -> Offsets:
    """The stop itself and the stops that a footpath leads to, as access offsets."""
    return StopOffsets(timetable.walks).list_access(stop)


def list_egress(timetable: Timetable, stop: int) -> Offsets:
    """The stop itself and the stops from which a footpath leads to it, as egress offsets."""
    return StopOffsets(timetable.walks).list_egress(stop)
