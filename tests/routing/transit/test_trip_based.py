"""The trip-based search against the slow twin, for one departure and for windows."""

from itertools import product

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import TimetableError
from routing.transit import (
    build_timetable,
    build_transfers,
    build_walks,
    check_journey,
    get_offsets,
    raptor,
    step_free,
    trip_based,
)
from routing.transit.bounds import MOST_TRIPS, UNIT_S, build_bounds
from routing.transit.timetable import Calls
from tests.naive import naive_transit
from tests.naive.naive_transit import Network
from tests.routing.transit.networks import compile_network, networks, queries, split

MAX_TRIPS = 8


def offsets_of(network, pairs):
    return get_offsets(*split(pairs), network.n_stops)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_journeys_agree_with_the_naive_twin_and_can_be_replayed(data):
    network = data.draw(networks())
    timetable = compile_network(network)
    transfers, work = build_transfers(timetable), trip_based.trip_workspace(timetable)
    for max_trips in (MAX_TRIPS, 1, 2):
        access, egress, dep_time = data.draw(queries(network))
        start, end = offsets_of(network, access), offsets_of(network, egress)
        query = (timetable, transfers, start, end, dep_time, max_trips)
        journeys = trip_based.find_journeys(*query, work)
        found = [(journey.n_trips, journey.arr_time) for journey in journeys]
        assert found == naive_transit.pareto(network, access, egress, dep_time, max_trips)
        for journey in journeys:
            check_journey(timetable, journey, start, end, dep_time)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_windows_agree_with_the_naive_twin_and_can_be_replayed(data):
    network = data.draw(networks())
    timetable = compile_network(network)
    transfers, work = build_transfers(timetable), trip_based.trip_workspace(timetable)
    for max_trips in (MAX_TRIPS, 2):
        access, egress, dep_time = data.draw(queries(network))
        window_s = data.draw(st.integers(0, 30))
        start, end = offsets_of(network, access), offsets_of(network, egress)
        query = (timetable, transfers, start, end, dep_time, window_s, max_trips)
        journeys = trip_based.find_range_journeys(*query, work)
        found = [(x.dep_time, x.arr_time, x.n_trips) for x in journeys]
        slow = naive_transit.profile(network, access, egress, dep_time, window_s, max_trips)
        assert sorted(found) == slow
        for journey in journeys:
            check_journey(timetable, journey, start, end, dep_time)


def crowded(seed, unit_s=1):
    """A `Network` of 5 stops where 16 trips share 4 ways, some with loops, within 40 units."""
    random = np.random.default_rng(seed)
    ways = [random.integers(0, 5, random.integers(3, 6)).tolist() for _ in range(4)]
    trips = []
    for _ in range(16):
        now, calls = int(random.integers(0, 25)) * unit_s, []
        for stop in ways[random.integers(0, 4)]:
            now += int(random.choice([0, 1, 2, 5])) * unit_s
            calls.append((stop, now, now, random.random() > 0.1, random.random() > 0.15))
        trips.append(calls)
    footpaths = [(int(a), int(b), 2 * unit_s) for a, b in random.integers(0, 5, (2, 2)) if a != b]
    change_s = random.choice([0, 1, 3], 5) * unit_s
    stays = [
        (int(i), int(j))
        for i, j in random.integers(0, 16, (12, 2))
        if trips[i][-1][1] <= trips[j][0][2] and trips[i][-1][1] < trips[j][-1][1]
    ]
    return Network(5, trips, footpaths, change_s.tolist(), stays)


@pytest.mark.parametrize("unit_s", [1, UNIT_S, 2 * UNIT_S + 1])
@pytest.mark.parametrize("part", range(4))
def test_crowded_networks_agree_with_rounds_on_every_pair(part, unit_s):
    """Rounds are compared with the slow twin elsewhere; here many queries count, and bounds do."""
    n_found = 0
    for seed in range(25 * part, 25 * part + 25):
        timetable = compile_network(crowded(seed, unit_s))
        transfers, work = build_transfers(timetable), trip_based.trip_workspace(timetable)
        rounds = raptor.round_workspace(timetable)
        for source, target, dep_time in product(range(5), range(5), (0, 9 * unit_s)):
            ends = get_offsets([source], [0], 5), get_offsets([target], [0], 5)
            expected = raptor.find_journeys(timetable, *ends, dep_time, workspace=rounds)
            query = (timetable, transfers, *ends, dep_time)
            found = trip_based.find_journeys(*query, workspace=work)
            assert [(x.n_trips, x.arr_time) for x in found] == [
                (x.n_trips, x.arr_time) for x in expected
            ], (seed, source, target, dep_time)
            n_found += len(found)
    assert n_found > 500


def profile_by_rounds(timetable, ends, times, window_s, max_trips):
    """As `find_range_journeys` says it, by one search for every second at which a trip leaves."""
    found = {
        (dep_time, journey.arr_time, journey.n_trips)
        for dep_time in times
        for journey in raptor.find_journeys(timetable, *ends, dep_time, max_trips)
        if journey.dep_time == dep_time
    }

    def beats(a, b):
        return a != b and a[0] >= b[0] and a[1] <= b[1] and a[2] <= b[2]

    kept = [item for item in found if not any(beats(other, item) for other in found)]
    return sorted(item for item in kept if item[0] < times[0] + window_s)


