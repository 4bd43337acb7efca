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
from api.routers.previews import gist_of, preview_of
from api.schemas.bookings import BookingView
from api.schemas.common import Cursor, LastEventId, Limit, PathId
from api.schemas.control import Alerts, AuditLog, KpisView
from api.schemas.room import MovePreview, PreviewView
from api.schemas.vehicles import LockRequest, MoveRequest, PlanView
from api.service import Served, Service
from api.views.audit import as_csv, audited
from api.views.desk import desk_messages
from api.views.follow import day_messages
from api.views.kpis import figures
from api.views.room import show_alerts
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


def get_day(service: Service, date: str | None) -> DayState:
    """Return a day that is open, today without a date; raises `Problem` if it is not."""
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
    return versioned(request, service.views.plan(get_day(service, date)))


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
    "/assignments/preview", summary="Who would be hurt by a move, and by how much",
    response_model=PreviewView, responses=refusals(*WITH_TOKEN, *_OF_AN_ASSIGNMENT),
)  # fmt: skip
async def preview_assignment(service: Served, caller: Dispatcher, body: MovePreview) -> Response:
    """Nothing is done. The ETag, as If-Match of the move, does it only if this still holds."""
    state, _ = get_owned(service, caller, body.booking_id)
    return await preview_of(
        service, state, MoveRide(body.booking_id, body.vehicle_id, caller.subject)
    )


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
        *await gist_of(service, state, command, if_match),
    )
    return await act.submit(caller, state.service_date, command, render)


@router.get(
    "/kpis", summary="Figures of a day", response_model=KpisView,
    responses=refusals(*WITH_TOKEN, "day-not-open"),
)  # fmt: skip
async def get_kpis(service: Served, caller: Analyst, date: ServiceDate = None) -> Response:
    """Counted against the promises as they were first made; refusals since the start."""
    return answer(figures(get_day(service, date), service.metrics.refusals()))


@router.get(
    "/alerts", summary="What to look at now", response_model=Alerts,
    responses=refusals(*WITH_TOKEN),
)  # fmt: skip
async def list_alerts(service: Served, caller: Analyst) -> Response:
    """Late, silent, astray, unmatched, at risk: most urgent first."""
    return answer(show_alerts(service))


Actor = Annotated[str, Query(max_length=64, description="Part of who did it.")]
Kind = Annotated[str, Query(max_length=40, description="Event type.")]
SubjectId = Annotated[str, Query(max_length=64, description="A booking or a vehicle.")]


@router.get(
    "/audit-log", summary="The log of a day", response_model=AuditLog,
    responses=refusals(*WITH_TOKEN, "day-not-open", "store-unavailable"),
)  # fmt: skip
async def get_audit_log(
    service: Served, caller: Dispatcher, date: ServiceDate = None, cursor: Cursor = "",
    limit: Limit = 100, actor: Actor = "", kind: Kind = "", subject_id: SubjectId = "",
) -> Response:  # fmt: skip
    """Who did what when, commit by commit, oldest first; riders are not named in it.

    A page is of `limit` commits, of which a filter may let none through.
    """
    state = get_day(service, date)
    day = state.service_date
    logged = await service.store.read_events(day, int(cursor or 0), limit)
    found = audited(service, day, logged, actor=actor, kind=kind, subject_id=subject_id)
    last = logged[-1].version if logged else state.version
    return answer(AuditLog(day, tuple(found), str(last) if last < state.version else None))


@router.get(
    "/audit-log.csv", summary="The log of a day, for a spreadsheet",
    responses=refusals(*WITH_TOKEN, "day-not-open", "store-unavailable")
    | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A table."}},
)  # fmt: skip
async def export_audit_log(
    service: Served, caller: Dispatcher, date: ServiceDate = None, actor: Actor = "",
    kind: Kind = "", subject_id: SubjectId = "",
) -> Response:  # fmt: skip
    """As the log, all of the day in one table."""
    day = get_day(service, date).service_date
    logged, after = [], 0
    while page := await service.store.read_events(day, after):
        logged += page
        after = page[-1].version
    found = audited(service, day, logged, actor=actor, kind=kind, subject_id=subject_id)
    headers = {
        "Content-Disposition": f'attachment; filename="audit-{day}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(as_csv(found), 200, headers, "text/csv; charset=utf-8")


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


@router.get(
    "/desk/events", summary="Follow the control room", tags=["machines"],
    responses=refusals(*WITH_TOKEN, "day-not-open") | event_stream(),
)  # fmt: skip
async def follow_desk(service: Served, caller: Analyst) -> Response:
    """All of today at first (`day`, `manifest`, `booking`, `places`, `alerts`, `kpis`, `ready`).

    Then whatever changes, as it is from then on: a client that was cut off asks again and has
    lost nothing.
    """
    return stream(desk_messages(service), service.metrics.streams)
