"""Trip requests: what can be offered from here to there, then. Nothing is stored."""

from collections.abc import Sequence
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Booker
from api.http.errors import Problem, rejection
from api.http.responses import ON_A_TRIP, WITH_TOKEN, answer, refusals
from api.schemas.trips import Alternative, Offers, OfferView, TripRequest
from api.service import Served, Service
from api.trips.itineraries import Planner
from api.trips.requests import Trip, get_trip
from routing.dispatch.rejections import FULL, Rejected, RejectReason

router = APIRouter(prefix="/v1", tags=["rider"])

#: A change between shuttle and bus is a trouble to the old and to those with luggage.
WORTH_A_CHANGE = timedelta(minutes=10)

_UNREACHED = frozenset({RejectReason.OUT_OF_AREA, RejectReason.NO_STOP_IN_REACH})


@router.post(
    "/trip-requests", summary="Ask for offers", response_model=Offers,
    responses=refusals(*ON_A_TRIP, *WITH_TOKEN, "payload-too-large", "unsupported-media-type"),
)  # fmt: skip
async def request_trip(service: Served, caller: Booker, body: TripRequest) -> Response:
    """Offers of shuttles, and of shuttles with buses, that could be booked right now.

    Buses on their own come along as information. Where nothing can be booked the answer is a
    refusal, with what would work in `alternatives`. Asking holds no seat, so no Idempotency-Key
    is needed.
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
    found = await planner.quote_or_rescue() if trip.refusal is None else None
    shuttles = planner.shuttles(found) if isinstance(found, list) else []
    refusal = rejection(found) if isinstance(found, Rejected) else trip.refusal
    combined = planner.shuttles_and_buses() if _may_combine(found) else []
    buses = planner.buses()
    bookable = sorted(
        (*shuttles, *_useful(combined, [*shuttles, *buses])), key=lambda view: view.arrives_at
    )
    if bookable:
        return [*bookable, *buses]
    assert refusal is not None
    raise _with_alternatives(service, trip, refusal, found, buses)


def _may_combine(found: object) -> bool:
    """A shuttle for a part of the way makes sense unless the wish itself was refused."""
    return not isinstance(found, Rejected) or found.reason in FULL | _UNREACHED


def _useful(combined: Sequence[OfferView], simple: Sequence[OfferView]) -> list[OfferView]:
    """Those that are there so much sooner that a change of vehicle is worth it."""
    earliest = min((view.arrives_at for view in simple), default=None)
    return [
        view for view in combined if earliest is None or view.arrives_at + WORTH_A_CHANGE < earliest
    ]


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
