"""Who solves the instances: each takes an instance, seconds and a seed, and returns routes.

Rule: a peer gets the same instance, its windows narrowed to what ride limits imply, in the units it
can reckon in: whole numbers, ten-thousandths, travel rounded up. What it then returns is checked
in doubles against every limit, whether the peer knows of that limit or not.
"""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from routing.drt.search import solve, warm_up
from routing.drt.search.anneal import EVERYBODY
from routing.drt.search.instance import Instance, implied_windows, instance_problem
from routing.drt.search.search import Search
from routing.types import NEVER

#: Nodes in order, depots left out; None where nothing was found.
Routes = list[list[int]] | None

_SCALE = 10_000
_PENALTY = 10**12


class Solver(NamedTuple):
    """How to ask one, and what there is to know about it."""

    solve: Callable[[Instance, float, int], Routes]
    n_threads: int
    remark: str


class Whole(NamedTuple):
    """An instance in whole numbers."""

    driven: np.ndarray  # (n, n)
    earliest: list[int]
    latest: list[int]
    dwell: list[int]


def whole(instance: Instance) -> Whole:
    """What is feasible in these numbers is feasible in doubles, too."""
    earliest, latest = implied_windows(instance)
    return Whole(
        np.ceil(instance.distance * _SCALE - 1e-6).astype(np.int64),
        np.ceil(earliest * _SCALE - 1e-6).astype(np.int64).tolist(),
        np.floor(latest * _SCALE + 1e-6).astype(np.int64).tolist(),
        np.rint(instance.dwell * _SCALE).astype(np.int64).tolist(),
    )


def solve_ours(instance: Instance, seconds: float, seed: int, n_threads: int = 1) -> Routes:
    """This project's: ruin & recreate, and set covering over the routes seen."""
    warm_up()
    started = perf_counter()
    solved = solve(
        instance,
        lambda _: (perf_counter() - started) / seconds,
        seed=seed,
        n_threads=n_threads,
    )
    return solved.routes if solved else None


def solve_greedy(instance: Instance, seconds: float, seed: int) -> Routes:
    """Cheapest insertion, one ride after the other; what does not fit is tried no second time."""
    n_steps = len(instance.load) + 5
    search = Search(instance_problem(instance), seed, [[]] * instance.n_vehicles, n_steps)
    search.run(1, 1.0, EVERYBODY)
    first = 2 * instance.n_vehicles - 1
    return None if search.n_absent else [(r - first).tolist() for r in search.best_rows() if len(r)]


def solve_vroom(instance: Instance, seconds: float, seed: int) -> Routes:
    """VROOM at its highest exploration level; it has no seed."""
    from datetime import timedelta

    import vroom

    def window(node: int) -> Any:
        return vroom.TimeWindow(numbers.earliest[node], numbers.latest[node])

    def step(node: int) -> Any:
        return vroom.ShipmentStep(
            node, node, default_service=numbers.dwell[node], time_windows=[window(node)]
        )

    numbers, problem = whole(instance), vroom.Input()
    problem.set_durations_matrix("car", numbers.driven.astype(np.uint32))
    fixed = int(numbers.driven.max()) * 10 if instance.fewest_vehicles else 0
    for vehicle in range(instance.n_vehicles):
        problem.add_vehicle(
            vroom.Vehicle(
                vehicle,
                start=0,
                end=0,
                capacity=[instance.capacity],
                time_window=window(0),
                costs=vroom.VehicleCosts(fixed=fixed),
            )
        )
    for pickup, dropoff in instance.pairs.tolist():
        problem.add_shipment(step(pickup), step(dropoff), vroom.Amount([instance.load[pickup]]))
    found = problem.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    visits = found.routes[found.routes.type.isin(["pickup", "delivery"])]
    return [group.location_index.tolist() for _, group in visits.groupby("vehicle_id", sort=True)]


def solve_commiv(instance: Instance, seconds: float, seed: int) -> Routes:
    """Commiv's ruin & recreate: its driver for fewest vehicles, or for as many as there are."""
    import commiv

    numbers, (pickups, dropoffs) = whole(instance), instance.pairs.T.tolist()
    limit = int(instance.max_route * _SCALE) if instance.max_route < NEVER else 0
    fleet = {"fleet_min": True} if instance.fewest_vehicles else {}
    if not instance.fewest_vehicles:
        fleet = {"max_vehicles": instance.n_vehicles}
    try:
        found = commiv.solve_pdptw(
            numbers.driven.astype(np.uint32),
            pickups,
            dropoffs,
            instance.load[pickups].tolist(),
            instance.capacity,
            [0, *numbers.earliest[1:]],
            numbers.latest,
            numbers.dwell,
            seed=seed,
            max_route_duration=limit,
            wall_ms=int(seconds * 1000),
            **fleet,
        )
    except commiv.CommivError:
        return None
    return found.routes


