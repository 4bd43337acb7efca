"""The road of one booking, step by step, in a town where all times follow from arithmetic."""

from dataclasses import replace

import pytest

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.quote import quote
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.values import Actor, Cancellation, DispatchStatus, DutyState, Party
from tests.routing.dispatch.world import EDGE_S, START, Town

CANCELLED = Cancellation(Actor.RIDER, "changed_mind", Actor.RIDER)


def request(origin, destination, **more):
    more.setdefault("depart_from", START)
    return cmd.RideRequest((cmd.StopChoice(origin),), (cmd.StopChoice(destination),), **more)


def drive_to_pickup(town, vehicle_id="A", booking_id="r1"):
    """Let the vehicle leave and arrive at the pickup; returns the arrival time."""
    town.tick(town.now)
    arrive = town.state.times[vehicle_id][0].arrive
    town.tick(arrive)
    assert isinstance(town.do(cmd.ArriveVisit(vehicle_id, f"{booking_id}.pickup"), arrive), list)
    return arrive


def test_an_offer_promises_what_the_nearest_vehicle_can_do():
    town = Town.opened()
    (offer,) = quote(town.state, request(1, 2), START, town.network)
    # A stands one edge from place 1 and can leave at once.
    assert offer.planned_pickup == START + EDGE_S
    assert offer.planned_dropoff == START + EDGE_S + 30 + EDGE_S
    assert offer.promise.pickup_earliest == START
    assert offer.promise.pickup_latest == START + EDGE_S + 8 * 60
    assert offer.promise.dropoff_latest >= offer.planned_dropoff
    assert town.state.version == 1  # a quote writes nothing


def test_a_whole_ride():
    town = Town.opened()
    town.book("r1", 1, 2)
    assert town.booking("r1").state is BookingState.SCHEDULED
    assert town.booking("r1").status is DispatchStatus.MATCHED
    arrive = drive_to_pickup(town)
    assert town.booking("r1").state is BookingState.ARRIVED
    town.do(cmd.BoardRider("A", "r1.pickup"), arrive + 30)
    assert town.booking("r1").state is BookingState.ON_BOARD
    assert town.state.plans["A"].load == (1, 0)
    town.tick(arrive + 31)
    town.do(cmd.ArriveVisit("A", "r1.dropoff"), arrive + 30 + EDGE_S)
    town.do(cmd.AlightRider("A", "r1.dropoff"), arrive + 60 + EDGE_S)
    done = town.booking("r1")
    assert done.state is BookingState.COMPLETED
    assert done.alighted_time == arrive + 60 + EDGE_S
    assert town.state.plans["A"].load == (0, 0)
    assert town.state.plans["A"].visits == ()
    assert done.breaches == ()


def test_confirming_rechecks_inside_the_promise():
    town = Town.opened(1)
    (offer,) = quote(town.state, request(1, 2, party=Party(4)), START, town.network)
    town.book("first", 1, 2, party=Party(4))
    again = town.do(cmd.ConfirmOffer("second", offer, "owner"))
    # One vehicle, full: the second party would have to wait for its return, 8 minutes at most.
    if isinstance(again, Rejected):
        assert again.reason is RejectReason.STALE_OFFER
    else:
        assert town.violations() == []


def test_an_offer_runs_out():
    town = Town.opened()
    (offer,) = quote(town.state, request(1, 2), START, town.network)
    refused = town.do(cmd.ConfirmOffer("r1", offer, "owner"), START + 121)
    assert refused.reason is RejectReason.OFFER_EXPIRED


def test_the_same_booking_id_is_refused():
    town = Town.opened()
    town.book("r1", 1, 2)
    assert town.book("r1", 1, 2).reason is RejectReason.DUPLICATE_BOOKING


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (request(1, 1), RejectReason.WALK_INSTEAD),
        (request(1, 2, depart_from=START - 60), RejectReason.IN_THE_PAST),
        (request(1, 2, depart_from=22 * 3600), RejectReason.OUT_OF_HOURS),
        (request(1, 2, party=Party(9)), RejectReason.PARTY_TOO_LARGE),
        (request(1, 2, party=Party(3, wheelchairs=2)), RejectReason.PARTY_TOO_LARGE),
        (
            cmd.RideRequest((), (cmd.StopChoice(1),), depart_from=START),
            RejectReason.NO_STOP_IN_REACH,
        ),
    ],
)
def test_refusals_of_a_request(wish, reason):
    town = Town.opened()
    assert quote(town.state, wish, START, town.network).reason is reason


def test_a_wheelchair_place_displaces_seats():
    town = Town.opened(1)
    assert isinstance(town.book("w", 1, 2, party=Party(3, wheelchairs=1)), list)  # 2 seats + 1
    (plan,) = town.state.plans.values()
    assert plan.visits[0].load == (2, 1)


