"""Where residents of a city live and where everyday life takes place, as points to count.

Rule: what is assumed about it stands in one file. Residents of a district are spread evenly over
squares of land along its roads; their sum is the city's population, to the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gtfs.area import Area
from gtfs.area_file import AreaFile
from gtfs.builder.files import SourceFile, read_toml
from gtfs.living_file import DestinationTable, KindTable, LivingFile
from gtfs.zones import read_polygons
from routing.road.geometry import FloatArray

_M_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Destination:
    """A place of everyday life; ``kind`` is the index of one of `Living.kinds`."""

    destination_id: str
    kind: int
    name_ko: str
    name_en: str
    lon: float
    lat: float
    estimated: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What people need to get to."""

    kind_id: str
    name_ko: str
    name_en: str


@dataclass(frozen=True, slots=True, eq=False)
class Living:
    """Residents by squares of land, and destinations; ``n`` squares."""

    population: int
    note_ko: str
    note_en: str
    cell_m: float
    lon: FloatArray  # (n,) degrees, centre of the square
    lat: FloatArray  # (n,) degrees
    residents: FloatArray  # (n,) persons
    zone: Any  # int (n,) index of the living zone
    kinds: tuple[Kind, ...]
    destinations: tuple[Destination, ...]


def load_living(area: Area) -> Living:
    """Return what the area file says about everyday life.

    Parameters
    ----------
    area
        A city.

    Returns
    -------
    Living
        At least one square of land for each district with residents.

    Raises
    ------
    AreaError
        If there is no such file or it cannot be used; names field and value.
    """
    here, file = area.source.parent, read_toml(area.source, AreaFile)
    if not file.living:
        raise SourceFile(area.source.name).error(
            "names no file of everyday life; name one to have a report", "living"
        )
    living, at = read_toml(here / file.living, LivingFile), SourceFile(file.living)
    shapes = {name: shape for name, _, shape in read_polygons(here / file.zones.polygons)}
    _check(living, shapes, at)
    lon, lat, residents = _squares(area, living, shapes)
    return Living(
        living.population,
        living.note_ko,
        living.note_en,
        living.cell_m,
        lon,
        lat,
        residents,
        _zones(area, lon, lat),
        tuple(_kind(name, table) for name, table in living.kinds.items()),
        _destinations(area, living),
    )


def _check(living: LivingFile, shapes: Mapping[str, Any], at: SourceFile) -> None:
    for name in living.residents:
        if name not in shapes:
            raise at.error(f"{name} is none of the districts", "residents")
    total = sum(living.residents.values())
    if total != living.population:
        raise at.error(f"add up to {total}, not to the population {living.population}", "residents")
    for item in living.destinations:
        if item.kind not in living.kinds:
            known = ", ".join(living.kinds)
            raise at.error(
                f"{item.kind} is no kind; known are {known}", f"destination {item.destination_id}"
            )


def _kind(name: str, table: KindTable) -> Kind:
    return Kind(name, table.name_ko, table.name_en)


def _destinations(area: Area, living: LivingFile) -> tuple[Destination, ...]:
    kinds = list(living.kinds)
    return tuple(
        _destination(item, kinds.index(item.kind))
        for item in living.destinations
        if item.scenario in ("", area.scenario)
    )


def _destination(item: DestinationTable, kind: int) -> Destination:
    estimated = item.coord_kind != "sourced"
    return Destination(
        item.destination_id, kind, item.name_ko, item.name_en, item.lon, item.lat, estimated
    )


def _squares(
    area: Area, living: LivingFile, shapes: Mapping[str, Any]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centres of the squares where people live, and how many do."""
    scale = np.array([_M_PER_DEGREE * np.cos(np.radians(area.centre[1])), _M_PER_DEGREE])
    near_roads = _near_roads(area, living.along_roads_m, scale)
    parts = []
    for name, persons in living.residents.items():
        if persons:
            centres = _centres(shapes[name], near_roads, living.cell_m, scale)
            parts.append(np.column_stack((centres, np.full(len(centres), persons / len(centres)))))
    rows = np.concatenate(parts)
    return rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy()


def _near_roads(area: Area, metres: float, scale: Any) -> Any:
    """What lies near a road, in metres; None for a city without road files."""
    graph = area.roads.graph
    if not len(graph.edge_from):
        return None
    at = np.column_stack((graph.lon, graph.lat)) * scale
    ends = np.stack((at[graph.edge_from], at[graph.edge_to]), axis=1)
    return shapely.buffer(shapely.multilinestrings(shapely.linestrings(ends)), metres)


def _centres(district: Any, near_roads: Any, cell_m: float, scale: Any) -> FloatArray:
    """Centres of the squares of a district, in degrees; some point of it if it has none."""
    whole = shapely.transform(district, lambda degrees: degrees * scale)
    west, south, east, north = shapely.bounds(whole)
    x = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m)) * cell_m + cell_m / 2
    y = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m)) * cell_m + cell_m / 2
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = shapely.contains_xy(whole, grid)
    if near_roads is not None:
        inside &= shapely.contains_xy(near_roads, grid)
    if not inside.any():
        return np.asarray(shapely.get_coordinates(whole.representative_point()) / scale)
    return np.asarray(grid[inside] / scale)


def _zones(area: Area, lon: FloatArray, lat: FloatArray) -> Any:
    """Index of the zone of each point; the nearest where it lies in none."""
    ids = [zone.zone_id for zone in area.zones]
    found = []
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        zone = area.zone_at(x, y)
        found.append(ids.index(zone.zone_id) if zone is not None else -1)
    return np.array(found)
