"""Timetables as trips really run, against the slow twin of the network that really runs."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import TimetableError
from routing.transit import (
    Calls,
    build_transfers,
    check_journey,
    csa,
    get_offsets,
    next_departures,
    raptor,
    trip_based,
)
from routing.transit.delays import END_OF_WORDS, Runs, apply_runs, spread_delays
from routing.types import NONE, frozen
from tests.naive import naive_delays, naive_transit
from tests.naive.naive_transit import Network
from tests.routing.transit.networks import calls_of, compile_network, networks, queries, split

MAX_TRIPS = 6


def network_of(timetable, like):
    """The network that a timetable holds; its trips in the timetable's order."""
    patterns = timetable.patterns
    trips = []
    for trip in range(timetable.n_trips):
        pattern = patterns.trip_pattern[trip]
        first, events = patterns.stop_ptr[pattern], patterns.trip_event_ptr[trip]
        trips.append(
            [
                (
                    int(patterns.stop[first + k]),
                    int(patterns.arr_time[events + k]),
                    int(patterns.dep_time[events + k]),
                    bool(patterns.flags[first + k] & 1),
                    bool(patterns.flags[first + k] & 2),
                )
                for k in range(int(patterns.trip_event_ptr[trip + 1] - events))
            ]
        )
    return Network(like.n_stops, trips, like.footpaths, like.change_s)


@st.composite
def what_happens(draw, network):
    """``(gone, [(source, calls)])``: cancelled, delayed, shortened, diverted and added trips."""
    gone, runs = [], []
    for trip, calls in enumerate(network.trips):
        fate = draw(st.sampled_from(["runs", "runs", "late", "late", "skips", "moved", "gone"]))
        if fate == "runs":
            continue
        gone.append(trip)
        if fate == "gone":
            continue
        now, run = -(10**6), []
        for stop, arr, dep, board, alight in calls:
            delay = draw(st.sampled_from([0, 0, 1, 4, -2]))
            served = fate != "skips" or draw(st.booleans())
            place = draw(st.integers(0, network.n_stops - 1)) if fate == "moved" else stop
            arr = max(now, arr + delay)
            now = max(arr, dep + delay)
            run.append((place, arr, now, board and served, alight and served))
        runs.append((trip, run))
    for _ in range(draw(st.integers(0, 2))):
        now, run = draw(st.integers(-5, 20)), []
        for stop in draw(st.lists(st.integers(0, network.n_stops - 1), min_size=2, max_size=4)):
            now += draw(st.integers(0, 4))
            run.append((stop, now, now, True, True))
        runs.append((int(NONE), run))
    return gone, runs


def runs_of(runs):
    columns = np.array([call for _, run in runs for call in run], np.int64).reshape(-1, 5).T
    ptr = np.cumsum([0, *(len(run) for _, run in runs)])
    calls = Calls(ptr, *columns[:3], columns[3] + 2 * columns[4])
    return Runs(calls, np.array([source for source, _ in runs], np.int64))


def check_rules(timetable):
    """What `timetable` promises about its arrays."""
    patterns, connections = timetable.patterns, timetable.connections
    for pattern in range(timetable.n_patterns):
        trips = range(patterns.trip_ptr[pattern], patterns.trip_ptr[pattern + 1])
        assert (patterns.trip_pattern[list(trips)] == pattern).all()
        for a, b in pairwise(trips):
            start, end = patterns.trip_event_ptr[a], patterns.trip_event_ptr[b]
            span = slice(end, end + end - start)
            assert (patterns.dep_time[start:end] <= patterns.dep_time[span]).all()
            assert (patterns.arr_time[start:end] <= patterns.arr_time[span]).all()
    key = np.lexsort((connections.event, connections.dep_time))
    assert (key == np.arange(len(key))).all()
    assert len(connections.event) == len(patterns.dep_time) - timetable.n_trips
    assert (patterns.dep_time[connections.event] == connections.dep_time).all()
    for stop in range(timetable.n_stops):
        for k in range(patterns.at_stop_ptr[stop], patterns.at_stop_ptr[stop + 1]):
            call = patterns.stop_ptr[patterns.at_stop_pattern[k]] + patterns.at_stop_pos[k]
            assert patterns.stop[call] == stop
    assert patterns.at_stop_ptr[-1] == len(patterns.stop)
    for column in (*patterns, *connections):
        assert column.dtype == np.int32
        assert not column.flags.writeable


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_every_search_answers_from_what_really_runs(data):
    drawn = data.draw(networks(with_stays=False))
    scheduled = compile_network(drawn)
    network = network_of(scheduled, drawn)
    gone, runs = data.draw(what_happens(network))
    live, origin = apply_runs(scheduled, np.array(gone, np.int64), runs_of(runs))
    check_rules(live)
    kept = [calls for trip, calls in enumerate(network.trips) if trip not in gone]
    truth = Network(
        network.n_stops, kept + [run for _, run in runs], network.footpaths, network.change_s
    )
    held = network_of(live, drawn)
    named = [*network.trips, *(run for _, run in runs)]
    assert held.trips == [named[i] for i in origin]
    assert sorted(held.trips) == sorted(truth.trips)
    transfers = build_transfers(live)
    access, egress, dep_time = data.draw(queries(network))
    start, end = (get_offsets(*split(pairs), network.n_stops) for pairs in (access, egress))
    expected = naive_transit.pareto(truth, access, egress, dep_time, MAX_TRIPS)
    for found in (
        raptor.find_journeys(live, start, end, dep_time, MAX_TRIPS),
        trip_based.find_journeys(live, transfers, start, end, dep_time, MAX_TRIPS),
    ):
        assert [(journey.n_trips, journey.arr_time) for journey in found] == expected
        for journey in found:
            check_journey(live, journey, start, end, dep_time)
    arrivals = csa.earliest_arrivals(live, start, dep_time).tolist()
    slow = naive_transit.earliest_arrivals(truth, access, dep_time, 12)
    assert [a for a in arrivals if a < 10**6] == [b for b in slow if b < 10**6]
    for stop in range(network.n_stops):
        board = [item.dep_time for item in next_departures(live, stop, dep_time, 10**6)]
        assert board == naive_transit.departures(truth, stop, dep_time)
    # Time and again: what happened is taken from the timetable, never added to what happened.
    again, _ = apply_runs(scheduled, np.array(gone, np.int64), runs_of(runs))
    for a, b in zip(live.patterns, again.patterns, strict=True):
        assert np.array_equal(a, b)


