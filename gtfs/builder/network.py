"""Bus routes on the road graph: driving times between stops, and the lines that buses follow.

Rule: a stop is served from the road point next to it, and a bus takes the quickest way
between two of them. The same way gives its line and its time.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gtfs.builder.schema import Pattern, Stop
from routing.errors import AreaError
from routing.road.geometry import straight_m
from routing.road.graph import RoadGraph, attach
from routing.road.matrix import SpeedProfile, arc_seconds, find_path, road_times
from routing.road.snap import snap
from routing.road.travel import TravelTimes


class Line(NamedTuple):
    """The way of a pattern over the roads."""

    lon: Sequence[float]  # degrees, one for each point
    lat: Sequence[float]  # degrees
    along_m: Sequence[float]  # metres since the first point, strictly ascending
    stop_along_m: Sequence[float]  # metres, one for each stop of the pattern


class BusNetwork(NamedTuple):
    """Stops attached to the roads."""

    graph: RoadGraph  # finer than the city's: every stop on the roads has its node
    node_of: Mapping[str, int]  # node index by stop_id
    place_of: Mapping[str, int]  # place index in ``times`` by stop_id
    times: TravelTimes  # of a car, between the stops
    arc_weight: Sequence[int]  # (a,) seconds, what the quickest way is judged by


def bus_network(graph: RoadGraph, profile: SpeedProfile, stops: Sequence[Stop]) -> BusNetwork:
    """Return the network that serves ``stops``.

    Parameters
    ----------
    graph
        The city's roads.
    profile
        Speeds by class and time of day.
    stops
        Those on the roads are attached to the nearest road point, the others left out.

    Returns
    -------
    BusNetwork
        With driving times between all stops on the roads.
    """
    on_roads = [stop for stop in stops if stop.on_roads and stop.kind == "stop"]
    lon, lat = (np.array([getattr(s, name) for s in on_roads]) for name in ("lon", "lat"))
    points = snap(graph, lon, lat)
    finer, nodes = attach(graph, points.edge, points.offset_m)
    weights = arc_seconds(finer, profile)
    ids = [stop.stop_id for stop in on_roads]
    return BusNetwork(
        graph=finer,
        node_of=dict(zip(ids, nodes.tolist(), strict=True)),
        place_of={stop_id: place for place, stop_id in enumerate(ids)},
        times=road_times(finer, profile, nodes),
        arc_weight=weights[len(weights) // 2],
    )


def find_line(network: BusNetwork, pattern: Pattern) -> Line | None:
    """Return the way of ``pattern``, or None if it leaves the roads.

    Parameters
    ----------
    network
        Roads and stops.
    pattern
        Stops in order.

    Returns
    -------
    Line or None
        From the road point of the first stop to that of the last.

    Raises
    ------
    AreaError
        If no road leads from a stop to the next.
    """
    if any(stop_id not in network.node_of for stop_id in pattern.stop_ids):
        return None
    nodes = [network.node_of[pattern.stop_ids[0]]]
    stop_at = [0]
    for origin, destination in pairwise(pattern.stop_ids):
        nodes += _way(network, origin, destination)[1:]
        stop_at.append(len(nodes) - 1)
    lon, lat = network.graph.lon[nodes], network.graph.lat[nodes]
    hops = np.maximum(straight_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).round(1), 0.1)
    along = [0.0, *np.cumsum(hops).round(1).tolist()]
    return Line(lon.tolist(), lat.tolist(), along, [along[point] for point in stop_at])


def _way(network: BusNetwork, origin: str, destination: str) -> list[int]:
    ends = network.node_of[origin], network.node_of[destination]
    if ends[0] == ends[1]:
        raise AreaError(
            f"{origin} and {destination} are the same point of the road; drop one of them",
            "patterns.csv",
            field="stop_id",
        )
    way = find_path(network.graph, network.arc_weight, *ends)
    if way is None:
        raise AreaError(
            f"no road leads from {origin} to {destination}", "patterns.csv", field="stop_id"
        )
    nodes: list[int] = way.tolist()
    return nodes
