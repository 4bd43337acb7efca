"""Connections held: what becomes of rides when the bus or train that they hang on moves.

Rule: the report is a fact whatever the fleet can make of it. The window follows the trip where a
feasible plan does, where the rider is on their vehicle first, then on any other; where none does,
plan and promise stay as they were and the connection is recorded as at risk.
"""

from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.conditions import narrowed
from routing.dispatch.connections import moved_promise, promised
from routing.dispatch.decide.booking import release
from routing.dispatch.decide.replan import as_told
from routing.dispatch.draft import Draft
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import Booking
from routing.dispatch.values import BreachRule, Connection, DispatchStatus, Held, RideBreach
from routing.dispatch.visits import find_pickup
from routing.drt.check import check_plan
from routing.drt.model import Ride, VehiclePlan, Visit, VisitKind
from routing.types import NEVER

_MOVABLE = frozenset({BookingState.SCHEDULED, BookingState.APPROACHING})


def report_trip(draft: Draft, command: cmd.ReportTrip) -> Rejected | None:
    """A trip is early, late or cancelled; every ride that hangs on it follows if it can."""
    for booking in list(draft.state.bookings.values()):
        trip = _as_reported(booking, command)
        if trip is not None and _is_news(booking, trip, draft.state.policy.notice_s):
            _follow(draft, booking, trip, command.source)
    return None


def _as_reported(booking: Booking, command: cmd.ReportTrip) -> Connection | None:
    """The trip of a booking as ``command`` tells it; None if it is another or matters no more."""
    trip = booking.connection
    if trip is None or (trip.trip_id, trip.stop_id) != (command.trip_id, command.stop_id):
        return None
    if booking.state in ENDED or (booking.boarded_time is not None and not trip.feeds):
        return None
    if command.expected_time is None:
        return replace(trip, is_cancelled=True)
    return replace(trip, reported_time=command.expected_time, is_cancelled=False)


def _is_news(booking: Booking, trip: Connection, notice_s: int) -> bool:
    known = booking.connection
    assert known is not None
    moved_s = abs(trip.expected_time - known.expected_time)
    return trip.is_cancelled != known.is_cancelled or moved_s >= notice_s


def _follow(draft: Draft, booking: Booking, trip: Connection, source: str) -> None:
    # A ride that was given other limits after a breakdown keeps them: they are what can be done.
    as_agreed = booking.ride == promised(booking.terms.ride, booking.promise)
    if as_agreed and not trip.is_cancelled:
        promise = moved_promise(booking.terms, trip)
        ride = promised(booking.terms.ride, promise)
        event = _moved(draft, booking, Held(trip, promise), ride, source)
        if booking.vehicle_id is None:
            draft.add(event)
            return
        if _is_kept_in_place(draft, event) or _is_kept_elsewhere(draft, event):
            return
    draft.add(_moved(draft, booking, Held(trip, booking.promise), booking.ride, source))
    _record_risk(draft, booking, trip)


def _moved(
    draft: Draft, booking: Booking, held: Held, ride: Ride, source: str
) -> ev.ConnectionMoved:
    return ev.ConnectionMoved(draft.now, booking.booking_id, held, ride, source)


def _is_kept_in_place(draft: Draft, event: ev.ConnectionMoved) -> bool:
    """Move the windows of the ride where it is planned, if every rule allows it."""
    booking = draft.state.bookings[event.booking_id]
    assert booking.vehicle_id is not None
    plan = draft.state.plans[booking.vehicle_id]
    at_hand = plan.n_frozen if plan.standing else 0
    visits = tuple(
        _rewindowed(visit, booking, event.ride, position < at_hand)
        for position, visit in enumerate(plan.visits)
    )
    moved = replace(plan, visits=visits)
    projected = draft.network.projector.current(moved, draft.now)
    # A projection loosens what a late vehicle cannot keep, which here means: it cannot follow.
    if projected.visits != visits or check_plan(projected, draft.network.travel):
        return False
    draft.add(event)
    draft.keep(moved, _cause(event.held.connection))
    return True


def _rewindowed(visit: Visit, booking: Booking, ride: Ride, at_hand: bool) -> Visit:
    """A visit with the limits of ``ride`` in place of those that its booking has."""
    if visit.ride_id != booking.booking_id:
        return visit
    if visit.kind is VisitKind.PICKUP:
        return _pickup_moved(visit, booking.ride, ride, at_hand)
    latest = ride.latest_dropoff
    if booking.boarded_time is not None and visit.max_ride_s >= NEVER:
        boarded = max(booking.boarded_time, ride.earliest_pickup + ride.pickup_dwell_s)
        latest = min(latest, boarded + ride.max_ride_s)
    return replace(visit, latest=latest)


def _pickup_moved(visit: Visit, before: Ride, ride: Ride, at_hand: bool) -> Visit:
    # The beginning in the plan may be later than agreed: it is what the rider was told.
    earliest, latest = visit.earliest, ride.latest_pickup
    if ride.earliest_pickup < before.earliest_pickup:
        earliest = ride.earliest_pickup
    elif ride.earliest_pickup > before.earliest_pickup:
        earliest = max(earliest, ride.earliest_pickup)
    elif at_hand:
        latest = min(latest, visit.latest)  # who stands at the open door boards
    return replace(visit, earliest=earliest, latest=latest)


def _is_kept_elsewhere(draft: Draft, event: ev.ConnectionMoved) -> bool:
    """Plan the ride anew within its moved window, on any vehicle that it may be on."""
    booking = draft.state.bookings[event.booking_id]
    if not _may_be_replanned(draft, booking):
        return False
    locked = booking.status is DispatchStatus.LOCKED
    vehicles = [booking.vehicle_id] if locked and booking.vehicle_id else None
    trial = Draft(draft.state, draft.now, draft.network)
    release(trial, booking)
    ride = narrowed(draft.state, as_told(draft, booking, event.ride))
    if ride is None or trial.find_insertion(ride, vehicles) is None:
        return False
    release(draft, booking)
    draft.add(event)
    found = draft.find_insertion(ride, vehicles)
    assert found is not None  # it was, a moment ago
    draft.add(ev.RideScheduled(draft.now, booking.booking_id, found.vehicle_id))
    draft.insert(event.ride, found, _cause(event.held.connection))
    return True


def _may_be_replanned(draft: Draft, booking: Booking) -> bool:
    if booking.state not in _MOVABLE or booking.vehicle_id is None:
        return False
    plan: VehiclePlan = draft.state.plans[booking.vehicle_id]
    position = find_pickup(plan.visits, booking.booking_id)
    return position is not None and position >= plan.n_frozen


def _record_risk(draft: Draft, booking: Booking, trip: Connection) -> None:
    """Say what cannot be kept: the trip does not run, or one of the two will not wait."""
    if trip.is_cancelled:
        if not any(b.cause == "trip_cancelled" for b in booking.breaches):
            breach = RideBreach(BreachRule.CONNECTION, draft.now, 0, "trip_cancelled")
            draft.add(ev.BreachRecorded(draft.now, booking.booking_id, breach))
        return
    if booking.vehicle_id is not None:
        vehicle_id, state = booking.vehicle_id, draft.state
        draft.tell_lateness(state.plans[vehicle_id], state.times[vehicle_id], _cause(trip))


def _cause(trip: Connection) -> str:
    if trip.is_cancelled:
        return "trip_cancelled"
    return "trip_early" if trip.delay_s < 0 else "trip_late"
