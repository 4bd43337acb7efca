"""Small random timetables, made to collide: few stops, few seconds, many ties."""

import numpy as np
from hypothesis import strategies as st

from routing.transit import Calls, Timetable, build_timetable, build_walks
from routing.transit.timetable import STEP_FREE_SHIFT
from tests.naive.naive_transit import Network


@st.composite
def networks(draw, with_change_times=True, with_stays=True):
    """A `Network` with zero-length hops, overtaking, loops, footpaths and change times."""
    n_stops = draw(st.integers(2, 6))
    stop = st.integers(0, n_stops - 1)
    often = st.sampled_from([True, True, True, False])
    trips = []
    for _ in range(draw(st.integers(0, 7))):
        if trips and draw(st.booleans()):
            stops = [call[0] for call in draw(st.sampled_from(trips))]
        else:
            stops = draw(st.lists(stop, min_size=2, max_size=5))
        now = draw(st.integers(-5, 20))
        calls = []
        for place in stops:
            arr = now + draw(st.sampled_from([0, 0, 0, 1, 2, 7]))
            now = arr + draw(st.sampled_from([0, 0, 0, 1, 3]))
            calls.append((place, arr, now, draw(often), draw(often)))
        trips.append(calls)
    footpaths = draw(st.lists(st.tuples(stop, stop, st.integers(0, 4)), max_size=5))
    footpaths = [path for path in footpaths if path[0] != path[1]]
    change_s = [draw(st.sampled_from([0, 0, 1, 3])) * with_change_times for _ in range(n_stops)]
    return Network(n_stops, trips, footpaths, change_s, draw(stays_of(trips)) if with_stays else [])


@st.composite
def stays_of(draw, trips):
    """Some of the pairs of trips of which the second can be the first one's vehicle later on."""
    pairs = [
        (i, j)
        for i, before in enumerate(trips)
        for j, after in enumerate(trips)
        if before[-1][1] <= after[0][2] and before[-1][1] < after[-1][1]
    ]
    return draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)) if pairs else []


@st.composite
def queries(draw, network):
    """``(access, egress, dep_time)`` with one or several offsets on each side."""
    offset = st.tuples(st.integers(0, network.n_stops - 1), st.integers(0, 4))
    offsets = st.lists(offset, min_size=1, max_size=3)
    return draw(offsets), draw(offsets), draw(st.integers(-6, 15))


def calls_of(network, step_free=None) -> Calls:
    """The calls of a `Network`; ``step_free`` says for each call if it has no steps."""
    calls = [call for trip in network.trips for call in trip]
    columns = np.array(calls, np.int64).reshape(-1, 5).T
    flags = columns[3] + 2 * columns[4]
    if step_free is not None:
        flags |= np.where(np.array(step_free, bool), flags << STEP_FREE_SHIFT, 0)
    return Calls(
        np.concatenate(([0], np.cumsum([len(trip) for trip in network.trips], dtype=np.int64))),
        columns[0],
        columns[1],
        columns[2],
        flags,
    )


def compile_network(network, step_free=None) -> Timetable:
    """The kernels' arrays of a `Network`; ``step_free`` says for each call if it has no steps."""
    walks = build_walks(network.n_stops, network.footpaths, network.change_s)
    return build_timetable(calls_of(network, step_free), walks, network.stays)[0]


def split(pairs):
    """Offsets from ``(stop, seconds)`` pairs."""
    return [stop for stop, _ in pairs], [seconds for _, seconds in pairs]
