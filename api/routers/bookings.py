"""Bookings: make, read, change, cancel."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.accounts.phone_codes import as_e164
from api.http.auth import Booker, BookingReader, Caller, Dispatcher, Role
from api.http.errors import Problem, rejection
from api.http.responses import (
    ON_A_TRIP,
    WITH_KEY,
    WITH_TOKEN,
    answer,
    encode,
    event_stream,
    links,
    page,
    refusals,
    versioned,
)
from api.http.sse import stream
from api.live.acting import Act, Acting, IfMatch, Render, check_version
from api.routers.trips import find_offers
from api.schemas.bookings import (
    AmendRequest,
    BookingRequest,
    BookingsPage,
    BookingView,
    CancelReason,
    ContactRequest,
    ContactView,
)
from api.schemas.common import Cursor, LastEventId, Limit, PathId
from api.schemas.control import BookingSearch
from api.schemas.trips import Offers
from api.service import Served, Service
from api.store.records import Contact, given_name
from api.trips.fares import fare_of
from api.trips.offers import SignedOffer
from api.trips.requests import End, Trip, get_trip
from api.views.committed import is_active
from api.views.follow import booking_messages
from routing.dispatch.commands import (
    AmendRide,
    BookRide,
    CancelRide,
    ConfirmOffer,
    ReverseCancellation,
    ReverseNoShow,
    RideRequest,
    StopChoice,
)
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import Actor, Cancellation, Party

router = APIRouter(prefix="/v1/bookings", tags=["rider"])

#: A refusal of these is answered with fresh offers of the same trip.
_STALE = frozenset({RejectReason.STALE_OFFER, RejectReason.OFFER_EXPIRED})
_OF_A_BOOKING = ("unknown-booking", "wrong-state", "stale-version", "locked")


@router.post(
    "", summary="Book", status_code=201, response_model=BookingView,
    responses=refusals(
        *ON_A_TRIP, *WITH_TOKEN, *WITH_KEY,
        "invalid-offer", "offer-expired", "stale-offer", "duplicate-booking",
    )
    | links(
        201, "booking_id", "/booking_id", "get_booking", "cancel_booking", "reverse_booking",
        "amend_booking", "get_contact", "erase_contact", "move_assignment", "lock_assignment",
        "unlock_assignment",
    ),
)  # fmt: skip
async def create_booking(
    service: Served, caller: Booker, act: Acting, body: BookingRequest
) -> Response:
    """Book an offer; or, with `request`, ask and take the best shuttle in one step.

    An offer that went stale meanwhile is answered with fresh `offers` in the refusal.
    """
    contact = _contact(body.contact)
    if body.offer_id is not None:
        return await _confirm(service, caller, act, body, contact)
    return await _book_at_once(service, caller, act, body, contact)


async def _confirm(
    service: Service, caller: Caller, act: Act, body: BookingRequest, contact: Contact | None
) -> Response:
    assert body.offer_id is not None
    signed = service.offers.open(body.offer_id)
    command = ConfirmOffer(
        signed.booking_id,
        signed.offer,
        _owner(service, caller, contact),
        body.channel,
        signed.fare_won,
    )
    try:
        return await act.submit(
            caller, signed.service_date, command, show_booking(service, signed.booking_id),
            status=201, headers=_location(signed.booking_id), contact=contact,
            refuse=_Stale,
        )  # fmt: skip
    except _Stale as stale:
        raise await _with_fresh_offers(service, signed, stale.rejected) from None


def _owner(service: Service, caller: Caller, contact: Contact | None) -> str:
    """Return whose booking it becomes.

    A guest for whom a dispatcher books owns the booking by phone number, so that whoever proves to
    have that number finds, changes and cancels it on any device.
    """
    if not caller.sees_all or contact is None or not contact.phone:
        return caller.subject
    try:
        phone = as_e164(contact.phone, service.settings.phone_country)
    except Problem:  # an extension of a hotel, say
        return caller.subject
    return service.people.phone_codes.subject_of(phone)


class _Stale(Problem):
    """A refusal of an offer, before fresh ones were looked for."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected.reason.value)
        self.rejected = rejected


async def _with_fresh_offers(service: Service, signed: SignedOffer, rejected: Rejected) -> Problem:
    if rejected.reason not in _STALE:
        return rejection(rejected)
    try:
        offers = await find_offers(service, _trip_of(service, signed))
    except Problem as none_left:
        return rejection(rejected, none_left.members)
    return rejection(rejected, {"offers": [offer for offer in offers if offer.offer_id]})


