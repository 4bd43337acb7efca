"""What machines ask: is it alive, is it ready, how is it doing."""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from api.http.errors import Problem
from api.http.responses import answer, refusals
from api.schemas.control import Health
from api.service import Served
from routing.dispatch.lifecycle import BookingState

router = APIRouter(tags=["machines"])


@router.get("/healthz", summary="Is the process alive", response_model=Health)
async def get_health() -> Response:
    """Answers as long as the process does."""
    return answer(Health("alive"))


@router.get(
    "/readyz", summary="Is it ready for work", response_model=Health,
    responses=refusals("not-ready", "store-unavailable"),
)  # fmt: skip
async def get_readiness(service: Served) -> Response:
    """Ready means: the store answers, and the loop takes commands."""
    await service.store.ping()
    if not service.loop.ready:
        raise Problem("not-ready")
    return answer(Health("ready"))


@router.get(
    "/metrics", summary="Counters in the Prometheus format", response_class=PlainTextResponse
)
async def get_metrics(service: Served) -> Response:
    """No id, name or place is among them."""
    today = service.loop.committed(service.time.today())
    for state in BookingState:
        n = sum(booking.state is state for booking in today.bookings.values())
        service.metrics.bookings.labels(state.value).set(n)
    service.metrics.version.set(today.version)
    return PlainTextResponse(service.metrics.text(), headers={"Cache-Control": "no-store"})


@router.get(
    "/v1/gtfs.zip", summary="The bus timetable as a GTFS feed", response_class=Response,
    responses=refusals("not-found")
    | {200: {"description": "A GTFS feed.", "content": {"application/zip": {}}}},
)  # fmt: skip
async def get_feed(service: Served, request: Request) -> Response:
    """The feed that journeys are computed from; what is estimated in it says so."""
    if service.feed is None:
        raise Problem("not-found")
    return service.feed.respond(request)
