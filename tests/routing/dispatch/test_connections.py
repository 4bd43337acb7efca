"""Rides that hang on a bus: places 0 and 2 of the town are 240 s apart, a bus leaves from 2."""

from dataclasses import replace

import pytest

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.connections import moved_promise
from routing.dispatch.quote import quote
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Actor, BreachRule, Cancellation, Connection, Promise
from routing.dispatch.visits import find_dropoff, find_pickup
from tests.routing.dispatch.world import EDGE_S, START, Town

MINUTE = 60
BUS = START + 40 * MINUTE
TRANSFER_S = 3 * MINUTE
CANCELLED = Cancellation(Actor.RIDER, "plans_changed")


def connected(town, name, origin, destination, *, feeds, time=BUS, transfer_s=TRANSFER_S):
    """Book a ride that feeds the bus of ``time``, or is fed by it."""
    ends = ((cmd.StopChoice(origin),), (cmd.StopChoice(destination),))
    if feeds:
        request = cmd.RideRequest(*ends, arrive_by=time - transfer_s)
    else:
        request = cmd.RideRequest(*ends, depart_from=time + transfer_s)
    offer, *_ = quote(town.state, request, town.now, town.network)
    trip = Connection("bus", "stop", time, feeds, transfer_s)
    town.do(cmd.ConfirmOffer(name, replace(offer, connection=trip), "owner"))
    return town.booking(name)


def report(town, time, **more):
    decision = town.do(cmd.ReportTrip("bus", "stop", time, **more))
    assert isinstance(decision, list)
    assert not town.violations()
    return decision


def windows(town, name):
    """Pickup window and latest arrival as the plan has them."""
    visits = town.state.plans[town.booking(name).vehicle_id].visits
    pickup, dropoff = visits[find_pickup(visits, name)], visits[find_dropoff(visits, name)]
    return pickup.earliest, pickup.latest, dropoff.latest


def test_a_late_bus_gives_the_shuttle_that_feeds_it_as_much_more_time():
    town = Town.opened()
    before = connected(town, "r1", 0, 2, feeds=True).promise
    moved, *rest = report(town, BUS + 6 * MINUTE)
    assert moved.held.promise == Promise(
        before.pickup_earliest, before.pickup_latest + 360, before.dropoff_latest + 360
    )
    assert [type(event) for event in rest] == [ev.PlanChanged]
    assert windows(town, "r1") == (
        before.pickup_earliest, before.pickup_latest + 360, before.dropoff_latest + 360
    )  # fmt: skip
    assert town.booking("r1").terms.promise == before
    assert not town.booking("r1").breaches


def test_a_bus_that_makes_up_its_delay_brings_everything_back():
    town = Town.opened()
    before = connected(town, "r1", 0, 2, feeds=True)
    was = windows(town, "r1")
    report(town, BUS + 6 * MINUTE)
    report(town, BUS)
    assert windows(town, "r1") == was
    assert town.booking("r1").promise == before.promise


def test_an_early_bus_becomes_the_deadline_while_the_plan_can_follow():
    town = Town.opened()
    before = connected(town, "r1", 0, 2, feeds=True)
    vehicle = before.vehicle_id
    there = town.state.times[vehicle][1].arrive
    by = there + MINUTE
    report(town, by + TRANSFER_S)
    assert town.booking("r1").promise.dropoff_latest == by
    # Boarding takes 30 s and the way 240 s: whoever boards later than this is late.
    assert windows(town, "r1") == (before.promise.pickup_earliest, by - 240 - 30, by)
    assert not town.booking("r1").breaches


def test_a_bus_too_early_to_reach_is_at_risk_and_nothing_else_changes():
    town = Town.opened()
    before = connected(town, "r1", 0, 2, feeds=True)
    was, there = windows(town, "r1"), town.state.times[before.vehicle_id][1].arrive
    early = before.promise.pickup_earliest  # the rider was told to be out no sooner
    moved, breach = report(town, early)
    assert (moved.held.promise, moved.held.connection.expected_time) == (before.promise, early)
    assert (breach.breach.rule, breach.breach.cause) == (BreachRule.CONNECTION, "trip_early")
    assert breach.breach.late_s == there + TRANSFER_S - early
    assert windows(town, "r1") == was


def test_a_shuttle_waits_for_a_late_bus():
    town = Town.opened()
    before = connected(town, "r1", 2, 0, feeds=False, transfer_s=MINUTE)
    assert before.promise.pickup_earliest == BUS + MINUTE
    report(town, BUS + 12 * MINUTE)
    booking = town.booking("r1")
    assert booking.promise.pickup_earliest == BUS + 13 * MINUTE
    assert town.state.times[booking.vehicle_id][0].start == BUS + 13 * MINUTE
    assert booking.promise.pickup_latest == before.promise.pickup_latest + 12 * MINUTE


def test_an_early_bus_lets_the_shuttle_come_earlier():
    town = Town.opened()
    before = connected(town, "r1", 2, 0, feeds=False)
    report(town, BUS - 5 * MINUTE)
    assert windows(town, "r1")[:2] == (
        before.promise.pickup_earliest - 300, before.promise.pickup_latest
    )  # fmt: skip


def with_a_rider_who_cannot_wait(n_vehicles):
    """Who comes off the bus shares a vehicle with somebody who wants to be at 8 soon after."""
    town = Town.opened(n_vehicles)
    town.book("other", 1, 8, depart=BUS)
    booking = connected(town, "r1", 2, 5, feeds=False, transfer_s=0)
    if booking.vehicle_id != town.booking("other").vehicle_id:
        town.do(cmd.MoveRide("r1", town.booking("other").vehicle_id, "d1"))
    assert town.booking("r1").vehicle_id == town.booking("other").vehicle_id
    return town


