"""The places of a city and the driving times between them.

Rule: one order of places for everybody, virtual stops, depots, road nodes; the index of a
place in it is its index in the travel-time matrix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from gtfs.area_file import AreaFile, Depot, VirtualStop
from gtfs.builder.files import SourceFile, read_csv
from gtfs.roads import RoadNode, Roads
from gtfs.zones import LivingZone, find_zone
from routing.errors import AreaError
from routing.road.geometry import FloatArray, Region
from routing.road.graph import RoadGraph, attach, close
from routing.road.matrix import SpeedProfile, arc_seconds, find_path, road_times, straight_times
from routing.road.snap import snap
from routing.road.travel import TravelTimes
from routing.types import NEVER, Int32Array, frozen

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


class DrivingNetwork(NamedTuple):
    """The roads cut where places are, so that each of the ``n`` places is a node."""

    graph: RoadGraph
    node: Int32Array  # (n,) node index of each place
    profile: SpeedProfile
    arc_s: Int32Array  # (k, a) seconds over each arc


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
        """Zone of a point, or None outside the service area."""
        zone = find_zone(zones, lon, lat, file.zones.margin_m)
        return zone.zone_id if zone else None

    stops = [
        _stop_place(stop, zone_id(stop.lon, stop.lat), at)
        for at, stop in _stop_rows(file, here)
        if stop.scenario in ("", scenario)
    ]
    depots = [_depot_place(depot, zone_id(depot.lon, depot.lat)) for depot in file.depots]
    road_nodes = roads.nodes if file.roads and file.roads.nodes_as_places else ()
    nodes = [_node_place(node, zone_id(node.lon, node.lat)) for node in road_nodes]
    rows = (*stops, *depots, *nodes)
    lon, lat = (frozen([getattr(p, name) for p in rows], np.float64) for name in ("lon", "lat"))
    return Places(rows, lon, lat, len(stops), MappingProxyType(_index(rows, file)))


def _stop_rows(file: AreaFile, here: Path) -> list[tuple[SourceFile, VirtualStop]]:
    rows = read_csv(here / file.virtual_stops, VirtualStop)
    for at, stop in rows:
        if stop.scenario not in ("", *file.scenarios):
            raise at.error(f"{stop.scenario} is not among the area's scenarios", "scenario")
    return rows


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


def driving_network(
    file: AreaFile, roads: Roads, places: Places, at: SourceFile
) -> DrivingNetwork | None:
    """Return the roads with every place on them, or None where there are no roads.

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
    DrivingNetwork or None
        With the driving time over each piece of road.

    Raises
    ------
    AreaError
        If a place is too far from the roads.
    """
    if file.roads is None:
        return None
    on_roads = [place for place in places.rows if place.kind != "road_node"]
    n_nodes = len(places) - len(on_roads)
    points = snap(roads.graph, places.lon[: len(on_roads)], places.lat[: len(on_roads)])
    for place, access_m in zip(on_roads, points.access_m, strict=True):
        if access_m > file.roads.max_snap_m:
            raise at.error(
                f"{place.place_id} is {access_m:.0f} m from the nearest open road; "
                "move it or add the road",
                "roads.max_snap_m",
            )
    graph, nodes = attach(roads.graph, points.edge, points.offset_m)
    node = frozen([*nodes, *range(n_nodes)])
    return DrivingNetwork(graph, node, roads.profile, arc_seconds(graph, roads.profile))


def place_times(
    file: AreaFile, network: DrivingNetwork | None, places: Places, at: SourceFile
) -> TravelTimes:
    """Return driving times between places, over the roads or straight where there are none.

    Parameters
    ----------
    file
        The area file.
    network
        The roads with the places on them, if there are roads.
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
        If a place cannot be reached.
    """
    if network is None:
        assert file.straight is not None  # an area has roads or this table
        speed_m_per_s = file.straight.speed_kmh / 3.6
        return straight_times(places.lon, places.lat, speed_m_per_s, file.straight.detour)
    travel = road_times(network.graph, network.profile, network.node)
    _check_reachable(travel, places, at)
    return travel


def drive_line(
    network: DrivingNetwork | None,
    places: Places,
    origin: int,
    destination: int,
    time: int,
    closed: Sequence[Region] = (),
) -> tuple[tuple[float, float], ...]:
    """Return the line that a vehicle follows from place to place.

    Parameters
    ----------
    network
        The roads with the places on them; None draws a straight line.
    places
        The places.
    origin
        Place index.
    destination
        Place index.
    time
        Departure, service seconds; the way is the quickest one at the knot before it.
    closed
        Where no road may be driven; the way goes around, unless there is no way around.

    Returns
    -------
    tuple of (float, float)
        [lon, lat] in degrees, from the road point of ``origin`` to that of ``destination``.
    """
    if network is None:
        return tuple((places[place].lon, places[place].lat) for place in (origin, destination))
    knot = max(int(np.searchsorted(network.profile.knot_time, time, side="right")) - 1, 0)
    start, end = int(network.node[origin]), int(network.node[destination])
    way = None
    if closed:
        graph = reduce(close, closed, network.graph)
        way = find_path(graph, arc_seconds(graph, network.profile)[knot], start, end)
    if way is None:
        way = find_path(network.graph, network.arc_s[knot], start, end)
    assert way is not None  # place_times refuses places without a way
    return tuple(zip(network.graph.lon[way].tolist(), network.graph.lat[way].tolist(), strict=True))


def _check_reachable(travel: TravelTimes, places: Places, at: SourceFile) -> None:
    lost = np.argwhere(travel.seconds[0] == NEVER)
    if len(lost):
        origin, destination = (places[int(index)].place_id for index in lost[0])
        raise at.error(f"no open road leads from {origin} to {destination}", "roads.edges")
