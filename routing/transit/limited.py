"""Transfers that hold for certain trips only, told to kernels that know pairs of stops.

A stop where such a rule holds is split: trips that the same rules concern call at one copy of it,
all others at the stop itself. What a change takes between two trips is then what the walk between
their copies takes, and no kernel has to know of rules.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from routing.transit.timetable import Calls
from routing.types import NEVER

#: Longer than any day, and still short enough to be added to a time: there is no such transfer.
FORBIDDEN_S = int(NEVER) // 4


class LimitedTransfer(NamedTuple):
    """A rule for changes from some trips at one stop to some trips at another, or at the same."""

    from_stop: int
    to_stop: int
    from_trips: frozenset[int] | None  # None: all
    to_trips: frozenset[int] | None  # None: all
    seconds: int  # `FORBIDDEN_S`: not at all
    specificity: int  # of several rules that hold, the highest counts; of equals the first


class SplitStops(NamedTuple):
    """Calls and walks over stops of which some are split; copies come after all stops."""

    stop: np.ndarray  # (e,) stop of each call
    place: np.ndarray  # (s,) stop that each is a copy of; a stop that is none is its own
    footpaths: np.ndarray  # (f, 3) from, to, s
    change_s: np.ndarray  # (s,)


#: Rules that concern whoever comes to a stop, and whoever leaves from there.
_Signature = tuple[frozenset[int], frozenset[int]]
_NO_RULE: _Signature = (frozenset(), frozenset())


def split_stops(
    calls: Calls, footpaths: Any, change_s: np.ndarray, rules: Sequence[LimitedTransfer]
) -> SplitStops:
    """Split stops so that transfers between stops say what ``rules`` say of trips.

    Parameters
    ----------
    calls
        Calls of every trip.
    footpaths
        Rows ``(from_stop, to_stop, seconds)`` that hold where no rule does, shape (f, 3).
    change_s
        Time to change at one stop where no rule holds, s, shape (s,).
    rules
        Their trips are positions in ``calls``.

    Returns
    -------
    SplitStops
        The same stops, and copies after them.
    """
    change_s = np.asarray(change_s, np.int64)
    n_stops = len(change_s)
    nodes, stop = _nodes(calls, rules, n_stops)
    place = np.concatenate((np.arange(n_stops), [s for s, _, _ in _copies(nodes, n_stops)]))
    changes = np.concatenate((change_s, change_s[place[n_stops:].astype(np.int64)]))
    base = {(a, b): s for a, b, s in np.asarray(footpaths, np.int64).reshape(-1, 3).tolist()}
    named = {(rule.from_stop, rule.to_stop) for rule in rules}
    rows = []
    for a, b in {*base, *named, *((a, a) for a in nodes)}:
        usual = int(change_s[a]) if a == b else base.get((a, b), FORBIDDEN_S)
        for (comes, _), x in nodes.get(a, {_NO_RULE: a}).items():
            for (_, leaves), y in nodes.get(b, {_NO_RULE: b}).items():
                seconds = _seconds(rules, comes & leaves, usual)
                if x == y:
                    changes[x] = seconds
                elif seconds < FORBIDDEN_S:
                    rows.append((x, y, seconds))
    return SplitStops(
        stop, place.astype(np.int64), np.array(rows, np.int64).reshape(-1, 3), changes
    )


def _seconds(rules: Sequence[LimitedTransfer], holding: frozenset[int], usual: int) -> int:
    if not holding:
        return usual
    return rules[min(holding, key=lambda i: (-rules[i].specificity, i))].seconds


def _nodes(
    calls: Calls, rules: Sequence[LimitedTransfer], n_stops: int
) -> tuple[dict[int, dict[_Signature, int]], np.ndarray]:
    """Stop or copy by signature for each stop of a rule, and the stop of each call."""
    coming, leaving = defaultdict(list), defaultdict(list)
    for i, rule in enumerate(rules):
        coming[rule.from_stop].append(i)
        leaving[rule.to_stop].append(i)
    nodes: dict[int, dict[_Signature, int]] = {
        s: {_NO_RULE: s} for s in sorted({*coming, *leaving})
    }
    stop = np.array(calls.stop, np.int64)
    is_split = np.zeros(n_stops, bool)
    is_split[list(nodes)] = True
    events = np.flatnonzero(is_split[stop])
    trips = np.searchsorted(calls.trip_ptr, events, side="right") - 1
    n = n_stops
    for event, trip, here in zip(
        events.tolist(), trips.tolist(), stop[events].tolist(), strict=True
    ):
        comes = frozenset(i for i in coming[here] if _concerns(rules[i].from_trips, trip))
        leaves = frozenset(i for i in leaving[here] if _concerns(rules[i].to_trips, trip))
        known = nodes[here]
        if (comes, leaves) not in known:
            known[comes, leaves] = n
            n += 1
        stop[event] = known[comes, leaves]
    return nodes, stop


def _concerns(trips: frozenset[int] | None, trip: int) -> bool:
    return trips is None or trip in trips


def _copies(
    nodes: dict[int, dict[_Signature, int]], n_stops: int
) -> list[tuple[int, _Signature, int]]:
    """Stop, signature and index of each copy, in order of the index."""
    found = [
        (s, signature, node)
        for s, known in nodes.items()
        for signature, node in known.items()
        if node >= n_stops
    ]
    return sorted(found, key=lambda item: item[2])
