"""Transfers of certain trips, and trips that riders may stay seated for, on one service day.

``transfers.txt`` types 0 to 3 that name routes or trips become `LimitedTransfer`s; types 4 and 5
allow and forbid staying seated. Trips of one ``block_id`` follow each other in one vehicle, and
riders may stay seated from each to the next unless type 5 says no: when it goes on within half an
hour, from the place where the trip before ended, and at least half of its calls are away from where
that trip has been. A vehicle that turns and drives back brings nobody anywhere: who stayed seated
could have waited on the way. Each stay makes patterns smaller and searches slower; where most
vehicles turn (Staten Island), this rule keeps 87 of 1,939 and with them all of the speed.
"""

from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from gtfs.feed import Feed
from gtfs.footpaths import Walking, distance_m
from routing.transit.limited import FORBIDDEN_S, LimitedTransfer
from routing.transit.timetable import Calls
from routing.types import NONE

_MINIMUM_TIME, _FORBIDDEN, _IN_SEAT, _NOT_IN_SEAT = 2, 3, 4, 5
#: Longest time that riders wait in a vehicle between two trips of a block, s.
MOST_LAYOVER_S = 1800
#: How far apart the ends of two trips of a block may be, m, and stops on either side of a street.
_SAME_PLACE_M = 150.0


class Runs(NamedTuple):
    """Trips as they run on the day."""

    trip: np.ndarray  # (n,) trip of the feed
    day_offset: np.ndarray  # (n,) days from this service day to its own


def list_stays(feed: Feed, runs: Runs, calls: Calls, with_blocks: bool = True) -> np.ndarray:
    """Pairs of runs of which the second is the same vehicle later on.

    Parameters
    ----------
    feed
        The feed.
    runs
        Runs of the day.
    calls
        Calls of each run, in the order of ``runs``.
    with_blocks
        Whether trips of one block count; `transfers.txt` always does.

    Returns
    -------
    ndarray of int64, shape (n, 2)
        Positions in ``runs``.
    """
    table = feed.transfers
    pairs = {kind: _trip_pairs(table[table["type"] == kind]) for kind in (_IN_SEAT, _NOT_IN_SEAT)}
    by_trip = _sole_runs(runs)
    found = []
    for before, after in sorted(pairs[_IN_SEAT]):
        for key, run in by_trip.items():
            if key[0] == before and (after, key[1]) in by_trip:
                found.append((run, by_trip[after, key[1]]))
    if with_blocks:
        decided = pairs[_NOT_IN_SEAT]
        found += [
            (a, b)
            for a, b in _block_pairs(feed, runs, calls, by_trip)
            if (int(runs.trip[a]), int(runs.trip[b])) not in decided
        ]
    rows = np.array(sorted(set(found)), np.int64).reshape(-1, 2)
    end = calls.arr_time[calls.trip_ptr[rows[:, 0] + 1] - 1]
    first, last = calls.trip_ptr[rows[:, 1]], calls.trip_ptr[rows[:, 1] + 1] - 1
    kept: np.ndarray = rows[(calls.dep_time[first] >= end) & (calls.arr_time[last] > end)]
    return kept


def _trip_pairs(rows: pd.DataFrame) -> set[tuple[int, int]]:
    pairs = zip(rows["from_trip"].tolist(), rows["to_trip"].tolist(), strict=True)
    return {pair for pair in pairs if NONE not in pair}


def _sole_runs(runs: Runs) -> dict[tuple[int, int], int]:
    """Run by trip and day of the trips that run once a day: repeated ones have no vehicle."""
    found: dict[tuple[int, int], int] = {}
    repeated = set()
    for run, key in enumerate(zip(runs.trip.tolist(), runs.day_offset.tolist(), strict=True)):
        if key in found:
            repeated.add(key)
        found[key] = run
    return {key: run for key, run in found.items() if key not in repeated}


