"""What a control room does to many at once: closures, suspensions, rosters, rules, broadcasts."""

import datetime as dt

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Analyst, Caller, Dispatcher
from api.http.errors import Problem
from api.http.responses import WITH_KEY, WITH_TOKEN, answer, encode, links, refusals
from api.live.acting import Act, Acting, IfMatch
from api.routers.control import ServiceDate, get_day
from api.routers.previews import act_as_previewed, preview_of
from api.schemas.common import PathId
from api.schemas.room import (
    BroadcastRequest,
    BroadcastView,
    ClosureRequest,
    Closures,
    Duties,
    DutyRequest,
    DutyView,
    PeriodRequest,
    Policies,
    PolicyRequest,
    PreviewView,
    SuspensionRequest,
    Suspensions,
)
from api.service import Served, Service
from api.views.room import (
    show_closures,
    show_duties,
    show_duty,
    show_policies,
    show_suspensions,
)
from routing.dispatch.commands import (
    Broadcast,
    ChangePolicy,
    CloseRoads,
    ReopenRoads,
    ResumeService,
    SetRoster,
    SuspendService,
)
from routing.dispatch.rejections import RejectReason
from routing.dispatch.state import DayState
from routing.dispatch.values import Audience, Closure, Driving, Suspension
from routing.errors import AreaError

router = APIRouter(prefix="/v1", tags=["dispatcher"])

#: To the end of a service day: later than any shift.
_END_OF_DAY = 30 * 3600
_OF_A_PERIOD = ("in-the-past", "too-far-ahead", "day-not-open", "stale-version", "wrong-state")


async def _open_day(service: Service, date: str | None) -> DayState:
    """A day that can still be changed, opened if need be; today without a date."""
    if date is None:
        return get_day(service, None)
    await service.loop.open_day(date)
    return get_day(service, date)


async def _period(service: Service, body: PeriodRequest) -> tuple[DayState, int, int]:
    """The day of a period, its beginning and its end."""
    begin = body.from_at or service.time.now()
    if service.time.days_ahead(begin) < 0:
        raise Problem(RejectReason.IN_THE_PAST)
    if service.time.days_ahead(begin) > service.policies.on(service.time.today()).prebook_days:
        raise Problem(RejectReason.TOO_FAR_AHEAD)
    state = await _open_day(service, service.time.service_date(begin))
    date = state.service_date
    end = _END_OF_DAY if body.until_at is None else service.time.seconds(date, body.until_at)
    return state, service.time.seconds(date, begin), min(end, _END_OF_DAY)


# --- closures ---


@router.get(
    "/closures", summary="Closed roads", response_model=Closures,
    responses=refusals(*WITH_TOKEN, "day-not-open"),
)  # fmt: skip
async def list_closures(service: Served, caller: Analyst, date: ServiceDate = None) -> Response:
    """Closures of a day, those that are over included."""
    return answer(show_closures(service, get_day(service, date)))


async def _close(
    service: Service, caller: Caller, body: ClosureRequest, closure_id: str
) -> tuple[DayState, CloseRoads]:
    if service.area.network is None:
        raise Problem("no-roads")
    state, begin, end = await _period(service, body)
    return state, CloseRoads(
        Closure(closure_id, body.ring, begin, end, body.reason), caller.subject
    )


@router.post(
    "/closures/preview", summary="Who would be hurt by a closure", response_model=PreviewView,
    responses=refusals(*WITH_TOKEN, *_OF_A_PERIOD, "no-roads"),
)  # fmt: skip
async def preview_closure(service: Served, caller: Dispatcher, body: ClosureRequest) -> Response:
    """Nothing is done. The ETag, as If-Match of the closure, does it only if this still holds."""
    return await preview_of(service, *await _close(service, caller, body, "preview"))


@router.post(
    "/closures", summary="Close roads", status_code=201, response_model=Closures,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_PERIOD, "no-roads")
    | links(201, "closure_id", "/closures/0/closure_id", "reopen_roads"),
)  # fmt: skip
async def close_roads(
    service: Served, caller: Dispatcher, act: Acting, body: ClosureRequest,
    if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """Shuttles go around; who would be late is given to others, and told."""
    closure_id = f"c{service.offers.booking_id(caller.subject, act.key)[1:]}"
    state, command = await _close(service, caller, body, closure_id)
    return await act_as_previewed(
        service, act, caller, state, command,
        lambda after: encode(show_closures(service, after)), if_match, status=201,
    )  # fmt: skip


@router.post(
    "/closures/{closure_id}/reopen", summary="Lift a closure", response_model=Closures,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, "unknown-closure", "day-not-open"),
)  # fmt: skip
async def reopen_roads(
    service: Served, caller: Dispatcher, act: Acting, closure_id: PathId, date: ServiceDate = None
) -> Response:
    """Times are again what they were, and who lost their shuttle is looked after."""
    state = get_day(service, date)
    command = ReopenRoads(closure_id, caller.subject)
    return await act_as_previewed(
        service, act, caller, state, command,
        lambda after: encode(show_closures(service, after)), None,
    )  # fmt: skip


