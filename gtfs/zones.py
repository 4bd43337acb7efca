"""Living zones and land, cut from GeoJSON polygons.

Rule: a point has one zone, the first that contains it; zones that overlap by more than inexact
borders do are a mistake. Coordinates are degrees, [lon, lat].
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import shapely
from shapely.geometry import mapping, shape

from gtfs.area_file import ZonesFile, ZoneTable
from gtfs.builder.files import read_toml
from routing.errors import AreaError
from routing.road.geometry import Region, contains, distance_m, region

Ring: TypeAlias = tuple[tuple[float, float], ...]

_OVERLAP = 0.01  # of the smaller zone: borders of neighbours are never drawn quite alike


@dataclass(frozen=True, slots=True)
class LivingZone:
    """A living zone; ``polygons`` are outer rings with their holes, closed, in degrees."""

    zone_id: str
    name_ko: str
    name_en: str
    polygons: tuple[tuple[Ring, ...], ...]
    region: Region

    @property
    def geometry(self) -> dict[str, Any]:
        """GeoJSON geometry (RFC 7946)."""
        return {"type": "MultiPolygon", "coordinates": self.polygons}


@dataclass(frozen=True, slots=True)
class District:
    """A district (legal dong) by the name that people call it."""

    name_ko: str
    name_en: str
    region: Region


def read_districts(polygons: Path) -> tuple[District, ...]:
    """Return the districts that zones are cut from, by their names.

    Parameters
    ----------
    polygons
        GeoJSON of districts with the properties ``name_ko`` and, where there is one, ``name_en``.

    Returns
    -------
    tuple of District
        In the order of the file; one without an English name keeps its Korean one.

    Raises
    ------
    AreaError
        If the file cannot be used.
    """
    shapes = read_polygons(polygons)
    english = [feature["properties"].get("name_en") for feature in _features(polygons)]
    return tuple(
        District(name_ko, str(name_en or name_ko), _region(area))
        for (name_ko, _, area), name_en in zip(shapes, english, strict=True)
    )


def read_zones(zones: Path, polygons: Path) -> tuple[LivingZone, ...]:
    """Return the living zones of a city.

    Parameters
    ----------
    zones
        TOML of `ZonesFile`.
    polygons
        GeoJSON of districts; the property ``name_ko`` is what a zone calls them by.

    Returns
    -------
    tuple of LivingZone
        In the order of the file.

    Raises
    ------
    AreaError
        If a file cannot be used, a district is unknown, a zone is empty or two overlap.
    """
    districts = {name: area for name, _, area in read_polygons(polygons)}
    table = read_toml(zones, ZonesFile)
    shapes = [_zone_shape(zone, districts, zones.name, polygons.name) for zone in table.zones]
    for i, one in enumerate(shapes):
        for j in range(i):
            smaller = min(one.area, shapes[j].area)
            if one.intersection(shapes[j]).area > _OVERLAP * smaller:
                raise AreaError(
                    f"{table.zones[i].zone_id} and {table.zones[j].zone_id} overlap; "
                    "give each part of a district to one zone",
                    zones.name,
                    field="zone.parts",
                )
    return tuple(_living_zone(z, s) for z, s in zip(table.zones, shapes, strict=True))


def find_zone(
    zones: Sequence[LivingZone], lon: float, lat: float, margin_m: float
) -> LivingZone | None:
    """Return the zone that a point is in, or the nearest within ``margin_m`` metres, or None."""
    for zone in zones:
        if contains(zone.region, lon, lat)[0]:
            return zone
    metres, nearest = min(
        ((distance_m(zone.region, lon, lat), zone) for zone in zones), key=lambda pair: pair[0]
    )
    return nearest if metres <= margin_m else None


def read_land(path: Path, zones: Sequence[LivingZone]) -> Region:
    """Return all dry land: zones and further land, minus water.

    Parameters
    ----------
    path
        GeoJSON; the property ``kind`` is ``land`` or ``water``.
    zones
        Land as well.

    Returns
    -------
    Region
        In one piece where pieces touch.

    Raises
    ------
    AreaError
        If the file cannot be used or a kind is another one.
    """
    land = [shape(zone.geometry) for zone in zones]
    water: list[Any] = []
    for row, (_, kind, area) in enumerate(read_polygons(path)):
        if kind not in ("land", "water"):
            raise AreaError(f"is {kind!r}, not land or water", path.name, row, "kind")
        (land if kind == "land" else water).append(area)
    return _region(shapely.union_all(land).difference(shapely.union_all(water)))


def read_polygons(path: Path) -> list[tuple[str, str, Any]]:
    """Return ``name_ko``, ``kind`` and shape of each feature; raises AreaError naming the row."""
    return [_polygon(row, feature, path.name) for row, feature in enumerate(_features(path))]


def _features(path: Path) -> list[Any]:
    try:
        return list(json.loads(path.read_text(encoding="utf-8-sig"))["features"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise AreaError(f"is no readable GeoJSON collection ({problem})", path.name) from problem


def _polygon(row: int, feature: Any, file: str) -> tuple[str, str, Any]:
    try:
        properties = feature["properties"]
        area = shape(feature["geometry"])
        names = str(properties.get("name_ko", "")), str(properties.get("kind", ""))
    except (KeyError, TypeError, ValueError, AttributeError, shapely.GEOSException) as problem:
        raise AreaError(f"is no GeoJSON feature ({problem!r})", file, row) from problem
    if area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty or not area.is_valid:
        raise AreaError("is not a valid polygon", file, row, "geometry")
    return *names, area


def _zone_shape(zone: ZoneTable, districts: dict[str, Any], file: str, polygons: str) -> Any:
    parts = []
    for part in zone.parts:
        if part.district not in districts:
            raise AreaError(
                f"{part.district} is not in {polygons}; it has {', '.join(districts)}",
                file,
                field=f"zone {zone.zone_id}.parts",
            )
        strip = shapely.box(part.east_of, -90, part.west_of, 90)
        parts.append(districts[part.district].intersection(strip))
    area = shapely.union_all(parts)
    if area.area == 0:
        raise AreaError("is empty", file, field=f"zone {zone.zone_id}.parts")
    return area


def _living_zone(zone: ZoneTable, area: Any) -> LivingZone:
    polygons = tuple(mapping(part)["coordinates"] for part in _polygons_of(area))
    return LivingZone(zone.zone_id, zone.name_ko, zone.name_en, polygons, _region(area))


def _polygons_of(area: Any) -> list[Any]:
    parts = getattr(area, "geoms", [area])
    return [part for part in parts if part.geom_type == "Polygon"]


def _region(area: Any) -> Region:
    rings = [ring for part in _polygons_of(area) for ring in (part.exterior, *part.interiors)]
    return region([ring.coords[:-1] for ring in rings])
