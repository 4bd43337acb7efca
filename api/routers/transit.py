"""Buses: next departures and journeys. By stop in a URL, by place in a body."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.auth import Analyst
from api.http.errors import Problem
from api.http.responses import WITH_TOKEN, answer, refusals
from api.schemas.common import Id, Moment
from api.schemas.transit import (
    WALK_M,
    Departures,
    DeparturesRequest,
    DepartureView,
    Journeys,
    JourneysRequest,
    JourneyView,
    RealtimeSourceView,
    RealtimeState,
    ServiceAlerts,
    UnappliedView,
)
from api.schemas.trips import Place
from api.service import Served, Service
from api.trips.itineraries import bus_legs, route_view, stop_name
from api.trips.predicted import find_at, list_ride_alerts, show_alerts
from api.trips.requests import get_bookable_date
from gtfs.compiled import CompiledDay
from gtfs.realtime import Alert, LiveDay, RealtimeReport, call_state, list_alerts
from routing.dispatch.values import Walk
from routing.transit import Departure, Journey, find_journeys, get_offsets, next_departures
from routing.transit.timetable import Offsets

router = APIRouter(prefix="/v1", tags=["transit"])

_WHEN = refusals("unknown-stop", "in-the-past", "too-far-ahead", "no-timetable")
_IN_A_BODY = refusals(
    "unknown-stop", "in-the-past", "too-far-ahead", "no-timetable", "payload-too-large",
    "unsupported-media-type",
)  # fmt: skip
At = Annotated[Moment | None, Query(description="Not before then; without it, now.")]
StopId = Annotated[Id, Query()]


def get_day(service: Service, at: datetime | None) -> tuple[str, CompiledDay, int]:
    """Return service date, timetable and service seconds of a moment.

    Raises
    ------
    Problem
        If it has passed, is too far ahead, or no bus timetable is known for it.
    """
    at = at or service.time.now()
    date = get_bookable_date(service, at)
    day = service.timetables.find(date)
    if day is None:
        raise Problem("no-timetable")
    return date, day, service.time.seconds(date, at)


@router.get(
    "/departures", summary="Next buses at a stop", response_model=Departures, responses=_WHEN
)
async def list_departures(
    service: Served, stop_id: StopId, at: At = None, limit: Annotated[int, Query(ge=1, le=50)] = 10
) -> Response:
    """Of a bus stop or of all platforms of a station."""
    stop = service.stops.find_bus(stop_id)
    if stop is None:
        raise Problem("unknown-stop")
    found = get_day(service, at)
    return _departures(service, found, found[1].list_platforms(stop), limit)


@router.post(
    "/departures", summary="Next buses around a place", response_model=Departures,
    responses=_IN_A_BODY,
)  # fmt: skip
async def list_departures_nearby(service: Served, body: DeparturesRequest) -> Response:
    """Of all bus stops within a walk. The place is in no log."""
    found = get_day(service, body.at)
    speed = service.area.policy.walk_speed_m_per_s
    near = service.stops.nearest_bus(*body.position, body.walk_m, speed)
    return _departures(service, found, [stop for stop, _ in near], body.limit)


def _departures(
    service: Service, found: tuple[str, CompiledDay, int], stops: list[int], limit: int
) -> Response:
    date, day, from_time = found
    departures = next_departures(day.timetable, stops, from_time, limit) if stops else []
    told: list[Alert] = []
    views = [_departure(service, date, day, departure, told) for departure in departures]
    if isinstance(day, LiveDay) and stops:
        lost = day.list_lost_departures(stops, from_time, limit)
        views += [_lost(service, date, day.scheduled, departure) for departure in lost]
    now = int(service.time.now().timestamp())
    for stop in stops:
        told += list_alerts(day, now, stop)
    soonest = tuple(sorted(views, key=lambda view: view.departs_at)[:limit])
    return answer(Departures(soonest, tuple(show_alerts(service, day, told))))


def _departure(
    service: Service, date: str, day: CompiledDay, departure: Departure, told: list[Alert]
) -> DepartureView:
    state = call_state(day, departure.trip_idx, departure.pos)
    now = int(service.time.now().timestamp())
    alerts = list_alerts(day, now, departure.stop_idx, departure.trip_idx)
    told += alerts
    return DepartureView(
        stop_id=day.stops.id[departure.stop_idx],
        stop_name=stop_name(day, departure.stop_idx),
        stop_code=day.stops.code[departure.stop_idx] or None,
        route=route_view(day, departure.trip_idx),
        departs_at=service.time.at(date, departure.dep_time),
        live=state.is_live,
        scheduled_at=find_at(service, date, state.scheduled_dep_time),
        cancelled=False,
        alert_ids=tuple(alert.alert_id for alert in alerts),
        step_free=step_free_word(day, departure),
        estimated=service.area.estimated,
    )


def step_free_word(day: CompiledDay, departure: Departure) -> Literal["yes", "no", "unknown"]:
    """Whether a bus can be boarded without steps, as far as the feed says (0, 1 or 2 in each)."""
    said = (
        int(day.stops.wheelchair[departure.stop_idx]),
        int(day.trips.wheelchair[departure.trip_idx]),
    )
    if 2 in said:
        return "no"
    return "yes" if said == (1, 1) else "unknown"


def _lost(service: Service, date: str, planned: CompiledDay, departure: Departure) -> DepartureView:
    """A departure that the timetable has and that does not take place."""
    at = service.time.at(date, departure.dep_time)
    return DepartureView(
        stop_id=planned.stops.id[departure.stop_idx],
        stop_name=stop_name(planned, departure.stop_idx),
        stop_code=planned.stops.code[departure.stop_idx] or None,
        route=route_view(planned, departure.trip_idx),
        departs_at=at,
        live=True,
        scheduled_at=at,
        cancelled=True,
        alert_ids=(),
        step_free=step_free_word(planned, departure),
        estimated=service.area.estimated,
    )


@router.get(
    "/service-alerts", summary="What riders of buses are to know", response_model=ServiceAlerts,
    responses=refusals(),
)  # fmt: skip
async def list_service_alerts(service: Served) -> Response:
    """Alerts of the bus operator that hold now, with the stops and lines that they are about."""
    day = service.timetables.find(service.time.today())
    now = int(service.time.now().timestamp())
    found = [] if day is None else show_alerts(service, day, list_alerts(day, now))
    return answer(ServiceAlerts(tuple(found)))


@router.get(
    "/realtime", summary="What became of the last real-time messages", response_model=RealtimeState,
    responses=refusals(*WITH_TOKEN),
)  # fmt: skip
async def get_realtime(service: Served, caller: Analyst) -> Response:
    """How each source is doing, and by kind and id what fits nothing in the timetable."""
    today = service.time.today()
    live = service.timetables.find_live(today)
    report = RealtimeReport() if live is None else live.report
    return answer(
        RealtimeState(
            today,
            tuple(
                RealtimeSourceView(each.name, each.read_at, each.made_at, each.problem)
                for each in service.realtime.list_sources()
            ),
            {str(kind): n for kind, n in report.n_applied.items()},
            tuple(
                UnappliedView(str(each.kind), str(each.problem), each.n_found, each.ids)
                for each in report
            ),
        )
    )


@router.get(
    "/journeys", summary="Journeys by bus between stops", response_model=Journeys, responses=_WHEN
)
async def list_journeys(
    service: Served, origin: StopId, destination: StopId, depart_at: At = None
) -> Response:
    """The Pareto set: no other journey is there sooner with as few changes."""
    ends = (Place(stop_id=origin), Place(stop_id=destination))
    return _journeys(service, *ends, depart_at, WALK_M)


@router.post(
    "/journeys", summary="Journeys by bus between places", response_model=Journeys,
    responses=_IN_A_BODY,
)  # fmt: skip
async def find_journeys_between(service: Served, body: JourneysRequest) -> Response:
    """The same from door to door. The places are in no log."""
    return _journeys(service, body.origin, body.destination, body.depart_at, body.walk_m)


def _journeys(
    service: Service, origin: Place, destination: Place, at: datetime | None, walk_m: int
) -> Response:
    access = _near(service, origin, walk_m)
    egress = _near(service, destination, walk_m)
    date, day, dep_time = get_day(service, at)
    found = find_journeys(day.timetable, _offsets(day, access), _offsets(day, egress), dep_time)
    views = [_journey_view(service, date, day, journey) for journey in reversed(found)]
    rides = [leg for journey in found for leg in journey.rides]
    told = [alert for leg in rides for alert in list_ride_alerts(service, day, leg)]
    return answer(Journeys(tuple(views), tuple(show_alerts(service, day, told))))


def _journey_view(service: Service, date: str, day: CompiledDay, journey: Journey) -> JourneyView:
    legs = tuple(bus_legs(service, date, day, journey))
    departs_at, arrives_at = legs[0].departs_at, legs[-1].arrives_at
    return JourneyView(departs_at, arrives_at, journey.n_trips, legs, service.area.estimated)


def _near(service: Service, place: Place, walk_m: int) -> list[tuple[int, Walk]]:
    """Bus stops within a walk of a place."""
    point = place.position
    if place.stop_id is not None:
        stop = service.stops.find(place.stop_id)
        if stop is None:
            raise Problem("unknown-stop")
        point = stop.position
    assert point is not None
    return service.stops.nearest_bus(*point, walk_m, service.area.policy.walk_speed_m_per_s)


def _offsets(day: CompiledDay, near: list[tuple[int, Walk]]) -> Offsets:
    seconds = [walk.seconds for _, walk in near]
    return get_offsets([stop for stop, _ in near], seconds, day.timetable.n_stops)
