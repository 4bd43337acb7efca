"""The control room: plan, assignments, figures, and the log that can be audited."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.auth import Analyst, Caller, Dispatcher
from api.http.errors import Problem
from api.http.responses import (
    WITH_KEY,
    WITH_TOKEN,
    answer,
    encode,
    event_stream,
    refusals,
    versioned,
)
from api.http.sse import stream
from api.live.acting import Act, Acting, IfMatch, check_version
from api.routers.bookings import get_owned, show_booking
from api.schemas.bookings import BookingView
from api.schemas.common import Cursor, LastEventId, Limit, PathId
from api.schemas.control import AuditLog, KpisView
from api.schemas.vehicles import LockRequest, MoveRequest, PlanView
from api.service import Served, Service
from api.views.follow import audit_entry, day_messages
from api.views.kpis import figures
from routing.dispatch.commands import LockAssignment, MoveRide, UnlockAssignment
from routing.dispatch.rejections import RejectReason
from routing.dispatch.state import DayState

router = APIRouter(prefix="/v1", tags=["dispatcher"])

ServiceDate = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}-\d\d-\d\d$",
        description="Service date; today without it.",
        examples=["2026-11-23"],
    ),
]
_OF_AN_ASSIGNMENT = (
    "unknown-booking", "unknown-vehicle", "wrong-state", "locked", "no-room", "plan-invalid",
    "stale-version",
)  # fmt: skip


def _get_day(service: Service, date: str | None) -> DayState:
    state = service.loop.committed(date or service.time.today())
    if not state.is_open:
        raise Problem(RejectReason.DAY_NOT_OPEN)
    return state


@router.get(
    "/plan", summary="The plan of the fleet", response_model=PlanView,
    responses=refusals(*WITH_TOKEN, "day-not-open"),
)  # fmt: skip
async def get_plan(
    service: Served, caller: Analyst, request: Request, date: ServiceDate = None
) -> Response:
    """Every vehicle's visits with their times, and bookings that are on no vehicle."""
    return versioned(request, service.views.plan(_get_day(service, date)))


@router.post(
    "/assignments/{booking_id}/move", summary="Give a booking to another shuttle",
    response_model=BookingView, responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_AN_ASSIGNMENT),
)  # fmt: skip
async def move_assignment(
    service: Served, caller: Dispatcher, act: Acting, booking_id: PathId, body: MoveRequest,
    if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """Within what the rider was promised; If-Match is an ETag of the booking or of the plan."""
    command = MoveRide(booking_id, body.vehicle_id, caller.subject)
    return await _assign(service, caller, act, command, if_match)


@router.post(
    "/assignments/{booking_id}/lock", summary="Keep a booking on its shuttle",
    response_model=BookingView, responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_AN_ASSIGNMENT),
)  # fmt: skip
async def lock_assignment(
    service: Served, caller: Dispatcher, act: Acting, booking_id: PathId,
    body: LockRequest | None = None, if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """No re-plan moves it until it is unlocked."""
    command = LockAssignment(booking_id, caller.subject, body.note if body else "")
    return await _assign(service, caller, act, command, if_match)


@router.post(
    "/assignments/{booking_id}/unlock", summary="Let re-plans move a booking again",
    response_model=BookingView, responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_AN_ASSIGNMENT),
)  # fmt: skip
async def unlock_assignment(
    service: Served, caller: Dispatcher, act: Acting, booking_id: PathId,
    if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """The opposite of lock."""
    command = UnlockAssignment(booking_id, caller.subject)
    return await _assign(service, caller, act, command, if_match)


async def _assign(
    service: Service,
    caller: Caller,
    act: Act,
    command: MoveRide | LockAssignment | UnlockAssignment,
    if_match: str | None,
) -> Response:
    state, _ = get_owned(service, caller, command.booking_id)
    render = show_booking(service, command.booking_id)
    await check_version(
        service,
        act,
        caller,
        if_match,
        lambda: render(state),
        lambda: encode(service.views.plan(state)),
    )
    return await act.submit(caller, state.service_date, command, render)


@router.get(
    "/kpis", summary="Figures of a day", response_model=KpisView,
    responses=refusals(*WITH_TOKEN, "day-not-open"),
)  # fmt: skip
async def get_kpis(service: Served, caller: Analyst, date: ServiceDate = None) -> Response:
    """Counted against the promises as they were first made; refusals since the start."""
    return answer(figures(_get_day(service, date), service.metrics.refusals()))


@router.get(
    "/audit-log", summary="The log of a day", response_model=AuditLog,
    responses=refusals(*WITH_TOKEN, "day-not-open", "store-unavailable"),
)  # fmt: skip
async def get_audit_log(
    service: Served, caller: Dispatcher, date: ServiceDate = None, cursor: Cursor = "",
    limit: Limit = 100,
) -> Response:  # fmt: skip
    """Everything that happened, commit by commit, oldest first; nobody is named in it."""
    state = _get_day(service, date)
    day = state.service_date
    logged = await service.store.read_events(day, int(cursor or 0), limit)
    entries = tuple(
        audit_entry(service, day, commit.version, event)
        for commit in logged
        for event in commit.events
    )
    last = logged[-1].version if logged else state.version
    return answer(AuditLog(day, entries, str(last) if last < state.version else None))


@router.get(
    "/events", summary="Follow the whole service", tags=["machines"],
    responses=refusals(*WITH_TOKEN, "store-unavailable") | event_stream(),
)  # fmt: skip
async def follow_day(
    service: Served, caller: Analyst, last_event_id: LastEventId = None
) -> Response:
    """Every event as it is committed; with Last-Event-ID first those that were missed."""
    messages = day_messages(service, service.time.today(), last_event_id)
    return stream(messages, service.metrics.streams)
