import pytest

from gtfs.realtime import parse_message, read_message
from routing.errors import FeedError
from tests.gtfs.realtime.messages import NOW, message, update
from tests.gtfs.test_source import serve  # noqa: F401


def test_a_message_is_read_from_a_file_a_file_url_and_a_server(tmp_path, serve):  # noqa: F811
    data = message(update("t1", delay=60)).feed.SerializeToString()
    path = tmp_path / "my trips.pb"
    path.write_bytes(data)
    for source in (path, str(path), path.as_uri(), serve(data)):
        found = read_message(source)
        assert found.epoch_s == NOW
        assert found.feed.entity[0].trip_update.trip.trip_id == "t1"
        assert "secret" not in found.source


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("nowhere.pb", "cannot be read"),
        ("ftp://example.org/trips.pb", "is not read"),
        ("http://127.0.0.1:1/trips.pb?key=secret", "cannot be fetched"),
    ],
)
def test_what_cannot_be_had_is_said(source, problem):
    with pytest.raises(FeedError, match=problem) as caught:
        read_message(source)
    assert "secret" not in str(caught.value)


def test_what_is_no_message_is_said(serve):  # noqa: F811
    with pytest.raises(FeedError, match=r"trips.pb: is no GTFS-Realtime message"):
        parse_message(b"<html>hello</html>", "trips.pb")
    with pytest.raises(FeedError, match="answers 404"):
        read_message(serve(b"", 404))
