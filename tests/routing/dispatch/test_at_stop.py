"""At the stop: some of a party, walk-ups, reports that were held back, incidents."""

from functools import reduce

import pytest

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Actor, Channel, IncidentKind, Party
from tests.routing.dispatch.test_ride import drive_to_pickup
from tests.routing.dispatch.world import EDGE_S, START, Town


def walk_up(town, destination, booking_id="w1", party=None, **more):
    there = cmd.StopChoice(destination)
    return town.do(cmd.WalkUp(booking_id, "A", there, party or Party(), "driver:1", 1530, **more))


def test_those_who_came_ride_and_pay_and_the_others_seats_are_free():
    town = Town.opened(1)
    town.book("r1", 1, 2, party=Party(3, seniors=1))
    arrive = drive_to_pickup(town)
    came = Party(2, seniors=1)
    town.do(cmd.BoardRider("A", "r1.pickup", party=came, fare_won=1000), arrive + 30)
    booking = town.booking("r1")
    assert (booking.terms.party, booking.terms.fare_won) == (came, 1000)
    assert town.state.plans["A"].load == (2, 0)
    town.do(cmd.ArriveVisit("A", "r1.dropoff"), arrive + 30 + EDGE_S)
    town.do(cmd.AlightRider("A", "r1.dropoff"))
    assert town.state.plans["A"].load == (0, 0)
    assert town.violations() == []
    assert reduce(commit, town.log, DayState()) == town.state


@pytest.mark.parametrize(
    "came", [Party(4), Party(0), Party(2, seniors=2), Party(1, wheelchairs=1), Party(2, children=1)]
)
def test_more_than_were_booked_do_not_board(came):
    town = Town.opened(1)
    town.book("r1", 1, 2, party=Party(3, seniors=1))
    arrive = drive_to_pickup(town)
    before = town.state
    refused = town.do(cmd.BoardRider("A", "r1.pickup", party=came), arrive + 30)
    assert refused.reason is RejectReason.PARTY_TOO_LARGE
    assert town.state is before


def test_a_walk_up_is_booked_met_and_on_board_at_once():
    town = Town.opened(1)
    events = walk_up(town, 5)
    kinds = [type(event) for event in events]
    assert kinds == [
        ev.RideBooked, ev.RideScheduled, ev.VisitArrived, ev.RiderBoarded, ev.PlanChanged
    ]  # fmt: skip
    booking = town.booking("w1")
    assert (booking.state, booking.channel) == (BookingState.ON_BOARD, Channel.WALK_UP)
    assert booking.promise.dropoff_latest >= START + 3 * EDGE_S
    assert town.state.plans["A"].load == (1, 0)
    town.do(cmd.ArriveVisit("A", "w1.dropoff"), START + 3 * EDGE_S)
    town.do(cmd.AlightRider("A", "w1.dropoff"))
    assert town.booking("w1").state is BookingState.COMPLETED
    assert reduce(commit, town.log, DayState()) == town.state


def test_a_walk_up_steps_in_beside_those_who_are_booked():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    assert isinstance(walk_up(town, 2, at_time=arrive + 20), list)
    assert town.booking("r1").state is BookingState.ARRIVED
    assert town.state.plans["A"].standing
    town.do(cmd.BoardRider("A", "r1.pickup"), arrive + 60)
    assert town.state.plans["A"].load == (2, 0)
    assert town.violations() == []


def test_a_walk_up_breaks_no_promise():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    town.do(cmd.BoardRider("A", "r1.pickup"), arrive + 30)
    town.do(cmd.ArriveVisit("A", "r1.dropoff"), arrive + 30 + EDGE_S)
    town.do(cmd.AlightRider("A", "r1.dropoff"), town.now + 30)
    town.book("near", 2, 5)
    town.book("full", 2, 1, party=Party(3))
    before = town.state
    assert walk_up(town, 0, party=Party(4)).reason is RejectReason.NO_ROOM
    assert town.state is before


def test_walk_ups_are_refused_as_any_wish_is():
    town = Town.opened(1)
    assert walk_up(town, 0).reason is RejectReason.WALK_INSTEAD
    assert walk_up(town, 1, party=Party(9)).reason is RejectReason.PARTY_TOO_LARGE
    town.book("r1", 1, 2)
    town.tick(START)
    assert walk_up(town, 5).reason is RejectReason.NOT_AT_STOP  # it is on its way
    assert walk_up(town, 5, "r1").reason is RejectReason.DUPLICATE_BOOKING
    town.do(cmd.WithdrawVehicle("A", 0, True, "d1"))
    assert walk_up(town, 5).reason is RejectReason.WRONG_STATE
    unknown = cmd.WalkUp("w", "Z", cmd.StopChoice(1), Party(), "driver:1")
    assert town.do(unknown).reason is RejectReason.UNKNOWN_VEHICLE