@pytest.mark.parametrize(("unit_s", "max_trips"), [(1, 8), (UNIT_S, 8), (2 * UNIT_S + 1, 9)])
def test_windows_of_crowded_networks_agree_with_rounds(unit_s, max_trips):
    """Few trips and a late arrival stay beside many trips and an early one; 9 know no bounds."""
    n_found = 0
    for seed in range(12):
        timetable = compile_network(crowded(seed, unit_s))
        transfers = build_transfers(timetable)
        times = sorted({0, *timetable.patterns.dep_time.tolist()})
        for source, target in product(range(5), range(5)):
            ends = get_offsets([source], [0], 5), get_offsets([target], [0], 5)
            slow = profile_by_rounds(timetable, ends, times, 30 * unit_s, max_trips)
            query = (timetable, transfers, *ends, 0, 30 * unit_s, max_trips)
            found = trip_based.find_range_journeys(*query)
            assert sorted((x.dep_time, x.arr_time, x.n_trips) for x in found) == slow
            n_found += len(slow)
    assert n_found > 300


@pytest.mark.parametrize("seed", range(6))
def test_no_bound_is_above_what_a_journey_needs(seed):
    """From every boarding of every trip to every stop: trips and seconds, by the slow twin."""
    network = crowded(seed, 50)
    timetable = compile_network(network)
    patterns, bounds = timetable.patterns, build_bounds(timetable)
    n_compared = 0
    for trip in range(timetable.n_trips):
        first = int(patterns.stop_ptr[patterns.trip_pattern[trip]])
        events = range(*patterns.trip_event_ptr[trip : trip + 2].tolist())
        for pos, event in enumerate(events[:-1]):
            ride = [naive_transit.FAR] * 5
            for later in range(event + 1, events[-1] + 1):
                call = first + later - events[0]
                if patterns.flags[call] & 2:
                    stop, time = int(patterns.stop[call]), int(patterns.arr_time[later])
                    ride[stop] = min(ride[stop], time)
            table = naive_transit.rounds_from(network, ride, MOST_TRIPS)
            for stop in range(5):
                row = int(bounds.cell[stop]) * len(patterns.stop)
                trips, *units = np.array([bounds.rest[row + first + pos]]).view(np.uint8).tolist()
                for k, (arrivals, _) in enumerate(table, 1):
                    if arrivals[stop] >= naive_transit.FAR:
                        continue
                    needed_s = arrivals[stop] - int(patterns.dep_time[event])
                    assert 0 < trips <= k
                    assert units[min(k - trips, 2)] * UNIT_S <= needed_s
                    n_compared += 1
    assert n_compared > 100


def straight(stops, times):
    return [(stop, time, time, True, True) for stop, time in zip(stops, times, strict=True)]


def test_a_window_by_hand():
    """
    A > C direct at 0 (arrives 90), 10 (95), 20 (130); A > B > C with a change: 15, arrives 80.
    Window [0, 20): 0 is beaten by 15 with a change only in arrival, and by 10 not at all. The
    departure at 20 is outside, and beats none of those before it.
    """
    trips = [straight([0, 2], times) for times in ((0, 90), (10, 95), (20, 130))]
    trips += [straight([0, 1], (15, 20)), straight([1, 2], (30, 80))]
    timetable = compile_network(Network(3, trips))
    start, end = get_offsets([0], [0], 3), get_offsets([2], [0], 3)
    journeys = trip_based.find_range_journeys(
        timetable, build_transfers(timetable), start, end, 0, 20
    )
    found = [(x.dep_time, x.arr_time, x.n_trips) for x in journeys]
    assert found == [(0, 90, 1), (10, 95, 1), (15, 80, 2)]


def test_a_transfer_in_the_last_second_before_the_best_arrival():
    """A > C 0 to 10; A > B 0 to 9, B > C within second 9."""
    trips = [straight([0, 2], (0, 10)), straight([0, 1], (0, 9)), straight([1, 2], (9, 9))]
    timetable = compile_network(Network(3, trips))
    start, end = get_offsets([0], [0], 3), get_offsets([2], [0], 3)
    query = (timetable, build_transfers(timetable), start, end, 0)
    for found in (
        trip_based.find_journeys(*query),
        trip_based.find_range_journeys(*query, 1),
    ):
        assert [(x.n_trips, x.arr_time) for x in found] == [(1, 10), (2, 9)]


def test_a_departure_after_the_window_beats_one_within():
    trips = [straight([0, 1], (0, 50)), straight([0, 1], (10, 50))]
    timetable = compile_network(Network(2, trips))
    start, end = get_offsets([0], [0], 2), get_offsets([1], [0], 2)
    query = (timetable, build_transfers(timetable), start, end, 0)
    assert trip_based.find_range_journeys(*query, 10) == []
    assert [x.dep_time for x in trip_based.find_range_journeys(*query, 11)] == [10]