def solve_pdptw_lns(instance: Instance, seconds: float, seed: int) -> Routes:
    """pdptw-lns-solver's heuristic.

    Its LNS gave no answer for 50 rides at once within a minute, and its rolling horizon ended in
    an error of its own on every instance tried.
    """
    from online_lns_solver import OnlineLNSSolver

    def place(node: int) -> dict[str, float]:
        return {"lat": 0.0, "lon": 0.0, "node_id": node}

    numbers = whole(instance)
    dwell = numbers.dwell[1]
    solver = OnlineLNSSolver(dwell_pickup=dwell, dwell_alight=dwell, ilp_time_limit=seconds)
    state = {
        "start_time": numbers.earliest[0],
        "end_time": numbers.latest[0],
        "am_capacity": instance.capacity,
        "wc_capacity": 0,
        "locations_already_serviced": 0,
        "location_dt_seconds": numbers.earliest[0],
        "loc": place(0),
        "total_locations": 0,
    }
    requests = []
    for booking, (pickup, dropoff) in enumerate(instance.pairs.tolist()):
        request = {"booking_id": booking, "am": int(instance.load[pickup]), "wc": 0}
        for name, node in (("pickup", pickup), ("dropoff", dropoff)):
            request[f"{name}_pt"] = place(node)
            request[f"{name}_time_window_start"] = numbers.earliest[node]
            request[f"{name}_time_window_end"] = numbers.latest[node]
        requests.append(request)
    payload = {
        "depot": {"pt": place(0)},
        "driver_runs": [
            {"state": {**state, "run_id": v}, "manifest": []} for v in range(instance.n_vehicles)
        ],
        "requests": requests,
        "travel_time_matrix": numbers.driven.tolist(),
    }
    runs, unserved = solver.solve_pdptw_heuristic(payload)
    if unserved:
        return None
    return [[stop["loc"]["node_id"] for stop in run["manifest"]] for run in runs if run["manifest"]]


def solve_ortools(instance: Instance, seconds: float, seed: int) -> Routes:
    """OR-Tools' routing model with guided local search; it has no seed."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    n = len(instance.load)
    manager = pywrapcp.RoutingIndexManager(n, instance.n_vehicles, 0)
    model = pywrapcp.RoutingModel(manager)
    numbers = whole(instance)
    driven, dwell = numbers.driven, np.array(numbers.dwell)
    taken = driven + dwell[:, None]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(driven.tolist()))
    if instance.fewest_vehicles:
        model.SetFixedCostOfAllVehicles(int(driven.max()) * n)
    horizon = numbers.latest[0]
    time_idx = model.RegisterTransitMatrix(taken.tolist())
    longest = min(horizon, int(min(instance.max_route, NEVER) * _SCALE))
    model.AddDimension(time_idx, horizon, horizon, False, "time")
    load_idx = model.RegisterUnaryTransitVector(instance.load.tolist())
    model.AddDimension(load_idx, 0, instance.capacity, True, "load")
    _add_limits(model, manager, instance, numbers, longest)
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


def _add_limits(model, manager, instance, numbers, longest) -> None:
    time = model.GetDimensionOrDie("time")
    for node in range(1, len(instance.load)):
        index = manager.NodeToIndex(node)
        time.CumulVar(index).SetRange(numbers.earliest[node], numbers.latest[node])
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
            limit = int(instance.max_ride * _SCALE) + numbers.dwell[pickup]
            model.solver().Add(ride <= limit)


def _route(model, manager, found, vehicle) -> list[int]:
    index, route = model.Start(vehicle), []
    while not model.IsEnd(index := found.Value(model.NextVar(index))):
        route.append(manager.IndexToNode(index))
    return route


_NO_RIDES = "knows no ride limits"

SOLVERS: Mapping[str, Solver] = {
    "ours": Solver(solve_ours, 1, ""),
    "ours x2": Solver(
        lambda instance, seconds, seed: solve_ours(instance, seconds, seed, 2),
        2,
        "two threads, so up to twice the processor time of the others in the same seconds",
    ),
    "ortools": Solver(solve_ortools, 1, "guided local search; has no seed"),
    "pyvroom": Solver(solve_vroom, 1, f"exploration level 5; ends by itself; {_NO_RIDES}"),
    "commiv": Solver(solve_commiv, 1, f"ruin & recreate; {_NO_RIDES}"),
    "pdptw-lns-solver": Solver(
        solve_pdptw_lns,
        1,
        f"its heuristic, for its search did not end; no fleet minimisation; {_NO_RIDES}",
    ),
    "greedy": Solver(solve_greedy, 1, "our kernel, cheapest insertion in one pass"),
}
