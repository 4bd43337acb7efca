"""The road network as arrays, and the changes that make another network of it.

Rule: edges keep their index through closures, so names and lines of an edge live outside, in
tables of the same order. Which way an edge may be driven is its ``flow``; arcs follow from it.
"""

from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from routing.errors import RoadError
from routing.road.geometry import FloatArray, Region, shares_inside
from routing.types import Int32Array, frozen

#: Values of ``edge_flow``.
CLOSED, FORWARD, BOTH = 0, 1, 2

_Point: TypeAlias = tuple[int, int]  # edge index, whole metres from its start


class RoadGraph(NamedTuple):
    """Roads: ``n`` nodes, ``m`` edges between them, ``a`` arcs = an edge in one direction.

    The arcs that leave node ``i`` are ``arc_ptr[i]`` to ``arc_ptr[i + 1]`` (exclusive). All
    arrays are frozen. Build it with `road_graph`, which checks that they agree.
    """

    lon: FloatArray  # (n,) degrees
    lat: FloatArray  # (n,) degrees
    edge_from: Int32Array  # (m,) node index
    edge_to: Int32Array  # (m,) node index
    edge_length_m: Int32Array  # (m,) metres
    edge_class: Int32Array  # (m,) row of the speed profile
    edge_max_kmh: Int32Array  # (m,) speed limit, km/h
    edge_flow: Int32Array  # (m,) CLOSED, FORWARD or BOTH
    arc_ptr: Int32Array  # (n + 1,)
    arc_head: Int32Array  # (a,) node index where the arc ends
    arc_edge: Int32Array  # (a,) edge index

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.lon)

    @property
    def n_edges(self) -> int:
        """How many edges there are, closed ones included."""
        return len(self.edge_from)

    @property
    def arc_length_m(self) -> Int32Array:
        """Frozen int32 (a,): metres of each arc, the weight of a shortest way."""
        return frozen(self.edge_length_m[self.arc_edge])


class Edges(NamedTuple):
    """Edge columns of a `RoadGraph`, integers, shape (m,) each."""

    start: Any  # (m,) node index
    end: Any  # (m,) node index
    length_m: Any  # (m,) metres
    road_class: Any  # (m,) row of the speed profile
    max_kmh: Any  # (m,) speed limit, km/h
    flow: Any  # (m,) CLOSED, FORWARD or BOTH


def road_graph(lon: Any, lat: Any, edges: Edges) -> RoadGraph:
    """A checked road graph.

    Parameters
    ----------
    lon
        Degrees, shape (n,).
    lat
        Degrees, shape (n,).
    edges
        The edge columns.

    Returns
    -------
    RoadGraph
        Frozen arrays.

    Raises
    ------
    RoadError
        If columns differ in length, a node is unknown, a coordinate is not on the globe, a
        length is negative, a speed limit is not positive or a flow has no meaning.
    """
    lon, lat = (frozen(v, np.float64) for v in (lon, lat))
    columns = Edges(*(frozen(v) for v in edges))
    _check_nodes(lon, lat)
    _check_edges(columns, len(lon))
    return RoadGraph(lon, lat, *columns, *_arcs(columns, len(lon)))


def edges_of(graph: RoadGraph) -> Edges:
    """The edge columns of ``graph``."""
    return Edges(*graph[2:8])


def close(graph: RoadGraph, area: Region) -> RoadGraph:
    """The same roads with every edge closed that runs through a region.

    Parameters
    ----------
    graph
        Roads.
    area
        What is closed; an edge is closed when any part of its straight line lies in it.

    Returns
    -------
    RoadGraph
        Same nodes and edges, fewer arcs.
    """
    a, b = graph.edge_from, graph.edge_to
    hit = shares_inside(area, graph.lon[a], graph.lat[a], graph.lon[b], graph.lat[b]) > 0
    flow = np.where(hit, CLOSED, graph.edge_flow)
    return road_graph(graph.lon, graph.lat, edges_of(graph)._replace(flow=flow))


def on_foot(graph: RoadGraph) -> RoadGraph:
    """The same roads for people who walk: every edge that is open, in both directions."""
    flow = np.where(graph.edge_flow == CLOSED, CLOSED, BOTH)
    return road_graph(graph.lon, graph.lat, edges_of(graph)._replace(flow=flow))


