"""What is within reach of people's doors: on foot and by bus, and with the shuttle.

Rule: door to door means walking included and waiting included, from a given moment on. Whether a
shuttle comes is asked of a plan (see `routing.dispatch.reach`), never assumed.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from routing.road.geometry import FloatArray
from routing.road.walk import Ground, walk_s, walks_from
from routing.transit.reach import ReachWorkspace, earliest_arrivals
from routing.transit.timetable import Timetable, get_offsets
from routing.types import NEVER, Int32Array, frozen


class Footways(NamedTuple):
    """Walks from sources to ends; those of source ``i`` are ``ptr[i]:ptr[i + 1]``, frozen int32."""

    ptr: Int32Array  # (n + 1,)
    end: Int32Array  # (f,) index of the end
    seconds: Int32Array  # (f,)


class Feet(NamedTuple):
    """All that is walked; ``o`` origins, ``s`` bus stops, ``p`` shuttle stops, ``m`` ends."""

    direct: Footways  # o -> m
    access: Footways  # o -> s
    egress: Footways  # s -> m
    change: Footways  # p -> s, with some time to spare
    alight: Footways  # p -> m
    n_ends: int  # m


def footways(
    ground: Ground,
    sources: tuple[Any, Any],
    ends: tuple[Any, Any],
    limit_m: int,
    speed_m_per_s: float,
    spare_s: int = 0,
) -> Footways:
    """Walks within a distance.

    Parameters
    ----------
    ground
        Where people walk.
    sources
        Degrees of longitude and of latitude, shape (n,) each.
    ends
        Degrees of longitude and of latitude, shape (m,) each.
    limit_m
        Longest walk in metres, included.
    speed_m_per_s
        Walking speed.
    spare_s
        Added to each walk.

    Returns
    -------
    Footways
        Nearest ends first.
    """
    ptr, found, seconds = [0], [], []
    for lon, lat in zip(*map(np.asarray, sources), strict=True):
        near, metres = walks_from(ground, float(lon), float(lat), *ends, limit_m)
        found.append(near)
        seconds.append(walk_s(metres, speed_m_per_s) + spare_s)
        ptr.append(ptr[-1] + len(near))
    nothing = np.zeros(0, np.int32)
    return Footways(
        frozen(ptr), frozen(np.concatenate([nothing, *found])),
        frozen(np.concatenate([nothing, *seconds])),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _relax(ways, from_time, to_time):
    # Lowers to_time by what is reached on foot from from_time.
    for i in range(from_time.shape[0]):
        if from_time[i] < NEVER:
            for k in range(ways.ptr[i], ways.ptr[i + 1]):
                there = from_time[i] + ways.seconds[k]
                if there < to_time[ways.end[k]]:
                    to_time[ways.end[k]] = there


def arrivals_at_ends(
    timetable: Timetable,
    feet: Feet,
    origin: int,
    dep_time: int,
    limit_s: int,
    by_shuttle: Int32Array | None = None,
    workspace: ReachWorkspace | None = None,
) -> Int32Array:
    """When somebody who leaves an origin at a time can be at each end.

    Parameters
    ----------
    timetable
        Buses of the service day.
    feet
        Walks over its stops.
    origin
        Index of the origin.
    dep_time
        Departure, service seconds.
    limit_s
        Longest time from the departure on, seconds, included.
    by_shuttle
        When a shuttle can have them at each shuttle stop, shape (p,), service seconds; ``NEVER``
        where none can. Without it there is no shuttle.
    workspace
        Of `routing.transit.reach.reach_workspace`, to reuse.

    Returns
    -------
    ndarray of int32, shape (m,)
        Service seconds; ``NEVER`` beyond the limit. The shuttle comes before any bus.
    """
    span = slice(feet.direct.ptr[origin], feet.direct.ptr[origin + 1])
    ends = np.full(feet.n_ends, NEVER, np.int32)
    np.minimum.at(ends, feet.direct.end[span], feet.direct.seconds[span] + np.int32(dep_time))
    span = slice(feet.access.ptr[origin], feet.access.ptr[origin + 1])
    stops, seconds = feet.access.end[span], feet.access.seconds[span]
    if by_shuttle is not None:
        _relax(feet.alight, by_shuttle, ends)
        at_stop = np.full(timetable.n_stops, NEVER, np.int32)
        _relax(feet.change, by_shuttle, at_stop)
        brought = np.flatnonzero(at_stop <= dep_time + limit_s)
        stops = np.concatenate((stops, brought))
        seconds = np.concatenate((seconds, at_stop[brought] - dep_time))
    access = get_offsets(stops, seconds, timetable.n_stops)
    by_bus = earliest_arrivals(timetable, access, dep_time, workspace, limit_s)
    _relax(feet.egress, by_bus, ends)
    ends[ends > dep_time + limit_s] = NEVER
    return ends


class Shares(NamedTuple):
    """Shares from 0 to 1 by ``z`` zones and ``k`` kinds, and in a last column for all kinds.

    NaN where a zone has no residents, or a kind no ends.
    """

    residents: FloatArray  # (z, k + 1) who reach an end of the kind; last: one of each known kind
    ends: FloatArray  # (z, k + 1) of the kind's ends in reach of a resident; last: of all


class Tally:
    """Counts what is in reach, departure by departure.

    Parameters
    ----------
    n_origins
        Count of origins.
    kind
        Kind of each end, shape (m,).
    n_kinds
        Count of kinds; some may have no end.
    """

    def __init__(self, n_origins: int, kind: Any, n_kinds: int) -> None:
        self._of_kind = np.asarray(kind)[:, np.newaxis] == np.arange(n_kinds)
        self._reached = np.zeros((n_origins, n_kinds + 1))
        self._ends = np.zeros((n_origins, n_kinds + 1))
        self._departures = np.zeros(n_origins)

    def add(self, origin: int, arrivals: Int32Array) -> None:
        """Count one departure, which is at each end by ``arrivals``, shape (m,)."""
        count = self._of_kind[arrivals < NEVER].sum(axis=0)
        known = self._of_kind.any(axis=0)
        self._reached[origin, :-1] += count > 0
        self._reached[origin, -1] += bool((count[known] > 0).all())
        self._ends[origin, :-1] += count
        self._ends[origin, -1] += count.sum()
        self._departures[origin] += 1

    def by_origin(self) -> FloatArray:
        """Share of all ends in reach of each origin, on average over its departures."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self._ends[:, -1] / self._departures / len(self._of_kind))

    def shares(self, residents: FloatArray, zone: Any, n_zones: int) -> Shares:
        """The shares of each zone.

        Parameters
        ----------
        residents
            Persons at each origin, shape (o,).
        zone
            Zone of each origin, shape (o,); -1 for none.
        n_zones
            Count of zones.

        Returns
        -------
        Shares
            Departures count equally, origins by their residents.
        """
        weight = np.zeros((n_zones, len(residents)))
        inside = np.flatnonzero(np.asarray(zone) >= 0)
        weight[np.asarray(zone)[inside], inside] = residents[inside]
        n_ends = np.append(self._of_kind.sum(axis=0), len(self._of_kind)).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            weight /= weight.sum(axis=1, keepdims=True)
            each = self._departures[:, np.newaxis]
            reached = weight @ (self._reached / each)
            ends = weight @ (self._ends / each) / n_ends
        reached[:, n_ends == 0] = ends[:, n_ends == 0] = np.nan
        return Shares(reached, ends)