def test_more_journeys_than_the_first_rows_hold(monkeypatch):
    trips = [straight([0, 1], (10 * i, 10 * i + 5)) for i in range(200)]
    timetable = compile_network(Network(2, trips))
    start, end = get_offsets([0], [0], 2), get_offsets([1], [0], 2)
    monkeypatch.setattr(trip_based, "_FIRST_ROWS", 1)
    journeys = trip_based.find_range_journeys(
        timetable, build_transfers(timetable), start, end, 0, 10_000, 2
    )
    assert [journey.dep_time for journey in journeys] == [10 * i for i in range(200)]


def test_threads_and_small_parts_change_nothing(monkeypatch):
    """A grid of 4 x 4 stops with lines along rows and columns, every ten seconds."""
    lines = [[4 * i + j for j in range(4)] for i in range(4)]
    lines += [[4 * j + i for j in range(4)] for i in range(4)]
    trips = [
        straight(line, range(start, start + 28, 7))
        for line, start in product(lines, range(0, 200, 10))
    ]
    timetable = compile_network(Network(16, trips))
    whole = build_transfers(timetable)
    monkeypatch.setattr("routing.transit.transfers._CHUNK_TRIPS", 7)
    monkeypatch.setattr("routing.transit.transfers._FIRST_CAPACITY", 1)
    parts = build_transfers(timetable, n_threads=2)
    assert len(whole.to) > 0
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_a_change_without_steps_needs_transfers_of_its_own():
    """A > B by trip 0, B > C by trip 1 (steps) at 20 or trip 2 (no steps) at 30."""
    trips = [straight([0, 1], (0, 10)), straight([1, 2], (20, 40)), straight([1, 2], (30, 50))]
    timetable = compile_network(Network(3, trips), [True, True, False, False, True, True])
    start, end = get_offsets([0], [0], 3), get_offsets([2], [0], 3)
    for table, arrival in ((timetable, 40), (step_free(timetable), 50)):
        (journey,) = trip_based.find_journeys(table, build_transfers(table), start, end, 0)
        assert journey.arr_time == arrival


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        (([2], [0]), r"a stop outside 0\.\.1"),
        (([0], [-1]), "is negative"),
        (([0, 1], [1]), "2 offset stops but 1 durations"),
    ],
)
def test_offsets_that_do_not_fit_are_refused_and_leave_nothing_behind(offsets, message):
    timetable = compile_network(Network(2, [straight([0, 1], [5, 9])]))
    transfers, work = build_transfers(timetable), trip_based.trip_workspace(timetable)
    good = get_offsets([0], [0], 2), get_offsets([1], [0], 2)
    for access, egress in ((offsets, good[1]), (good[0], offsets)):
        with pytest.raises(TimetableError, match=message):
            trip_based.find_journeys(timetable, transfers, access, egress, 0, workspace=work)
        with pytest.raises(TimetableError, match=message):
            trip_based.find_range_journeys(
                timetable, transfers, access, egress, 0, 60, workspace=work
            )
    (journey,) = trip_based.find_journeys(timetable, transfers, *good, 0, workspace=work)
    assert journey.arr_time == 9


def test_what_the_workspace_does_not_hold_is_refused():
    timetable = compile_network(Network(2, [straight([0, 1], [0, 1])]))
    place = get_offsets([0], [0], 2)
    query = (timetable, build_transfers(timetable), place, place, 0)
    with pytest.raises(ValueError, match="max_trips is 0"):
        trip_based.find_journeys(*query, max_trips=0)
    with pytest.raises(ValueError, match=r"holds 1\.\.2"):
        trip_based.find_journeys(*query, 3, trip_based.trip_workspace(timetable, 2))
    with pytest.raises(ValueError, match="window_s is -1"):
        trip_based.find_range_journeys(*query, -1)


def test_an_empty_timetable_has_no_journeys():
    empty = Calls(*(np.zeros(n, np.int64) for n in (1, 0, 0, 0, 0)))
    timetable, _ = build_timetable(empty, build_walks(2))
    transfers = build_transfers(timetable)
    start, end = get_offsets([0], [3], 2), get_offsets([1], [0], 2)
    assert trip_based.find_journeys(timetable, transfers, start, end, 10) == []
    assert trip_based.find_range_journeys(timetable, transfers, start, end, 10, 100) == []


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_kernels_are_compiled_once():
    for n_stops in (2, 3):
        timetable = compile_network(Network(n_stops, [straight([0, 1], [5, 9])]))
        transfers = build_transfers(timetable)
        for start in (([0], [0]), get_offsets([0], [0], n_stops)):
            end = get_offsets([1], [0], n_stops)
            trip_based.find_journeys(timetable, transfers, start, end, 0)
            trip_based.find_range_journeys(timetable, transfers, start, end, 0, 60)
            raptor.find_journeys(timetable, start, end, 0)
    kernels = (trip_based._find, trip_based._find_range)
    assert [len(kernel.signatures) for kernel in kernels] == [1, 1]
