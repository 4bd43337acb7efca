"""The places of a city and the driving times between them.

Rule: one order of places for everybody, virtual stops, depots, road nodes; the index of a
place in it is its index in the travel-time matrix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np

from gtfs.area_file import AreaFile, Depot, VirtualStop
from gtfs.builder.files import SourceFile, read_csv
from gtfs.roads import RoadNode, Roads
from gtfs.zones import LivingZone, find_zone
from routing.errors import AreaError
from routing.road.geometry import FloatArray
from routing.road.graph import attach
from routing.road.matrix import road_times, straight_times
from routing.road.snap import snap
from routing.road.travel import TravelTimes
from routing.types import NEVER, frozen

PlaceKind: TypeAlias = Literal["virtual_stop", "depot", "road_node"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the travel-time matrix; coordinates in degrees."""

    place_id: str
    kind: PlaceKind
    name_ko: str
    name_en: str
    lon: float
    lat: float
    zone_id: str | None  # None outside all zones
    estimated: bool
    accuracy_m: int


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The places in the order of the matrix: virtual stops, depots, road nodes."""

    rows: tuple[Place, ...]
    lon: FloatArray  # (n,) degrees
    lat: FloatArray  # (n,) degrees
    n_virtual_stops: int  # they are the first
    idx_of: Mapping[str, int]  # place index by place_id

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place_idx: int) -> Place:
        return self.rows[place_idx]

    def list_virtual_stops(self) -> tuple[Place, ...]:
        """Where shuttles pick up and set down; their index is their place index."""
        return self.rows[: self.n_virtual_stops]


def list_places(
    file: AreaFile, here: Path, scenario: str, roads: Roads, zones: Sequence[LivingZone]
) -> Places:
    """Return the places of a city.

    Parameters
    ----------
    file
        The area file.
    here
        The folder that its names are relative to.
    scenario
        The scenario that is on; virtual stops of others are left out.
    roads
        Their nodes are places.
    zones
        Every virtual stop must lie in one of them.

    Returns
    -------
    Places
        Virtual stops, depots, road nodes, each in the order of its file.

    Raises
    ------
    AreaError
        If the stop file cannot be used, a stop lies in no zone or an id names two places.
    """

    def zone_id(lon: float, lat: float) -> str | None:
        zone = find_zone(zones, lon, lat, file.zones.margin_m)
        return zone.zone_id if zone else None

    stops = [
        _stop_place(stop, zone_id(stop.lon, stop.lat), at)
        for at, stop in read_csv(here / file.virtual_stops, VirtualStop)
        if stop.scenario in ("", scenario)
    ]
    depots = [_depot_place(depot, zone_id(depot.lon, depot.lat)) for depot in file.depots]
    nodes = [_node_place(node, zone_id(node.lon, node.lat)) for node in roads.nodes]
    rows = (*stops, *depots, *nodes)
    lon, lat = (frozen([getattr(p, name) for p in rows], np.float64) for name in ("lon", "lat"))
    return Places(rows, lon, lat, len(stops), MappingProxyType(_index(rows, file)))


def _index(rows: Sequence[Place], file: AreaFile) -> dict[str, int]:
    idx_of: dict[str, int] = {}
    for index, place in enumerate(rows):
        if place.place_id in idx_of:
            raise AreaError(
                f"{place.place_id} names two places; virtual stops, depots and road nodes "
                "share one set of ids",
                file.virtual_stops,
                field="stop_id",
            )
        idx_of[place.place_id] = index
    return idx_of


def _stop_place(stop: VirtualStop, zone_id: str | None, at: SourceFile) -> Place:
    if zone_id is None:
        raise at.error(f"{stop.stop_id} lies in no zone; move it or widen a zone", "lon")
    estimated = stop.coord_kind not in ("sourced", "official")
    return Place(
        stop.stop_id,
        "virtual_stop",
        stop.name_ko,
        stop.name_en,
        stop.lon,
        stop.lat,
        zone_id,
        estimated,
        stop.accuracy_m,
    )


def _depot_place(depot: Depot, zone_id: str | None) -> Place:
    return Place(
        depot.depot_id,
        "depot",
        depot.name_ko,
        depot.name_en,
        depot.lon,
        depot.lat,
        zone_id,
        depot.estimated,
        depot.accuracy_m,
    )


def _node_place(node: RoadNode, zone_id: str | None) -> Place:
    return Place(
        node.node_id,
        "road_node",
        node.name_ko,
        node.name_en,
        node.lon,
        node.lat,
        zone_id,
        node.is_estimated,
        node.accuracy_m,
    )


def place_times(file: AreaFile, roads: Roads, places: Places, at: SourceFile) -> TravelTimes:
    """Return driving times between places, over the roads or straight where there are none.

    Parameters
    ----------
    file
        The area file.
    roads
        What is driven on; a place is reached at the nearest point of an open road.
    places
        The places.
    at
        The area file's name, for messages.

    Returns
    -------
    TravelTimes
        In the order of ``places``, with a way between any two.

    Raises
    ------
    AreaError
        If a place is too far from the roads or cannot be reached.
    """
    if file.roads is None:
        assert file.straight is not None  # one of the two, see _check_frame
        return straight_times(
            places.lon, places.lat, file.straight.speed_kmh / 3.6, file.straight.detour
        )
    n_nodes = roads.graph.n_nodes
    points = snap(roads.graph, places.lon[:-n_nodes], places.lat[:-n_nodes])
    for place, access_m in zip(places.rows, points.access_m, strict=False):
        if access_m > file.roads.max_snap_m:
            raise at.error(
                f"{place.place_id} is {access_m:.0f} m from the nearest open road; "
                "move it or add the road",
                "roads.max_snap_m",
            )
    graph, attached = attach(roads.graph, points.edge, points.offset_m)
    travel = road_times(graph, roads.profile, [*attached, *range(n_nodes)])
    _check_reachable(travel, places, at)
    return travel


def _check_reachable(travel: TravelTimes, places: Places, at: SourceFile) -> None:
    lost = np.argwhere(travel.seconds[0] == NEVER)
    if len(lost):
        origin, destination = (places[int(index)].place_id for index in lost[0])
        raise at.error(f"no open road leads from {origin} to {destination}", "roads.edges")
