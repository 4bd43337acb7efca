"""Walks between stops: within a limit as the crow flies, stations, and ``transfers.txt``."""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from routing.types import NONE

EARTH_RADIUS_M = 6_371_008.8

#: transfer_type of ``transfers.txt``
_MINIMUM_TIME, _FORBIDDEN = 2, 3


@dataclass(frozen=True, slots=True)
class Walking:
    """How far and how fast people walk between stops.

    Attributes
    ----------
    limit_m
        Longest straight distance between two stops that are joined.
    detour
        Ways are longer than the straight line by this factor.
    speed_m_per_s
        Walking speed.
    """

    limit_m: float = 100.0
    detour: float = 1.3
    speed_m_per_s: float = 1.1

    def seconds(self, distance_m: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Walking time over a straight distance, rounded up, s."""
        return np.ceil(distance_m * (self.detour / self.speed_m_per_s)).astype(np.int64)


def distance_m(lon: np.ndarray, lat: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Great-circle distance between the places at positions ``a`` and ``b``, m."""
    phi, lam = np.radians(lat), np.radians(lon)
    half = np.sin((phi[b] - phi[a]) / 2) ** 2
    half += np.cos(phi[a]) * np.cos(phi[b]) * np.sin((lam[b] - lam[a]) / 2) ** 2
    metres: np.ndarray = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1)))
    return metres


