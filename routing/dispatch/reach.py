"""Where the live plan could bring a rider, and from where: the legs of longer journeys.

Rule: nothing here is an estimate. Every arrival is that of a feasible insertion into the plan as
it stands, within the limits that a quote would set, so an offer for it can be asked for.
"""

from typing import Any

import numpy as np

from routing.dispatch.commands import RideRequest, StopChoice
from routing.dispatch.draft import Draft
from routing.dispatch.quote import QUOTE_ID
from routing.drt.model import Ride
from routing.drt.reach import Wishes
from routing.errors import CommandError
from routing.road.travel import get_travels_s
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
    at = np.repeat([o.place for o in origins], len(places))
    ready = np.repeat(_ready_times(draft, request, origins), len(places))
    found = _ask(draft, request, at, np.tile(places, len(origins)), ready)
    return _least(found.reshape(len(origins), len(places)), np.zeros(len(origins), np.int64))


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
    # Rides of one origin stand together: the kernel looks at its gaps once.
    at = np.repeat(places[known], len(choices))
    to = np.tile([choice.place for choice in choices], len(known))
    ready = np.repeat(np.maximum(ready_time[known], draft.now), len(choices))
    found = _ask(draft, request, at, to, ready).reshape(len(known), len(choices))
    arrivals[known] = _least(found.T, np.array([c.walk.seconds for c in choices]))
    return arrivals


def _ready_times(draft: Draft, request: RideRequest, origins: tuple[StopChoice, ...]) -> Any:
    if request.depart_from is None:
        raise CommandError("to reach places a request names depart_from")
    leave = max(request.depart_from, draft.now)
    return [leave + origin.walk.seconds for origin in origins]


def _least(rows: Any, walk_s: Any) -> Int32Array:
    """Of several ways to each place the soonest, walks added."""
    sums = np.where(rows >= NEVER, NEVER, rows + walk_s[:, np.newaxis])
    return sums.min(axis=0, initial=NEVER).astype(np.int32)


def _ask(
    draft: Draft, request: RideRequest, origin: Any, destination: Any, ready: Any
) -> Int32Array:
    """Arrivals of the rides between stops, each boarding no earlier than ``ready``."""
    state, network = draft.state, draft.network
    policy, party = state.policy, request.party
    if not len(origin) or not draft.replan_fleet():
        return np.full(len(origin), NEVER, np.int32)
    direct_s = get_travels_s(network.travel, origin, destination, ready).astype(np.int64)
    dwell_s = policy.boarding_s(party.wheelchairs)
    latest = ready + policy.max_wait_s
    max_ride_s = (policy.max_ride_factor * direct_s).astype(np.int64) + policy.max_ride_extra_s
    by = np.minimum(latest + dwell_s + max_ride_s, NEVER - 1)
    served = _is_served(draft, request, origin, destination, ready) & (direct_s < NEVER)
    columns = (origin, destination, ready, latest, by, max_ride_s)
    wishes = Wishes(*(np.ascontiguousarray(c[served], np.int32) for c in map(np.asarray, columns)))
    like = Ride(QUOTE_ID, 0, 0, 0, 0, 0, 0, party.load, dwell_s, dwell_s)
    found = np.full(len(origin), NEVER, np.int32)
    found[served] = network.fleet.earliest_arrivals(wishes, like, now=draft.now).arrive_time
    return found


def _is_served(
    draft: Draft, request: RideRequest, origin: Any, destination: Any, ready: Any
) -> Any:
    """Where the operator's hours, and common sense, allow a ride."""
    policy = draft.state.policy
    in_hours = (policy.service_from <= ready) & (ready <= policy.service_until)
    return in_hours & (origin != destination)
