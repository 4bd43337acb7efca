"""What is within so many minutes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import WHOLE, Moment, RequestModel
from api.schemas.trips import Place

MAX_MINUTES = 30


class IsochroneRequest(RequestModel):
    """From where, when, and how many minutes; the place is in no log."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"origin": {"position": [128.5918, 38.207]}, "minutes": 9, "shuttle": True}
            ]
        }
    )

    origin: Place
    minutes: Annotated[int, Field(strict=True, ge=1, le=MAX_MINUTES), WHOLE] = 9
    depart_at: Moment | None = None
    shuttle: bool = False


@dataclass(frozen=True, slots=True)
class IsochroneProperties:
    """What an outline is of."""

    mode: Literal["walk_bus", "walk_bus_shuttle"]
    minutes: int
    departs_at: datetime
    area_km2: float
    stop_ids: tuple[str, ...]  # of the bus, in reach
    estimated: bool


@dataclass(frozen=True, slots=True)
class IsochroneFeature:
    """A GeoJSON feature (RFC 7946): a MultiPolygon."""

    geometry: dict[str, Any]
    properties: IsochroneProperties
    type: Literal["Feature"] = "Feature"


@dataclass(frozen=True, slots=True)
class IsochroneCollection:
    """GeoJSON (RFC 7946), positions as [lon, lat]: without the shuttle, and with it if asked."""

    features: tuple[IsochroneFeature, ...]
    type: Literal["FeatureCollection"] = "FeatureCollection"
