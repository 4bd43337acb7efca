"""From a point on the map to the road, and to the places around it."""

from typing import Any, NamedTuple

import numpy as np

from routing.errors import RoadError
from routing.road.geometry import DEGREE_M, FloatArray, straight_m
from routing.road.graph import CLOSED, RoadGraph
from routing.types import Int32Array, frozen


class Snaps(NamedTuple):
    """Points on edges, ``p`` of them; frozen arrays."""

    edge: Int32Array  # (p,) edge index
    offset_m: Int32Array  # (p,) whole metres along the edge from its start
    lon: FloatArray  # (p,) degrees, the point on the road
    lat: FloatArray  # (p,) degrees
    access_m: FloatArray  # (p,) straight metres between the point asked for and the road


def snap(graph: RoadGraph, lon: Any, lat: Any) -> Snaps:
    """The nearest point of an open road for each point.

    Parameters
    ----------
    graph
        Roads; an edge is the straight line between its nodes.
    lon
        Degrees, shape (p,) or scalar.
    lat
        Degrees, shape (p,) or scalar.

    Returns
    -------
    Snaps
        One per point; of equally near edges the first.

    Raises
    ------
    RoadError
        If no road is open.
    """
    edges = np.flatnonzero(graph.edge_flow != CLOSED)
    if len(edges) == 0:
        raise RoadError("there is no open road to snap to")
    lon, lat = (np.atleast_1d(np.asarray(v, np.float64)) for v in (lon, lat))
    part, distance = project(graph, edges, lon, lat)
    best = np.argmin(distance, axis=1)
    return on_edges(graph, edges[best], part[np.arange(len(best)), best], lon, lat)


def project(
    graph: RoadGraph, edges: Any, lon: FloatArray, lat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Where on each of some edges the point nearest to each place lies.

    Parameters
    ----------
    graph
        Roads.
    edges
        Edge indices, shape (e,).
    lon
        Degrees, shape (p,).
    lat
        Degrees, shape (p,).

    Returns
    -------
    ndarray of float64, shape (p, e)
        How far along the edge, 0 at its start to 1 at its end.
    ndarray of float64, shape (p, e)
        Straight metres from the place to there.
    """
    a, b = graph.edge_from[edges], graph.edge_to[edges]
    scale = np.cos(np.radians(lat))[:, np.newaxis]  # (p, 1), metres east per metre north
    x, y = (graph.lon[a] - lon[:, np.newaxis]) * scale, graph.lat[a] - lat[:, np.newaxis]
    dx, dy = (graph.lon[b] - graph.lon[a]) * scale, graph.lat[b] - graph.lat[a]
    square = dx**2 + dy**2
    part = np.clip(-(x * dx + y * dy) / np.where(square == 0, 1, square), 0, 1)
    return part, DEGREE_M * np.hypot(x + part * dx, y + part * dy)


def on_edges(graph: RoadGraph, edge: Any, part: Any, lon: Any, lat: Any) -> Snaps:
    """The points at ``part`` of each ``edge``, asked for from ``lon``, ``lat``; shapes (p,)."""
    a, b = graph.edge_from[edge], graph.edge_to[edge]
    there = [(1 - part) * v[a] + part * v[b] for v in (graph.lon, graph.lat)]
    return Snaps(
        frozen(edge),
        frozen(np.rint(part * graph.edge_length_m[edge])),
        *(frozen(v, np.float64) for v in (*there, straight_m(lon, lat, *there))),
    )


def nearest_within(
    lon: float, lat: float, place_lon: Any, place_lat: Any, limit_m: float
) -> tuple[Int32Array, FloatArray]:
    """Places within a straight distance of a point, nearest first.

    Parameters
    ----------
    lon
        Degrees.
    lat
        Degrees.
    place_lon
        Degrees, shape (n,).
    place_lat
        Degrees, shape (n,).
    limit_m
        Metres, included.

    Returns
    -------
    ndarray of int32, shape (r,)
        Place indices; equally far ones by index.
    ndarray of float64, shape (r,)
        Straight metres.
    """
    metres = np.asarray(straight_m(lon, lat, np.asarray(place_lon), np.asarray(place_lat)))
    order = np.argsort(metres, kind="stable")
    order = order[metres[order] <= limit_m]
    return frozen(order), frozen(metres[order], np.float64)
