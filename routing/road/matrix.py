"""Shortest ways over a road graph, and the travel-time matrix that follows from them.

Rule: weights of arcs are whole numbers and ways are their exact shortest sums, so at each knot
the triangle inequality holds to the second: a detour is never quicker than the matrix says.
"""

from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from routing.errors import RoadError
from routing.road.geometry import FloatArray, straight_m
from routing.road.graph import RoadGraph, junctions
from routing.road.travel import TravelTimes, static, travel_times
from routing.types import NEVER, NONE, Int32Array, frozen


class SpeedProfile(NamedTuple):
    """How fast traffic runs by class of road and time of day; ``c`` classes, ``k`` knots."""

    knot_time: Int32Array  # (k,) service seconds, ascending
    share: FloatArray  # (c, k) share of the speed limit that is driven, above 0
    junction_s: FloatArray  # (c, k) seconds lost on entering a junction from this class


def arc_seconds(graph: RoadGraph, profile: SpeedProfile) -> Int32Array:
    """Driving time over each arc at each knot.

    Parameters
    ----------
    graph
        Roads; every class must be a row of ``profile``.
    profile
        Speeds and delays.

    Returns
    -------
    ndarray of int32, shape (k, a)
        Seconds, rounded: length over (share x limit), and the delay where a junction follows.

    Raises
    ------
    RoadError
        If a class has no row, a share is not positive or a delay is negative.
    """
    if not ((profile.share > 0).all() and (profile.junction_s >= 0).all()):
        raise RoadError("a speed profile needs shares above 0 and delays of 0 or more")
    if graph.n_edges and int(graph.edge_class.max()) >= len(profile.share):
        raise RoadError(f"road class {int(graph.edge_class.max())} has no speeds")
    edge = graph.arc_edge
    road_class = graph.edge_class[edge]
    speed = profile.share[road_class].T * graph.edge_max_kmh[edge] / 3.6
    delay = profile.junction_s[road_class].T * junctions(graph)[graph.arc_head]
    return frozen(np.rint(graph.edge_length_m[edge] / speed + delay))


def road_times(graph: RoadGraph, profile: SpeedProfile, nodes: Any) -> TravelTimes:
    """Driving times between nodes at each knot of the profile.

    Parameters
    ----------
    graph
        Roads.
    profile
        Speeds by class and time of day.
    nodes
        Node index of each place, shape (n,).

    Returns
    -------
    TravelTimes
        ``NEVER`` between places without a way.

    Raises
    ------
    RoadError
        As `arc_seconds` and `travel_times`.
    """
    seconds = [all_pairs(graph, weight, nodes) for weight in arc_seconds(graph, profile)]
    return travel_times(profile.knot_time, np.array(seconds))


def straight_times(lon: Any, lat: Any, speed_m_per_s: float, detour: float) -> TravelTimes:
    """Driving times of a city whose roads are not known: straight line x detour / speed.

    Parameters
    ----------
    lon
        Degrees, shape (n,).
    lat
        Degrees, shape (n,).
    speed_m_per_s
        Mean driving speed, above 0.
    detour
        Length of the way per straight metre, 1 or more.

    Returns
    -------
    TravelTimes
        With one knot; an estimate, and to be called one.

    Raises
    ------
    RoadError
        If speed or detour is out of range.
    """
    if speed_m_per_s <= 0 or detour < 1:
        raise RoadError("straight-line times need a speed above 0 and a detour of 1 or more")
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    metres = straight_m(x[:, np.newaxis], y[:, np.newaxis], x, y)
    # rounded up, which keeps the triangle inequality
    return static(np.ceil(metres * detour / speed_m_per_s).astype(np.int32))


def all_pairs(graph: RoadGraph, weight: Any, nodes: Any) -> Int32Array:
    """Shortest sums of ``weight`` between chosen nodes.

    Parameters
    ----------
    graph
        Roads.
    weight
        Whole numbers of 0 or more, shape (a,), seconds or metres.
    nodes
        Node indices, shape (p,).

    Returns
    -------
    ndarray of int32, shape (p, p)
        Frozen; from row to column, ``NEVER`` without a way.

    Raises
    ------
    RoadError
        If a weight is negative or has the wrong shape, or a node is unknown.
    """
    arcs, chosen = _weights(graph, weight), _nodes(graph, nodes)
    sums = np.empty((len(chosen), len(chosen)), np.int32)
    _fill_all_pairs(graph.arc_ptr, graph.arc_head, arcs, chosen, sums)
    return frozen(sums)


