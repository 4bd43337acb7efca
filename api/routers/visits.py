"""What drivers do at a visit: arrive, board, no-show, alight, complete, and call a rider."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Caller, Driver
from api.http.errors import Problem, rejection
from api.http.responses import WITH_KEY, WITH_TOKEN, encode, refusals
from api.live.acting import Act, Acting
from api.routers.vehicles import seconds_of
from api.schemas.common import PathId
from api.schemas.vehicles import BoardAct, ContactAct, ManifestView, VisitAct
from api.service import Served, Service
from api.trips.fares import fare_of
from routing.dispatch.commands import (
    AlightRider,
    ArriveVisit,
    BoardRider,
    Command,
    FinishBreak,
    MissRider,
    RecordContact,
)
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import Actor
from routing.dispatch.visits import find_visit
from routing.drt.model import VisitKind

router = APIRouter(prefix="/v1/visits/{visit_id}", tags=["driver"])

_CODES_OF_A_VISIT = (
    *WITH_TOKEN, *WITH_KEY, "unknown-visit", "unknown-vehicle", "wrong-state", "not-next",
    "not-at-stop", "riders-pending", "too-early", "contact-first",
)  # fmt: skip
_OF_A_VISIT = refusals(*_CODES_OF_A_VISIT)


@dataclass(frozen=True, slots=True)
class _Visited:
    """A visit as its id names it: the day, the vehicle, and the booking if it has one."""

    visit_id: str
    state: DayState
    vehicle_id: str
    booking: Booking | None


def _find(service: Service, caller: Caller, visit_id: str) -> _Visited:
    booking_id = visit_id.rpartition(".")[0]
    found = service.loop.find_booking(booking_id)
    if found is not None:
        state, booking = service.loop.committed(found[0]), found[1]
        vehicle_id = booking.vehicle_id
    else:
        state, booking = service.loop.committed(service.time.today()), None
        vehicle_id = _find_vehicle(state, visit_id)
    if vehicle_id is None or not caller.drives(vehicle_id):
        # Another driver's visit is not even said to exist.
        raise Problem(RejectReason.UNKNOWN_VISIT)
    return _Visited(visit_id, state, vehicle_id, booking)


def _find_vehicle(state: DayState, visit_id: str) -> str | None:
    for vehicle_id, plan in state.plans.items():
        if find_visit(plan.visits, vehicle_id, visit_id) is not None:
            return str(vehicle_id)
    return None


async def _submit(
    service: Service, caller: Caller, act: Act, visited: _Visited, command: Command
) -> Response:
    def refuse(rejected: Rejected) -> Problem:
        if rejected.reason is RejectReason.UNKNOWN_VISIT and visited.booking is not None:
            # It was a visit, and has been dealt with.
            return Problem(RejectReason.WRONG_STATE, {"state": visited.booking.state.value})
        at = rejected.alternative_time
        if at is None:
            return rejection(rejected)
        return rejection(rejected, {"possible_at": service.time.at(visited.state.service_date, at)})

    return await act.submit(
        caller,
        visited.state.service_date,
        command,
        lambda state: encode(service.views.manifest(state, visited.vehicle_id)),
        refuse=refuse,
    )


async def _act_at(
    service: Service,
    caller: Caller,
    act: Act,
    visit_id: str,
    body: VisitAct | None,
    command: Callable[[str, str, int | None], Command],
) -> Response:
    visited = _find(service, caller, visit_id)
    at = seconds_of(service, visited.state, body.at if body is not None else None)
    return await _submit(service, caller, act, visited, command(visited.vehicle_id, visit_id, at))


_ROUTE: dict[str, Any] = {"response_model": ManifestView, "responses": _OF_A_VISIT}


@router.post("/arrive", summary="The shuttle is at the stop", **_ROUTE)
async def arrive(
    service: Served, caller: Driver, act: Acting, visit_id: PathId, body: VisitAct | None = None
) -> Response:
    """It counts for all visits that follow at the same stop."""
    return await _act_at(service, caller, act, visit_id, body, ArriveVisit)


@router.post(
    "/board", summary="The party is on board", response_model=ManifestView,
    responses=refusals(*_CODES_OF_A_VISIT, "wrong-boarding-code", "party-too-large",
                       "party-mismatch"),
)  # fmt: skip
async def board(
    service: Served, caller: Driver, act: Acting, visit_id: PathId, body: BoardAct | None = None
) -> Response:
    """At a pickup where the shuttle stands: all of the party, or those of it who came."""
    visited = _find(service, caller, visit_id)
    body = body or BoardAct(at=None, code=None, party=None)
    booking_id = visited.booking.booking_id if visited.booking is not None else ""
    if body.code is not None and not service.codes.is_right(booking_id, body.code):
        raise Problem("wrong-boarding-code")
    party = body.party.party() if body.party is not None else None
    command = BoardRider(
        visited.vehicle_id,
        visit_id,
        seconds_of(service, visited.state, body.at),
        body.code is not None,
        party,
        fare_of(service.area.fares, party) if party is not None else 0,
    )
    return await _submit(service, caller, act, visited, command)


@router.post("/alight", summary="The party has left the shuttle", **_ROUTE)
async def alight(
    service: Served, caller: Driver, act: Acting, visit_id: PathId, body: VisitAct | None = None
) -> Response:
    """At a drop-off where the shuttle stands; the ride is completed."""
    return await _act_at(service, caller, act, visit_id, body, AlightRider)


@router.post("/complete", summary="The visit is done", **_ROUTE)
async def complete(
    service: Served, caller: Driver, act: Acting, visit_id: PathId, body: VisitAct | None = None
) -> Response:
    """Ends a break; of a pickup it means boarded, of a drop-off alighted."""
    visited = _find(service, caller, visit_id)
    plan = visited.state.plans[visited.vehicle_id]
    position = find_visit(plan.visits, visited.vehicle_id, visit_id)
    kind = VisitKind.BREAK if position is None else plan.visits[position].kind
    return await _act_at(service, caller, act, visit_id, body, _COMPLETE[kind])


_COMPLETE: dict[VisitKind, Callable[[str, str, int | None], Command]] = {
    VisitKind.PICKUP: BoardRider,
    VisitKind.DROPOFF: AlightRider,
    VisitKind.BREAK: FinishBreak,
}


@router.post("/no-show", summary="Nobody came", **_ROUTE)
async def record_no_show(
    service: Served, caller: Driver, act: Acting, visit_id: PathId, body: VisitAct | None = None
) -> Response:
    """Only after the promised wait, at the stop, and when reaching the rider was tried."""
    return await _act_at(service, caller, act, visit_id, body, MissRider)


@router.post("/contact", summary="Reaching the rider was tried", **_ROUTE)
async def record_contact(
    service: Served, caller: Driver, act: Acting, visit_id: PathId, body: ContactAct
) -> Response:
    """By push, message or call; no number is needed or kept."""
    visited = _find(service, caller, visit_id)
    if visited.booking is None:
        raise Problem(RejectReason.UNKNOWN_VISIT)
    by = Actor.OPERATOR if caller.sees_all else Actor.DRIVER
    at = seconds_of(service, visited.state, body.at)
    command = RecordContact(visited.booking.booking_id, by, body.means, at)
    return await _submit(service, caller, act, visited, command)