def test_another_vehicle_waits_where_the_first_cannot():
    town = with_a_rider_who_cannot_wait(2)
    first, before = town.booking("r1").vehicle_id, town.booking("r1").promise
    report(town, BUS + 16 * MINUTE)
    booking = town.booking("r1")
    assert booking.promise.pickup_earliest == before.pickup_earliest + 16 * MINUTE
    assert not booking.breaches
    position = find_pickup(town.state.plans[booking.vehicle_id].visits, "r1")
    assert town.state.times[booking.vehicle_id][position].start >= BUS + 16 * MINUTE
    assert not town.booking("other").breaches
    assert booking.vehicle_id != first or position > 0


def test_a_locked_ride_stays_on_its_vehicle():
    town = with_a_rider_who_cannot_wait(2)
    first = town.booking("r1").vehicle_id
    town.do(cmd.LockAssignment("r1", "d1"))
    report(town, BUS + 16 * MINUTE)
    assert town.booking("r1").vehicle_id == first


def test_a_trip_that_does_not_run_is_told_once():
    town = Town.opened()
    before = connected(town, "r1", 0, 2, feeds=True)
    moved, breach = report(town, None, source="dispatcher")
    assert moved.held.connection.is_cancelled
    assert moved.source == "dispatcher"
    assert breach.breach.cause == "trip_cancelled"
    assert report(town, None) == []
    assert town.booking("r1").promise == before.promise
    assert town.booking("r1").vehicle_id == before.vehicle_id


def test_a_trip_that_runs_after_all_is_held_again():
    town = Town.opened()
    connected(town, "r1", 0, 2, feeds=True)
    report(town, None)
    report(town, BUS + 2 * MINUTE)
    booking = town.booking("r1")
    assert not booking.connection.is_cancelled
    assert booking.promise.dropoff_latest == booking.terms.promise.dropoff_latest + 120


@pytest.mark.parametrize("moved_s", [0, 59, -59])
def test_nobody_is_told_of_less_than_a_minute(moved_s):
    town = Town.opened()
    connected(town, "r1", 0, 2, feeds=True)
    assert report(town, BUS + moved_s) == []


def test_other_trips_and_ended_rides_are_left_alone():
    town = Town.opened()
    connected(town, "r1", 0, 2, feeds=True)
    assert town.do(cmd.ReportTrip("bus", "another stop", BUS + 600)) == []
    assert town.do(cmd.ReportTrip("another bus", "stop", BUS + 600)) == []
    town.do(cmd.CancelRide("r1", CANCELLED))
    assert report(town, BUS + 600) == []


def test_who_is_on_board_has_their_bus_as_deadline_still():
    town = Town.opened()
    before = connected(town, "r1", 0, 2, feeds=True)
    vehicle = before.vehicle_id
    start = town.state.times[vehicle][0].start
    town.tick(start)
    town.do(cmd.ArriveVisit(vehicle, "r1.pickup"))
    town.do(cmd.BoardRider(vehicle, "r1.pickup"))
    early = start + 2 * EDGE_S + TRANSFER_S - 2 * MINUTE
    *_, breach = report(town, early)
    assert breach.breach.rule is BreachRule.CONNECTION
    assert breach.breach.late_s == 2 * MINUTE
    report(town, BUS + 600)
    assert town.booking("r1").promise.dropoff_latest == before.promise.dropoff_latest + 600


def test_a_late_shuttle_puts_the_connection_at_risk():
    town = Town.opened()
    before = connected(town, "r1", 6, 2, feeds=True)
    town.tick(town.state.times[before.vehicle_id][0].arrive - 2 * EDGE_S)
    town.do(cmd.ReportArrival(before.vehicle_id, BUS))
    assert {b.rule for b in town.booking("r1").breaches} >= {BreachRule.CONNECTION}


def test_other_terms_forget_the_old_trip():
    town = Town.opened()
    connected(town, "r1", 0, 2, feeds=True)
    report(town, BUS + 600)
    request = cmd.RideRequest((cmd.StopChoice(0),), (cmd.StopChoice(1),), depart_from=BUS)
    offer, *_ = quote(town.state, request, town.now, town.network)
    town.do(cmd.AmendRide("r1", offer))
    assert town.booking("r1").connection is None
    assert town.booking("r1").promise == offer.promise


def test_the_log_folds_to_the_state():
    town = Town.opened()
    connected(town, "r1", 0, 2, feeds=True)
    report(town, BUS + 600)
    state = DayState()
    for events in town.log:
        state = commit(state, events)
    assert state == town.state


def test_a_promise_always_moves_from_what_was_agreed():
    town = Town.opened()
    terms = connected(town, "r1", 0, 2, feeds=True).terms
    slack_s = BUS - TRANSFER_S - terms.promise.dropoff_latest
    for late_s in (-slack_s - 600, -slack_s - 1, 1, 600):
        moved = moved_promise(terms, replace(terms.connection, reported_time=BUS + late_s))
        by_s = late_s if late_s > 0 else late_s + slack_s
        assert moved.dropoff_latest - terms.promise.dropoff_latest == by_s
    for late_s in (-slack_s, 0):
        on_time = replace(terms.connection, reported_time=BUS + late_s)
        assert moved_promise(terms, on_time).dropoff_latest == terms.promise.dropoff_latest
