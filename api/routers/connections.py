"""Connections between shuttles and buses: which are held, and what is reported of the buses."""

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Analyst, Driver, Role
from api.http.errors import Problem
from api.http.responses import WITH_KEY, WITH_TOKEN, answer, encode, refusals
from api.live.acting import Acting
from api.routers.control import ServiceDate
from api.schemas.connections import Connections, TripReport
from api.service import Served, Service
from api.views.connections import list_connections
from routing.dispatch.commands import ReportTrip
from routing.dispatch.rejections import RejectReason
from routing.dispatch.state import DayState

router = APIRouter(prefix="/v1", tags=["dispatcher"])


@router.get(
    "/connections", summary="Rides that hang on a bus", response_model=Connections,
    responses=refusals(*WITH_TOKEN, "day-not-open"),
)  # fmt: skip
async def get_connections(service: Served, caller: Analyst, date: ServiceDate = None) -> Response:
    """Those still to come; first what is at risk or does not run."""
    return answer(_shown(service, _get_day(service, date)))


@router.post(
    "/trip-reports", summary="Report a bus early, late or cancelled", response_model=Connections,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, "day-not-open"),
)  # fmt: skip
async def report_trip(service: Served, caller: Driver, act: Acting, body: TripReport) -> Response:
    """Rides that hang on the trip follow it where a plan can; riders and drivers are told.

    What cannot be held is recorded as a breach. A feed of real-time data does the same by itself.
    """
    state = _get_day(service, body.service_date)
    time, date = service.time, state.service_date
    command = ReportTrip(
        body.trip_id,
        body.stop_id,
        None if body.expected_at is None else time.seconds(date, body.expected_at),
        "driver" if caller.role is Role.DRIVER else "dispatcher",
    )
    return await act.submit(caller, date, command, lambda after: encode(_shown(service, after)))


def _shown(service: Service, state: DayState) -> Connections:
    return list_connections(service.views, state)


def _get_day(service: Service, date: str | None) -> DayState:
    state = service.loop.committed(date or service.time.today())
    if not state.is_open:
        raise Problem(RejectReason.DAY_NOT_OPEN)
    return state
