"""A city as the service sees it: places, zones, roads, driving times, fleet, fares, rules.

`load_area` reads one area file and all that it names; nothing else in the system knows where
a city's data stands. Rule: an area that loads is complete, every place can be reached from
every other, and every virtual stop lies in a zone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np

from gtfs.area_file import AreaFile, Shuttle
from gtfs.builder.files import SourceFile, read_toml
from gtfs.places import (
    DrivingNetwork,
    Places,
    drive_line,
    driving_network,
    list_places,
    place_times,
)
from gtfs.roads import Roads, clock_seconds, no_roads, read_roads
from gtfs.zones import (
    District,
    LivingZone,
    find_zone,
    read_districts,
    read_land,
    read_zones,
)
from routing.dispatch.conditions import closing
from routing.dispatch.values import Closure
from routing.drt.model import Break, Vehicle
from routing.policy import CostWeights, ServiceFloor, ServicePolicy
from routing.road.closures import times_with_closures
from routing.road.geometry import region
from routing.road.graph import CLOSED, close
from routing.road.travel import TravelTimes
from routing.road.walk import Ground, ground
from routing.types import NEVER


@dataclass(frozen=True, slots=True)
class FeedSource:
    """Where the timetable comes from; exactly one is given."""

    path: Path | None  # zip or folder of a GTFS feed
    url: str | None
    builder: Path | None  # folder of plain-text sources for `gtfs.build.build_feed`


@dataclass(frozen=True, slots=True)
class RealtimeSource:
    """Where GTFS-Realtime messages come from, if there are any."""

    sources: tuple[str, ...]  # absolute paths or URLs
    poll_s: int
    max_age_s: int  # older messages are not believed, s


@dataclass(frozen=True, slots=True)
class Fares:
    """What a ride costs, per head, in whole units of ``currency``."""

    currency: str
    amounts: Mapping[str, int]  # by kind of rider
    note_ko: str
    note_en: str


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Everything that makes the service this city and not another."""

    source: Path
    area_id: str
    name_ko: str
    name_en: str
    timezone: ZoneInfo
    centre: tuple[float, float]  # lon, lat
    bbox: tuple[float, float, float, float]  # west, south, east, north
    languages: tuple[str, ...]
    estimated: bool
    note_ko: str
    note_en: str
    attribution: tuple[str, ...]
    scenario: str  # empty for the city as it is
    feed: FeedSource
    realtime: RealtimeSource
    fares: Fares
    zones: tuple[LivingZone, ...]
    zone_margin_m: float
    districts: tuple[District, ...]
    roads: Roads
    places: Places
    network: DrivingNetwork | None  # roads with the places on them; None without road files
    travel_times: TravelTimes  # over ``places``
    ground: Ground  # for walks, see `routing.road.walk`
    policy: ServicePolicy
    fleet: tuple[Vehicle, ...]

    def zone_at(self, lon: float, lat: float) -> LivingZone | None:
        """Zone of a point in degrees, or None outside the service area."""
        return find_zone(self.zones, lon, lat, self.zone_margin_m)

    def contains(self, lon: float, lat: float) -> bool:
        """Whether a point in degrees lies in the service area."""
        return self.zone_at(lon, lat) is not None

    def drive_line(
        self, origin: int, destination: int, time: int, closures: tuple[Closure, ...] = ()
    ) -> tuple[tuple[float, float], ...]:
        """Line [lon, lat] that a vehicle follows between place indices when leaving at ``time``.

        Around those of ``closures`` that hold then, where there is a way around.
        """
        closed = [closing(c).area for c in closures if c.from_time <= time < c.until_time]
        return drive_line(self.network, self.places, origin, destination, time, closed)

    def travel_under(self, closures: Sequence[Closure]) -> TravelTimes:
        """Driving times between places on a day with these closures.

        Where an area has no roads, nothing can be closed and the times stay as they are.
        """
        if self.network is None or not closures:
            return self.travel_times
        network = self.network
        closings = [closing(closure) for closure in closures]
        return times_with_closures(network.graph, network.profile, network.node, closings)

    def closed_roads(self, closures: Sequence[Closure]) -> tuple[int, ...]:
        """Indices of the roads of `road_lines` that run through a closure."""
        graph = self.roads.graph
        for closure in closures:
            graph = close(graph, closing(closure).area)
        shut = (graph.edge_flow == CLOSED) & (self.roads.graph.edge_flow != CLOSED)
        return tuple(np.flatnonzero(shut).tolist())


