"""Vehicles, their manifests, and what drivers report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.bookings import ConnectionView
from api.schemas.common import Id, Moment, PartyView, Position, RequestModel, StopRef, Window
from api.schemas.trips import PartyRequest, Place
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.values import Channel, DutyState, IncidentKind

VisitName = Literal["pickup", "dropoff", "break"]


@dataclass(frozen=True, slots=True)
class VehiclePosition:
    """Where a vehicle is: as its driver reported, or else where the plan has it."""

    position: tuple[float, float]
    at: datetime
    source: Literal["reported", "planned"]
    heading: float | None


@dataclass(frozen=True, slots=True)
class NextVisit:
    """A coming visit, as everybody may see it: where and when, and nothing of who."""

    kind: VisitName
    stop: StopRef
    expected_at: datetime


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A shuttle on the map."""

    vehicle_id: str
    duty: DutyState
    position: VehiclePosition
    standing: bool
    next_visits: tuple[NextVisit, ...]


@dataclass(frozen=True, slots=True)
class Vehicles:
    """All shuttles of today."""

    service_date: str
    version: int
    now: datetime
    vehicles: tuple[VehicleView, ...]


@dataclass(frozen=True, slots=True)
class FareLine:
    """What riders of one kind pay."""

    kind: Literal["adult", "senior", "child"]
    riders: int
    each: int


@dataclass(frozen=True, slots=True)
class FareDue:
    """What a party pays, and what that is made of."""

    amount: int
    currency: str
    lines: tuple[FareLine, ...]


@dataclass(frozen=True, slots=True)
class VisitView:
    """One planned call of a vehicle, as its driver and the dispatcher see it.

    ``boarding_check`` is the start of SHA-256 of ``booking_id:code`` in hex, so that a code can
    be checked without a connection. ``no_show_from`` is when a no-show may be recorded at the
    earliest, once the vehicle is there; ``waits_until`` when it may go on without the party.
    """

    visit_id: str
    kind: VisitName
    stop: StopRef
    window: Window
    arrives_at: datetime
    starts_at: datetime
    departs_at: datetime
    dwell_s: int
    under_way: bool
    booking_id: str | None
    booking_state: BookingState | None
    party: PartyView | None
    connection: ConnectionView | None
    locked: bool
    channel: Channel | None
    contacted: bool
    no_show_from: datetime | None
    waits_until: datetime | None
    fare: FareDue | None
    boarding_check: str | None


@dataclass(frozen=True, slots=True)
class CapacityView:
    """Places of one layout."""

    seats: int
    wheelchairs: int


@dataclass(frozen=True, slots=True)
class ManifestView:
    """What one vehicle is still to do today."""

    vehicle_id: str
    service_date: str
    version: int
    duty: DutyState
    standing: bool
    on_board: CapacityView
    layouts: tuple[CapacityView, ...]
    shift: Window
    visits: tuple[VisitView, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan of the whole fleet on one day."""

    service_date: str
    version: int
    vehicles: tuple[ManifestView, ...]
    unmatched: tuple[str, ...]


class VisitAct(RequestModel):
    """What a driver did; ``at`` is the driver's clock, for reports that were held back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at": "2026-11-23T14:12:40+09:00"}]})

    at: Moment | None = None


class BoardAct(VisitAct):
    """Who is on board: with the booking's code, or with fewer than were booked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"code": "4821"},
                {"at": "2026-11-23T14:12:40+09:00", "party": {"passengers": 2, "seniors": 1}},
            ]
        }
    )

    code: Annotated[str, Field(max_length=8, pattern=r"^\d+$")] | None = None
    party: PartyRequest | None = Field(None, description="Without it: everybody who was booked.")


class ContactAct(VisitAct):
    """An attempt to reach the rider; it needs no phone number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"means": "call"}]})

    means: Literal["push", "message", "call"]


class WalkUpRequest(RequestModel):
    """Somebody at the door: where they want to go, and how many they are."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"destination": {"stop_id": "VS024"}, "party": {"passengers": 2}}]
        }
    )

    destination: Place
    party: PartyRequest = PartyRequest()
    at: Moment | None = None


class IncidentReport(RequestModel):
    """What happened, as a code: the log holds no words about a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "sos"}]})

    kind: IncidentKind
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Something that a driver reported; open until a dispatcher closes it."""

    incident_id: str
    vehicle_id: str
    kind: IncidentKind
    happened_at: datetime
    reported_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentsView:
    """Incidents of today, latest first."""

    service_date: str
    incidents: tuple[IncidentView, ...]


class PositionReport(RequestModel):
    """Where the vehicle was."""

    at: Moment
    position: Position
    heading: Annotated[float, Field(strict=True, ge=0, lt=360, allow_inf_nan=False)] | None = None


class PositionsReport(RequestModel):
    """Reports in any order; one that came before does no harm."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"positions": [{"at": "2026-11-23T14:12:40+09:00", "position": [128.5918, 38.207]}]}
            ]
        }
    )

    positions: Annotated[tuple[PositionReport, ...], Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class PositionsTaken:
    """How many reports were new."""

    accepted: int


class VehiclePlace(RequestModel):
    """Where a vehicle stands as it leaves or joins the service."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"place": {"position": [128.5918, 38.207]}}]}
    )

    place: Place | None = Field(None, description="Without it: where it was last known to be.")


class MoveRequest(RequestModel):
    """The vehicle that is to take a booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"vehicle_id": "SH2"}]})

    vehicle_id: Id


class LockRequest(RequestModel):
    """Why an assignment is kept, as a code: the log holds no words about a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "same-driver"}]})

    note: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]*$")] = ""
