"""Simulated days: times that follow from arithmetic, and every rule kept in any small world."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from routing.dispatch.commands import RideRequest, StopChoice
from routing.dispatch.lifecycle import BookingState
from routing.drt.check import check_plans
from routing.drt.model import VisitKind
from routing.drt.trace import check_trace
from routing.policy import ServicePolicy
from routing.simulation.chance import RoadNoise
from routing.simulation.facts import Answer, Executed
from routing.simulation.run import Settings, Simulation
from routing.simulation.world import Rider
from tests.naive.naive_day import audit
from tests.routing.simulation.worlds import DWELL_S, EDGE_S, agreed, van, wish, world, worlds

PICKUP, DROPOFF = VisitKind.PICKUP, VisitKind.DROPOFF


def run(made, settings=None):
    return list(Simulation(made, settings).run())


def visits(facts):
    return [fact for fact in facts if isinstance(fact, Executed)]


def accepted(facts):
    return {f.request_id for f in facts if isinstance(f, Answer) and f.is_accepted}


def test_one_ride_by_arithmetic():
    facts = run(world([van()], [wish("a", 1, 3, 1000)]))
    # The vehicle leaves so as to be there on the second, and takes two edges to place 3.
    dropped = 1000 + DWELL_S + 2 * EDGE_S
    assert facts == [
        Answer("a", True, 0, 0),
        Executed("v", "a", PICKUP, 1, 1000, 1000 + DWELL_S),
        Executed("v", "a", DROPOFF, 3, dropped, dropped + DWELL_S),
    ]


def test_nobody_is_picked_up_before_they_called():
    facts = run(world([van()], [wish("a", 0, 3, 900, called=1000)]))
    assert visits(facts)[0] == Executed("v", "a", PICKUP, 0, 1000, 1000 + DWELL_S)


def test_who_calls_too_late_is_refused():
    facts = run(world([van()], [wish("a", 4, 3, 1000, called=1100, wait_s=300)]))
    # Four edges away: the vehicle would come 40 s after the latest pickup.
    assert facts == [Answer("a", False, 1100, 0)]


def test_who_does_not_fit_is_refused():
    assert accepted(run(world([van(seats=2)], [wish("a", 1, 2, 500, n=3)]))) == set()


def test_two_share_a_vehicle():
    riders = [wish("a", 1, 4, 1000), wish("b", 2, 3, 1060, called=10)]
    facts = run(world([van()], riders))
    assert accepted(facts) == {"a", "b"}
    assert [(v.ride_id, v.kind) for v in visits(facts)] == [
        ("a", PICKUP),
        ("b", PICKUP),
        ("b", DROPOFF),
        ("a", DROPOFF),
    ]


def test_boarding_is_held_back_by_coming_later():
    # b may not board before 1400; a may ride 200 s at most, so a waits at the stop, not aboard.
    riders = [wish("a", 1, 3, 1000, wait_s=900, ride_s=200), wish("b", 2, 3, 1400, called=10)]
    made = world([van()], riders)
    facts = run(made)
    assert accepted(facts) == {"a", "b"}
    assert audit(made, facts) == []
    assert check_trace(visits(facts), agreed(made, {"a", "b"}), made.vehicles, made.travel) == []


def test_boarding_that_has_begun_is_not_held_back():
    riders = [
        wish("a", 1, 3, 1000, wait_s=900, ride_s=200),
        wish("b", 2, 3, 1400, called=1010),
    ]
    facts = run(world([van()], riders))
    assert accepted(facts) == {"a", "b"}
    assert visits(facts)[0] == Executed("v", "a", PICKUP, 1, 1000, 1000 + DWELL_S)
    assert [v.ride_id for v in visits(facts)] == ["a", "a", "b", "b"]


def test_who_comes_slowly_is_not_taken_to_have_come_already():
    # b is fitted in when the vehicle has left for a, so it has time until 1260; c asks meanwhile.
    riders = [
        wish("a", 1, 3, 1000, wait_s=900, ride_s=200),
        wish("b", 2, 3, 1400, called=950),
        wish("c", 4, 3, 9000, called=1100),
    ]
    simulation = Simulation(world([van()], riders))
    answered = {fact.request_id for _, fact in zip(range(3), simulation.run(), strict=False)}
    assert answered == {"a", "b", "c"}
    state, projector = simulation.state, simulation.network.projector
    plan = projector.replannable(state.plans["v"], state.times["v"], 1100, state.policy)
    assert (plan.n_frozen, plan.standing, plan.first_arrival) == (1, False, 1100)


def test_the_shift_ends_at_home():
    rider = wish("a", 1, 4, 1000)
    back = 1000 + DWELL_S + 3 * EDGE_S + DWELL_S + 4 * EDGE_S
    assert accepted(run(world([van(until=back)], [rider]))) == {"a"}
    assert accepted(run(world([van(until=back - 1)], [rider]))) == set()


def test_a_day_of_nobody_and_a_day_of_no_vehicle():
    assert run(world([van()], [])) == []
    assert run(world([], [wish("a", 1, 2, 500)])) == [Answer("a", False, 0, 0)]


@settings(max_examples=80)
@given(worlds())
def test_any_small_world_keeps_every_rule(made):
    simulation = Simulation(made)
    facts = []
    for fact in simulation.run():
        facts.append(fact)
        current = [
            simulation.network.projector.current(plan, simulation.state.now)
            for plan in simulation.state.plans.values()
        ]
        assert check_plans(current, made.travel) == []
    assert audit(made, facts) == []
    booked = accepted(facts)
    assert check_trace(visits(facts), agreed(made, booked), made.vehicles, made.travel) == []
    report = simulation.report()
    assert (report.n_accepted, report.n_completed, report.n_breached) == (len(booked),) * 2 + (0,)
    assert run(made) == facts


def test_the_audit_has_teeth():
    made = world([van()], [wish("a", 1, 3, 1000)])
    answer, pickup, dropoff = run(made)
    assert audit(made, [answer, pickup, dropoff]) == []
    for damaged in (
        [answer],
        [answer, pickup],
        [pickup, dropoff],
        [answer._replace(is_accepted=False), pickup, dropoff],
        [answer, answer, pickup, dropoff],
        [answer, pickup._replace(arrive=0), dropoff],
        [answer, pickup._replace(arrive=1301, depart=1400), dropoff._replace(arrive=1600)],
        [answer, pickup._replace(depart=1010), dropoff],
        [answer, pickup, dropoff._replace(arrive=1030)],
        [answer, pickup, dropoff._replace(arrive=1700, depart=1730)],
        [answer, pickup, dropoff._replace(depart=20_000)],
        [answer, pickup._replace(place=2), dropoff],
    ):
        assert audit_or_error(made, damaged)


def audit_or_error(made, facts):
    try:
        return audit(made, facts)
    except KeyError as missing:
        return [f"nothing of {missing}"]


# --- riders and drivers who do not do as planned ---

TOWN = ServicePolicy(service_from=0, service_until=9000, dwell_s=DWELL_S)


def quoted(name, origin, destination, depart, **behaviour):
    request = RideRequest((StopChoice(origin),), (StopChoice(destination),), depart_from=depart)
    return Rider(name, 0, request, **behaviour)


def town(riders):
    made = world([replace(van(), configurations=((4, 0),))], [], dimensions=("s", "w"))
    return replace(made, policy=TOWN, riders=tuple(riders))


def ends_as(state, riders, settings=None):
    simulation = Simulation(town(riders), settings or Settings(tick_s=30))
    facts = list(simulation.run())
    booking = simulation.state.bookings["a"]
    assert booking.state is state
    return simulation, facts


def test_a_rider_who_cancels_is_not_driven():
    rider = quoted("a", 1, 3, 1000, cancel_time=500)
    simulation, facts = ends_as(BookingState.CANCELLED, [rider])
    assert visits(facts) == []
    assert simulation.report().n_cancelled == 1


def test_a_rider_who_changes_their_mind_on_board_is_driven():
    ends_as(BookingState.COMPLETED, [quoted("a", 1, 3, 1000, cancel_time=1100)])


def test_a_no_show_is_called_and_waited_for():
    simulation, facts = ends_as(BookingState.NO_SHOW, [quoted("a", 1, 3, 1000, shows_up=False)])
    booking = simulation.state.bookings["a"]
    assert visits(facts) == []
    assert booking.contacted_time >= booking.arrived_time + 60
    assert booking.ended_time >= booking.arrived_time + TOWN.wait_s
    assert simulation.report().n_no_show == 1


@pytest.mark.parametrize("late_s", [0, 50, 700])
def test_a_late_rider_boards_late(late_s):
    _, facts = ends_as(BookingState.COMPLETED, [quoted("a", 1, 3, 1000, late_s=late_s)])
    pickup, dropoff = visits(facts)
    assert pickup.depart == 1000 + late_s + DWELL_S
    assert dropoff.arrive == pickup.depart + 2 * EDGE_S


def test_the_same_seed_gives_the_same_day_and_another_one_another():
    riders = [quoted(f"r{k}", k % 4, 4, 600 + 400 * k) for k in range(12)]
    noise = RoadNoise(drive_sd=0.5, late_share=0.5)
    first, again, other = (
        run(town(riders), Settings(seed=seed, noise=noise, tick_s=30)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_a_slow_road_breaks_a_promise_on_record():
    noise = RoadNoise(drive_sd=0.0, late_share=1.0, late_mean_s=2000.0)
    simulation, _ = ends_as(
        BookingState.COMPLETED, [quoted("a", 2, 4, 600)], Settings(seed=3, noise=noise, tick_s=30)
    )
    assert simulation.report().n_breached == 1
