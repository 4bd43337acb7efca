import numba
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoadError
from routing.road import geometry
from routing.road.geometry import contains, distance_m, region, shares_inside, straight_m

coordinate = st.floats(-10, 10, allow_nan=False, width=32)
points = st.tuples(coordinate, coordinate)


@st.composite
def polygons(draw):
    """A star around the origin with a square hole in a part of it that is surely inside."""
    corners = draw(st.integers(3, 9))
    radii = np.array(draw(st.lists(st.floats(3, 10), min_size=corners, max_size=corners)))
    turns = 2 * np.pi * np.arange(corners) / corners
    star = np.column_stack([radii * np.cos(turns), radii * np.sin(turns)])
    size = draw(st.floats(0.1, 0.9))
    hole = size * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return [star, hole]


@settings(max_examples=200, deadline=None)
@given(polygons(), points, points)
def test_share_agrees_with_shapely(rings, a, b):
    shape = shapely.Polygon(rings[0], [rings[1]])
    line = shapely.LineString([a, b])
    if line.length < 1e-3:
        return
    share = shares_inside(region(rings), *a, *b)[0]
    # a line along the border belongs to both sides; random ones do not run along it
    assert share == pytest.approx(line.intersection(shape).length / line.length, abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(polygons(), points)
def test_inside_agrees_with_shapely(rings, point):
    shape = shapely.Polygon(rings[0], [rings[1]])
    if shape.boundary.distance(shapely.Point(point)) > 1e-9:
        assert contains(region(rings), *point)[0] == shape.contains(shapely.Point(point))


@settings(max_examples=100, deadline=None)
@given(polygons(), points)
def test_distance_to_a_border_agrees_with_shapely(rings, point):
    """On the equator, small enough for degrees to be a plane."""
    small = [ring / 1000 for ring in rings]
    lon, lat = np.array(point) / 1000
    border = shapely.Polygon(small[0], [small[1]]).boundary
    metres = border.distance(shapely.Point(lon, lat)) * geometry.DEGREE_M
    assert distance_m(region(small), lon, lat) == pytest.approx(metres, rel=1e-4, abs=0.01)


def test_a_point_is_wholly_inside_or_wholly_outside():
    box = region([[[0, 0], [2, 0], [2, 2], [0, 2]]])
    assert shares_inside(box, [1, 3], [1, 3], [1, 3], [1, 3]).tolist() == [1, 0]


def test_nothing_contains_nothing():
    assert not contains(region([]), 0, 0)[0]
    assert shares_inside(region([]), 0, 0, 1, 1)[0] == 0


@pytest.mark.parametrize("ring", [[[0, 0], [1, 1]], [[0, 0], [1, np.nan], [1, 0]], [0, 1, 2]])
def test_broken_rings_are_refused(ring):
    with pytest.raises(RoadError, match="three corners"):
        region([ring])


@settings(max_examples=100, deadline=None)
@given(st.floats(128, 128.3), st.floats(38, 38.3), st.floats(128, 128.3), st.floats(38, 38.3))
def test_distance_agrees_with_the_great_circle(lon0, lat0, lon1, lat1):
    a, b, c, d = np.radians([lon0, lat0, lon1, lat1])
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    assert straight_m(lon0, lat0, lon1, lat1) == pytest.approx(
        2 * 6_371_009 * np.arcsin(np.sqrt(half)), rel=1e-3, abs=0.01
    )


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_kernel_is_compiled_once():
    shares_inside(region([]), 0, 0, 1, 1)
    shares_inside(region([[[0, 0], [1, 0], [1, 1]]]), [0, 1], [0, 0], 1, 1)
    assert len(geometry._shares.signatures) == 1
