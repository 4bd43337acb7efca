"""Better plans for a fleet, and room for a ride that fits nowhere.

Rule: what comes back keeps every hard rule, as `routing.drt.check` says in travel times by time
of day, serves everybody who was served, and costs no more than before where cost is what counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from routing.drt.check import check_plans
from routing.drt.model import Ride, VehiclePlan
from routing.drt.schedule import plans_cost
from routing.drt.search.anneal import CHEAPER, EVERYBODY
from routing.drt.search.budget import Budget
from routing.drt.search.fleet import FleetProblem, fleet_problem
from routing.drt.search.search import Search, Temperatures
from routing.errors import PlanError
from routing.policy import CostWeights
from routing.road.travel import TravelTimes

#: Iterations between two looks at the budget: about a millisecond.
CHUNK = 20
ANNEAL = Temperatures(3.0, 0.02)
#: While somebody is without a seat, cost decides little.
SEATING = 0.1
#: A search over more vehicles than this makes too few iterations for each.
MOST_VEHICLES = 60
#: Vehicles that a ride without a seat is sought room in.
RESCUE_VEHICLES = 30
_LEAST_GAIN = 1e-6


@dataclass(frozen=True, slots=True)
class Improved:
    """Plans of the same vehicles that serve the same rides."""

    plans: list[VehiclePlan]  # in the order given; the same objects where nothing changed
    gain: float  # weighted seconds that they cost less; 0 where nothing changed
    n_iterations: int


def improve(
    plans: Sequence[VehiclePlan],
    travel: TravelTimes,
    weights: CostWeights,
    *,
    seed: int,
    budget: Budget,
    locked: Collection[str] = (),
) -> Improved:
    """Plans that cost less, if any are found.

    Parameters
    ----------
    plans
        One for each vehicle, as they stand now. One that breaks a rule is left alone. Of more
        than ``MOST_VEHICLES`` a neighbourhood drawn by the seed is improved.
    travel
        Travel times of the day.
    weights
        What a second of each kind costs.
    seed
        Of chance; the same seed and iterations give the same plans.
    budget
        How long to search.
    locked
        Ids of rides that must stay with their vehicle.

    Returns
    -------
    Improved
        Never worse than ``plans``.

    Raises
    ------
    PlanError
        If what was found does not pass the audit, which is an error of ours.
    """
    chosen = _neighbourhood(plans, travel, seed)
    fleet, search = _sound_search([plans[k] for k in chosen], [], travel, weights, seed, locked)
    if fleet is None or search is None or not len(fleet.problem.requests):
        return Improved(list(plans), 0.0, 0)
    leg_cost = search.mean_leg_cost()
    while (share := budget(search.n_iterations)) < 1:
        search.run(CHUNK, ANNEAL.at(share, leg_cost), CHEAPER)
    changed = {plan.vehicle.vehicle_id: plan for plan in _audited(fleet, search, travel)}
    replaced = [plan for plan in plans if plan.vehicle.vehicle_id in changed]
    gain = plans_cost(replaced, travel, weights) - plans_cost([*changed.values()], travel, weights)
    if gain < _LEAST_GAIN:
        return Improved(list(plans), 0.0, search.n_iterations)
    better = [changed.get(plan.vehicle.vehicle_id, plan) for plan in plans]
    return Improved(better, gain, search.n_iterations)


def rescue(
    plans: Sequence[VehiclePlan],
    ride: Ride,
    travel: TravelTimes,
    weights: CostWeights,
    *,
    seed: int,
    budget: Budget,
    locked: Collection[str] = (),
) -> list[VehiclePlan] | None:
    """Plans that serve ``ride`` and everybody else, by moving rides among vehicles.

    Parameters
    ----------
    plans
        One for each vehicle, as they stand now, none of which has room for ``ride`` as it is.
    ride
        Who has no seat.
    travel
        Travel times of the day.
    weights
        What a second of each kind costs.
    seed
        Of chance.
    budget
        How long to search; it ends earlier when a way is found and has been made shorter.
    locked
        Ids of rides that must stay with their vehicle.

    Returns
    -------
    list of VehiclePlan or None
        Those that changed; None if no way was found.

    Raises
    ------
    PlanError
        If what was found does not pass the audit, which is an error of ours.
    """
    near = _nearest_vehicles(plans, travel, ride, RESCUE_VEHICLES)
    fleet, search = _sound_search([plans[k] for k in near], [ride], travel, weights, seed, locked)
    if fleet is None or search is None:
        return None
    leg_cost = weights.drive * float(fleet.problem.shortest.mean()) / 4
    while search.n_absent:
        if budget(search.n_iterations) >= 1:
            return None
        search.run(CHUNK, SEATING * leg_cost, EVERYBODY)
    enough = 2 * search.n_iterations + CHUNK
    while search.n_iterations < enough and budget(search.n_iterations) < 1:
        search.run(CHUNK, ANNEAL.cold * leg_cost, CHEAPER)
    return _audited(fleet, search, travel)


def _sound_search(
    plans: Sequence[VehiclePlan],
    rides: Sequence[Ride],
    travel: TravelTimes,
    weights: CostWeights,
    seed: int,
    locked: Collection[str],
) -> tuple[FleetProblem, Search] | tuple[None, None]:
    """A search over the plans that keep every rule; nothing if there are none."""
    while plans:
        fleet = fleet_problem(plans, rides, travel, weights, locked)
        n_steps = min(len(fleet.visits) + 5, 2 * max(len(plan.visits) for plan in plans) + 20)
        search = Search(fleet.problem, seed, fleet.rows, n_steps)
        if search.is_sound.all():
            return fleet, search
        plans = [plan for plan, is_sound in zip(plans, search.is_sound, strict=True) if is_sound]
    return None, None


def _audited(fleet: FleetProblem, search: Search, travel: TravelTimes) -> list[VehiclePlan]:
    """The plans that changed."""
    plans = fleet.new_plans(search.best_rows())
    changed = [new for new, old in zip(plans, fleet.plans, strict=True) if new is not old]
    if broken := check_plans(changed, travel):
        raise PlanError(f"the search broke {broken[0].rule}: {broken[0].detail}")
    return changed


def _neighbourhood(plans: Sequence[VehiclePlan], travel: TravelTimes, seed: int) -> list[int]:
    if len(plans) <= MOST_VEHICLES:
        return list(range(len(plans)))
    places = np.array([(plan.visits or (plan,))[0].place for plan in plans])
    centre = places[np.random.default_rng(seed).integers(len(places))]
    away = travel.seconds[0][centre, places].astype(np.int64)
    return sorted(np.argsort(away, kind="stable")[:MOST_VEHICLES].tolist())


def _nearest_vehicles(
    plans: Sequence[VehiclePlan], travel: TravelTimes, ride: Ride, most: int
) -> list[int]:
    """Positions of the plans that come nearest to the pickup around the time of the ride."""
    if len(plans) <= most:
        return list(range(len(plans)))
    calls = [
        (k, place, earliest, latest)
        for k, plan in enumerate(plans)
        for place, earliest, latest in [
            (plan.place, plan.ready_time, ride.earliest_pickup),
            *((visit.place, visit.earliest, visit.latest) for visit in plan.visits),
        ]
    ]
    vehicle, place, earliest, latest = np.array(calls, np.int64).T
    apart = np.maximum(earliest - ride.latest_pickup, ride.earliest_pickup - latest)
    away = travel.seconds[0][place, ride.origin] + np.maximum(apart, 0)
    least = np.full(len(plans), np.iinfo(np.int64).max)
    np.minimum.at(least, vehicle, away)
    return sorted(np.argsort(least, kind="stable")[:most].tolist())
