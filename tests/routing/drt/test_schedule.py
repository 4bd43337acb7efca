"""Times, costs, the audit and loosened limits of one plan, against a plain twin."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.drt.breach import loosen
from routing.drt.check import Rule, check_plan, check_plans
from routing.drt.model import Break, Vehicle, VehiclePlan, Visit, VisitKind, VisitTime
from routing.drt.schedule import leave_time, plan_cost, schedule
from routing.policy import CostWeights
from routing.road.travel import get_travel_s, static
from routing.types import NEVER
from tests import strategies
from tests.naive import naive_schedule

TIME_RULES = {
    Rule.PICKUP_LATEST,
    Rule.DROPOFF_LATEST,
    Rule.MAX_RIDE,
    Rule.BREAK_LATEST,
    Rule.SHIFT_UNTIL,
    Rule.MAX_ROUTE,
}


@settings(max_examples=200)
@given(strategies.travels(), strategies.plans("v", 3), strategies.cost_weights())
def test_times_and_cost_agree_with_the_naive_twin(travel, plan, weights):
    times, _, _, _ = naive_schedule.schedule(plan, travel)
    assert schedule(plan, travel) == tuple(times)
    assert plan_cost(plan, travel, weights) == naive_schedule.cost(plan, travel, weights)


@settings(max_examples=200)
@given(strategies.travels(), strategies.plans("v", 3))
def test_audit_agrees_with_the_naive_twin(travel, plan):
    broken = {violation.rule for violation in check_plan(plan, travel)}
    assert (not broken) == naive_schedule.is_feasible(plan, travel)


@settings(max_examples=200)
@given(strategies.travels(), strategies.plans("v", 3))
def test_loosening_mends_what_is_broken_and_nothing_else(travel, plan):
    before = check_plan(plan, travel)
    loosened, breaches = loosen(plan, travel)
    after = {violation.rule for violation in check_plan(loosened, travel)}
    if Rule.NO_WAY not in after:
        assert not after & TIME_RULES
    assert {(v.rule, v.ride_id) for v in before if v.rule in TIME_RULES} >= {
        (breach.rule, breach.ride_id) for breach in breaches
    }
    assert all(breach.late_s == breach.expected - breach.limit > 0 for breach in breaches)
    if not breaches:
        assert loosened is plan
    assert schedule(loosened, travel) == schedule(plan, travel)
    assert loosen(loosened, travel)[1] == []


@settings(max_examples=100)
@given(strategies.travels(), strategies.plans("v", 2), st.sampled_from([0, 60]))
def test_leaving_late_delays_nothing(travel, plan, early_s):
    times = schedule(plan, travel)
    if not plan.visits or times[-1].start >= NEVER:
        return
    leave = leave_time(plan, times, travel, early_s)
    ready = naive_schedule.ready(plan)
    assert leave >= ready
    first = plan.visits[0].place

    def arrival(time):
        return time + get_travel_s(travel, plan.place, first, time)

    if leave > ready:
        assert arrival(leave) <= times[0].start - early_s < arrival(leave + 1)
    else:
        assert arrival(leave + 1) > times[0].start - early_s


LINE = static([[abs(a - b) * 60 for b in range(10)] for a in range(10)])
BUS = Vehicle("bus", 0, 0, 0, 10_000, ((6, 0),))


def pickup(ride_id, place, earliest, latest, load=(1, 0)):
    return Visit(VisitKind.PICKUP, ride_id, place, earliest, latest, 30, load)


def dropoff(ride_id, place, latest=9000, max_ride_s=900, load=(-1, 0)):
    return Visit(VisitKind.DROPOFF, ride_id, place, 0, latest, 30, load, max_ride_s)


def plan_of(*visits, **changes):
    return replace(VehiclePlan.fresh(BUS), visits=visits, **changes)


def test_a_pickup_waits_so_that_its_rider_does_not():
    """
    place 1: a boards from 600       place 2: b boards from 2000      place 4: both leave
    a may ride 300 s: 2000 + 30 + 120 - 300 - 30 = 1820 is when a may board at the earliest
    """
    plan = plan_of(
        pickup("a", 1, 600, 1900),
        pickup("b", 2, 2000, 2600),
        dropoff("a", 4, max_ride_s=300),
        dropoff("b", 4),
    )
    assert schedule(plan, LINE) == (
        VisitTime(60, 1820, 1850),
        VisitTime(1910, 2000, 2030),
        VisitTime(2150, 2150, 2180),
        VisitTime(2180, 2180, 2210),
    )
    assert check_plan(plan, LINE) == []


def test_holding_one_rider_back_may_hold_back_another():
    """
    c boards from 2000, so b may board from 2000 + 30 + 60 - 300 - 30 = 1760 at the earliest;
    a is aboard then and leaves after b has boarded, at 1850, so a may board from 1620.
    """
    plan = plan_of(
        pickup("a", 1, 600, 1900),
        pickup("b", 2, 600, 2600),
        dropoff("a", 3, max_ride_s=200),
        pickup("c", 4, 2000, 2600),
        dropoff("b", 5, max_ride_s=300),
        dropoff("c", 6),
    )
    assert [time.start for time in schedule(plan, LINE)] == [1620, 1760, 1850, 2000, 2090, 2180]
    assert check_plan(plan, LINE) == []


def test_where_waiting_cannot_help_nobody_waits():
    plan = plan_of(
        pickup("a", 1, 600, 1800),
        pickup("b", 2, 2000, 2600),
        dropoff("a", 4, max_ride_s=300),
        dropoff("b", 4),
    )
    assert [time.start for time in schedule(plan, LINE)] == [600, 2000, 2150, 2180]
    assert [(v.rule, v.ride_id) for v in check_plan(plan, LINE)] == [("max_ride", "a")]
    loosened, (breach,) = loosen(plan, LINE)
    assert (breach.limit, breach.expected, breach.late_s) == (300, 2150 - 630, 1220)
    assert loosened.visits[2].max_ride_s == 1520


def test_a_limited_route_leaves_its_depot_late():
    vehicle = replace(BUS, max_route_s=400)
    plan = plan_of(pickup("a", 1, 600, 1800), dropoff("a", 3), vehicle=vehicle)
    # 60 s there, 30 s boarding, 120 s ride, 30 s leaving, 180 s home: 420 s
    assert [v.rule for v in check_plan(plan, LINE)] == [Rule.MAX_ROUTE]
    longer = replace(plan, vehicle=replace(BUS, max_route_s=420))
    assert check_plan(longer, LINE) == []
    assert leave_time(longer, schedule(longer, LINE), LINE, 0) == 540
    # Once it has left, the minutes count.
    gone = replace(longer, route_start=500)
    assert [v.rule for v in check_plan(gone, LINE)] == [Rule.MAX_ROUTE]


def test_a_late_vehicle_loosens_only_what_it_breaks():
    plan = plan_of(
        pickup("a", 1, 600, 900),
        dropoff("a", 3, 1700, 200),
        pickup("b", 4, 0, 1500),
        dropoff("b", 5, 2000),
        ready_time=1000,
    )
    loosened, breaches = loosen(plan, LINE)
    # at place 1 at 1060, place 3 at 1210, place 4 at 1300, place 5 at 1390
    assert [(b.ride_id, b.rule, b.limit, b.expected) for b in breaches] == [
        ("a", "pickup_latest", 900, 1060)
    ]
    assert loosened.visits[0] == replace(plan.visits[0], latest=1060)
    assert loosened.visits[1:] == plan.visits[1:]
    assert check_plan(loosened, LINE) == []


def test_a_vehicle_late_for_its_depot_is_a_breach_of_no_ride():
    vehicle = replace(BUS, shift_until=1000)
    plan = plan_of(pickup("a", 1, 600, 900), dropoff("a", 9), vehicle=vehicle)
    loosened, (breach,) = loosen(plan, LINE)
    # 600 + 30 + 480 + 30 + 540
    assert (breach.ride_id, breach.rule, breach.expected) == ("", "shift_until", 1680)
    assert loosened.vehicle.shift_until == 1680


def rules_of(plan):
    return [(violation.rule, violation.ride_id) for violation in check_plan(plan, LINE)]


A = (pickup("a", 1, 600, 900), dropoff("a", 3))


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (plan_of(*reversed(A)), [(Rule.RIDE_ORDER, "a"), (Rule.NEGATIVE_LOAD, "a")]),
        (plan_of(A[0]), [(Rule.RIDE_ORDER, "a")]),
        (plan_of(A[1]), [(Rule.ABOARD, ""), (Rule.NEGATIVE_LOAD, "a")]),
        (plan_of(*A, load=(1, 0)), [(Rule.ABOARD, "")]),
        (plan_of(*A, *A), [(Rule.RIDE_ORDER, "a")] * 2),
        (plan_of(*A, n_frozen=3), [(Rule.FROZEN, "")]),
        (
            plan_of(pickup("a", 1, 0, 900, (7, 0)), dropoff("a", 3, load=(-7, 0))),
            [(Rule.CAPACITY, "a")],
        ),
        (
            plan_of(pickup("a", 1, 0, 900, (0, 1)), dropoff("a", 3, load=(0, -1))),
            [(Rule.CAPACITY, "a")],
        ),
        (
            plan_of(pickup("a", 1, 0, 900, (2, 0)), dropoff("a", 3)),
            [(Rule.ABOARD, "a")],
        ),
        (
            plan_of(A[0], Break(2, 0, 5000, 60).visit(2), A[1]),
            [(Rule.BREAK_NOT_EMPTY, "")],
        ),
        (plan_of(Break(2, 0, 100, 60).visit(2)), [(Rule.BREAK_LATEST, "")]),
    ],
)
def test_each_rule_is_told(plan, expected):
    assert rules_of(plan) == expected


def test_a_ride_belongs_to_one_vehicle():
    other = replace(plan_of(*A), vehicle=replace(BUS, vehicle_id="other"))
    found = check_plans([plan_of(*A), other], LINE)
    assert [(v.vehicle_id, v.rule, v.ride_id) for v in found] == [
        ("other", Rule.RIDE_TWICE, "a")
    ] * 2
    twice = check_plans([plan_of(), plan_of()], LINE)
    assert [(v.vehicle_id, v.rule) for v in twice] == [("bus", Rule.RIDE_TWICE)]


def test_a_place_without_a_way_is_told():
    nowhere = static([[0, NEVER], [NEVER, 0]])
    plan = plan_of(pickup("a", 0, 0, 900), dropoff("a", 1, int(NEVER), int(NEVER)))
    assert Rule.NO_WAY in {v.rule for v in check_plan(plan, nowhere)}
    assert schedule(plan, nowhere)[1].start == NEVER
    assert Rule.NO_WAY in {v.rule for v in check_plan(loosen(plan, nowhere)[0], nowhere)}


def test_nowhere_to_leave_for_is_refused():
    with pytest.raises(ValueError, match="bus has nowhere to leave for"):
        leave_time(plan_of(), (), LINE, 0)


def test_weights_are_counted_per_passenger():
    visits = (pickup("a", 1, 0, 900, (3, 0)), dropoff("a", 3, load=(-3, 0)))
    cost = plan_cost(plan_of(*visits), LINE, CostWeights(1.0, 0.5, 0.25))
    # 60 + 120 + 180 driven, three wait 60 s, nobody rides longer than direct
    assert cost == 360 + 3 * 60 * 0.5
