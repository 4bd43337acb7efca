"""Where the live plan could bring a rider, and from where: the legs of longer journeys.

Rule: nothing here is an estimate. Every arrival is that of a feasible insertion into the plan as
it stands, within the limits that a quote would set, so an offer for it can be asked for.
"""

import numpy as np

from routing.dispatch.commands import RideRequest
from routing.dispatch.draft import Draft
from routing.dispatch.quote import QUOTE_ID
from routing.drt.model import Ride
from routing.drt.reach import Limits, Wishes, empty_wishes, pair_up
from routing.errors import CommandError
from routing.types import NEVER, Int32Array


def arrivals_at(draft: Draft, request: RideRequest, places: Int32Array) -> Int32Array:
    """When a rider could be at each of ``places`` by shuttle.

    Parameters
    ----------
    draft
        The service day as it stands.
    request
        From where, when (``depart_from``) and who; its destinations do not matter.
    places
        Place indices, shape (n,).

    Returns
    -------
    ndarray of int32, shape (n,)
        Service seconds when the shuttle is there; ``NEVER`` where none can be.

    Raises
    ------
    CommandError
        If the request names no ``depart_from``.
    """
    origins = request.origins
    at = np.array([choice.place for choice in origins], np.int32)
    found = _ask(draft, request, at, _ready_times(draft, request), places)
    return found.min(axis=0, initial=NEVER)


def arrivals_from(
    draft: Draft, request: RideRequest, places: Int32Array, ready_time: Int32Array
) -> Int32Array:
    """When a rider who is at each of ``places`` at a time could be at their destination.

    Parameters
    ----------
    draft
        The service day as it stands.
    request
        To where, and who; its origins and times do not matter.
    places
        Place indices, shape (n,).
    ready_time
        Service seconds from which the rider is at each, shape (n,); ``NEVER`` where they are not.

    Returns
    -------
    ndarray of int32, shape (n,)
        Service seconds at the rider's own destination, the walk to it included; ``NEVER`` where
        no shuttle can bring them.
    """
    choices, known = request.destinations, np.flatnonzero(ready_time < NEVER)
    arrivals = np.full(len(places), NEVER, np.int32)
    if not len(known) or not choices:
        return arrivals
    ready = np.maximum(ready_time[known], np.int32(draft.now))
    to = np.array([choice.place for choice in choices], np.int32)
    found = _ask(draft, request, places[known], ready, to)
    walk_s = np.array([choice.walk.seconds for choice in choices], np.int32)
    arrivals[known] = np.where(found < NEVER, found + walk_s, NEVER).min(axis=1)
    return arrivals


def _ready_times(draft: Draft, request: RideRequest) -> Int32Array:
    """When the rider can be at each of their stops."""
    if request.depart_from is None:
        raise CommandError("to reach places a request names depart_from")
    leave = max(request.depart_from, draft.now)
    return np.array([leave + choice.walk.seconds for choice in request.origins], np.int32)


def _ask(
    draft: Draft,
    request: RideRequest,
    origin: Int32Array,
    ready_time: Int32Array,
    destination: Int32Array,
) -> Int32Array:
    """Arrivals from every origin, boarded no earlier than its time, to every destination."""
    n_pairs, network = len(origin) * len(destination), draft.network
    found = np.full(n_pairs, NEVER, np.int32)
    if n_pairs and draft.replan_fleet():
        dwell_s = draft.state.policy.boarding_s(request.party.wheelchairs)
        wishes, pair = empty_wishes(n_pairs), np.empty(n_pairs, np.int32)
        n = pair_up(
            *network.travel, origin, ready_time, destination, _limits(draft, dwell_s), wishes, pair
        )
        like = Ride(QUOTE_ID, 0, 0, 0, 0, 0, 0, request.party.load, dwell_s, dwell_s)
        asked = Wishes._make(column[:n] for column in wishes)
        found[pair[:n]] = network.fleet.earliest_arrivals(asked, like, now=draft.now).arrive_time
    return found.reshape(len(origin), len(destination))


def _limits(draft: Draft, dwell_s: int) -> Limits:
    policy = draft.state.policy
    return Limits(
        dwell_s,
        policy.max_wait_s,
        float(policy.max_ride_factor),
        policy.max_ride_extra_s,
        policy.service_from,
        policy.service_until,
    )
