"""Reports for planners: what there is, having one made, and reading it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.auth import Analyst
from api.http.errors import Problem
from api.http.responses import WITH_TOKEN, encode, refusals
from api.reports.keeper import ReportName, Reports
from api.schemas.reports import Fleet, ReportList, ReportRequest, ReportView
from api.service import Served

router = APIRouter(prefix="/v1", tags=["planner"])

_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "geojson": "application/geo+json",
    "svg": "image/svg+xml",
}
_TYPES = [media.split(";")[0] for media in _MEDIA.values()]
_ANY: dict[str, str] = {}
Form = Annotated[Literal["csv", "md", "geojson", "svg"], Query(description="How to read it.")]
Day = Annotated[str, Query(pattern=r"^\d{4}-\d\d-\d\d$", examples=["2026-11-23"])]


@router.get(
    "/reports", summary="Reports that there are", response_model=ReportList,
    responses=refusals(*WITH_TOKEN),
)  # fmt: skip
async def list_reports(service: Served, caller: Analyst) -> Response:
    """Those that can be read, and those that are being made or could not be."""
    return _shown(service.reports, 200)


@router.post(
    "/reports/nine-minute", summary="Have a report on the 9-minute city made", status_code=202,
    response_model=ReportList,
    responses=refusals(
        *WITH_TOKEN, "report-in-the-making", "payload-too-large", "unsupported-media-type"
    ),
)  # fmt: skip
async def make_report(service: Served, caller: Analyst, body: ReportRequest) -> Response:
    """It takes a minute or so; asking again for the same while it is being made changes nothing."""
    if not service.reports.make(ReportName(body.service_date.isoformat(), body.fleet)):
        raise Problem("report-in-the-making", headers={"Retry-After": "30"})
    return _shown(service.reports, 202)


@router.get(
    "/reports/nine-minute", summary="Read a report on the 9-minute city",
    responses=refusals(*WITH_TOKEN, "not-found")
    | {200: {"description": "The report.", "content": dict.fromkeys(_TYPES, _ANY)}},
)  # fmt: skip
async def get_report(
    service: Served, caller: Analyst, date: Day, fleet: Fleet = "simulated", form: Form = "geojson"
) -> Response:
    """As map (GeoJSON), table (CSV), text (Markdown) or picture (SVG). All of it is estimated."""
    path = service.reports.find_file(ReportName(date, fleet), form)
    if path is None:
        raise Problem("not-found")
    return Response(path.read_bytes(), 200, {"Cache-Control": "no-store"}, _MEDIA[form])


def _shown(reports: Reports, status: int) -> Response:
    making, failed = reports.making, reports.problems
    views = [ReportView(n.service_date, n.fleet, "ready") for n in reports.list_ready()]
    if making is not None:
        views.insert(0, ReportView(making.service_date, making.fleet, "making"))
    views += [ReportView(n.service_date, n.fleet, "failed", why) for n, why in failed.items()]
    body = encode(ReportList(tuple(views)))
    return Response(body, status, {"Cache-Control": "no-store"}, "application/json")
