"""RAPTOR and the connection scan on whole feeds: every stop pair, five seeded departures."""

from datetime import date, timedelta

import numpy as np
import pytest

from gtfs.build import build_feed
from gtfs.compile import compile_day
from gtfs.compiled import CompiledDay
from gtfs.feed import Feed, load_feed
from routing.errors import FeedError
from routing.transit import (
    build_transfers,
    check_journey,
    find_earliest_journey,
    find_journeys,
    find_range_journeys,
    get_offsets,
    trip_based,
    trip_workspace,
)
from routing.types import NEVER
from tests.conftest import REPOSITORY
from tests.gtfs.agreement import arrivals_by_both, seeded_departures

SMALL = (
    "cairns_2014",
    "caltrain_2017",
    "donan_bus_gtfsjp",
    "flex_example_various",
    "partridge_region-nord-v2",
    "synthetic_routing_na_times",
    "synthetic_sample_feed_bom",
    "synthetic_sample_feed_calendar_dates",
    "vvs_bus_751",
)
HOUR_S = 3600
REPEATED = ("sao_paulo_frequencies",)


def busiest_day(feed: Feed) -> CompiledDay:
    """The day of the calendar's first fortnight on which most trips run."""
    first, last = feed.dates
    days = [first + timedelta(i) for i in range(min(14, (last - first).days + 1))]
    counts = [feed.trips["service_id"].isin(feed.list_services(day)).sum() for day in days]
    return compile_day(feed, days[int(np.argmax(counts))])


def assert_agreement(day: CompiledDay, n_departures: int = 5) -> None:
    timetable = day.timetable
    reached = 0
    for dep_time in seeded_departures(timetable, count=n_departures):
        by_scan, by_rounds = arrivals_by_both(timetable, dep_time)
        differ = np.argwhere(by_scan != by_rounds)
        assert not len(differ), f"{len(differ)} pairs differ at {dep_time}, first {differ[0]}"
        reached += int((by_scan < NEVER).sum()) - timetable.n_stops
    assert reached > 0, "no pair of stops is joined: the comparison would say nothing"


@pytest.mark.shared
@pytest.mark.parametrize("name", [*SMALL, *REPEATED])
def test_both_algorithms_agree_on_every_pair(shared_dir, name):
    assert_agreement(busiest_day(load_feed(shared_dir / "feeds" / f"{name}.zip")))


def test_both_algorithms_agree_on_every_pair_of_sokcho(tmp_path):
    build_feed(REPOSITORY / "gtfs" / "sokcho", tmp_path / "f.zip", valid_from=date(2026, 11, 1))
    feed = load_feed(tmp_path / "f.zip")
    assert not list(feed.report)
    assert_agreement(compile_day(feed, date(2026, 11, 23)))


def pairs(journeys):
    """``(n_trips, arrival)`` of each journey."""
    return [(journey.n_trips, journey.arr_time) for journey in journeys]


@pytest.mark.shared
@pytest.mark.parametrize("name", ["cairns_2014", "donan_bus_gtfsjp", "caltrain_2017"])
def test_journeys_between_addresses_can_be_replayed(shared_dir, name):
    timetable = busiest_day(load_feed(shared_dir / "feeds" / f"{name}.zip")).timetable
    transfers, work = build_transfers(timetable), trip_workspace(timetable)
    random = np.random.default_rng(7)
    found = 0
    for _ in range(100):
        stops = random.choice(timetable.n_stops, (2, 5), replace=False)
        seconds = random.integers(0, 600, (2, 5))
        start, end = (get_offsets(stops[i], seconds[i], timetable.n_stops) for i in (0, 1))
        dep_time = int(random.choice(timetable.connections.dep_time)) - 300
        journeys = find_journeys(timetable, start, end, dep_time)
        first = find_earliest_journey(timetable, start, end, dep_time)
        for journey in [*journeys, *([first] if first else [])]:
            check_journey(timetable, journey, start, end, dep_time)
        assert [j.arr_time for j in journeys][-1:] == ([first.arr_time] if first else [])
        query = (timetable, transfers, start, end)
        by_trips = trip_based.find_journeys(*query, dep_time, workspace=work)
        assert pairs(by_trips) == pairs(journeys)
        window = find_range_journeys(*query, dep_time, HOUR_S, workspace=work)
        # Whoever leaves with the first of a window, or with any later one, arrives like this.
        for journey in {item.dep_time: item for item in window}.values():
            at_its_time = find_journeys(timetable, start, end, journey.dep_time)
            assert (journey.n_trips, journey.arr_time) in pairs(at_its_time)
        for journey in [*by_trips, *window]:
            check_journey(timetable, journey, start, end, dep_time)
        found += bool(journeys)
    assert found > 10


@pytest.mark.shared
def test_the_invalid_feed_is_refused_by_one_error_that_names_both(shared_dir):
    with pytest.raises(FeedError) as caught:
        load_feed(shared_dir / "feeds" / "synthetic_sample_feed_invalid.zip")
    assert "stops.txt has no column stop_id" in str(caught.value)
    assert "stop_times.txt is missing" in str(caught.value)


@pytest.mark.shared
def test_names_in_another_encoding_are_read(shared_dir):
    feed = load_feed(shared_dir / "feeds" / "partridge_region-nord-v2.zip")
    assert "Olsøya" in set(feed.stops["name"])
    assert "repaired stops.txt: is not UTF-8, read as cp1252" in str(feed.report)


@pytest.mark.shared
def test_all_shared_feeds_are_loaded_or_refused(shared_dir):
    feeds = sorted((shared_dir / "feeds").glob("*.zip"))
    tried = {*SMALL, *REPEATED, "synthetic_sample_feed_invalid", "mta_bus_staten_island_2026"}
    assert {path.stem for path in feeds} == tried


@pytest.mark.shared
def test_the_large_feed_loads_whole_and_agrees(shared_dir):
    feed = load_feed(shared_dir / "feeds" / "mta_bus_staten_island_2026.zip")
    assert (len(feed.trips), len(feed.calls.stop)) == (16_524, 804_835)
    assert not list(feed.report)
    assert_agreement(compile_day(feed, date(2026, 9, 10)), n_departures=2)
