"""Stops as clients name them, and the kernels' place indices behind them.

Rule: outside this module a place is a stop with an id and a name, or a point that a rider gave
and that is forgotten with the request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from api.schemas.common import Name, StopRef
from api.schemas.service import DistrictView, NearbyStop, StopView
from gtfs.area import Area
from gtfs.places import Place
from gtfs.zones import District
from routing.dispatch.commands import StopChoice
from routing.dispatch.values import Walk
from routing.road.geometry import contains, straight_m
from routing.road.walk import walk_s, walks_from

StopKind = Literal["virtual", "bus"]


@dataclass(frozen=True, slots=True)
class BusStop:
    """A stop of the timetable."""

    stop_id: str
    name: Name
    lon: float
    lat: float


class Stops:
    """All stops of an area: where shuttles call, and where buses do.

    Parameters
    ----------
    area
        The city.
    bus_stops
        Stops of the timetable, in its order.
    bus_estimated
        Whether the timetable's stops are estimates.
    """

    def __init__(
        self, area: Area, bus_stops: Sequence[BusStop] = (), bus_estimated: bool = True
    ) -> None:
        self._area = area
        self.n_virtual = len(area.places.list_virtual_stops())
        self.bus_stops = tuple(bus_stops)
        self._refs = tuple(map(_place_ref, area.places.rows))
        virtual = [_virtual_view(place) for place in area.places.list_virtual_stops()]
        bus = [self._bus_view(stop, bus_estimated) for stop in bus_stops]
        self.views: tuple[StopView, ...] = (*virtual, *bus)
        self._virtual = {view.stop_id: i for i, view in enumerate(virtual)}
        self._bus = {view.stop_id: i for i, view in enumerate(bus)}
        self._lon = np.array([view.position[0] for view in self.views])
        self._lat = np.array([view.position[1] for view in self.views])

    def ref(self, place: int) -> StopRef:
        """A place of the travel-time matrix, as others refer to it."""
        return self._refs[place]

    def point(self, place: int) -> tuple[float, float]:
        """[lon, lat] of a place of the travel-time matrix."""
        return self._refs[place].position

    def find(self, stop_id: str) -> StopView | None:
        """The stop with this id; a virtual one where a bus stop has the same."""
        place, stop = self._virtual.get(stop_id), self._bus.get(stop_id)
        if place is not None:
            return self.views[place]
        return None if stop is None else self.views[self.n_virtual + stop]

    def stop_ref(self, stop_id: str) -> StopRef:
        """A stop by its id, as others refer to it; one that is no more keeps its id as a name."""
        stop = self.find(stop_id)
        if stop is None:
            return StopRef(stop_id, Name(stop_id, stop_id), (0.0, 0.0), True)
        return StopRef(stop_id, stop.name, stop.position, stop.estimated)

    def find_place(self, stop_id: str) -> int | None:
        """Place index of a virtual stop."""
        return self._virtual.get(stop_id)

    def find_bus(self, stop_id: str) -> int | None:
        """Stop index, in the timetable, of a bus stop."""
        return self._bus.get(stop_id)

    def reach(self, lon: float, lat: float, walk_m: int, speed_m_per_s: float) -> list[StopChoice]:
        """Virtual stops within a walk of a point, nearest first."""
        n = self.n_virtual
        near, metres = walks_from(self._area.ground, lon, lat, self._lon[:n], self._lat[:n], walk_m)
        seconds = walk_s(metres, speed_m_per_s)
        return [
            StopChoice(int(place), Walk(int(s), int(m)))
            for place, s, m in zip(near, seconds, metres, strict=True)
        ]

    def nearest_bus(
        self, lon: float, lat: float, walk_m: int, speed_m_per_s: float
    ) -> list[tuple[int, Walk]]:
        """Bus stops (index in the timetable) within a walk of a point, nearest first."""
        n = self.n_virtual
        near, metres = walks_from(self._area.ground, lon, lat, self._lon[n:], self._lat[n:], walk_m)
        seconds = walk_s(metres, speed_m_per_s)
        rows = zip(near, seconds, metres, strict=True)
        return [(int(stop), Walk(int(s), int(m))) for stop, s, m in rows]

    def nearest_place_m(self, lon: float, lat: float) -> tuple[int, float]:
        """The place of the travel-time matrix nearest to a point, and how far it is, metres."""
        places = self._area.places
        metres = straight_m(lon, lat, places.lon, places.lat)
        nearest = int(np.argmin(metres))
        return nearest, float(metres[nearest])

    def nearest_place(self, lon: float, lat: float) -> int:
        """The place of the travel-time matrix nearest to a point."""
        return self.nearest_place_m(lon, lat)[0]

    def nearby(
        self, lon: float, lat: float, walk_m: int, kind: StopKind | None, limit: int
    ) -> list[NearbyStop]:
        """Stops of either kind within a walk of a point, nearest first."""
        near, metres = walks_from(self._area.ground, lon, lat, self._lon, self._lat, walk_m)
        seconds = walk_s(metres, self._area.policy.walk_speed_m_per_s)
        found = [
            NearbyStop(self.views[stop], int(m), int(s))
            for stop, s, m in zip(near, seconds, metres, strict=True)
            if kind is None or self.views[stop].kind == kind
        ]
        return found[:limit]

    def search(self, words: str, kind: StopKind | None) -> list[StopView]:
        """Stops whose id or name, in either language, holds ``words``; all of them for none."""
        wanted = "".join(words.lower().split())
        return [
            view
            for view in self.views
            if (kind is None or view.kind == kind) and wanted in _searched(view)
        ]

    def districts(self) -> tuple[DistrictView, ...]:
        """Districts where shuttles call, each with the stop in the middle of its stops."""
        found = ((each, self._middle(each)) for each in self._area.districts)
        return tuple(
            DistrictView(Name(each.name_ko, each.name_en), stop_id)
            for each, stop_id in found
            if stop_id is not None
        )

    def _middle(self, district: District) -> str | None:
        lon, lat = self._lon[: self.n_virtual], self._lat[: self.n_virtual]
        inside = np.flatnonzero(contains(district.region, lon, lat))
        if not len(inside):
            return None
        metres = straight_m(lon[inside].mean(), lat[inside].mean(), lon[inside], lat[inside])
        return self.views[int(inside[np.argmin(metres)])].stop_id

    def _bus_view(self, stop: BusStop, estimated: bool) -> StopView:
        zone = self._area.zone_at(stop.lon, stop.lat)
        return StopView(
            stop_id=stop.stop_id,
            kind="bus",
            name=stop.name,
            position=(stop.lon, stop.lat),
            zone_id=zone.zone_id if zone else None,
            estimated=estimated,
            accuracy_m=None,
        )


def _place_ref(place: Place) -> StopRef:
    name = Name(place.name_ko, place.name_en)
    return StopRef(place.place_id, name, (place.lon, place.lat), place.estimated)


def _virtual_view(place: Place) -> StopView:
    return StopView(
        stop_id=place.place_id,
        kind="virtual",
        name=Name(place.name_ko, place.name_en),
        position=(place.lon, place.lat),
        zone_id=place.zone_id,
        estimated=place.estimated,
        accuracy_m=place.accuracy_m,
    )


def _searched(view: StopView) -> str:
    return "".join(f"{view.stop_id}\n{view.name.ko}\n{view.name.en}".lower().split())
