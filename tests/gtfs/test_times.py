from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtfs.report import LoadReport
from gtfs.times import BLANK, interpolate, parse_date, parse_times
from routing.errors import FeedError


def parse(*texts, report=None):
    cells = pd.Series(texts, dtype="string", name="arrival_time")
    rows = range(2, len(texts) + 2)
    return parse_times(cells, rows, "stop_times.txt", report or LoadReport()).tolist()


def test_times_past_midnight_and_short_hours():
    assert parse("25:30:00", "6:05:09", "", pd.NA, "NA") == [91_800, 21_909, BLANK, BLANK, BLANK]


def test_a_time_without_seconds_is_read_and_reported():
    report = LoadReport()
    assert parse("08:15", report=report) == [29_700]
    assert "row 2: has no seconds" in str(report)


@pytest.mark.parametrize(
    "text", ["25:99:00", "-1:00:00", "8h", "08:00:60", "168:00:00", "٠٨:00:00x"]
)
def test_what_is_no_time_is_refused_with_its_row(text):
    with pytest.raises(FeedError, match=r"stop_times.txt row 3 arrival_time: .* is not a time"):
        parse("08:00:00", text)


@pytest.mark.parametrize("text", ["20261301", "2026", "", "23/11/2026", "20260230"])
def test_what_is_no_date_is_refused_with_its_row(text):
    with pytest.raises(FeedError, match=r"calendar.txt row 7 end_date: .* is not a date"):
        parse_date(text, "calendar.txt", 7, "end_date")


def naive_interpolate(trip):
    """Blank times of one trip ``[(arr, dep, distance), ...]``, call by call."""
    known = [i for i, call in enumerate(trip) if call[0] != BLANK]
    result = []
    for i, (arr, dep, distance) in enumerate(trip):
        left = max((k for k in known if k < i), default=None)
        right = min((k for k in known if k > i), default=None)
        if arr == BLANK and left is not None and right is not None:
            way = [trip[k][2] for k in range(left, right + 1)]
            grows = all(a <= b for a, b in pairwise(way)) and way[-1] > way[0]
            share = (
                (distance - way[0]) / (way[-1] - way[0]) if grows else (i - left) / (right - left)
            )
            arr = dep = round(trip[left][1] + share * (trip[right][0] - trip[left][1]))
        result.append((arr, dep))
    return result


call = st.tuples(st.integers(0, 1), st.integers(0, 900), st.integers(0, 60), st.integers(-1, 5))


@given(st.lists(st.lists(call, min_size=1, max_size=7), min_size=1, max_size=3))
def test_interpolation_agrees_with_the_naive_twin(drawn):
    trips = []
    for steps in drawn:
        now, distance, trip = 0, 0, []
        for has_time, hop, dwell, way in steps:
            now, distance = now + hop, distance + max(way, 0)
            known = (now, now + dwell) if has_time else (BLANK, BLANK)
            trip.append((*known, float("nan") if way < 0 else float(distance)))
            now += dwell
        trips.append(trip)
    calls = [(number, *call) for number, trip in enumerate(trips) for call in trip]
    number, arr, dep, distance = (np.array(column) for column in zip(*calls, strict=True))
    fast = interpolate(arr.astype(np.int64), dep.astype(np.int64), number, distance.astype(float))
    slow = [pair for trip in trips for pair in naive_interpolate(trip)]
    assert list(zip(*(column.tolist() for column in fast), strict=True)) == slow
