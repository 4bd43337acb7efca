"""The service itself: what it is, its zones, stops and roads, and what it refuses."""

from importlib.metadata import version
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.http.errors import Problem
from api.http.languages import LANGUAGES
from api.http.problems import PROBLEMS, ProblemType
from api.http.responses import SVG, GeoJSON, answer, page, refusals
from api.schemas.common import Cursor, Limit, Name, PathId
from api.schemas.service import (
    AreaView,
    Districts,
    FeatureCollection,
    HoursView,
    NearbyRequest,
    NearbyStops,
    ProblemTypes,
    ProblemTypeView,
    RulesView,
    ServiceView,
    StopsPage,
    StopView,
)
from api.service import Served, Service
from api.trips.places import StopKind
from api.views.sheet import stop_sheet
from routing.policy import ServicePolicy

router = APIRouter(prefix="/v1", tags=["service"])


@router.get("/service", summary="What this service is", response_model=ServiceView)
async def get_service(service: Served) -> Response:
    """The area, its rules, hours and fares, and the service's own time."""
    return answer(_service_view(service))


def _service_view(service: Service) -> ServiceView:
    area, policy = service.area, service.policies.on(service.time.today())
    return ServiceView(
        area=AreaView(
            area.area_id, Name(area.name_ko, area.name_en), area.centre, area.bbox,
            area.timezone.key,
        ),
        now=service.time.now(),
        speed=service.speed,
        demo=service.settings.demo,
        estimated=area.estimated,
        estimated_note=Name(area.note_ko, area.note_en),
        languages=LANGUAGES,
        hours=HoursView(_clock(policy.service_from), _clock(policy.service_until)),
        rules=_rules(policy),
        fares=dict(area.fares.amounts),
        currency=area.fares.currency,
        attribution=area.attribution,
        version=version("sokcho-transit"),
    )  # fmt: skip


def _rules(policy: ServicePolicy) -> RulesView:
    return RulesView(
        prebook_days=policy.prebook_days,
        min_notice_s=policy.min_notice_s,
        max_party=policy.max_party,
        max_wait_s=policy.max_wait_s,
        wait_s=policy.wait_s,
        walk_m=policy.walk_m,
        senior_walk_m=policy.senior_walk_m,
        offer_valid_s=policy.offer_valid_s,
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


@router.get(
    "/zones", summary="The living zones", response_model=FeatureCollection,
    response_class=GeoJSON,
)  # fmt: skip
async def get_zones(service: Served, request: Request) -> Response:
    """Zones as GeoJSON polygons, with their names."""
    return service.zones.respond(request)


@router.get("/roads", summary="The roads", response_model=FeatureCollection, response_class=GeoJSON)
async def get_roads(service: Served, request: Request) -> Response:
    """Roads as GeoJSON lines, for a map without any outside server."""
    return service.roads.respond(request)


@router.get(
    "/stops", summary="Stops of shuttles and buses", response_model=StopsPage,
    responses=refusals(),
)  # fmt: skip
async def list_stops(
    service: Served,
    q: Annotated[
        str, Query(max_length=80, description="Part of an id or of a name, in any language.")
    ] = "",
    kind: Annotated[StopKind | None, Query(description="Only stops of this kind.")] = None,
    cursor: Cursor = "",
    limit: Limit = 500,
) -> Response:
    """All stops, or those that a word finds."""
    found = service.stops.search(q, kind)
    stops, next_cursor = page(found, cursor, limit)
    return answer(StopsPage(stops, next_cursor), "public, max-age=300")


@router.post(
    "/stops", summary="Stops within a walk", response_model=NearbyStops,
    responses=refusals("out-of-area", "payload-too-large", "unsupported-media-type"),
)  # fmt: skip
async def list_nearby_stops(service: Served, body: NearbyRequest) -> Response:
    """Stops around a point, nearest first. The point is in no log."""
    lon, lat = body.position
    if not service.area.contains(lon, lat):
        raise Problem("out-of-area")
    found = service.stops.nearby(lon, lat, body.walk_m, body.kind, body.limit)
    return answer(NearbyStops(tuple(found)))


@router.get(
    "/stops/{stop_id}", summary="One stop", response_model=StopView,
    responses=refusals("unknown-stop"),
)  # fmt: skip
async def get_stop(service: Served, stop_id: PathId) -> Response:
    """A stop by its id."""
    stop = service.stops.find(stop_id)
    if stop is None:
        raise Problem("unknown-stop")
    return answer(stop, "public, max-age=300")


@router.get(
    "/stops/{stop_id}/sheet.svg", summary="A sheet to print for a stop", response_class=SVG,
    responses=refusals("unknown-stop"),
)  # fmt: skip
async def get_stop_sheet(service: Served, request: Request, stop_id: PathId) -> Response:
    """A page (A4) with the stop's name and the QR code that opens the booking from there."""
    stop = service.stops.find(stop_id)
    if stop is None:
        raise Problem("unknown-stop")
    base = service.settings.public_url or str(request.base_url)
    return SVG(stop_sheet(stop, f"{base.rstrip('/')}/s/{quote(stop_id, safe='')}"))


@router.get("/districts", summary="Districts by name", response_model=Districts)
async def list_districts(service: Served) -> Response:
    """Districts (legal dong) where shuttles call, for a search by the name of a neighbourhood."""
    return answer(Districts(service.stops.districts()), "public, max-age=300")


@router.get("/problems", summary="Everything that is refused", response_model=ProblemTypes)
async def list_problems() -> Response:
    """The problem types of RFC 9457 that this service answers with."""
    views = tuple(_problem_view(problem) for problem in PROBLEMS.values())
    return answer(ProblemTypes(views), "public, max-age=3600")


@router.get(
    "/problems/{code}", summary="One problem type", response_model=ProblemTypeView,
    responses=refusals("not-found"),
)  # fmt: skip
async def get_problem(code: PathId) -> Response:
    """What a problem type means, and what to do next."""
    problem = PROBLEMS.get(code)
    if problem is None:
        raise Problem("not-found")
    return answer(_problem_view(problem), "public, max-age=3600")


def _problem_view(problem: ProblemType) -> ProblemTypeView:
    title, advice = Name(*problem.title), Name(*problem.advice)
    return ProblemTypeView(problem.uri, problem.code, problem.status, title, advice)
