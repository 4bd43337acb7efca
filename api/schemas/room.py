"""What a control room does to many at once, and what it is shown before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.common import Id, Moment, Position, RequestModel, Window
from api.schemas.trips import Place, PromiseView
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.values import DutyState

Reason = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]*$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
Subject = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9:._@-]+$")]


# --- previews ---


@dataclass(frozen=True, slots=True)
class OutlookView:
    """What a rider may expect."""

    state: BookingState
    vehicle_id: str | None
    pickup_at: datetime | None
    dropoff_at: datetime | None
    late_s: int


@dataclass(frozen=True, slots=True)
class EffectView:
    """How one rider would notice. ``is_hurt``: a promise is broken, or broken further."""

    booking_id: str
    promise: PromiseView
    before: OutlookView
    after: OutlookView
    is_hurt: bool
    is_lost: bool
    later_s: int
    broken_further_s: int


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What would happen, most hurt first; its ETag as If-Match does it only if it still holds."""

    service_date: str
    version: int
    n_hurt: int
    worst_s: int
    effects: tuple[EffectView, ...]


class MovePreview(RequestModel):
    """A booking, and the vehicle that is to take it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"booking_id": "b3kq7m2ndy4wz6tc5", "vehicle_id": "SH2"}]}
    )

    booking_id: Id
    vehicle_id: Id


class DutyPreview(RequestModel):
    """What is to become of a vehicle."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"act": "breakdown"}]})

    act: Literal["off", "breakdown", "on"]
    place: Place | None = None


# --- closures and suspensions ---


class PeriodRequest(RequestModel):
    """A time of one service day."""

    from_at: Moment | None = Field(None, description="Without it: from now on.")
    until_at: Moment | None = Field(None, description="Without it: to the end of the day.")
    reason: Reason = Field("", description="A code, such as `flood`; no words about a person.")


class ClosureRequest(PeriodRequest):
    """Roads that cannot be driven: those that run through a polygon."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ring": [[128.59, 38.2], [128.593, 38.2], [128.593, 38.203]],
                    "until_at": "2026-11-23T18:00:00+09:00",
                    "reason": "works",
                }
            ]
        }
    )

    ring: Annotated[tuple[Position, ...], Field(min_length=3, max_length=100)]


@dataclass(frozen=True, slots=True)
class ClosureView:
    """Roads that are closed for a while."""

    closure_id: str
    ring: tuple[tuple[float, float], ...]
    period: Window
    reason: str
    road_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closures:
    """Closures of a service day."""

    service_date: str
    version: int
    closures: tuple[ClosureView, ...]


class SuspensionRequest(PeriodRequest):
    """A time without pickups, everywhere or in one zone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"zone_id": "seorak", "from_at": "2026-11-23T18:00:00+09:00"}]
        }
    )

    zone_id: Id | None = Field(None, description="Without it: everywhere.")


@dataclass(frozen=True, slots=True)
class SuspensionView:
    """A time without pickups."""

    suspension_id: str
    zone_id: str | None
    period: Window
    reason: str


@dataclass(frozen=True, slots=True)
class Suspensions:
    """Suspensions of a service day."""

    service_date: str
    version: int
    suspensions: tuple[SuspensionView, ...]


# --- rosters ---


class DrivingRequest(RequestModel):
    """A driver's hours on a vehicle."""

    driver: Subject
    from_at: Moment
    until_at: Moment


class DutyRequest(RequestModel):
    """When a vehicle is on duty, and who drives it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "shift_from": "2026-11-23T07:00:00+09:00",
                    "shift_until": "2026-11-23T21:00:00+09:00",
                    "drivers": [
                        {
                            "driver": "driver:kim",
                            "from_at": "2026-11-23T07:00:00+09:00",
                            "until_at": "2026-11-23T14:00:00+09:00",
                        }
                    ],
                }
            ]
        }
    )

    shift_from: Moment
    shift_until: Moment
    drivers: Annotated[tuple[DrivingRequest, ...], Field(max_length=12)] = ()


@dataclass(frozen=True, slots=True)
class DrivingView:
    """A driver's hours on a vehicle."""

    driver: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class DutyView:
    """A vehicle's day."""

    vehicle_id: str
    duty: DutyState
    shift: Window
    drivers: tuple[DrivingView, ...]


@dataclass(frozen=True, slots=True)
class Duties:
    """The roster of a service day."""

    service_date: str
    version: int
    duties: tuple[DutyView, ...]


# --- rules ---


class PolicyRequest(RequestModel):
    """Rules that change on a day and stay so; those that are not named stay as they are."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"effective_date": "2026-12-01", "changes": {"max_wait_s": 1200}}]
        }
    )

    effective_date: date
    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=40)]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The operator's rules from a day on. ``by`` is who changed them, empty for the area's own."""

    effective_date: str
    policy: dict[str, Any]
    by: str


@dataclass(frozen=True, slots=True)
class Policies:
    """The rules that hold today, and every change that is known, by date."""

    today: PolicyView
    revisions: tuple[PolicyView, ...]


# --- broadcasts ---


class BroadcastRequest(RequestModel):
    """News for riders, in both languages; for all, those of a zone, or those of a vehicle."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text_ko": "폭설로 운행이 10분쯤 늦습니다.",
                    "text_en": "Heavy snow: shuttles run about ten minutes late.",
                    "zone_id": "seorak",
                }
            ],
            "anyOf": [
                {"properties": {"zone_id": {"type": "null"}}},
                {"properties": {"vehicle_id": {"type": "null"}}},
            ],
        }
    )

    text_ko: Words
    text_en: Words
    zone_id: Id | None = None
    vehicle_id: Id | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.zone_id is not None and self.vehicle_id is not None:
            raise ValueError("give zone_id or vehicle_id, or neither for everybody")
        return self


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """How many riders were told."""

    broadcast_id: str
    n_told: int
