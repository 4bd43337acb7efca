import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoadError
from routing.road.geometry import region, straight_m
from routing.road.graph import BOTH, Edges, road_graph
from routing.road.snap import nearest_within, snap
from routing.road.walk import get_walk_m, ground, walk_s, walks_between, walks_from
from routing.types import NEVER
from tests.routing.road.strategies import road_graphs

M = 1 / straight_m(0, 0, 1, 0)  # degrees a metre, near the equator


def harbour(bridge=True):
    """
    North bank 0..100 m, water 100..300 m, south bank 300..400 m; both 2 km wide.
    A road along each bank (y = 50 and 350) and, at x = 1000, a bridge of 300 m.

        A =====|===== B          A (0, 350)     P (1000, 350)   B (2000, 350)
        ~~~~~~~|~~~~~~~
        C =====|===== D          C (0, 50)      Q (1000, 50)    D (2000, 50)
    """
    banks = [
        [[0, 0], [2000, 0], [2000, 100], [0, 100]],
        [[0, 300], [2000, 300], [2000, 400], [0, 400]],
    ]
    land = region([np.array(ring) * M for ring in banks])
    at = np.array([[0, 350], [1000, 350], [2000, 350], [0, 50], [1000, 50], [2000, 50]]) * M
    rows = [(0, 1, 1000), (1, 2, 1000), (3, 4, 1000), (4, 5, 1000), (1, 4, 300)][: 4 + bridge]
    start, end, length = np.array(rows).T
    one = np.ones_like(start)
    edges = Edges(start, end, length, one * 0, one * 30, one * BOTH)
    return ground(land, road_graph(at[:, 0], at[:, 1], edges))


def walk(bank, a, b):
    return get_walk_m(bank, *(np.array(a) * M), *(np.array(b) * M))


def test_on_land_the_walk_is_the_straight_line_times_the_detour():
    assert walk(harbour(), (100, 50), (500, 50)) == pytest.approx(520, abs=1)


def test_over_water_the_walk_goes_by_the_bridge():
    """20 m to the road at each end x 1.3, 900 m along each bank, 300 m of bridge."""
    assert walk(harbour(), (100, 70), (100, 330)) == pytest.approx(2100 + 40 * 1.3, abs=2)


def test_without_a_bridge_nobody_crosses():
    assert walk(harbour(bridge=False), (100, 70), (100, 330)) == NEVER


def test_without_roads_nobody_crosses():
    bank = harbour()
    nothing = road_graph([], [], Edges([], [], [], [], [], []))
    bare = ground(bank.land, nothing)
    assert walk(bare, (100, 70), (100, 330)) == NEVER
    assert walk(bare, (100, 50), (500, 50)) == walk(bank, (100, 50), (500, 50))


def test_a_narrow_shore_is_no_water():
    """A beach chair 20 m off the drawn land is walked to; one 40 m off only over the road."""
    assert walk(harbour(), (500, 90), (500, 120)) == pytest.approx(39, abs=1)
    assert walk(harbour(), (500, 90), (500, 140)) == pytest.approx((40 + 90) * 1.3, abs=2)


def test_places_within_a_walk_come_nearest_first():
    places = np.array([[400, 50], [150, 350], [200, 50], [100, 50]]) * M
    found, metres = walks_from(harbour(), 100 * M, 50 * M, *places.T, 390)
    assert found.tolist() == [3, 2, 0]
    assert metres.tolist() == pytest.approx([0, 130, 390], abs=1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 400)), min_size=1, max_size=5))
def test_walks_between_are_the_single_walks_and_the_same_both_ways(points):
    bank, at = harbour(), np.array(points) * M
    begins, ends, metres = walks_between(bank, at[:, 0], at[:, 1], 1500)
    rows = zip(begins.tolist(), ends.tolist(), metres.tolist(), strict=True)
    found = {(a, b): m for a, b, m in rows}
    for a in range(len(points)):
        for b in range(len(points)):
            alone = get_walk_m(bank, *at[a], *at[b])
            assert found.get((a, b)) == (alone if a != b and alone <= 1500 else None)
            assert abs(alone - get_walk_m(bank, *at[b], *at[a])) <= 1


@settings(max_examples=100, deadline=None)
@given(road_graphs(min_edges=1), st.floats(128.499, 128.512), st.floats(38.199, 38.212))
def test_snapping_finds_no_farther_point_than_trying_many(graph, lon, lat):
    is_open = graph.edge_flow > 0
    if not is_open.any():
        with pytest.raises(RoadError, match="no open road"):
            snap(graph, lon, lat)
        return
    part = np.linspace(0, 1, 401)[:, np.newaxis]
    a, b = graph.edge_from[is_open], graph.edge_to[is_open]
    tried = straight_m(
        lon,
        lat,
        (1 - part) * graph.lon[a] + part * graph.lon[b],
        (1 - part) * graph.lat[a] + part * graph.lat[b],
    )
    found = snap(graph, lon, lat)
    assert found.access_m[0] <= tried.min() + 0.01
    assert found.access_m[0] >= tried.min() - 4  # 400 steps over at most 1.5 km
    assert straight_m(lon, lat, found.lon[0], found.lat[0]) == pytest.approx(found.access_m[0])


def test_nearest_within_counts_the_limit_in():
    found, metres = nearest_within(0, 0, [2 * M, 0, 3.1 * M], [0, 1 * M, 0], 3)
    assert found.tolist() == [1, 0]
    assert metres.tolist() == pytest.approx([1, 2])


def test_walking_takes_whole_seconds_and_never_stays_never():
    assert walk_s([110, 111, NEVER], 1.1).tolist() == [100, 101, NEVER]
    with pytest.raises(RoadError, match="speed"):
        walk_s([1], 0)


def test_the_way_to_the_road_does_not_cross_water_either():
    """
    A pier of the south bank reaches to y = 250, 100 m from the road of the north bank and
    200 m from its own; who stands at its end still walks back by land.
    """
    bank = harbour()
    pier = np.array([[480, 100], [520, 100], [520, 255], [480, 255]]) * M
    banks = [
        np.array(
            [
                [0, 0],
                [2000, 0],
                [2000, 100],
                [520, 100],
                *(pier / M)[[2, 3]].tolist(),
                [480, 100],
                [0, 100],
            ]
        )
        * M,
        np.array([[0, 300], [2000, 300], [2000, 400], [0, 400]]) * M,
    ]
    with_pier = ground(region(banks), bank.roads)
    assert walk(with_pier, (500, 250), (500, 350)) == pytest.approx(200 * 1.3 + 1300, abs=2)


@pytest.mark.parametrize(("detour", "shore_m"), [(0.9, 30), (1.3, -1)])
def test_impossible_ground_is_refused(detour, shore_m):
    bank = harbour()
    with pytest.raises(RoadError, match="detour"):
        ground(bank.land, bank.roads, detour, shore_m)
