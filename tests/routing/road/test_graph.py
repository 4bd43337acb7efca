import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoadError
from routing.road.geometry import region
from routing.road.graph import BOTH, Edges, attach, close, edges_of, on_foot, road_graph
from routing.road.matrix import all_pairs, find_path
from tests.routing.road.strategies import road_graphs


def square():
    """
    D --- C    100 m a side, one closed polygon of roads
    |     |
    A --- B
    """
    edges = Edges([0, 1, 2, 3], [1, 2, 3, 0], [100] * 4, [0] * 4, [30] * 4, [BOTH] * 4)
    return road_graph([0, 0.001, 0.001, 0], [0, 0, 0.001, 0.001], edges)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("start", [0, 1, 2, 4], "edge 3 starts at an unknown node"),
        ("end", [-1, 2, 3, 0], "edge 0 ends at an unknown node"),
        ("length_m", [100, -1, 100, 100], "edge 1 has a negative length"),
        ("max_kmh", [30, 0, 30, 30], "edge 1 has no positive speed"),
        ("flow", [3, 0, 0, 0], "edge 0 has an unknown flow"),
        ("road_class", [0, 0, 0, -2], "edge 3 has a negative class"),
        ("flow", [2], "differ in length"),
    ],
)
def test_contradictions_are_refused(column, value, problem):
    graph = square()
    with pytest.raises(RoadError, match=problem):
        road_graph(graph.lon, graph.lat, edges_of(graph)._replace(**{column: value}))


def test_nodes_off_the_globe_are_refused():
    with pytest.raises(RoadError, match="node 1 is not on the globe"):
        road_graph([0, np.nan], [0, 0], Edges([], [], [], [], [], []))


def test_a_closure_closes_what_runs_through_it_and_nothing_else():
    """The box lies across B-C only: from B to C one drives round by A and D."""
    box = region([[[0.0009, 0.0004], [0.0011, 0.0004], [0.0011, 0.0006], [0.0009, 0.0006]]])
    closed = close(square(), box)
    assert closed.edge_flow.tolist() == [BOTH, 0, BOTH, BOTH]
    assert find_path(closed, closed.arc_length_m, 1, 2).tolist() == [1, 0, 3, 2]
    assert on_foot(closed).edge_flow.tolist() == closed.edge_flow.tolist()


@settings(max_examples=150, deadline=None)
@given(road_graphs(min_edges=1), st.data())
def test_cutting_edges_changes_no_distance(graph, data):
    points = []
    for _ in range(data.draw(st.integers(1, 5))):
        edge = data.draw(st.integers(0, graph.n_edges - 1))
        points.append((edge, data.draw(st.integers(0, int(graph.edge_length_m[edge])))))
    finer, nodes = attach(graph, *zip(*points, strict=True))
    old = range(graph.n_nodes)
    before = all_pairs(graph, graph.arc_length_m, old)
    assert (all_pairs(finer, finer.arc_length_m, old) == before).all()
    assert finer.edge_length_m.sum() == graph.edge_length_m.sum()
    for (edge, metres), node in zip(points, nodes, strict=True):
        if graph.edge_flow[edge] == BOTH:
            ends = [graph.edge_from[edge], graph.edge_to[edge]]
            to_ends = all_pairs(finer, finer.arc_length_m, [node, *ends])[0, 1:]
            assert to_ends[0] <= metres
            assert to_ends[1] <= graph.edge_length_m[edge] - metres


def test_a_point_in_the_middle_becomes_a_node_there():
    finer, nodes = attach(square(), [0, 0, 1], [25, 75, 0])
    assert nodes.tolist() == [4, 5, 1]
    assert finer.lon[4:].tolist() == [0.00025, 0.00075]
    assert all_pairs(finer, finer.arc_length_m, [0, 4, 5, 1]).tolist()[0] == [0, 25, 75, 100]


@pytest.mark.parametrize(("edge", "metres"), [(4, 0), (-1, 0), (0, 101), (0, -1)])
def test_points_beyond_the_road_are_refused(edge, metres):
    with pytest.raises(RoadError, match="no point"):
        attach(square(), [edge], [metres])
