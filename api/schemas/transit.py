"""Buses: departures and journeys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import WHOLE, Moment, Name, Position, RequestModel
from api.schemas.trips import LegView, Place, RouteView

#: Longest walk to or from a bus unless somebody says otherwise, metres.
WALK_M = 800


@dataclass(frozen=True, slots=True)
class PeriodView:
    """From when to when; null where it is open."""

    from_at: datetime | None
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class DepartureView:
    """A bus that leaves a stop, or was to leave it.

    ``stop_code`` is what stands on the sign, which tells platforms apart. ``step_free``: whether
    both the stop and the vehicle can be used without steps, as far as the feed says.
    """

    stop_id: str
    stop_name: Name
    stop_code: str | None
    route: RouteView
    departs_at: datetime
    live: bool
    scheduled_at: datetime | None
    cancelled: bool
    alert_ids: tuple[str, ...]
    step_free: Literal["yes", "no", "unknown"]
    estimated: bool


@dataclass(frozen=True, slots=True)
class ServiceAlertView:
    """What riders of a line or at a stop are to know. Without periods it always holds."""

    alert_id: str
    cause: str
    effect: str
    severity: str
    header: Name
    description: Name
    url: Name
    periods: tuple[PeriodView, ...]
    stop_ids: tuple[str, ...]
    route_ids: tuple[str, ...]
    trip_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceAlerts:
    """Alerts about buses that hold now."""

    alerts: tuple[ServiceAlertView, ...]


@dataclass(frozen=True, slots=True)
class Departures:
    """The next buses, soonest first; those that are cancelled are among them.

    ``departs_at`` is a prediction where ``live`` is true, and ``scheduled_at`` what the timetable
    says; null for a bus that is not in it.
    """

    departures: tuple[DepartureView, ...]
    alerts: tuple[ServiceAlertView, ...]


@dataclass(frozen=True, slots=True)
class RealtimeSourceView:
    """How a source of GTFS-Realtime is doing."""

    name: str
    read_at: datetime | None
    made_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class UnappliedView:
    """Entities that could not be applied: kind, problem, how many, and the first ids."""

    kind: str
    problem: str
    n_found: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RealtimeState:
    """What became of the last GTFS-Realtime messages."""

    service_date: str
    sources: tuple[RealtimeSourceView, ...]
    applied: dict[str, int]
    unapplied: tuple[UnappliedView, ...]


class DeparturesRequest(RequestModel):
    """Where somebody stands; in a body, so that it gets into no log."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"position": [128.5918, 38.207], "walk_m": 400}]}
    )

    position: Position
    walk_m: Annotated[int, Field(strict=True, ge=1, le=2000), WHOLE] = 500
    at: Moment | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=50), WHOLE] = 10


class JourneysRequest(RequestModel):
    """From where to where, and when; without a time it means now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "origin": {"position": [128.5918, 38.207]},
                    "destination": {"position": [128.6034, 38.1903]},
                }
            ]
        }
    )

    origin: Place
    destination: Place
    depart_at: Moment | None = None
    walk_m: Annotated[int, Field(strict=True, ge=0, le=3000), WHOLE] = WALK_M


@dataclass(frozen=True, slots=True)
class JourneyView:
    """One way to travel by bus; none of the others is better in both arrival and changes."""

    departs_at: datetime
    arrives_at: datetime
    n_trips: int
    legs: tuple[LegView, ...]
    estimated: bool


@dataclass(frozen=True, slots=True)
class Journeys:
    """The Pareto set of journeys, soonest arrival first."""

    journeys: tuple[JourneyView, ...]
    alerts: tuple[ServiceAlertView, ...]
