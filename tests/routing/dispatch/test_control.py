"""What a control room does to many at once, on the town of `world`: who is told what, and why."""

from dataclasses import replace

import pytest

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.conditions import conditions_for
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.preview import preview
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.values import Audience, Closure, Driving, Suspension
from tests.routing.dispatch.world import START, Town, network_under, square

HOUR = 3600


def closed(town, place, hours=2, closure_id="x"):
    """A closure around one place of the town, from now on."""
    closure = Closure(closure_id, square(place), town.now, town.now + hours * HOUR, "works")
    return cmd.CloseRoads(closure, "d1")


def suspended(town, places, begin=0, length=HOUR):
    """A suspension that begins ``begin`` seconds from now."""
    start = town.now + begin
    return cmd.SuspendService(Suspension("s", places, start, start + length, "weather"), "d1")


def previewed(town, command):
    """What the command would do."""
    network = network_under(conditions_for(town.state, command))
    return preview(town.state, command, town.now, network)


def kinds(events):
    """Names of events."""
    return [type(event).__name__ for event in events]


# --- closures ---


def test_a_closure_on_the_way_makes_a_detour_and_nothing_else():
    town = Town.opened(1)
    town.book("r", 3, 5, depart=town.now + 1200)
    before = town.state.times["A"][1].arrive
    town.do(closed(town, 4))
    assert town.booking("r").state is BookingState.SCHEDULED
    assert town.state.times["A"][1].arrive == before + 240
    assert town.booking("r").breaches == ()
    assert town.violations() == []


def test_a_rider_behind_a_closure_is_told_and_brought_as_soon_as_it_ends():
    town = Town.opened(1)
    town.book("r", 3, 4, depart=town.now + 1200)
    shown = previewed(town, closed(town, 4))
    events = town.do(closed(town, 4))
    assert {"RideDisrupted", "RideRerouted", "BreachRecorded"} <= set(kinds(events))
    assert {b.cause for b in town.booking("r").breaches} == {"disruption"}
    [effect] = shown.hurt
    assert effect.booking_id == "r"
    assert effect.after.late_s == max(b.late_s for b in town.booking("r").breaches)
    assert town.violations() == []


def test_reopening_brings_back_the_times_there_were():
    town = Town.opened(1)
    town.book("r", 3, 5, depart=town.now + 1200)
    before = town.state.times["A"]
    town.do(closed(town, 4))
    assert town.state.times["A"] != before
    town.do(cmd.ReopenRoads("x", "d1"))
    assert town.state.times["A"] == before
    assert town.do(cmd.ReopenRoads("x", "d1")).reason is RejectReason.UNKNOWN_CLOSURE


def test_who_is_aboard_stays_aboard_and_the_breach_is_known():
    town = Town.opened(1)
    town.book("r", 0, 4, depart=town.now)
    town.tick(town.state.times["A"][0].start)
    town.do(cmd.ArriveVisit("A", "r.pickup"))
    town.do(cmd.BoardRider("A", "r.pickup"))
    town.do(closed(town, 4))
    assert town.booking("r").state is BookingState.ON_BOARD
    assert [b.cause for b in town.booking("r").breaches][:1] == ["closure"]


def test_a_closure_that_is_over_is_refused():
    town = Town.opened(1)
    over = Closure("x", square(4), town.now - 2, town.now - 1, "")
    assert town.do(cmd.CloseRoads(over, "d1")).reason is RejectReason.IN_THE_PAST


# --- suspensions ---


def test_a_suspension_cancels_on_the_operators_account_whom_it_concerns():
    town = Town.opened(2)
    town.book("in", 4, 5, depart=town.now + 1200)
    town.book("out", 0, 1, depart=town.now + 1200)
    town.book("later", 4, 5, depart=town.now + 3 * HOUR)
    town.do(suspended(town, (4,)))
    assert town.booking("in").cancellation.reason == "suspended"
    assert town.booking("in").cancellation.fault == "operator"
    states = {name: town.booking(name).state for name in ("in", "out", "later")}
    assert states == {"in": "cancelled", "out": "scheduled", "later": "scheduled"}
    assert town.violations() == []


def test_who_asks_meanwhile_is_told_when_it_runs_again():
    town = Town.opened(1)
    command = suspended(town, ())
    town.do(command)
    refused = town.book("r", 0, 1, depart=town.now + 60)
    assert refused.reason is RejectReason.SUSPENDED
    assert refused.alternative_time == command.suspension.until_time
    assert isinstance(town.book("r", 0, 1, depart=refused.alternative_time), list)
    town.do(cmd.ResumeService("s", "d1"))
    assert isinstance(town.book("r2", 0, 1, depart=town.now + 60), list)


