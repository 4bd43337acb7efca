"""The small shapes that all resources share."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import Header, Path, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
MAX_ID_LENGTH = 64


def _only_rfc_3339(value: Any) -> Any:
    # pydantic alone would also take a number of seconds, or a date.
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("a time with its offset, such as 2026-11-23T14:10:00+09:00 (RFC 3339)")
    return value


#: A time with its offset from UTC.
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_only_rfc_3339),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-23T14:10:00+09:00"]}
    ),
]
Lon = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]
#: [longitude, latitude] in degrees, WGS 84.
Position = Annotated[tuple[Lon, Lat], Field(examples=[[128.5918, 38.2070]])]


def _whole(value: Any) -> Any:
    # JSON has one kind of number: 3.0 is as whole as 3.
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: To be named last, so that the bounds before it stay in the document.
WHOLE = BeforeValidator(_whole)
Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH, examples=["vs-market"])]
#: An id in a path; an unknown one is a 404, whatever it looks like.
PathId = Annotated[str, Path(min_length=1, max_length=MAX_ID_LENGTH)]
Limit = Annotated[int, Query(ge=1, le=500, description="How many to return at most.")]

Cursor = Annotated[
    str,
    Query(max_length=9, pattern="^[0-9]*$", description="`next_cursor` of the page before."),
]

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=64,
        description="Id of the last message that was read; the stream goes on after it.",
    ),
]


class RequestModel(BaseModel):
    """Base of every request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the languages of the service."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class StopRef:
    """A stop as others refer to it."""

    stop_id: str
    name: Name
    position: tuple[float, float]
    estimated: bool


@dataclass(frozen=True, slots=True)
class Fare:
    """What a party pays together."""

    amount: int
    currency: str = "KRW"


@dataclass(frozen=True, slots=True)
class Window:
    """A time window; both ends are included."""

    earliest_at: datetime
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class PartyView:
    """Who travels; all others are counted among ``passengers``, too."""

    passengers: int
    wheelchairs: int
    seniors: int
    children: int
    residents: int


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """Why something was refused, and what to do next (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/v1/problems/no-room",
                    "title": "자리가 없습니다",
                    "status": 422,
                    "detail": "요청하신 시간에는 자리가 없습니다. 다른 시간을 골라 주세요.",
                    "code": "no-room",
                    "alternatives": [{"kind": "time", "depart_at": "2026-11-23T14:30:00+09:00"}],
                }
            ]
        },
    )
