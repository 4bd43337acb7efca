"""`sokcho compile` and `sokcho journeys` on a feed of three stops and two lines.

::

    A --line 1, 08:00--> B --line 2, 08:20--> C      line 3: A 08:05 ------------> C 09:00
    A and X lie 50 m apart
"""

import csv
from pathlib import Path

import pytest

from api import cli

FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n1,Bus,http://b.example,Asia/Seoul\n",
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon\n"
        "A,가,38.2000,128.5900\nX,가 옆,38.20045,128.5900\n"
        "B,나,38.2100,128.5900\nC,다,38.2200,128.5900\n"
    ),
    "routes.txt": "route_id,agency_id,route_short_name,route_type\n1,1,1,3\n2,1,2,3\n3,1,3,3\n",
    "trips.txt": "route_id,service_id,trip_id\n1,all,t1\n2,all,t2\n3,all,t3\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,08:00:00,08:00:00,A,1\nt1,08:15:00,08:15:00,B,2\n"
        "t2,08:20:00,08:20:00,B,1\nt2,08:40:00,08:40:00,C,2\n"
        "t3,08:05:00,08:05:00,A,1\nt3,09:00:00,09:00:00,C,2\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "all,1,1,1,1,1,1,1,20260101,20261231\n"
    ),
}
HOUR_S = 3600


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    folder = tmp_path / "feed"
    folder.mkdir()
    for name, text in FEED.items():
        (folder / name).write_text(text)
    return folder


def ask(tmp_path: Path, feed: Path, queries: str, *options: str) -> list[dict[str, str]]:
    """Return the rows of the answer file."""
    (tmp_path / "q.csv").write_text(queries)
    words = ["journeys", feed, "--queries", tmp_path / "q.csv", "--out", tmp_path / "a.csv"]
    assert cli.main([*map(str, words), *options]) == 0
    with (tmp_path / "a.csv").open() as file:
        return list(csv.DictReader(file))


ON = ("--date", "2026-11-23")
QUERY = f"source,target,dep_s\nA,C,{8 * HOUR_S}\n"


def test_pareto_pairs_trips_with_arrivals(tmp_path: Path, feed: Path) -> None:
    (answer,) = ask(tmp_path, feed, QUERY, *ON)
    assert answer["arrival_s"] == str(8 * HOUR_S + 40 * 60)
    assert answer["pareto"] == f"1:{9 * HOUR_S} 2:{8 * HOUR_S + 40 * 60}"


def test_earliest_agrees(tmp_path: Path, feed: Path) -> None:
    (answer,) = ask(tmp_path, feed, QUERY, *ON, "--kind", "earliest")
    assert answer["pareto"] == f"2:{8 * HOUR_S + 40 * 60}"


def test_a_range_tells_departure_arrival_and_trips(tmp_path: Path, feed: Path) -> None:
    (answer,) = ask(tmp_path, feed, QUERY, *ON, "--kind", "range", "--window-s", "600")
    eight, five, forty, nine = (8 * HOUR_S + 60 * minute for minute in (0, 5, 40, 60))
    assert answer["pareto"] == f"{eight}>{forty}x2 {five}>{nine}x1"
    assert answer["arrival_s"] == str(forty)
    (first,) = ask(tmp_path, feed, QUERY, *ON, "--kind", "range", "--window-s", "300")
    assert first["pareto"] == f"{eight}>{forty}x2"


def test_a_range_drops_what_walking_beats(tmp_path: Path, feed: Path) -> None:
    (tmp_path / "f.csv").write_text("from_stop,to_stop,seconds\nA,C,2700\n")
    options = (*ON, "--kind", "range", "--footpaths", str(tmp_path / "f.csv"))
    (answer,) = ask(tmp_path, feed, QUERY, *options)
    eight = 8 * HOUR_S
    assert answer["pareto"] == f"{eight}>{eight + 2700}x0 {eight}>{eight + 2400}x2"