def load_area(path: Path, scenario: str | None = None) -> Area:
    """Return the city that an area file describes.

    Parameters
    ----------
    path
        TOML of `gtfs.area_file.AreaFile`; files that it names are relative to it.
    scenario
        Overrides the scenario of the file; "" is the city as it is.

    Returns
    -------
    Area
        Complete and consistent, with its travel-time matrix.

    Raises
    ------
    AreaError
        If the file, or one that it names, cannot be used; names file, row and field.
    """
    file = read_toml(path, AreaFile)
    here, at = path.parent, SourceFile(path.name)
    scenario = file.scenario if scenario is None else scenario
    _check_frame(file, at)
    zones = read_zones(here / file.zones.file, here / file.zones.polygons)
    _check_scenario(scenario, file, at)
    roads = _roads(file, here, scenario)
    places = list_places(file, here, scenario, roads, zones)
    network = driving_network(file, roads, places, at)
    return Area(
        **{name: getattr(file, name) for name in _COPIED},
        source=path,
        timezone=_timezone(file.timezone, at),
        languages=tuple(file.languages),
        attribution=tuple(file.attribution),
        scenario=scenario,
        feed=_feed(file, here, at),
        realtime=_realtime(file, here),
        fares=_fares(file),
        zones=zones,
        zone_margin_m=file.zones.margin_m,
        districts=read_districts(here / file.zones.polygons),
        roads=roads,
        places=places,
        network=network,
        travel_times=place_times(file, network, places, at),
        ground=_ground(file, here, zones, roads),
        policy=_policy(file.policy, at),
        fleet=_fleet(file.vehicles, places, at),
    )


def road_lines(area: Area) -> dict[str, Any]:
    """Return the roads as a GeoJSON collection of lines for maps.

    Parameters
    ----------
    area
        The city.

    Returns
    -------
    dict
        FeatureCollection (RFC 7946); properties name_ko, name_en, road_class, open, estimated.
    """
    graph = area.roads.graph
    features = []
    for index, edge in enumerate(area.roads.edges):
        ends = [int(graph.edge_from[index]), int(graph.edge_to[index])]
        line = [[float(graph.lon[node]), float(graph.lat[node])] for node in ends]
        properties = {
            "edge_id": edge.edge_id,
            "name_ko": edge.road_name_ko,
            "name_en": edge.road_name_en,
            "road_class": edge.highway,
            "open": bool(graph.edge_flow[index] != CLOSED),
            "estimated": edge.is_estimated,
        }
        geometry = {"type": "LineString", "coordinates": line}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


_COPIED = ("area_id", "name_ko", "name_en", "centre", "bbox", "estimated", "note_ko", "note_en")


def _check_frame(file: AreaFile, at: SourceFile) -> None:
    west, south, east, north = file.bbox
    if west >= east or south >= north:
        raise at.error("is empty; give west, south, east, north", "bbox")
    if not (west <= file.centre[0] <= east and south <= file.centre[1] <= north):
        raise at.error("lies outside bbox; give lon, lat", "centre")
    if (file.roads is None) == (file.straight is None):
        raise at.error("give either [roads] or [straight]", "roads")
    if file.estimated and not (file.note_ko and file.note_en):
        raise at.error("say what is estimated, in both languages", "note_ko")
    if file.straight is not None and not file.estimated:
        raise at.error("straight-line driving times are an estimate; set it to true", "estimated")


def _check_scenario(scenario: str, file: AreaFile, at: SourceFile) -> None:
    if scenario not in ("", *file.scenarios):
        known = ", ".join(file.scenarios) or "none"
        raise at.error(f"{scenario} is no scenario of this area; known: {known}", "scenario")


def _timezone(name: str, at: SourceFile) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise at.error(f"{name} is no IANA time zone", "timezone") from problem


def _feed(file: AreaFile, here: Path, at: SourceFile) -> FeedSource:
    if [file.feed.path, file.feed.url, file.feed.builder].count("") != 2:
        raise at.error("give exactly one of path, url, builder", "feed")
    for field in ("path", "builder"):
        name = getattr(file.feed, field)
        if name and not (here / name).exists():
            raise at.error(f"{name} does not exist beside the area file", f"feed.{field}")
    return FeedSource(
        here / file.feed.path if file.feed.path else None,
        file.feed.url or None,
        here / file.feed.builder if file.feed.builder else None,
    )


