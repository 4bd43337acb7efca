"""What a control room decides for many at once: closures, suspensions, rosters, rules, news."""

from itertools import pairwise

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.conditions import concerns
from routing.dispatch.decide.booking import release
from routing.dispatch.decide.disruption import rescue
from routing.dispatch.decide.shed import replan_under, without_breaks_outside
from routing.dispatch.draft import Draft
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import Actor, Audience, Cancellation, Driving, Suspension
from routing.dispatch.visits import find_pickup

#: Reason of a cancellation by a suspension, for riders to be told.
SUSPENDED = "suspended"

_UNMATCHED = frozenset({BookingState.BOOKED, BookingState.DISRUPTED})
_SUSPENDABLE = _UNMATCHED | {
    BookingState.WAITLISTED,
    BookingState.SCHEDULED,
    BookingState.APPROACHING,
}


def close_roads(draft: Draft, command: cmd.CloseRoads) -> Rejected | None:
    """Close roads; every plan is timed anew, and who would be late is given to others."""
    closure = command.closure
    if closure.closure_id in draft.state.closures:
        return Rejected(RejectReason.WRONG_STATE, "there is a closure of that id")
    if not draft.now < closure.until_time or not closure.from_time < closure.until_time:
        return Rejected(RejectReason.IN_THE_PAST, "the closure ends before it begins, or is over")
    draft.add(ev.RoadsClosed(draft.now, closure, command.by))
    replan_under(draft, list(draft.state.plans.values()), "closure")
    return None


def reopen_roads(draft: Draft, command: cmd.ReopenRoads) -> Rejected | None:
    """Lift a closure; plans become quicker, and who lost their vehicle is looked after."""
    if command.closure_id not in draft.state.closures:
        return Rejected(RejectReason.UNKNOWN_CLOSURE)
    draft.add(ev.RoadsReopened(draft.now, command.closure_id, command.by))
    replan_under(draft, list(draft.state.plans.values()), "closure")
    for booking in list(draft.state.bookings.values()):
        if booking.state in _UNMATCHED:
            rescue(draft, booking.booking_id)
    return None


def suspend_service(draft: Draft, command: cmd.SuspendService) -> Rejected | None:
    """Cancel, on the operator's account, the rides that would begin while nothing runs."""
    suspension = command.suspension
    if suspension.suspension_id in draft.state.suspensions:
        return Rejected(RejectReason.WRONG_STATE, "there is a suspension of that id")
    if not draft.now < suspension.until_time or not suspension.from_time < suspension.until_time:
        return Rejected(RejectReason.IN_THE_PAST, "it ends before it begins, or is over")
    draft.add(ev.ServiceSuspended(draft.now, suspension, command.by))
    cancellation = Cancellation(Actor.OPERATOR, SUSPENDED, Actor.OPERATOR)
    for booking in list(draft.state.bookings.values()):
        if _is_suspended(draft.state, booking, suspension):
            draft.add(ev.RideCancelled(draft.now, booking.booking_id, cancellation))
            release(draft, booking)
    return None


def _is_suspended(state: DayState, booking: Booking, suspension: Suspension) -> bool:
    if booking.state not in _SUSPENDABLE or booking.boarded_time is not None:
        return False  # who is on the way is brought there
    if not concerns(suspension, booking.ride.origin, booking.ride.destination):
        return False
    earliest, latest = _pickup_between(state, booking)
    return earliest < suspension.until_time and suspension.from_time <= latest


def _pickup_between(state: DayState, booking: Booking) -> tuple[int, int]:
    """When the rider is planned to be picked up, or may be if they are on no vehicle."""
    vehicle_id = booking.vehicle_id
    if vehicle_id is not None:
        position = find_pickup(state.plans[vehicle_id].visits, booking.booking_id)
        if position is not None:
            start = state.times[vehicle_id][position].start
            return start, start
    return booking.ride.earliest_pickup, booking.ride.latest_pickup


def resume_service(draft: Draft, command: cmd.ResumeService) -> Rejected | None:
    """Lift a suspension. Riders were told and may have found another way: nobody is rebooked."""
    if command.suspension_id not in draft.state.suspensions:
        return Rejected(RejectReason.UNKNOWN_SUSPENSION)
    draft.add(ev.ServiceResumed(draft.now, command.suspension_id, command.by))
    return None


def set_roster(draft: Draft, command: cmd.SetRoster) -> Rejected | None:
    """Give a vehicle another shift or other drivers; rides outside of it go to others."""
    plan = draft.state.plans.get(command.vehicle_id)
    if plan is None:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    conflict = _find_conflict(draft.state, command)
    if conflict:
        return Rejected(RejectReason.ROSTER_CONFLICT, conflict)
    draft.add(
        ev.RosterChanged(
            draft.now,
            command.vehicle_id,
            command.shift_from,
            command.shift_until,
            command.drivers,
            command.by,
        )
    )
    replan_under(draft, [without_breaks_outside(draft.state.plans[command.vehicle_id])], "roster")
    return None


def _find_conflict(state: DayState, command: cmd.SetRoster) -> str:
    """What is wrong with a roster, in words; empty if nothing is."""
    if not command.shift_from < command.shift_until:
        return "the shift ends before it begins"
    spans = sorted(command.drivers, key=lambda span: span.from_time)
    for span in spans:
        if not command.shift_from <= span.from_time < span.until_time <= command.shift_until:
            return f"a driver's hours do not lie within the shift of {command.vehicle_id}"
    if any(a.until_time > b.from_time for a, b in pairwise(spans)):
        return f"two drivers at a time drive {command.vehicle_id}"
    for vehicle_id, others in state.drivers.items():
        if vehicle_id != command.vehicle_id and any(_overlap(a, b) for a in spans for b in others):
            return f"a driver drives {vehicle_id} at that time"
    return ""


def _overlap(a: Driving, b: Driving) -> bool:
    return a.driver == b.driver and a.from_time < b.until_time and b.from_time < a.until_time


def change_policy(draft: Draft, command: cmd.ChangePolicy) -> Rejected | None:
    """Let other rules hold from now on."""
    if command.policy != draft.state.policy:
        draft.add(ev.PolicyChanged(draft.now, command.policy, command.by))
    return None


def broadcast(draft: Draft, command: cmd.Broadcast) -> Rejected | None:
    """Tell everybody of an audience who has a ride to come."""
    vehicle_id = command.audience.vehicle_id
    if vehicle_id is not None and vehicle_id not in draft.state.plans:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    told = tuple(
        sorted(
            booking.booking_id
            for booking in draft.state.bookings.values()
            if booking.state not in ENDED and _hears(booking, command.audience)
        )
    )
    draft.add(
        ev.BroadcastSent(
            draft.now,
            command.broadcast_id,
            command.audience,
            told,
            command.text_ko,
            command.text_en,
            command.by,
        )
    )
    return None


def _hears(booking: Booking, audience: Audience) -> bool:
    if audience.vehicle_id is not None:
        return booking.vehicle_id == audience.vehicle_id
    places = audience.places
    return not places or booking.ride.origin in places or booking.ride.destination in places
