"""The audit of a driven day: silent on a day driven as planned, and on nothing else."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.drt.insertion import Fleet
from routing.drt.model import Ride, Vehicle, VehiclePlan, VisitKind
from routing.drt.trace import TraceRule, check_trace
from routing.policy import CostWeights
from routing.road.travel import static
from tests import strategies


class Done(NamedTuple):
    vehicle_id: str
    ride_id: str
    kind: VisitKind
    place: int
    arrive: int
    depart: int


def driven(plan, times):
    """``plan`` driven as planned; where boarding is held back, the vehicle arrives then."""
    for visit, time in zip(plan.visits, times, strict=True):
        yield Done(
            plan.vehicle.vehicle_id, visit.ride_id, visit.kind, visit.place, time.start, time.depart
        )


@settings(max_examples=60)
@given(strategies.travels(), st.lists(strategies.rides("r"), max_size=6), st.data())
def test_a_day_driven_as_planned_breaks_nothing(travel, asked, data):
    drawn = [data.draw(strategies.vehicles(f"v{k}", travel.n_places)) for k in range(2)]
    vehicles = [replace(vehicle, breaks=()) for vehicle in drawn]
    fleet = Fleet(travel, CostWeights())
    plans = {v.vehicle_id: (VehiclePlan.fresh(v), ()) for v in vehicles}
    rides = {}
    for k, ride in enumerate(asked):
        fleet.sync(plan for plan, _ in plans.values())
        named = replace(ride, ride_id=f"r{k}")
        found = fleet.cheapest_insertion(named)
        if found is not None:
            rides[named.ride_id] = named
            plans[found.vehicle_id] = (found.plan, found.times)
    calls = [call for plan, times in plans.values() for call in driven(plan, times)]
    assert check_trace(calls, rides, vehicles, travel) == []


LINE = static([[abs(a - b) * 60 for b in range(10)] for a in range(10)])
VAN = Vehicle("v", 0, 0, 0, 5000, ((4, 0),))
RIDES = {"a": Ride("a", 1, 4, 600, 900, 2000, 300, (2, 0), 30, 30)}
PICKUP = Done("v", "a", VisitKind.PICKUP, 1, 600, 630)
DROPOFF = Done("v", "a", VisitKind.DROPOFF, 4, 810, 840)


def rules(*calls, vehicle=VAN, **options):
    return [v.rule for v in check_trace(calls, RIDES, [vehicle], LINE, **options)]


def test_the_day_itself_is_sound():
    assert rules(DROPOFF, PICKUP) == []


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([PICKUP], ["not_served"]),
        ([DROPOFF], ["ride_order", "not_served"]),
        ([PICKUP, DROPOFF._replace(arrive=809)], ["too_fast"]),
        ([PICKUP, DROPOFF._replace(depart=839)], ["dwell"]),
        ([PICKUP._replace(depart=629), DROPOFF], ["dwell"]),
        ([PICKUP, DROPOFF._replace(place=3)], ["wrong_place"]),
        ([PICKUP, DROPOFF._replace(arrive=931, depart=961)], ["max_ride"]),
        (
            [PICKUP._replace(arrive=901, depart=931), DROPOFF._replace(arrive=1111, depart=1141)],
            ["pickup_latest"],
        ),
        (
            [PICKUP, DROPOFF._replace(arrive=2001, depart=2031)],
            ["dropoff_latest", "max_ride"],
        ),
        ([PICKUP, DROPOFF, DROPOFF._replace(ride_id="who")], ["unknown"]),
        ([PICKUP, DROPOFF, DROPOFF._replace(vehicle_id="who")], ["unknown"]),
    ],
)
def test_each_rule_is_told(calls, expected):
    assert set(expected) <= set(rules(*calls))
    assert TraceRule(expected[0]) in rules(*calls)


def test_vehicle_rules_are_told():
    assert rules(PICKUP, DROPOFF, vehicle=replace(VAN, shift_until=1000)) == [TraceRule.SHIFT]
    assert rules(PICKUP, DROPOFF, vehicle=replace(VAN, max_route_s=400)) == [TraceRule.MAX_ROUTE]
    small = replace(VAN, configurations=((1, 0),))
    assert rules(PICKUP, DROPOFF, vehicle=small) == [TraceRule.CAPACITY]


def test_who_does_not_come_is_waited_for():
    """Promised until 900, the vehicle there at 850 waits 180 s: it may leave at 1030."""
    options = {"no_shows": ("a",), "wait_s": 180}
    there = PICKUP._replace(arrive=850)
    assert rules(there._replace(depart=1029), **options) == [TraceRule.LEFT_EARLY]
    assert rules(there._replace(depart=1030), **options) == []
    assert rules(PICKUP._replace(depart=899), **options) == [TraceRule.LEFT_EARLY]
