"""Where idle vehicles wait.

::

    0 --- 1 --- 2 --- 3 --- 4      five minutes from place to place
"""

from dataclasses import replace

import numpy as np
import pytest

from routing.dispatch import commands as cmd
from routing.dispatch.decide import decide
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.relocation import find_relocation
from routing.dispatch.state import DayState, commit
from routing.road.travel import static
from routing.simulation.run import Settings, Simulation
from tests.naive.naive_day import audit
from tests.routing.simulation.worlds import van, wish, world

EDGE_S = 300
NOW = 100


def line(n=5):
    at = np.arange(n)
    return static(abs(at[:, None] - at) * EDGE_S)


def expecting(**by_place):
    found = np.zeros(5)
    for name, n in by_place.items():
        found[int(name[1:])] = n
    return found


def opened(*vehicles):
    travel = line()
    network = Network(travel)
    made = world(vehicles, [], travel)
    day = decide(DayState(), cmd.OpenDay("day", made.policy, made.vehicles), 0, network)
    return commit(DayState(), day), network


def test_an_idle_vehicle_goes_where_many_are_expected():
    state, network = opened(van("v", 0))
    found = find_relocation(state, NOW, network, expecting(p1=9.0))
    assert found == cmd.RelocateVehicle("v", 1)
    moved = commit(state, decide(state, found, NOW, network)).plans["v"]
    assert (moved.place, moved.ready_time, moved.visits) == (1, NOW + EDGE_S, ())


def test_few_are_not_worth_the_driving():
    state, network = opened(van("v", 0))
    assert find_relocation(state, NOW, network, expecting(p1=0.1)) is None


def test_of_two_the_one_goes_who_is_not_needed_where_it_is():
    state, network = opened(van("a", 2), van("b", 2), van("c", 0))
    found = find_relocation(state, NOW, network, expecting(p0=9.0, p2=9.0, p3=9.0))
    assert found == cmd.RelocateVehicle("a", 3)
    assert find_relocation(state, NOW, network, expecting(p0=9.0, p2=9.0)) is None


def test_nobody_is_sent_further_than_a_move_may_last():
    state, network = opened(van("v", 0))
    found = find_relocation(state, NOW, network, expecting(p4=9.0))
    assert found == cmd.RelocateVehicle("v", 1)


@pytest.fixture
def booked():
    """A rider who is to be fetched at place 1 at 1000 s."""
    made = world([van("v", 0)], [wish("a", 1, 2, 1000, wait_s=0, ride_s=900)], line())
    simulation = Simulation(made)
    next(simulation.run())
    return simulation


def test_a_move_that_would_make_somebody_wait_is_refused(booked):
    far = decide(booked.state, cmd.RelocateVehicle("v", 2), 600, booked.network)
    assert isinstance(far, Rejected)
    assert far.reason is RejectReason.PLAN_INVALID
    near = decide(booked.state, cmd.RelocateVehicle("v", 1), 600, booked.network)
    assert not isinstance(near, Rejected)


def test_who_is_under_way_or_unknown_is_not_relocated(booked):
    away = commit(booked.state, decide(booked.state, cmd.Tick(), 700, booked.network))
    for command, reason in (
        (cmd.RelocateVehicle("v", 3), RejectReason.WRONG_STATE),
        (cmd.RelocateVehicle("nobody", 3), RejectReason.UNKNOWN_VEHICLE),
    ):
        assert decide(away, command, 710, booked.network) == Rejected(reason)
    nowhere = decide(booked.state, cmd.RelocateVehicle("v", 99), 600, booked.network)
    assert nowhere == Rejected(RejectReason.WRONG_STATE)


def test_a_vehicle_gets_home_by_the_end_of_its_shift():
    state, network = opened(van("v", 0, until=NOW + 2 * EDGE_S - 1))
    refused = decide(state, cmd.RelocateVehicle("v", 1), NOW, network)
    assert isinstance(refused, Rejected)


def test_waiting_near_those_who_call_serves_them():
    # Who calls at 3 wants to be fetched within less than it takes to come from 1.
    caller = wish("b", 3, 4, 3000, called=3000, wait_s=200, ride_s=900)
    made = world([van("v", 1)], [wish("a", 1, 2, 0, ride_s=900), caller], line())
    made = replace(made, usual=np.tile(expecting(p3=20.0), (80, 1)))
    served = {}
    for every_s in (0, 60):
        simulation = Simulation(made, Settings(relocate_every_s=every_s))
        facts = list(simulation.run())
        assert audit(made, facts) == []
        served[every_s] = simulation.report().n_accepted
    assert served == {0: 1, 60: 2}
