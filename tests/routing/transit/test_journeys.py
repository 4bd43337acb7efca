"""Both algorithms against the slow twin, and against each other."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.transit import (
    build_timetable,
    build_walks,
    check_journey,
    csa,
    find_earliest_journey,
    find_journeys,
    get_offsets,
    next_departures,
    raptor,
    reach,
    step_free,
)
from routing.transit.timetable import Calls
from routing.types import NEVER
from tests.naive import naive_transit
from tests.naive.naive_transit import FAR, Network
from tests.routing.transit.networks import compile_network, networks, queries, split

MAX_TRIPS = 8


def offsets_of(network, pairs):
    return get_offsets(*split(pairs), network.n_stops)


def as_far(arrivals):
    return [FAR if time == NEVER else int(time) for time in arrivals]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_arrivals_agree_with_the_naive_twin(data):
    network = data.draw(networks())
    access, _, dep_time = data.draw(queries(network))
    timetable, start = compile_network(network), offsets_of(network, access)
    # Seven trips of five calls never need 16 rides: both reach the fixed point.
    slow = naive_transit.earliest_arrivals(network, access, dep_time, 16)
    assert as_far(csa.earliest_arrivals(timetable, start, dep_time)) == slow
    assert as_far(raptor.earliest_arrivals(timetable, start, dep_time, 16)) == slow
    assert as_far(reach.earliest_arrivals(timetable, start, dep_time)) == slow


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_journeys_agree_with_the_naive_twin_and_can_be_replayed(data):
    network = data.draw(networks())
    access, egress, dep_time = data.draw(queries(network))
    timetable = compile_network(network)
    start, end = offsets_of(network, access), offsets_of(network, egress)

    journeys = find_journeys(timetable, start, end, dep_time, MAX_TRIPS)
    found = [(journey.n_trips, journey.arr_time) for journey in journeys]
    assert found == naive_transit.pareto(network, access, egress, dep_time, MAX_TRIPS)

    slow = naive_transit.pareto(network, access, egress, dep_time, 16)
    for module in (csa, reach):
        first = module.find_earliest_journey(timetable, start, end, dep_time)
        assert (first.arr_time if first else None) == (slow[-1][1] if slow else None)
        journeys += [first] if first else []
    for journey in journeys:
        check_journey(timetable, journey, start, end, dep_time)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_reused_workspace_changes_nothing(data):
    network = data.draw(networks())
    timetable = compile_network(network)
    rounds, scan = raptor.round_workspace(timetable), csa.scan_workspace(timetable)
    reached = reach.reach_workspace(timetable)
    for _ in range(3):
        access, egress, dep_time = data.draw(queries(network))
        start, end = offsets_of(network, access), offsets_of(network, egress)
        query = (timetable, start, end, dep_time)
        assert find_journeys(*query, workspace=rounds) == find_journeys(*query)
        assert csa.find_earliest_journey(*query, workspace=scan) == csa.find_earliest_journey(
            *query
        )
        first = reach.find_earliest_journey(*query)
        assert reach.find_earliest_journey(*query, workspace=reached) == first


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_boards_agree_with_the_naive_twin(data):
    network = data.draw(networks())
    stop, from_time = data.draw(st.integers(0, network.n_stops - 1)), data.draw(st.integers(-6, 15))
    board = next_departures(compile_network(network), stop, from_time, limit=100)
    expected = naive_transit.departures(network, stop, from_time)
    assert [item.dep_time for item in board] == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_isochrones_agree_with_the_naive_twin(data):
    network = data.draw(networks())
    access, _, dep_time = data.draw(queries(network))
    limit_s = data.draw(st.integers(0, 20))
    timetable, start = compile_network(network), offsets_of(network, access)
    slow = naive_transit.earliest_arrivals(network, access, dep_time, 16)
    within = [time if time <= dep_time + limit_s else FAR for time in slow]
    for module in (csa, reach):
        found = module.earliest_arrivals(timetable, start, dep_time, limit_s=limit_s)
        assert as_far(found) == within


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_way_without_steps_agrees_with_the_naive_twin(data):
    network = data.draw(networks())
    calls = [call for trip in network.trips for call in trip]
    mask = data.draw(st.lists(st.booleans(), min_size=len(calls), max_size=len(calls)))
    access, egress, dep_time = data.draw(queries(network))
    timetable = step_free(compile_network(network, mask))
    free = iter(mask)
    network.trips = [
        [(*call[:3], (ok := next(free)) and call[3], ok and call[4]) for call in trip]
        for trip in network.trips
    ]
    start, end = offsets_of(network, access), offsets_of(network, egress)
    slow = naive_transit.earliest_arrivals(network, access, dep_time, 16)
    assert as_far(csa.earliest_arrivals(timetable, start, dep_time)) == slow
    journeys = find_journeys(timetable, start, end, dep_time, MAX_TRIPS)
    found = [(journey.n_trips, journey.arr_time) for journey in journeys]
    assert found == naive_transit.pareto(network, access, egress, dep_time, MAX_TRIPS)


def straight(stops, times):
    return [(stop, time, time, True, True) for stop, time in zip(stops, times, strict=True)]


def test_one_transfer_by_hand():
    """
    trip 0:  A 08:00 -> B 08:10      walk B -> C 60 s      trip 1:  C 08:11 -> D 08:20
    """
    network = Network(
        4, [straight([0, 1], [28_800, 29_400]), straight([2, 3], [29_460, 30_000])], [(1, 2, 60)]
    )
    timetable = compile_network(network)
    start, end = get_offsets([0], [120], 4), get_offsets([3], [30], 4)
    (journey,) = find_journeys(timetable, start, end, 28_000)
    assert [leg.kind for leg in journey.legs] == ["access", "ride", "transfer", "ride", "egress"]
    assert [(leg.dep_time, leg.arr_time) for leg in journey.legs] == [
        (28_680, 28_800),
        (28_800, 29_400),
        (29_400, 29_460),
        (29_460, 30_000),
        (30_000, 30_030),
    ]
    assert find_earliest_journey(timetable, start, end, 28_000) == journey


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_a_chain_of_four_trips_within_one_second(order):
    """
    Four trips of zero-length hops, all at 100: A>B, B>C, C>D, D>E. In any file order, E is
    reached at 100 with four trips.
    """
    hops = [straight([i, i + 1], [100, 100]) for i in range(4)]
    timetable = compile_network(Network(5, [hops[i] for i in order]))
    start, end = get_offsets([0], [0], 5), get_offsets([4], [0], 5)
    assert csa.earliest_arrivals(timetable, start, 100).tolist() == [100] * 5
    (journey,) = find_journeys(timetable, start, end, 100)
    assert (journey.n_trips, journey.arr_time) == (4, 100)
    assert find_earliest_journey(timetable, start, end, 100) == journey


def test_two_trips_that_feed_each_other_within_one_second():
    """
    trip 0: A B C D and trip 1: C B' ... both at 100. From E by trip 2 (E>C at 100) one reaches
    B' with trip 1, walks nowhere, and boards trip 0 at B only if B is found before C.
    """
    network = Network(
        5,
        [
            straight([0, 1, 2, 3], [100] * 4),
            straight([2, 1], [100] * 2),
            straight([4, 2], [100] * 2),
        ],
    )
    start = get_offsets([4], [0], 5)
    arrivals = csa.earliest_arrivals(compile_network(network), start, 100)
    assert as_far(arrivals) == [FAR, 100, 100, 100, 100]


def test_nobody_boards_after_alighting_when_a_second_is_scanned_again():
    """
    trip 0: A B C at 100, 100, 105; B is an access stop, A becomes ready within second 100 by
    trip 1 (D>A). Alighting at B from A then opens the walk B > E, which access alone does not.
    """
    network = Network(
        5, [straight([0, 1, 2], [100, 100, 105]), straight([3, 0], [100, 100])], [(1, 4, 7)]
    )
    timetable = compile_network(network)
    start = get_offsets([1, 3], [0, 0], 5)
    assert csa.earliest_arrivals(timetable, start, 100).tolist() == [100, 100, 105, 100, 107]


def test_a_second_scan_does_not_ride_a_trip_from_before_it_was_boarded():
    """
    trip 0: A B C at 100, 100, 105, boarded at B. Trip 1 (D>E at 100) makes E ready within the
    second, so that it is scanned again; A is still out of reach, and so is the walk B > F.
    """
    network = Network(
        6, [straight([0, 1, 2], [100, 100, 105]), straight([3, 4], [100, 100])], [(1, 5, 7)]
    )
    arrivals = csa.earliest_arrivals(compile_network(network), get_offsets([1, 3], [0, 0], 6), 100)
    assert as_far(arrivals) == [FAR, 100, 105, 100, 100, FAR]


def test_a_change_time_binds_between_trips_but_not_on_board():
    """
    trip 0: A 0 > B 10 > C 20;  trip 1: B 12 > D 30;  trip 2: B 15 > D 40; change at B takes 5 s.
    """
    network = Network(
        4,
        [straight([0, 1, 2], [0, 10, 20]), straight([1, 3], [12, 30]), straight([1, 3], [15, 40])],
        change_s=[0, 5, 0, 0],
    )
    timetable = compile_network(network)
    start = get_offsets([0], [0], 4)
    assert csa.earliest_arrivals(timetable, start, 0).tolist() == [0, 10, 20, 40]
    assert raptor.earliest_arrivals(timetable, start, 0).tolist() == [0, 10, 20, 40]


def test_an_express_that_overtakes_has_its_own_pattern():
    """Local: A 0 > B 50 > C 100. Express of the same stops: A 10 > B 20 > C 30."""
    network = Network(3, [straight([0, 1, 2], [0, 50, 100]), straight([0, 1, 2], [10, 20, 30])])
    timetable = compile_network(network)
    assert timetable.n_patterns == 2
    (journey,) = find_journeys(timetable, get_offsets([0], [0], 3), get_offsets([2], [0], 3), 0)
    assert (journey.dep_time, journey.arr_time) == (10, 30)


def test_the_pareto_set_trades_a_trip_for_time():
    """Direct A 0 > C 100; or A 0 > B 10, B 15 > C 40."""
    network = Network(
        3, [straight([0, 2], [0, 100]), straight([0, 1], [0, 10]), straight([1, 2], [15, 40])]
    )
    query = (compile_network(network), get_offsets([0], [0], 3), get_offsets([2], [0], 3), 0)
    assert [(j.n_trips, j.arr_time) for j in find_journeys(*query)] == [(1, 100), (2, 40)]
    assert [j.n_trips for j in find_journeys(*query, max_trips=1)] == [1]


def test_a_trip_of_the_day_before_does_not_make_every_stop_a_destination():
    """Trip A -20 > B -10 > C -1; nobody can leave at B, so asking for B finds nothing."""
    calls = [(0, -20, -20, True, True), (1, -10, -10, True, False), (2, -1, -1, True, True)]
    timetable = compile_network(Network(3, [calls]))
    start, end = get_offsets([0], [0], 3), get_offsets([1], [0], 3)
    assert find_journeys(timetable, start, end, -30) == []
    assert find_earliest_journey(timetable, start, end, -30) is None


def test_max_trips_beyond_the_workspace_is_refused():
    timetable = compile_network(Network(2, [straight([0, 1], [0, 1])]))
    place = get_offsets([0], [0], 2)
    with pytest.raises(ValueError, match="max_trips is 0"):
        find_journeys(timetable, place, place, 0, max_trips=0)
    with pytest.raises(ValueError, match=r"holds 1\.\.8"):
        find_journeys(timetable, place, place, 0, 9, raptor.round_workspace(timetable))


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_kernels_are_compiled_once():
    for n_stops in (2, 3):
        timetable = compile_network(Network(n_stops, [straight([0, 1], [5, 9])]))
        start, end = ([0], [0]), get_offsets([1], [0], n_stops)
        find_journeys(timetable, start, end, 0)
        find_earliest_journey(timetable, start, end, 0)
        csa.earliest_arrivals(timetable, start, 0)
        raptor.earliest_arrivals(timetable, start, 0)
    kernels = (csa._scan, csa._trace, raptor._run_rounds, raptor._trace)
    assert [len(kernel.signatures) for kernel in kernels] == [1, 1, 1, 1]


def test_an_empty_timetable_has_no_journeys():
    empty = Calls(*(np.zeros(n, np.int64) for n in (1, 0, 0, 0, 0)))
    timetable, order = build_timetable(empty, build_walks(2))
    start, end = get_offsets([0], [3], 2), get_offsets([1], [0], 2)
    assert find_journeys(timetable, start, end, 10) == []
    assert find_earliest_journey(timetable, start, end, 10) is None
    assert as_far(csa.earliest_arrivals(timetable, start, 10)) == [13, FAR]
    assert next_departures(timetable, 0, 0) == []
    assert len(order) == 0