# --- suspensions ---


@router.get(
    "/suspensions", summary="Times without service", response_model=Suspensions,
    responses=refusals(*WITH_TOKEN, "day-not-open"),
)  # fmt: skip
async def list_suspensions(service: Served, caller: Analyst, date: ServiceDate = None) -> Response:
    """Suspensions of a day, those that are over included."""
    return answer(show_suspensions(service, get_day(service, date)))


async def _suspend(
    service: Service, caller: Caller, body: SuspensionRequest, suspension_id: str
) -> tuple[DayState, SuspendService]:
    state, begin, end = await _period(service, body)
    places = _places(service, body.zone_id)
    suspension = Suspension(suspension_id, places, begin, end, body.reason, body.zone_id)
    return state, SuspendService(suspension, caller.subject)


def _places(service: Service, zone_id: str | None) -> tuple[int, ...]:
    """Stops of a zone; of none, nothing, which means everywhere."""
    if zone_id is None:
        return ()
    stops = service.area.places.list_virtual_stops()
    found = tuple(k for k, place in enumerate(stops) if place.zone_id == zone_id)
    if not found:
        raise Problem("unknown-zone")
    return found


@router.post(
    "/suspensions/preview", summary="Who would lose their ride", response_model=PreviewView,
    responses=refusals(*WITH_TOKEN, *_OF_A_PERIOD, "unknown-zone"),
)  # fmt: skip
async def preview_suspension(
    service: Served, caller: Dispatcher, body: SuspensionRequest
) -> Response:
    """Nothing is done. The ETag, as If-Match, does it only if this still holds."""
    return await preview_of(service, *await _suspend(service, caller, body, "preview"))


@router.post(
    "/suspensions", summary="Suspend or shorten the service", status_code=201,
    response_model=Suspensions,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, *_OF_A_PERIOD, "unknown-zone")
    | links(201, "suspension_id", "/suspensions/0/suspension_id", "resume_service"),
)  # fmt: skip
async def suspend_service(
    service: Served, caller: Dispatcher, act: Acting, body: SuspensionRequest,
    if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """Who is on the way arrives; rides that would begin meanwhile are cancelled, and told."""
    suspension_id = f"s{service.offers.booking_id(caller.subject, act.key)[1:]}"
    state, command = await _suspend(service, caller, body, suspension_id)
    return await act_as_previewed(
        service, act, caller, state, command,
        lambda after: encode(show_suspensions(service, after)), if_match, status=201,
    )  # fmt: skip


@router.post(
    "/suspensions/{suspension_id}/resume", summary="Resume the service",
    response_model=Suspensions,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, "unknown-suspension", "day-not-open"),
)  # fmt: skip
async def resume_service(
    service: Served, caller: Dispatcher, act: Acting, suspension_id: PathId,
    date: ServiceDate = None,
) -> Response:  # fmt: skip
    """Rides can be booked again; those that were cancelled can be undone one by one."""
    day = get_day(service, date).service_date
    command = ResumeService(suspension_id, caller.subject)
    return await act.submit(
        caller, day, command, lambda after: encode(show_suspensions(service, after))
    )


# --- rosters ---


@router.get(
    "/duties", summary="The roster of a day", response_model=Duties,
    responses=refusals(*WITH_TOKEN, "day-not-open", "store-unavailable"),
)  # fmt: skip
async def list_duties(service: Served, caller: Analyst, date: ServiceDate = None) -> Response:
    """Which shuttle is on duty when, and who drives it."""
    return answer(show_duties(service, get_day(service, date)))


async def _roster(
    service: Service, caller: Caller, vehicle_id: str, body: DutyRequest
) -> tuple[DayState, SetRoster]:
    date = service.time.service_date(body.shift_from)
    if service.time.days_ahead(body.shift_from) < 0:
        raise Problem(RejectReason.IN_THE_PAST)
    state = await _open_day(service, date)
    drivers = tuple(
        Driving(
            span.driver,
            service.time.seconds(date, span.from_at),
            service.time.seconds(date, span.until_at),
        )
        for span in body.drivers
    )
    begin, end = (service.time.seconds(date, at) for at in (body.shift_from, body.shift_until))
    return state, SetRoster(vehicle_id, begin, end, drivers, caller.subject)


