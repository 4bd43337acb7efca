"""World files: what can be read runs, everything else is one error that names the field."""

import copy
import json

import numpy as np
import pytest

from gtfs.world_file import read_world
from routing.errors import WorldError
from routing.types import NEVER

WORLD = {
    "matrix_s": [[0, 60.2, 120], [60, 0, 60], [130, 60, 0]],
    "dwell_s": 30,
    "vehicles": [
        {"id": "v1", "start": 0, "end": 1, "shift": [0, 9000], "capacity": {"seats": 8, "bikes": 2}}
    ],
    "requests": [
        {
            "id": name,
            "called_time": called,
            "origin": 0,
            "destination": 2,
            "earliest_pickup": 600,
            "latest_pickup": 900,
            "max_ride_s": 400,
            "load": {"bikes": 1},
            "note": "keys that are not known are left alone",
        }
        for name, called in (("late", 500), ("early", 100))
    ],
}


def write(folder, world):
    path = folder / "world.json"
    path.write_text(json.dumps(world))
    return path


def test_a_world_is_read(tmp_path):
    world = read_world(write(tmp_path, WORLD))
    assert [rider.request_id for rider in world.riders] == ["early", "late"]
    assert world.dimensions == ("seats", "bikes")
    assert world.vehicles[0].configurations == ((8, 2),)
    assert world.riders[0].wish.load == (0, 1)
    assert (world.policy.dwell_s, world.vehicles[0].end_place) == (30, 1)
    assert world.travel.seconds[0].tolist() == [[0, 61, 120], [60, 0, 60], [130, 60, 0]]


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.float64])
def test_the_matrix_may_stand_beside_the_world(tmp_path, dtype):
    np.save(tmp_path / "times.npy", np.array([[0, 60, 9], [60, 0, 60], [130, 60, 0]], dtype))
    world = read_world(write(tmp_path, WORLD | {"matrix_s": "times.npy"}))
    assert world.travel.seconds[0, 2, 0] == 130


def test_infinity_is_no_way(tmp_path):
    np.save(tmp_path / "times.npy", np.array([[0, np.inf, 1], [1, 0, 1], [1, 1, 0]]))
    world = read_world(write(tmp_path, WORLD | {"matrix_s": "times.npy"}))
    assert world.travel.seconds[0, 0, 1] == NEVER


def changed(where, key, value):
    world = copy.deepcopy(WORLD)
    table = world[where][0] if where else world
    if value is None:
        del table[key]
    else:
        table[key] = value
    return world


@pytest.mark.parametrize(
    ("where", "key", "value", "names"),
    [
        ("", "matrix_s", None, "world.json: Object missing required field `matrix_s`"),
        ("", "matrix_s", "absent.npy", "matrix_s: absent.npy cannot be read"),
        ("", "matrix_s", [[0, 1], [1]], "matrix_s: is neither rows"),
        ("", "matrix_s", [[0, 1, 2]], "matrix_s: has shape (1, 3)"),
        ("", "matrix_s", [[0, -1], [1, 0]], "from 0 to 1 is negative"),
        ("", "matrix_s", [[5, 1], [1, 0]], "from 0 to 0 from a place to itself is not 0"),
        ("", "dwell_s", -1, "dwell_s: is negative"),
        ("", "dwell_s", "30", "dwell_s: Expected `int`"),
        ("", "requests", {}, "requests: Expected `array`"),
        ("vehicles", "shift", [1], "vehicles[0] v1 shift: Expected `array` of length 2"),
        ("vehicles", "shift", [9, 1], "vehicles v1 shift: ends before it begins"),
        ("vehicles", "end", 3, "vehicles v1 end: place 3 is not in 0..2"),
        ("vehicles", "capacity", {}, "vehicles capacity: no vehicle has any"),
        ("vehicles", "capacity", {"seats": -1, "bikes": 1}, "vehicles v1 capacity: (-1, 1)"),
        ("requests", "origin", -1, "requests late origin: place -1"),
        ("requests", "destination", None, "requests[0] late: Object missing required field"),
        ("requests", "latest_pickup", 10, "requests late latest_pickup: is before"),
        ("requests", "called_time", 10**10, "requests late called_time"),
        ("requests", "max_ride_s", -1, "requests late max_ride_s"),
        ("requests", "load", {"beds": 1}, "no vehicle has places for beds; known are seats, bikes"),
        ("requests", "load", {"seats": "1"}, "requests[0] late load"),
        ("requests", "id", "early", "requests id: early stands twice"),
    ],
)
def test_a_bad_world_is_one_error(tmp_path, where, key, value, names):
    with pytest.raises(WorldError) as refused:
        read_world(write(tmp_path, changed(where, key, value)))
    assert names in str(refused.value)
    assert str(refused.value).startswith("world.json")


def test_what_is_not_json_is_refused(tmp_path):
    path = tmp_path / "world.json"
    path.write_text("{")
    with pytest.raises(WorldError, match=r"world\.json: is not JSON"):
        read_world(path)


def test_a_matrix_of_text_is_refused(tmp_path):
    np.save(tmp_path / "times.npy", np.array([["0"]]))
    with pytest.raises(WorldError, match=r"times\.npy holds"):
        read_world(write(tmp_path, WORLD | {"matrix_s": "times.npy"}))


def test_nan_is_refused(tmp_path):
    np.save(tmp_path / "times.npy", np.array([[np.nan]]))
    with pytest.raises(WorldError, match="NaN"):
        read_world(write(tmp_path, WORLD | {"matrix_s": "times.npy"}))
