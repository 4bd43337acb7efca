"""A bus line beyond the shuttle's town, and shuttles that feed it.

::

    places 0 --120 s-- 1 --120 s-- 2      shuttle
    stops              0 ========= 1      bus 08:20, 08:40, 09:00, 10 minutes' ride
                       |
                hub: place 1 is 60 s on foot from stop 0
"""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.intermodal.choices import Criteria, beats, of_journey, unbeaten
from routing.intermodal.itineraries import (
    Connecting,
    Hubs,
    Reach,
    find_bus_then_shuttle,
    find_bus_then_shuttle_by,
    find_journeys_by,
    find_shuttle_then_bus,
    find_shuttle_then_bus_by,
)
from routing.road.travel import static
from routing.transit import find_journeys
from routing.transit.timetable import Calls, build_timetable, build_walks, get_offsets
from routing.types import NEVER, frozen

EIGHT = 8 * 3600
MINUTE = 60
DEPARTURES = (EIGHT + 1200, EIGHT + 2400, EIGHT + 3600)
HUBS = Hubs(frozen([1]), frozen([0]), frozen([60]))
TRAVEL = static(np.abs(np.subtract.outer(np.arange(3), np.arange(3))) * 120)


class Leg(NamedTuple):
    """An offer, as far as it matters here."""

    dep_time: int
    arr_time: int
    walk_s: int = 0


def line(departures, stops):
    n = len(departures)
    times = np.array([t for d in departures for t in (d, d + 600)])
    calls = Calls(np.arange(n + 1) * 2, np.tile(stops, n), times, times, np.full(2 * n, 3))
    return build_timetable(calls, build_walks(2))[0]


@pytest.fixture(scope="module")
def outbound():
    return line(DEPARTURES, [0, 1])


@pytest.fixture(scope="module")
def inbound():
    return line([EIGHT, EIGHT + 1200], [1, 0])


class Quotes:
    """Answers with rides of five minutes, and keeps what was asked."""

    def __init__(self, just_in_time=True, at_once=True):
        self.asked, self.just_in_time, self.at_once = [], just_in_time, at_once

    def __call__(self, place, depart_from, arrive_by):
        self.asked.append((place, depart_from, arrive_by))
        if depart_from is None:
            return Leg(arrive_by - 300, arrive_by) if self.just_in_time else None
        return Leg(depart_from, depart_from + 300) if self.at_once else None


def to_stop_1(seconds=30):
    return get_offsets([1], [seconds], 2)


def test_the_bus_is_the_deadline_of_the_shuttle_that_feeds_it(outbound):
    quotes = Quotes()
    there = frozen([EIGHT + 720])
    (found,) = find_shuttle_then_bus(outbound, HUBS, there, to_stop_1(), EIGHT, quotes)
    # There at 08:12, 1 minute on foot, 2 to spare: the 08:20 is in reach.
    assert quotes.asked == [(1, None, EIGHT + 1200 - 60 - 120)]
    leaves = EIGHT + 1200 - 180 - 300
    assert found.criteria == Criteria(leaves, EIGHT + 1200 + 600 + 30, 2, 60 + 30)
    assert found.shuttle_first


@pytest.mark.parametrize(("arrive", "departure"), [(1020, 1200), (1021, 2400), (2220, 2400)])
def test_the_first_bus_is_the_one_that_the_fleet_can_reach(outbound, arrive, departure):
    """To the second: 60 s on foot and 120 s to spare before 08:20."""
    there = frozen([EIGHT + arrive])
    (found,) = find_shuttle_then_bus(outbound, HUBS, there, to_stop_1(), EIGHT, Quotes())
    assert found.journey.rides[0].dep_time == EIGHT + departure


def test_who_cannot_be_brought_just_in_time_is_brought_at_once(outbound):
    quotes = Quotes(just_in_time=False)
    there = frozen([EIGHT + 720])
    (found,) = find_shuttle_then_bus(outbound, HUBS, there, to_stop_1(), EIGHT, quotes)
    by = EIGHT + 1200 - 180
    assert quotes.asked == [(1, None, by), (1, EIGHT, by)]
    assert found.criteria.dep_time == EIGHT


def test_without_an_offer_there_is_no_itinerary(outbound):
    none = Quotes(just_in_time=False, at_once=False)
    there = frozen([EIGHT + 720])
    assert not find_shuttle_then_bus(outbound, HUBS, there, to_stop_1(), EIGHT, none)
    assert len(none.asked) == 2


