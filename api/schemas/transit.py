"""Buses: departures and journeys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.common import WHOLE, Moment, Name, Position, RequestModel
from api.schemas.trips import LegView, Place, RouteView

#: Longest walk to or from a bus unless somebody says otherwise, metres.
WALK_M = 800


@dataclass(frozen=True, slots=True)
class DepartureView:
    """A bus that leaves a stop."""

    stop_id: str
    stop_name: Name
    route: RouteView
    departs_at: datetime
    estimated: bool


@dataclass(frozen=True, slots=True)
class Departures:
    """The next buses, soonest first."""

    departures: tuple[DepartureView, ...]


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