def test_no_room_names_another_time():
    town = Town.opened(1)
    for k in range(40):
        answer = town.book(f"r{k}", k % 3, 8 - k % 3, party=Party(4))
        if isinstance(answer, Rejected):
            break
    assert answer.reason is RejectReason.NO_ROOM
    assert answer.alternative_time is not None
    assert isinstance(
        quote(
            town.state,
            request(k % 3, 8 - k % 3, party=Party(4), depart_from=answer.alternative_time),
            town.now,
            town.network,
        ),
        list,
    )


def test_the_waiting_list_gets_the_next_free_seat():
    town = Town.opened(1)
    k = 0
    while isinstance(town.book(f"r{k}", 0, 8, party=Party(4)), list):
        k += 1
    town.book("hopeful", 0, 8, party=Party(4), waitlist=True)
    assert town.booking("hopeful").state is BookingState.WAITLISTED
    town.do(cmd.CancelRide(f"r{k - 1}", CANCELLED))
    town.tick(START + 60)
    assert town.booking("hopeful").state is BookingState.SCHEDULED


def test_the_waiting_list_closes_when_it_is_too_late():
    town = Town.opened(1)
    k = 0
    while isinstance(town.book(f"r{k}", 0, 8, party=Party(4)), list):
        k += 1
    town.book("hopeful", 0, 8, party=Party(4), waitlist=True)
    town.tick(START + 3600)
    assert town.booking("hopeful").state is BookingState.REJECTED


def test_cancelling_gives_the_seats_back():
    town = Town.opened()
    town.book("r1", 1, 2)
    town.do(cmd.CancelRide("r1", CANCELLED))
    assert town.booking("r1").state is BookingState.CANCELLED
    assert town.booking("r1").cancellation == CANCELLED
    assert all(plan.visits == () for plan in town.state.plans.values())
    assert town.do(cmd.CancelRide("r1", CANCELLED)).reason is RejectReason.WRONG_STATE


def test_cancelling_under_way_lets_the_vehicle_turn_at_the_stop():
    town = Town.opened(1)
    town.book("r1", 2, 8)
    town.tick(START)
    town.do(cmd.CancelRide("r1", CANCELLED), START + 60)
    plan = town.state.plans["A"]
    assert (plan.place, plan.ready_time, plan.n_frozen) == (2, START + 2 * EDGE_S, 0)


def test_amending_keeps_the_id_or_leaves_all_as_it_was():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    (offer,) = quote(town.state, request(4, 5), START, town.network)
    town.do(cmd.AmendRide("r1", offer))
    assert town.booking("r1").ride.origin == 4
    assert {v.place for v in town.state.plans["A"].visits} == {4, 5}
    impossible = replace(offer, promise=replace(offer.promise, pickup_latest=START + 1))
    before = town.state
    assert town.do(cmd.AmendRide("r1", impossible)).reason is RejectReason.STALE_OFFER
    assert town.state == before


def test_a_no_show_needs_time_and_a_contact_and_the_vehicle_holds():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    missed = cmd.MissRider("A", "r1.pickup")
    early = town.do(missed, arrive + 60)
    assert (early.reason, early.alternative_time) == (RejectReason.TOO_EARLY, arrive + 180)
    assert town.do(missed, arrive + 180).reason is RejectReason.CONTACT_FIRST
    town.do(cmd.RecordContact("r1", Actor.DRIVER, "call"))
    assert isinstance(town.do(missed), list)
    assert town.booking("r1").state is BookingState.NO_SHOW
    # "It left early" must not be true: the seat is free, the promised minutes are not.
    promise = town.booking("r1").terms.promise
    assert town.state.plans["A"].ready_time == max(promise.pickup_latest, arrive + 180)


def test_a_no_show_can_be_undone_while_the_vehicle_stands():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    town.do(cmd.RecordContact("r1", Actor.DRIVER, "call"), arrive + 180)
    town.do(cmd.MissRider("A", "r1.pickup"))
    town.do(cmd.ReverseNoShow("r1", "d1"), arrive + 200)
    assert town.booking("r1").state is BookingState.ARRIVED
    assert isinstance(town.do(cmd.BoardRider("A", "r1.pickup"), arrive + 230), list)
    assert town.violations() == []


def test_a_cancellation_can_be_undone_inside_the_promise():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    town.do(cmd.CancelRide("r1", CANCELLED), START + 10)
    town.do(cmd.ReverseCancellation("r1", "d1"), START + 20)
    assert town.booking("r1").state is BookingState.SCHEDULED
    town.do(cmd.CancelRide("r1", CANCELLED))
    late = town.do(cmd.ReverseCancellation("r1", "d1"), START + 3700)
    assert late.reason is RejectReason.REVERSAL_TOO_LATE


def test_a_vehicle_does_not_go_on_without_those_who_are_booked():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    refused = town.do(cmd.ArriveVisit("A", "r1.dropoff"), arrive + 200)
    assert refused.reason is RejectReason.RIDERS_PENDING


