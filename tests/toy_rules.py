"""Rules of a toy service: enough of `decide` to test what carries its decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.clocks.clock import Clock, FakeClock
from api.live.loop import AreaLoop
from api.store.records import Answer
from api.store.store import Store
from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.lifecycle import BookingState, next_state
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import DayState
from routing.dispatch.values import Actor, Cancellation, Party, Promise, Walk
from routing.drt.model import Ride, Vehicle
from routing.errors import TransitionError
from routing.policy import ServicePolicy

SEOUL = ZoneInfo("Asia/Seoul")
DATE, NEXT = "2026-11-23", "2026-11-24"
MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL)
SEATS = 10**6


def book(booking_id: str, passengers: int = 1) -> cmd.BookRide:
    """A wish for a ride; it is granted while there are seats and the id is new."""
    request = cmd.RideRequest((), (), Party(passengers))
    return cmd.BookRide(booking_id, request, "owner")


def cancel(booking_id: str) -> cmd.CancelRide:
    """A wish to cancel."""
    return cmd.CancelRide(booking_id, Cancellation(Actor.RIDER, "changed-mind"))


def answer_of(decision: Any, state: DayState) -> Answer:
    """An answer that tells the version it was made at."""
    return Answer(201, str(state.version).encode())


def roster(service_date: str) -> cmd.OpenDay:
    """One vehicle a day."""
    vehicle = Vehicle("SH1", 0, 0, 25_200, 75_600, ((14, 0), (10, 1)))
    return cmd.OpenDay(service_date, ServicePolicy(), (vehicle,))


def decide(
    state: DayState, command: cmd.Command, now: int, network: Any
) -> Sequence[ev.Event] | Rejected:
    """Grant, or refuse, as the real door does."""
    if now < state.now:
        return Rejected(RejectReason.CLOCK_WENT_BACK)
    match command:
        case cmd.OpenDay():
            day = ev.DayOpened(now, command.service_date, command.policy, command.vehicles)
            return [day]
        case cmd.BookRide():
            return _book(state, command, now)
        case cmd.CancelRide():
            return _cancel(state, command, now)
        case cmd.Tick():
            return []
    raise NotImplementedError(type(command).__name__)


def _book(state: DayState, command: cmd.BookRide, now: int) -> Sequence[ev.Event] | Rejected:
    taken = sum(
        booking.terms.party.passengers
        for booking in state.bookings.values()
        if booking.state is BookingState.BOOKED
    )
    if command.booking_id in state.bookings:
        return Rejected(RejectReason.DUPLICATE_BOOKING)
    if taken + command.request.party.passengers > SEATS:
        return Rejected(RejectReason.NO_ROOM)
    ride = Ride(command.booking_id, 0, 1, now, now + 600, now + 1200, 900, (1, 0), 30, 30)
    promise = Promise(now, now + 600, now + 1200)
    terms = ev.RideTerms(ride, command.request.party, promise, Walk(0, 0), Walk(0, 0), 300, 1530)
    return [ev.RideBooked(now, command.booking_id, command.owner, command.channel, terms)]


def _cancel(state: DayState, command: cmd.CancelRide, now: int) -> Sequence[ev.Event] | Rejected:
    booking = state.bookings.get(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    try:
        next_state(booking.state, "RideCancelled")
    except TransitionError:
        return Rejected(RejectReason.WRONG_STATE)
    return [ev.RideCancelled(now, command.booking_id, command.cancellation)]


def toy_loop(store: Store, clock: Clock | None = None, **changes: Any) -> AreaLoop:
    """A loop of the toy service, at half past eight."""
    parts = {"zone": SEOUL, "roster": roster, "network": lambda _: None} | changes
    return AreaLoop(store, parts.pop("decide", decide), clock or FakeClock(MORNING), **parts)
