"""How far it is on foot, and that nobody walks over water.

Rule: a walk is the straight line times a detour factor where the line stays on land. Where
more than a shore's width of it lies over water, the walk goes over the roads, bridges
included, with the same factor on the way to the road and from it. It is the same both ways.
"""

from typing import Any, NamedTuple

import numpy as np

from routing.errors import RoadError
from routing.road.geometry import FloatArray, Region, shares_inside, straight_m
from routing.road.graph import CLOSED, RoadGraph, on_foot
from routing.road.matrix import sums_from
from routing.road.snap import Snaps, nearest_within, on_edges, project
from routing.types import NEVER, Int32Array, frozen

_N_ROADS_TRIED = 12  # nearest roads among which one without water before it is looked for


class Ground(NamedTuple):
    """Where people walk. Build it with `ground`."""

    land: Region
    roads: RoadGraph  # passable both ways
    detour: float  # metres walked per straight metre
    shore_m: float  # so much of a line may lie off the land: beaches, piers, drawn borders


def ground(land: Region, roads: RoadGraph, detour: float = 1.3, shore_m: float = 30) -> Ground:
    """Where people walk.

    Parameters
    ----------
    land
        All dry land, also beyond the city's border where people walk there.
    roads
        Roads that lead over the water; may be empty, and then nobody gets over it.
    detour
        Metres walked per straight metre, 1 or more.
    shore_m
        Metres of a straight line that may lie off the land.

    Returns
    -------
    Ground
        With the roads open to walkers in both directions.

    Raises
    ------
    RoadError
        If ``detour`` is below 1 or ``shore_m`` is negative.
    """
    if detour < 1 or shore_m < 0:
        raise RoadError("walking needs a detour of 1 or more and a shore of 0 m or more")
    return Ground(land, on_foot(roads), float(detour), float(shore_m))


def walk_s(walk_m: Any, speed_m_per_s: float) -> Int32Array:
    """Time to walk.

    Parameters
    ----------
    walk_m
        Metres, shape (f,); ``NEVER`` where there is no way.
    speed_m_per_s
        Walking speed, above 0.

    Returns
    -------
    ndarray of int32, shape (f,)
        Seconds, rounded up; ``NEVER`` stays ``NEVER``.

    Raises
    ------
    RoadError
        If the speed is not above 0.
    """
    if speed_m_per_s <= 0:
        raise RoadError("walking speed is not above 0")
    metres = np.asarray(walk_m, np.int64)
    return frozen(np.where(metres >= NEVER, NEVER, np.ceil(metres / speed_m_per_s)))


def get_walk_m(ground: Ground, lon0: float, lat0: float, lon1: float, lat1: float) -> int:
    """Metres on foot between two points.

    Parameters
    ----------
    ground
        Where people walk.
    lon0
        Degrees.
    lat0
        Degrees.
    lon1
        Degrees.
    lat1
        Degrees.

    Returns
    -------
    int
        Whole metres, rounded up; ``NEVER`` if only water lies between.
    """
    return int(_walks(ground, (lon0, lat0), np.array([lon1]), np.array([lat1]), int(NEVER))[0])


def walks_from(
    ground: Ground, lon: float, lat: float, place_lon: Any, place_lat: Any, limit_m: int
) -> tuple[Int32Array, Int32Array]:
    """Places within a walk of a point, nearest first.

    Parameters
    ----------
    ground
        Where people walk.
    lon
        Degrees.
    lat
        Degrees.
    place_lon
        Degrees, shape (n,).
    place_lat
        Degrees, shape (n,).
    limit_m
        Longest walk in metres, included.

    Returns
    -------
    ndarray of int32, shape (r,)
        Place indices; equally far ones by index.
    ndarray of int32, shape (r,)
        Metres walked, rounded up.
    """
    x, y = np.asarray(place_lon, np.float64), np.asarray(place_lat, np.float64)
    near = np.sort(nearest_within(lon, lat, x, y, limit_m)[0])
    metres = _walks(ground, (lon, lat), x[near], y[near], limit_m)
    order = np.argsort(metres, kind="stable")
    order = order[metres[order] <= min(limit_m, int(NEVER) - 1)]
    return frozen(near[order]), frozen(metres[order])


