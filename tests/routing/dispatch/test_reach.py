"""What the fleet can reach is what a quote would offer, and no later than that."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.dispatch.commands import RideRequest, StopChoice
from routing.dispatch.draft import Draft
from routing.dispatch.quote import quote_leg
from routing.dispatch.reach import arrivals_at, arrivals_from
from routing.dispatch.values import Party, Walk
from routing.errors import CommandError
from routing.types import NEVER
from tests.routing.dispatch.world import EDGE_S, START, Town

EVERYWHERE = np.arange(9, dtype=np.int32)


def draft_of(town):
    return Draft(town.state, town.now, town.network)


def choice(place, walk_s=0):
    return StopChoice(place, Walk(walk_s, walk_s))


def hops(a, b):
    return abs(a % 3 - b % 3) + abs(a // 3 - b // 3)


def test_an_idle_fleet_comes_from_where_it_stands():
    """Vehicles at 0 and 8; from 4, both are two streets away; boarding takes 30 s."""
    request = RideRequest((choice(4, 60),), (), depart_from=START)
    found = arrivals_at(draft_of(Town.opened()), request, EVERYWHERE)
    expected = [START + 2 * EDGE_S + 30 + hops(4, place) * EDGE_S for place in range(9)]
    expected[4] = NEVER
    assert found.tolist() == expected


def test_the_nearer_of_two_stops_is_taken():
    far, near = choice(8, 500), choice(0, 0)
    found = arrivals_at(
        draft_of(Town.opened()), RideRequest((far, near), (), depart_from=START), EVERYWHERE
    )
    assert found[1] == START + 30 + EDGE_S


def test_home_is_the_walk_from_the_last_stop():
    request = RideRequest((), (choice(2, 100), choice(5, 1)))
    ready = np.full(9, NEVER, np.int32)
    ready[8] = START + 600
    found = arrivals_from(draft_of(Town.opened()), request, EVERYWHERE, ready)
    assert found[8] == START + 600 + 30 + min(2 * EDGE_S + 100, EDGE_S + 1)
    assert (np.delete(found, 8) == NEVER).all()


@pytest.mark.parametrize("hour", [6, 22])
def test_nobody_is_brought_out_of_hours(hour):
    town = Town.opened()
    request = RideRequest((choice(4),), (choice(1),), depart_from=hour * 3600)
    town.now = 5 * 3600
    assert (arrivals_at(draft_of(town), request, EVERYWHERE) == NEVER).all()


def test_a_request_that_names_no_departure_is_refused():
    with pytest.raises(CommandError, match="depart_from"):
        arrivals_at(draft_of(Town.opened()), RideRequest((choice(1),), ()), EVERYWHERE)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 20)), max_size=8),
    st.integers(0, 8),
    st.integers(0, 20),
    st.booleans(),
)
def test_whatever_is_reached_can_be_booked_by_then(rides, origin, minutes, wheelchair):
    """And what a quote offers is never there sooner."""
    town = Town.opened()
    for k, (a, b, ahead) in enumerate(rides):
        town.book(f"r{k}", a, b, depart=town.now + 60 * ahead)
    party, leave = Party(1, wheelchairs=int(wheelchair)), town.now + 60 * minutes
    request = RideRequest((choice(origin),), (), party, depart_from=leave)
    found = arrivals_at(draft_of(town), request, EVERYWHERE)
    for place, arrive in enumerate(found.tolist()):
        wish = RideRequest((choice(origin),), (choice(place),), party, depart_from=leave)
        offer = quote_leg(town.state, wish, town.now, town.network)
        assert (offer is None) == (arrive == NEVER)
        if offer is not None:
            assert offer.planned_dropoff >= arrive
            by = RideRequest(
                (choice(origin),), (choice(place),), party, depart_from=leave, arrive_by=arrive
            )
            in_time = quote_leg(town.state, by, town.now, town.network)
            assert in_time is not None
            assert in_time.promise.dropoff_latest <= arrive
