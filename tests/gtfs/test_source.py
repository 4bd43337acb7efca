import http.server
import io
import threading
import zipfile

import pytest

from gtfs.feed import load_feed
from gtfs.source import Limits, open_source
from routing.errors import FeedError
from tests.gtfs.feeds import TINY, write_folder, write_zip


@pytest.fixture
def serve():
    """A local server of one body; returns its URL."""
    servers = []

    def start(body, status=200):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Stay silent."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/feed.zip?key=secret"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def read_source(source, wanted, limits=None):
    """Every wanted file as a whole."""
    with open_source(source, wanted, limits) as files:
        return {name: files.read(name) for name in files.sizes}


def names(source, limits=None):
    return sorted(read_source(source, TINY, limits))


@pytest.mark.parametrize("prefix", ["", "feed/", "a/b/"])
def test_tables_may_stand_in_an_inner_folder(tmp_path, prefix):
    files = {prefix + name: text for name, text in TINY.items()}
    files |= {"__MACOSX/._stops.txt": "junk", ".DS_Store": "junk", "readme.md": "hello"}
    assert names(write_zip(tmp_path / "feed.zip", files)) == sorted(TINY)


def test_a_zip_in_a_zip_is_opened(tmp_path):
    inner = write_zip(tmp_path / "inner.zip", TINY)
    outer = write_zip(tmp_path / "outer.zip", {"x/google_transit.zip": inner.read_bytes()})
    assert names(outer) == sorted(TINY)


def test_folders_and_file_urls_are_read(tmp_path):
    assert names(write_folder(tmp_path / "feed", TINY)) == sorted(TINY)
    path = write_zip(tmp_path / "my feed.zip", TINY)
    assert names(path.as_uri()) == sorted(TINY)


def test_a_feed_is_fetched_from_a_url(tmp_path, serve):
    url = serve(write_zip(tmp_path / "feed.zip", TINY).read_bytes())
    feed = load_feed(url)
    assert feed.name == "feed.zip"
    assert len(feed.trips) == 2


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"no", 404, "the server answers 404"),
        (b"<html>hello</html>", 200, "is not a readable zip"),
        (b"x" * 5000, 200, "is larger than 4000 bytes"),
    ],
)
def test_what_a_server_may_answer_instead(serve, body, status, message):
    with pytest.raises(FeedError, match=message) as caught:
        read_source(serve(body, status), TINY, Limits(download_bytes=4000))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("http://127.0.0.1:1/feed.zip", "cannot be fetched"),
        ("ftp://example.org/feed.zip", "ftp:// is not read"),
        ("nowhere.zip", "there is no such file or folder"),
    ],
)
def test_what_cannot_be_had_is_refused(source, message):
    with pytest.raises(FeedError, match=message):
        read_source(source, TINY)


def test_tables_at_the_top_come_before_a_copy_in_a_folder(tmp_path):
    files = TINY | {f"old/{name}": "stale" for name in TINY}
    found = read_source(write_zip(tmp_path / "feed.zip", files), TINY)
    assert found["stops.txt"].decode() == TINY["stops.txt"]


def test_two_feeds_in_one_zip_are_refused(tmp_path):
    files = {f"{folder}/{name}": text for folder in "ab" for name, text in TINY.items()}
    with pytest.raises(FeedError, match="holds several feeds, in a, b"):
        names(write_zip(tmp_path / "feed.zip", files))


def test_a_zip_bomb_is_refused(tmp_path):
    bomb = write_zip(tmp_path / "bomb.zip", TINY | {"stop_times.txt": b"0" * (8 << 20)})
    with pytest.raises(FeedError, match="refused as a zip bomb"):
        names(bomb)
    with pytest.raises(FeedError, match="more than allowed"):
        names(bomb, Limits(unpacked_bytes=1 << 20))


def test_a_damaged_or_foreign_zip_is_refused(tmp_path):
    whole = write_zip(tmp_path / "feed.zip", TINY).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FeedError, match="is not a readable zip"):
        names(tmp_path / "cut.zip")
    broken = bytearray(whole)
    broken[60:90] = bytes(30)
    (tmp_path / "broken.zip").write_bytes(broken)
    with pytest.raises(FeedError, match="is not a readable zip"):
        names(tmp_path / "broken.zip")
    with pytest.raises(FeedError, match="holds no GTFS text files"):
        names(write_zip(tmp_path / "photos.zip", {"a.jpg": b"x"}))


def test_a_locked_zip_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in TINY.items():
            archive.writestr(name, text)
    data = bytearray(buffer.getvalue())
    # Bit 0 of the flags says "encrypted", in each local header and each directory entry.
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(sign)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(sign, start + 4)
    (tmp_path / "locked.zip").write_bytes(data)
    with pytest.raises(FeedError, match="is not a readable zip"):
        names(tmp_path / "locked.zip")
