import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoadError
from routing.road.travel import (
    get_travel_s,
    lower_bound,
    slice_at,
    static,
    travel_s,
    travel_times,
)
from routing.types import NEVER
from tests.naive import naive_road

DAY_S = 86_400


@st.composite
def days(draw):
    """Travel times of one pair that obey FIFO: each value falls at most as fast as time runs."""
    knots = sorted(draw(st.sets(st.integers(0, DAY_S), min_size=1, max_size=6)))
    values = [draw(st.integers(0, 5000))]
    for gap in np.diff(knots):
        values.append(draw(st.integers(max(0, values[-1] - int(gap)), 5000 + values[-1])))
    return knots, values


def pair(knots, values):
    return travel_times(knots, [[[0, value], [value, 0]] for value in values])


@settings(max_examples=200, deadline=None)
@given(days(), st.integers(-100, DAY_S + 100))
def test_interpolation_agrees_with_exact_fractions(day, time):
    assert get_travel_s(pair(*day), 0, 1, time) == naive_road.travel_s(*day, time)


@settings(max_examples=200, deadline=None)
@given(days(), st.integers(0, DAY_S), st.integers(0, 3600))
def test_who_leaves_later_never_arrives_earlier(day, time, later):
    travel = pair(*day)
    arrival = time + get_travel_s(travel, 0, 1, time)
    assert time + later + get_travel_s(travel, 0, 1, time + later) >= arrival


@settings(max_examples=100, deadline=None)
@given(days(), st.integers(0, DAY_S))
def test_slice_and_lower_bound_agree_with_the_whole(day, time):
    travel = pair(*day)
    now = get_travel_s(travel, 0, 1, time)
    assert slice_at(travel, time).seconds[0, 0, 1] == now
    assert lower_bound(travel)[0, 1] <= now


@pytest.mark.parametrize(
    ("knots", "values", "problem"),
    [
        ([0, 10], [30, 19], "arrives earlier"),
        ([0, 10], [-1, 5], "negative"),
        ([10, 0], [5, 5], "ascend"),
        ([0, 0], [5, 5], "ascend"),
        ([0, 10], [5, int(NEVER)], "some times of day only"),
        ([0], [int(NEVER) + 1], "above NEVER"),
    ],
)
def test_contradictions_are_refused(knots, values, problem):
    with pytest.raises(RoadError, match=problem):
        pair(knots, values)


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [
        ([[1, 2], [3, 0]], "to itself"),
        ([[0, 2, 3], [3, 0, 1]], "shape"),
        ([[0.0, 2.0], [3.0, 0.0]], "whole seconds"),
    ],
)
def test_broken_matrices_are_refused(seconds, problem):
    with pytest.raises(RoadError, match=problem):
        static(seconds)


def test_slope_of_exactly_minus_one_is_allowed():
    travel = pair([0, 10], [30, 20])
    assert [t + get_travel_s(travel, 0, 1, t) for t in (0, 5, 10)] == [30, 30, 30]


def test_no_way_stays_no_way():
    assert get_travel_s(pair([0, 60], [int(NEVER)] * 2), 0, 1, 30) == NEVER


def test_unknown_place_is_refused():
    with pytest.raises(IndexError, match="place 2"):
        get_travel_s(static([[0, 1], [1, 0]]), 0, 2, 0)


def test_arrays_are_frozen():
    with pytest.raises(ValueError, match="read-only"):
        static([[0, 1], [1, 0]]).seconds[0, 0, 1] = 5


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_kernel_is_compiled_for_one_kind_of_arrays():
    get_travel_s(pair([0, 9], [1, 2]), 0, 1, 4)
    get_travel_s(static([[0, 1], [1, 0]]), 0, 1, 4)
    # Other kernels that were compiled in this process call it with integers of their own width.
    assert len({signature[:2] for signature in travel_s.signatures}) == 1
