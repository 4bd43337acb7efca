"""What OR-Tools returns is sound and never worse than what it was given."""

import pickle
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from routing.drt.check import check_plans
from routing.drt.insertion import Fleet
from routing.drt.model import Break, Ride, Vehicle, VehiclePlan, VisitKind
from routing.drt.reoptimise import _find_displacement, reoptimise
from routing.drt.schedule import plans_cost
from routing.policy import CostWeights
from routing.road.travel import static
from tests import strategies

WEIGHTS = CostWeights()


def visits_of(plans):
    return Counter(visit for plan in plans for visit in plan.visits)


@settings(max_examples=30)
@given(strategies.fleets(n_vehicles=3, n_rides=3))
def test_never_worse_and_nothing_lost(world):
    travel, plans = world
    found = reoptimise(plans, travel, WEIGHTS, seconds=0.1, seed=1)
    assert found.cost_before == plans_cost(plans, travel, WEIGHTS)
    assert found.cost_after == plans_cost(found.plans, travel, WEIGHTS) <= found.cost_before
    assert visits_of(found.plans) == visits_of(plans)
    before = check_plans(plans, travel)
    assert all(violation in before for violation in check_plans(found.plans, travel))
    for old, new in zip(plans, found.plans, strict=True):
        assert new.vehicle == old.vehicle
        assert new.visits[: old.n_frozen] == old.visits[: old.n_frozen]
        on_board = {v for v in old.visits if v.kind is VisitKind.BREAK}
        assert on_board <= set(new.visits)


LINE = static([[abs(a - b) * 60 for b in range(20)] for a in range(20)])


def van(vehicle_id, place, layouts=((6, 0),), breaks=()):
    return VehiclePlan.fresh(Vehicle(vehicle_id, place, place, 0, 20_000, layouts, breaks))


def ride(ride_id, origin, destination, load=(1, 0)):
    return Ride(ride_id, origin, destination, 1000, 2800, 9000, 2000, load, 30, 30)


def with_rides(plan, *rides):
    visits = tuple(visit for one in rides for visit in one.visits())
    return replace(plan, visits=visits + plan.visits)


def test_rides_move_to_the_vehicle_that_is_near():
    west, east = ride("west", 1, 4), ride("east", 18, 15)
    plans = [with_rides(van("w", 0), east), with_rides(van("e", 19), west)]
    found = reoptimise(plans, LINE, WEIGHTS, seconds=0.3)
    assert [plan.visits for plan in found.plans] == [west.visits(), east.visits()]
    # 8 minutes to drive for each vehicle, and nobody waits: both can be there in time
    assert found.cost_after == 2 * 8 * 60
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("layouts", "displacement"),
    [
        (((14, 0), (10, 1)), ((1, 4), 14)),
        (((6, 0), (4, 1), (0, 2)), ((1, 4), 8)),
        (((4, 0), (0, 4)), None),
    ],
)
def test_layouts_as_displacement(layouts, displacement):
    assert _find_displacement(layouts) == displacement


@pytest.mark.parametrize("layouts", [((6, 0), (3, 1)), ((4, 0), (0, 4))])
def test_riders_share_a_vehicle_only_in_a_layout(layouts):
    """Four on seats and a wheelchair do not ride together in any of these."""
    party, chair = ride("party", 2, 10, (4, 0)), ride("chair", 3, 9, (0, 1))
    other = van("other", 19, ((4, 0),))
    plans = [with_rides(van("v", 0, layouts), party, chair), other]
    found = reoptimise(plans, LINE, WEIGHTS, seconds=0.3)
    assert check_plans(found.plans, LINE) == []
    wide = [replace(plans[0], vehicle=replace(plans[0].vehicle, configurations=((6, 1),))), other]
    shared = reoptimise(wide, LINE, WEIGHTS, seconds=0.3)
    assert shared.cost_after < found.cost_after


def test_waiting_is_priced_where_it_weighs_most():
    late, early = ride("late", 15, 16), ride("early", 2, 3)
    early = replace(early, earliest_pickup=0)
    plans = [with_rides(van("v", 8), late, early)]
    weights = CostWeights(drive=0.25, wait=1.0, ride=0.5)
    found = reoptimise(plans, LINE, weights, seconds=0.3)
    assert found.plans[0].visits[0].ride_id == "early"


def test_a_rider_on_board_stays_and_a_break_is_kept():
    rest = Break(5, 2000, 4000, 600)
    aboard = ride("aboard", 0, 12).visits()[1]
    plan = replace(
        van("v", 0, breaks=(rest,)),
        load=(1, 0),
        visits=(aboard, *ride("new", 11, 2).visits(), rest.visit(2)),
        route_start=0,
        place=4,
        ready_time=900,
    )
    found = reoptimise([plan, van("idle", 13)], LINE, WEIGHTS, seconds=0.3)
    assert check_plans(found.plans, LINE) == []
    assert {aboard, rest.visit(2)} <= set(found.plans[0].visits)


def test_a_long_search_beats_insertion_somewhere():
    """Rides inserted in an unlucky order are rearranged."""
    fleet = Fleet(LINE, WEIGHTS)
    plans = {name: van(name, place) for name, place in (("a", 0), ("b", 10), ("c", 19))}
    for k in range(8):
        fleet.sync(plans.values())
        origin = 7 * k % 20
        wanted = ride(f"r{k}", origin, (origin + 5) % 20)
        found = fleet.cheapest_insertion(wanted)
        plans[found.vehicle_id] = found.plan
    improved = reoptimise(list(plans.values()), LINE, WEIGHTS, seconds=0.5)
    assert improved.cost_after < improved.cost_before
    assert check_plans(improved.plans, LINE) == []


def test_nothing_to_move_is_no_work():
    plans = (van("v", 0),)
    assert reoptimise(plans, LINE, WEIGHTS, seconds=10).plans == plans
