"""What dispatchers and planners read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Id, RequestModel
from routing.dispatch.alerts import AlertKind
from routing.dispatch.lifecycle import BookingState

LevelName = Literal["emergency", "act", "watch", "know"]


@dataclass(frozen=True, slots=True)
class KpisView:
    """Figures of one service day, counted against the promises as first made. Seconds."""

    service_date: str
    version: int
    n_bookings: int
    by_state: dict[BookingState, int]
    n_passengers_carried: int
    mean_wait_s: float | None
    mean_ride_s: float | None
    n_promises_kept: int
    n_promises_broken: int
    refusals: dict[str, int]


@dataclass(frozen=True, slots=True)
class AlertView:
    """One thing to look at; ``due_at`` is when it bites.

    ``amount`` is seconds late, seconds of slack that are left, metres off the way or how many,
    by kind.
    """

    alert_id: str
    kind: AlertKind
    level: LevelName
    due_at: datetime
    vehicle_id: str | None
    booking_id: str | None
    amount: int
    note: str
    incident_id: str | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """What a control room should look at now, most urgent first."""

    service_date: str
    version: int
    now: datetime
    alerts: tuple[AlertView, ...]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One fact of the log. It names bookings and vehicles, and nobody."""

    version: int
    type: str
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditedEntry:
    """One fact of the log, and who did it.

    ``actor`` is the subject of a member of staff, or ``rider``, ``driver`` or ``system``.
    """

    version: int
    type: str
    at: datetime
    actor: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Facts of a service day, oldest first, and the cursor of what follows."""

    service_date: str
    entries: tuple[AuditedEntry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process answers, or is ready for work."""

    status: str


class BookingSearch(RequestModel):
    """What to look for; whatever is given must fit. Goes in a body, for it may name a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "market", "limit": 20}]})

    date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    text: Annotated[str, Field(max_length=80)] = Field(
        "", description="Part of a booking's code, or of the name of a stop."
    )
    contact: Annotated[str, Field(max_length=80, repr=False)] = Field(
        "", description="Part of a name or number in the contact vault."
    )
    states: Annotated[tuple[BookingState, ...], Field(max_length=11)] = ()
    vehicle_id: Id | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