def test_an_undone_cancellation_stays_undone_only_where_the_service_runs():
    town = Town.opened(1)
    town.book("r", 0, 1, depart=town.now + 1200)
    town.do(suspended(town, ()))
    undo = cmd.ReverseCancellation("r", "d1")
    assert town.do(undo).reason is RejectReason.SUSPENDED
    town.do(cmd.ResumeService("s", "d1"))
    town.do(undo)
    assert town.booking("r").state is BookingState.SCHEDULED


# --- rosters ---


def roster(vehicle_id, begin, end, drivers=()):
    """A roster in hours from the start of the town's story."""
    return cmd.SetRoster(vehicle_id, START + begin * HOUR, START + end * HOUR, drivers, "d1")


def test_a_shorter_shift_gives_its_rides_to_another_vehicle():
    town = Town.opened(2)
    town.book("r", 0, 1, depart=town.now + 3 * HOUR)
    carrier = town.booking("r").vehicle_id
    town.do(roster(carrier, -1, 2))
    assert town.booking("r").state is BookingState.SCHEDULED
    assert town.booking("r").vehicle_id != carrier
    assert town.state.plans[carrier].vehicle.shift_until == START + 2 * HOUR
    assert town.violations() == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((), (Driving("kim", START, START + 5 * HOUR),)),  # beyond the shift
        ((), (Driving("kim", START, START + 900), Driving("lee", START + 600, START + 1200))),
        ((Driving("kim", START, START + 900),), (Driving("kim", START + 600, START + 1200),)),
    ],
)
def test_a_roster_that_cannot_be_driven_is_refused(first, second):
    town = Town.opened(2)
    assert isinstance(town.do(roster("A", -1, 2, first)), list)
    refused = town.do(roster("B", -1, 2, second))
    assert refused.reason is RejectReason.ROSTER_CONFLICT
    assert refused.detail


# --- rules and news ---


def test_new_rules_hold_for_new_riders_and_not_for_old_promises():
    town = Town.opened(1)
    town.book("r", 0, 8, depart=town.now + 1200)
    promise = town.booking("r").terms.promise
    policy = replace(town.state.policy, min_notice_s=HOUR)
    assert kinds(town.do(cmd.ChangePolicy(policy, "d1"))) == ["PolicyChanged"]
    assert town.do(cmd.ChangePolicy(policy, "d1")) == []
    assert town.booking("r").terms.promise == promise
    assert town.book("r2", 0, 1, depart=town.now + 60).reason is RejectReason.TOO_LATE


def test_a_broadcast_names_whom_it_reached():
    town = Town.opened(2)
    town.book("a", 0, 1, depart=town.now + 1200)
    town.book("b", 7, 8, depart=town.now + 1200)
    vehicle = Audience(vehicle_id=town.booking("b").vehicle_id)
    told = {}
    for name, audience in {"all": Audience(), "zone": Audience("z", (0,)), "van": vehicle}.items():
        [sent] = town.do(cmd.Broadcast(name, audience, "안내", "News", "d1"))
        assert isinstance(sent, ev.BroadcastSent)
        told[name] = sent.booking_ids
    assert told == {"all": ("a", "b"), "zone": ("a",), "van": ("b",)}
    nobody = cmd.Broadcast("x", Audience(vehicle_id="Z"), "안내", "News", "d1")
    assert town.do(nobody).reason is RejectReason.UNKNOWN_VEHICLE


# --- previews ---


def test_a_preview_is_what_then_happens_and_changes_nothing():
    town = Town.opened(2)
    for k, (a, b) in enumerate([(0, 2), (1, 5), (6, 8)]):
        town.book(f"r{k}", a, b, depart=town.now + 900)
    carrier = town.booking("r0").vehicle_id
    command, before = cmd.WithdrawVehicle(carrier, 0, True, "d1"), town.state
    shown = previewed(town, command)
    assert town.state is before
    town.do(command)
    for effect in shown.effects:
        assert town.booking(effect.booking_id).state is effect.after.state
        assert town.booking(effect.booking_id).vehicle_id == effect.after.vehicle_id
    assert "r0" in {effect.booking_id for effect in shown.effects}


def test_a_preview_of_what_is_refused_is_the_refusal():
    town = Town.opened(2)
    assert isinstance(previewed(town, cmd.MoveRide("none", "A", "d1")), Rejected)


def test_the_most_hurt_stand_first():
    town = Town.opened(1)
    town.book("far", 3, 5, depart=town.now + 1200)
    town.book("behind", 3, 4, depart=town.now + 3 * HOUR)
    town.book("before", 3, 4, depart=town.now + 1260)
    shown = previewed(town, closed(town, 4))
    assert shown.effects[0].booking_id == "before"
    late = [effect.later_late_s for effect in shown.effects]
    assert late == sorted(late, reverse=True)
