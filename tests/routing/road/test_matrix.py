from itertools import pairwise

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoadError
from routing.road import matrix
from routing.road.graph import BOTH, FORWARD, Edges, attach, road_graph
from routing.road.matrix import (
    SpeedProfile,
    all_pairs,
    arc_seconds,
    find_path,
    road_times,
    straight_times,
    sums_from,
)
from routing.types import NEVER, frozen
from tests.naive import naive_road
from tests.routing.road.strategies import arcs_of, road_graphs


@settings(max_examples=200, deadline=None)
@given(road_graphs())
def test_all_pairs_agree_with_floyd_and_warshall(graph):
    weight = graph.arc_length_m
    slow = naive_road.all_pairs(graph.n_nodes, arcs_of(graph, weight), int(NEVER))
    assert all_pairs(graph, weight, range(graph.n_nodes)).tolist() == slow


@settings(max_examples=200, deadline=None)
@given(road_graphs(), st.data())
def test_path_is_made_of_arcs_and_as_short_as_the_matrix_says(graph, data):
    node = st.integers(0, graph.n_nodes - 1)
    origin, destination = data.draw(node), data.draw(node)
    weight = graph.arc_length_m
    path = find_path(graph, weight, origin, destination)
    shortest = all_pairs(graph, weight, [origin, destination])[0, 1]
    if path is None:
        assert shortest == NEVER
        return
    assert (path[0], path[-1]) == (origin, destination)
    arcs = {}
    for tail, head, metres in arcs_of(graph, weight):
        arcs[tail, head] = min(metres, arcs.get((tail, head), metres))
    assert sum(arcs[pair] for pair in pairwise(path.tolist())) == shortest


@settings(max_examples=100, deadline=None)
@given(road_graphs(), st.data())
def test_several_starts_are_the_best_of_each(graph, data):
    node = st.integers(0, graph.n_nodes - 1)
    starts = data.draw(st.lists(st.tuples(node, st.integers(0, 500)), min_size=1, max_size=3))
    limit = data.draw(st.integers(0, 1500))
    weight = graph.arc_length_m
    whole = all_pairs(graph, weight, range(graph.n_nodes)).astype(np.int64)
    best = np.min([whole[at] + ahead for at, ahead in starts], axis=0)
    found = sums_from(graph, weight, *zip(*starts, strict=True), limit)
    assert found.tolist() == np.where(best <= limit, best, NEVER).tolist()


def line():
    """
    A --1000 m-- B --500 m-- C    36 km/h = 10 m/s; one way from B to D, a third road at B
                 |
                 D  200 m
    """
    edges = Edges(
        [0, 1, 1], [1, 2, 3], [1000, 500, 200], [0, 0, 1], [36] * 3, [BOTH, BOTH, FORWARD]
    )
    return road_graph([128.5, 128.51, 128.52, 128.51], [38.2, 38.2, 38.2, 38.19], edges)


def profile(junction_s=0.0):
    share = frozen([[1.0, 0.5], [0.5, 0.5]], float)
    return SpeedProfile(frozen([0, 3600]), share, frozen(np.full((2, 2), junction_s), float))


def test_seconds_by_hand():
    """At half the limit A-C takes twice 150 s; D is entered at 5 m/s and never left."""
    travel = road_times(line(), profile(), range(4))
    assert travel.seconds[0].tolist() == [
        [0, 100, 150, 140],
        [100, 0, 50, 40],
        [150, 50, 0, 90],
        [NEVER, NEVER, NEVER, 0],
    ]
    assert travel.seconds[1, 0, 2] == 300


def test_delay_counts_where_three_roads_meet():
    """Only B is a junction: 7 s from A to C on passing it, none from B to A."""
    seconds = road_times(line(), profile(7.0), range(4)).seconds[0]
    assert (seconds[0, 1], seconds[0, 2], seconds[1, 0]) == (107, 157, 100)


def test_a_point_along_the_road_is_no_junction():
    finer, _ = attach(line(), [0], [500])
    assert road_times(finer, profile(7.0), [0, 2]).seconds[0, 0, 1] == 157


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (profile()._replace(share=frozen([[0.0, 1.0]] * 2, float)), "shares above 0"),
        (profile(-1.0), "delays of 0 or more"),
        (profile()._replace(share=frozen([[1.0, 1.0]], float)), "class 1 has no speeds"),
    ],
)
def test_broken_profiles_are_refused(bad, problem):
    with pytest.raises(RoadError, match=problem):
        arc_seconds(line(), bad)


@pytest.mark.parametrize(
    ("weight", "nodes", "problem"),
    [([1] * 4, [0], "as many weights"), ([1] * 4 + [-1], [0], "negative"), ([1] * 5, [4], "0..3")],
)
def test_broken_searches_are_refused(weight, nodes, problem):
    with pytest.raises(RoadError, match=problem):
        all_pairs(line(), weight, nodes)


@settings(max_examples=100, deadline=None)
@given(road_graphs())
def test_matrix_at_a_knot_obeys_the_triangle_inequality(graph):
    seconds = road_times(graph, profile(11.0), range(graph.n_nodes)).seconds[0].astype(np.int64)
    assert (seconds[:, :, None] + seconds[None, :, :] >= seconds[:, None, :]).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(128, 129), st.floats(38, 39)), min_size=1, max_size=6))
def test_straight_times_are_symmetric_and_obey_the_triangle_inequality(points):
    seconds = straight_times(*np.array(points).T, 7.0, 1.4).seconds[0].astype(np.int64)
    assert (seconds == seconds.T).all()
    assert (seconds[:, :, None] + seconds[None, :, :] >= seconds[:, None, :]).all()


def test_straight_times_by_hand():
    """0.01 degrees of latitude are 1111.95 m; x 1.3 at 10 m/s = 144.6 s."""
    assert straight_times([128, 128], [38, 38.01], 10, 1.3).seconds[0, 0, 1] == 145
    with pytest.raises(RoadError, match="speed above 0"):
        straight_times([128], [38], 0, 1.3)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_kernel_is_compiled_once():
    all_pairs(line(), line().arc_length_m, [0])
    find_path(line(), line().arc_length_m, 0, 1)
    assert len(matrix._fill_all_pairs.signatures) == 1