def test_drivers_are_told_what_they_got_wrong():
    town = Town.opened()
    town.book("r1", 1, 2)
    assert town.do(cmd.ArriveVisit("A", "r1.dropoff")).reason is RejectReason.NOT_NEXT
    assert town.do(cmd.BoardRider("A", "r1.pickup")).reason is RejectReason.NOT_AT_STOP
    assert town.do(cmd.BoardRider("A", "r2.pickup")).reason is RejectReason.UNKNOWN_VISIT
    assert town.do(cmd.BoardRider("Z", "r1.pickup")).reason is RejectReason.UNKNOWN_VEHICLE


def test_a_late_vehicle_is_a_recorded_breach():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    town.tick(START)
    latest = town.booking("r1").terms.promise.pickup_latest
    town.tick(latest + 90)  # it never arrived
    breaches = town.booking("r1").breaches
    assert breaches
    assert breaches[0].known_time == latest + 90
    assert breaches[0].cause == "running_late"
    assert town.violations() == []


def test_riders_are_told_when_their_vehicle_is_near():
    town = Town.opened(1)
    town.book("r1", 4, 8, depart=START + 3600)
    start = town.state.times["A"][0].start
    assert not any(isinstance(e, ev.VehicleApproached) for e in town.tick(start - 301))
    assert any(isinstance(e, ev.VehicleApproached) for e in town.tick(start - 299))


def test_a_vehicle_waits_at_home_and_leaves_in_time():
    town = Town.opened(1)
    town.book("r1", 4, 8, depart=START + 3600)
    earliest = town.state.times["A"][0].start
    town.tick(earliest - 2 * EDGE_S - 61)
    assert town.state.plans["A"].n_frozen == 0
    town.tick(earliest - 2 * EDGE_S - 59)
    assert town.state.plans["A"].n_frozen == 1


def test_a_breakdown_gives_riders_to_another_vehicle():
    town = Town.opened(2)
    town.book("aboard", 1, 8)
    town.book("waiting", 1, 2, depart=START + 600)
    vehicle = town.booking("aboard").vehicle_id
    arrive = drive_to_pickup(town, vehicle, "aboard")
    town.do(cmd.BoardRider(vehicle, "aboard.pickup"), arrive + 30)
    town.do(cmd.WithdrawVehicle(vehicle, 4, True, "d1"), arrive + 120)
    assert town.state.duties[vehicle] is DutyState.BROKEN_DOWN
    assert town.state.plans[vehicle].load == (0, 0)
    other = ({"A", "B"} - {vehicle}).pop()
    for booking_id in ("aboard", "waiting"):
        assert town.booking(booking_id).vehicle_id == other
        assert town.booking(booking_id).state is BookingState.SCHEDULED
    assert town.booking("aboard").ride.origin == 4
    assert town.violations() == []
    town.do(cmd.ReturnVehicle(vehicle, 4, "d1"))
    assert town.state.duties[vehicle] is DutyState.ON_DUTY


def test_moving_and_locking():
    town = Town.opened(2)
    town.book("r1", 1, 2, depart=START + 1800)
    first = town.booking("r1").vehicle_id
    other = ({"A", "B"} - {first}).pop()
    town.do(cmd.MoveRide("r1", other, "d1"))
    assert town.booking("r1").vehicle_id == other
    town.do(cmd.LockAssignment("r1", "d1", "asked for"))
    assert town.booking("r1").status is DispatchStatus.LOCKED
    visits = town.state.plans[other].visits
    better = cmd.ProposePlan(
        town.state.version,
        (
            cmd.ProposedPlan(first, tuple((v.kind, v.ride_id) for v in visits)),
            cmd.ProposedPlan(other, ()),
        ),
    )
    assert town.do(better).reason is RejectReason.LOCKED
    town.do(cmd.UnlockAssignment("r1", "d1"))
    assert isinstance(town.do(replace(better, base_version=town.state.version)), list)
    assert town.booking("r1").vehicle_id == first


def test_a_stale_proposal_is_dropped():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    old = town.state.version
    proposal = cmd.ProposePlan(
        old,
        (cmd.ProposedPlan("A", tuple((v.kind, v.ride_id) for v in town.state.plans["A"].visits)),),
    )
    town.book("r2", 1, 2)
    assert town.do(proposal).reason is RejectReason.STALE_PLAN
    invented = replace(proposal, base_version=town.state.version)
    assert town.do(invented).reason is RejectReason.PLAN_INVALID


def test_time_does_not_go_back():
    town = Town.opened()
    town.book("r1", 1, 2)
    assert town.do(cmd.Tick(), START - 1).reason is RejectReason.CLOCK_WENT_BACK


def test_a_day_opens_once():
    town = Town()
    assert town.book("r1", 1, 2).reason is RejectReason.DAY_NOT_OPEN
    town = Town.opened()
    again = cmd.OpenDay("2026-11-23", town.state.policy, ())
    assert town.do(again).reason is RejectReason.DAY_ALREADY_OPEN
