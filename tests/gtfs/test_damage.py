"""Feeds damaged at random: either a feed that compiles, or one clear error; never anything else."""

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.compile import compile_day
from gtfs.feed import load_feed
from routing.errors import FeedError
from tests.gtfs.feeds import TINY, with_changes, write_folder, write_zip

FULL = with_changes(
    {
        "calendar_dates.txt": "service_id,date,exception_type\nweekday,20261128,1\n",
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nt1,09:00:00,10:00:00,600\n",
        "transfers.txt": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nA,B,2,60\n",
        "translations.txt": "trans_id,lang,translation\n시청,en,City Hall\n",
        "feed_info.txt": "feed_publisher_name,feed_publisher_url,feed_lang\n속초,https://x.kr,ko\n",
    }
)
WORDS = st.sampled_from(
    [
        *("", " ", "A", "t1", "0", "1", "-1", "2", "1e9", "99999999999", "1.5", "NaN", "NA", "inf"),
        *("08:00:00", "8:0:0", "24:00:00", "99:99:99", "20261123", "00000000", "½", "\x00"),
        *("\ufeff", '"', "a,b", "a\nb", "Asia/Seoul", "../etc", "٣", "\U0001f68c", "ß" * 300),
    ]
)


def table(text):
    return list(csv.reader(io.StringIO(text)))


def text_of(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@st.composite
def damaged(draw):
    """The full feed with a few cells, rows, columns or files spoiled."""
    files = dict(FULL)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(files)))
        rows = table(files[name])
        act = draw(st.sampled_from(["cell", "cell", "cell", "row", "column", "twice", "file"]))
        if act == "file" or not rows or not rows[0]:
            files[name] = draw(st.sampled_from(["", "\n", "x", '"', files[name][:40]]))
            continue
        i = draw(st.integers(0, len(rows) - 1))
        j = draw(st.integers(0, len(rows[0]) - 1))
        if act == "cell":
            rows[i] = [draw(WORDS) if k == j else cell for k, cell in enumerate(rows[i])]
        elif act == "row":
            rows[i] = rows[i][: draw(st.integers(0, len(rows[i])))]
        elif act == "twice":
            rows.append(rows[i])
        else:
            rows = [row[:j] + row[j + 1 :] for row in rows]
        files[name] = text_of(rows)
    return files


def load_or_refuse(path):
    """True if it loads and compiles; False if refused with one clear error."""
    try:
        feed = load_feed(path)
        compile_day(feed, feed.dates[0])
    except FeedError as error:
        message = str(error)
    else:
        return True
    assert 0 < len(message.strip()) < 2000
    return False


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_damaged_cells_never_crash(files):
    with tempfile.TemporaryDirectory() as folder:
        load_or_refuse(write_folder(Path(folder), files))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_bytes_never_crash(data):
    name = data.draw(st.sampled_from(sorted(FULL)))
    content = bytearray(FULL[name].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    with tempfile.TemporaryDirectory() as folder:
        load_or_refuse(write_folder(Path(folder), FULL | {name: bytes(content)}))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_zips_never_crash(data):
    with tempfile.TemporaryDirectory() as folder:
        path = write_zip(Path(folder) / "feed.zip", TINY)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
        load_or_refuse(path)


def test_the_undamaged_feed_loads(tmp_path):
    assert load_or_refuse(write_folder(tmp_path / "feed", FULL))
    feed = load_feed(tmp_path / "feed")
    with pytest.raises(FeedError):
        compile_day(feed, date(2020, 1, 1))
