"""The insertion kernel finds what trying everything finds."""

from dataclasses import replace

import numba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.drt import cheapest, timing
from routing.drt.check import check_plan
from routing.drt.insertion import Fleet
from routing.drt.model import Break, Ride, Vehicle, VehiclePlan
from routing.drt.schedule import plan_cost, schedule
from routing.policy import CostWeights
from routing.road.travel import static
from tests import strategies
from tests.naive import naive_insertion


@settings(max_examples=150)
@given(
    strategies.fleets(),
    strategies.rides("new"),
    strategies.cost_weights(),
    st.sampled_from([-(10**9), 1800]),
)
def test_kernel_agrees_with_trying_everything(world, ride, weights, now):
    check_against_twin(*world, ride, weights, now)


BUSY_WEIGHTS = [
    CostWeights(1.0, 0.25, 0.125),
    CostWeights(0.0, 1.0, 1.0),
    CostWeights(0.125, 0.0, 1.0),
]


@settings(max_examples=150)
@given(
    strategies.busy_fleets(),
    st.sampled_from(BUSY_WEIGHTS),
    st.sampled_from([0, 1200]),
)
def test_nothing_is_skipped_wrongly(world, weights, now):
    """Where riders share vehicles, delays and detours matter, and bounds on the cost skip much."""
    travel, plans, ride = world
    check_against_twin(travel, plans, ride, weights, now)


def check_against_twin(travel, plans, ride, weights, now):
    fleet = Fleet(travel, weights)
    fleet.sync(plans)
    found = fleet.cheapest_insertion(ride, now=now)
    expected = naive_insertion.cheapest_insertion(plans, ride, travel, weights, now)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert expected == (
            found.cost,
            found.vehicle_id,
            found.pickup_position,
            found.dropoff_position,
        )


@settings(max_examples=100)
@given(strategies.fleets(), strategies.rides("new"), strategies.cost_weights())
def test_insertion_is_what_it_says(world, ride, weights):
    travel, plans = world
    fleet = Fleet(travel, weights)
    fleet.sync(plans)
    found = fleet.cheapest_insertion(ride)
    if found is None:
        return
    before = next(plan for plan in plans if plan.vehicle.vehicle_id == found.vehicle_id)
    added = plan_cost(found.plan, travel, weights) - plan_cost(before, travel, weights)
    assert found.cost == added
    assert found.times == schedule(found.plan, travel)
    assert check_plan(found.plan, travel) == []
    pickup, dropoff = ride.visits()
    assert found.plan.visits[found.pickup_position] == pickup
    assert found.plan.visits[found.dropoff_position] == dropoff


@settings(max_examples=50)
@given(strategies.fleets(), st.lists(strategies.rides("new"), max_size=4), st.data())
def test_fleet_remembers_nothing_but_plans(world, asked, data):
    """Whatever was synced and asked before, the answer is that of a fresh fleet."""
    travel, plans = world
    used = Fleet(travel, CostWeights())
    for k, ride in enumerate(asked):
        subset = data.draw(st.lists(st.sampled_from(plans), unique_by=id))
        now = data.draw(st.sampled_from([0, 1200, 3000]))
        fresh = Fleet(travel, CostWeights())
        used.sync(subset)
        fresh.sync(subset)
        found = used.cheapest_insertion(ride, now=now)
        assert found == fresh.cheapest_insertion(ride, now=now)
        if found is not None:
            renamed = replace(found.plan, visits=_renamed(found.plan, str(k)))
            plans = [
                renamed if plan.vehicle.vehicle_id == found.vehicle_id else plan for plan in plans
            ]


def _renamed(plan, suffix):
    return tuple(
        replace(visit, ride_id=f"new{suffix}") if visit.ride_id == "new" else visit
        for visit in plan.visits
    )


GRID = static([[abs(a - b) * 60 for b in range(10)] for a in range(10)])


def van(vehicle_id, place, **changes):
    vehicle = Vehicle(vehicle_id, place, place, 0, 10_000, ((6, 0), (3, 1)))
    return VehiclePlan.fresh(replace(vehicle, **changes))


def ride_of(origin, destination, load=(1, 0), ride_id="new", earliest=1000):
    return Ride(ride_id, origin, destination, earliest, earliest + 600, 5000, 900, load, 30, 30)


def fleet_of(*plans):
    fleet = Fleet(GRID, CostWeights())
    fleet.sync(plans)
    return fleet


