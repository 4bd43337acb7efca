"""Plans of a fleet as a problem for the search, and back.

Rule: a plan that the search did not change comes back as the same object. Frozen visits, riders
aboard, breaks and locked rides keep their vehicle; frozen visits keep their places, too.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from routing.drt.model import Ride, VehiclePlan, Visit, VisitKind
from routing.drt.rows import ready_time
from routing.drt.search.arrays import (
    DEPOT,
    N_ORDERS,
    NODE,
    REQUEST,
    VEHICLE,
    Float64Array,
    Problem,
)
from routing.drt.search.nearness import GAP_WEIGHT, nearest
from routing.policy import CostWeights
from routing.road.travel import TravelTimes
from routing.types import NEVER, NONE, Int32Array, frozen

_NEVER = float(NEVER)
_N_NEAREST = 64


class FleetProblem(NamedTuple):
    """A problem made of plans, and what its nodes mean."""

    problem: Problem
    plans: Sequence[VehiclePlan]
    visits: list[Visit]  # of the nodes 2 v, 2 v + 1, ...
    rows: list[list[int]]  # nodes of each plan's visits

    def new_plans(self, rows: Sequence[Int32Array]) -> list[VehiclePlan]:
        """The plans with the visits of ``rows``; what is equal stays the same object."""
        first = 2 * len(self.plans)
        return [
            plan
            if row.tolist() == before
            else replace(plan, visits=tuple(self.visits[node - first] for node in row.tolist()))
            for plan, row, before in zip(self.plans, rows, self.rows, strict=True)
        ]


class _Moving(NamedTuple):
    pickup: int
    dropoff: int
    home: int


def fleet_problem(
    plans: Sequence[VehiclePlan],
    rides: Sequence[Ride],
    travel: TravelTimes,
    weights: CostWeights,
    locked: Collection[str] = (),
) -> FleetProblem:
    """The problem of serving what ``plans`` serve and ``rides`` besides.

    Parameters
    ----------
    plans
        One for each vehicle, at least one.
    rides
        Whom nobody serves yet.
    travel
        Travel times of the day.
    weights
        What a second of each kind costs.
    locked
        Ids of rides that must stay with their vehicle.

    Returns
    -------
    FleetProblem
        With frozen arrays.
    """
    first = 2 * len(plans)
    visits = [visit for plan in plans for visit in plan.visits]
    ends = np.cumsum([0, *(len(plan.visits) for plan in plans)]) + first
    rows = [list(range(a, b)) for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
    moving = [item for v in range(len(plans)) for item in _moving(plans[v], v, rows[v], locked)]
    for ride in rides:
        visits += ride.visits()
        moving.append(_Moving(first + len(visits) - 2, first + len(visits) - 1, int(NONE)))
    visit_places = [visit.place for visit in visits]
    depots = [p.place for p in plans] + [p.vehicle.end_place for p in plans]
    places, place_idx = np.unique([*depots, *visit_places], return_inverse=True)
    seconds = travel.seconds[:, places[:, None], places].astype(np.float64)
    shortest = seconds.min(axis=0)
    nodes = _nodes(plans, visits, rows, moving, place_idx)
    requests = np.array(moving, np.int32).reshape(-1, 3)
    is_additive = len(travel.knot_time) == 1 and weights.wait == weights.ride == 0
    has_limits = np.any(nodes["max_ride_s"] < _NEVER) or any(
        plan.vehicle.max_route_s < NEVER for plan in plans
    )
    problem = Problem(
        frozen(nodes, NODE),
        frozen([tuple(row) for row in requests.tolist()], REQUEST),
        frozen(_vehicles(plans), VEHICLE),
        frozen(_loads(plans, visits)),
        _layouts(plans),
        _keys(nodes, requests, shortest, _loads(plans, visits)),
        nearest(_distance(nodes, first, shortest), first, _N_NEAREST),
        frozen(travel.knot_time, np.float64),
        frozen(seconds, np.float64),
        frozen(shortest, np.float64),
        frozen(seconds[0].T if is_additive else np.zeros((0, 0)), np.float64),
        frozen([weights.drive, weights.wait, weights.ride], np.float64),
        is_additive,
        bool(has_limits),
    )
    return FleetProblem(problem, plans, visits, rows)


def _moving(plan: VehiclePlan, v: int, row: list[int], locked: Collection[str]) -> list[_Moving]:
    """What of a plan may move: rides, drop-offs whose pickup is done or under way, breaks."""
    moving, pickups = [], {}
    for node, visit in zip(row[plan.n_frozen :], plan.visits[plan.n_frozen :], strict=True):
        if visit.kind is VisitKind.PICKUP:
            pickups[visit.ride_id] = node
        else:
            pickup = pickups.get(visit.ride_id, int(NONE))
            is_free = pickup != NONE and visit.ride_id not in locked
            moving.append(_Moving(pickup, node, int(NONE) if is_free else v))
    return moving


def _nodes(
    plans: Sequence[VehiclePlan],
    visits: list[Visit],
    rows: list[list[int]],
    moving: list[_Moving],
    place_idx: Any,
) -> Any:
    first = 2 * len(plans)
    nodes = np.zeros(first + len(visits), NODE)
    nodes["kind"], nodes["partner"], nodes["request"] = DEPOT, NONE, NONE
    nodes["max_ride_s"] = _NEVER
    nodes["place"] = place_idx
    nodes["earliest"][:first] = -_NEVER
    nodes["latest"][: len(plans)] = _NEVER
    nodes["latest"][len(plans) : first] = [
        min(plan.vehicle.shift_until, int(NEVER) - 1) for plan in plans
    ]
    if visits:
        _fill_visits(nodes[first:], visits)
    for r, item in enumerate(moving):
        nodes["request"][item.dropoff] = r
        if item.pickup != NONE:
            nodes["request"][item.pickup] = r
    _join_partners(nodes, visits, first)
    return nodes


def _fill_visits(nodes: Any, visits: list[Visit]) -> None:
    nodes["kind"] = [visit.kind for visit in visits]
    nodes["earliest"] = nodes["asked"] = [visit.earliest for visit in visits]
    nodes["latest"] = [min(visit.latest, int(NEVER) - 1) for visit in visits]
    nodes["dwell_s"] = [visit.dwell_s for visit in visits]
    nodes["n_passengers"] = [abs(sum(visit.load)) for visit in visits]


def _join_partners(nodes: Any, visits: list[Visit], first: int) -> None:
    """Join the visits of a ride; its limit narrows their windows."""
    pickups = {
        visit.ride_id: first + k for k, visit in enumerate(visits) if visit.kind is VisitKind.PICKUP
    }
    for k, visit in enumerate(visits):
        if visit.kind is not VisitKind.DROPOFF or visit.ride_id not in pickups:
            continue
        p, d = nodes[pickups[visit.ride_id]], nodes[first + k]
        p["partner"], d["partner"] = first + k, pickups[visit.ride_id]
        longest = visit.max_ride_s + p["dwell_s"]
        p["earliest"] = max(p["earliest"], d["earliest"] - longest)
        d["latest"] = min(d["latest"], p["latest"] + longest)
        if d["latest"] > p["earliest"] + longest:
            d["max_ride_s"] = visit.max_ride_s


def _vehicles(plans: Sequence[VehiclePlan]) -> Any:
    rows: list[tuple[Any, ...]] = []
    groups: dict[tuple[Any, ...], int] = {}
    for plan in plans:
        vehicle, ready = plan.vehicle, ready_time(plan)
        limits = (ready, plan.first_arrival, plan.route_start, vehicle.max_route_s)
        alike = (plan.place, vehicle.end_place, vehicle.shift_until, vehicle.configurations)
        group = groups.setdefault((*limits, plan.load, *alike), len(groups))
        rows.append((plan.n_frozen, group, *limits))
    return np.array(rows, VEHICLE)


def _loads(plans: Sequence[VehiclePlan], visits: list[Visit]) -> Any:
    """Change of what is on board at each node; at a start, what is on board already."""
    nobody = (0,) * plans[0].vehicle.n_dimensions
    return np.array(
        [*(plan.load for plan in plans), *(nobody for _ in plans), *(v.load for v in visits)],
        np.int32,
    )


def _layouts(plans: Sequence[VehiclePlan]) -> Int32Array:
    most = max(len(plan.vehicle.configurations) for plan in plans)
    layouts = np.full((len(plans), most, plans[0].vehicle.n_dimensions), -1)
    for v, plan in enumerate(plans):
        layouts[v, : len(plan.vehicle.configurations)] = plan.vehicle.configurations
    return frozen(layouts)


def _keys(nodes: Any, requests: Any, shortest: Any, loads: Any) -> Float64Array:
    """Orders of reinsertion; what must stay with its vehicle comes first in all of them."""
    keys = np.full((len(requests), N_ORDERS), -np.inf)
    pairs = requests[:, 0] != NONE
    p, d = requests[pairs, 0], requests[pairs, 1]
    direct = shortest[nodes["place"][p], nodes["place"][d]]
    width = nodes["latest"][p] - nodes["earliest"][p]
    order = [np.zeros(len(p)), -loads[p].sum(axis=1), -direct, direct, width, nodes["earliest"][p]]
    keys[pairs] = np.stack(order, axis=1)
    return frozen(keys, np.float64)


def _distance(nodes: Any, first: int, shortest: Any) -> Float64Array:
    """How far visits are apart, in driving seconds, (m, m); time between their windows counts."""
    place, latest = nodes["place"][first:], nodes["latest"][first:]
    earliest = nodes["earliest"].copy()
    is_joined = (nodes["kind"] == VisitKind.DROPOFF) & (nodes["partner"] != NONE)
    pickups = nodes["partner"][is_joined]
    # A drop-off has no earliest time of its own; nobody leaves before boarding.
    earliest[is_joined] = np.maximum(earliest[is_joined], earliest[pickups])
    apart = np.maximum(earliest[first:, None] - latest, 0.0)
    there = shortest[place[:, None], place]
    return (there + there.T) / 2 + GAP_WEIGHT * np.maximum(apart, apart.T)
