"""Distances and regions on a city's map, coordinates in degrees WGS 84, [lon, lat].

Distances are equirectangular: within 0.1 % of the great circle over 50 km, which is far less
than coordinates of stops are off. A region is a bag of border segments under the even-odd
rule, so holes and separate parts need no structure of their own.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from routing.errors import RoadError
from routing.types import frozen

FloatArray: TypeAlias = npt.NDArray[np.float64]

#: Metres in a degree of latitude (mean Earth radius 6 371 009 m, IUGG).
DEGREE_M = 6_371_009 * np.pi / 180


class Region(NamedTuple):
    """Part of the map, by the segments of its border; frozen float64 arrays, ``s`` segments."""

    lon0: FloatArray  # (s,) degrees
    lat0: FloatArray  # (s,) degrees
    lon1: FloatArray  # (s,) degrees
    lat1: FloatArray  # (s,) degrees


def region(rings: Sequence[Any]) -> Region:
    """The region that ``rings`` enclose under the even-odd rule.

    Parameters
    ----------
    rings
        Each (k, 2) of [lon, lat] in degrees, k >= 3, closed or not. Rings must not overlap
        partly; one inside another is a hole.

    Returns
    -------
    Region
        Frozen border segments.

    Raises
    ------
    RoadError
        If a ring has fewer than three corners or a coordinate is not finite.
    """
    arrays = [np.asarray(ring, np.float64) for ring in rings]
    for ring in arrays:
        if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 3 or not np.isfinite(ring).all():
            raise RoadError("a ring needs at least three corners with finite [lon, lat]")
    starts = np.concatenate([np.empty((0, 2)), *arrays])
    ends = np.concatenate([np.empty((0, 2)), *(np.roll(ring, -1, axis=0) for ring in arrays)])
    return Region(*(frozen(column, np.float64) for column in (*starts.T, *ends.T)))


def contains(area: Region, lon: Any, lat: Any) -> npt.NDArray[np.bool_]:
    """Whether points lie in a region.

    Parameters
    ----------
    area
        The region.
    lon
        Degrees, shape (p,) or scalar.
    lat
        Degrees, shape (p,) or scalar.

    Returns
    -------
    ndarray of bool, shape (p,)
        By the even-odd rule; a point exactly on the border may fall to either side.
    """
    x, y = (np.atleast_1d(np.asarray(v, np.float64)) for v in (lon, lat))
    inside = np.empty(len(x), np.bool_)
    _inside(area, frozen(x, np.float64), frozen(y, np.float64), inside)
    return inside


@njit(cache=True, nogil=True)
def _inside(area, lon, lat, inside):
    # Counts the border segments that a ray to the east crosses.
    for p in range(lon.shape[0]):
        odd = False
        for i in range(area.lon0.shape[0]):
            if (area.lat0[i] <= lat[p]) != (area.lat1[i] <= lat[p]):
                rise = (lat[p] - area.lat0[i]) / (area.lat1[i] - area.lat0[i])
                if lon[p] < area.lon0[i] + rise * (area.lon1[i] - area.lon0[i]):
                    odd = not odd
        inside[p] = odd


def straight_m(lon0: Any, lat0: Any, lon1: Any, lat1: Any) -> Any:
    """Straight-line distance in metres, float64, of points in degrees; broadcasts."""
    mid = np.radians((np.asarray(lat0) + lat1) / 2)
    return DEGREE_M * np.hypot((np.asarray(lon1) - lon0) * np.cos(mid), np.asarray(lat1) - lat0)


def distance_m(area: Region, lon: float, lat: float) -> float:
    """Straight metres from a point in degrees to the nearest border of a region."""
    scale = np.cos(np.radians(lat))
    x, y = (area.lon0 - lon) * scale, area.lat0 - lat
    dx, dy = (area.lon1 - area.lon0) * scale, area.lat1 - area.lat0
    square = dx**2 + dy**2
    part = np.clip(-(x * dx + y * dy) / np.where(square == 0, 1, square), 0, 1)
    return float(DEGREE_M * np.hypot(x + part * dx, y + part * dy).min(initial=np.inf))


def shares_inside(area: Region, lon0: Any, lat0: Any, lon1: Any, lat1: Any) -> FloatArray:
    """Which share of each straight line lies in a region.

    Parameters
    ----------
    area
        The region.
    lon0
        Degrees, shape (p,), where the lines begin.
    lat0
        Degrees, shape (p,).
    lon1
        Degrees, shape (p,), where they end.
    lat1
        Degrees, shape (p,).

    Returns
    -------
    ndarray of float64, shape (p,)
        0 to 1; of a line without length, 1 if the point lies inside. A line that runs along
        a border segment may count to either side.
    """
    columns = [np.atleast_1d(np.asarray(v, np.float64)) for v in (lon0, lat0, lon1, lat1)]
    lines = np.column_stack(np.broadcast_arrays(*columns))
    # from west to east, so that rounding treats both directions of a line alike
    x0, y0, x1, y1 = lines.T
    back = (x0 > x1) | ((x0 == x1) & (y0 > y1))
    lines[back] = lines[back][:, [2, 3, 0, 1]]
    lines = frozen(lines, np.float64)
    shares = np.empty(len(lines))
    _shares(area, lines, shares)
    point = (lines[:, 0] == lines[:, 2]) & (lines[:, 1] == lines[:, 3])
    shares[point] = contains(area, lines[point, 0], lines[point, 1])
    return shares


@njit(cache=True, nogil=True)
def _shares(area, lines, shares):
    # Along the endless line through both points, each border segment whose ends lie on
    # different sides toggles in and out; before the first crossing all is outside.
    crossings = np.empty(area.lon0.shape[0])
    for p in range(lines.shape[0]):
        x, y = lines[p, 0], lines[p, 1]
        dx, dy = lines[p, 2] - x, lines[p, 3] - y
        n = 0
        for i in range(area.lon0.shape[0]):
            side0 = dx * (area.lat0[i] - y) - dy * (area.lon0[i] - x)
            side1 = dx * (area.lat1[i] - y) - dy * (area.lon1[i] - x)
            if (side0 > 0) != (side1 > 0):
                part = side0 / (side0 - side1)
                ahead = (area.lon0[i] + part * (area.lon1[i] - area.lon0[i]) - x) * dx
                ahead += (area.lat0[i] + part * (area.lat1[i] - area.lat0[i]) - y) * dy
                crossings[n] = ahead / (dx * dx + dy * dy)
                n += 1
        found = np.sort(crossings[:n])
        share = 0.0
        for k in range(0, n - 1, 2):
            share += max(0.0, min(1.0, found[k + 1]) - max(0.0, found[k]))
        shares[p] = share