def test_nearest_vehicle_is_sent():
    fleet = fleet_of(van("far", 9), van("near", 3))
    found = fleet.cheapest_insertion(ride_of(2, 5))
    # 60 s there, 180 s with the rider, 120 s home; the rider neither waits nor detours
    assert (found.vehicle_id, found.cost) == ("near", 360.0)
    assert [(t.arrive, t.start, t.depart) for t in found.times] == [
        (60, 1000, 1030),
        (1210, 1210, 1240),
    ]


def test_only_allowed_vehicles_are_asked():
    fleet = fleet_of(van("far", 9), van("near", 3))
    found = fleet.cheapest_insertion(ride_of(2, 5), allowed=["far", "nobody"])
    assert found.vehicle_id == "far"
    assert fleet.cheapest_insertion(ride_of(2, 5), allowed=[]) is None


def test_equal_costs_are_decided_by_id():
    for names in (("b", "a"), ("a", "b")):
        found = fleet_of(*(van(name, 3) for name in names)).cheapest_insertion(ride_of(2, 5))
        assert found.vehicle_id == "a"


def test_equal_costs_are_decided_by_id_whenever_a_vehicle_came():
    fleet = fleet_of(van("b", 3))
    fleet.sync([van("b", 3), van("a", 3)])
    assert fleet.cheapest_insertion(ride_of(2, 5)).vehicle_id == "a"


def test_nobody_is_aboard_in_a_break():
    """
    The break at place 3 is on the way from 2 to 5 and begins just when one is there, at 1090;
    before 1600, when boarding must have begun, there is time for a short one only.
    """
    short, long = (Break(3, 1090, 1200, duration_s) for duration_s in (60, 600))
    found = fleet_of(van("v", 0, breaks=(short,))).cheapest_insertion(ride_of(2, 5))
    assert [visit.kind.name for visit in found.plan.visits] == ["BREAK", "PICKUP", "DROPOFF"]
    assert fleet_of(van("v", 0, breaks=(long,))).cheapest_insertion(ride_of(2, 5)) is None


def test_a_wheelchair_displaces_seats():
    fleet = fleet_of(van("v", 0))
    party = fleet.cheapest_insertion(ride_of(1, 9, (4, 0), "party", 1000))
    fleet.sync([party.plan])
    # Four on seats fit the layout of six, but a wheelchair leaves three seats: not at once.
    chair = fleet.cheapest_insertion(ride_of(2, 8, (0, 1), "chair", 1000))
    assert chair is None
    assert fleet.cheapest_insertion(ride_of(2, 8, (2, 0), "two", 1000)) is not None


def test_a_vehicle_that_is_gone_is_not_asked():
    fleet = fleet_of(van("far", 9), van("near", 3))
    fleet.sync([van("far", 9)])
    assert len(fleet) == 1
    assert fleet.cheapest_insertion(ride_of(2, 5)).vehicle_id == "far"
    fleet.sync([])
    assert fleet.cheapest_insertion(ride_of(2, 5)) is None


def test_plans_that_do_not_belong_here_are_refused():
    fleet = Fleet(GRID, CostWeights())
    with pytest.raises(ValueError, match="v has a load without 2 dimensions"):
        fleet.sync([replace(van("v", 0), load=(0,))])
    with pytest.raises(IndexError, match="place 10"):
        fleet.sync([van("v", 10)])
    with pytest.raises(ValueError, match="two plans"):
        fleet.sync([van("v", 0), van("v", 1)])
    fleet.sync([van("v", 0)])
    with pytest.raises(ValueError, match="ride new has a load of 1 dimensions"):
        fleet.cheapest_insertion(ride_of(1, 2, (1,)))
    with pytest.raises(IndexError, match="place -1"):
        fleet.cheapest_insertion(ride_of(-1, 2))


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_kernels_are_compiled_once():
    for n in (1, 3):
        travel = static([[0] * n] * n)
        fleet = Fleet(travel, CostWeights())
        fleet.sync([VehiclePlan.fresh(Vehicle("v", 0, 0, 0, 9000, ((2, 0),)))])
        fleet.cheapest_insertion(ride_of(0, 0))
        fleet.cheapest_insertion(ride_of(0, 0), allowed=["v"], now=3)
        schedule(van("v", 0, start_place=0), travel)
    for kernel in (cheapest.cheapest, cheapest.time_row, timing.settle):
        assert len(kernel.signatures) == 1
