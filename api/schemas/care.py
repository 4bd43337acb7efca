"""Recurring trips, and the people whom a representative books for."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.bookings import ContactRequest
from api.schemas.common import Id, PartyView, RequestModel, StopRef
from api.schemas.trips import PartyRequest
from routing.dispatch.lifecycle import BookingState

_Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-7]):[0-5][0-9]$", examples=["09:30"])]
_Weekday = Annotated[int, Field(strict=True, ge=1, le=7)]
ServiceDate = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-12-01"])
]


class RecurringRequest(RequestModel):
    """A trip that comes again: from stop to stop, at a time, on weekdays, until a date.

    ``weekdays`` as in ISO 8601, 1 Monday to 7 Sunday; ``time`` counts on after midnight, 25:30.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "origin": {"stop_id": "VS048"},
                    "destination": {"stop_id": "VS024"},
                    "when": "arrive",
                    "time": "09:30",
                    "weekdays": [1, 3, 5],
                    "until": "2027-02-26",
                    "party": {"passengers": 1, "seniors": 1},
                }
            ]
        }
    )

    origin: "StopOnly"
    destination: "StopOnly"
    when: Literal["depart", "arrive"]
    time: _Clock
    weekdays: Annotated[
        tuple[_Weekday, ...],
        Field(min_length=1, max_length=7, json_schema_extra={"uniqueItems": True}),
    ]
    until: ServiceDate
    party: PartyRequest = PartyRequest()
    passenger_id: Id | None = None

    @model_validator(mode="after")
    def _is_sensible(self) -> Self:
        date.fromisoformat(self.until)
        if len(set(self.weekdays)) != len(self.weekdays):
            raise ValueError("name each weekday once")
        return self


class StopOnly(RequestModel):
    """A stop by its id: a recurring trip keeps no exact place of anybody."""

    stop_id: Id


RecurringRequest.model_rebuild()


class SkipRequest(RequestModel):
    """A date on which a recurring trip does not happen, or does after all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"date": "2026-12-25"}]})

    date: ServiceDate
    skip: bool = True


@dataclass(frozen=True, slots=True)
class RecurringDate:
    """One date of a recurring trip.

    ``later``: it cannot be booked yet. ``refused``: not booked, ``reason`` says why; tried again.
    """

    date: str
    status: Literal["booked", "waitlisted", "ended", "skipped", "refused", "later"]
    booking_id: str | None
    state: BookingState | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RecurringView:
    """A recurring trip, and its dates of the coming weeks."""

    recurring_id: str
    origin: StopRef
    destination: StopRef
    when: Literal["depart", "arrive"]
    time: str
    weekdays: tuple[int, ...]
    until: str
    party: PartyView
    passenger_id: str | None
    dates: tuple[RecurringDate, ...]


@dataclass(frozen=True, slots=True)
class RecurringTripsView:
    """Recurring trips of the caller."""

    recurring_trips: tuple[RecurringView, ...]


class PassengerRequest(RequestModel):
    """Somebody whom a representative books for. Name and number go to the contact vault."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"contact": {"name": "김영희", "phone": "010-0000-0000"}, "senior": True}]
        }
    )

    contact: ContactRequest
    wheelchair: Annotated[bool, Field(strict=True)] = False
    senior: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True, repr=False)
class PassengerView:
    """Somebody whom the caller books for. Does not print."""

    passenger_id: str
    name: str
    phone: str
    wheelchair: bool
    senior: bool


@dataclass(frozen=True, slots=True)
class PassengersView:
    """Everybody whom the caller books for."""

    passengers: tuple[PassengerView, ...]
