"""Random storms of commands: the state is the fold of the log, and every plan keeps every rule."""

from dataclasses import replace
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.dispatch import commands as cmd
from routing.dispatch.lifecycle import BEFORE_BOARDING, ENDED, BookingState
from routing.dispatch.quote import quote
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import (
    Actor,
    Audience,
    BreachRule,
    Cancellation,
    Closure,
    Connection,
    Driving,
    IncidentKind,
    Party,
    Suspension,
)
from routing.dispatch.visits import visit_id
from routing.drt.model import VisitKind
from tests.routing.dispatch.world import START, Town, square

PLACE = st.integers(0, 8)
BOOKING = st.integers(0, 7)
ACTS = (
    "drive",
    "drive",
    "drive",
    "drive",
    "book",
    "book",
    "offer",
    "cancel",
    "amend",
    "arrive",
    "board",
    "alight",
    "miss",
    "contact",
)
AT_THE_DOOR = ("walk-up", "some", "late-arrive", "late-drive", "incident", "settle")
TRIPS = ("connect", "connect", "report", "report")
CONTROL = ("delay", "lock", "move", "withdraw", "return", "undo", "propose", "skip")
ROOM = ("close", "reopen", "suspend", "resume", "roster", "policy", "broadcast")


@st.composite
def storms(draw):
    """Acts as (name, seconds that pass before it, four small numbers that it reads as it likes)."""
    name = st.sampled_from(ACTS + ACTS + CONTROL + TRIPS + ROOM + AT_THE_DOOR)
    pause = st.sampled_from((0, 0, 1, 20, 60, 120, 240, 900))
    return draw(st.lists(st.tuples(name, pause, BOOKING, PLACE, PLACE, PLACE), max_size=25))


@settings(max_examples=150)
@given(storms(), st.booleans())
def test_no_storm_breaks_a_rule(storm, with_breaks):
    town = Town.opened(2, breaks=with_breaks)
    for name, pause, k, a, b, c in storm:
        town.tick(town.now + pause)
        before = town.state
        decision = perform(town, name, k, a, b, c)
        if isinstance(decision, Rejected):
            assert town.state is before
            assert decision.reason is not RejectReason.CLOCK_WENT_BACK
        assert_rules_hold(town)
    assert reduce(commit, town.log, DayState()) == town.state


