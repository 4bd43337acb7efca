"""Offers as riders read them: walks, shuttles and buses in legs, with what is promised.

Rule: only what the live plan can serve is offered for booking; buses are information.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from api.schemas.common import Fare, Name, StopRef
from api.schemas.transit import WALK_M
from api.schemas.trips import LegEnd, LegView, OfferView, RouteView
from api.service import Service
from api.trips.fares import fare_of
from api.trips.offers import SignedOffer
from api.trips.places import Stops
from api.trips.requests import End, Trip
from gtfs.compiled import CompiledDay
from routing.dispatch.commands import Offer, RideRequest, StopChoice
from routing.dispatch.quote import quote
from routing.dispatch.rejections import LACKS_ROOM, Rejected
from routing.dispatch.values import Connection
from routing.intermodal.itineraries import (
    Connecting,
    Hubs,
    Reach,
    ShuttleAndBus,
    find_bus_then_shuttle,
    find_shuttle_then_bus,
)
from routing.transit import Journey, Leg, LegKind, find_journeys, get_offsets
from routing.transit.timetable import Offsets
from routing.types import NONE, frozen

#: Longest walk between shuttle and bus, metres.
HUB_WALK_M = 150
#: How long before a deadline a bus journey is looked for, seconds.
BEFORE_DEADLINE_S = 90 * 60
MAX_BUS_OFFERS = 2
OWN_PLACE = LegEnd(None, None, None, False)


def find_hubs(stops: Stops, speed_m_per_s: float) -> Hubs:
    """Return where shuttle and bus are within a short walk of each other."""
    rows = [
        (place, stop, walk.seconds)
        for place in range(stops.n_virtual)
        for stop, walk in stops.nearest_bus(*stops.point(place), HUB_WALK_M, speed_m_per_s)
    ]
    place, stop, walk_s = zip(*rows, strict=True) if rows else ((), (), ())
    return Hubs(frozen(place), frozen(stop), frozen(walk_s))


class Planner:
    """Finds and shows ways to make one trip.

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
        self._day = service.timetables.find(trip.service_date)
        self._now = service.time.now_s(trip.service_date)
        self._fare = fare_of(service.area.fares, trip.request.party)

    def quote(self, request: RideRequest | None = None) -> list[Offer] | Rejected:
        """What the live plan can serve; of the trip itself, or of a part of it."""
        state = self._service.loop.committed(self._date)
        network = self._service.loop.network(self._date)
        return quote(state, request or self._trip.request, self._now, network)

    async def quote_or_rescue(self) -> list[Offer] | Rejected:
        """As `quote` of the trip itself; where there is no room, by moving other rides."""
        found = self.quote()
        if isinstance(found, list) or found.reason not in LACKS_ROOM:
            return found
        loop = self._service.loop
        state, network = loop.committed(self._date), loop.network(self._date)
        rescued = await self._service.rescuer.quote(state, self._trip.request, self._now, network)
        return found if rescued is None else [rescued]

    def shuttles(self, offers: Sequence[Offer]) -> list[OfferView]:
        """Offers of shuttles alone."""
        return [self._shuttle(offer) for offer in offers]

    def buses(self) -> list[OfferView]:
        """Journeys by bus, as information."""
        if self._day is None:
            return []
        journeys = self._bus_journeys(self._day)
        return [self._bus(self._day, journey) for journey in journeys[:MAX_BUS_OFFERS]]

    def shuttles_and_buses(self) -> list[OfferView]:
        """Journeys with a shuttle before or after a bus, each with a real offer."""
        day, dep_time = self._day, self._trip.request.depart_from
        if day is None or dep_time is None:
            return []
        views = [
            *(self._feeding(day, found) for found in self._shuttle_first(day, dep_time)),
            *(self._fed(day, found) for found in self._bus_first(day, dep_time)),
        ]
        return sorted(views, key=lambda view: view.arrives_at)

    # --- finding ---

    def _bus_journeys(self, day: CompiledDay) -> list[Journey]:
        request = self._trip.request
        access, egress = (
            self._offsets(day, self._trip.origin),
            self._offsets(day, self._trip.destination),
        )
        dep_time = request.depart_from
        if dep_time is None:
            assert request.arrive_by is not None
            dep_time = max(self._now, request.arrive_by - BEFORE_DEADLINE_S)
        journeys = find_journeys(day.timetable, access, egress, dep_time)
        by = request.arrive_by
        return [j for j in reversed(journeys) if by is None or j.arr_time <= by]

    def _offsets(self, day: CompiledDay, end: End) -> Offsets:
        speed = self._service.area.policy.walk_speed_m_per_s
        near = self._service.stops.nearest_bus(end.lon, end.lat, WALK_M, speed)
        stops = np.array([stop for stop, _ in near], np.int64)
        seconds = np.array([walk.seconds for _, walk in near], np.int64)
        return get_offsets(stops, seconds, day.timetable.n_stops)

    def _shuttle_first(self, day: CompiledDay, dep_time: int) -> list[ShuttleAndBus[Offer]]:
        def ask(place: int, arrive_by: int) -> Offer | None:
            return self._first_offer(
                replace(
                    self._trip.request,
                    destinations=(StopChoice(place),),
                    depart_from=None,
                    arrive_by=arrive_by,
                )
            )

        return find_shuttle_then_bus(
            day.timetable,
            self._service.loop.network(self._date).travel,
            self._service.hubs,
            _reaches(self._trip.origin),
            self._offsets(day, self._trip.destination),
            dep_time,
            ask,
        )[:1]

    def _bus_first(self, day: CompiledDay, dep_time: int) -> list[ShuttleAndBus[Offer]]:
        def ask(place: int, depart_from: int) -> Offer | None:
            return self._first_offer(
                replace(self._trip.request, origins=(StopChoice(place),), depart_from=depart_from)
            )

        return find_bus_then_shuttle(
            day.timetable,
            self._service.loop.network(self._date).travel,
            self._service.hubs,
            self._offsets(day, self._trip.origin),
            _reaches(self._trip.destination),
            dep_time,
            ask,
        )[:1]

    def _first_offer(self, request: RideRequest) -> Offer | None:
        offers = self.quote(request)
        return None if isinstance(offers, Rejected) else offers[0]

    # --- showing ---

    def _shuttle(self, offer: Offer) -> OfferView:
        legs = tuple(self._shuttle_legs(offer, from_door=True, to_door=True))
        return self._offer("shuttle", offer, legs, offer.promise.dropoff_latest)

    def _feeding(self, day: CompiledDay, found: ShuttleAndBus[Offer]) -> OfferView:
        ride = found.journey.rides[0]
        walk_s = int(self._service.hubs.walk_s[found.hub])
        transfer_s = walk_s + Connecting().buffer_s
        trip = _connection(day, ride, transfer_s, feeds=True)
        offer = replace(found.offer, connection=trip)
        bus = list(self._bus_legs(day, found.journey))[1:]
        hub = self._walk(
            self._at(offer.destination.place), bus[0].origin, ride.dep_time - walk_s, walk_s
        )
        shuttle = self._shuttle_legs(offer, from_door=True, to_door=False)
        legs = (*shuttle, *([hub] if walk_s else []), *bus)
        return self._offer("shuttle_bus", offer, legs, found.journey.arr_time)

    def _fed(self, day: CompiledDay, found: ShuttleAndBus[Offer]) -> OfferView:
        ride = found.journey.rides[-1]
        walk_s = int(self._service.hubs.walk_s[found.hub])
        offer = replace(found.offer, connection=_connection(day, ride, walk_s, feeds=False))
        bus = list(self._bus_legs(day, found.journey))[:-1]
        hub = self._walk(bus[-1].destination, self._at(offer.origin.place), ride.arr_time, walk_s)
        shuttle = self._shuttle_legs(offer, from_door=False, to_door=True)
        legs = (*bus, *([hub] if walk_s else []), *shuttle)
        return self._offer("shuttle_bus", offer, legs, offer.promise.dropoff_latest)

    def _offer(self, kind: str, offer: Offer, legs: tuple[LegView, ...], latest: int) -> OfferView:
        service = self._service
        signed = SignedOffer(self._date, offer, self._fare)
        egress_s = offer.destination.walk.seconds if legs[-1].mode != "bus" else 0
        return OfferView(
            kind="shuttle" if kind == "shuttle" else "shuttle_bus",
            offer_id=service.offers.sign(signed),
            valid_until=service.time.at(self._date, offer.valid_until),
            departs_at=legs[0].departs_at,
            arrives_at=legs[-1].arrives_at,
            arrives_latest_at=service.time.at(self._date, latest + egress_s),
            promise=service.views.promise(self._date, offer.promise),
            fare=Fare(self._fare, service.area.fares.currency),
            legs=legs,
            estimated=service.area.estimated,
        )

    def _bus(self, day: CompiledDay, journey: Journey) -> OfferView:
        legs = tuple(self._bus_legs(day, journey))
        return OfferView(
            kind="bus",
            offer_id=None,
            valid_until=None,
            departs_at=legs[0].departs_at,
            arrives_at=legs[-1].arrives_at,
            arrives_latest_at=legs[-1].arrives_at,
            promise=None,
            fare=None,
            legs=legs,
            estimated=True,
        )

    def _shuttle_legs(self, offer: Offer, *, from_door: bool, to_door: bool) -> Iterator[LegView]:
        time, date = self._service.time, self._date
        origin, destination = self._at(offer.origin.place), self._at(offer.destination.place)
        access, egress = offer.origin.walk, offer.destination.walk
        if from_door and access.seconds:
            start = offer.planned_pickup - access.seconds
            yield self._walk(OWN_PLACE, origin, start, access.seconds, access.metres)
        yield LegView(
            "shuttle",
            origin,
            destination,
            time.at(date, offer.planned_pickup),
            time.at(date, offer.planned_dropoff),
        )
        if to_door and egress.seconds:
            yield self._walk(
                destination, OWN_PLACE, offer.planned_dropoff, egress.seconds, egress.metres
            )

    def _bus_legs(self, day: CompiledDay, journey: Journey) -> Iterator[LegView]:
        yield from bus_legs(self._service, self._date, day, journey)

    def _walk(
        self,
        origin: LegEnd,
        destination: LegEnd,
        start: int,
        seconds: int,
        metres: int | None = None,
    ) -> LegView:
        at = self._service.time.at
        end = at(self._date, start + seconds)
        return LegView("walk", origin, destination, at(self._date, start), end, metres)

    def _at(self, place: int) -> LegEnd:
        return leg_end(self._service.stops.ref(place))


