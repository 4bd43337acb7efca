"""Lines and times on a road that can be checked by hand.

::

    A ------- B ------- C          D ------- E      36 km/h = 10 m/s, no delays
      1000 m    1000 m               1000 m

Places lie on the equator, 1000 m apart; nothing joins C and D.
"""

import numpy as np
import pytest

from gtfs.builder.network import bus_network, find_line
from gtfs.builder.schema import Pattern, Running, Stop, TimetableRow
from gtfs.builder.trips import _calls, _drives
from routing.errors import AreaError
from routing.road.geometry import DEGREE_M
from routing.road.graph import BOTH, Edges, road_graph
from routing.road.matrix import SpeedProfile
from routing.types import frozen

ROAD = road_graph(
    np.array([0, 1000, 2000, 5000, 6000]) / DEGREE_M,
    np.zeros(5),
    Edges([0, 1, 3], [1, 2, 4], [1000] * 3, [0] * 3, [36] * 3, [BOTH] * 3),
)
# as fast as allowed at 06:00, half as fast at 07:00
SPEEDS = SpeedProfile(
    frozen([6 * 3600, 7 * 3600]), frozen([[1, 0.5]], np.float64), frozen([[0, 0]], np.float64)
)
RUNNING = Running(dwell_s=20, bus_to_car_pct=110)


def stop(stop_id: str, east_m: float, north_m: float = 0) -> Stop:
    lon, lat = east_m / DEGREE_M, north_m / DEGREE_M
    return Stop(stop_id, "stop", stop_id, stop_id, lon, lat, "estimate", 10, True)


def network(*stops: Stop):
    return bus_network(ROAD, SPEEDS, stops)


def row(running_min: int | None = None) -> TimetableRow:
    return TimetableRow("1", 0, "daily", "06:00", "06:00", "flat", "estimate", "", running_min)


def test_a_line_starts_and_ends_at_the_road_next_to_its_stops():
    served = network(stop("a", 100, 30), stop("m", 1500, -20), stop("c", 2000))
    line = find_line(served, Pattern("1", 0, ("a", "m", "c")))
    assert np.array(line.lon) * DEGREE_M == pytest.approx([100, 1000, 1500, 2000], abs=1)
    assert np.abs(line.lat).max() == 0
    assert line.along_m == pytest.approx([0, 900, 1400, 1900], abs=1)
    assert line.stop_along_m == [line.along_m[i] for i in (0, 2, 3)]


def test_a_pattern_beyond_the_roads_has_no_line():
    far = Stop("x", "stop", "x", "x", 10.0, 10.0, "estimate", 10, False)
    assert find_line(network(stop("a", 0), far), Pattern("1", 0, ("a", "x"))) is None


def test_stops_that_no_road_joins_are_named():
    served = network(stop("c", 2000), stop("d", 5000))
    with pytest.raises(AreaError, match="no road leads from c to d"):
        find_line(served, Pattern("1", 0, ("c", "d")))


def test_stops_at_one_point_of_the_road_are_named():
    served = network(stop("left", 500, 10), stop("right", 500, -10))
    with pytest.raises(AreaError, match="left and right are the same point"):
        find_line(served, Pattern("1", 0, ("left", "right")))


def test_times_are_driving_times_of_the_hour_plus_dwells():
    """At 06:00 1000 m take 100 s by car, 110 s by bus; from 07:00 on twice as long."""
    served = network(stop("a", 0), stop("b", 1000), stop("c", 2000))
    pattern = Pattern("1", 0, ("a", "b", "c"))
    assert _drives(pattern, row(), 5 * 3600, RUNNING, served) == [110, 110]
    assert _drives(pattern, row(), 8 * 3600, RUNNING, served) == [220, 220]
    start = 8 * 3600
    calls = _calls(start, [220, 220], RUNNING.dwell_s)
    assert [(a - start, d - start) for a, d in calls] == [(0, 0), (220, 240), (460, 460)]


def test_a_known_running_time_is_kept_exactly():
    served = network(stop("a", 0), stop("b", 1000), stop("m", 1500), stop("c", 2000))
    pattern = Pattern("1", 0, ("a", "b", "m", "c"))
    drives = _drives(pattern, row(running_min=10), 5 * 3600, RUNNING, served)
    assert sum(drives) + 2 * RUNNING.dwell_s == 600
    assert drives == [280, 140, 140]


def test_a_drive_is_timed_by_the_hour_in_which_it_begins():
    """An hour's stand at b: the second drive begins after 07:00 and takes twice as long."""
    served = network(stop("a", 0), stop("b", 1000), stop("c", 2000))
    long_stand = Running(dwell_s=3600, bus_to_car_pct=110)
    drives = _drives(Pattern("1", 0, ("a", "b", "c")), row(), 6 * 3600, long_stand, served)
    assert drives == [110, 220]