def perform(town, name, k, a, b, c):
    """Turn an act into a command that fits the moment as well as its numbers allow."""
    booking_id, vehicle_id = f"r{k}", "AB"[c % 2]
    head = [visit_id(v, vehicle_id) for v in town.state.plans[vehicle_id].visits]
    at_hand = head[a % 2] if len(head) > a % 2 else (head[0] if head else "none")
    match name:
        case "book":
            party = Party(1 + b % 4, wheelchairs=int(c == 8))
            depart = town.now + 300 * (c % 4)
            return town.book(booking_id, a, b, party=party, depart=depart, waitlist=c == 7)
        case "report":
            return town.do(report(town, k, a, b))
        case "offer" | "amend" | "connect":
            request = cmd.RideRequest(
                (cmd.StopChoice(a),), (cmd.StopChoice(b),), depart_from=town.now + 60 * c
            )
            offers = quote(town.state, request, town.now, town.network)
            if isinstance(offers, Rejected):
                return offers
            if name == "connect":
                hanging = on_a_trip(offers[0], f"t{k % 2}", 60 * c, feeds=bool(a % 2))
                return town.do(cmd.ConfirmOffer(booking_id, hanging, "owner"))
            if name == "offer":
                return town.do(cmd.ConfirmOffer(booking_id, offers[0], "owner"))
            return town.do(cmd.AmendRide(booking_id, offers[0]))
        case "cancel":
            return town.do(cmd.CancelRide(booking_id, Cancellation(Actor.RIDER, "plans_changed")))
        case "drive":
            return drive(town, vehicle_id)
        case "arrive":
            return town.do(cmd.ArriveVisit(vehicle_id, head[0] if head else "none"))
        case "board":
            return town.do(cmd.BoardRider(vehicle_id, at_hand))
        case "alight":
            return town.do(cmd.AlightRider(vehicle_id, at_hand))
        case "miss":
            return town.do(cmd.MissRider(vehicle_id, at_hand))
        case "contact":
            return town.do(cmd.RecordContact(booking_id, Actor.DRIVER, "call"))
        case "walk-up":
            there, party = cmd.StopChoice(a), Party(1 + b % 3)
            return town.do(cmd.WalkUp(booking_id, vehicle_id, there, party, "driver", 1530))
        case "some":
            return town.do(cmd.BoardRider(vehicle_id, at_hand, party=Party(1 + b % 3)))
        case "late-arrive":
            name = head[k % len(head)] if head else "none"
            return town.do(cmd.ArriveVisit(vehicle_id, name, town.now - 60 * a))
        case "late-drive":
            return drive(town, vehicle_id, town.now - 60 * a)
        case "incident":
            sos = cmd.ReportIncident(f"i{a % 2}", vehicle_id, IncidentKind.SOS, "driver")
            return town.do(sos)
        case "settle":
            return town.do(cmd.CloseIncident(f"i{a % 2}", "d1"))
        case "delay":
            return town.do(cmd.ReportArrival(vehicle_id, town.now + 60 * a))
        case "lock":
            return town.do(cmd.LockAssignment(booking_id, "d1"))
        case "move":
            return town.do(cmd.MoveRide(booking_id, vehicle_id, "d1"))
        case "withdraw":
            return town.do(cmd.WithdrawVehicle(vehicle_id, a, b % 2 == 0, "d1"))
        case "return":
            return town.do(cmd.ReturnVehicle(vehicle_id, a, "d1"))
        case "undo" if a % 2:
            return town.do(cmd.ReverseNoShow(booking_id, "d1"))
        case "undo":
            return town.do(cmd.ReverseCancellation(booking_id, "d1"))
        case "propose":
            return town.do(swapped(town))
        case "close":
            closure = Closure(
                f"x{k % 2}", square(a), town.now + 300 * (b - 2), town.now + 900 * c, ""
            )
            return town.do(cmd.CloseRoads(closure, "d1"))
        case "reopen":
            return town.do(cmd.ReopenRoads(f"x{k % 2}", "d1"))
        case "suspend":
            places, start = (a,) if k % 2 else (), town.now + 300 * (b - 2)
            suspension = Suspension(f"x{k % 2}", places, start, town.now + 600 * c, "weather")
            return town.do(cmd.SuspendService(suspension, "d1"))
        case "resume":
            return town.do(cmd.ResumeService(f"x{k % 2}", "d1"))
        case "roster":
            shift = START - 3600 + 1200 * a, town.now + 900 * b
            drivers = (Driving(f"p{k % 3}", *shift),) if k % 2 else ()
            return town.do(cmd.SetRoster(vehicle_id, *shift, drivers, "d1"))
        case "policy":
            policy = replace(town.state.policy, notice_s=30 * (1 + a), approach_s=60 * b)
            return town.do(cmd.ChangePolicy(policy, "d1"))
        case "broadcast":
            return town.do(cmd.Broadcast("m", Audience(places=(a,)), "안내", "News", "d1"))
        case _:
            return town.do(cmd.Tick())


