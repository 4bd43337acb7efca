"""From what a rider asks for to what the dispatch core understands: stops and service seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.http.errors import Problem
from api.schemas.trips import Alternative, PartyRequest, Place, TripRequest
from api.service import Service
from routing.dispatch.commands import RideRequest, StopChoice
from routing.dispatch.rejections import RejectReason
from routing.dispatch.values import Party

#: "Now" on a client's screen is a little while ago here; so late it still means now. Service s.
GRACE_S = 90
#: Of the stops within a walk, the nearest are asked for; each pair costs an insertion query.
MAX_CHOICES = 4
_NEAREST_STOP_M = 3000


@dataclass(frozen=True, slots=True)
class End:
    """Where a trip begins or ends: its point, and virtual stops within a walk of it."""

    lon: float
    lat: float
    choices: tuple[StopChoice, ...]
    #: Why no shuttle serves it, if so.
    refusal: Problem | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip request on its service day."""

    service_date: str
    origin: End
    destination: End
    request: RideRequest

    @property
    def refusal(self) -> Problem | None:
        """Why no shuttle can go all the way, if so."""
        return self.origin.refusal or self.destination.refusal


def get_trip(service: Service, body: TripRequest) -> Trip:
    """Return the trip that ``body`` asks for.

    Parameters
    ----------
    service
        The area.
    body
        A request of the right form.

    Returns
    -------
    Trip
        Its day is one that can be booked; its ends may lack a virtual stop.

    Raises
    ------
    Problem
        If a stop is unknown, or the day has passed or is too far ahead.
    """
    wanted = body.arrive_by or body.depart_at
    at = service.time.now() if wanted is None else wanted
    service_date = get_bookable_date(service, at)
    seconds = service.time.seconds(service_date, at)
    party = _party(body.party)
    origin = get_end(service, body.origin, party, "origin")
    destination = get_end(service, body.destination, party, "destination")
    request = RideRequest(origin.choices, destination.choices, party)
    if body.arrive_by is not None:
        request = replace(request, arrive_by=seconds)
    else:
        now_s = service.time.now_s(service_date)
        late = 0 <= now_s - seconds <= GRACE_S
        request = replace(request, depart_from=now_s if late else seconds)
    return Trip(service_date, origin, destination, request)


def _party(body: PartyRequest) -> Party:
    counted = body.wheelchairs, body.seniors + body.children, body.residents
    if max(counted) > body.passengers:
        raise Problem("party-mismatch")
    return body.party()


def get_bookable_date(service: Service, at: datetime) -> str:
    """Return the service date of ``at``, which must be one that can be booked now.

    Raises
    ------
    Problem
        ``in-the-past`` or ``too-far-ahead``.
    """
    now, prebook_days = service.time.now(), service.policies.on(service.time.today()).prebook_days
    # Far dates are refused before they are converted: a calendar has an end.
    if at < now - timedelta(days=2):
        raise Problem("in-the-past")
    if at > now + timedelta(days=prebook_days + 2):
        raise Problem("too-far-ahead")
    ahead = service.time.days_ahead(at)
    if ahead < 0:
        raise Problem("in-the-past")
    if ahead > prebook_days:
        raise Problem("too-far-ahead")
    return service.time.service_date(at)


def get_end(service: Service, place: Place, party: Party, field: str) -> End:
    """Return where a trip begins or ends, with the virtual stops around it.

    Raises
    ------
    Problem
        ``unknown-stop``.
    """
    if place.stop_id is not None:
        return _at_stop(service, place.stop_id, party, field)
    assert place.position is not None
    return _at_point(service, place.position, party, field)


def _at_stop(service: Service, stop_id: str, party: Party, field: str) -> End:
    stop = service.stops.find(stop_id)
    if stop is None:
        raise Problem("unknown-stop", {"field": f"{field}.stop_id"})
    virtual = service.stops.find_place(stop_id)
    if virtual is not None:
        return End(*stop.position, (StopChoice(virtual),))
    return _at_point(service, stop.position, party, field)


def _at_point(service: Service, point: tuple[float, float], party: Party, field: str) -> End:
    lon, lat = point
    member = {"field": field}
    if not service.area.contains(lon, lat):
        return End(lon, lat, (), Problem(RejectReason.OUT_OF_AREA, member))
    policy = service.policies.on(service.time.today())
    slow = party.seniors or party.wheelchairs
    walk_m = policy.senior_walk_m if slow else policy.walk_m
    choices = service.stops.reach(lon, lat, walk_m, policy.walk_speed_m_per_s)
    if choices:
        return End(lon, lat, tuple(choices[:MAX_CHOICES]))
    nearest = _nearest(service, lon, lat)
    return End(
        lon, lat, (), Problem(RejectReason.NO_STOP_IN_REACH, member | {"alternatives": nearest})
    )


def _nearest(service: Service, lon: float, lat: float) -> Sequence[Alternative]:
    found = service.stops.nearby(lon, lat, _NEAREST_STOP_M, "virtual", 1)
    return [Alternative("stop", stop_id=near.stop.stop_id) for near in found]


def nearest_place(service: Service, place: Place) -> int:
    """Return the place of the travel-time matrix nearest to a stop or point.

    Raises
    ------
    Problem
        ``unknown-stop`` or ``out-of-area``.
    """
    if place.stop_id is not None:
        stop = service.stops.find(place.stop_id)
        if stop is None:
            raise Problem("unknown-stop", {"field": "place.stop_id"})
        return service.stops.nearest_place(*stop.position)
    assert place.position is not None
    if not service.area.contains(*place.position):
        raise Problem(RejectReason.OUT_OF_AREA, {"field": "place"})
    return service.stops.nearest_place(*place.position)