@router.post(
    "/duties/{vehicle_id}/preview", summary="Who would be hurt by another shift",
    response_model=PreviewView,
    responses=refusals(*WITH_TOKEN, *_OF_A_PERIOD, "roster-conflict", "unknown-vehicle"),
)  # fmt: skip
async def preview_duty(
    service: Served, caller: Dispatcher, vehicle_id: PathId, body: DutyRequest
) -> Response:
    """Nothing is done. The ETag, as If-Match, does it only if this still holds."""
    return await preview_of(service, *await _roster(service, caller, vehicle_id, body))


@router.post(
    "/duties/{vehicle_id}", summary="Set a shuttle's shift and drivers", response_model=DutyView,
    responses=refusals(
        *WITH_TOKEN, *WITH_KEY, *_OF_A_PERIOD, "roster-conflict", "unknown-vehicle"
    ),
)  # fmt: skip
async def set_duty(
    service: Served, caller: Dispatcher, act: Acting, vehicle_id: PathId, body: DutyRequest,
    if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """On the day that the shift begins; rides outside of it go to other shuttles."""
    state, command = await _roster(service, caller, vehicle_id, body)
    return await act_as_previewed(
        service, act, caller, state, command,
        lambda after: encode(show_duty(service, after, vehicle_id)), if_match,
    )  # fmt: skip


# --- rules ---


@router.get(
    "/policies", summary="The operator's rules", response_model=Policies,
    responses=refusals(*WITH_TOKEN),
)  # fmt: skip
async def list_policies(service: Served, caller: Analyst) -> Response:
    """The rules that hold today, and all changes by the date they hold from."""
    return answer(show_policies(service))


@router.post(
    "/policies", summary="Change rules from a day on", status_code=201, response_model=Policies,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, "invalid-policy", "in-the-past"),
)  # fmt: skip
async def change_policies(
    service: Served, caller: Dispatcher, act: Acting, body: PolicyRequest
) -> Response:
    """At once where the day goes on already; what was promised stays promised."""
    effective, today = body.effective_date.isoformat(), service.time.today()
    if body.effective_date < dt.date.fromisoformat(today):
        raise Problem(RejectReason.IN_THE_PAST)
    try:
        await service.policies.change(effective, body.changes, caller.subject)
    except AreaError as error:
        raise Problem("invalid-policy", {"cause": str(error)}) from None
    await _tell_days(service, caller, effective)
    day = get_day(service, None).service_date
    command = ChangePolicy(service.policies.on(day), caller.subject)
    return await act.submit(
        caller, day, command, lambda _: encode(show_policies(service)), status=201
    )


async def _tell_days(service: Service, caller: Caller, effective: str) -> None:
    """Let the days that are open already go on by the rules of their date."""
    for date in service.loop.list_dates():
        if date >= max(effective, service.time.today()):
            command = ChangePolicy(service.policies.on(date), caller.subject)
            await service.loop.network_for(date, command)
            await service.loop.submit(date, command)


# --- broadcasts ---


@router.post(
    "/broadcasts", summary="Tell riders something", status_code=201, response_model=BroadcastView,
    responses=refusals(
        *WITH_TOKEN, *WITH_KEY, "unknown-zone", "unknown-vehicle", "day-not-open"
    ),
)  # fmt: skip
async def send_broadcast(
    service: Served, caller: Dispatcher, act: Acting, body: BroadcastRequest
) -> Response:
    """To everybody with a ride of today to come, or to those of a zone or a shuttle."""
    state = get_day(service, None)
    broadcast_id = f"m{service.offers.booking_id(caller.subject, act.key)[1:]}"
    audience = Audience(body.zone_id, _places(service, body.zone_id), body.vehicle_id)
    command = Broadcast(broadcast_id, audience, body.text_ko, body.text_en, caller.subject)
    return await _broadcast(act, caller, state, command)


async def _broadcast(act: Act, caller: Caller, state: DayState, command: Broadcast) -> Response:
    def render(after: DayState) -> bytes:
        told = after.broadcasts.get(command.broadcast_id, 0)
        return encode(BroadcastView(command.broadcast_id, told))

    return await act.submit(caller, state.service_date, command, render, status=201)
