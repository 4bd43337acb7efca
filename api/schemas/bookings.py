"""Bookings, from the rider's side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.common import Fare, PartyView, RequestModel, StopRef
from api.schemas.trips import PromiseView, TripRequest
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.values import Actor, BreachRule, Channel, DispatchStatus

_OfferId = Annotated[str, Field(min_length=1, max_length=4096)]


class ContactRequest(RequestModel):
    """How to reach the rider. Kept in the contact vault, apart from the booking."""

    name: str = Field("", max_length=80, repr=False)
    phone: str = Field("", pattern=r"^(\+?[0-9][0-9 -]{3,18})?$", repr=False)


class BookingRequest(RequestModel):
    """Book an offer, or ask and take the best offer in one step."""

    offer_id: _OfferId | None = None
    request: TripRequest | None = None
    waitlist: Annotated[bool, Field(strict=True)] = Field(
        False, description="With `request`: wait for room where there is none."
    )
    channel: Literal[Channel.API, Channel.WEB, Channel.PHONE, Channel.KIOSK] = Channel.API
    contact: ContactRequest | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["offer_id"],
                    "properties": {
                        "offer_id": {"type": "string"},
                        "request": {"type": "null"},
                        "waitlist": {"const": False},
                    },
                },
                {
                    "required": ["request"],
                    "properties": {"request": {"type": "object"}, "offer_id": {"type": "null"}},
                },
            ],
            "examples": [
                {"offer_id": "3bQ0vYx1-5yJzZXJ2aWNl...", "channel": "web"},
                {
                    "request": {
                        "origin": {"stop_id": "vs-market"},
                        "destination": {"stop_id": "vs-beach"},
                        "party": {"passengers": 1},
                    },
                    "channel": "kiosk",
                },
            ],
        }
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.offer_id is None) == (self.request is None):
            raise ValueError("give either offer_id or request")
        if self.waitlist and self.request is None:
            raise ValueError("waitlist goes with request")
        return self


class AmendRequest(RequestModel):
    """Take another offer instead of what was booked, on the same or another day."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"offer_id": "3bQ0vYx1-5yJzZXJ2aWNl..."}]}
    )

    offer_id: _OfferId


class CancelReason(RequestModel):
    """Why a booking is cancelled, as a code; words about a person have no place here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "plans_changed"}]})

    reason: Literal[
        "plans_changed", "found_other_way", "too_long", "mistake", "operator", "weather", "other"
    ] = "plans_changed"


@dataclass(frozen=True, slots=True)
class EndView:
    """One end of a booked ride, and the walk between it and the rider's own place."""

    stop: StopRef
    walk_s: int
    walk_m: int


@dataclass(frozen=True, slots=True)
class ExpectedView:
    """When the ride is expected to happen, as things stand; no pickup once on board."""

    pickup_at: datetime | None
    dropoff_at: datetime


@dataclass(frozen=True, slots=True)
class CancellationView:
    """Who ended the booking, why, and whose fault it was."""

    by: Actor
    reason: str
    fault: Actor | None


@dataclass(frozen=True, slots=True)
class BreachView:
    """A promise that can no longer be kept."""

    rule: BreachRule
    known_at: datetime
    late_s: int
    cause: str


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """The bus that the ride feeds, or is fed by.

    ``at`` is as agreed, ``expected_at`` as last reported: the departure of a bus that the ride
    feeds, else the arrival. ``at_risk``: by plan one of the two does not wait for the rider.
    """

    trip_id: str
    stop_id: str
    at: datetime
    feeds: bool
    expected_at: datetime
    status: Literal["held", "at_risk", "cancelled"]


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking, and all that has become of it."""

    booking_id: str
    state: BookingState
    dispatch_status: DispatchStatus
    service_date: str
    channel: Channel
    origin: EndView
    destination: EndView
    party: PartyView
    promise: PromiseView
    expected: ExpectedView | None
    vehicle_id: str | None
    boarding_code: str
    fare: Fare
    connection: ConnectionView | None
    cancellation: CancellationView | None
    breaches: tuple[BreachView, ...]
    booked_at: datetime
    arrived_at: datetime | None
    boarded_at: datetime | None
    alighted_at: datetime | None
    ended_at: datetime | None
    estimated: bool

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "booking_id": "b3kq7m2ndy4wz6tc5",
                    "state": "scheduled",
                    "dispatch_status": "matched",
                    "service_date": "2026-11-23",
                    "channel": "web",
                    "origin": {
                        "stop": {
                            "stop_id": "vs-market",
                            "name": {"ko": "속초관광수산시장", "en": "Sokcho Market"},
                            "position": [128.5903, 38.2049],
                            "estimated": True,
                        },
                        "walk_s": 120,
                        "walk_m": 132,
                    },
                    "destination": {
                        "stop": {
                            "stop_id": "vs-beach",
                            "name": {"ko": "속초해수욕장", "en": "Sokcho Beach"},
                            "position": [128.6034, 38.1903],
                            "estimated": True,
                        },
                        "walk_s": 0,
                        "walk_m": 0,
                    },
                    "party": {
                        "passengers": 2,
                        "wheelchairs": 0,
                        "seniors": 1,
                        "children": 0,
                        "residents": 0,
                    },
                    "promise": {
                        "pickup": {
                            "earliest_at": "2026-11-23T14:12:00+09:00",
                            "latest_at": "2026-11-23T14:20:00+09:00",
                        },
                        "dropoff_latest_at": "2026-11-23T14:32:00+09:00",
                    },
                    "expected": {
                        "pickup_at": "2026-11-23T14:13:00+09:00",
                        "dropoff_at": "2026-11-23T14:21:30+09:00",
                    },
                    "vehicle_id": "SH1",
                    "boarding_code": "4821",
                    "fare": {"amount": 3060, "currency": "KRW"},
                    "connection": None,
                    "cancellation": None,
                    "breaches": [],
                    "booked_at": "2026-11-23T14:00:12+09:00",
                    "arrived_at": None,
                    "boarded_at": None,
                    "alighted_at": None,
                    "ended_at": None,
                    "estimated": True,
                }
            ]
        }
    )


@dataclass(frozen=True, slots=True)
class BookingsPage:
    """Bookings, latest first, and the cursor of the next page where there is one."""

    bookings: tuple[BookingView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """How to reach a rider."""

    name: str
    phone: str