def bus_legs(service: Service, date: str, day: CompiledDay, journey: Journey) -> Iterator[LegView]:
    """Yield the legs of a bus journey; walks of no length are left out.

    The first and the last leg are kept even so, as ends of the journey, unless they take no time.
    """
    for leg in journey.legs:
        if leg.kind is LegKind.RIDE:
            yield _ride(service, date, day, leg)
        elif leg.arr_time > leg.dep_time:
            yield LegView(
                "walk",
                _bus_end(day, leg.from_stop),
                _bus_end(day, leg.to_stop),
                service.time.at(date, leg.dep_time),
                service.time.at(date, leg.arr_time),
            )


def _ride(service: Service, date: str, day: CompiledDay, leg: Leg) -> LegView:
    return LegView(
        "bus",
        _bus_end(day, leg.from_stop),
        _bus_end(day, leg.to_stop),
        service.time.at(date, leg.dep_time),
        service.time.at(date, leg.arr_time),
        None,
        route_view(day, leg.trip_idx),
    )


def route_view(day: CompiledDay, trip_idx: int) -> RouteView:
    """The bus of a trip, as a rider reads it."""
    ko, en = day.trip_label(trip_idx, "ko"), day.trip_label(trip_idx, "en")
    return RouteView(
        route_id=ko.route_id,
        short_name=ko.route_short_name,
        long_name=ko.route_long_name,
        headsign=Name(ko.headsign, en.headsign),
        colour=f"#{ko.color}" if ko.color else None,
        trip_id=ko.trip_id,
    )


def stop_name(day: CompiledDay, stop: int) -> Name:
    """Name of a stop of the timetable."""
    return Name(day.stop_name(stop, "ko"), day.stop_name(stop, "en"))


def leg_end(stop: StopRef) -> LegEnd:
    """A stop as the end of a leg."""
    return LegEnd(stop.stop_id, stop.name, stop.position, stop.estimated)


def _bus_end(day: CompiledDay, stop: int) -> LegEnd:
    if stop == NONE:
        return OWN_PLACE
    position = (float(day.stops.lon[stop]), float(day.stops.lat[stop]))
    return LegEnd(day.stops.id[stop], stop_name(day, stop), position, True)


def _reaches(end: End) -> list[Reach]:
    return [Reach(choice.place, choice.walk.seconds) for choice in end.choices]


def _connection(day: CompiledDay, ride: Leg, transfer_s: int, *, feeds: bool) -> Connection:
    stop = ride.from_stop if feeds else ride.to_stop
    time = ride.dep_time if feeds else ride.arr_time
    return Connection(day.trips.id[ride.trip_idx], day.stops.id[stop], time, feeds, transfer_s)
