"""Trip requests and what is offered for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.common import WHOLE, Fare, Id, Moment, Name, Position, RequestModel, Window
from routing.dispatch.values import Party


class Place(RequestModel):
    """Where a trip begins or ends: a stop by its id, or a point."""

    stop_id: Id | None = None
    position: Position | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["stop_id"], "properties": {"stop_id": {"type": "string"}}},
                {"required": ["position"], "properties": {"position": {"type": "array"}}},
            ]
        }
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.stop_id is None) == (self.position is None):
            raise ValueError("give either stop_id or position")
        return self


_People = Annotated[int, Field(strict=True, ge=0, le=100), WHOLE]


class PartyRequest(RequestModel):
    """Who travels; all others are counted among ``passengers``, too."""

    passengers: Annotated[int, Field(strict=True, ge=1, le=100), WHOLE] = 1
    wheelchairs: _People = 0
    seniors: _People = 0
    children: _People = 0
    residents: _People = 0

    def party(self) -> Party:
        """The party as the dispatch core sees it."""
        return Party(self.passengers, self.wheelchairs, self.seniors, self.children, self.residents)


class TripRequest(RequestModel):
    """A wish to travel. Without a time it means now."""

    origin: Place
    destination: Place
    depart_at: Moment | None = Field(None, description="Leaves the origin no earlier.")
    arrive_by: Moment | None = Field(None, description="Is at the destination by then.")
    party: PartyRequest = PartyRequest()

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "required": ["depart_at", "arrive_by"],
                "properties": {"depart_at": {"type": "string"}, "arrive_by": {"type": "string"}},
            },
            "examples": [
                {
                    "origin": {"position": [128.5918, 38.207]},
                    "destination": {"stop_id": "vs-market"},
                    "depart_at": "2026-11-23T14:10:00+09:00",
                    "party": {"passengers": 2, "seniors": 1},
                }
            ],
        }
    )

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if self.depart_at is not None and self.arrive_by is not None:
            raise ValueError("give depart_at or arrive_by, not both")
        return self


@dataclass(frozen=True, slots=True)
class LegEnd:
    """Where a leg begins or ends. Without a stop it is the traveller's own place."""

    stop_id: str | None
    name: Name | None
    position: tuple[float, float] | None
    estimated: bool


@dataclass(frozen=True, slots=True)
class RouteView:
    """The bus of a leg."""

    route_id: str
    short_name: str
    long_name: str
    headsign: Name
    colour: str | None
    trip_id: str


@dataclass(frozen=True, slots=True)
class LiveTimes:
    """Which times of a bus are predictions, and what the timetable says; null: not in it."""

    departs_live: bool
    arrives_live: bool
    scheduled_departs_at: datetime | None
    scheduled_arrives_at: datetime | None


@dataclass(frozen=True, slots=True)
class LegView:
    """One part of an itinerary. ``latest`` times are promises; others are planned.

    A bus has ``live``: whether its times are predictions, or those of the timetable.
    """

    mode: Literal["walk", "shuttle", "bus"]
    origin: LegEnd
    destination: LegEnd
    departs_at: datetime
    arrives_at: datetime
    walk_m: int | None = None
    route: RouteView | None = None
    live: LiveTimes | None = None
    alert_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseView:
    """What a rider is promised; no re-plan loosens it."""

    pickup: Window
    dropoff_latest_at: datetime


@dataclass(frozen=True, slots=True)
class OfferView:
    """One way to make the trip.

    ``offer_id`` is what to book it by; buses and walks need no booking. ``fare`` is that
    of the shuttle.
    """

    kind: Literal["shuttle", "bus", "shuttle_bus", "walk"]
    offer_id: str | None
    valid_until: datetime | None
    departs_at: datetime
    arrives_at: datetime
    arrives_latest_at: datetime
    promise: PromiseView | None
    fare: Fare | None
    legs: tuple[LegView, ...]
    estimated: bool


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something that works where the wish does not."""

    kind: Literal["time", "stop", "bus"]
    depart_at: datetime | None = None
    arrive_by: datetime | None = None
    stop_id: str | None = None
    offer: OfferView | None = None


def _stop(stop_id: str, ko: str, en: str, position: list[float]) -> dict[str, Any]:
    return {
        "stop_id": stop_id,
        "name": {"ko": ko, "en": en},
        "position": position,
        "estimated": True,
    }


_MARKET = _stop("vs-market", "속초관광수산시장", "Sokcho Market", [128.5903, 38.2049])
_BEACH = _stop("vs-beach", "속초해수욕장", "Sokcho Beach", [128.6034, 38.1903])

OFFER_EXAMPLE: dict[str, Any] = {
    "kind": "shuttle",
    "offer_id": "3bQ0vYx1-5yJzZXJ2aWNl...",
    "valid_until": "2026-11-23T14:02:00+09:00",
    "departs_at": "2026-11-23T14:10:00+09:00",
    "arrives_at": "2026-11-23T14:21:30+09:00",
    "arrives_latest_at": "2026-11-23T14:32:00+09:00",
    "promise": {
        "pickup": {
            "earliest_at": "2026-11-23T14:12:00+09:00",
            "latest_at": "2026-11-23T14:20:00+09:00",
        },
        "dropoff_latest_at": "2026-11-23T14:32:00+09:00",
    },
    "fare": {"amount": 3060, "currency": "KRW"},
    "legs": [
        {
            "mode": "shuttle",
            "origin": _MARKET,
            "destination": _BEACH,
            "departs_at": "2026-11-23T14:13:00+09:00",
            "arrives_at": "2026-11-23T14:21:30+09:00",
            "walk_m": None,
            "route": None,
        }
    ],
    "estimated": True,
}


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be offered, best first."""

    offers: tuple[OfferView, ...]

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={"examples": [{"offers": [OFFER_EXAMPLE]}]}
    )
