"""Small road networks for hypothesis."""

import numpy as np
from hypothesis import strategies as st

from routing.road.graph import BOTH, CLOSED, FORWARD, Edges, road_graph


@st.composite
def road_graphs(draw, min_edges=0):
    """A few nodes near Sokcho, edges between any of them: loops, twins, one-ways, closed ones."""
    n_nodes = draw(st.integers(1, 7))
    node = st.integers(0, n_nodes - 1)
    length = st.integers(0, 900)
    flow = st.sampled_from([CLOSED, FORWARD, BOTH, BOTH])
    rows = draw(st.lists(st.tuples(node, node, length, flow), min_size=min_edges, max_size=12))
    start, end, lengths, flows = np.array(rows, np.int32).reshape(-1, 4).T
    place = st.tuples(st.integers(0, 40), st.integers(0, 40))
    at = np.array(draw(st.lists(place, min_size=n_nodes, max_size=n_nodes)))
    edges = Edges(start, end, lengths, np.zeros_like(start), np.full_like(start, 36), flows)
    return road_graph(128.5 + at[:, 0] / 4000, 38.2 + at[:, 1] / 4000, edges)


def arcs_of(graph, weight):
    """``(tail, head, weight)`` rows of a graph."""
    tail = np.repeat(np.arange(graph.n_nodes), np.diff(graph.arc_ptr))
    return list(zip(tail.tolist(), graph.arc_head.tolist(), weight.tolist(), strict=True))
