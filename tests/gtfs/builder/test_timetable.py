"""Departures between a first and a last one."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.builder.schema import Period, Profile, TimetableRow
from gtfs.builder.timetable import list_departures
from routing.errors import AreaError

FLAT = Profile([])


def row(first: str, last: str) -> TimetableRow:
    return TimetableRow("7", 0, "daily", first, last, "flat", "estimate", "a test")


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def test_flat_departures_by_hand():
    """06:00 to 08:00 in five departures: every half hour."""
    minutes = [t // 60 for t in list_departures(row("06:00", "08:00"), FLAT, 5)]
    assert [clock(m) for m in minutes] == ["06:00", "06:30", "07:00", "07:30", "08:00"]


def test_twice_the_density_gives_half_the_headway():
    """Two hours, the second twice as dense: 3 parts, so a part every 60 and then every 30 min."""
    peak = Profile([Period("07:00", "08:00", 200)])
    minutes = [t // 60 for t in list_departures(row("06:00", "08:00"), peak, 4)]
    assert [clock(m) for m in minutes] == ["06:00", "07:00", "07:30", "08:00"]


def test_nobody_leaves_within_a_gap():
    gap = Profile([Period("12:15", "12:55", 0)])
    minutes = [t // 60 for t in list_departures(row("06:00", "18:50"), gap, 42)]
    assert not [m for m in minutes if 12 * 60 + 15 < m <= 12 * 60 + 55]
    assert max(b - a for a, b in pairwise(minutes)) >= 50


def test_a_single_departure():
    assert list_departures(row("07:35", "07:35"), FLAT, 1) == [7 * 3600 + 35 * 60]


@pytest.mark.parametrize(
    ("first", "last", "n_runs", "profile"),
    [
        ("06:00", "06:03", 5, FLAT),
        ("06:00", "07:00", 1, FLAT),
        ("06:00", "06:00", 2, FLAT),
        ("06:00", "07:00", 4, Profile([Period("06:00", "07:00", 0)])),
        ("06:00", "07:00", 4, Profile([Period("06:30", "07:00", 0)])),
    ],
)
def test_departures_that_do_not_fit_are_refused(first, last, n_runs, profile):
    with pytest.raises(AreaError, match="do not fit between"):
        list_departures(row(first, last), profile, n_runs)


@settings(max_examples=200)
@given(
    st.integers(0, 600),
    st.integers(60, 800),
    st.integers(2, 60),
    st.lists(
        st.tuples(st.integers(0, 1400), st.integers(0, 300), st.sampled_from([50, 100, 200])),
        max_size=3,
    ),
)
def test_departures_ascend_from_the_first_to_the_last(first, span, n_runs, stretches):
    """At most 60 in 60 minutes or more, thinned to a quarter at worst, so some may not fit."""
    profile = Profile([Period(clock(a), clock(a + n), pct) for a, n, pct in stretches])
    try:
        departures = list_departures(row(clock(first), clock(first + span)), profile, n_runs)
    except AreaError:
        # refused only where the densest stretch would need two departures in one minute
        assert n_runs - 1 > span // 4
        return
    assert len(departures) == n_runs
    assert (departures[0], departures[-1]) == (first * 60, (first + span) * 60)
    assert all(b - a >= 60 for a, b in pairwise(departures))
    assert all(t % 60 == 0 for t in departures)


@settings(max_examples=100)
@given(st.integers(0, 600), st.integers(60, 800), st.integers(2, 60))
def test_flat_headways_differ_by_a_minute_at_most(first, span, n_runs):
    departures = list_departures(row(clock(first), clock(first + span)), FLAT, n_runs)
    headways = {(b - a) // 60 for a, b in pairwise(departures)}
    assert max(headways) - min(headways) <= 1
