"""What drivers reported, for the control room."""

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Dispatcher
from api.http.errors import Problem
from api.http.responses import WITH_KEY, WITH_TOKEN, answer, encode, refusals
from api.live.acting import Acting
from api.schemas.common import PathId
from api.schemas.vehicles import IncidentsView, IncidentView
from api.service import Served
from routing.dispatch.commands import CloseIncident
from routing.dispatch.rejections import RejectReason

router = APIRouter(prefix="/v1/incidents", tags=["dispatcher"])


@router.get(
    "", summary="Incidents of today", response_model=IncidentsView, responses=refusals(*WITH_TOKEN)
)
async def list_incidents(service: Served, caller: Dispatcher) -> Response:
    """Open and closed ones, latest first."""
    state = service.loop.committed(service.time.today())
    latest = sorted(state.incidents.values(), key=lambda each: each.known_time, reverse=True)
    found = tuple(service.views.incident(state.service_date, each) for each in latest)
    return answer(IncidentsView(state.service_date, found))


@router.post(
    "/{incident_id}/close", summary="An incident has been dealt with", response_model=IncidentView,
    responses=refusals(*WITH_TOKEN, *WITH_KEY, "unknown-incident", "wrong-state"),
)  # fmt: skip
async def close_incident(
    service: Served, caller: Dispatcher, act: Acting, incident_id: PathId
) -> Response:
    """It leaves the list of alerts, and stays on the record."""
    state = service.loop.committed(service.time.today())
    if incident_id not in state.incidents:
        raise Problem(RejectReason.UNKNOWN_INCIDENT)
    return await act.submit(
        caller,
        state.service_date,
        CloseIncident(incident_id, caller.subject),
        lambda after: encode(
            service.views.incident(after.service_date, after.incidents[incident_id])
        ),
    )
