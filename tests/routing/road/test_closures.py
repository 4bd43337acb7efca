"""Closed roads: exact at knots against a slow twin, FIFO always, open again at the end.

The town is the grid of `tests.routing.dispatch.world`: 3 by 3 places, 120 s an edge.
"""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.road.closures import LEAD_S, Closing, times_with_closures
from routing.road.geometry import region
from routing.road.graph import close
from routing.road.matrix import road_times
from routing.road.travel import get_travel_s
from routing.types import NEVER
from tests.naive.naive_road import closed_travel_s
from tests.routing.dispatch.world import PROFILE, roads, square

HOUR = 3600
PLACES = range(9)
CLOSINGS = st.lists(
    st.builds(
        lambda place, begin, length: Closing(
            region([square(place)]), 8 * HOUR + 300 * begin, 8 * HOUR + 300 * (begin + length)
        ),
        st.integers(0, 8),
        st.integers(0, 30),
        st.integers(1, 20),
    ),
    max_size=3,
)


def naive_slots(closings):
    """Rows of the twin: what is open from when until when."""
    cuts = sorted({t for c in closings for t in (c.from_time - LEAD_S, c.until_time)})
    bounds = [-int(NEVER), *cuts, int(NEVER)]
    for begin, end in pairwise(bounds):
        graph = roads()
        for c in closings:
            if c.from_time - LEAD_S <= begin < c.until_time:
                graph = close(graph, c.area)
        seconds = road_times(graph, PROFILE, PLACES).seconds[0]
        yield begin, end, lambda a, b, _, seconds=seconds: int(seconds[a, b])


@settings(max_examples=40)
@given(CLOSINGS, st.integers(0, 8), st.integers(0, 8), st.integers(7 * HOUR, 14 * HOUR))
def test_no_way_is_longer_than_waiting_and_none_shorter_than_roads_allow(closings, a, b, time):
    travel = times_with_closures(roads(), PROFILE, PLACES, closings)
    slots = list(naive_slots(closings))
    for knot in travel.knot_time.tolist():
        exact = closed_travel_s(slots, a, b, knot, int(NEVER))
        assert get_travel_s(travel, a, b, knot) == exact
    between = closed_travel_s(slots, a, b, time, int(NEVER))
    opened = int(road_times(roads(), PROFILE, PLACES).seconds[0, a, b])
    assert opened <= get_travel_s(travel, a, b, time) <= between


def test_a_closed_place_is_as_far_as_the_end_of_its_closure():
    closing = Closing(region([square(4)]), 9 * HOUR, 10 * HOUR)
    travel = times_with_closures(roads(), PROFILE, PLACES, [closing])
    assert get_travel_s(travel, 3, 4, 8 * HOUR) == 120
    assert get_travel_s(travel, 3, 4, 9 * HOUR - LEAD_S - 1) == 120
    assert get_travel_s(travel, 3, 4, 9 * HOUR) == HOUR + 120
    assert get_travel_s(travel, 3, 4, 10 * HOUR) == 120
    assert get_travel_s(travel, 3, 5, 9 * HOUR) == 480  # around the block
    assert get_travel_s(travel, 3, 5, 10 * HOUR - 60) == 300  # waits for the end


def test_without_closures_it_is_the_road_matrix():
    travel = times_with_closures(roads(), PROFILE, PLACES, [])
    np.testing.assert_array_equal(travel.seconds, road_times(roads(), PROFILE, PLACES).seconds)
