"""A bus line beyond the shuttle's town, and shuttles that feed it.

::

    places 0 --120 s-- 1 --120 s-- 2      shuttle
    stops              0 ========= 1      bus 08:20, 08:40, 09:00, 10 minutes' ride
                       |
                hub: place 1 is 60 s on foot from stop 0
"""

import numpy as np
import pytest

from routing.dispatch.commands import Offer, StopChoice
from routing.dispatch.values import Party, Promise
from routing.intermodal.itineraries import (
    Connecting,
    Hubs,
    Reach,
    find_bus_then_shuttle,
    find_shuttle_then_bus,
)
from routing.road.travel import static
from routing.transit.timetable import Calls, build_timetable, build_walks, get_offsets
from routing.types import frozen

EIGHT = 8 * 3600
DEPARTURES = (EIGHT + 1200, EIGHT + 2400, EIGHT + 3600)
HUBS = Hubs(frozen([1]), frozen([0]), frozen([60]))
TRAVEL = static(np.abs(np.subtract.outer(np.arange(3), np.arange(3))) * 120)


@pytest.fixture(scope="module")
def timetable():
    n = len(DEPARTURES)
    dep = np.array([t for d in DEPARTURES for t in (d, d + 600)])
    stops = np.tile([0, 1], n)
    calls = Calls(np.arange(n + 1) * 2, stops, dep, dep, np.full(2 * n, 3))
    return build_timetable(calls, build_walks(2))[0]


def offer(pickup, dropoff):
    stop = StopChoice(0)
    promise = Promise(pickup, pickup, dropoff)
    return Offer(stop, stop, Party(), promise, 120, 480, pickup, dropoff, 0)


def test_the_shuttle_is_asked_to_be_there_before_the_bus(timetable):
    asked = []

    def quote(place, arrive_by):
        asked.append((place, arrive_by))
        return offer(arrive_by - 300, arrive_by)

    egress = get_offsets([1], [30], 2)
    (found,) = find_shuttle_then_bus(timetable, TRAVEL, HUBS, [Reach(0, 0)], egress, EIGHT, quote)
    # 120 s of driving, 10 minutes of waiting, 2 of safety, 1 on foot: the 08:20 is in reach.
    assert asked == [(1, EIGHT + 1200 - 60 - 120)]
    assert found.arr_time == EIGHT + 1200 + 600 + 30
    assert found.shuttle_first
    assert found.hub == 0


def test_a_long_wait_asks_for_the_bus_after(timetable):
    asked = []
    egress = get_offsets([1], [0], 2)
    rules = Connecting(wait_s=1200)
    find_shuttle_then_bus(
        timetable, TRAVEL, HUBS, [Reach(0, 0)], egress, EIGHT, lambda *a: asked.append(a), rules
    )
    assert asked == [(1, EIGHT + 2400 - 180)]


def test_without_an_offer_there_is_no_itinerary(timetable):
    egress = get_offsets([1], [0], 2)
    assert not find_shuttle_then_bus(
        timetable, TRAVEL, HUBS, [Reach(0, 0)], egress, EIGHT, lambda *_: None
    )


def test_a_shuttle_waits_where_the_bus_arrives():
    back = np.array([EIGHT, EIGHT + 600])
    calls = Calls(np.array([0, 2]), np.array([1, 0]), back, back, np.array([3, 3]))
    inbound = build_timetable(calls, build_walks(2))[0]
    asked = []

    def quote(place, depart_from):
        asked.append((place, depart_from))
        return offer(depart_from + 60, depart_from + 300)

    access = get_offsets([1], [0], 2)
    (found,) = find_bus_then_shuttle(inbound, TRAVEL, HUBS, access, [Reach(2, 0)], EIGHT, quote)
    assert asked == [(1, EIGHT + 600 + 60)]
    assert found.arr_time == EIGHT + 600 + 60 + 300
    assert not found.shuttle_first