def walks_between(
    ground: Ground, lon: Any, lat: Any, limit_m: int
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """All walks from place to place, a place to itself excepted.

    Parameters
    ----------
    ground
        Where people walk.
    lon
        Degrees, shape (n,).
    lat
        Degrees, shape (n,).
    limit_m
        Longest walk in metres, included.

    Returns
    -------
    ndarray of int32, shape (f,)
        Place index where the walk begins, ascending.
    ndarray of int32, shape (f,)
        Place index where it ends, nearest first within a beginning.
    ndarray of int32, shape (f,)
        Metres walked, rounded up.
    """
    begins, ends, lengths = [], [], []
    for place, (x, y) in enumerate(zip(np.asarray(lon), np.asarray(lat), strict=True)):
        others, metres = walks_from(ground, x, y, lon, lat, limit_m)
        keep = others != place
        begins.append(np.full(keep.sum(), place))
        ends.append(others[keep])
        lengths.append(metres[keep])
    none = [np.empty(0)]
    return tuple(frozen(np.concatenate(v + none)) for v in (begins, ends, lengths))  # type: ignore[return-value]


def _walks(
    ground: Ground, here: tuple[float, float], lon: FloatArray, lat: FloatArray, limit_m: int
) -> Int32Array:
    straight = np.asarray(straight_m(*here, lon, lat))
    wet = (1 - shares_inside(ground.land, *here, lon, lat)) * straight > ground.shore_m
    metres = straight * ground.detour
    if wet.any():
        metres[wet] = _over_roads(ground, here, lon[wet], lat[wet], limit_m)
    return np.minimum(np.ceil(metres), NEVER).astype(np.int32)


def _over_roads(
    ground: Ground, here: tuple[float, float], lon: FloatArray, lat: FloatArray, limit_m: int
) -> FloatArray:
    if not (ground.roads.edge_flow != CLOSED).any():
        return np.full(len(lon), float(NEVER))
    start = _snap_dry(ground, np.array(here[:1]), np.array(here[1:]))
    ends = _snap_dry(ground, lon, lat)
    along = _road_m(ground.roads, start, ends, limit_m)
    access = (start.access_m + ends.access_m) * ground.detour
    return np.where(along >= NEVER, float(NEVER), along + access)


def _road_m(roads: RoadGraph, start: Snaps, ends: Snaps, limit_m: int) -> Any:
    edge, offset = int(start.edge[0]), int(start.offset_m[0])
    tips = [roads.edge_from[edge], roads.edge_to[edge]]
    head_start = [offset, roads.edge_length_m[edge] - offset]
    sums = sums_from(roads, roads.arc_length_m, tips, head_start, limit_m).astype(np.int64)
    rest = roads.edge_length_m[ends.edge] - ends.offset_m
    by_start = sums[roads.edge_from[ends.edge]] + ends.offset_m
    by_end = sums[roads.edge_to[ends.edge]] + rest
    along = np.minimum(by_start, by_end)
    same = np.where(ends.edge == edge, np.abs(ends.offset_m - offset), NEVER)
    return np.minimum(along, same)


def _snap_dry(ground: Ground, lon: FloatArray, lat: FloatArray) -> Snaps:
    """Snap each point to the nearest road that no water separates from it, if one is near."""
    edges = np.flatnonzero(ground.roads.edge_flow != CLOSED)
    part, distance = project(ground.roads, edges, lon, lat)
    rows = np.arange(len(lon))
    choice = np.argmin(distance, axis=1)
    settled = np.zeros(len(lon), bool)
    for candidate in np.argsort(distance, axis=1, kind="stable").T[:_N_ROADS_TRIED]:
        at = on_edges(ground.roads, edges[candidate], part[rows, candidate], lon, lat)
        share = shares_inside(ground.land, lon, lat, at.lon, at.lat)
        dry = (1 - share) * at.access_m <= ground.shore_m
        choice = np.where(dry & ~settled, candidate, choice)
        settled |= dry
        if settled.all():
            break
    return on_edges(ground.roads, edges[choice], part[rows, choice], lon, lat)
