"""Shuttles: where everybody sees them, and what their drivers read and report."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.http.auth import Caller, Dispatcher, Driver
from api.http.errors import Problem
from api.http.responses import (
    ON_A_TRIP,
    WITH_KEY,
    WITH_TOKEN,
    answer,
    encode,
    event_stream,
    links,
    refusals,
    versioned,
)
from api.http.sse import message, pause, stream
from api.live.acting import Acting, IfMatch
from api.live.fanout import Dropped
from api.live.positions import Report
from api.routers.previews import act_as_previewed, preview_of
from api.schemas.common import PathId
from api.schemas.room import DutyPreview, PreviewView
from api.schemas.vehicles import (
    IncidentReport,
    IncidentView,
    ManifestView,
    PositionsReport,
    PositionsTaken,
    VehiclePlace,
    Vehicles,
    WalkUpRequest,
)
from api.service import Served, Service
from api.trips.fares import fare_of
from api.trips.requests import nearest_place
from api.views.arrivals import expected_arrival
from routing.dispatch.commands import (
    Command,
    ReportArrival,
    ReportIncident,
    ReturnVehicle,
    StopChoice,
    WalkUp,
    WithdrawVehicle,
)
from routing.dispatch.rejections import RejectReason
from routing.dispatch.state import DayState

router = APIRouter(prefix="/v1/vehicles", tags=["driver"])

#: Real seconds between two looks at the fleet, for those who follow it.
LOOK_S = 0.5

_OF_A_VEHICLE = ("unknown-vehicle", "wrong-state", "stale-version")
_VERSION = re.compile(rb'"version":\d+,')
A_DAY = timedelta(days=1)
#: Header of a manifest that somebody follows: the demo's driver leaves the wheel to a person.
FOLLOWED = "Sokcho-Followed"


@router.get("", summary="Shuttles of today", response_model=Vehicles, tags=["rider"])
async def list_vehicles(service: Served) -> Response:
    """Where they are and where they go next; nothing of who is on board."""
    return answer(service.board.show())


@router.get(
    "/events", summary="Follow the shuttles", tags=["rider"], responses=event_stream()
)  # fmt: skip
async def follow_vehicles(service: Served) -> Response:
    """A message `vehicle` for each shuttle at first, and then whenever one changes."""
    return stream(_vehicle_messages(service), service.metrics.streams)


async def _vehicle_messages(service: Service) -> AsyncIterator[bytes]:
    shown: dict[str, bytes] = {}
    while True:
        current = service.board.encoded()
        for vehicle_id, data in current.items():
            if shown.get(vehicle_id) != data:
                yield message("vehicle", data)
        shown = current
        await pause(LOOK_S)


@router.get(
    "/{vehicle_id}/manifest", summary="What a shuttle is still to do",
    response_model=ManifestView,
    responses=refusals(*WITH_TOKEN, "unknown-vehicle")
    | links(200, "visit_id", "/visits/0/visit_id", "arrive", "board", "alight", "complete",
            "record_no_show", "record_contact"),
)  # fmt: skip
async def get_manifest(
    service: Served, caller: Driver, vehicle_id: PathId, request: Request
) -> Response:
    """The driver's own list of today, next visit first."""
    state = get_vehicle_day(service, caller, vehicle_id)
    response = versioned(request, service.views.manifest(state, vehicle_id))
    if service.at_the_wheel[vehicle_id]:
        response.headers[FOLLOWED] = "yes"
    return response


def get_vehicle_day(service: Service, caller: Caller, vehicle_id: str) -> DayState:
    """Return today, if the vehicle is on its roster and the caller may act for it.

    Raises
    ------
    Problem
        ``forbidden`` for another driver's vehicle, ``unknown-vehicle`` if there is none.
    """
    if not caller.drives(vehicle_id):
        raise Problem("forbidden")
    state = service.loop.committed(service.time.today())
    if vehicle_id not in state.plans:
        raise Problem(RejectReason.UNKNOWN_VEHICLE)
    return state


@router.get(
    "/{vehicle_id}/manifest/events", summary="Follow a manifest",
    responses=refusals(*WITH_TOKEN, "unknown-vehicle") | event_stream(),
)  # fmt: skip
async def follow_manifest(service: Served, caller: Driver, vehicle_id: PathId) -> Response:
    """A message `manifest` with all of it at first, and then whenever it changes."""
    get_vehicle_day(service, caller, vehicle_id)
    return stream(_manifest_messages(service, vehicle_id), service.metrics.streams)


