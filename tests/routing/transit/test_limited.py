"""Transfers of certain trips: split stops against the slow twin, which splits none."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.transit import (
    StopOffsets,
    build_timetable,
    build_transfers,
    build_walks,
    check_journey,
    find_journeys,
    get_offsets,
    reach,
    trip_based,
)
from routing.transit.limited import FORBIDDEN_S, LimitedTransfer, split_stops
from tests.naive import naive_transit
from tests.naive.naive_transit import Network
from tests.routing.transit.networks import calls_of, networks, queries

MAX_TRIPS = 4


@st.composite
def rules_of(draw, network):
    """Up to four rules over the stops and trips of a network, of different specificity."""
    stop = st.integers(0, network.n_stops - 1)
    trips = st.none() | st.frozensets(st.integers(0, max(len(network.trips) - 1, 0)), max_size=3)
    seconds = st.sampled_from([0, 1, 3, FORBIDDEN_S])
    rules = []
    for rank in draw(st.permutations(range(draw(st.integers(0, 4))))):
        rules.append(
            LimitedTransfer(draw(stop), draw(stop), draw(trips), draw(trips), draw(seconds), rank)
        )
    return rules


def compile_split(network, rules):
    """The timetable of a network with its stops split."""
    calls = calls_of(network)
    split = split_stops(calls, network.footpaths, network.change_s, rules)
    walks = build_walks(len(split.place), split.footpaths, split.change_s, split.place)
    return build_timetable(calls._replace(stop=split.stop), walks)[0]


def at_all_copies(timetable, pairs):
    """Offsets of ``(stop, seconds)`` pairs at the stops and at every copy of them."""
    place = timetable.walks.place.tolist()
    rows = [(i, s) for stop, s in pairs for i, owner in enumerate(place) if owner == stop]
    return get_offsets([i for i, _ in rows], [s for _, s in rows], timetable.n_stops)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_split_stops_agree_with_the_naive_twin(data):
    network = data.draw(networks())
    network.stays = []
    rules = data.draw(rules_of(network))
    timetable = compile_split(network, rules)
    access, egress, dep_time = data.draw(queries(network))
    start, end = at_all_copies(timetable, access), at_all_copies(timetable, egress)
    slow = naive_transit.pareto_limited(network, rules, access, egress, dep_time, MAX_TRIPS)
    query = (start, end, dep_time, MAX_TRIPS)
    by_rounds = find_journeys(timetable, *query)
    by_trips = trip_based.find_journeys(timetable, build_transfers(timetable), *query)
    for journeys in (by_rounds, by_trips):
        assert [(x.n_trips, x.arr_time) for x in journeys] == slow
        for journey in journeys:
            check_journey(timetable, journey, start, end, dep_time)
    first = reach.find_earliest_journey(timetable, start, end, dep_time)
    slow = naive_transit.pareto_limited(network, rules, access, egress, dep_time, 16)
    assert (first.arr_time if first else None) == (slow[-1][1] if slow else None)


def test_whoever_comes_from_outside_may_board_at_every_copy():
    """Trip 0: A > B; trip 1: B > C, which nobody from trip 0 may take; D is 7 s from B."""
    trips = [
        [(stop, time, time, True, True) for stop, time in calls]
        for calls in ([(0, 0), (1, 10)], [(1, 20), (2, 30)])
    ]
    network = Network(4, trips, [(3, 1, 7)])
    rule = LimitedTransfer(1, 1, frozenset([0]), frozenset([1]), FORBIDDEN_S, 1)
    timetable = compile_split(network, [rule])
    offsets = StopOffsets(timetable.walks)
    ends = {stop: offsets.list_access(stop) for stop in range(4)}
    egress = offsets.list_egress(2)
    assert find_journeys(timetable, ends[0], egress, 0) == []
    assert [x.arr_time for x in find_journeys(timetable, ends[1], egress, 0)] == [30]
    assert [x.dep_time for x in find_journeys(timetable, ends[3], egress, 0)] == [13]
