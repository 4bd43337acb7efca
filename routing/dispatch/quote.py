"""Offers: what the service can promise for a request right now. A quote changes nothing.

Rule: an offer is a feasible insertion at the moment it is made, with a promise a little wider
than the plan, so that later riders can be fitted in without breaking it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from routing.dispatch.commands import Offer, RideRequest, StopChoice
from routing.dispatch.conditions import narrowed, suspended_until
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import DayState
from routing.dispatch.values import Party, Promise
from routing.drt.model import Insertion, Ride
from routing.errors import CommandError
from routing.policy import ServicePolicy
from routing.road.travel import get_travel_s
from routing.types import NEVER

#: Pairs of stops tried per request, nearest first; each costs one insertion query.
MAX_PAIRS = 9
#: Steps in which a refusal looks for another time that works.
ALTERNATIVE_STEP_S = 10 * 60
QUOTE_ID = "quote"


def quote(
    state: DayState, request: RideRequest, now: int, network: Network
) -> list[Offer] | Rejected:
    """The best offer, and the one with the least walking where that is another.

    Parameters
    ----------
    state
        An open service day.
    request
        Who wants to go where and when; places are indices of the travel-time matrix.
    now
        Service seconds.
    network
        Travel times and solver memory of this day.

    Returns
    -------
    list of Offer or Rejected
        At least one offer, or the reason, with the nearest time that works if one was found.
    """
    refusal = refuse_request(state, request, now)
    if refusal is not None:
        return refusal
    draft = Draft(state, now, network)
    found = _search(draft, request) if draft.replan_fleet() else []
    if not found and (again := _suspended_until(state, request)) is not None:
        return Rejected(RejectReason.SUSPENDED, alternative_time=again)
    if not found:
        return Rejected(_why_no_room(draft, request), alternative_time=_alternative(draft, request))
    best = min(found, key=lambda pair: pair[0])[1]
    least_walk = min(found, key=lambda pair: (_walk_s(pair[1]), pair[0]))[1]
    return [best] if least_walk is best else [best, least_walk]


def _why_no_room(draft: Draft, request: RideRequest) -> RejectReason:
    """Whether the fleet is full, or what is free is held back for others."""
    if draft.state.policy.floors:
        fleet, now = draft.network.fleet, draft.now
        if any(fleet.cheapest_insertion(wish.ride, now=now) for wish in _wishes(draft, request)):
            return RejectReason.HELD_BACK
    return RejectReason.NO_ROOM


def quote_leg(state: DayState, request: RideRequest, now: int, network: Network) -> Offer | None:
    """The best offer for a part of a journey, or None; no other time is looked for.

    Parameters
    ----------
    state
        An open service day.
    request
        Who wants to go where and when; a leg between two others has both kinds of time.
    now
        Service seconds.
    network
        Travel times and solver memory of this day.

    Returns
    -------
    Offer or None
        Of equal costs the one with the least walking.
    """
    draft = Draft(state, now, network)
    if refuse_request(state, request, now) is not None or not draft.replan_fleet():
        return None
    found = _search(draft, request)
    return min(found, key=lambda pair: (pair[0], _walk_s(pair[1])))[1] if found else None


def refuse_request(state: DayState, request: RideRequest, now: int) -> Rejected | None:
    """Why a request cannot be granted, whatever room there is."""
    policy = state.policy
    if not state.is_open:
        return Rejected(RejectReason.DAY_NOT_OPEN)
    if not request.origins or not request.destinations:
        return Rejected(RejectReason.NO_STOP_IN_REACH)
    if not _fits_a_vehicle(state, request.party):
        return Rejected(RejectReason.PARTY_TOO_LARGE)
    wanted = wanted_time(request)
    if wanted < now:
        return Rejected(RejectReason.IN_THE_PAST)
    if request.depart_from is not None and wanted < now + policy.min_notice_s:
        return Rejected(RejectReason.TOO_LATE, alternative_time=now + policy.min_notice_s)
    if wanted < policy.service_from:
        return Rejected(RejectReason.OUT_OF_HOURS, alternative_time=policy.service_from)
    if wanted > policy.service_until:
        return Rejected(RejectReason.OUT_OF_HOURS)
    if not list(_pairs(request)):
        return Rejected(RejectReason.WALK_INSTEAD)
    return None


def _suspended_until(state: DayState, request: RideRequest) -> int | None:
    """When pickups begin again, if none of the pairs of stops is served at the time wished for."""
    wanted = wanted_time(request)
    again = [suspended_until(state, a.place, b.place, wanted) for a, b in _pairs(request)]
    return None if None in again else min((t for t in again if t is not None), default=None)


def _fits_a_vehicle(state: DayState, party: Party) -> bool:
    layouts = (c for plan in state.plans.values() for c in plan.vehicle.configurations)
    fits = any(all(a <= b for a, b in zip(party.load, c, strict=True)) for c in layouts)
    return fits and 1 <= party.passengers <= state.policy.max_party


def _pairs(request: RideRequest) -> Iterator[tuple[StopChoice, StopChoice]]:
    by_walk = sorted(
        product(request.origins, request.destinations),
        key=lambda pair: pair[0].walk.seconds + pair[1].walk.seconds,
    )
    return islice((pair for pair in by_walk if pair[0].place != pair[1].place), MAX_PAIRS)


@dataclass(frozen=True, slots=True)
class _Wish:
    """One pair of stops of a request, and the ride between them as it was wished for."""

    origin: StopChoice
    destination: StopChoice
    party: Party
    ride: Ride
    direct_s: int


def _search(draft: Draft, request: RideRequest) -> list[tuple[float, Offer]]:
    found = []
    for wish in _wishes(draft, request):
        insertion = draft.find_place(wish.ride, wish.party)
        if insertion is not None:
            offer = _offer(draft, wish, insertion)
            walking = draft.state.policy.weights.wait * _walk_s(offer)
            found.append((insertion.cost + walking, offer))
    return found


def _walk_s(offer: Offer) -> int:
    return offer.origin.walk.seconds + offer.destination.walk.seconds


def _wishes(draft: Draft, request: RideRequest) -> Iterator[_Wish]:
    policy, travel = draft.state.policy, draft.network.travel
    for origin, destination in _pairs(request):
        direct_s = get_travel_s(travel, origin.place, destination.place, wanted_time(request))
        window = _window(draft, request, origin, destination, direct_s)
        if direct_s < NEVER and window[0] <= window[1]:
            limit_s, dwell_s = policy.max_ride_s(direct_s), _dwell_s(request.party, policy)
            ends, load = (origin.place, destination.place), request.party.load
            wished = Ride(QUOTE_ID, *ends, *window, limit_s, load, dwell_s, dwell_s)
            ride = narrowed(draft.state, wished)
            if ride is None:
                continue
            yield _Wish(origin, destination, request.party, ride, direct_s)


def wanted_time(request: RideRequest) -> int:
    """The time that the rider named, service seconds.

    Raises
    ------
    CommandError
        If the request names no time.
    """
    time = request.arrive_by if request.depart_from is None else request.depart_from
    if time is None:
        raise CommandError("a ride request names depart_from or arrive_by")
    return time


def _window(
    draft: Draft,
    request: RideRequest,
    origin: StopChoice,
    destination: StopChoice,
    direct_s: int,
) -> tuple[int, int, int]:
    """Earliest and latest pickup, latest arrival at the stop."""
    policy = draft.state.policy
    dwell_s = _dwell_s(request.party, policy)
    there = draft.now + origin.walk.seconds
    by = None if request.arrive_by is None else request.arrive_by - destination.walk.seconds
    if request.depart_from is not None:
        earliest = max(request.depart_from + origin.walk.seconds, there)
        latest = earliest + policy.max_wait_s
        until = latest + dwell_s + policy.max_ride_s(direct_s)
        if by is None:
            return earliest, latest, until
        return earliest, min(latest, by - direct_s - dwell_s), min(until, by)
    if by is None:
        raise CommandError("a ride request names depart_from or arrive_by")
    latest = by - direct_s - dwell_s
    return max(latest - policy.max_wait_s, there), latest, by


def _dwell_s(party: Party, policy: ServicePolicy) -> int:
    return policy.boarding_s(party.wheelchairs)


def _offer(draft: Draft, wish: _Wish, found: Insertion) -> Offer:
    pickup = found.times[found.pickup_position].start
    dropoff = found.times[found.dropoff_position].arrive
    policy = draft.state.policy
    promise = _promise(wish.ride, pickup, dropoff, wish.direct_s, policy)
    valid_until = draft.now + policy.offer_valid_s
    return _as_offer(wish, promise, pickup, dropoff, valid_until)


def _as_offer(wish: _Wish, promise: Promise, pickup: int, dropoff: int, valid_until: int) -> Offer:
    return Offer(
        wish.origin,
        wish.destination,
        wish.party,
        promise,
        wish.direct_s,
        wish.ride.max_ride_s,
        pickup,
        dropoff,
        valid_until,
    )


def timed_offer(offer: Offer, pickup: int, dropoff: int, policy: ServicePolicy) -> Offer:
    """``offer`` with the promise that fits a plan: boarding at ``pickup``, there at ``dropoff``."""
    ride = promised_ride(QUOTE_ID, offer, policy)
    promise = _promise(ride, pickup, dropoff, offer.direct_s, policy)
    return replace(offer, promise=promise, planned_pickup=pickup, planned_dropoff=dropoff)


def wished_offer(draft: Draft, request: RideRequest) -> Offer | None:
    """The ride between the nearest stops as it was wished for, whether or not there is room."""
    wish = next(_wishes(draft, request), None)
    if wish is None:
        return None
    ride = wish.ride
    promise = Promise(ride.earliest_pickup, ride.latest_pickup, ride.latest_dropoff)
    return _as_offer(wish, promise, ride.earliest_pickup, ride.latest_dropoff, draft.now)


def _promise(
    ride: Ride, pickup: int, dropoff: int, direct_s: int, policy: ServicePolicy
) -> Promise:
    latest = min(ride.latest_pickup, pickup + policy.promise_after_s)
    straight = latest + ride.pickup_dwell_s + direct_s
    return Promise(
        pickup_earliest=max(ride.earliest_pickup, pickup - policy.promise_before_s),
        pickup_latest=latest,
        dropoff_latest=min(ride.latest_dropoff, max(dropoff, straight) + policy.promise_dropoff_s),
    )


def promised_ride(booking_id: str, offer: Offer, policy: ServicePolicy) -> Ride:
    """The ride that keeps the promise of ``offer``, for the solver."""
    dwell_s = _dwell_s(offer.party, policy)
    return Ride(
        booking_id,
        offer.origin.place,
        offer.destination.place,
        offer.promise.pickup_earliest,
        offer.promise.pickup_latest,
        offer.promise.dropoff_latest,
        offer.max_ride_s,
        offer.party.load,
        dwell_s,
        dwell_s,
    )


def _alternative(draft: Draft, request: RideRequest) -> int | None:
    """Nearest other time that works between the nearest stops, as the request's kind of time."""
    wanted = wanted_time(request)
    origin, destination = next(_pairs(request))
    nearest = replace(request, origins=(origin,), destinations=(destination,))
    for step in range(1, draft.state.policy.alternative_within_s // ALTERNATIVE_STEP_S + 1):
        for time in (wanted + step * ALTERNATIVE_STEP_S, wanted - step * ALTERNATIVE_STEP_S):
            moved = _moved(nearest, time)
            if refuse_request(draft.state, moved, draft.now) is None and _search(draft, moved):
                return time
    return None


def _moved(request: RideRequest, time: int) -> RideRequest:
    if request.arrive_by is None:
        return replace(request, depart_from=time)
    return replace(request, arrive_by=time)