def on_a_trip(offer, trip_id, spare_s, *, feeds):
    """The offer as part of a journey, with so much time to spare at the change."""
    promise = offer.promise
    time = promise.dropoff_latest + spare_s if feeds else promise.pickup_earliest - spare_s
    trip = Connection(trip_id, "s", time, feeds, transfer_s=spare_s // 2)
    return replace(offer, connection=trip)


def report(town, k, a, b):
    """A trip that somebody hangs on is early, late or cancelled."""
    trips = [x.connection for x in town.state.bookings.values() if x.connection is not None]
    if not trips:
        return cmd.ReportTrip("t0", "s", None)
    trip = trips[k % len(trips)]
    time = None if b == 8 else trip.time + 90 * (a - 4)
    return cmd.ReportTrip(trip.trip_id, trip.stop_id, time)


def drive(town, vehicle_id, at=None):
    """What a driver does who follows the manifest."""
    plan = town.state.plans[vehicle_id]
    if not plan.visits:
        return town.do(cmd.Tick())
    name = visit_id(plan.visits[0], vehicle_id)
    if not plan.standing:
        return town.do(cmd.ArriveVisit(vehicle_id, name, at))
    if plan.visits[0].kind is VisitKind.BREAK:
        return town.do(cmd.FinishBreak(vehicle_id, name, at))
    if plan.visits[0].kind is VisitKind.PICKUP:
        return town.do(cmd.BoardRider(vehicle_id, name, at))
    return town.do(cmd.AlightRider(vehicle_id, name, at))


def swapped(town):
    """A proposal that gives each vehicle the other's work."""
    visits = {
        v: tuple((x.kind, x.ride_id) for x in plan.visits) for v, plan in town.state.plans.items()
    }
    plans = (cmd.ProposedPlan("A", visits["B"]), cmd.ProposedPlan("B", visits["A"]))
    return cmd.ProposePlan(town.state.version, plans)


def assert_rules_hold(town):
    assert town.violations() == []
    for booking in town.state.bookings.values():
        assert_planned_where_it_belongs(town, booking)
        assert_promise_is_kept_or_breached(town, booking)
        assert_connection_is_held_or_at_risk(town, booking)


def assert_planned_where_it_belongs(town, booking):
    planned = [
        (vehicle_id, visit.kind)
        for vehicle_id, plan in town.state.plans.items()
        for visit in plan.visits
        if visit.ride_id == booking.booking_id
    ]
    if booking.state in BEFORE_BOARDING:
        expected = [(booking.vehicle_id, VisitKind.PICKUP), (booking.vehicle_id, VisitKind.DROPOFF)]
    elif booking.state is BookingState.ON_BOARD:
        expected = [(booking.vehicle_id, VisitKind.DROPOFF)]
    else:
        expected = []
    assert planned == expected, booking


def assert_connection_is_held_or_at_risk(town, booking):
    """A ride that hangs on a trip makes it by plan, or a breach says that it may not."""
    trip = booking.connection
    if trip is None or booking.vehicle_id is None or booking.state in ENDED:
        return
    plan, times = (m[booking.vehicle_id] for m in (town.state.plans, town.state.times))
    known = {breach.rule for breach in booking.breaches}
    for visit, time in zip(plan.visits, times, strict=True):
        if visit.ride_id != booking.booking_id or BreachRule.CONNECTION in known:
            continue
        assert not trip.is_cancelled
        if trip.feeds and visit.kind is VisitKind.DROPOFF:
            assert time.arrive + trip.transfer_s <= trip.expected_time + town.state.policy.notice_s
        if not trip.feeds and visit.kind is VisitKind.PICKUP and booking.boarded_time is None:
            stays = max(booking.promise.pickup_latest, time.start) + town.state.policy.notice_s
            assert trip.expected_time + trip.transfer_s <= stays


def assert_promise_is_kept_or_breached(town, booking):
    """A window in the plan is wider than the promise only where a breach says so."""
    known = {breach.rule for breach in booking.breaches}
    promise = booking.promise
    for plan in town.state.plans.values():
        for visit in plan.visits:
            if visit.ride_id != booking.booking_id:
                continue
            waits = visit.kind is VisitKind.PICKUP and booking.boarded_time is None
            if waits and visit.latest > promise.pickup_latest:
                assert BreachRule.PICKUP_LATEST in known
            if visit.kind is VisitKind.DROPOFF and visit.latest > promise.dropoff_latest:
                assert known & {BreachRule.DROPOFF_LATEST, BreachRule.PICKUP_LATEST}