def _block_pairs(
    feed: Feed, runs: Runs, calls: Calls, by_trip: dict[tuple[int, int], int]
) -> list[tuple[int, int]]:
    block_ids = feed.trips["block_id"].to_numpy(object)
    blocks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for (trip, day_offset), run in by_trip.items():
        if block_ids[trip]:
            blocks[block_ids[trip], day_offset].append(run)
    places = _Places(feed)
    found = []
    for members in blocks.values():
        members.sort(key=lambda run: int(calls.dep_time[calls.trip_ptr[run]]))
        for a, b in pairwise(members):
            layover_s = int(calls.dep_time[calls.trip_ptr[b]]) - int(
                calls.arr_time[calls.trip_ptr[a + 1] - 1]
            )
            if 0 <= layover_s <= MOST_LAYOVER_S and places.leads_on(
                calls.stop[calls.trip_ptr[a] : calls.trip_ptr[a + 1]].tobytes(),
                calls.stop[calls.trip_ptr[b] : calls.trip_ptr[b + 1]].tobytes(),
                calls.stop.dtype,
            ):
                found.append((a, b))
    return found


class _Places:
    """Tells whether a trip goes on from another one to where that has not been."""

    def __init__(self, feed: Feed) -> None:
        self._lon = feed.stops["lon"].to_numpy(float)
        self._lat = feed.stops["lat"].to_numpy(float)
        self._known: dict[tuple[bytes, bytes], bool] = {}

    def leads_on(self, before: bytes, after: bytes, dtype: np.dtype) -> bool:
        """Whether the second stops begin where the first end and do not lead back along them."""
        key = before, after
        if key not in self._known:
            self._known[key] = self._is_new(*(np.frombuffer(part, dtype) for part in key))
        return self._known[key]

    def _is_new(self, before: np.ndarray, after: np.ndarray) -> bool:
        if self._apart_m(before[-1:], after[:1])[0, 0] > _SAME_PLACE_M:
            return False
        is_new = self._apart_m(after[1:], before).min(axis=1) > _SAME_PLACE_M
        return bool(is_new.mean() >= 0.5)

    def _apart_m(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        rows, columns = np.repeat(a, len(b)), np.tile(b, len(a))
        return distance_m(self._lon, self._lat, rows, columns).reshape(len(a), len(b))


def list_limited(feed: Feed, runs: Runs, walking: Walking) -> list[LimitedTransfer]:
    """Rules of ``transfers.txt`` that name routes or trips, a station being all its stops.

    Parameters
    ----------
    feed
        The feed.
    runs
        Runs of the day; the trips of a rule are positions here.
    walking
        How fast people walk where a rule gives no time.

    Returns
    -------
    list of LimitedTransfer
        In the order of the file.
    """
    table = feed.transfers
    limits = table[["from_route", "to_route", "from_trip", "to_trip"]].to_numpy() != NONE
    rows = table[limits.any(axis=1) & (table["type"] < _IN_SEAT).to_numpy()]
    route = feed.trips["route"].to_numpy(np.int64)[runs.trip]
    lon, lat = feed.stops["lon"].to_numpy(float), feed.stops["lat"].to_numpy(float)
    platforms: dict[int, list[int]] = {}
    for stop, parent in enumerate(feed.stops["parent"].tolist()):
        if parent != NONE:
            platforms.setdefault(parent, [parent]).append(stop)
    rules = []
    for row in rows.itertuples():
        comes = _trips_of(row.from_trip, row.from_route, runs.trip, route)
        leaves = _trips_of(row.to_trip, row.to_route, runs.trip, route)
        for a in platforms.get(row.from_stop, [row.from_stop]):
            for b in platforms.get(row.to_stop, [row.to_stop]):
                apart_m = distance_m(lon, lat, np.array([a]), np.array([b]))
                seconds = int(walking.seconds(apart_m)[0])
                if row.type == _FORBIDDEN:
                    seconds = FORBIDDEN_S
                elif row.type == _MINIMUM_TIME and row.min_s >= 0:
                    seconds = int(row.min_s)
                rules.append(LimitedTransfer(a, b, comes, leaves, seconds, _specificity(row)))
    return rules


def _trips_of(
    trip: int, route: int, trips: np.ndarray, routes: np.ndarray
) -> frozenset[int] | None:
    if trip != NONE:
        return frozenset(np.flatnonzero(trips == trip).tolist())
    if route != NONE:
        return frozenset(np.flatnonzero(routes == route).tolist())
    return None


def _specificity(row: object) -> int:
    """Rank of a rule as the GTFS reference orders them: trips before routes, two before one."""
    sides = [
        2 if getattr(row, f"{side}_trip") != NONE else int(getattr(row, f"{side}_route") != NONE)
        for side in ("from", "to")
    ]
    return {(2, 2): 5, (1, 2): 4, (0, 2): 3, (1, 1): 2}.get(tuple(sorted(sides)), 1)  # type: ignore[arg-type]
