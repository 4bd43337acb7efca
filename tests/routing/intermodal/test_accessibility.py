"""What is in reach: by arithmetic on a street with one bus, and as a slow twin counts it.

::

    metres   0     100    200   ...                     1000
    origin 0 |      stop 0 ======== bus ================ stop 1, end 0 right there
                                    end 1 at 500 m, between them
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.intermodal.accessibility import (
    Feet,
    Footways,
    Tally,
    arrivals_at_ends,
    footways,
)
from routing.road.geometry import region
from routing.road.graph import Edges, road_graph
from routing.road.walk import ground
from routing.transit.timetable import Calls, build_timetable, build_walks
from routing.types import NEVER, frozen

EIGHT = 8 * 3600
NINE_MINUTES = 9 * 60


def ways(*rows):
    """Rows of (end, seconds) for each source."""
    ptr = np.cumsum([0, *map(len, rows)])
    flat = [pair for row in rows for pair in row]
    return Footways(frozen(ptr), frozen([e for e, _ in flat]), frozen([s for _, s in flat]))


FEET = Feet(
    direct=ways([(1, 400), (0, 900)]),
    access=ways([(0, 90)]),
    egress=ways([], [(0, 0), (1, 450)]),
    change=ways([(1, 60)]),
    alight=ways([(1, 30)]),
    n_ends=2,
)


def bus(departure):
    times = np.array([departure, departure + 120])
    calls = Calls(np.array([0, 2]), np.array([0, 1]), times, times, np.array([3, 3]))
    return build_timetable(calls, build_walks(2))[0]


def reached(departure, limit_s=NINE_MINUTES, by_shuttle=None):
    found = arrivals_at_ends(bus(departure), FEET, 0, EIGHT, limit_s, by_shuttle)
    return [None if t == NEVER else int(t) - EIGHT for t in found]


def test_the_bus_brings_what_feet_cannot():
    assert reached(EIGHT + 300) == [300 + 120, 400]


def test_a_bus_that_leaves_too_late_does_not():
    assert reached(EIGHT + 421) == [None, 400]
    assert reached(EIGHT + 420) == [540, 400]


def test_who_comes_a_second_late_misses_it():
    assert reached(EIGHT + 90)[0] == 210
    assert reached(EIGHT + 89)[0] is None


def test_the_limit_is_included():
    assert reached(EIGHT + 2000, limit_s=400) == [None, 400]
    assert reached(EIGHT + 2000, limit_s=399) == [None, None]


def test_the_shuttle_brings_to_ends_and_to_buses():
    """There at 08:02; 30 s to end 1, or 60 s to stop 1, which end 0 is at."""
    assert reached(EIGHT + 2000, by_shuttle=frozen([EIGHT + 120])) == [180, 150]


def test_a_shuttle_that_does_not_come_changes_nothing():
    assert reached(EIGHT + 300, by_shuttle=frozen([NEVER])) == reached(EIGHT + 300)


def test_walks_are_those_of_the_ground():
    everywhere = region([[(-1, -1), (1, -1), (1, 1), (-1, 1)]])
    roads = road_graph([], [], Edges([], [], [], [], [], []))
    earth = ground(everywhere, roads, detour=1.25)
    lon = np.array([0, 0.001, 0.01])  # 0, 111.2, 1112 metres
    found = footways(earth, (lon[:1], [0]), (lon, np.zeros(3)), 800, 1.0, spare_s=60)
    assert found.ptr.tolist() == [0, 2]
    assert found.end.tolist() == [0, 1]
    assert found.seconds.tolist() == [60, 60 + 139]


# --- shares ---

ORIGINS, ENDS, KINDS, ZONES = 4, 5, 3, 2


@st.composite
def counts(draw):
    """Kinds, zones, residents, and what each departure reached."""
    kind = draw(st.lists(st.integers(0, KINDS - 1), min_size=ENDS, max_size=ENDS))
    zone = draw(st.lists(st.integers(-1, ZONES - 1), min_size=ORIGINS, max_size=ORIGINS))
    residents = draw(st.lists(st.integers(0, 9), min_size=ORIGINS, max_size=ORIGINS))
    near = st.lists(st.booleans(), min_size=ENDS, max_size=ENDS)
    departures = draw(st.lists(st.tuples(*[near] * ORIGINS), min_size=1, max_size=3))
    return kind, zone, residents, departures


def naive_shares(kind, zone, residents, departures, z, k):
    """Persons who reach an end of the kind (``KINDS``: one of each), and mean share of ends."""
    kinds = [k] if k < KINDS else sorted(set(kind))
    known = [e for e in range(ENDS) if kind[e] in kinds]
    total = people = ends = 0.0
    for origin in range(ORIGINS):
        if zone[origin] != z:
            continue
        for near in (departure[origin] for departure in departures):
            total += residents[origin]
            found = [e for e in known if near[e]]
            people += residents[origin] * ({kind[e] for e in found} == set(kinds))
            ends += residents[origin] * len(found) / max(len(known), 1)
    if not total or not known:
        return np.nan, np.nan
    return people / total, ends / total


@given(counts())
def test_shares_are_what_counting_by_hand_gives(world):
    kind, zone, residents, departures = world
    tally = Tally(ORIGINS, kind, KINDS)
    for departure in departures:
        for origin, near in enumerate(departure):
            tally.add(origin, np.where(near, EIGHT, NEVER).astype(np.int32))
    found = tally.shares(np.array(residents, float), zone, ZONES)
    for z in range(ZONES):
        for k in range(KINDS + 1):
            expected = naive_shares(kind, zone, residents, departures, z, k)
            got = found.residents[z, k], found.ends[z, k]
            assert got == pytest.approx(expected, nan_ok=True)


def test_an_origin_has_a_share_of_its_own():
    tally = Tally(1, [0, 1], 2)
    tally.add(0, frozen([EIGHT, NEVER]))
    assert tally.by_origin().tolist() == [0.5]
