"""The search over plans: never worse, never wrong, and it finds what there is to find."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.drt.check import check_plans
from routing.drt.model import Ride, Vehicle, VehiclePlan, VisitKind
from routing.drt.rows import loads_fit, plan_rows
from routing.drt.schedule import plan_cost, plans_cost
from routing.drt.search import anneal, improve, iterations, rescue
from routing.drt.search.fleet import fleet_problem
from routing.drt.search.improve import MOST_VEHICLES, RESCUE_VEHICLES
from routing.drt.search.places import find_fit
from routing.drt.search.search import Search
from routing.drt.timing import settle
from routing.policy import CostWeights
from routing.road.travel import static
from tests.naive.naive_insertion import candidates
from tests.naive.naive_schedule import cost, is_feasible
from tests.naive.naive_search import can_serve_all
from tests.strategies import cost_weights, fleets, plans, rides, travels

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="searches need the compiler")

LINE = static([[60 * abs(i - j) for j in range(10)] for i in range(10)])


def searched(these, travel, weights, more=()):
    fleet = fleet_problem(these, more, travel, weights)
    return fleet, Search(fleet.problem, 1, fleet.rows, len(fleet.visits) + 5)


@settings(max_examples=150)
@given(st.data(), travels(), cost_weights())
def test_time_passes_as_in_the_schedule(data, travel, weights):
    plan = data.draw(plans("v", 3, travel.n_places))
    _, search = searched([plan], travel, weights)
    keeps_all = bool(settle(*travel, *plan_rows(plan))) and loads_fit(plan)
    assert search.is_sound.tolist() == [keeps_all]
    if keeps_all:
        assert search.best_cost == pytest.approx(plan_cost(plan, travel, weights))


@settings(max_examples=150)
@given(st.data(), fleets(1, 2), cost_weights())
def test_a_fit_is_a_feasible_insertion_at_its_true_cost(data, fleet, weights):
    travel, (plan,) = fleet
    ride = data.draw(rides("new", travel.n_places))
    _, search = searched([plan], travel, weights, [ride])
    if not search.is_sound.all():
        return
    r = len(search.problem.requests) - 1
    find_fit(search.problem, search._routes, search._memory, 0, r, np.inf)
    fit = search._memory.fit[r, 0]
    if fit["cost"] == np.inf:
        return
    at = int(fit["i"]), int(fit["j"]) + 1
    longer = next(new for i, j, new in candidates(plan, ride) if (i, j) == at)
    assert is_feasible(longer, travel)
    added = cost(longer, travel, weights) - cost(plan, travel, weights)
    assert fit["cost"] == pytest.approx(added)


@settings(max_examples=100)
@given(st.data(), st.integers(0, 2**31))
def test_the_fit_is_the_cheapest_on_streets_without_shortcuts(data, seed):
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 900, (6, 2))
    travel = static(np.abs(at[:, None] - at[None]).sum(axis=2))
    weights = CostWeights(1.0, 0.0, 0.0)
    plan = data.draw(plans("v", 2, 6))
    ride = data.draw(rides("new", 6))
    _, search = searched([plan], travel, weights, [ride])
    if not search.is_sound.all():
        return
    r = len(search.problem.requests) - 1
    find_fit(search.problem, search._routes, search._memory, 0, r, np.inf)
    costs = [cost(new, travel, weights) for _, _, new in candidates(plan, ride)
             if is_feasible(new, travel)]  # fmt: skip
    least = min(costs, default=np.inf) - cost(plan, travel, weights)
    assert search._memory.fit[r, 0]["cost"] == pytest.approx(least)


def owners(these, kind):
    return {
        visit.ride_id: plan.vehicle.vehicle_id
        for plan in these
        for visit in plan.visits
        if visit.kind is kind
    }


@settings(max_examples=100)
@given(fleets(3, 3), cost_weights(), st.integers(0, 9), st.booleans())
def test_improved_plans_keep_every_rule(fleet, weights, seed, is_locked):
    travel, before = fleet
    locked = owners(before, VisitKind.PICKUP) if is_locked else {}
    found = improve(before, travel, weights, seed=seed, budget=iterations(60), locked=locked.keys())
    cost, better = (plans_cost(some, travel, weights) for some in (before, found.plans))
    assert found.gain == pytest.approx(cost - better, abs=1e-6)
    assert found.gain >= 0
    assert len(found.plans) == len(before)
    for new, old in zip(found.plans, before, strict=True):
        assert new is old or not check_plans([new], travel)
        assert new.visits[: old.n_frozen] == old.visits[: old.n_frozen]
        assert replace(new, visits=()) == replace(old, visits=())
    everybody = owners(before, VisitKind.DROPOFF)
    moved = owners(found.plans, VisitKind.DROPOFF)
    assert moved.keys() == everybody.keys()
    boarding = owners(before, VisitKind.PICKUP)
    for ride_id, vehicle_id in everybody.items():
        if ride_id not in boarding or ride_id in locked:
            assert moved[ride_id] == vehicle_id
    again = improve(before, travel, weights, seed=seed, budget=iterations(60), locked=locked.keys())
    assert again == found


@settings(max_examples=100)
@given(st.data(), fleets(3, 2), cost_weights(), st.integers(0, 9))
def test_rescued_plans_serve_everybody(data, fleet, weights, seed):
    travel, before = fleet
    ride = data.draw(rides("new", travel.n_places))
    changed = rescue(before, ride, travel, weights, seed=seed, budget=iterations(60))
    if changed is None:
        return
    new = {plan.vehicle.vehicle_id: plan for plan in before}
    new |= {plan.vehicle.vehicle_id: plan for plan in changed}
    assert not check_plans(changed, travel)
    for kind in VisitKind.PICKUP, VisitKind.DROPOFF:
        assert owners(new.values(), kind).keys() == {*owners(before, kind), "new"}


def line_ride(name, rng):
    origin, destination = (int(place) for place in rng.choice(10, 2, replace=False))
    earliest = int(rng.integers(0, 800))
    direct = 60 * abs(origin - destination)
    latest = earliest + int(rng.integers(0, 400))
    load = (int(rng.integers(1, 3)),)
    return Ride(
        name, origin, destination, earliest, latest, latest + 2 * direct, direct + 120, load, 10, 10
    )


def test_rescue_finds_room_wherever_there_is_any():
    rng, n_rescued, n_hopeless = np.random.default_rng(5), 0, 0
    for world in range(60):
        vans = [Vehicle(f"v{k}", k, k, 0, 4000, ((3,),)) for k in range(2)]
        fleet = [VehiclePlan.fresh(van) for van in vans]
        for k in range(3):
            changed = rescue(fleet, line_ride(f"r{k}", rng), LINE, CostWeights(), seed=1,
                             budget=iterations(200))  # fmt: skip
            new = {plan.vehicle.vehicle_id: plan for plan in changed or []}
            fleet = [new.get(plan.vehicle.vehicle_id, plan) for plan in fleet]
        last = line_ride("last", rng)
        found = rescue(fleet, last, LINE, CostWeights(), seed=world, budget=iterations(400))
        assert (found is not None) == can_serve_all(fleet, [last], LINE)
        n_rescued += found is not None
        n_hopeless += found is None
    assert min(n_rescued, n_hopeless) >= 10  # both answers were asked for


def test_a_neighbourhood_of_a_large_fleet_is_searched():
    rng = np.random.default_rng(3)
    fleet = [
        VehiclePlan.fresh(Vehicle(f"v{k:03}", k % 10, k % 10, 0, 90_000, ((3,),)))
        for k in range(2 * MOST_VEHICLES)
    ]
    wasteful = []
    for k, plan in enumerate(fleet):
        first, second = line_ride(f"a{k}", rng), line_ride(f"b{k}", rng)
        ride = replace(first, latest_pickup=80_000, latest_dropoff=85_000)
        after = replace(second, latest_pickup=80_000, latest_dropoff=85_000)
        wasteful.append(replace(plan, visits=(*ride.visits(), *after.visits())))
    found = improve(wasteful, LINE, CostWeights(), seed=1, budget=iterations(200))
    assert found.gain > 0
    assert (
        sum(new is not old for new, old in zip(found.plans, wasteful, strict=True)) <= MOST_VEHICLES
    )
    last = line_ride("last", rng)
    changed = rescue(wasteful, last, LINE, CostWeights(), seed=1, budget=iterations(200))
    assert changed is not None
    assert len(changed) <= RESCUE_VEHICLES


def test_no_budget_changes_nothing():
    plan = VehiclePlan.fresh(Vehicle("v", 0, 0, 0, 9000, ((3,),)))
    ride = Ride("r", 1, 5, 0, 600, 5000, 900, (1,), 10, 10)
    assert rescue([plan], ride, LINE, CostWeights(), seed=1, budget=iterations(0)) is None
    assert rescue([], ride, LINE, CostWeights(), seed=1, budget=iterations(9)) is None
    served = replace(plan, visits=ride.visits())
    found = improve([served], LINE, CostWeights(), seed=1, budget=iterations(0))
    assert found.plans == [served]
    assert improve([], LINE, CostWeights(), seed=1, budget=iterations(9)).plans == []


def test_kernels_are_compiled_once():
    test_no_budget_changes_nothing()
    for kernel in (anneal.run, anneal.load_routes):
        assert len(kernel.signatures) == 1
