"""Trip requests: what can be offered from here to there, then. Nothing is stored."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Booker
from api.http.errors import Problem, rejection
from api.http.responses import ON_A_TRIP, WITH_TOKEN, answer, refusals
from api.schemas.trips import Alternative, Offers, OfferView, TripRequest
from api.service import Served, Service
from api.trips.fares import fare_of
from api.trips.itineraries import Showing
from api.trips.planner import OnFoot, Planner, Way, criteria_of, worth_telling
from api.trips.requests import Trip, get_trip
from gtfs.compiled import CompiledDay
from routing.dispatch.commands import Offer
from routing.dispatch.rejections import FULL, Rejected, RejectReason
from routing.intermodal.itineraries import ShuttleAndBus
from routing.transit import Journey

router = APIRouter(prefix="/v1", tags=["rider"])

#: A change between shuttle and bus is a trouble to the old and to those with luggage.
WORTH_A_CHANGE_S = 10 * 60

_UNREACHED = frozenset({RejectReason.OUT_OF_AREA, RejectReason.NO_STOP_IN_REACH})


@router.post(
    "/trip-requests", summary="Ask for offers", response_model=Offers,
    responses=refusals(*ON_A_TRIP, *WITH_TOKEN, "payload-too-large", "unsupported-media-type"),
)  # fmt: skip
async def request_trip(service: Served, caller: Booker, body: TripRequest) -> Response:
    """Offers of shuttles, and of shuttles with buses, that could be booked right now.

    Buses on their own, and the way on foot, come along as information. Nothing is told that
    another way beats in departure, arrival, vehicles and walking at once. Where nothing can be
    booked the answer is a refusal, with what would work in `alternatives`. Asking holds no seat,
    so no Idempotency-Key is needed.
    """
    return answer(Offers(tuple(await find_offers(service, get_trip(service, body)))))


async def find_offers(service: Service, trip: Trip) -> list[OfferView]:
    """Return what can be booked for ``trip``, best first, then buses.

    Raises
    ------
    Problem
        If nothing can be booked; with what would work instead.
    """
    await service.loop.open_day(trip.service_date)
    planner = Planner(service, trip)
    showing = Showing(service, trip.service_date, fare_of(service.area.fares, trip.request.party))
    found = await planner.quote_or_rescue() if trip.refusal is None else None
    shuttles = found if isinstance(found, list) else []
    combined = planner.shuttles_and_buses() if _may_combine(found) else []
    buses = planner.buses()
    ways = worth_telling([*shuttles, *combined, *buses, *planner.on_foot()])
    # A seat is kept for who books it: no bus hides a shuttle, however good it is.
    ways += [shuttle for shuttle in shuttles if shuttle not in ways]
    if any(isinstance(way, Offer | ShuttleAndBus) for way in ways):
        ways.sort(key=_as_people_rank)
        return [_show(showing, planner.day, way) for way in ways]
    refusal = rejection(found) if isinstance(found, Rejected) else trip.refusal
    if refusal is None:
        refusal = Problem(RejectReason.WALK_INSTEAD)
    views = [_show(showing, planner.day, bus) for bus in buses]
    raise _with_alternatives(service, trip, refusal, found, views)


def _show(showing: Showing, day: CompiledDay | None, way: Way) -> OfferView:
    if isinstance(way, Offer):
        return showing.shuttle(way)
    if isinstance(way, OnFoot):
        return showing.on_foot(way.dep_time, way.seconds, way.metres)
    assert day is not None
    return showing.bus(day, way) if isinstance(way, Journey) else showing.both(day, way)


def _as_people_rank(way: Way) -> tuple[bool, int]:
    """What can be booked comes first; a change counts as so many minutes more on the way."""
    criteria = criteria_of(way)
    changes = max(criteria.n_vehicles - 1, 0)
    is_information = isinstance(way, Journey | OnFoot)
    return is_information, criteria.arr_time + changes * WORTH_A_CHANGE_S


def _may_combine(found: object) -> bool:
    """A shuttle for a part of the way makes sense unless the wish itself was refused."""
    return not isinstance(found, Rejected) or found.reason in FULL | _UNREACHED


def _with_alternatives(
    service: Service,
    trip: Trip,
    refusal: Problem,
    found: object,
    buses: Sequence[OfferView],
) -> Problem:
    alternatives = list(refusal.members.get("alternatives", ()))
    if isinstance(found, Rejected) and found.alternative_time is not None:
        at = service.time.at(trip.service_date, found.alternative_time)
        by_arrival = trip.request.arrive_by is not None and found.reason in FULL
        alternatives.append(
            Alternative("time", arrive_by=at) if by_arrival else Alternative("time", depart_at=at)
        )
    alternatives += [Alternative("bus", offer=bus) for bus in buses]
    return Problem(refusal.type.code, {**refusal.members, "alternatives": alternatives})
