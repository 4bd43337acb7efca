"""Finds the ways to make one trip: on foot, by bus, by shuttle, and by both.

Rule: shuttle legs are offers of the live plan; where shuttle and bus meet, the search itself runs
on what the fleet can really do (`routing.dispatch.reach`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from api.schemas.transit import WALK_M
from api.service import Service
from api.trips.places import Stops
from api.trips.requests import End, Trip
from gtfs.compiled import CompiledDay
from routing.dispatch.commands import Offer, RideRequest, StopChoice
from routing.dispatch.draft import Draft
from routing.dispatch.quote import quote, quote_leg
from routing.dispatch.reach import arrivals_at, arrivals_from
from routing.dispatch.rejections import LACKS_ROOM, Rejected
from routing.intermodal.choices import Criteria, of_journey, unbeaten
from routing.intermodal.itineraries import (
    Connecting,
    Hubs,
    Reach,
    ShuttleAndBus,
    find_bus_then_shuttle,
    find_bus_then_shuttle_by,
    find_journeys_by,
    find_shuttle_then_bus,
    find_shuttle_then_bus_by,
)
from routing.road.walk import get_walk_m, walk_s
from routing.transit import Journey, find_journeys, get_offsets
from routing.transit.timetable import Offsets
from routing.types import Int32Array, frozen

#: Longest walk between shuttle and bus, metres.
HUB_WALK_M = 150
#: Longest way that is offered on foot, metres; half an hour.
ON_FOOT_M = 2000
MAX_BUSES = 2
MAX_COMBINED = 2


@dataclass(frozen=True, slots=True)
class OnFoot:
    """The whole way on foot."""

    dep_time: int  # service seconds
    seconds: int
    metres: int


Way = Offer | Journey | ShuttleAndBus[Offer] | OnFoot


def find_hubs(stops: Stops, speed_m_per_s: float) -> Hubs:
    """Return where shuttle and bus are within a short walk of each other."""
    rows = [
        (place, stop, walk.seconds)
        for place in range(stops.n_virtual)
        for stop, walk in stops.nearest_bus(*stops.point(place), HUB_WALK_M, speed_m_per_s)
    ]
    place, stop, walk_s = zip(*rows, strict=True) if rows else ((), (), ())
    return Hubs(frozen(place), frozen(stop), frozen(walk_s))


def criteria_of(way: Way) -> Criteria:
    """What a way to travel is judged by."""
    if isinstance(way, Offer):
        return Criteria(way.dep_time, way.arr_time, 1, way.walk_s)
    if isinstance(way, Journey):
        return of_journey(way)
    if isinstance(way, OnFoot):
        return Criteria(way.dep_time, way.dep_time + way.seconds, 0, way.seconds)
    return way.criteria


class Planner:
    """Finds ways to make one trip.

    Parameters
    ----------
    service
        The area.
    trip
        The trip; its service day is open.
    """

    def __init__(self, service: Service, trip: Trip) -> None:
        self._service, self._trip = service, trip
        self._date = trip.service_date
        self._state = service.loop.committed(self._date)
        self._network = service.loop.network(self._date)
        self._now = service.time.now_s(trip.service_date)
        self.day: CompiledDay | None = service.timetables.find(trip.service_date)

    async def quote_or_rescue(self) -> list[Offer] | Rejected:
        """What the live plan can serve; where there is no room, by moving other rides."""
        request = self._trip.request
        found = quote(self._state, request, self._now, self._network)
        if isinstance(found, list) or found.reason not in LACKS_ROOM:
            return found
        rescuer = self._service.rescuer
        rescued = await rescuer.quote(self._state, request, self._now, self._network)
        return found if rescued is None else [rescued]

    def on_foot(self) -> list[OnFoot]:
        """The whole way on foot, where it is not far."""
        origin, destination, request = self._trip.origin, self._trip.destination, self._trip.request
        ends = (origin.lon, origin.lat, destination.lon, destination.lat)
        metres = get_walk_m(self._service.area.ground, *ends)
        if metres > ON_FOOT_M:
            return []
        seconds = int(walk_s([metres], self._service.area.policy.walk_speed_m_per_s)[0])
        start = request.depart_from
        if start is None:
            assert request.arrive_by is not None
            start = request.arrive_by - seconds
        return [OnFoot(start, seconds, metres)] if start >= self._now - 60 else []

    def buses(self) -> list[Journey]:
        """Journeys by bus alone: those that are there first, or that leave last."""
        if self.day is None:
            return []
        request, timetable = self._trip.request, self.day.timetable
        if request.depart_from is not None:
            found = find_journeys(timetable, self._access, self._egress, request.depart_from)
            return found[::-1][:MAX_BUSES]
        return find_journeys_by(timetable, self._access, self._egress, *self._times)[:MAX_BUSES]

    def shuttles_and_buses(self) -> list[ShuttleAndBus[Offer]]:
        """Journeys with a shuttle before or after a bus, each with a real offer."""
        if self.day is None or not len(self._service.hubs.place):
            return []
        if self._trip.request.depart_from is None:
            found = self._combined_by(self.day)
        else:
            found = self._combined_from(self.day, self._trip.request.depart_from)
        return unbeaten(found, criteria_of)[:MAX_COMBINED]

    def _combined_from(self, day: CompiledDay, dep_time: int) -> list[ShuttleAndBus[Offer]]:
        hubs, request = self._service.hubs, self._trip.request
        draft = Draft(self._state, self._now, self._network)

        def home(ready: Int32Array) -> Int32Array:
            """When the fleet can have the rider at their destination from each hub."""
            return arrivals_from(draft, request, hubs.place, ready)

        found = []
        if request.origins:
            there = arrivals_at(draft, request, hubs.place)
            found += find_shuttle_then_bus(
                day.timetable, hubs, there, self._egress, dep_time, self._to_hub
            )
        if request.destinations:
            found += find_bus_then_shuttle(
                day.timetable, hubs, self._access, dep_time, home, self._from_hub
            )
        return found

    def _combined_by(self, day: CompiledDay) -> list[ShuttleAndBus[Offer]]:
        hubs, travel = self._service.hubs, self._network.travel
        times, trip = self._times, self._trip
        return [
            *find_shuttle_then_bus_by(
                day.timetable, travel, hubs, _reaches(trip.origin), self._egress, times,
                self._to_hub,
            ),
            *find_bus_then_shuttle_by(
                day.timetable, travel, hubs, self._access, _reaches(trip.destination), times,
                self._from_hub,
            ),
        ]  # fmt: skip

    def _to_hub(self, place: int, depart_from: int | None, arrive_by: int | None) -> Offer | None:
        wish = replace(self._trip.request, destinations=(StopChoice(place),))
        return self._leg(replace(wish, depart_from=depart_from, arrive_by=arrive_by))

    def _from_hub(self, place: int, depart_from: int | None, arrive_by: int | None) -> Offer | None:
        wish = replace(self._trip.request, origins=(StopChoice(place),))
        return self._leg(replace(wish, depart_from=depart_from, arrive_by=arrive_by))

    def _leg(self, request: RideRequest) -> Offer | None:
        return quote_leg(self._state, request, self._now, self._network)

    @property
    def _times(self) -> tuple[int, int]:
        by = self._trip.request.arrive_by
        assert by is not None
        return max(self._now, by - Connecting().window_s), by

    @cached_property
    def _access(self) -> Offsets:
        return self._offsets(self._trip.origin)

    @cached_property
    def _egress(self) -> Offsets:
        return self._offsets(self._trip.destination)

    def _offsets(self, end: End) -> Offsets:
        assert self.day is not None
        speed = self._service.area.policy.walk_speed_m_per_s
        near = self._service.stops.nearest_bus(end.lon, end.lat, WALK_M, speed)
        stops = np.array([stop for stop, _ in near], np.int64)
        seconds = np.array([walk.seconds for _, walk in near], np.int64)
        return get_offsets(stops, seconds, self.day.timetable.n_stops)


def worth_telling(ways: Sequence[Way]) -> list[Way]:
    """The Pareto set of ways by departure, arrival, vehicles and walking; soonest there first."""
    return unbeaten(ways, criteria_of)


def _reaches(end: End) -> list[Reach]:
    return [Reach(choice.place, choice.walk.seconds) for choice in end.choices]