def attach(graph: RoadGraph, edge: Any, offset_m: Any) -> tuple[RoadGraph, Int32Array]:
    """A finer graph in which points along edges are nodes.

    Parameters
    ----------
    graph
        Roads.
    edge
        Edge index of each point, shape (p,).
    offset_m
        Whole metres from the start of the edge, shape (p,), 0 to the length of the edge. A
        point at an end of its edge is that end.

    Returns
    -------
    RoadGraph
        All old nodes, then new ones. Edges are cut, so their index has no old meaning.
    ndarray of int32, shape (p,)
        The node of each point.

    Raises
    ------
    RoadError
        If a point is not on its edge.
    """
    points = list(zip(np.asarray(edge).tolist(), np.asarray(offset_m).tolist(), strict=True))
    node_at = _new_nodes(graph, points)
    place = {node: point for point, node in node_at.items() if node >= graph.n_nodes}
    added = [_point_on(graph, *place[node]) for node in sorted(place)]
    lon, lat = np.concatenate([np.column_stack([graph.lon, graph.lat]), *added]).T
    nodes = [node_at[point] for point in points]
    return road_graph(lon, lat, _cut_edges(graph, place)), frozen(nodes)


def junctions(graph: RoadGraph) -> Any:
    """Bool (n,): where three or more stretches of road meet, closed ones included."""
    ends = np.concatenate([graph.edge_from, graph.edge_to])
    return np.bincount(ends, minlength=graph.n_nodes) >= 3


def _new_nodes(graph: RoadGraph, points: list[_Point]) -> dict[_Point, int]:
    node_at: dict[_Point, int] = {}
    n_nodes = graph.n_nodes
    for e, metres in sorted(set(points)):
        if not 0 <= e < graph.n_edges or not 0 <= metres <= graph.edge_length_m[e]:
            raise RoadError(f"there is no point at {metres} m of edge {e}")
        if metres == 0:
            node_at[e, metres] = int(graph.edge_from[e])
        elif metres == graph.edge_length_m[e]:
            node_at[e, metres] = int(graph.edge_to[e])
        else:
            node_at[e, metres] = n_nodes
            n_nodes += 1
    return node_at


def _point_on(graph: RoadGraph, e: int, metres: int) -> FloatArray:
    part = metres / int(graph.edge_length_m[e])
    a, b = graph.edge_from[e], graph.edge_to[e]
    lon, lat = ((1 - part) * column[a] + part * column[b] for column in (graph.lon, graph.lat))
    return np.array([[lon, lat]])


def _cut_edges(graph: RoadGraph, place: dict[int, _Point]) -> Edges:
    cuts: dict[int, list[tuple[int, int]]] = {}
    for node, (e, metres) in place.items():
        cuts.setdefault(e, []).append((metres, node))
    rows = []
    for e, (start, end, length, *rest) in enumerate(np.transpose(edges_of(graph)).tolist()):
        chain = [(0, start), *sorted(cuts.get(e, ())), (length, end)]
        rows += [(u, v, far - near, *rest) for (near, u), (far, v) in pairwise(chain)]
    return Edges(*np.array(rows, np.int32).reshape(-1, len(Edges._fields)).T)


def _check_nodes(lon: Any, lat: Any) -> None:
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise RoadError(f"lon and lat need one length, got {lon.shape} and {lat.shape}")
    off = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if off.any():
        raise RoadError(f"node {int(np.argmax(off))} is not on the globe")


def _check_edges(edges: Edges, n_nodes: int) -> None:
    if len({column.shape for column in edges}) != 1 or edges.start.ndim != 1:
        raise RoadError("edge columns differ in length")
    problems = {
        "starts at an unknown node": (edges.start < 0) | (edges.start >= n_nodes),
        "ends at an unknown node": (edges.end < 0) | (edges.end >= n_nodes),
        "has a negative length": edges.length_m < 0,
        "has a negative class": edges.road_class < 0,
        "has no positive speed limit": edges.max_kmh <= 0,
        "has an unknown flow": ~np.isin(edges.flow, (CLOSED, FORWARD, BOTH)),
    }
    for problem, bad in problems.items():
        if bad.any():
            raise RoadError(f"edge {int(np.argmax(bad))} {problem}")


def _arcs(edges: Edges, n_nodes: int) -> tuple[Int32Array, Int32Array, Int32Array]:
    there = np.flatnonzero(edges.flow != CLOSED)
    back = np.flatnonzero(edges.flow == BOTH)
    tail = np.concatenate([edges.start[there], edges.end[back]])
    head = np.concatenate([edges.end[there], edges.start[back]])
    order = np.argsort(tail, kind="stable")
    ptr = np.searchsorted(tail[order], np.arange(n_nodes + 1))
    return frozen(ptr), frozen(head[order]), frozen(np.concatenate([there, back])[order])
