"""Instance files: both formats are recognised; what is wrong is named with its row."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtfs.instance_file import read_instance
from routing.errors import InstanceError

#: One ride of two people from (0, 3) to (4, 3).
LI_LIM = """\
5 10 1
0 0 0 0 0 100 0 0 0
1 0 3 2 5 20 1 0 2
2 4 3 -2 0 50 1 1 0
"""
DIAL_A_RIDE = """\
1 2 48 3 30
  0 0.0 0.0 0  0 0 1440
  1 0.0 3.0 3  2 5   20
  2 4.0 3.0 3 -2 0   50
"""
DEPOT_AGAIN = "  3 0.0 0.0 0  0 0  480\n"


def read(tmp_path, text):
    path = tmp_path / "one.txt"
    path.write_text(text)
    return read_instance(path)


def test_li_lim_files_are_recognised(tmp_path):
    instance = read(tmp_path, LI_LIM)
    assert (instance.name, instance.n_vehicles, instance.capacity) == ("one", 5, 10)
    assert instance.pairs.tolist() == [[1, 2]]
    assert instance.fewest_vehicles
    assert instance.load.tolist() == [0, 2, -2]
    assert instance.earliest.tolist() == [0, 5, 0]
    assert instance.latest.tolist() == [100, 20, 50]
    assert instance.distance[0].tolist() == [0, 3, 5]


@pytest.mark.parametrize("text", [DIAL_A_RIDE, DIAL_A_RIDE + DEPOT_AGAIN + "\n\n"])
def test_dial_a_ride_files_are_recognised(tmp_path, text):
    instance = read(tmp_path, text)
    assert (instance.n_vehicles, instance.capacity) == (1, 3)
    assert (instance.max_route, instance.max_ride) == (48, 30)
    assert instance.pairs.tolist() == [[1, 2]]
    assert not instance.fewest_vehicles
    assert len(instance.load) == 3
    assert np.array_equal(instance.dwell, [0, 3, 3])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("1 2\n", "row 1: has 2 numbers; Li-Lim files begin with 3"),
        ("hello world now\n", "row 1: 'hello' is not a number"),
        ("5 inf 1\n", "row 1: 'inf' is not a finite number"),
        ("5 10 1\n0 0 0 0 0 100 0 0 0\n", "has no depot and pair of visits"),
        (LI_LIM.replace("5 10 1", "0 10 1"), "row 1 n_vehicles: 0 is not a whole number above 0"),
        (LI_LIM.replace("5 10 1", "5 1.5 1"), "row 1 capacity: 1.5 is not a whole number above 0"),
        (LI_LIM.replace("1 0 3 2 5 20 1 0 2", "1 0 3 2 5 20 1 0"), "row 3: has 8 numbers"),
        (LI_LIM.replace("\n1 0 3", "\n7 0 3"), "row 3 id: is node 7, not 1"),
        (LI_LIM.replace("1 0 2\n2", "1 0 0\n2"), "row 3 pickup: must name either"),
        (LI_LIM.replace("1 0 2\n2", "1 0 9\n2"), "row 3 delivery: and node 9 do not name"),
        (LI_LIM.replace("-2 0 50", "-1 0 50"), "row 4 load: -1 leave where 2 boarded at node 1"),
        (LI_LIM.replace("3 2 5 20", "3 -2 5 20"), "row 3 load: -2 is not a whole number above 0"),
        (LI_LIM.replace("5 20 1", "5 2 1"), "row 3 latest: the window ends before it begins"),
        (LI_LIM.replace("5 20 1", "5 20 -1"), "row 3 service: is negative"),
        (DIAL_A_RIDE + DIAL_A_RIDE[-24:].replace("2", "3", 1), "row 5: has no other visit"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path, text, problem):
    with pytest.raises(InstanceError, match=r"one\.txt") as refused:
        read(tmp_path, text)
    assert problem in str(refused.value)


coordinates = st.decimals(-100, 100, places=3)
rides = st.lists(
    st.tuples(coordinates, coordinates, coordinates, coordinates, st.integers(1, 6)),
    min_size=1,
    max_size=12,
)
#: How the field's files part their columns, end their rows and go on after the last.
layouts = st.tuples(
    st.sampled_from([" ", "\t", "   "]), st.sampled_from(["\n", "\r\n"]), st.integers(0, 2)
)


def written(rows, layout):
    """The instance read from rows of cells, laid out in one of the ways that files have."""
    gap, end, n_empty = layout
    text = end.join([gap.join(map(str, row)) for row in rows] + [""] * (1 + n_empty))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.txt"
        path.write_bytes(text.encode())
        return read_instance(path)


@given(rides, layouts, st.sampled_from(["none", "same", "earlier"]), st.integers(0, 3))
def test_dial_a_ride_files_are_read_with_and_without_a_last_depot(rides, layout, depot, counted):
    # The field's head counts pairs of visits, with or without depots; nothing may hang on it.
    n = len(rides)
    rows = [(3, 2 * n + counted, 480, 6, 90), (0, "0.0", "0.0", 0, 0, 0, 1440)]
    rows += [(k + 1, x, y, 10, load, 0, 1440) for k, (x, y, _, _, load) in enumerate(rides)]
    rows += [
        (n + k + 1, x, y, 10, -load, 60 + k, 75 + k) for k, (_, _, x, y, load) in enumerate(rides)
    ]
    if depot != "none":
        rows.append((2 * n + 1, "0.0", "0.0", 0, 0, 0, 1440 if depot == "same" else 480))
    instance = written(rows, layout)
    assert len(instance.load) == 2 * n + 1
    assert instance.pairs.tolist() == [[k, k + n] for k in range(1, n + 1)]
    assert instance.load.tolist() == [0, *(r[4] for r in rides), *(-r[4] for r in rides)]
    assert instance.latest.tolist() == [1440] * (n + 1) + [75 + k for k in range(n)]
    assert (instance.max_route, instance.max_ride, instance.n_vehicles) == (480, 90, 3)
    far = [float(np.hypot(float(x), float(y))) for x, y, *_ in rides]
    assert instance.distance[0, 1 : n + 1].tolist() == far


@given(rides, layouts, st.randoms(use_true_random=False))
def test_li_lim_files_are_read_in_whatever_order_the_visits_stand(rides, layout, random):
    order = list(range(1, 2 * len(rides) + 1))
    random.shuffle(order)
    pairs = [(order[2 * k], order[2 * k + 1]) for k in range(len(rides))]
    rows = {0: (0, 40, 50, 0, 0, 1236, 0, 0, 0)}
    for (a, b), (x, y, u, v, load) in zip(pairs, rides, strict=True):
        rows[a] = (a, x, y, load, 10, 400, 90, 0, b)
        rows[b] = (b, u, v, -load, 20, 500, 90, a, 0)
    instance = written([(25, 200, 1), *(rows[k] for k in sorted(rows))], layout)
    assert sorted(map(tuple, instance.pairs.tolist())) == sorted(pairs)
    assert instance.fewest_vehicles
    for (a, b), (*_, load) in zip(pairs, rides, strict=True):
        assert (instance.load[a], instance.load[b]) == (load, -load)
        assert (instance.earliest[a], instance.latest[b]) == (10, 500)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "noise.txt"
    path.write_bytes(b"5 10 1\n\xff\xfe")
    with pytest.raises(InstanceError, match="is no text file of numbers"):
        read_instance(path)
