"""Offers as riders read them: walks, shuttles and buses in legs, with what is promised.

Rule: only what the live plan can serve is offered for booking; buses are information.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from api.schemas.common import Fare, Name, StopRef
from api.schemas.trips import LegEnd, LegView, OfferView, RouteView
from api.service import Service
from api.trips.offers import SignedOffer
from api.trips.predicted import list_ride_alerts, live_times
from gtfs.compiled import CompiledDay
from routing.dispatch.commands import Offer
from routing.dispatch.values import Connection
from routing.intermodal.itineraries import Connecting, ShuttleAndBus
from routing.transit import Journey, Leg, LegKind
from routing.types import NONE

OWN_PLACE = LegEnd(None, None, None, False)


class Showing:
    """Shows ways to make a trip of one service day.

    Parameters
    ----------
    service
        The area.
    service_date
        The day.
    fare_won
        What the shuttle costs the party.
    """

    def __init__(self, service: Service, service_date: str, fare_won: int) -> None:
        self._service, self._date, self._fare = service, service_date, fare_won

    def shuttle(self, offer: Offer) -> OfferView:
        """A shuttle all the way."""
        legs = tuple(self._shuttle_legs(offer, from_door=True, to_door=True))
        return self._offer("shuttle", offer, legs, offer.promise.dropoff_latest)

    def both(self, day: CompiledDay, found: ShuttleAndBus[Offer]) -> OfferView:
        """A shuttle before or after a bus; booking it holds the connection."""
        return self._feeding(day, found) if found.shuttle_first else self._fed(day, found)

    def _feeding(self, day: CompiledDay, found: ShuttleAndBus[Offer]) -> OfferView:
        ride = found.journey.rides[0]
        walk_s = found.hub_walk_s
        transfer_s = walk_s + Connecting().buffer_s
        trip = _connection(day, ride, transfer_s, feeds=True)
        offer = replace(found.offer, connection=trip)
        bus = list(self._bus_legs(day, Journey(found.journey.legs[1:])))
        hub = self._walk(
            self._at(offer.destination.place), bus[0].origin, ride.dep_time - walk_s, walk_s
        )
        shuttle = self._shuttle_legs(offer, from_door=True, to_door=False)
        legs = (*shuttle, *([hub] if walk_s else []), *bus)
        return self._offer("shuttle_bus", offer, legs, found.journey.arr_time)

    def _fed(self, day: CompiledDay, found: ShuttleAndBus[Offer]) -> OfferView:
        ride = found.journey.rides[-1]
        walk_s = found.hub_walk_s
        offer = replace(found.offer, connection=_connection(day, ride, walk_s, feeds=False))
        bus = list(self._bus_legs(day, Journey(found.journey.legs[:-1])))
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

    def bus(self, day: CompiledDay, journey: Journey) -> OfferView:
        """A journey by bus, as information."""
        return self._information("bus", tuple(self._bus_legs(day, journey)))

    def on_foot(self, start: int, seconds: int, metres: int) -> OfferView:
        """The whole way on foot, as information."""
        return self._information(
            "walk", (self._walk(OWN_PLACE, OWN_PLACE, start, seconds, metres),)
        )

    def _information(self, kind: Literal["bus", "walk"], legs: tuple[LegView, ...]) -> OfferView:
        return OfferView(
            kind=kind,
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
        live_times(service, date, day, leg),
        tuple(alert.alert_id for alert in list_ride_alerts(service, day, leg)),
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


def _connection(day: CompiledDay, ride: Leg, transfer_s: int, *, feeds: bool) -> Connection:
    stop = ride.from_stop if feeds else ride.to_stop
    time = ride.dep_time if feeds else ride.arr_time
    return Connection(day.trips.id[ride.trip_idx], day.stops.id[stop], time, feeds, transfer_s)