def test_what_was_held_back_happened_when_the_driver_says():
    """A whole ride without a connection, told twenty minutes later in order."""
    town = Town.opened(1)
    town.book("r1", 1, 2)
    town.tick(START)
    there = START + EDGE_S
    late = there + 1200
    town.do(cmd.ArriveVisit("A", "r1.pickup", there), late)
    town.do(cmd.BoardRider("A", "r1.pickup", there + 40, by_code=True))
    town.do(cmd.ArriveVisit("A", "r1.dropoff", there + 200))
    town.do(cmd.AlightRider("A", "r1.dropoff", there + 230))
    booking = town.booking("r1")
    assert booking.state is BookingState.COMPLETED
    times = (booking.arrived_time, booking.boarded_time, booking.alighted_time)
    assert times == (there, there + 40, there + 230)
    assert town.state.now == late
    assert reduce(commit, town.log, DayState()) == town.state


def test_a_no_show_counts_from_when_it_happened():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    late = arrive + 1800
    town.do(cmd.RecordContact("r1", Actor.DRIVER, "call", arrive + 100), late)
    assert town.booking("r1").contacted_time == arrive + 100
    early = town.do(cmd.MissRider("A", "r1.pickup", arrive + 179))
    assert (early.reason, early.alternative_time) == (RejectReason.TOO_EARLY, arrive + 180)
    assert isinstance(town.do(cmd.MissRider("A", "r1.pickup", arrive + 180)), list)


def test_no_contact_after_the_fact_excuses_a_no_show():
    town = Town.opened(1)
    town.book("r1", 1, 2)
    arrive = drive_to_pickup(town)
    town.do(cmd.RecordContact("r1", Actor.DRIVER, "call", arrive + 500), arrive + 900)
    missed = town.do(cmd.MissRider("A", "r1.pickup", arrive + 400))
    assert missed.reason is RejectReason.CONTACT_FIRST


def test_a_visit_that_was_reached_before_the_new_plan_was_read_is_a_fact():
    town = Town.opened(1)
    town.book("r1", 1, 5)
    arrive = drive_to_pickup(town)
    town.do(cmd.BoardRider("A", "r1.pickup"), arrive + 30)
    town.book("r2", 1, 2)  # the server's next visit is now r2's pickup
    assert town.state.plans["A"].visits[0].ride_id == "r2"
    there = town.now + 2 * EDGE_S
    prompt = town.do(cmd.ArriveVisit("A", "r1.dropoff", there - 10), there)
    assert prompt.reason is RejectReason.NOT_NEXT  # a driver who could read the plan follows it
    town.do(cmd.ArriveVisit("A", "r1.dropoff", there), there + 120)
    town.do(cmd.AlightRider("A", "r1.dropoff", there + 20))
    assert town.booking("r1").alighted_time == there + 20
    assert town.booking("r2").state in (BookingState.SCHEDULED, BookingState.APPROACHING)
    assert town.violations() == []
    nobody = town.do(cmd.ArriveVisit("A", "r2.dropoff", there + 30), there + 600)
    assert nobody.reason is RejectReason.NOT_NEXT  # r2 is not on board


def test_an_incident_is_open_until_a_dispatcher_closes_it():
    town = Town.opened(1)
    sos = cmd.ReportIncident("i1", "A", IncidentKind.SOS, "driver:1", START - 100)
    (reported,) = town.do(sos)
    assert (reported.at_time, reported.time) == (START - 100, START)
    assert town.do(sos) == []  # told twice
    assert town.state.incidents["i1"].closed_time is None
    town.do(cmd.CloseIncident("i1", "d1"), START + 60)
    assert town.state.incidents["i1"].closed_time == START + 60
    assert town.do(cmd.CloseIncident("i1", "d1")).reason is RejectReason.WRONG_STATE
    assert town.do(cmd.CloseIncident("i2", "d1")).reason is RejectReason.UNKNOWN_INCIDENT
    lost = cmd.ReportIncident("i3", "Z", IncidentKind.SOS, "driver:1")
    assert isinstance(town.do(lost), Rejected)