def _trip_of(service: Service, signed: SignedOffer) -> Trip:
    """The trip that an offer was made for, from now on."""
    offer = signed.offer
    now_s = service.time.now_s(signed.service_date)
    leave = max(now_s, offer.promise.pickup_earliest - offer.origin.walk.seconds)
    choices = (offer.origin, offer.destination)
    return _trip_between(service, signed.service_date, choices, offer.party, leave)


def _trip_between(
    service: Service, date: str, choices: tuple[StopChoice, StopChoice], party: Party, leave: int
) -> Trip:
    origin, destination = (End(*service.stops.point(choice.place), (choice,)) for choice in choices)
    request = RideRequest((choices[0],), (choices[1],), party, leave)
    return Trip(date, origin, destination, request)


async def _book_at_once(
    service: Service, caller: Caller, act: Act, body: BookingRequest, contact: Contact | None
) -> Response:
    assert body.request is not None
    trip = get_trip(service, body.request)
    if trip.refusal is not None:
        raise trip.refusal
    booking_id = service.offers.booking_id(caller.subject, act.key)
    command = BookRide(
        booking_id,
        trip.request,
        _owner(service, caller, contact),
        body.channel,
        fare_of(service.area.fares, trip.request.party),
        body.waitlist,
    )

    def refuse(rejected: Rejected) -> Problem:
        if rejected.alternative_time is None:
            return rejection(rejected)
        at = service.time.at(trip.service_date, rejected.alternative_time)
        kind = "arrive_by" if trip.request.arrive_by is not None else "depart_at"
        return rejection(rejected, {"alternatives": [{"kind": "time", kind: at}]})

    return await act.submit(
        caller, trip.service_date, command, show_booking(service, booking_id),
        status=201, headers=_location(booking_id), contact=contact, refuse=refuse,
    )  # fmt: skip


def _location(booking_id: str) -> tuple[tuple[str, str], ...]:
    return (("Location", f"/v1/bookings/{booking_id}"),)


def _contact(body: ContactRequest | None) -> Contact | None:
    if body is None:
        return None
    return Contact(body.name, body.phone)


def show_booking(service: Service, booking_id: str) -> Render:
    """Return how a booking reads off a state."""
    return lambda state: encode(service.views.booking(state, booking_id))


@router.get("", summary="My bookings", response_model=BookingsPage, responses=refusals(*WITH_TOKEN))
async def list_bookings(
    service: Served,
    caller: Booker,
    cursor: Cursor = "",
    limit: Limit = 50,
    status: Annotated[Literal["active", "ended"] | None, Query(description="Only these.")] = None,
) -> Response:
    """Bookings of this token, latest first; all of them for a dispatcher."""
    found = [
        (date, booking)
        for date in reversed(service.loop.list_dates())
        for booking in service.loop.committed(date).bookings.values()
        if caller.owns(booking.owner) and status in (None, _status(booking))
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].booked_time, pair[1].booking_id), reverse=True)
    shown, next_cursor = page(found, cursor, limit)
    views = tuple(
        service.views.booking(service.loop.committed(date), booking.booking_id)
        for date, booking in shown
    )
    return answer(BookingsPage(views, next_cursor))


def _status(booking: Booking) -> str:
    return "active" if is_active(booking) else "ended"


@router.post(
    "/search", summary="Find bookings", response_model=BookingsPage, tags=["dispatcher"],
    responses=refusals(*WITH_TOKEN, "day-not-open", "store-unavailable"),
)  # fmt: skip
async def search_bookings(service: Served, caller: Dispatcher, body: BookingSearch) -> Response:
    """By code, stop, state, shuttle, or by a name or number in the contact vault.

    Latest first. What is looked for is in the body: it may name a person.
    """
    state = service.loop.committed(body.date or service.time.today())
    if not state.is_open:
        raise Problem(RejectReason.DAY_NOT_OPEN)
    found = [booking for booking in state.bookings.values() if _fits(service, booking, body)]
    if body.contact:
        contacts = await service.store.find_contacts([b.booking_id for b in found])
        found = [b for b in found if _is_named(contacts.get(b.booking_id), body.contact)]
    found.sort(key=lambda booking: (booking.booked_time, booking.booking_id), reverse=True)
    shown, next_cursor = page(found, "", body.limit)
    views = tuple(service.views.booking(state, booking.booking_id) for booking in shown)
    return answer(BookingsPage(views, next_cursor))


