"""One journey of shuttle and bus: the timetable finds the way, a real offer makes it true.

Rule: a shuttle leg is always an offer of the live plan, asked for with the connection as its
deadline, never an estimate. Estimates only choose which connections are asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from routing.road.travel import TravelTimes, get_travel_s
from routing.transit.journey import Journey
from routing.transit.raptor import find_journeys
from routing.transit.timetable import Offsets, Timetable, get_offsets
from routing.types import NEVER, Int32Array


class Hubs(NamedTuple):
    """Where one changes between shuttle and bus: virtual stops and bus stops within a walk."""

    place: Int32Array  # (h,) place index of the virtual stop
    stop: Int32Array  # (h,) stop index of the bus stop
    walk_s: Int32Array  # (h,) seconds on foot between them


class Reach(NamedTuple):
    """A virtual stop that a traveller can walk to or from."""

    place: int
    walk_s: int


class ShuttleLeg(Protocol):
    """What is needed of an offer: when it is to be there, and when at the latest."""

    @property
    def planned_dropoff(self) -> int:
        """Expected arrival, service seconds."""


OfferT = TypeVar("OfferT", bound=ShuttleLeg)


@dataclass(frozen=True, slots=True)
class ShuttleAndBus(Generic[OfferT]):
    """A bus journey with a shuttle before or after it.

    Attributes
    ----------
    journey
        The bus part; its access or egress towards the shuttle is the walk at the hub.
    offer
        The shuttle part, as the live plan can serve it.
    hub
        Index into `Hubs`.
    shuttle_first
        Whether the shuttle feeds the bus.
    arr_time
        Arrival at the traveller's destination stop or door, service seconds.
    """

    journey: Journey
    offer: OfferT
    hub: int
    shuttle_first: bool
    arr_time: int


@dataclass(frozen=True, slots=True)
class Connecting:
    """How connections between shuttle and bus are made.

    Attributes
    ----------
    wait_s
        Expected wait for a shuttle, for choosing connections, seconds.
    buffer_s
        Least time between a promised arrival and a departure, seconds.
    max_tries
        Connections that are asked for in one search.
    """

    wait_s: int = 600
    buffer_s: int = 120
    max_tries: int = 3


def find_shuttle_then_bus(
    timetable: Timetable,
    travel: TravelTimes,
    hubs: Hubs,
    origins: Sequence[Reach],
    egress: Offsets,
    dep_time: int,
    quote: Callable[[int, int], OfferT | None],
    rules: Connecting | None = None,
) -> list[ShuttleAndBus[OfferT]]:
    """Journeys that begin with a shuttle to a bus stop.

    Parameters
    ----------
    timetable
        Bus timetable of the service day.
    travel
        Driving times between places.
    hubs
        Where to change.
    origins
        Virtual stops within a walk of the start.
    egress
        Bus stops within a walk of the destination.
    dep_time
        Departure from the start, service seconds.
    quote
        ``quote(place, arrive_by)`` asks for a shuttle that is promised to be at ``place`` by
        then; None if there is none.
    rules
        How connections are made.

    Returns
    -------
    list of ShuttleAndBus
        With a real offer each, earliest arrival first.
    """
    rules = rules or Connecting()
    to_hub = np.array([_drive_s(travel, origins, int(p), dep_time) for p in hubs.place], np.int64)
    seconds = to_hub + rules.wait_s + rules.buffer_s + hubs.walk_s
    access = _reachable(hubs, seconds, timetable.n_stops)
    found = []
    for journey in find_journeys(timetable, access, egress, dep_time)[-rules.max_tries :]:
        ride = journey.rides[0]
        hub = _nearest_hub(hubs, seconds, ride.from_stop)
        by = ride.dep_time - int(hubs.walk_s[hub]) - rules.buffer_s
        offer = quote(int(hubs.place[hub]), by)
        if offer is not None:
            found.append(ShuttleAndBus(journey, offer, hub, True, journey.arr_time))
    return sorted(found, key=lambda item: item.arr_time)


def find_bus_then_shuttle(
    timetable: Timetable,
    travel: TravelTimes,
    hubs: Hubs,
    access: Offsets,
    destinations: Sequence[Reach],
    dep_time: int,
    quote: Callable[[int, int], OfferT | None],
    rules: Connecting | None = None,
) -> list[ShuttleAndBus[OfferT]]:
    """Journeys that end with a shuttle from a bus stop.

    Parameters
    ----------
    timetable
        Bus timetable of the service day.
    travel
        Driving times between places.
    hubs
        Where to change.
    access
        Bus stops within a walk of the start.
    destinations
        Virtual stops within a walk of the destination.
    dep_time
        Departure from the start, service seconds.
    quote
        ``quote(place, depart_from)`` asks for a shuttle from ``place`` that leaves no earlier;
        None if there is none.
    rules
        How connections are made.

    Returns
    -------
    list of ShuttleAndBus
        With a real offer each, earliest expected arrival first.
    """
    rules = rules or Connecting()
    drives = [_drive_from_s(travel, int(p), destinations, dep_time) for p in hubs.place]
    seconds = np.array(drives, np.int64) + rules.wait_s + hubs.walk_s
    egress = _reachable(hubs, seconds, timetable.n_stops)
    found = []
    for journey in find_journeys(timetable, access, egress, dep_time)[-rules.max_tries :]:
        ride = journey.rides[-1]
        hub = _nearest_hub(hubs, seconds, ride.to_stop)
        offer = quote(int(hubs.place[hub]), ride.arr_time + int(hubs.walk_s[hub]))
        if offer is not None:
            found.append(ShuttleAndBus(journey, offer, hub, False, offer.planned_dropoff))
    return sorted(found, key=lambda item: item.arr_time)


def _drive_s(travel: TravelTimes, origins: Sequence[Reach], place: int, time: int) -> int:
    ways = (o.walk_s + get_travel_s(travel, o.place, place, time) for o in origins)
    return min(ways, default=int(NEVER))


def _drive_from_s(travel: TravelTimes, place: int, destinations: Sequence[Reach], time: int) -> int:
    ways = (get_travel_s(travel, place, d.place, time) + d.walk_s for d in destinations)
    return min(ways, default=int(NEVER))


def _reachable(hubs: Hubs, seconds: np.ndarray, n_stops: int) -> Offsets:
    near = seconds < NEVER
    return get_offsets(hubs.stop[near], seconds[near], n_stops)


def _nearest_hub(hubs: Hubs, seconds: np.ndarray, stop: int) -> int:
    """The hub at a bus stop that is reached first."""
    at_stop = np.flatnonzero(hubs.stop == stop)
    return int(at_stop[np.argmin(seconds[at_stop])])
