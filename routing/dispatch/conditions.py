"""What a service day's decisions rest on besides bookings: closed roads, suspended places.

Rule: travel times are no part of a state. Which of them hold is said by the state's closures
alone, so whoever decides, audits or replays can make them again.
"""

from dataclasses import replace
from typing import NamedTuple

from routing.dispatch.commands import ChangePolicy, CloseRoads, Command, ReopenRoads
from routing.dispatch.state import DayState
from routing.dispatch.values import Closure, Suspension
from routing.drt.model import Ride
from routing.policy import ServicePolicy
from routing.road.closures import Closing
from routing.road.geometry import region


class Conditions(NamedTuple):
    """What the network of a decision is made of."""

    closures: tuple[Closure, ...]
    policy: ServicePolicy


def conditions_of(state: DayState) -> Conditions:
    """The conditions that a state was decided under, closures by their ids."""
    closures = tuple(state.closures[key] for key in sorted(state.closures))
    return Conditions(closures, state.policy)


def conditions_for(state: DayState, command: Command) -> Conditions:
    """The conditions to decide ``command`` under: for one that changes them, those after it."""
    closures, policy = state.closures, state.policy
    if isinstance(command, CloseRoads):
        closures = closures.set(command.closure.closure_id, command.closure)
    elif isinstance(command, ReopenRoads) and command.closure_id in closures:
        closures = closures.delete(command.closure_id)
    elif isinstance(command, ChangePolicy):
        policy = command.policy
    else:
        return conditions_of(state)
    return Conditions(tuple(closures[key] for key in sorted(closures)), policy)


def closing(closure: Closure) -> Closing:
    """A closure as the road network understands it."""
    return Closing(region([closure.ring]), closure.from_time, closure.until_time)


def concerns(suspension: Suspension, origin: int, destination: int) -> bool:
    """Whether rides between two places are suspended."""
    places = suspension.places
    return not places or origin in places or destination in places


def narrowed(state: DayState, ride: Ride) -> Ride | None:
    """``ride`` with its pickup outside of all suspensions; None if none is left."""
    earliest, latest = ride.earliest_pickup, ride.latest_pickup
    for found in sorted(state.suspensions.values(), key=lambda s: s.from_time):
        if concerns(found, ride.origin, ride.destination) and earliest < found.until_time:
            if found.from_time <= earliest:
                earliest = found.until_time
            else:
                latest = min(latest, found.from_time - 1)
    if earliest > latest:
        return None
    if (earliest, latest) == (ride.earliest_pickup, ride.latest_pickup):
        return ride
    return replace(ride, earliest_pickup=earliest, latest_pickup=latest)


def suspended_until(state: DayState, origin: int, destination: int, time: int) -> int | None:
    """When pickups begin again, if they are suspended at ``time`` between two places."""
    again = time
    for found in sorted(state.suspensions.values(), key=lambda s: s.from_time):
        if concerns(found, origin, destination) and found.from_time <= again < found.until_time:
            again = found.until_time
    return again if again > time else None
