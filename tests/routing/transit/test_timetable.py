"""What the arrays promise, and that broken input and broken journeys are caught."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from routing.errors import TimetableError
from routing.transit import (
    Calls,
    Journey,
    StopOffsets,
    build_timetable,
    build_walks,
    check_journey,
    csa,
    find_journeys,
    get_offsets,
    list_access,
    list_egress,
    next_departures,
)
from tests.naive.naive_transit import Network
from tests.routing.transit.networks import compile_network, networks


@settings(max_examples=100, deadline=None)
@given(networks())
def test_trips_of_a_pattern_never_overtake_and_none_is_lost(network):
    timetable = compile_network(network)
    patterns = timetable.patterns
    assert timetable.n_trips == len(network.trips)
    rebuilt = []
    for p in range(timetable.n_patterns):
        calls = slice(patterns.stop_ptr[p], patterns.stop_ptr[p + 1])
        rows = []
        for trip in range(patterns.trip_ptr[p], patterns.trip_ptr[p + 1]):
            events = slice(patterns.trip_event_ptr[trip], patterns.trip_event_ptr[trip + 1])
            rows.append((patterns.arr_time[events], patterns.dep_time[events]))
            flags = patterns.flags[calls]
            columns = (patterns.stop[calls], *rows[-1], flags & 1 > 0, flags & 2 > 0)
            rebuilt.append(list(zip(*(column.tolist() for column in columns), strict=True)))
        for before, after in pairwise(rows):
            assert (np.array(before) <= np.array(after)).all()
    assert sorted(rebuilt) == sorted(network.trips)


@settings(max_examples=100, deadline=None)
@given(networks())
def test_connections_are_the_hops_in_order_of_time_trip_and_position(network):
    c = compile_network(network).connections
    hops = [(a[0], b[0], a[2], b[1]) for calls in network.trips for a, b in pairwise(calls)]
    found = zip(c.dep_stop, c.arr_stop, c.dep_time, c.arr_time, strict=True)
    assert sorted(tuple(map(int, hop)) for hop in found) == sorted(hops)
    keys = list(zip(c.dep_time.tolist(), c.trip.tolist(), c.event.tolist(), strict=True))
    assert keys == sorted(keys)


def calls_of(ptr, stop, arr, dep):
    columns = (np.array(column, np.int64) for column in (ptr, stop, arr, dep, [3] * len(stop)))
    return Calls(*columns)


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        (calls_of([0, 1], [0], [5], [5]), "trip 0 has fewer than two calls"),
        (calls_of([0, 2], [0, 2], [5, 6], [5, 6]), r"a stop outside 0\.\.1"),
        (calls_of([0, 2], [0, 1], [5, 4], [5, 4]), "times of trip 0 go backwards at call 1"),
        (calls_of([0, 2, 4], [0, 1] * 2, [5, 6, 1, 2], [5, 6, 0, 2]), "trip 1 go backwards"),
        (calls_of([0, 2], [0, 1], [5, 2**40], [5, 2**40]), "a time is out of range"),
    ],
)
def test_contradictory_calls_are_refused(calls, message):
    with pytest.raises(TimetableError, match=message):
        build_timetable(calls, build_walks(2))


@pytest.mark.parametrize(
    ("footpaths", "change_s", "message"),
    [
        ([(0, 2, 5)], None, r"a stop outside 0\.\.1"),
        ([(0, 1, -5)], None, "is negative"),
        ([], [0], "1 entries for 2 stops"),
        ([], [0, -1], "is negative"),
    ],
)
def test_contradictory_walks_are_refused(footpaths, change_s, message):
    with pytest.raises(TimetableError, match=message):
        build_walks(2, footpaths, change_s)


@pytest.mark.parametrize(
    ("stops", "seconds", "message"),
    [
        ([0], [1, 2], "1 offset stops but 2 durations"),
        ([2], [1], r"outside 0\.\.1"),
        ([0], [-1], "is negative"),
    ],
)
def test_contradictory_offsets_are_refused(stops, seconds, message):
    with pytest.raises(TimetableError, match=message):
        get_offsets(stops, seconds, 2)


def test_the_shortest_of_equal_footpaths_is_kept_and_loops_are_left_out():
    walks = build_walks(3, [(0, 1, 9), (0, 1, 4), (1, 1, 0), (0, 2, 7)])
    assert walks.ptr.tolist() == [0, 2, 2, 2]
    assert walks.stop.tolist() == [1, 2]
    assert walks.seconds.tolist() == [4, 7]


def test_access_and_egress_follow_the_direction_of_footpaths():
    network = Network(3, footpaths=[(0, 1, 5), (2, 0, 7)])
    network.trips = [[(0, 0, 0, True, True), (1, 9, 9, True, True)]]
    timetable = compile_network(network)
    assert [column.tolist() for column in list_access(timetable, 0)] == [[0, 1], [0, 5]]
    assert [column.tolist() for column in list_egress(timetable, 0)] == [[0, 2], [0, 7]]


@settings(max_examples=50, deadline=None)
@given(networks())
def test_offsets_of_every_stop_are_those_of_one(network):
    timetable = compile_network(network)
    offsets = StopOffsets(timetable.walks)
    for stop in range(timetable.n_stops):
        for many, one in (
            (offsets.list_access(stop), list_access(timetable, stop)),
            (offsets.list_egress(stop), list_egress(timetable, stop)),
        ):
            assert [column.tolist() for column in many] == [column.tolist() for column in one]
            assert not any(column.flags.writeable for column in many)


@pytest.fixture
def trip_and_change():
    """Trip 0: A 0 > B 10, walk B > C 5 s, trip 1: C 20 > D 30 > E 40."""
    network = Network(5, footpaths=[(1, 2, 5)])
    for stops, times in (([0, 1], [0, 10]), ([2, 3, 4], [20, 30, 40])):
        network.trips.append(
            [(stop, time, time, True, True) for stop, time in zip(stops, times, strict=True)]
        )
    timetable = compile_network(network)
    start, end = get_offsets([0], [3], 5), get_offsets([4], [2], 5)
    (journey,) = find_journeys(timetable, start, end, -10)
    return timetable, journey, start, end


@pytest.mark.parametrize(
    ("leg", "changes", "message"),
    [
        (0, {"dep_time": -20, "arr_time": -17}, "leaves at -20, before -10"),
        (0, {"dep_time": -4}, "the access leg is not the offset"),
        (1, {"dep_time": 1}, "does not leave at 1"),
        (1, {"arr_time": 9}, "does not arrive at 9"),
        (1, {"trip_idx": 1}, "does not call at these stops"),
        (1, {"board_pos": 1, "alight_pos": 0}, "is not ridden forwards"),
        (2, {"arr_time": 14}, "a transfer takes 4 s"),
        (2, {"to_stop": 3}, "no footpath from stop 1 to stop 3"),
        (3, {"to_stop": 3}, "does not call at these stops"),
        (3, {"dep_time": 10}, "does not leave at 10"),
        (4, {"arr_time": 41}, "the egress leg is not the offset"),
        (4, {"from_stop": 3}, "is not among the 1 offsets"),
        (4, {"dep_time": 39, "arr_time": 41}, "leaves at 39, before the rider is there"),
    ],
)
def test_a_forged_leg_is_caught(trip_and_change, leg, changes, message):
    timetable, journey, start, end = trip_and_change
    check_journey(timetable, journey, start, end, -10)
    legs = list(journey.legs)
    legs[leg] = legs[leg]._replace(**changes)
    with pytest.raises(TimetableError, match=message):
        check_journey(timetable, Journey(tuple(legs)), start, end, -10)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ([0, 1, 3, 4], "a leg ends at stop 1, the next starts elsewhere"),
        ([0, 4], "at least one ride"),
        ([1, 2, 3, 4], "a journey is an access"),
        ([0, 1, 2, 3], "a journey is an access"),
        ([0, 2, 3, 4], "a leg ends at stop 0"),
    ],
)
def test_a_missing_leg_is_caught(trip_and_change, order, message):
    timetable, journey, start, end = trip_and_change
    forged = Journey(tuple(journey.legs[i] for i in order))
    with pytest.raises(TimetableError, match=message):
        check_journey(timetable, forged, start, end, -10)


def test_a_change_that_is_too_short_is_caught():
    """Trip 0: A 0 > B 10; trip 1: B 12 > C 20; found without, checked with 5 s to change at B."""
    network = Network(3)
    for stops, times in (([0, 1], [0, 10]), ([1, 2], [12, 20])):
        network.trips.append(
            [(stop, time, time, True, True) for stop, time in zip(stops, times, strict=True)]
        )
    start, end = get_offsets([0], [0], 3), get_offsets([2], [0], 3)
    (journey,) = find_journeys(compile_network(network), start, end, 0)
    network.change_s = [0, 5, 0]
    with pytest.raises(TimetableError, match="before the rider is there"):
        check_journey(compile_network(network), journey, start, end, 0)


def test_a_board_lists_several_stops_up_to_a_limit_and_a_time():
    network = Network(3)
    for start in (0, 5, 10):
        network.trips.append([(0, start, start, True, True), (1, start + 3, start + 4, True, True)])
        network.trips.append([(1, start + 1, start + 1, True, True), (2, 50, 50, True, True)])
    timetable = compile_network(network)
    assert [item.dep_time for item in next_departures(timetable, [0, 1], 1)] == [1, 5, 6, 10, 11]
    assert [item.dep_time for item in next_departures(timetable, [0, 1], 1, limit=2)] == [1, 5]
    until = next_departures(timetable, [0, 1], 1, until_time=6)
    assert [item.dep_time for item in until] == [1, 5, 6]
    with pytest.raises(TimetableError, match="stop 3 is not in"):
        next_departures(timetable, [3], 0)


def test_a_departure_out_of_range_is_refused():
    timetable = compile_network(Network(1))
    with pytest.raises(TimetableError, match="is out of range"):
        csa.earliest_arrivals(timetable, ([0], [0]), 2**31)
