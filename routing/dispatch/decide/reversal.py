"""What a dispatcher may undo, within the hour and on the record."""

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.conditions import narrowed
from routing.dispatch.decide.at_stop import stands, with_rider
from routing.dispatch.decide.booking import give_place
from routing.dispatch.draft import Draft
from routing.dispatch.lifecycle import next_state
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.drt.model import VehiclePlan


def _find_ended(draft: Draft, booking_id: str, event: str) -> Booking | Rejected:
    booking = draft.find_booking(booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    next_state(booking.state, event)
    ended = booking.ended_time
    if ended is None or draft.now > ended + draft.state.policy.reversal_within_s:
        return Rejected(RejectReason.REVERSAL_TOO_LATE)
    return booking


def reverse_cancellation(draft: Draft, command: cmd.ReverseCancellation) -> Rejected | None:
    """Undo a cancellation; the promise holds again, on a vehicle as soon as there is room."""
    booking = _find_ended(draft, command.booking_id, "CancellationReversed")
    if isinstance(booking, Rejected):
        return booking
    if draft.now > booking.ride.latest_pickup:
        return Rejected(RejectReason.REVERSAL_TOO_LATE, "the promised pickup has passed")
    if narrowed(draft.state, booking.ride) is None:
        return Rejected(RejectReason.SUSPENDED)
    draft.add(ev.CancellationReversed(draft.now, booking.booking_id, command.by))
    give_place(draft, draft.state.bookings[booking.booking_id])
    return None


def reverse_no_show(draft: Draft, command: cmd.ReverseNoShow) -> Rejected | None:
    """The rider turned up after all, and the vehicle still stands there."""
    booking = _find_ended(draft, command.booking_id, "NoShowReversed")
    if isinstance(booking, Rejected):
        return booking
    plan = _plan_at_stop(draft, booking)
    if plan is None:
        return Rejected(RejectReason.REVERSAL_TOO_LATE, "the vehicle has left")
    again = with_rider(draft, booking.ride, plan)
    if again is None:
        return Rejected(RejectReason.NO_ROOM)
    draft.add(ev.NoShowReversed(draft.now, booking.booking_id, command.by))
    draft.keep(again)
    return None


def _plan_at_stop(draft: Draft, booking: Booking) -> VehiclePlan | None:
    if booking.vehicle_id is None:
        return None
    plan = draft.state.plans[booking.vehicle_id]
    return plan if stands(plan) and plan.place == booking.ride.origin else None
