"""One journey of shuttle and bus: the timetable finds the way, real offers make it true.

Rule: a shuttle leg is always an offer of the live plan with the connection as its deadline (or
with the bus's arrival as its beginning), never an estimate. For departures from a time the search
itself runs on arrivals that the fleet can really make; for arrivals by a time estimates choose
which connections are asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from routing.intermodal.choices import Criteria, of_journey, on_foot_s, unbeaten
from routing.road.travel import TravelTimes, get_travel_s
from routing.transit.journey import Journey
from routing.transit.raptor import find_journeys
from routing.transit.reach import earliest_arrivals
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
    """What is needed of an offer: when its rider leaves, and is expected where they want to go."""

    @property
    def dep_time(self) -> int:
        """When the rider leaves their own place, or the hub; service seconds."""

    @property
    def arr_time(self) -> int:
        """When the rider is expected at their own destination, or the hub; service seconds."""

    @property
    def walk_s(self) -> int:
        """Seconds on foot between the rider's own place and the shuttle."""


OfferT = TypeVar("OfferT", bound=ShuttleLeg)
MadeT = TypeVar("MadeT", bound=ShuttleLeg, covariant=True)


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
    hub_walk_s
        Walk between shuttle and bus, seconds.
    shuttle_first
        Whether the shuttle feeds the bus.
    """

    journey: Journey
    offer: OfferT
    hub: int
    hub_walk_s: int
    shuttle_first: bool

    @property
    def criteria(self) -> Criteria:
        """What it is judged by."""
        dep_time = self.offer.dep_time if self.shuttle_first else self.journey.dep_time
        arr_time = self.journey.arr_time if self.shuttle_first else self.offer.arr_time
        # At the hub the journey has the whole way of the shuttle as its access or egress.
        towards = self.journey.legs[0 if self.shuttle_first else -1]
        walk_s = on_foot_s(self.journey) - (towards.arr_time - towards.dep_time)
        walk_s += self.hub_walk_s + self.offer.walk_s
        return Criteria(dep_time, arr_time, self.journey.n_trips + 1, walk_s)


@dataclass(frozen=True, slots=True)
class Connecting:
    """How connections between shuttle and bus are made.

    Attributes
    ----------
    wait_s
        Expected wait for a shuttle, for choosing connections where a deadline is given, seconds.
    buffer_s
        Least time between a promised arrival and a departure, seconds.
    max_tries
        Connections that are asked for in one search.
    window_s
        How long before a deadline buses are looked for, seconds.
    """

    wait_s: int = 600
    buffer_s: int = 120
    max_tries: int = 3
    window_s: int = 90 * 60


class Quoting(Protocol[MadeT]):
    """How a shuttle leg is asked for."""

    def __call__(self, place: int, depart_from: int | None, arrive_by: int | None) -> MadeT | None:
        """The offer between the traveller's own end and ``place``, within the times given."""


def find_shuttle_then_bus(
    timetable: Timetable,
    hubs: Hubs,
    arrivals: Int32Array,
    egress: Offsets,
    dep_time: int,
    quote: Quoting[OfferT],
    rules: Connecting | None = None,
) -> list[ShuttleAndBus[OfferT]]:
    """Journeys that begin with a shuttle to a bus stop, leaving from a time on.

    Parameters
    ----------
    timetable
        Bus timetable of the service day.
    hubs
        Where to change.
    arrivals
        When the fleet can have the traveller at each hub, shape (h,), service seconds; ``NEVER``
        where it cannot.
    egress
        Bus stops within a walk of the destination.
    dep_time
        Departure from the start, service seconds.
    quote
        Asks for a shuttle to ``place`` that is promised to be there by a time.
    rules
        How connections are made.

    Returns
    -------
    list of ShuttleAndBus
        With a real offer each; none beaten by another.
    """
    rules = rules or Connecting()
    seconds = arrivals.astype(np.int64) + hubs.walk_s + rules.buffer_s - dep_time
    access = _reachable(hubs, np.where(arrivals < NEVER, seconds, NEVER), timetable.n_stops)
    found = []
    for journey in find_journeys(timetable, access, egress, dep_time)[-rules.max_tries :]:
        hub = _first_hub(hubs, seconds, journey.rides[0].from_stop)
        by = _deadline(journey, hubs, hub, rules)
        place = int(hubs.place[hub])
        # Just in time lets the traveller wait at home; leaving at once is known to work.
        offer = quote(place, None, by) or quote(place, dep_time, by)
        if offer is not None:
            found.append(ShuttleAndBus(journey, offer, hub, int(hubs.walk_s[hub]), True))
    return unbeaten(found, lambda way: way.criteria)