def _realtime(file: AreaFile, here: Path) -> RealtimeSource:
    table = file.realtime
    sources = tuple(name if "://" in name else str(here / name) for name in table.sources)
    return RealtimeSource(sources, table.poll_s, table.max_age_s)


def _fares(file: AreaFile) -> Fares:
    amounts = MappingProxyType(dict(file.fares.amounts))
    return Fares(file.fares.currency, amounts, file.fares.note_ko, file.fares.note_en)


def _roads(file: AreaFile, here: Path, scenario: str) -> Roads:
    table = file.roads
    if table is None:
        return no_roads()
    roads = read_roads(
        here / table.nodes, here / table.edges, here / table.speeds, {scenario} - {""}
    )
    for edge in roads.edges:
        _check_scenario(edge.scenario, file, SourceFile(f"{table.edges} edge {edge.edge_id}"))
    return roads


def _ground(file: AreaFile, here: Path, zones: Sequence[LivingZone], roads: Roads) -> Ground:
    everywhere = region([[(-180, -90), (180, -90), (180, 90), (-180, 90)]])
    walking = file.walking
    land = read_land(here / walking.land, zones) if walking.land else everywhere
    return ground(land, roads.graph, walking.detour, walking.shore_m)


def _policy(table: Mapping[str, Any], at: SourceFile) -> ServicePolicy:
    values = dict(table)
    weights = values.get("weights", {})
    _check_keys(values, ServicePolicy, "policy", at)
    if not isinstance(weights, dict):
        raise at.error("is a table, write [policy.weights]", "policy.weights")
    _check_keys(weights, CostWeights, "policy.weights", at)
    for key in ("service_from", "service_until"):
        if key in values:
            values[key] = _clock(values[key], f"policy.{key}", at)
    for floor in values.get("floors", ()):
        _check_keys(floor, ServiceFloor, "policy.floors", at)
        for key in {"from_time", "until_time"} & floor.keys():
            floor[key] = _clock(floor[key], f"policy.floors.{key}", at)
    try:
        return msgspec.convert(values, ServicePolicy)
    except msgspec.ValidationError as problem:
        raise at.error(str(problem), "policy") from problem


def _check_keys(table: Mapping[str, Any], kind: type[Any], name: str, at: SourceFile) -> None:
    known = [item.name for item in fields(kind)]
    for key in table:
        if key not in known:
            raise at.error(f"is unknown; known are {', '.join(known)}", f"{name}.{key}")


def _clock(text: Any, field: str, at: SourceFile) -> int:
    try:
        return clock_seconds(text)
    except (ValueError, AttributeError) as problem:
        raise at.error(f"is {text!r}, not a time like 07:00", field) from problem


def _fleet(shuttles: Sequence[Shuttle], places: Places, at: SourceFile) -> tuple[Vehicle, ...]:
    for vehicle_id, n in Counter(shuttle.vehicle_id for shuttle in shuttles).items():
        if n > 1:
            raise at.error(f"{vehicle_id} stands twice", "vehicle.vehicle_id")
    return tuple(_vehicle(shuttle, places, at) for shuttle in shuttles)


def _vehicle(shuttle: Shuttle, places: Places, at: SourceFile) -> Vehicle:
    field = f"vehicle {shuttle.vehicle_id}"
    home = places.idx_of.get(shuttle.depot)
    if home is None or places[home].kind != "depot":
        raise at.error(f"{shuttle.depot} is no depot", f"{field}.depot")
    shift_from, shift_until = (clock_seconds(text) for text in shuttle.shift)
    if shift_from >= shift_until:
        raise at.error("ends before it begins", f"{field}.shift")
    breaks = tuple(
        Break(home, clock_seconds(r.earliest), clock_seconds(r.latest), r.duration_min * 60)
        for r in shuttle.breaks
    )
    for rest in breaks:
        if not shift_from <= rest.earliest <= rest.latest <= shift_until - rest.duration_s:
            raise at.error("does not fit into the shift", f"{field}.breaks")
    max_route_s = int(NEVER) if shuttle.max_route_s is None else shuttle.max_route_s
    return Vehicle(
        shuttle.vehicle_id,
        home,
        home,
        shift_from,
        shift_until,
        tuple(shuttle.configurations),
        breaks,
        max_route_s,
    )