TWO = Network(2, [[(0, 0, 0, True, True), (1, 10, 10, True, True)],
                  [(0, 5, 5, True, True), (1, 15, 15, True, True)]])  # fmt: skip


def late(delay):
    return (0, [(0, delay, delay, True, True), (1, 10 + delay, 10 + delay, True, True)])


def test_a_late_trip_keeps_its_pattern_unless_it_is_overtaken():
    timetable = compile_network(TWO)
    same, origin = apply_runs(timetable, np.array([0]), runs_of([late(3)]))
    assert same.n_patterns == 1
    assert origin.tolist() == [2, 1]
    behind, origin = apply_runs(timetable, np.array([0]), runs_of([late(7)]))
    assert behind.n_patterns == 1
    assert origin.tolist() == [1, 2]
    slow = (0, [(0, 3, 3, True, True), (1, 20, 20, True, True)])
    overtaken, origin = apply_runs(timetable, np.array([0]), runs_of([slow]))
    assert overtaken.n_patterns == 2
    assert origin.tolist() == [1, 2]


def test_nothing_happens_and_everything_is_cancelled():
    timetable = compile_network(TWO)
    same, origin = apply_runs(timetable, np.zeros(0, np.int64), runs_of([]))
    assert origin.tolist() == [0, 1]
    for a, b in zip(same.connections, timetable.connections, strict=True):
        assert np.array_equal(a, b)
    empty, origin = apply_runs(timetable, np.array([0, 1]), runs_of([]))
    assert origin.tolist() == []
    assert csa.earliest_arrivals(empty, get_offsets([0], [0], 2), 0).tolist()[0] == 0
    assert raptor.find_journeys(empty, get_offsets([0], [0], 2), get_offsets([1], [0], 2), 0) == []


@pytest.mark.parametrize(
    ("gone", "run", "message"),
    [
        ([2], late(1), "a trip that is gone is not in"),
        ([1], late(1), "replaces a trip that is not gone"),
        ([0], (0, [(0, 5, 5, True, True), (1, 4, 4, True, True)]), "go backwards"),
        ([0], (0, [(0, 5, 5, True, True), (7, 9, 9, True, True)]), "a call names a stop outside"),
    ],
)
def test_what_cannot_run_is_refused(gone, run, message):
    with pytest.raises(TimetableError, match=message):
        apply_runs(compile_network(TWO), np.array(gone), runs_of([run]))


word = st.one_of(
    st.none(),
    st.just(naive_delays.NO_DATA),
    st.tuples(*[st.one_of(st.none(), st.integers(-20, 30))] * 2),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5), word), min_size=2, max_size=7),
    st.one_of(st.none(), st.integers(-10, 20)),
)
def test_delays_spread_as_the_slow_twin_says(drawn, delay_s):
    now, times = 0, []
    for hop, dwell, _ in drawn:
        times.append((now + hop, now + hop + dwell))
        now += hop + dwell
    said = [item[2] for item in drawn]
    table = np.full((2, len(said)), NONE, np.int32)
    for i, item in enumerate(said):
        if item == naive_delays.NO_DATA:
            table[:, i] = END_OF_WORDS
        elif item is not None:
            table[:, i] = [NONE if value is None else value for value in item]
    arr, dep = (frozen(column) for column in zip(*times, strict=True))
    found = spread_delays(arr, dep, table, int(NONE) if delay_s is None else delay_s)
    got = list(
        zip(found.arr_time.tolist(), found.dep_time.tolist(), found.is_live == 1, strict=True)
    )
    assert got == naive_delays.spread(times, said, delay_s)


def test_riders_stay_seated_as_long_as_the_vehicle_still_meets_its_next_trip():
    """Trip 0: A 0 > B 10, goes on as trip 1: B 12 > C 20; it comes 2, then 3 s late."""
    trips = [
        [(stop, time, time, True, True) for stop, time in calls]
        for calls in ([(0, 0), (1, 10)], [(1, 12), (2, 20)])
    ]
    network = Network(3, trips, change_s=[0, 5, 0], stays=[(0, 1)])
    timetable = compile_network(network)
    first = np.flatnonzero(timetable.patterns.dep_time[timetable.patterns.trip_event_ptr[:-1]] == 0)
    start, end = get_offsets([0], [0], 3), get_offsets([2], [0], 3)
    for late_s, found in ((2, [(1, 20)]), (3, [])):
        late = [
            (stop, time + late_s, time + late_s, True, True) for stop, time in ((0, 0), (1, 10))
        ]
        copy, _ = apply_runs(timetable, first, Runs(calls_of(Network(3, [late])), first))
        journeys = raptor.find_journeys(copy, start, end, 0)
        assert [(x.n_trips, x.arr_time) for x in journeys] == found
