"""Better plans for the whole fleet by OR-Tools' routing model, never worse than the input.

Rule: what the model returns is a proposal. It plans in the travel times of one moment and prices
waiting roughly, so each group of vehicles that exchanged rides is audited by
`routing.drt.check` in the real times and taken only if it is sound and cheaper.

The solver holds Python's global lock while it runs: call this in a process of its own.
Arguments and results can be pickled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.drt.check import check_plans
from routing.drt.model import Load, VehiclePlan, Visit, VisitKind
from routing.drt.rows import loads_along, ready_time
from routing.drt.schedule import plan_cost, schedule
from routing.policy import CostWeights
from routing.road.travel import TravelTimes, slice_at
from routing.types import NEVER

#: Costs are whole numbers in the model: hundredths of a weighted second.
_SCALE = 100
#: Leaving a visit out costs more than any day of driving.
_LEFT_OUT = 10**9
_LATEST = int(NEVER)
_AMPLE_S = 24 * 3600


Layouts = tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Reoptimised:
    """Plans in the order of the input, and the weighted seconds before and after."""

    plans: tuple[VehiclePlan, ...]
    cost_before: float
    cost_after: float


def reoptimise(
    plans: Sequence[VehiclePlan],
    travel: TravelTimes,
    weights: CostWeights,
    *,
    seconds: float,
    seed: int = 0,
) -> Reoptimised:
    """Search for cheaper plans that keep every hard rule, starting from ``plans``.

    Visits under way stay where they are, riders on board stay with their vehicle, breaks too.

    Parameters
    ----------
    plans
        One for each vehicle. A vehicle whose plan breaks a rule is left as it is.
    travel
        Travel times of the day.
    weights
        What a second of each kind costs.
    seconds
        How long the solver may search.
    seed
        Seed of the solver's random choices; how far it gets in time still varies.

    Returns
    -------
    Reoptimised
        Sound where the input was, and never dearer.
    """
    costs = [plan_cost(plan, travel, weights) for plan in plans]
    before = sum(costs)
    chosen = [k for k, plan in enumerate(plans) if not check_plans([plan], travel)]
    free = [plans[k] for k in chosen]
    if not any(len(plan.visits) > plan.n_frozen for plan in free):
        return Reoptimised(tuple(plans), before, before)
    proposed = _Model(free, travel, weights).solve(seconds, seed)
    result = list(plans)
    for group in _exchanges(free, proposed):
        was, new = [free[k] for k in group], [proposed[k] for k in group]
        saved = _cost(was, travel, weights) - _cost(new, travel, weights)
        if saved > 0 and not check_plans(new, travel):
            for k in group:
                result[chosen[k]] = proposed[k]
    return Reoptimised(tuple(result), before, _cost(result, travel, weights))


def _cost(plans: Sequence[VehiclePlan], travel: TravelTimes, weights: CostWeights) -> float:
    return sum(plan_cost(plan, travel, weights) for plan in plans)


def _exchanges(before: Sequence[VehiclePlan], after: Sequence[VehiclePlan]) -> Iterator[list[int]]:
    """Smallest groups of vehicles that exchanged visits among themselves."""
    vehicle_of = {_key(v): k for k, plan in enumerate(before) for v in plan.visits if v.ride_id}
    groups = {k: [k] for k in range(len(before))}
    for k, plan in enumerate(after):
        for visit in plan.visits:
            one, other = groups[k], groups[vehicle_of.get(_key(visit), k)]
            if one is not other:
                one.extend(other)
                groups.update(dict.fromkeys(other, one))
    yield from {id(group): group for group in groups.values()}.values()


def _key(visit: Visit) -> tuple[str, VisitKind]:
    return visit.ride_id, visit.kind


class _Start(NamedTuple):
    """Where the free part of a vehicle's plan begins."""

    place: int
    time: int
    load: Load


