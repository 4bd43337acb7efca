"""Isochrones: by stop in a URL, by place in a body."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.errors import Problem
from api.http.responses import GeoJSON, encode, refusals
from api.routers.transit import At, StopId, get_day
from api.schemas.isochrones import (
    MAX_MINUTES,
    IsochroneCollection,
    IsochroneFeature,
    IsochroneProperties,
    IsochroneRequest,
)
from api.schemas.trips import Place
from api.service import Served, Service
from api.trips.isochrones import Within
from api.trips.requests import get_end
from gtfs.compiled import CompiledDay
from gtfs.squares import outline
from routing.dispatch.commands import RideRequest
from routing.dispatch.draft import Draft
from routing.dispatch.reach import arrivals_at
from routing.dispatch.values import Party
from routing.types import Int32Array, frozen

router = APIRouter(prefix="/v1", tags=["transit"])

_WHEN = ("unknown-stop", "out-of-area", "in-the-past", "too-far-ahead", "no-timetable")
Minutes = Annotated[int, Query(ge=1, le=MAX_MINUTES, description="Door to door, waits included.")]
Shuttle = Annotated[bool, Query(description="Also with the shuttle, where it has room.")]


@router.get(
    "/isochrones", summary="What is within minutes of a stop",
    response_model=IsochroneCollection,
    response_class=GeoJSON, responses=refusals(*_WHEN),
)  # fmt: skip
async def get_isochrone(
    service: Served, stop_id: StopId, minutes: Minutes = 9, depart_at: At = None,
    shuttle: Shuttle = False,
) -> Response:  # fmt: skip
    """On foot and by bus as it runs; GeoJSON."""
    return await _isochrones(service, Place(stop_id=stop_id), minutes, depart_at, shuttle)


@router.post(
    "/isochrones", summary="What is within minutes of a place",
    response_model=IsochroneCollection, response_class=GeoJSON,
    responses=refusals(*_WHEN, "payload-too-large", "unsupported-media-type"),
)  # fmt: skip
async def find_isochrone(service: Served, body: IsochroneRequest) -> Response:
    """The same from anywhere in the area; the place is in no log."""
    return await _isochrones(service, body.origin, body.minutes, body.depart_at, body.shuttle)


async def _isochrones(
    service: Service, origin: Place, minutes: int, at: datetime | None, shuttle: bool
) -> Response:
    end = get_end(service, origin, Party(), "origin")
    if not service.area.contains(end.lon, end.lat):
        raise Problem("out-of-area", {"field": "origin"})
    when = get_day(service, at)
    date, _, dep_time = when
    point = end.lon, end.lat
    features = [await _feature(service, when, point, minutes, None)]
    if shuttle:
        await service.loop.open_day(date)
        request = RideRequest(end.choices, (), depart_from=dep_time)
        by_shuttle = _by_shuttle(service, date, request)
        features.append(await _feature(service, when, point, minutes, by_shuttle))
    body = encode(IsochroneCollection(tuple(features)))
    return Response(body, 200, {"Cache-Control": "no-store"}, GeoJSON.media_type)


def _by_shuttle(service: Service, date: str, request: RideRequest) -> Int32Array:
    """When the live plan can have the traveller at each virtual stop."""
    state, network = service.loop.committed(date), service.loop.network(date)
    draft = Draft(state, service.time.now_s(date), network)
    return arrivals_at(draft, request, frozen(range(service.stops.n_virtual)))


async def _feature(
    service: Service,
    when: tuple[str, CompiledDay, int],
    point: tuple[float, float],
    minutes: int,
    by_shuttle: Int32Array | None,
) -> IsochroneFeature:
    date, day, dep_time = when

    def work() -> tuple[Within, dict[str, object]]:
        """What is in reach, and its outline."""
        within = service.isochrones.find(day, point, dep_time, minutes * 60, by_shuttle)
        return within, outline(service.isochrones.squares, within.squares)

    within, geometry = await asyncio.to_thread(work)
    side_km = service.isochrones.squares.side_m / 1000
    properties = IsochroneProperties(
        mode="walk_bus" if by_shuttle is None else "walk_bus_shuttle",
        minutes=minutes,
        departs_at=service.time.at(date, dep_time),
        area_km2=round(float(within.squares.sum()) * side_km**2, 2),
        stop_ids=tuple(day.stops.id[stop] for stop in within.stops.nonzero()[0].tolist()),
        estimated=service.area.estimated,
    )
    return IsochroneFeature(geometry, properties)
