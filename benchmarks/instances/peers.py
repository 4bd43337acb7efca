"""Who solves the instances: each takes an instance, seconds and a seed, and returns routes."""

from collections.abc import Callable, Mapping
from time import perf_counter

import numpy as np

from routing.drt.search import solve, warm_up
from routing.drt.search.instance import Instance
from routing.types import NEVER

#: Nodes in order, depots left out; None where nothing was found.
Routes = list[list[int]] | None
Solver = Callable[[Instance, float, int], Routes]

#: OR-Tools reckons in whole numbers: ten-thousandths, travel rounded up, so that what it takes
#: for feasible is feasible.
_SCALE = 10_000
_PENALTY = 10**12


def solve_ours(instance: Instance, seconds: float, seed: int) -> Routes:
    """Ruin & recreate, this project's."""
    warm_up()
    started = perf_counter()
    solved = solve(instance, lambda _: (perf_counter() - started) / seconds, seed=seed)
    return solved.routes if solved else None


def solve_ortools(instance: Instance, seconds: float, seed: int) -> Routes:
    """OR-Tools' routing model with guided local search; it has no seed."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    n = len(instance.load)
    manager = pywrapcp.RoutingIndexManager(n, instance.n_vehicles, 0)
    model = pywrapcp.RoutingModel(manager)
    driven = np.ceil(instance.distance * _SCALE).astype(np.int64)
    taken = driven + np.rint(instance.dwell * _SCALE).astype(np.int64)[:, None]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(driven.tolist()))
    if instance.fewest_vehicles:
        model.SetFixedCostOfAllVehicles(int(driven.max()) * n)
    horizon = int(instance.latest[0] * _SCALE)
    time_idx = model.RegisterTransitMatrix(taken.tolist())
    longest = min(horizon, int(min(instance.max_route, NEVER) * _SCALE))
    model.AddDimension(time_idx, horizon, horizon, False, "time")
    load_idx = model.RegisterUnaryTransitVector(instance.load.tolist())
    model.AddDimension(load_idx, 0, instance.capacity, True, "load")
    _add_limits(model, manager, instance, longest)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    found = model.SolveWithParameters(parameters)
    if found is None:
        return None
    return [
        route for v in range(instance.n_vehicles) if (route := _route(model, manager, found, v))
    ]


def _add_limits(model, manager, instance, longest) -> None:
    time = model.GetDimensionOrDie("time")
    for node in range(1, len(instance.load)):
        window = (instance.earliest[node] * _SCALE, instance.latest[node] * _SCALE)
        index = manager.NodeToIndex(node)
        time.CumulVar(index).SetRange(*(int(edge) for edge in window))
        # A model of mandatory visits only may find nothing; whoever is left out fails the check.
        model.AddDisjunction([index], _PENALTY)
    for vehicle in range(instance.n_vehicles):
        time.SetSpanUpperBoundForVehicle(longest, vehicle)
    for pickup, dropoff in instance.pairs.tolist():
        here, there = manager.NodeToIndex(pickup), manager.NodeToIndex(dropoff)
        model.AddPickupAndDelivery(here, there)
        model.solver().Add(model.VehicleVar(here) == model.VehicleVar(there))
        ride = time.CumulVar(there) - time.CumulVar(here)
        model.solver().Add(ride >= 0)
        if instance.max_ride < NEVER:
            limit = int((instance.max_ride + instance.dwell[pickup]) * _SCALE)
            model.solver().Add(ride <= limit)


def _route(model, manager, found, vehicle) -> list[int]:
    index, route = model.Start(vehicle), []
    while not model.IsEnd(index := found.Value(model.NextVar(index))):
        route.append(manager.IndexToNode(index))
    return route


SOLVERS: Mapping[str, Solver] = {"ours": solve_ours, "ortools": solve_ortools}