def _fits(service: Service, booking: Booking, body: BookingSearch) -> bool:
    if body.states and booking.state not in body.states:
        return False
    if body.vehicle_id is not None and booking.vehicle_id != body.vehicle_id:
        return False
    words, ride = _plain(body.text), booking.terms.ride
    stops = (service.stops.ref(place) for place in (ride.origin, ride.destination))
    texts = [booking.booking_id, *(t for s in stops for t in (s.stop_id, s.name.ko, s.name.en))]
    return any(words in _plain(text) for text in texts)


def _is_named(contact: Contact | None, wanted: str) -> bool:
    if contact is None:
        return False
    digits = "".join(filter(str.isdigit, wanted))
    phone = "".join(filter(str.isdigit, contact.phone))
    return _plain(wanted) in _plain(contact.name) or (len(digits) > 2 and digits in phone)


def _plain(text: str) -> str:
    return "".join(text.lower().split())


@router.post(
    "/{booking_id}/offers", summary="Offers for the same ride again", response_model=Offers,
    responses=refusals(*WITH_TOKEN, *ON_A_TRIP, "unknown-booking"),
)  # fmt: skip
async def offer_again(service: Served, caller: Booker, booking_id: PathId) -> Response:
    """From the same stop to the same stop, for the same party, no earlier than promised.

    For who lost a ride, or whose promise was broken: the booking stays as it is until another
    offer is taken (`amend`, or a new booking).
    """
    state, booking = get_owned(service, caller, booking_id)
    terms = booking.terms
    now_s = service.time.now_s(state.service_date)
    leave = max(now_s, terms.promise.pickup_earliest - terms.access.seconds)
    choices = (
        StopChoice(terms.ride.origin, terms.access),
        StopChoice(terms.ride.destination, terms.egress),
    )
    trip = _trip_between(service, state.service_date, choices, terms.party, leave)
    return answer(Offers(tuple(await find_offers(service, trip))))


@router.get(
    "/{booking_id}", summary="One booking", response_model=BookingView,
    responses=refusals(*WITH_TOKEN, "unknown-booking"),
)  # fmt: skip
async def get_booking(
    service: Served, caller: Booker, booking_id: PathId, request: Request
) -> Response:
    """A booking of this token. Of others it is not even said whether they exist."""
    state, _ = get_owned(service, caller, booking_id)
    return versioned(request, service.views.booking(state, booking_id))


def get_owned(service: Service, caller: Caller, booking_id: str) -> tuple[DayState, Booking]:
    """Return a booking that the caller may read and change, and its day's state.

    Raises
    ------
    Problem
        ``unknown-booking`` if there is none, or it is somebody else's.
    """
    found = service.loop.find_booking(booking_id)
    if found is None or not caller.owns(found[1].owner):
        raise Problem(RejectReason.UNKNOWN_BOOKING)
    return service.loop.committed(found[0]), found[1]


@router.get(
    "/{booking_id}/events", summary="Follow a booking",
    responses=refusals(*WITH_TOKEN, "unknown-booking", "store-unavailable") | event_stream(),
)  # fmt: skip
async def follow_booking(
    service: Served, caller: Booker, booking_id: PathId, last_event_id: LastEventId = None
) -> Response:
    """Messages named by what happens, and `booking` with the whole booking whenever it changes.

    With Last-Event-ID the stream begins with what was missed.
    """
    get_owned(service, caller, booking_id)
    messages = booking_messages(service, booking_id, last_event_id)
    return stream(messages, service.metrics.streams)


@router.post(
    "/{booking_id}/cancel", summary="Cancel", response_model=BookingView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_BOOKING),
)  # fmt: skip
async def cancel_booking(
    service: Served,
    caller: Booker,
    act: Acting,
    booking_id: PathId,
    if_match: IfMatch = None,
    body: CancelReason | None = None,
) -> Response:
    """End a booking before boarding."""
    state, _ = get_owned(service, caller, booking_id)
    render = show_booking(service, booking_id)
    await check_version(service, act, caller, if_match, lambda: render(state))
    reason = body.reason if body is not None else "plans_changed"
    cancellation = Cancellation(_actor(caller), reason, _actor(caller))
    command = CancelRide(booking_id, cancellation)
    return await act.submit(caller, state.service_date, command, render)