def sums_from(
    graph: RoadGraph, weight: Any, nodes: Any, head_start: Any, limit: int = int(NEVER)
) -> Int32Array:
    """Shortest sums of ``weight`` to every node from the nearest of several starts.

    Parameters
    ----------
    graph
        Roads.
    weight
        Whole numbers of 0 or more, shape (a,), seconds or metres.
    nodes
        Node indices to start from, shape (p,).
    head_start
        What it takes to get to each start, shape (p,), 0 or more.
    limit
        Sums above this are not looked for.

    Returns
    -------
    ndarray of int32, shape (n,)
        ``NEVER`` where out of reach.

    Raises
    ------
    RoadError
        As `all_pairs`.
    """
    sums = np.empty(graph.n_nodes, np.int32)
    parent = np.empty(graph.n_nodes, np.int32)
    starts = _nodes(graph, nodes)
    _search(
        graph.arc_ptr,
        graph.arc_head,
        _weights(graph, weight),
        starts,
        frozen(head_start),
        limit,
        sums,
        parent,
    )
    return sums


def find_path(graph: RoadGraph, weight: Any, origin: int, destination: int) -> Int32Array | None:
    """The nodes along a shortest way, or None if there is no way.

    Parameters
    ----------
    graph
        Roads.
    weight
        Whole numbers of 0 or more, shape (a,), seconds or metres.
    origin
        Node index.
    destination
        Node index.

    Returns
    -------
    ndarray of int32, shape (k,), or None
        From ``origin`` to ``destination``, both included.

    Raises
    ------
    RoadError
        As `all_pairs`.
    """
    _nodes(graph, [destination])
    sums = np.empty(graph.n_nodes, np.int32)
    parent = np.empty(graph.n_nodes, np.int32)
    _search(
        graph.arc_ptr,
        graph.arc_head,
        _weights(graph, weight),
        _nodes(graph, [origin]),
        frozen([0]),
        int(NEVER),
        sums,
        parent,
    )
    if sums[destination] == NEVER:
        return None
    path = [destination]
    while path[-1] != origin:
        path.append(int(parent[path[-1]]))
    return frozen(path[::-1])


def _weights(graph: RoadGraph, weight: Any) -> Int32Array:
    weights = frozen(weight)
    if weights.shape != graph.arc_head.shape:
        raise RoadError(f"{len(graph.arc_head)} arcs need as many weights, got {weights.shape}")
    if (weights < 0).any():
        raise RoadError(f"arc {int(np.argmax(weights < 0))} has a negative weight")
    return weights


def _nodes(graph: RoadGraph, nodes: Any) -> Int32Array:
    chosen = frozen(nodes)
    if chosen.size and not (chosen.min() >= 0 and chosen.max() < graph.n_nodes):
        raise RoadError(f"nodes are 0..{graph.n_nodes - 1}")
    return chosen


@njit(cache=True, nogil=True)
def _fill_all_pairs(arc_ptr, arc_head, weight, nodes, out):
    sums = np.empty(arc_ptr.shape[0] - 1, np.int32)
    parent = np.empty(arc_ptr.shape[0] - 1, np.int32)
    free = np.zeros(1, np.int32)
    for i in range(nodes.shape[0]):
        _search(arc_ptr, arc_head, weight, nodes[i : i + 1], free, NEVER, sums, parent)
        for j in range(nodes.shape[0]):
            out[i, j] = sums[nodes[j]]


@njit(cache=True, nogil=True)
def _search(arc_ptr, arc_head, weight, starts, head_start, limit, sums, parent):
    # Dijkstra (1959) with a binary heap of sum * 2**32 + node; stale entries are skipped.
    sums[:] = NEVER
    parent[:] = NONE
    heap = [np.int64(0) for _ in range(0)]
    for i in range(starts.shape[0]):
        if head_start[i] <= limit and head_start[i] < sums[starts[i]]:
            sums[starts[i]] = head_start[i]
            heappush(heap, (np.int64(head_start[i]) << 32) + starts[i])
    while len(heap) > 0:
        entry = heappop(heap)
        node, at = entry & 0xFFFFFFFF, entry >> 32
        if at > sums[node]:
            continue
        for arc in range(arc_ptr[node], arc_ptr[node + 1]):
            head, there = arc_head[arc], at + weight[arc]
            if there < sums[head] and there <= limit:
                sums[head] = there
                parent[head] = node
                heappush(heap, (there << 32) + head)