@pytest.mark.parametrize("option", [("--window-s", "-1"), ("--max-trips", "0")])
def test_a_number_out_of_range_is_refused(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit):
        ask(tmp_path, feed, QUERY, *ON, *option)
    assert f"{option[1]!r} is not a whole number from" in capsys.readouterr().err


def test_a_short_walk_is_an_answer_without_trips(tmp_path: Path, feed: Path) -> None:
    (answer,) = ask(tmp_path, feed, "source,target,dep_s\nA,X,100\n", *ON)
    walk_s = 60  # 50.04 m x 1.3 at 1.1 m/s, rounded up
    assert answer["pareto"] == f"0:{100 + walk_s}"


def test_own_footpaths_take_the_place_of_walks(tmp_path: Path, feed: Path) -> None:
    (tmp_path / "f.csv").write_text("from_stop,to_stop,seconds\nX,A,7\n")
    footpaths = ("--footpaths", str(tmp_path / "f.csv"))
    queries = "source,target,dep_s\nA,X,100\nX,A,100\n"
    there, back = ask(tmp_path, feed, queries, *ON, *footpaths)
    assert (there["arrival_s"], back["arrival_s"]) == ("", "107")


def test_a_snapshot_answers_like_its_feed(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = tmp_path / "monday.day"
    assert cli.main(["compile", str(feed), *ON, "--out", str(snapshot)]) == 0
    assert "4 stops, 3 trips, 3 hops" in capsys.readouterr().out
    for kind in ("earliest", "pareto", "range"):
        asked = (QUERY, "--kind", kind)
        assert ask(tmp_path, snapshot, *asked) == ask(tmp_path, feed, *asked, *ON)


def test_the_summary_counts_and_times(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(tmp_path, feed, QUERY + "C,A,0\n", *ON)
    assert "2 queries (pareto), 1 reached, median " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("queries", "complaint"),
    [
        ("source,dep_s\nA,0\n", "row 1 target: there is no such column"),
        ("source,target,dep_s\nA,C,0\nA,Q,0\n", "row 3 target: the feed has no stop 'Q'"),
        ("source,target,dep_s\nA,C,08:00\n", "row 2 dep_s: '08:00' is not a whole number"),
    ],
)
def test_a_bad_query_is_named(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str], queries: str, complaint: str
) -> None:
    (tmp_path / "q.csv").write_text(queries)
    words = ["journeys", feed, "--queries", tmp_path / "q.csv", "--out", tmp_path / "a.csv", *ON]
    assert cli.main(list(map(str, words))) == 2
    assert f"q.csv {complaint}" in capsys.readouterr().err


def test_a_snapshot_of_another_day_is_refused(
    tmp_path: Path, feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = tmp_path / "monday.day"
    cli.main(["compile", str(feed), *ON, "--out", str(snapshot)])
    words = ["journeys", snapshot, "--date", "2026-11-24", "--queries", "q.csv", "--out", "a.csv"]
    assert cli.main(list(map(str, words))) == 2
    assert "holds 2026-11-23, not 2026-11-24" in capsys.readouterr().err


def test_messages_make_trips_late_and_the_answer_says_so(tmp_path, feed, capsys):
    from tests.gtfs.realtime.messages import message, update

    late = message(update("t1", delay=600), update("gone", delay=60), made_at=0)
    path = tmp_path / "trips.pb"
    path.write_bytes(late.feed.SerializeToString())
    query = f"source,target,dep_s\nA,C,{8 * HOUR_S}\nA,B,{8 * HOUR_S}\n"
    for kind in ("pareto", "earliest"):
        words = (*ON, "--kind", kind, "--realtime", str(path))
        direct, to_b = ask(tmp_path, feed, query, *words)
        # Line 2 is missed: the direct bus is all that is left.
        assert (direct["arrival_s"], direct["live"]) == (str(9 * HOUR_S), "scheduled")
        assert (to_b["arrival_s"], to_b["live"]) == (str(8 * HOUR_S + 1500), "live")
    assert "trip_update unknown-trip: gone" in capsys.readouterr().err