class _Model:
    """The fleet's free visits as a routing model. Nodes: visits, then starts, then ends."""

    def __init__(
        self, plans: Sequence[VehiclePlan], travel: TravelTimes, weights: CostWeights
    ) -> None:
        self._plans, self._weights = plans, weights
        self._times = [schedule(plan, travel) for plan in plans]
        self._starts = [_start(p, t) for p, t in zip(plans, self._times, strict=True)]
        self._visits = [visit for plan in plans for visit in plan.visits[plan.n_frozen :]]
        n, v = len(self._visits), len(plans)
        self._manager = pywrapcp.RoutingIndexManager(
            n + 2 * v, v, list(range(n, n + v)), list(range(n + v, n + 2 * v))
        )
        self._model = pywrapcp.RoutingModel(self._manager)
        self._solver = self._model.solver()
        self._node = {_key(visit): k for k, visit in enumerate(self._visits) if visit.ride_id}
        self._index = [self._manager.NodeToIndex(k) for k in range(n)]
        self._drive_s = self._matrix(travel)
        self._clock = self._add_clock()
        self._loads = self._add_loads()
        self._tie_to_vehicles()
        for visit in self._visits:
            if visit.kind is VisitKind.PICKUP:
                self._tie_ride(visit)
        self._allow_layouts()

    def _matrix(self, travel: TravelTimes) -> Any:
        """Driving seconds between nodes in the middle of the free visits' times."""
        starts = [t.start for p, ts in zip(self._plans, self._times, strict=True)
                  for t in ts[p.n_frozen :]]  # fmt: skip
        middle = int(np.median(starts))
        places = [
            *(visit.place for visit in self._visits),
            *(start.place for start in self._starts),
            *(plan.vehicle.end_place for plan in self._plans),
        ]
        matrix = slice_at(travel, middle).seconds[0]
        return matrix[np.ix_(places, places)].astype(np.int64)

    def _add_clock(self) -> Any:
        """Driving costs, and the time at which each visit starts."""
        scaled = np.rint(self._drive_s * (self._weights.drive * _SCALE)).astype(np.int64)
        self._model.SetArcCostEvaluatorOfAllVehicles(
            self._model.RegisterTransitMatrix(scaled.tolist())
        )
        dwell_s = np.zeros((len(self._drive_s), 1), np.int64)
        dwell_s[: len(self._visits), 0] = [visit.dwell_s for visit in self._visits]
        transit = self._model.RegisterTransitMatrix((self._drive_s + dwell_s).tolist())
        # Days may be planned before their second 0, the model's clock may not run below it.
        self._origin = min(0, *(start.time for start in self._starts))
        self._model.AddDimension(transit, _LATEST, _LATEST, False, "clock")
        clock = self._model.GetDimensionOrDie("clock")
        for k, visit in enumerate(self._visits):
            self._model.AddDisjunction([self._index[k]], _LEFT_OUT)
            low = max(visit.earliest, self._origin) - self._origin
            clock.CumulVar(self._index[k]).SetRange(low, visit.latest - self._origin)
            self._price(clock, k, visit)
        for v, plan in enumerate(self._plans):
            self._limit_shift(clock, v, plan)
        return clock

    def _price(self, clock: Any, k: int, visit: Visit) -> None:
        people = abs(sum(visit.load)) * _SCALE
        wait, ride = self._weights.wait, self._weights.ride
        if max(wait, ride) <= self._weights.drive:
            return  # what driving saves, time saves mostly, and pricing time slows the search much
        if visit.kind is VisitKind.PICKUP:
            # Starting later costs waiting and saves riding.
            self._price_lateness(clock, k, visit.earliest, (wait - ride) * people)
        elif visit.kind is VisitKind.DROPOFF:
            self._price_lateness(clock, k, self._origin, ride * people)

    def _price_lateness(self, clock: Any, k: int, since: int, cost: float) -> None:
        if cost > 0:
            clock.SetCumulVarSoftUpperBound(
                self._index[k], max(since - self._origin, 0), round(cost)
            )

    def _limit_shift(self, clock: Any, v: int, plan: VehiclePlan) -> None:
        start, end = self._model.Start(v), self._model.End(v)
        ready, until = self._starts[v].time, plan.vehicle.shift_until
        longest = plan.vehicle.max_route_s
        if plan.route_start < NEVER:
            until = min(until, plan.route_start + longest)
        elif plan.n_frozen:
            until = min(until, ready_time(plan) + longest)
        elif longest < NEVER:
            self._solver.Add(clock.CumulVar(end) - clock.CumulVar(start) <= longest)
        clock.CumulVar(start).SetRange(ready - self._origin, _LATEST)
        if len(plan.visits) == 0:
            until = max(until, ready)  # an idle vehicle after its shift has nothing to be late for
        clock.CumulVar(end).SetRange(0, until - self._origin)

    def _add_loads(self) -> list[Any]:
        """What is on board on arrival at each node, a dimension for each kind of place."""
        found = []
        for d in range(self._plans[0].vehicle.n_dimensions):
            change = [visit.load[d] for visit in self._visits]
            transit = self._model.RegisterUnaryTransitVector(
                [*change, *[0] * (2 * len(self._plans))]
            )
            most = [max(c[d] for c in plan.vehicle.configurations) for plan in self._plans]
            name = f"load{d}"
            self._model.AddDimensionWithVehicleCapacity(transit, 0, most, False, name)
            dimension = self._model.GetDimensionOrDie(name)
            for v, start in enumerate(self._starts):
                dimension.CumulVar(self._model.Start(v)).SetValue(start.load[d])
            for k, visit in enumerate(self._visits):
                if visit.kind is VisitKind.BREAK:
                    dimension.CumulVar(self._index[k]).SetMax(0)
            found.append(dimension)
        return found

    def _tie_to_vehicles(self) -> None:
        """Breaks, and drop-offs of riders on board, stay with their vehicle."""
        k = 0
        for v, (plan, times) in enumerate(zip(self._plans, self._times, strict=True)):
            boarded = {
                visit.ride_id: time.depart
                for visit, time in zip(plan.visits[: plan.n_frozen], times, strict=False)
                if visit.kind is VisitKind.PICKUP
            }
            for visit in plan.visits[plan.n_frozen :]:
                if visit.kind is not VisitKind.PICKUP and not self._has_pickup(visit):
                    self._model.VehicleVar(self._index[k]).SetValues([-1, v])
                    if visit.ride_id in boarded:
                        latest = boarded[visit.ride_id] + visit.max_ride_s - self._origin
                        self._clock.CumulVar(self._index[k]).SetMax(latest)
                k += 1

    def _has_pickup(self, visit: Visit) -> bool:
        return bool(visit.ride_id) and (visit.ride_id, VisitKind.PICKUP) in self._node

    def _tie_ride(self, pickup: Visit) -> None:
        k = self._node[_key(pickup)]
        d = self._node[pickup.ride_id, VisitKind.DROPOFF]
        p_index, d_index = self._index[k], self._index[d]
        model, clock, solver = self._model, self._clock, self._solver
        model.AddPickupAndDelivery(p_index, d_index)
        solver.Add(model.VehicleVar(p_index) == model.VehicleVar(d_index))
        solver.Add(clock.CumulVar(p_index) <= clock.CumulVar(d_index))
        longest = pickup.dwell_s + self._visits[d].max_ride_s
        if longest < NEVER:
            solver.Add(clock.CumulVar(d_index) - clock.CumulVar(p_index) <= longest)

    def _allow_layouts(self) -> None:
        """What is on board anywhere fits one layout, where the most of each is not a layout."""
        for layouts in {plan.vehicle.configurations for plan in self._plans}:
            if _most(layouts) in layouts:
                continue
            displacement = _find_displacement(layouts)
            if displacement is None:
                self._allow_listed(layouts)
            else:
                self._add_displacement(layouts, *displacement)

    def _add_displacement(self, layouts: Layouts, space: Load, places: int) -> None:
        """Each kind of passenger takes so much space of so many places."""
        change = [_total(visit.load, space) for visit in self._visits]
        transit = self._model.RegisterUnaryTransitVector([*change, *[0] * (2 * len(self._plans))])
        most = [
            places if plan.vehicle.configurations == layouts else _LATEST for plan in self._plans
        ]
        name = f"space{layouts}"
        self._model.AddDimensionWithVehicleCapacity(transit, 0, most, False, name)
        dimension = self._model.GetDimensionOrDie(name)
        for v, start in enumerate(self._starts):
            dimension.CumulVar(self._model.Start(v)).SetValue(_total(start.load, space))

    def _allow_listed(self, layouts: Layouts) -> None:
        """Much slower to search than a displacement, and right for any layouts."""
        carried = list(_carried(layouts))
        most = _most([layout for p in self._plans for layout in p.vehicle.configurations])
        any_load = list(product(*(range(places + 1) for places in most)))
        vehicles = range(len(self._plans))
        rows = [
            (v, *load)
            for v in (-1, *vehicles)
            for load in (
                carried if v >= 0 and self._plans[v].vehicle.configurations == layouts else any_load
            )
        ]
        for index in self._index:
            cumuls = [dimension.CumulVar(index) for dimension in self._loads]
            variables = [self._model.VehicleVar(index), *cumuls]
            self._solver.Add(self._solver.AllowedAssignments(variables, rows))

    def solve(self, seconds: float, seed: int) -> list[VehiclePlan]:
        """The plans that the solver proposes; the input where it finds no complete ones."""
        self._solver.ReSeed(seed)
        # Its clock runs since the model was begun, and a model past its time reads nothing.
        self._model.CloseModelWithParameters(_parameters(_AMPLE_S))
        parameters = _parameters(seconds)
        # None where the input breaks the model, as at another time of day it may.
        known = self._model.ReadAssignmentFromRoutes(list(self._routes()), True)
        if known is None:
            found = self._model.SolveWithParameters(parameters)
        else:
            found = self._model.SolveFromAssignmentWithParameters(known, parameters)
        if found is None:
            return list(self._plans)
        proposed = [self._read(found, v) for v in range(len(self._plans))]
        n_visits = sum(len(plan.visits) for plan in proposed)
        is_complete = n_visits == sum(len(plan.visits) for plan in self._plans)
        return proposed if is_complete else list(self._plans)

    def _routes(self) -> Iterator[list[int]]:
        k = 0
        for plan in self._plans:
            n = len(plan.visits) - plan.n_frozen
            yield self._index[k : k + n]
            k += n

    def _read(self, found: Any, v: int) -> VehiclePlan:
        plan, model = self._plans[v], self._model
        visits = list(plan.visits[: plan.n_frozen])
        index = found.Value(model.NextVar(model.Start(v)))
        while not model.IsEnd(index):
            visits.append(self._visits[self._manager.IndexToNode(index)])
            index = found.Value(model.NextVar(index))
        return replace(plan, visits=tuple(visits))