def test_without_a_shuttle_nobody_is_asked(outbound):
    quotes = Quotes()
    assert not find_shuttle_then_bus(outbound, HUBS, frozen([NEVER]), to_stop_1(), EIGHT, quotes)
    assert quotes.asked == []


def test_a_shuttle_waits_where_the_bus_arrives(inbound):
    quotes, told = Quotes(), []

    def home(ready):
        told.append(ready.tolist())
        return ready + 300

    access = get_offsets([1], [0], 2)
    (found,) = find_bus_then_shuttle(inbound, HUBS, access, EIGHT, home, quotes)
    assert told == [[EIGHT + 600 + 60]]
    assert quotes.asked == [(1, EIGHT + 660, None)]
    assert found.criteria == Criteria(EIGHT, EIGHT + 660 + 300, 2, 60)
    assert not found.shuttle_first


def test_who_is_as_soon_at_the_hub_on_foot_needs_no_bus(inbound):
    """Bus at 08:10 at stop 0, and on foot as well."""
    access = get_offsets([1, 0], [0, 600], 2)
    asked = []

    def home(ready):
        asked.append(ready.tolist())
        return ready

    assert not find_bus_then_shuttle(inbound, HUBS, access, EIGHT, home, Quotes())
    assert asked == [[NEVER]]


def test_the_last_bus_that_is_in_time_is_fed(outbound):
    quotes = Quotes()
    times = (EIGHT, EIGHT + 2400 + 600 + 30)
    origins = [Reach(0, 0)]
    args = (outbound, TRAVEL, HUBS, origins, to_stop_1(), times, quotes)
    found = find_shuttle_then_bus_by(*args)
    assert [way.journey.rides[0].dep_time for way in found] == [EIGHT + 1200, EIGHT + 2400]
    assert found[-1].criteria.arr_time == times[1]


def test_a_long_wait_leaves_only_the_later_bus(outbound):
    """From 08:00: 20 minutes' wait, 2 of driving, 2 to spare, 1 on foot: 08:25."""
    rules = Connecting(wait_s=1200)
    times = (EIGHT, EIGHT + 3600)
    args = (outbound, TRAVEL, HUBS, [Reach(0, 0)], to_stop_1(), times, Quotes(), rules)
    (found,) = find_shuttle_then_bus_by(*args)
    assert found.journey.rides[0].dep_time == EIGHT + 2400


def test_a_shuttle_home_is_asked_to_be_there_by_the_time(inbound):
    quotes = Quotes()
    times = (EIGHT - 600, EIGHT + 1200 + 600 + 60 + 120 + 600)
    access = get_offsets([1], [0], 2)
    args = (inbound, TRAVEL, HUBS, access, [Reach(2, 0)], times, quotes)
    found = find_bus_then_shuttle_by(*args)
    assert quotes.asked[0] == (1, EIGHT + 1200 + 600 + 60, times[1])
    assert len(found) == 2


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True),
    st.integers(0, 60),
    st.integers(0, 80),
)
def test_journeys_by_a_time_are_those_of_every_minute(minutes, start, by):
    timetable = line([EIGHT + m * MINUTE for m in sorted(minutes)], [0, 1])
    access, egress = get_offsets([0], [0], 2), get_offsets([1], [0], 2)
    times = (EIGHT + start * MINUTE, EIGHT + by * MINUTE)
    every = [
        journey
        for second in range(times[0], times[1] + 1, MINUTE)
        for journey in find_journeys(timetable, access, egress, second)
        if journey.arr_time <= times[1]
    ]
    expected = sorted({of_journey(journey) for journey in every}, reverse=True)
    assert list(map(of_journey, find_journeys_by(timetable, access, egress, *times))) == expected


WAYS = st.lists(st.builds(Criteria, *[st.integers(0, 3)] * 4), max_size=8)


@given(WAYS)
def test_what_is_told_is_beaten_by_nothing_and_beats_or_equals_the_rest(ways):
    kept = unbeaten(ways, lambda way: way)
    assert len(set(kept)) == len(kept)
    for way in ways:
        assert way in kept or any(beats(other, way) for other in kept)
    assert not any(beats(a, b) for a in ways for b in kept)
