"""Land of a city in small squares, and the outline of some of them as GeoJSON."""

from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry import mapping

from gtfs.area import Area
from routing.road.geometry import DEGREE_M, FloatArray, contains
from routing.types import Int32Array, frozen


class Squares(NamedTuple):
    """Squares of land within an area's frame; ``n`` of them."""

    lon: FloatArray  # (n,) degrees, centre
    lat: FloatArray  # (n,) degrees, centre
    column: Int32Array  # (n,) from west to east
    row: Int32Array  # (n,) from south to north
    side: tuple[float, float]  # degrees of longitude and of latitude
    corner: tuple[float, float]  # degrees, south-west corner of column 0 and row 0
    side_m: float


def land_squares(area: Area, side_m: float) -> Squares:
    """Return the squares of land whose centres lie in an area's frame.

    Parameters
    ----------
    area
        The city.
    side_m
        Side of a square, metres.

    Returns
    -------
    Squares
        By row, then by column.
    """
    west, south, east, north = area.bbox
    lat_d = side_m / DEGREE_M
    lon_d = lat_d / float(np.cos(np.radians(area.centre[1])))
    columns = np.arange(int(np.ceil((east - west) / lon_d)))
    rows = np.arange(int(np.ceil((north - south) / lat_d)))
    row, column = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
    lon, lat = west + (column + 0.5) * lon_d, south + (row + 0.5) * lat_d
    dry = contains(area.ground.land, lon, lat)
    return Squares(
        frozen(lon[dry], np.float64), frozen(lat[dry], np.float64), frozen(column[dry]),
        frozen(row[dry]), (lon_d, lat_d), (west, south), side_m,
    )  # fmt: skip


def outline(squares: Squares, chosen: Any) -> dict[str, Any]:
    """Return the area of some squares.

    Parameters
    ----------
    squares
        All squares.
    chosen
        Bool (n,): which of them.

    Returns
    -------
    dict
        GeoJSON MultiPolygon (RFC 7946); empty where none is chosen.
    """
    # In whole squares neighbours share their corners exactly, and nothing is left between them.
    column, row = squares.column[chosen], squares.row[chosen]
    merged = shapely.union_all(shapely.box(column, row, column + 1, row + 1))
    merged = shapely.orient_polygons(shapely.simplify(merged, 0), exterior_cw=False)
    parts = shapely.get_parts(merged) if not merged.is_empty else []
    scale, corner = np.array(squares.side), np.array(squares.corner)
    placed = [
        shapely.transform(part, lambda at: np.round(corner + at * scale, 6))
        for part in parts
        if part.geom_type == "Polygon"
    ]
    return {
        "type": "MultiPolygon",
        "coordinates": [mapping(part)["coordinates"] for part in placed],
    }