def _actor(caller: Caller) -> Actor:
    if caller.role is Role.REPRESENTATIVE:
        return Actor.REPRESENTATIVE
    return Actor.OPERATOR if caller.sees_all else Actor.RIDER


@router.post(
    "/{booking_id}/amend", summary="Change", response_model=BookingView,
    responses=refusals(
        *WITH_TOKEN, *WITH_KEY, *_OF_A_BOOKING, "invalid-offer", "offer-expired", "stale-offer",
    ),
)  # fmt: skip
async def amend_booking(
    service: Served,
    caller: Booker,
    act: Acting,
    booking_id: PathId,
    body: AmendRequest,
    if_match: IfMatch = None,
) -> Response:
    """Take another offer instead of what was booked; all or nothing, also across days."""
    state, booking = get_owned(service, caller, booking_id)
    render = show_booking(service, booking_id)
    await check_version(service, act, caller, if_match, lambda: render(state))
    signed = service.offers.open(body.offer_id)
    if signed.service_date != state.service_date:
        return await _move_to_day(service, caller, act, state, booking, signed)
    command = AmendRide(booking_id, signed.offer, signed.fare_won)
    return await act.submit(caller, signed.service_date, command, render)


async def _move_to_day(
    service: Service,
    caller: Caller,
    act: Act,
    state: DayState,
    booking: Booking,
    signed: SignedOffer,
) -> Response:
    """Cancel on the one day and book on the other, in one commit; the booking gets a new id.

    A log never loses an id, so the old one stays on its day, cancelled as amended.
    """
    cancellation = Cancellation(_actor(caller), "amended", _actor(caller))
    cancel = CancelRide(booking.booking_id, cancellation)
    confirm = ConfirmOffer(
        signed.booking_id, signed.offer, booking.owner, booking.channel, signed.fare_won
    )
    contact = await service.store.find_contact(booking.booking_id)
    return await act.submit_pair(
        caller,
        (state.service_date, cancel),
        (signed.service_date, confirm),
        show_booking(service, signed.booking_id),
        headers=_location(signed.booking_id),
        contact=contact,
    )


@router.post(
    "/{booking_id}/reversal", summary="Undo a cancellation or a no-show",
    response_model=BookingView, tags=["dispatcher"],
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_BOOKING, "reversal-too-late", "no-room"),
)  # fmt: skip
async def reverse_booking(
    service: Served, caller: Dispatcher, act: Acting, booking_id: PathId
) -> Response:
    """Within the hour, and on the record."""
    state, booking = get_owned(service, caller, booking_id)
    undo = ReverseNoShow if booking.state is BookingState.NO_SHOW else ReverseCancellation
    command = undo(booking_id, caller.subject)
    return await act.submit(caller, state.service_date, command, show_booking(service, booking_id))


@router.get(
    "/{booking_id}/contact", summary="How to reach the rider", response_model=ContactView,
    responses=refusals(*WITH_TOKEN, "unknown-booking", "not-found", "store-unavailable"),
)  # fmt: skip
async def get_contact(service: Served, caller: BookingReader, booking_id: PathId) -> Response:
    """For the rider, dispatchers, and, with the given name only, the driver on the way to them."""
    found = service.loop.find_booking(booking_id)
    if found is None or not _may_call(caller, found[1]):
        raise Problem(RejectReason.UNKNOWN_BOOKING)
    contact = await service.store.find_contact(booking_id)
    if contact is None:
        raise Problem("not-found")
    name = given_name(contact.name) if caller.role is Role.DRIVER else contact.name
    return answer(ContactView(name, contact.phone))


def _may_call(caller: Caller, booking: Booking) -> bool:
    if caller.role is Role.DRIVER:
        vehicle_id = booking.vehicle_id
        return vehicle_id is not None and is_active(booking) and caller.drives(vehicle_id)
    return caller.owns(booking.owner)


@router.delete(
    "/{booking_id}/contact", summary="Erase how to reach the rider", status_code=204,
    responses=refusals(*WITH_TOKEN, "unknown-booking", "store-unavailable"),
)  # fmt: skip
async def erase_contact(service: Served, caller: Booker, booking_id: PathId) -> Response:
    """The booking stays; the name and the number are gone."""
    get_owned(service, caller, booking_id)
    await service.store.erase_contact(booking_id)
    return Response(status_code=204)
