"""What dispatchers and planners read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.dispatch.lifecycle import BookingState


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
class AuditEntry:
    """One fact of the log. It names bookings and vehicles, and nobody."""

    version: int
    type: str
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Facts of a service day, oldest first, and the cursor of what follows."""

    service_date: str
    entries: tuple[AuditEntry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the process answers, or is ready for work."""

    status: str