async def _manifest_messages(service: Service, vehicle_id: str) -> AsyncIterator[bytes]:
    with service.loop.subscribe() as commits, _at_the_wheel(service, vehicle_id):
        shown = _manifest(service, vehicle_id)
        yield message("manifest", shown)
        async for commit in commits:
            if isinstance(commit, Dropped):
                return
            now_shown = _manifest(service, vehicle_id)
            if now_shown and _content(now_shown) != _content(shown):
                shown = now_shown
                yield message("manifest", shown)


@contextmanager
def _at_the_wheel(service: Service, vehicle_id: str) -> Iterator[None]:
    service.at_the_wheel[vehicle_id] += 1
    try:
        yield
    finally:
        service.at_the_wheel[vehicle_id] -= 1


def _manifest(service: Service, vehicle_id: str) -> bytes:
    state = service.loop.committed(service.time.today())
    return encode(service.views.manifest(state, vehicle_id)) if vehicle_id in state.plans else b""


def _content(manifest: bytes) -> bytes:
    """A manifest without the day's version, which moves with every commit of the fleet."""
    return _VERSION.sub(b"", manifest, count=1)


def seconds_of(service: Service, state: DayState, at: datetime | None) -> int | None:
    """Return a driver's time in service seconds of the day; the core sets the clock right."""
    if at is None:
        return None
    # A date far off would not even be a service second.
    now = service.time.now()
    near = min(max(at, now - A_DAY), now + A_DAY)
    return service.time.seconds(state.service_date, near)


@router.post(
    "/{vehicle_id}/walk-ups", summary="Take along who stands at the door",
    response_model=ManifestView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_VEHICLE, *ON_A_TRIP, "not-at-stop",
                       "duplicate-booking"),
)  # fmt: skip
async def take_walk_up(
    service: Served, caller: Driver, act: Acting, vehicle_id: PathId, body: WalkUpRequest
) -> Response:
    """Book, meet and board in one step, where all who are booked keep what they were promised."""
    state = get_vehicle_day(service, caller, vehicle_id)
    party = body.party.party()
    command = WalkUp(
        service.offers.booking_id(caller.subject, act.key),
        vehicle_id,
        StopChoice(nearest_place(service, body.destination)),
        party,
        f"walk-up:{vehicle_id}",
        fare_of(service.area.fares, party),
        seconds_of(service, state, body.at),
    )
    return await act.submit(
        caller,
        state.service_date,
        command,
        lambda after: encode(service.views.manifest(after, vehicle_id)),
    )


@router.post(
    "/{vehicle_id}/incidents", summary="Report an incident, or call for help", status_code=201,
    response_model=IncidentView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_VEHICLE),
)  # fmt: skip
async def report_incident(
    service: Served, caller: Driver, act: Acting, vehicle_id: PathId, body: IncidentReport
) -> Response:
    """The control room has it at once, `sos` before everything else."""
    state = get_vehicle_day(service, caller, vehicle_id)
    incident_id = f"i{service.offers.booking_id(caller.subject, act.key)[1:]}"
    at = seconds_of(service, state, body.at)
    command = ReportIncident(incident_id, vehicle_id, body.kind, caller.subject, at)
    return await act.submit(
        caller, state.service_date, command,
        lambda after: encode(
            service.views.incident(after.service_date, after.incidents[incident_id])
        ),
        status=201,
    )  # fmt: skip


@router.post(
    "/{vehicle_id}/positions", summary="Where a shuttle was", status_code=202,
    response_model=PositionsTaken,
    responses=refusals(*WITH_TOKEN, "unknown-vehicle", "payload-too-large",
                       "unsupported-media-type"),
)  # fmt: skip
async def report_positions(
    service: Served, caller: Driver, vehicle_id: PathId, body: PositionsReport
) -> Response:
    """A batch of reports with the driver's own times; repeats do no harm.

    Positions are kept in memory only. Where they say that a rider will be met at another time
    than they were told, that becomes known.
    """
    state = get_vehicle_day(service, caller, vehicle_id)
    reports = [Report(r.at, *r.position, r.heading) for r in body.positions]
    n_new = service.positions.take(vehicle_id, reports, service.time.now())
    if n_new:
        await _tell_arrival(service, state, vehicle_id)
    return Response(encode(PositionsTaken(n_new)), 202, media_type="application/json")


