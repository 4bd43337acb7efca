"""The service itself, its zones, stops and roads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import WHOLE, Name, Position, RequestModel


@dataclass(frozen=True, slots=True)
class AreaView:
    """The city that is served."""

    area_id: str
    name: Name
    centre: tuple[float, float]
    bbox: tuple[float, float, float, float]
    time_zone: str


@dataclass(frozen=True, slots=True)
class HoursView:
    """First pickup and last drop-off, as hours and minutes after the start of the service day."""

    service_from: str
    service_until: str


@dataclass(frozen=True, slots=True)
class RulesView:
    """The operator's rules that a rider meets. Seconds, metres."""

    prebook_days: int
    min_notice_s: int
    max_party: int
    max_wait_s: int
    wait_s: int
    walk_m: int
    senior_walk_m: int
    offer_valid_s: int


@dataclass(frozen=True, slots=True)
class ServiceView:
    """What this service is, and what time it is there."""

    area: AreaView
    now: datetime
    speed: float
    demo: bool
    estimated: bool
    estimated_note: Name
    languages: tuple[str, ...]
    hours: HoursView
    rules: RulesView
    fares: dict[str, int]
    currency: str
    attribution: tuple[str, ...]
    version: str

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "area": {
                        "area_id": "sokcho",
                        "name": {"ko": "속초", "en": "Sokcho"},
                        "centre": [128.59, 38.2],
                        "bbox": [128.4, 38.1, 128.65, 38.27],
                        "time_zone": "Asia/Seoul",
                    },
                    "now": "2026-11-23T08:31:00+09:00",
                    "speed": 1.0,
                    "demo": False,
                    "estimated": True,
                    "estimated_note": {
                        "ko": "정류장 위치는 추정입니다.",
                        "en": "Stops are estimated.",
                    },
                    "languages": ["ko", "en"],
                    "hours": {"service_from": "07:00", "service_until": "21:00"},
                    "rules": {
                        "prebook_days": 7,
                        "min_notice_s": 0,
                        "max_party": 8,
                        "max_wait_s": 900,
                        "wait_s": 180,
                        "walk_m": 400,
                        "senior_walk_m": 150,
                        "offer_valid_s": 120,
                    },
                    "fares": {"adult": 1530},
                    "currency": "KRW",
                    "attribution": ["국토지리정보원"],
                    "version": "0.1.0",
                }
            ]
        }
    )


@dataclass(frozen=True, slots=True)
class Feature:
    """A GeoJSON feature (RFC 7946)."""

    geometry: dict[str, Any]
    properties: dict[str, Any]
    type: Literal["Feature"] = "Feature"


@dataclass(frozen=True, slots=True)
class FeatureCollection:
    """GeoJSON (RFC 7946), positions as [lon, lat]."""

    features: tuple[Feature, ...]
    type: Literal["FeatureCollection"] = "FeatureCollection"


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop of the bus, or a virtual stop where shuttles call."""

    stop_id: str
    kind: Literal["virtual", "bus"]
    name: Name
    position: tuple[float, float]
    zone_id: str | None
    estimated: bool
    accuracy_m: int | None


@dataclass(frozen=True, slots=True)
class DistrictView:
    """A district (legal dong), and the shuttle stop in the middle of its stops."""

    name: Name
    stop_id: str


@dataclass(frozen=True, slots=True)
class Districts:
    """All districts where shuttles call."""

    districts: tuple[DistrictView, ...]


@dataclass(frozen=True, slots=True)
class StopsPage:
    """Stops, and the cursor of the next page where there is one."""

    stops: tuple[StopView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class NearbyStop:
    """A stop within a walk."""

    stop: StopView
    walk_m: int
    walk_s: int


@dataclass(frozen=True, slots=True)
class NearbyStops:
    """Stops within a walk, nearest first."""

    stops: tuple[NearbyStop, ...]


class NearbyRequest(RequestModel):
    """Where somebody stands; in a body, so that it gets into no log."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"position": [128.5918, 38.207], "walk_m": 400}]}
    )

    position: Position
    walk_m: Annotated[
        int, Field(strict=True, ge=1, le=3000, description="Longest walk."), WHOLE
    ] = 800
    kind: Literal["virtual", "bus"] | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=50), WHOLE] = 10


@dataclass(frozen=True, slots=True)
class ProblemTypeView:
    """A published problem type."""

    type: str
    code: str
    status: int
    title: Name
    advice: Name


@dataclass(frozen=True, slots=True)
class ProblemTypes:
    """Everything that this service refuses, and what to do next."""

    problems: tuple[ProblemTypeView, ...]