def find_bus_then_shuttle(
    timetable: Timetable,
    hubs: Hubs,
    access: Offsets,
    dep_time: int,
    arrivals_from: Callable[[Int32Array], Int32Array],
    quote: Quoting[OfferT],
    rules: Connecting | None = None,
) -> list[ShuttleAndBus[OfferT]]:
    """Journeys that end with a shuttle from a bus stop, leaving from a time on.

    Parameters
    ----------
    timetable
        Bus timetable of the service day.
    hubs
        Where to change.
    access
        Bus stops within a walk of the start.
    dep_time
        Departure from the start, service seconds.
    arrivals_from
        From when on the traveller is at each hub, shape (h,), to when the fleet can have them
        at their destination; ``NEVER`` for never in both.
    quote
        Asks for a shuttle from ``place`` that leaves no earlier than a time.
    rules
        How connections are made.

    Returns
    -------
    list of ShuttleAndBus
        With a real offer each; none beaten by another.
    """
    rules = rules or Connecting()
    by_bus = _ridden(timetable, access, dep_time)[hubs.stop].astype(np.int64)
    ready = np.where(by_bus < NEVER, by_bus + hubs.walk_s, NEVER).astype(np.int32)
    home = arrivals_from(ready)
    found: list[ShuttleAndBus[OfferT]] = []
    for hub in _best_hubs(hubs, home, rules.max_tries):
        egress = get_offsets([int(hubs.stop[hub])], [0], timetable.n_stops)
        # Fewest trips first: all of them, for the sooner one may have one change more.
        for journey in find_journeys(timetable, access, egress, dep_time):
            found += _met(journey, hubs, hub, None, quote)
    return unbeaten(found, lambda way: way.criteria)


def find_shuttle_then_bus_by(
    timetable: Timetable,
    travel: TravelTimes,
    hubs: Hubs,
    origins: Sequence[Reach],
    egress: Offsets,
    times: tuple[int, int],
    quote: Quoting[OfferT],
    rules: Connecting | None = None,
) -> list[ShuttleAndBus[OfferT]]:
    """Journeys that begin with a shuttle to a bus stop and end by a time.

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
    times
        Earliest departure, and latest arrival; service seconds.
    quote
        Asks for a shuttle to ``place`` that is promised to be there by a time.
    rules
        How connections are made.

    Returns
    -------
    list of ShuttleAndBus
        With a real offer each; none beaten by another.
    """
    rules = rules or Connecting()
    drive = [_drive_s(travel, origins, int(place), times[1]) for place in hubs.place]
    seconds = np.array(drive, np.int64) + rules.wait_s + rules.buffer_s + hubs.walk_s
    access = _reachable(hubs, seconds, timetable.n_stops)
    found = []
    for journey in _latest(timetable, access, egress, times, rules):
        hub = _first_hub(hubs, seconds, journey.rides[0].from_stop)
        offer = quote(int(hubs.place[hub]), None, _deadline(journey, hubs, hub, rules))
        if offer is not None:
            found.append(ShuttleAndBus(journey, offer, hub, int(hubs.walk_s[hub]), True))
    return unbeaten(found, lambda way: way.criteria)


def find_bus_then_shuttle_by(
    timetable: Timetable,
    travel: TravelTimes,
    hubs: Hubs,
    access: Offsets,
    destinations: Sequence[Reach],
    times: tuple[int, int],
    quote: Quoting[OfferT],
    rules: Connecting | None = None,
) -> list[ShuttleAndBus[OfferT]]:
    """Journeys that end with a shuttle from a bus stop, and by a time.

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
    times
        Earliest departure, and latest arrival; service seconds.
    quote
        Asks for a shuttle from ``place`` within two times.
    rules
        How connections are made.

    Returns
    -------
    list of ShuttleAndBus
        With a real offer each; none beaten by another.
    """
    rules = rules or Connecting()
    drives = [_drive_from_s(travel, int(place), destinations, times[1]) for place in hubs.place]
    seconds = np.array(drives, np.int64) + rules.wait_s + hubs.walk_s
    egress = _reachable(hubs, seconds, timetable.n_stops)
    found: list[ShuttleAndBus[OfferT]] = []
    for journey in _latest(timetable, access, egress, times, rules):
        hub = _first_hub(hubs, seconds, journey.rides[-1].to_stop)
        found += _met(journey, hubs, hub, times[1], quote)
    return unbeaten(found, lambda way: way.criteria)


