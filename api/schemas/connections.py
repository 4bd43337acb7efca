"""Rides that hang on a bus or train, and what is reported of those."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.bookings import ConnectionView
from api.schemas.common import Id, Moment, RequestModel, Window
from routing.dispatch.lifecycle import BookingState

_TripId = Annotated[str, Field(min_length=1, max_length=256)]


class TripReport(RequestModel):
    """A trip of the timetable is early, late or does not run; said of one stop.

    ``expected_at`` is its departure there for riders who are brought to it, its arrival for those
    who come with it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "trip_id": "7-0-0910",
                    "stop_id": "ST025",
                    "expected_at": "2026-11-23T09:26:00+09:00",
                }
            ],
            "oneOf": [
                {
                    "required": ["expected_at"],
                    "properties": {
                        "expected_at": {"type": "string"},
                        "cancelled": {"const": False},
                    },
                },
                {
                    "required": ["cancelled"],
                    "properties": {
                        "expected_at": {"type": "null"},
                        "cancelled": {"const": True},
                    },
                },
            ],
        }
    )

    service_date: Annotated[str | None, Field(pattern=r"^\d{4}-\d\d-\d\d$")] = None
    trip_id: _TripId
    stop_id: Id
    expected_at: Moment | None = None
    cancelled: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.expected_at is None) != self.cancelled:
            raise ValueError("give either expected_at or cancelled: true")
        return self


@dataclass(frozen=True, slots=True)
class HeldConnection:
    """A booking that hangs on a trip, and whether the two still meet by plan."""

    booking_id: str
    booking_state: BookingState
    vehicle_id: str | None
    pickup: Window
    connection: ConnectionView


@dataclass(frozen=True, slots=True)
class Connections:
    """Connections of a day that are still to come, those at risk or cancelled first."""

    service_date: str
    version: int
    connections: tuple[HeldConnection, ...]
