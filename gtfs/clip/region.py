"""The piece of the world that is kept: of an area file, a GeoJSON file, or a bounding box."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from routing.errors import FeedError

_HOW = "give an area file (.toml), a GeoJSON file, or west,south,east,north in degrees"


@dataclass(frozen=True)
class Region:
    """An area in degrees.

    Attributes
    ----------
    name
        What it is called in ``feed_info.txt``.
    shape
        Its polygons.
    """

    name: str
    shape: shapely.Geometry

    def contains(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Whether each point is in it or on its border, bool, shape (n,); NaN is nowhere."""
        inside: np.ndarray = shapely.intersects_xy(self.shape, lon, lat)
        return inside


def read_region(text: str) -> Region:
    """The region that a text names.

    Parameters
    ----------
    text
        Path of an area file (its ``bbox``) or of a GeoJSON file with polygons, or
        ``west,south,east,north``.

    Returns
    -------
    Region
        With a name.

    Raises
    ------
    FeedError
        If it names no region.
    """
    path = Path(text)
    if path.is_file():
        try:
            content = path.read_text(encoding="utf-8")
            return _of_area(path, content) if path.suffix == ".toml" else _of_map(path, content)
        except (ValueError, KeyError, TypeError, AttributeError, shapely.GEOSException) as error:
            raise FeedError(f"holds no area ({error}); {_HOW}", path.name) from None
    try:
        corners = [float(part) for part in text.split(",")]
    except ValueError:
        raise FeedError(f"there is no such file; {_HOW}", text) from None
    return Region(text, _box(corners, text))


def _of_area(path: Path, content: str) -> Region:
    table = tomllib.loads(content)
    return Region(str(table["area_id"]), _box(table["bbox"], path.name))


def _box(corners: list[float], shown: str) -> shapely.Geometry:
    if len(corners) != 4 or not (corners[0] < corners[2] and corners[1] < corners[3]):
        raise FeedError(f"is no bounding box; {_HOW}", shown)
    return shapely.box(*corners)


def _of_map(path: Path, content: str) -> Region:
    document = json.loads(content)
    features = document.get("features", [document])
    shapes = [shapely.from_geojson(json.dumps(item.get("geometry", item))) for item in features]
    polygons = [shape for shape in shapes if shape.geom_type in ("Polygon", "MultiPolygon")]
    if not polygons:
        raise ValueError("no polygon")
    shape = shapely.make_valid(shapely.union_all(polygons))
    shapely.prepare(shape)
    return Region(path.stem, shape)