def find_journeys_by(
    timetable: Timetable, access: Offsets, egress: Offsets, dep_time: int, arr_time: int
) -> list[Journey]:
    """Journeys that leave from a time on and arrive by another, latest departure first.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    access
        Stops within reach of the start and the s to each.
    egress
        Stops within reach of the destination and the s from each.
    dep_time
        Earliest departure, service seconds.
    arr_time
        Latest arrival, service seconds, included.

    Returns
    -------
    list of Journey
        None beaten in departure, arrival and count of trips.
    """
    found: list[Journey] = []
    while dep_time <= arr_time:
        journeys = find_journeys(timetable, access, egress, dep_time)
        found += [journey for journey in journeys if journey.arr_time <= arr_time]
        # Who leaves later than the first of these finds what it hides, and nothing is passed over.
        dep_time = min((j.dep_time for j in journeys), default=arr_time) + 1
    return sorted(unbeaten(found, of_journey), key=lambda journey: -journey.dep_time)


def _latest(
    timetable: Timetable,
    access: Offsets,
    egress: Offsets,
    times: tuple[int, int],
    rules: Connecting,
) -> list[Journey]:
    start = max(times[0], times[1] - rules.window_s)
    return find_journeys_by(timetable, access, egress, start, times[1])[: rules.max_tries]


def _met(
    journey: Journey, hubs: Hubs, hub: int, arrive_by: int | None, quote: Quoting[OfferT]
) -> Iterator[ShuttleAndBus[OfferT]]:
    """The journey with a shuttle that waits at the hub, if there is one."""
    from_time = journey.rides[-1].arr_time + int(hubs.walk_s[hub])
    offer = quote(int(hubs.place[hub]), from_time, arrive_by)
    if offer is not None:
        yield ShuttleAndBus(journey, offer, hub, int(hubs.walk_s[hub]), False)


def _ridden(timetable: Timetable, access: Offsets, dep_time: int) -> Int32Array:
    """Earliest arrivals by bus; ``NEVER`` where one is as soon on foot from the start."""
    arrivals = earliest_arrivals(timetable, access, dep_time)
    on_foot = np.full(timetable.n_stops, NEVER, np.int64)
    np.minimum.at(on_foot, access.stop, access.seconds.astype(np.int64) + dep_time)
    arrivals[on_foot <= arrivals] = NEVER
    return arrivals


def _best_hubs(hubs: Hubs, home: Int32Array, limit: int) -> list[int]:
    """Hubs by when one is home from them; of those at one bus stop the best."""
    best: dict[int, int] = {}
    for hub in np.argsort(home, kind="stable").tolist():
        if home[hub] < NEVER and len(best) < limit:
            best.setdefault(int(hubs.stop[hub]), hub)
    return list(best.values())


def _deadline(journey: Journey, hubs: Hubs, hub: int, rules: Connecting) -> int:
    return journey.rides[0].dep_time - int(hubs.walk_s[hub]) - rules.buffer_s


def _drive_s(travel: TravelTimes, origins: Sequence[Reach], place: int, time: int) -> int:
    ways = (o.walk_s + get_travel_s(travel, o.place, place, time) for o in origins)
    return min(ways, default=int(NEVER))


def _drive_from_s(travel: TravelTimes, place: int, destinations: Sequence[Reach], time: int) -> int:
    ways = (get_travel_s(travel, place, d.place, time) + d.walk_s for d in destinations)
    return min(ways, default=int(NEVER))


def _reachable(hubs: Hubs, seconds: np.ndarray, n_stops: int) -> Offsets:
    near = seconds < NEVER
    return get_offsets(hubs.stop[near], seconds[near], n_stops)


def _first_hub(hubs: Hubs, seconds: np.ndarray, stop: int) -> int:
    """The hub at a bus stop that is reached first."""
    at_stop = np.flatnonzero(hubs.stop == stop)
    return int(at_stop[np.argmin(seconds[at_stop])])
