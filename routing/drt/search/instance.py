"""Instances of the field: one depot, equal vehicles, pairs, times in float64.

Rule: what is solved is what `check_routes` accepts, which shares nothing with the search.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from routing.drt.search.arrays import (
    DEPOT,
    DROPOFF,
    NODE,
    PICKUP,
    REQUEST,
    VEHICLE,
    Float64Array,
    Problem,
)
from routing.drt.search.nearness import GAP_WEIGHT, nearest
from routing.types import NEVER, NONE, Int32Array, frozen

_NEVER = float(NEVER)
_N_NEAREST = 300


@dataclass(frozen=True)
class Instance:
    """A static pickup and delivery problem; node 0 is the depot, ``n`` nodes in all.

    Visits start within [``earliest``, ``latest``]. Cost is the distance driven.
    """

    name: str
    n_vehicles: int  # that there are
    capacity: int
    earliest: Float64Array  # (n,) time units
    latest: Float64Array  # (n,) time units
    dwell: Float64Array  # (n,) time units
    load: Int32Array  # (n,) change of what is on board
    distance: Float64Array  # (n, n) and time; obeys the triangle inequality
    pairs: Int32Array  # (r, 2) pickup and drop-off
    max_ride: float = _NEVER  # from the end of boarding to the arrival
    max_route: float = _NEVER  # from leaving the depot to the return
    fewest_vehicles: bool = False  # rather than the least distance


def instance_problem(instance: Instance) -> Problem:
    """``instance`` for the kernels: node k of the instance is node 2 v + k - 1 of the problem."""
    v, n_dimensions = instance.n_vehicles, 1
    nodes = _nodes(instance)
    loads = np.zeros((len(nodes), n_dimensions), np.int32)
    loads[2 * v :, 0] = instance.load[1:]
    requests = np.zeros(len(instance.pairs), REQUEST)
    requests["pickup"], requests["dropoff"] = (instance.pairs + 2 * v - 1).T
    requests["home"] = NONE
    vehicles = np.zeros(v, VEHICLE)
    vehicles["ready_time"] = instance.earliest[0]
    vehicles["first_arrival"] = -_NEVER
    vehicles["route_start"] = _NEVER
    vehicles["max_route_s"] = instance.max_route
    # One array in memory as often as it will do: the kernels read little else than its rows.
    seconds = frozen(instance.distance[np.newaxis], np.float64)
    is_symmetric = np.array_equal(seconds[0], seconds[0].T)
    backwards = seconds[0] if is_symmetric else frozen(seconds[0].T, np.float64)
    is_limited = np.any(nodes["max_ride_s"] < _NEVER) or instance.max_route < _NEVER
    return Problem(
        frozen(nodes, NODE),
        frozen(requests, REQUEST),
        frozen(vehicles, VEHICLE),
        frozen(loads),
        frozen(np.full((v, 1, n_dimensions), instance.capacity)),
        frozen(_keys(instance), np.float64),
        nearest(_apart(instance), 2 * v, _N_NEAREST),
        frozen([0.0], np.float64),
        seconds,
        seconds[0],
        backwards,
        frozen([1.0, 0.0, 0.0], np.float64),
        True,
        bool(is_limited),
    )


def _nodes(instance: Instance) -> Any:
    v = instance.n_vehicles
    earliest, latest = implied_windows(instance)
    nodes = np.zeros(2 * v + len(earliest) - 1, NODE)
    nodes["kind"], nodes["partner"], nodes["request"] = DEPOT, NONE, NONE
    nodes["max_ride_s"] = _NEVER
    nodes["latest"][: 2 * v] = instance.latest[0]
    nodes["earliest"][: 2 * v] = instance.earliest[0]
    visits = nodes[2 * v :]
    visits["place"] = np.arange(1, len(earliest))
    visits["earliest"], visits["latest"] = earliest[1:], latest[1:]
    visits["asked"], visits["dwell_s"] = earliest[1:], instance.dwell[1:]
    pickups, dropoffs = (instance.pairs - 1).T
    for here, there, kind in ((pickups, dropoffs, PICKUP), (dropoffs, pickups, DROPOFF)):
        visits["kind"][here] = kind
        visits["partner"][here] = there + 2 * v
        visits["request"][here] = np.arange(len(here))
        visits["n_passengers"][here] = 1
    longest = latest[dropoffs + 1] - earliest[pickups + 1] - instance.dwell[pickups + 1]
    visits["max_ride_s"][dropoffs] = np.where(
        longest > instance.max_ride, instance.max_ride, _NEVER
    )
    return nodes


def implied_windows(instance: Instance) -> tuple[Float64Array, Float64Array]:
    """Windows narrowed to the times that some schedule can have."""
    away, dwell = instance.distance, instance.dwell
    earliest = np.maximum(instance.earliest, instance.earliest[0] + away[0])
    latest = np.minimum(instance.latest, instance.latest[0] - dwell - away[:, 0])
    p, d = instance.pairs.T
    for _ in range(2):
        direct = dwell[p] + away[p, d]
        earliest[d] = np.maximum(earliest[d], earliest[p] + direct)
        latest[p] = np.minimum(latest[p], latest[d] - direct)
        earliest[p] = np.maximum(earliest[p], earliest[d] - instance.max_ride - dwell[p])
        latest[d] = np.minimum(latest[d], latest[p] + dwell[p] + instance.max_ride)
    return earliest, latest


def _apart(instance: Instance) -> Float64Array:
    """How far visits are apart, time that a vehicle must wait between them included."""
    earliest, latest = (window[1:] for window in implied_windows(instance))
    away = instance.distance[1:, 1:]
    wait = np.maximum(earliest[:, None] - (latest + instance.dwell[1:]) - away, 0.0)
    return away + GAP_WEIGHT * np.maximum(wait, wait.T)


def _keys(instance: Instance) -> Float64Array:
    p, d = instance.pairs.T
    far = instance.distance[0, p] + instance.distance[d, 0]
    width = instance.latest[p] - instance.earliest[p] + instance.latest[d] - instance.earliest[d]
    order = [np.zeros(len(p)), -instance.load[p], -far, far, width, instance.earliest[p]]
    return np.stack(order, axis=1).astype(np.float64)


#: Sums of distances that are equal on paper differ by less.
_TOLERANCE = 1e-7


def check_routes(instance: Instance, routes: Sequence[Sequence[int]]) -> list[str]:
    """What ``routes`` break, slowly and in plain words.

    Parameters
    ----------
    instance
        What was to be served.
    routes
        Nodes of the instance in order, depots left out.

    Returns
    -------
    list of str
        Empty if all is well.
    """
    broken = [problem for route in routes for problem in _check_route(instance, list(route))]
    if len(routes) > instance.n_vehicles:
        broken.append(f"{len(routes)} routes for {instance.n_vehicles} vehicles")
    visited = sorted(node for route in routes for node in route)
    if visited != list(range(1, len(instance.load))):
        broken.append("not every node is visited once")
    return broken


def _check_route(instance: Instance, route: list[int]) -> list[str]:
    broken, load = [], 0
    for node in route:
        load += int(instance.load[node])
        if not 0 <= load <= instance.capacity:
            broken.append(f"{load} on board at node {node}")
    rides = [(int(p), int(d)) for p, d in instance.pairs if p in route or d in route]
    if any(p not in route or d not in route or route.index(p) > route.index(d) for p, d in rides):
        return [*broken, f"route {route} parts a pair"]
    if not _has_schedule(instance, route, rides):
        broken.append(f"route {route} has no schedule")
    return broken


def _has_schedule(instance: Instance, route: list[int], rides: list[tuple[int, int]]) -> bool:
    """Whether difference constraints between starts can all be kept (Bellman and Ford)."""
    stops = [0, *route, 0]
    start = [float(instance.earliest[node]) for node in stops]
    after: list[tuple[int, int, float]] = []  # start[b] >= start[a] + gap
    for k in range(len(stops) - 1):
        a, b = stops[k], stops[k + 1]
        after.append((k, k + 1, float((instance.dwell[a] if k else 0) + instance.distance[a, b])))
    for p, d in rides:
        longest = float(instance.dwell[p]) + instance.max_ride
        after.append((route.index(d) + 1, route.index(p) + 1, -longest))
    after.append((len(stops) - 1, 0, -instance.max_route))
    for _ in range(len(stops) + 1):
        changed = False
        for a, b, gap in after:
            if start[a] + gap > start[b] + _TOLERANCE / 100:
                start[b], changed = start[a] + gap, True
        if not changed:
            break
    else:
        return False
    return all(
        time <= instance.latest[node] + _TOLERANCE for time, node in zip(start, stops, strict=True)
    )