def _start(plan: VehiclePlan, times: Sequence[Any]) -> _Start:
    if not plan.n_frozen:
        return _Start(plan.place, ready_time(plan), plan.load)
    last = plan.n_frozen - 1
    return _Start(plan.visits[last].place, times[last].depart, loads_along(plan)[plan.n_frozen])


def _most(layouts: Sequence[Load]) -> Load:
    return tuple(map(max, zip(*layouts, strict=True)))


def _total(load: Load, space: Load) -> int:
    return sum(amount * each for amount, each in zip(load, space, strict=True))


def _carried(layouts: Layouts) -> Iterator[Load]:
    """Every load that fits one of the layouts."""
    for load in product(*(range(places + 1) for places in _most(layouts))):
        if any(all(a <= b for a, b in zip(load, layout, strict=True)) for layout in layouts):
            yield load


def _find_displacement(layouts: Layouts) -> tuple[Load, int] | None:
    """Space that each kind of passenger takes, and places, that say the same as ``layouts``.

    A wheelchair that takes the room of four seats among fourteen: (1, 4), 14. None where no
    such numbers say exactly the same.
    """
    most = _most(layouts)
    carried = set(_carried(layouts))
    everything = list(product(*(range(places + 1) for places in most)))
    for space in product(range(1, max(most) + 1), repeat=len(most)):
        places = max(_total(layout, space) for layout in layouts)
        if all((_total(load, space) <= places) == (load in carried) for load in everything):
            return space, places
    return None


def _parameters(seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromNanoseconds(max(round(seconds * 1e9), 1))
    return parameters
