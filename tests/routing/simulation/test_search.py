"""Days with search: whoever was accepted is served as agreed, whatever was moved around."""

import pytest
from hypothesis import given, settings

from routing.dispatch import commands as cmd
from routing.dispatch.decide import decide
from routing.dispatch.proposal import find_improvement, find_rescue
from routing.dispatch.rejections import Rejected, RejectReason
from routing.drt.search.budget import iterations
from routing.drt.trace import check_trace
from routing.simulation.run import Settings, Simulation
from routing.simulation.world import asking
from routing.types import NEVER
from tests.naive.naive_day import audit
from tests.routing.simulation.test_run import accepted, run, visits
from tests.routing.simulation.worlds import agreed, van, wish, world, worlds

SEARCHING = Settings(seed=5, rescue_iterations=60, improve_iterations=60, improve_every_s=300)


@settings(max_examples=25)
@given(worlds())
def test_any_small_world_keeps_every_rule_with_search(made):
    facts = run(made, SEARCHING)
    assert audit(made, facts) == []
    booked = accepted(facts)
    assert check_trace(visits(facts), agreed(made, booked), made.vehicles, made.travel) == []
    assert run(made, SEARCHING) == facts


CALLED = 400
#: Two vans at the ends of the line. a could go with either, and greedily goes with the nearer
#: one, which is the only one that can be in time for b.
TIGHT = [
    wish("a", 1, 2, 600, wait_s=60, ride_s=100),
    wish("b", 0, 1, 600, called=CALLED, wait_s=0, ride_s=60),
]


def tight():
    return world([van("v", 0), van("w", 4)], TIGHT)


def test_a_rescue_moves_who_can_be_moved():
    assert accepted(run(tight())) == {"a"}
    rescued = run(tight(), SEARCHING)
    assert accepted(rescued) == {"a", "b"}
    assert audit(tight(), rescued) == []


@pytest.fixture
def refused():
    """A day on which a is booked and b has just been refused; and b's command."""
    simulation = Simulation(tight())
    facts = simulation.run()
    next(facts)
    return simulation, asking(simulation.world.riders[1], simulation.world, CALLED)


def rescue_of(simulation, command):
    found = find_rescue(
        simulation.state, command, CALLED, simulation.network, seed=1, budget=iterations(200)
    )
    assert found is not None
    return found


def reason(simulation, command):
    decision = decide(simulation.state, command, CALLED, simulation.network)
    return decision.reason if isinstance(decision, Rejected) else None


def test_a_rescue_is_checked_like_any_command(refused):
    simulation, asked = refused
    assert reason(simulation, asked) is RejectReason.STALE_OFFER
    rescue = rescue_of(simulation, asked)
    assert reason(simulation, rescue) is None
    plans = rescue.proposal.plans
    without = tuple(
        cmd.ProposedPlan(p.vehicle_id, tuple(v for v in p.visits if v[1] != "a")) for p in plans
    )
    for damaged, expected in (
        (cmd.ProposePlan(0, plans), RejectReason.STALE_PLAN),
        (cmd.ProposePlan(rescue.proposal.base_version), RejectReason.PLAN_INVALID),
        (cmd.ProposePlan(rescue.proposal.base_version, without), RejectReason.PLAN_INVALID),
        (cmd.ProposePlan(rescue.proposal.base_version, plans[:1] * 2), RejectReason.PLAN_INVALID),
    ):
        assert reason(simulation, cmd.RescueRide(rescue.confirm, damaged)) is expected


def test_a_rescue_that_breaks_a_rule_is_refused(refused):
    simulation, asked = refused
    rescue = rescue_of(simulation, asked)
    names = [plan.vehicle_id for plan in rescue.proposal.plans]
    swapped = tuple(
        cmd.ProposedPlan(name, plan.visits)
        for name, plan in zip(reversed(names), rescue.proposal.plans, strict=True)
    )
    proposal = cmd.ProposePlan(rescue.proposal.base_version, swapped)
    assert reason(simulation, cmd.RescueRide(rescue.confirm, proposal)) is RejectReason.PLAN_INVALID


def test_a_rescue_does_not_book_twice_or_past_its_offer(refused):
    simulation, asked = refused
    rescue = rescue_of(simulation, asked)
    late = decide(simulation.state, rescue, CALLED + 1, simulation.network)
    assert late == Rejected(RejectReason.OFFER_EXPIRED)
    simulation._do(rescue, CALLED)
    assert reason(simulation, rescue) is RejectReason.DUPLICATE_BOOKING


def test_no_rescue_where_there_is_none(refused):
    simulation, _ = refused
    rider = wish("c", 2, 3, CALLED, called=CALLED, wait_s=0)
    command = asking(rider, simulation.world, CALLED)
    found = find_rescue(
        simulation.state, command, CALLED, simulation.network, seed=1, budget=iterations(50)
    )
    assert found is None


def test_room_is_not_made_at_any_price(refused):
    simulation, command = refused
    for most_drive_s, is_found in ((int(NEVER), True), (0, False)):
        found = find_rescue(
            simulation.state,
            command,
            CALLED,
            simulation.network,
            seed=1,
            budget=iterations(200),
            most_drive_s=most_drive_s,
        )
        assert (found is not None) is is_found


def test_nothing_to_improve_is_no_proposal():
    simulation = Simulation(tight())
    next(simulation.run())
    found = find_improvement(simulation.state, 0, simulation.network, seed=1, budget=iterations(50))
    assert found is None
