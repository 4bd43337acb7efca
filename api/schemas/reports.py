"""Reports for planners."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import ConfigDict

from api.schemas.common import RequestModel

Fleet = Literal["simulated", "idle"]


class ReportRequest(RequestModel):
    """Which day, and whether shuttles are at work on it (a made-up day) or have nothing to do."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"service_date": "2026-11-23", "fleet": "simulated"}]}
    )

    service_date: date
    fleet: Fleet = "simulated"


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report: whether it can be read, is being made, or could not be made and why."""

    service_date: str
    fleet: str
    status: Literal["ready", "making", "failed"]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ReportList:
    """Reports on the 9-minute city, newest day first."""

    nine_minute: tuple[ReportView, ...]
