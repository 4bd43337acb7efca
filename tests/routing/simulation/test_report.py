"""Indicators of a day, by arithmetic."""

import math

from routing.simulation.report import spread
from routing.simulation.run import Simulation
from tests.routing.simulation.worlds import DWELL_S, EDGE_S, van, wish, world


def report(made):
    simulation = Simulation(made)
    for _ in simulation.run():
        pass
    return simulation.report()


def test_one_ride():
    found = report(world([van()], [wish("a", 2, 3, 60, n=2), wish("b", 1, 2, 0, n=5)]))
    # 0 -> 2, 2 -> 3 with two on board, 3 -> 0; the vehicle comes a minute after the earliest.
    assert found.drive_s == 6 * EDGE_S
    assert found.passenger_drive_s == 2 * EDGE_S
    assert found.occupancy == 2 / 6
    assert found.wait_s.mean == EDGE_S
    assert found.detour_s.mean == 0
    assert (found.n_requests, found.n_accepted, found.n_completed) == (2, 1, 1)
    assert found.served_share == 0.5
    assert found.drive_s_per_served == 6 * EDGE_S
    assert math.isnan(found.answer_us.p50)


def test_a_detour():
    found = report(world([van()], [wish("a", 1, 4, 1000), wish("b", 2, 3, 1060, called=10)]))
    # a stands two dwells aboard while b boards and alights, and so does nobody else.
    assert found.n_accepted == 2
    assert found.detour_s.mean == (2 * DWELL_S + 0) / 2
    assert found.drive_s == 8 * EDGE_S


def test_an_empty_day_has_no_shares():
    found = report(world([van()], []))
    assert found.drive_s == 0
    assert math.isnan(found.served_share)
    assert math.isnan(found.occupancy)
    assert math.isnan(found.drive_s_per_served)


def test_spread_of_one_to_hundred():
    found = spread(range(1, 101))
    assert (found.mean, found.p50) == (50.5, 50.5)
    assert found.p95 > 95