def list_near(lon: np.ndarray, lat: np.ndarray, limit_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Ordered pairs of different places at most ``limit_m`` apart.

    Parameters
    ----------
    lon
        Longitudes, degrees, shape (n,).
    lat
        Latitudes, degrees, shape (n,).
    limit_m
        Longest distance, m.

    Returns
    -------
    a, b : ndarray of int64, shape (f,)
        Positions; each pair occurs in both directions.
    """
    # By latitude alone a band of the limit's width holds every partner; the band is short.
    order = np.argsort(lat, kind="stable")
    reach = np.degrees(limit_m / EARTH_RADIUS_M)
    end = np.searchsorted(lat[order], lat[order] + reach, side="right")
    count = end - np.arange(len(lat)) - 1
    first = np.repeat(np.arange(len(lat)), count)
    ptr = np.concatenate(([0], np.cumsum(count)))
    second = first + 1 + np.arange(len(first)) - np.repeat(ptr[:-1], count)
    a, b = order[first], order[second]
    # Longitudes thin the band out before the trigonometry; on the date line nobody changes.
    near = np.abs(lon[a] - lon[b]) * np.cos(np.radians(np.abs(lat[b]))) <= reach * 1.001 + 1e-9
    a, b = a[near], b[near]
    near = distance_m(lon, lat, a, b) <= limit_m
    return np.concatenate((a[near], b[near])), np.concatenate((b[near], a[near]))


def build_footpaths(
    lon: np.ndarray,
    lat: np.ndarray,
    station: np.ndarray,
    transfers: np.ndarray,
    walking: Walking,
) -> tuple[np.ndarray, np.ndarray]:
    """Footpaths closed within the limit, and the times to change at one stop.

    Two stops are joined when they are within the limit, belong to one station, or are named by a
    transfer; then so are stops joined by a chain of walks that takes no longer than the limit.
    A minimum time of ``transfers.txt`` replaces the walk of its pair, also where it is longer
    than another way round; a forbidden transfer removes it.

    Parameters
    ----------
    lon
        Longitudes, degrees, shape (n,).
    lat
        Latitudes, degrees, shape (n,).
    station
        Station of each stop as an index, below 0 where it has none, shape (n,).
    transfers
        Rows ``(from_stop, to_stop, transfer_type, min_s)``, min_s below 0 where not given; a
        station stands for all its stops, shape (m, 4).
    walking
        Limit and speed.

    Returns
    -------
    footpaths : ndarray of int64, shape (f, 3)
        Rows ``(from_stop, to_stop, seconds)``.
    change_s : ndarray of int64, shape (n,)
        Time between alighting and boarding at the same stop, s.
    """
    a, b = list_near(lon, lat, walking.limit_m)
    siblings = _siblings(station)
    pairs = np.concatenate((np.stack((a, b), axis=1), siblings))
    fixed, change_s, named = _by_transfers(transfers, station, len(lon))
    pairs = np.concatenate((pairs, np.array(named, np.int64).reshape(-1, 2)))
    seconds = walking.seconds(distance_m(lon, lat, pairs[:, 0], pairs[:, 1]))
    walks = dict(zip(map(tuple, pairs.tolist()), seconds.tolist(), strict=True))
    joined = walks | {pair: s for pair, s in fixed.items() if s is not None}
    if fixed or len(siblings) or named:
        limit_s = int(walking.seconds(np.array(walking.limit_m)))
        joined = closed(joined, limit_s) | {p: s for p, s in fixed.items() if s is not None}
    for pair, s in fixed.items():
        if s is None:
            joined.pop(pair, None)
    rows = [(*pair, s) for pair, s in joined.items()]
    return np.array(rows, np.int64).reshape(-1, 3), change_s


def of_all_trips(transfers: pd.DataFrame) -> np.ndarray:
    """Rows for `build_footpaths` of the transfers of a feed that hold whatever the trips."""
    limits = transfers[["from_route", "to_route", "from_trip", "to_trip"]].to_numpy() != NONE
    rows = transfers[~limits.any(axis=1) & (transfers["type"] <= _FORBIDDEN).to_numpy()]
    found: np.ndarray = rows[["from_stop", "to_stop", "type", "min_s"]].to_numpy(np.int64)
    return found


def _siblings(station: np.ndarray) -> np.ndarray:
    """Ordered pairs of different stops of one station, the station itself being one."""
    groups = _groups(station).values()
    pairs = [(a, b) for group in groups for a in group for b in group if a != b]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _groups(station: np.ndarray) -> dict[int, list[int]]:
    """Each station with its stops, itself first."""
    groups: dict[int, list[int]] = {}
    for stop, owner in enumerate(station.tolist()):
        if owner >= 0:
            groups.setdefault(owner, [owner]).append(stop)
    return groups


def _by_transfers(
    transfers: np.ndarray, station: np.ndarray, n_stops: int
) -> tuple[dict[tuple[int, int], int | None], np.ndarray, list[tuple[int, int]]]:
    """Pairs with a fixed time (None: forbidden), change times, and pairs to be walked."""
    fixed: dict[tuple[int, int], int | None] = {}
    change_s = np.zeros(n_stops, np.int64)
    named = []
    groups = _groups(station)
    for from_stop, to_stop, kind, min_s in transfers.tolist():
        for a in groups.get(from_stop, [from_stop]):
            for b in groups.get(to_stop, [to_stop]):
                if kind == _FORBIDDEN:
                    # At one stop a ban can only concern certain routes; there it means nothing.
                    if a != b:
                        fixed[a, b] = None
                elif kind == _MINIMUM_TIME and min_s >= 0:
                    if a == b:
                        change_s[a] = max(change_s[a], min_s)
                    else:
                        fixed[a, b] = min_s
                elif a != b:
                    named.append((a, b))
    return fixed, change_s, named


def closed(walks: dict[tuple[int, int], int], limit_s: int) -> dict[tuple[int, int], int]:
    """Walks and the chains of walks that take at most ``limit_s`` (shortest paths).

    Parameters
    ----------
    walks
        Seconds by ordered pair of stops.
    limit_s
        Longest chain, s.

    Returns
    -------
    dict
        Seconds by ordered pair; the walks given are all in it, none longer than before.
    """
    leaving: dict[int, list[tuple[int, int]]] = {}
    for (a, b), s in walks.items():
        leaving.setdefault(a, []).append((s, b))
    closed = dict(walks)
    for start in leaving:
        queue, seen = [(0, start)], set()
        while queue:
            spent, stop = heapq.heappop(queue)
            if stop in seen:
                continue
            seen.add(stop)
            if stop != start:
                closed[start, stop] = min(spent, closed.get((start, stop), spent))
            for s, other in leaving.get(stop, ()):
                if spent + s <= limit_s and other not in seen:
                    heapq.heappush(queue, (spent + s, other))
    return closed
