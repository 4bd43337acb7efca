"""What riders wish: confirm, book in one step, amend, cancel."""

from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.conditions import narrowed
from routing.dispatch.draft import Draft
from routing.dispatch.lifecycle import BookingState, next_state
from routing.dispatch.progress import drop_ride
from routing.dispatch.quote import promised_ride, quote, wished_offer
from routing.dispatch.rejections import FULL, Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.drt.model import Ride


def confirm_offer(draft: Draft, command: cmd.ConfirmOffer) -> Rejected | None:
    """Book inside the promise of the offer, or say that it went stale."""
    refusal = refuse_confirmation(draft, command)
    if refusal is not None:
        return refusal
    ride = promised_ride(command.booking_id, command.offer, draft.state.policy)
    found = draft.find_place(ride, command.offer.party) if draft.replan_fleet() else None
    if found is None:
        return Rejected(RejectReason.STALE_OFFER)
    book(draft, command, ride, found.vehicle_id)
    draft.insert(ride, found)
    return None


def refuse_confirmation(draft: Draft, command: cmd.ConfirmOffer) -> Rejected | None:
    """Why an offer cannot be confirmed, whatever room there is."""
    if draft.find_booking(command.booking_id) is not None:
        return Rejected(RejectReason.DUPLICATE_BOOKING)
    if command.offer.valid_until < draft.now:
        return Rejected(RejectReason.OFFER_EXPIRED)
    if _is_suspended(draft, command.offer):
        return Rejected(RejectReason.STALE_OFFER, "the service is suspended at that time")
    return None


def _is_suspended(draft: Draft, offer: cmd.Offer) -> bool:
    ride = promised_ride("", offer, draft.state.policy)
    return narrowed(draft.state, ride) != ride


def book(draft: Draft, command: cmd.ConfirmOffer, ride: Ride, vehicle_id: str) -> None:
    """Record the booking and its vehicle; the plan is to follow."""
    terms = agreed_terms(ride, command.offer, command.fare_won)
    draft.add(
        ev.RideBooked(draft.now, command.booking_id, command.owner, command.channel, terms),
        ev.RideScheduled(draft.now, command.booking_id, vehicle_id),
    )


def agreed_terms(ride: Ride, offer: cmd.Offer, fare_won: int) -> ev.RideTerms:
    """What the rider agrees to by taking ``offer``."""
    return ev.RideTerms(
        ride=ride,
        party=offer.party,
        promise=offer.promise,
        access=offer.origin.walk,
        egress=offer.destination.walk,
        direct_s=offer.direct_s,
        fare_won=fare_won,
        connection=offer.connection,
    )


def book_ride(draft: Draft, command: cmd.BookRide) -> Rejected | None:
    """Take the best offer at once; without room, join the waiting list if the rider wants to."""
    if draft.find_booking(command.booking_id) is not None:
        return Rejected(RejectReason.DUPLICATE_BOOKING)
    offers = quote(draft.state, command.request, draft.now, draft.network)
    if isinstance(offers, Rejected):
        if offers.reason in FULL and command.waitlist:
            return _join_waitlist(draft, command)
        return offers
    confirmed = cmd.ConfirmOffer(
        command.booking_id, offers[0], command.owner, command.channel, command.fare_won
    )
    return confirm_offer(draft, confirmed)


def _join_waitlist(draft: Draft, command: cmd.BookRide) -> Rejected | None:
    offer = wished_offer(draft, command.request)
    if offer is None:
        return Rejected(RejectReason.NO_ROOM)
    ride = promised_ride(command.booking_id, offer, draft.state.policy)
    terms = agreed_terms(ride, offer, command.fare_won)
    draft.add(
        ev.RideWaitlisted(draft.now, command.booking_id, command.owner, command.channel, terms)
    )
    return None


def cancel_ride(draft: Draft, command: cmd.CancelRide) -> Rejected | None:
    """End a booking before boarding and give its seats back."""
    booking = draft.find_booking(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    draft.add(ev.RideCancelled(draft.now, booking.booking_id, command.cancellation))
    release(draft, booking)
    return None


def release(draft: Draft, booking: Booking) -> None:
    """Take the visits of a booking that is not on board out of its vehicle's plan."""
    if booking.vehicle_id is None:
        return
    plan = draft.state.plans[booking.vehicle_id]
    if not any(visit.ride_id == booking.booking_id for visit in plan.visits):
        return
    current = draft.current(booking.vehicle_id)
    arrival = draft.expected_arrival(current)
    draft.keep(drop_ride(current, booking.booking_id, arrival, draft.now))


def amend_ride(draft: Draft, command: cmd.AmendRide) -> Rejected | None:
    """Replace the ride by another of the same day, or leave all as it is."""
    booking = draft.find_booking(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    next_state(booking.state, "RideAmended")
    if command.offer.valid_until < draft.now:
        return Rejected(RejectReason.OFFER_EXPIRED)
    if _is_suspended(draft, command.offer):
        return Rejected(RejectReason.STALE_OFFER, "the service is suspended at that time")
    release(draft, booking)
    ride = promised_ride(booking.booking_id, command.offer, draft.state.policy)
    found = draft.find_place(ride, command.offer.party) if draft.replan_fleet() else None
    if found is None:
        return Rejected(RejectReason.STALE_OFFER)
    terms = agreed_terms(ride, command.offer, command.fare_won)
    draft.add(ev.RideAmended(draft.now, booking.booking_id, found.vehicle_id, terms))
    if booking.state is BookingState.BOOKED:
        draft.add(ev.RideScheduled(draft.now, booking.booking_id, found.vehicle_id))
    draft.insert(ride, found)
    return None


def give_place(draft: Draft, booking: Booking) -> bool:
    """Put a booking that is on no vehicle on one, within its limits; says whether it worked."""
    ride = _still_to_come(draft, booking)
    if ride is None:
        return False
    if booking.state is BookingState.WAITLISTED:
        found = draft.find_place(ride, booking.terms.party) if draft.replan_fleet() else None
    else:  # a promise goes before a floor
        found = draft.find_insertion(ride)
    if found is None:
        return False
    draft.add(ev.RideScheduled(draft.now, booking.booking_id, found.vehicle_id))
    draft.insert(booking.ride, found)
    return True


def _still_to_come(draft: Draft, booking: Booking) -> Ride | None:
    """The ride, its pickup no earlier than now and at no suspended time; None if none is left."""
    ride = replace(booking.ride, earliest_pickup=max(booking.ride.earliest_pickup, draft.now))
    if ride.latest_pickup < ride.earliest_pickup:
        return None
    return ride if booking.boarded_time is not None else narrowed(draft.state, ride)
