import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gtfs.footpaths import Walking, build_footpaths, distance_m, list_near

degrees = st.integers(0, 40)


@given(st.lists(st.tuples(degrees, degrees), min_size=1, max_size=12), st.sampled_from([38, -60]))
def test_near_places_agree_with_all_pairs(places, latitude):
    """Places on a grid of 0.0001 degrees (about 11 m north, 9 or 6 m east)."""
    lon = np.array([128 + x / 1e4 for x, _ in places])
    lat = np.array([latitude + y / 1e4 for _, y in places])
    a, b = list_near(lon, lat, 100.0)
    pairs = {(i, j) for i in range(len(places)) for j in range(len(places)) if i != j}
    near = {(i, j) for i, j in pairs if distance_m(lon, lat, np.array(i), np.array(j)) <= 100}
    assert sorted(zip(a.tolist(), b.tolist(), strict=True)) == sorted(near)


def test_distance_is_that_of_the_sphere():
    """One degree of latitude on a sphere of radius 6 371 008.8 m is 111 195 m."""
    lon, lat = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 60.0])
    assert round(float(distance_m(lon, lat, np.array(0), np.array(1)))) == 111_195


def walks(transfers, limit_m=100.0, station=(-1, -1, -1)):
    """Three stops in a row, 90 m apart: A B C."""
    lon, lat = np.full(3, 128.0), 38 + np.arange(3) * 89.9 / 111_195
    rows = np.array(transfers, np.int64).reshape(-1, 4)
    footpaths, change_s = build_footpaths(
        lon, lat, np.array(station), rows, Walking(limit_m, 1.1, 1.1)
    )
    return {(int(a), int(b)): int(s) for a, b, s in footpaths}, change_s.tolist()


def test_without_transfers_only_the_limit_counts():
    assert set(walks([])[0]) == {(0, 1), (1, 0), (1, 2), (2, 1)}
    assert len(walks([], limit_m=200)[0]) == 6


def test_chains_of_walks_are_closed_within_the_limit():
    """A > B in 5 s by transfer, B > C walked in 90 s: A > C in 95 s, within 100 s."""
    found, _ = walks([(0, 1, 2, 5)])
    assert found[0, 1] == 5
    assert found[0, 2] == 95
    assert (2, 0) not in found


def test_a_minimum_time_holds_even_where_another_way_is_shorter():
    found, _ = walks([(0, 1, 2, 5), (0, 2, 2, 400)])
    assert found[0, 2] == 400


def test_a_forbidden_transfer_stays_forbidden():
    found, _ = walks([(0, 1, 2, 5), (0, 2, 3, -1), (1, 2, 3, -1)])
    assert (0, 2) not in found
    assert (1, 2) not in found
    assert (2, 1) in found


def test_the_longest_change_time_of_a_stop_counts():
    _, change_s = walks([(1, 1, 2, 30), (1, 1, 2, 90), (1, 1, 2, -1)])
    assert change_s == [0, 90, 0]
