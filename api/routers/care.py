"""Recurring trips, and the people whom representatives book for."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.care.booker import Booker as DateBooker
from api.care.passengers import KnownPassenger, Passenger, Passengers
from api.care.recurring import RecurringTrip
from api.http.auth import Booker, Caller, Carer, Role
from api.http.errors import Problem
from api.http.responses import ON_A_TRIP, WITH_KEY, WITH_TOKEN, answer, encode, refusals
from api.live.acting import Acting
from api.schemas.care import (
    PassengerRequest,
    PassengersView,
    PassengerView,
    RecurringDate,
    RecurringRequest,
    RecurringTripsView,
    RecurringView,
    SkipRequest,
)
from api.schemas.common import PartyView, PathId
from api.service import Served, Service
from api.store.records import Contact
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.state import Booking
from routing.dispatch.values import Actor

router = APIRouter(prefix="/v1", tags=["rider"])

#: How far ahead dates are shown, and how far a trip may go on.
SHOWN_DAYS, LONGEST_DAYS = 28, 366
#: Recurring trips that one owner may have.
MAX_PER_OWNER = 100

#: The caller's own choice, new and opaque, so that a repeat does no harm.
PassengerId = Annotated[str, Path(min_length=8, max_length=64, pattern="^[A-Za-z0-9-]+$")]


@router.get(
    "/recurring-trips", summary="My recurring trips", response_model=RecurringTripsView,
    responses=refusals(*WITH_TOKEN, "store-unavailable"),
)  # fmt: skip
async def list_recurring_trips(service: Served, caller: Booker) -> Response:
    """Recurring trips of this token, each with its dates of the coming weeks."""
    trips = await DateBooker(service).trips.list_of(caller.subject)
    return answer(RecurringTripsView(tuple(_view(service, trip) for trip in trips)))


@router.post(
    "/recurring-trips", summary="Travel every week", status_code=201, response_model=RecurringView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *ON_A_TRIP, "recurring-limit"),
)  # fmt: skip
async def create_recurring_trip(
    service: Served, caller: Booker, act: Acting, body: RecurringRequest
) -> Response:
    """Have a trip booked on each of its dates, as soon as that day can be booked.

    Where there is no room the date is on the waiting list. Each date's booking can be cancelled
    and changed like any other.
    """
    trip = await _new_trip(service, caller, act.key, act.digest, body)
    return Response(
        encode(_view(service, trip)), 201,
        {"Location": f"/v1/recurring-trips/{trip.recurring_id}", "Cache-Control": "no-store"},
        "application/json",
    )  # fmt: skip


async def _new_trip(
    service: Service, caller: Caller, key: str, digest: str, body: RecurringRequest
) -> RecurringTrip:
    booker = DateBooker(service)
    recurring_id = "r" + service.offers.booking_id(caller.subject, f"recurring {key}")[1:]
    known = await booker.trips.find(recurring_id)
    if known is not None:
        if known.digest != digest:
            raise Problem("idempotency-key-mismatch")
        return known
    trip = _trip(service, caller, recurring_id, digest, body)
    if len(await booker.trips.list_of(caller.subject)) >= MAX_PER_OWNER:
        raise Problem("recurring-limit")
    _check(service, booker, trip)
    await booker.trips.put(trip)
    return await booker.book_open_days(trip)


def _trip(
    service: Service, caller: Caller, recurring_id: str, digest: str, body: RecurringRequest
) -> RecurringTrip:
    hours, minutes = map(int, body.time.split(":"))
    return RecurringTrip(
        recurring_id=recurring_id,
        owner=caller.subject,
        origin=body.origin.stop_id,
        destination=body.destination.stop_id,
        when=body.when,
        time_s=hours * 3600 + minutes * 60,
        weekdays=tuple(sorted(body.weekdays)),
        first=service.time.today(),
        until=body.until,
        party=body.party.party(),
        passenger_id=body.passenger_id,
        digest=digest,
    )


def _check(service: Service, booker: DateBooker, trip: RecurringTrip) -> None:
    """Refuse what could never be booked, at once instead of day by day."""
    first = date.fromisoformat(trip.first)
    if trip.until > (first + timedelta(days=LONGEST_DAYS)).isoformat():
        raise Problem("too-far-ahead")
    if not trip.dates(trip.first, trip.until):
        raise Problem("in-the-past")
    policy = service.area.policy
    if not policy.service_from <= trip.time_s <= policy.service_until:
        raise Problem("out-of-hours")
    if trip.origin == trip.destination:
        raise Problem("walk-instead")
    tomorrow = (first + timedelta(days=min(1, policy.prebook_days))).isoformat()
    wanted = booker.trip_of(trip, tomorrow)  # raises for stops and parties that cannot be
    if wanted.refusal is not None:
        raise wanted.refusal


@router.post(
    "/recurring-trips/{recurring_id}/dates", summary="Skip a date, or not after all",
    response_model=RecurringView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, "unknown-recurring-trip", "in-the-past"),
)  # fmt: skip
async def skip_recurring_date(
    service: Served, caller: Booker, act: Acting, recurring_id: PathId, body: SkipRequest
) -> Response:
    """Let one date out; if it is booked, it is cancelled."""
    trip = await _get_own(service, caller, recurring_id)
    if body.date not in trip.dates(service.time.today(), trip.until):
        raise Problem("in-the-past")
    skipped = set(trip.skipped) - {body.date} | ({body.date} if body.skip else set())
    trip = replace(trip, skipped=tuple(sorted(skipped)))
    await DateBooker(service).trips.put(trip)
    if body.skip:
        await DateBooker(service).cancel(trip, body.date, _actor(caller))
    else:
        trip = await DateBooker(service).book_open_days(trip)
    return answer(_view(service, trip))


@router.delete(
    "/recurring-trips/{recurring_id}", summary="End a recurring trip", status_code=204,
    responses=refusals(*WITH_TOKEN, "unknown-recurring-trip", "store-unavailable"),
)  # fmt: skip
async def end_recurring_trip(service: Served, caller: Booker, recurring_id: PathId) -> Response:
    """Book no more of it, and cancel what is booked and has not begun."""
    trip = await _get_own(service, caller, recurring_id)
    await DateBooker(service).trips.remove(recurring_id)
    for service_date in DateBooker(service).open_dates(trip):
        await DateBooker(service).cancel(trip, service_date, _actor(caller))
    return Response(status_code=204)


async def _get_own(service: Service, caller: Caller, recurring_id: str) -> RecurringTrip:
    trip = await DateBooker(service).trips.find(recurring_id)
    if trip is None or not caller.owns(trip.owner):
        raise Problem("unknown-recurring-trip")
    return trip


def _actor(caller: Caller) -> Actor:
    return Actor.REPRESENTATIVE if caller.role is Role.REPRESENTATIVE else Actor.RIDER


def _view(service: Service, trip: RecurringTrip) -> RecurringView:
    stops = service.stops
    today = service.time.today()
    last = (date.fromisoformat(today) + timedelta(days=SHOWN_DAYS)).isoformat()
    return RecurringView(
        recurring_id=trip.recurring_id,
        origin=stops.stop_ref(trip.origin),
        destination=stops.stop_ref(trip.destination),
        when=trip.when,
        time=f"{trip.time_s // 3600:02}:{trip.time_s % 3600 // 60:02}",
        weekdays=trip.weekdays,
        until=trip.until,
        party=PartyView(**asdict(trip.party)),
        passenger_id=trip.passenger_id,
        dates=tuple(_date(service, trip, each) for each in trip.dates(today, last)),
    )


def _date(service: Service, trip: RecurringTrip, service_date: str) -> RecurringDate:
    booking = DateBooker(service).find(trip, service_date)
    reason = trip.refused.get(service_date)
    if service_date in trip.skipped:
        return RecurringDate(service_date, "skipped", None, None, None)
    if booking is not None:
        return RecurringDate(
            service_date, _status(booking), booking.booking_id, booking.state, None
        )
    if reason is not None:
        return RecurringDate(service_date, "refused", None, None, reason)
    return RecurringDate(service_date, "later", None, None, None)


def _status(booking: Booking) -> Literal["ended", "waitlisted", "booked"]:
    if booking.state in ENDED:
        return "ended"
    return "waitlisted" if booking.state is BookingState.WAITLISTED else "booked"


@router.get(
    "/passengers", summary="Whom I book for", response_model=PassengersView,
    responses=refusals(*WITH_TOKEN, "store-unavailable"),
)  # fmt: skip
async def list_passengers(service: Served, caller: Carer) -> Response:
    """The people whom this representative books for, with names and numbers from the vault."""
    known = await Passengers(service.store).list_of(caller.subject)
    return answer(PassengersView(tuple(map(_passenger_view, known))))


@router.put(
    "/passengers/{passenger_id}", summary="Keep somebody whom I book for",
    response_model=PassengerView,
    responses=refusals(
        *WITH_TOKEN, "passenger-limit", "store-unavailable", "payload-too-large",
        "unsupported-media-type",
    ),
)  # fmt: skip
async def put_passenger(
    service: Served, caller: Carer, passenger_id: PassengerId, body: PassengerRequest
) -> Response:
    """Name and number go to the contact vault, and are read back by this representative alone."""
    passenger = Passenger(passenger_id, body.wheelchair, body.senior)
    contact = Contact(body.contact.name, body.contact.phone)
    if not await Passengers(service.store).put(caller.subject, passenger, contact):
        raise Problem("passenger-limit")
    return answer(_passenger_view(KnownPassenger(passenger, contact)))


@router.delete(
    "/passengers/{passenger_id}", summary="Erase somebody whom I booked for", status_code=204,
    responses=refusals(*WITH_TOKEN, "store-unavailable"),
)  # fmt: skip
async def erase_passenger(service: Served, caller: Carer, passenger_id: PassengerId) -> Response:
    """Name and number are gone from the list; those of bookings are erased booking by booking."""
    await Passengers(service.store).erase(caller.subject, passenger_id)
    return Response(status_code=204)


def _passenger_view(known: KnownPassenger) -> PassengerView:
    passenger, contact = known.passenger, known.contact
    return PassengerView(
        passenger.passenger_id,
        contact.name,
        contact.phone,
        passenger.wheelchair,
        passenger.senior,
    )