async def _tell_arrival(service: Service, state: DayState, vehicle_id: str) -> None:
    expected = expected_arrival(service, state, vehicle_id)
    if expected is None:
        return
    told = state.times[vehicle_id][0].arrive
    if abs(expected - told) >= state.policy.notice_s:
        await service.loop.submit(state.service_date, ReportArrival(vehicle_id, expected))


@router.post(
    "/{vehicle_id}/off", summary="Take a shuttle out of service", response_model=ManifestView,
    tags=["dispatcher"], responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_VEHICLE),
)  # fmt: skip
async def withdraw_vehicle(
    service: Served, caller: Dispatcher, act: Acting, vehicle_id: PathId,
    body: VehiclePlace | None = None, if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """It ends the rides on board; all others are given to other shuttles."""
    state = get_vehicle_day(service, caller, vehicle_id)
    place = _place(service, state, vehicle_id, body)
    command = WithdrawVehicle(vehicle_id, place, False, caller.subject)
    return await _submit(service, caller, act, state, vehicle_id, command, if_match)


@router.post(
    "/{vehicle_id}/breakdown", summary="A shuttle cannot go on", response_model=ManifestView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_VEHICLE),
)  # fmt: skip
async def break_down(
    service: Served, caller: Driver, act: Acting, vehicle_id: PathId,
    body: VehiclePlace | None = None, if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """Riders on board are picked up where it stands, by another shuttle."""
    state = get_vehicle_day(service, caller, vehicle_id)
    place = _place(service, state, vehicle_id, body)
    command = WithdrawVehicle(vehicle_id, place, True, caller.subject)
    return await _submit(service, caller, act, state, vehicle_id, command, if_match)


@router.post(
    "/{vehicle_id}/on", summary="Put a shuttle back into service", response_model=ManifestView,
    tags=["dispatcher"], responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_VEHICLE),
)  # fmt: skip
async def return_vehicle(
    service: Served, caller: Dispatcher, act: Acting, vehicle_id: PathId,
    body: VehiclePlace | None = None, if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """It takes work from now on, from where it stands."""
    state = get_vehicle_day(service, caller, vehicle_id)
    place = _place(service, state, vehicle_id, body)
    command = ReturnVehicle(vehicle_id, place, caller.subject)
    return await _submit(service, caller, act, state, vehicle_id, command, if_match)


@router.post(
    "/{vehicle_id}/preview", summary="Who would be hurt if a shuttle left or joined the service",
    response_model=PreviewView, tags=["dispatcher"],
    responses=refusals(*WITH_TOKEN, *_OF_A_VEHICLE, "out-of-area", "unknown-stop"),
)  # fmt: skip
async def preview_vehicle(
    service: Served, caller: Dispatcher, vehicle_id: PathId, body: DutyPreview
) -> Response:
    """Nothing is done. The ETag, as If-Match of the act, does it only if this still holds."""
    state = get_vehicle_day(service, caller, vehicle_id)
    place = _place(service, state, vehicle_id, VehiclePlace(place=body.place))
    if body.act == "on":
        command: Command = ReturnVehicle(vehicle_id, place, caller.subject)
    else:
        broken_down = body.act == "breakdown"
        command = WithdrawVehicle(vehicle_id, place, broken_down, caller.subject)
    return await preview_of(service, state, command)


async def _submit(
    service: Service, caller: Caller, act: Acting, state: DayState, vehicle_id: str,
    command: Command, if_match: str | None,
) -> Response:  # fmt: skip
    return await act_as_previewed(
        service,
        act,
        caller,
        state,
        command,
        lambda after: encode(service.views.manifest(after, vehicle_id)),
        if_match,
    )


def _place(service: Service, state: DayState, vehicle_id: str, body: VehiclePlace | None) -> int:
    """Where the vehicle stands: as said, as last reported, or as planned."""
    if body is not None and body.place is not None:
        return nearest_place(service, body.place)
    report = service.positions.find(vehicle_id)
    if report is not None:
        return service.stops.nearest_place(report.lon, report.lat)
    return state.plans[vehicle_id].place
