"""Both validators in one call, and none of them silent."""

import sys
import zipfile
from datetime import date

import pytest

from gtfs.check_feed import check_feed, count_errors
from routing.errors import FeedError, SokchoError

TODAY = date(2026, 11, 23)


@pytest.fixture
def broken_feed(tmp_path):
    """A stop without a place, and no stop_times."""
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nA,Alpha,,\n")
    return path


def test_both_find_the_missing_table(broken_feed):
    notices = check_feed(broken_feed, TODAY)
    missing = {
        notice.validator
        for notice in notices
        if notice.code == "missing_required_file" and notice.severity == "ERROR"
    }
    assert missing == {"gtfs-validator", "gtfs-guru"}
    assert count_errors(notices) >= 2
    assert [n.severity for n in notices] == sorted((n.severity for n in notices), key=_rank)


def _rank(severity):
    return ["ERROR", "WARNING", "INFO"].index(severity)


def test_examples_name_file_row_and_field(broken_feed):
    examples = [
        notice.example
        for notice in check_feed(broken_feed, TODAY)
        if notice.code == "stop_without_location"
    ]
    assert examples
    assert all(example["csvRowNumber"] == 2 for example in examples)


def test_what_is_no_zip_is_an_error_of_both(tmp_path):
    path = tmp_path / "feed.zip"
    path.write_text("not a zip", encoding="utf-8")
    errors = [notice for notice in check_feed(path, TODAY) if notice.severity == "ERROR"]
    assert {notice.validator for notice in errors} == {"gtfs-validator", "gtfs-guru"}


def test_a_missing_feed_is_refused(tmp_path):
    with pytest.raises(FeedError, match="no such feed"):
        check_feed(tmp_path / "feed.zip", TODAY)


@pytest.mark.parametrize("module", ["gtfs_validator", "gtfs_guru"])
def test_a_missing_validator_says_what_to_install(broken_feed, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SokchoError, match=r"pip install 'sokcho-transit\[test\]'"):
        check_feed(broken_feed, TODAY)


def test_a_validator_that_fails_in_silence_is_an_error(broken_feed, monkeypatch):
    from gtfs_validator import cli

    monkeypatch.setattr(cli, "main", lambda arguments: 1)
    codes = {(n.validator, n.code) for n in check_feed(broken_feed, TODAY)}
    assert ("gtfs-validator", "validator_failed") in codes
