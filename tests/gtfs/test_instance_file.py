"""Instance files: both formats are recognised; what is wrong is named with its row."""

import numpy as np
import pytest

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


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "noise.txt"
    path.write_bytes(b"5 10 1\n\xff\xfe")
    with pytest.raises(InstanceError, match="is no text file of numbers"):
        read_instance(path)
