import subprocess
import sys
from datetime import date

import numba
import numpy as np
import pytest

from gtfs.compile import compile_day
from gtfs.compiled import is_compiled, load_compiled, save_compiled
from gtfs.feed import load_feed
from gtfs.strings import Strings
from routing.errors import FeedError
from routing.transit import find_journeys, list_access, list_egress, raptor, trip_based
from tests.gtfs.feeds import TINY, write_folder


@pytest.fixture
def day(tmp_path):
    return compile_day(load_feed(write_folder(tmp_path / "feed", TINY)), date(2026, 11, 24))


@pytest.fixture
def path(day, tmp_path):
    path = tmp_path / "tiny.day"
    save_compiled(path, day)
    return path


def test_what_is_saved_is_what_is_loaded(day, path):
    again = load_compiled(path)
    for group, loaded in zip(day.timetable, again.timetable, strict=True):
        for array, same in zip(group, loaded, strict=True):
            assert np.array_equal(array, same)
    for name in ("service_date", "zone_name", "info", "calendar", "languages", "findings"):
        assert getattr(again, name) == getattr(day, name)
    assert list(again.stop_names["ko"]) == list(day.stop_names["ko"])
    for loaded in again.timetable:
        assert all(array.ctypes.data % 64 == 0 for array in loaded)
    labels = [[x.trip_label(i) for i in range(x.timetable.n_trips)] for x in (day, again)]
    assert labels[0] == labels[1]
    assert again.find_stop("D") == 3
    assert again.find_stop("X") is None
    assert again.transfers is None


def test_transfers_are_saved_with_the_day_and_need_no_second_kernel(day, path):
    prepared = day.with_transfers()
    save_compiled(path, prepared)
    again = load_compiled(path)
    ends = list_access(day.timetable, 0), list_egress(day.timetable, 2)
    for loaded in (prepared, again):
        (journey,) = trip_based.find_journeys(loaded.timetable, loaded.transfers, *ends, 28_000)
        assert journey.arr_time == 29_400 + 66  # to B, and on foot to C
    assert all(map(np.array_equal, prepared.transfers, again.transfers))
    if not numba.config.DISABLE_JIT:
        assert len(trip_based._find.signatures) == 1


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="needs the compiler")
def test_a_mapped_timetable_needs_no_second_kernel(day, path):
    for timetable in (day.timetable, load_compiled(path).timetable):
        find_journeys(timetable, list_access(timetable, 0), list_egress(timetable, 2), 28_000)
    assert len(raptor._run_rounds.signatures) == 1


def test_serving_imports_no_pandas(path):
    code = (
        "import sys; from gtfs.compiled import load_compiled; load_compiled(sys.argv[1]);"
        "assert not {'pandas', 'pyarrow', 'gtfs_kit', 'shapely'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "is damaged"),
        (lambda data: data[:-7], "is damaged"),
        (lambda data: data[:20], "is not a compiled day"),
        (lambda data: b"PK" + data, "is not a compiled day"),
        (lambda data: data[:11] + b"\x63" + data[12:], "is of version 99, this program reads 7"),
        (lambda data: b"", "cannot be opened"),
    ],
)
def test_a_damaged_file_is_refused(path, change, message):
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FeedError, match=message):
        load_compiled(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FeedError, match="cannot be opened"):
        load_compiled(tmp_path / "nowhere.day")
    assert not is_compiled(tmp_path / "nowhere.day")


def test_a_compiled_file_is_told_from_a_feed(path, tmp_path):
    assert is_compiled(path)
    assert not is_compiled(tmp_path / "feed")


def test_texts_are_packed_and_unpacked():
    texts = ["", "속초", "a", ""]
    packed = Strings.of(texts)
    assert list(packed) == [packed[i] for i in range(4)] == packed[:] == texts
    assert packed[-3] == "속초"
    with pytest.raises(IndexError):
        packed[4]
