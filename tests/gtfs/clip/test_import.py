"""A city cut out of a made country, against a slow twin that reads everything at once."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli import main
from benchmarks.transit.country import Country, write_country
from gtfs.check_feed import check_feed, count_errors
from gtfs.clip import PROFILES, Order, import_feed, read_region
from gtfs.compile import compile_day
from gtfs.feed import load_feed
from routing.errors import FeedError
from tests.gtfs.feeds import TINY, with_changes, write_folder, write_zip

SOKCHO = "128.42,38.11,128.75,38.30"
TODAY = date(2026, 11, 24)
RIGHT = {"0": "3", "1": "1", "2": "4", "3": "200", "4": "2"}


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    path = tmp_path_factory.mktemp("country") / "korea.zip"
    write_country(path, Country(n_cities=9, lines=2, trips=3, calls=5))
    return path


@pytest.fixture(scope="module")
def city(country, tmp_path_factory):
    out = tmp_path_factory.mktemp("city") / "city.zip"
    return out, import_feed(country, out, Order(read_region(SOKCHO), PROFILES["ktdb"], TODAY, 2))


def tables_of(path, encoding="utf-8"):
    """Rows of every table, as dicts."""
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(".txt"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode(encoding)))
            )
            for name in archive.namelist()
        }


def naive_cut(tables, inside, hub_routes):
    """``{trip: [stops]}`` that are to stay; trains without their stops beyond the next hub."""
    kind = {row["route_id"]: RIGHT[row["route_type"]] for row in tables["routes"]}
    route = {row["trip_id"]: row["route_id"] for row in tables["trips"]}
    way = {}
    for row in sorted(tables["stop_times"], key=lambda row: int(row["stop_sequence"])):
        way.setdefault(row["trip_id"], []).append(row["stop_id"])
    rail = {trip for trip in way if kind[route[trip]] == "2"}
    lines_at = {}
    for trip in rail:
        for stop in way[trip]:
            lines_at.setdefault(stop, set()).add(route[trip])
    hubs = {s for s, lines in lines_at.items() if len(lines) >= hub_routes and s not in inside}
    kept = {}
    for trip, stops in way.items():
        at = [i for i, stop in enumerate(stops) if stop in inside]
        if at and trip in rail:
            first = max((i for i in range(at[0]) if stops[i] in hubs), default=0)
            last = min(
                (i for i in range(at[-1] + 1, len(stops)) if stops[i] in hubs),
                default=len(stops) - 1,
            )
            kept[trip] = stops[first : last + 1]
        elif at:
            kept[trip] = stops
    return kept


def test_the_cut_is_what_the_slow_twin_says(country, city):
    whole, part = tables_of(country, "cp949"), tables_of(city[0])
    west, south, east, north = map(float, SOKCHO.split(","))
    inside = {
        row["stop_id"] for row in whole["stops"]
        if west <= float(row["stop_lon"]) <= east and south <= float(row["stop_lat"]) <= north
    }  # fmt: skip
    expected = naive_cut(whole, inside, hub_routes=2)
    found = {}
    for row in part["stop_times"]:
        found.setdefault(row["trip_id"], []).append(row["stop_id"])
    assert found == expected
    n_whole = {row["trip_id"]: 0 for row in whole["stop_times"]}
    for row in whole["stop_times"]:
        n_whole[row["trip_id"]] += 1
    assert any(len(stops) < n_whole[trip] for trip, stops in expected.items())  # a train was cut
    assert {row["trip_id"] for row in part["trips"]} == set(expected)
    assert {row["stop_id"] for row in part["stops"]} == {
        s for way in expected.values() for s in way
    }
    assert {row["route_id"] for row in part["routes"]} == {row["route_id"] for row in part["trips"]}
    before = {row["route_id"]: row["route_type"] for row in whole["routes"]}
    for row in part["routes"]:
        assert row["route_type"] == RIGHT[before[row["route_id"]]]
    rows = {tuple(row.values()) for row in whole["stop_times"]}
    assert {tuple(row.values()) for row in part["stop_times"]} <= rows
    assert city[1].n_rows["stop_times"] == len(part["stop_times"])


def test_the_city_passes_the_validators_and_can_be_compiled(city):
    assert count_errors(check_feed(city[0], TODAY)) == 0
    feed = load_feed(city[0])
    assert feed.stops["name"].str.contains("정류장").any()
    day = compile_day(feed, TODAY)
    assert day.timetable.n_trips == city[1].n_rows["trips"]


def test_the_calendar_is_moved_by_weeks_and_feed_info_says_so(country, city, tmp_path):
    part = tables_of(city[0])
    (calendar,) = part["calendar"]
    assert (calendar["start_date"], calendar["end_date"]) == ("20261123", "20271121")
    assert city[1].weeks_moved * 7 == (date(2026, 11, 23) - date(2023, 1, 2)).days
    (info,) = part["feed_info"]
    assert f"calendar moved by {city[1].weeks_moved * 7} days" in info["feed_version"]
    assert (info["feed_start_date"], info["feed_end_date"]) == ("20261123", "20271121")
    out = tmp_path / "as_it_is.zip"
    found = import_feed(country, out, Order(read_region(SOKCHO), PROFILES["ktdb"]))
    assert found.weeks_moved == 0
    assert tables_of(out)["calendar"][0]["end_date"] == "20231231"
    assert "moved" not in tables_of(out)["feed_info"][0]["feed_version"]


def test_all_that_was_done_is_reported(city):
    text = str(city[1].report)
    assert "repaired stops.txt: is not UTF-8, read as cp949" in text
    assert "routes.txt route_type rows 2, 3" in text
    assert "is beyond the next hub of a train; left out" in text
    assert "repaired calendar.txt: ran from 2023-01-02 to 2023-12-31; moved by 203 weeks" in text


STATION = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
RICH = with_changes(
    {
        "stops.txt": STATION
        + "A,시청,38.2070,128.5918,0,\nB,중앙시장,38.2045,128.5900,0,ST\n"
        + "C,갯배선착장,38.2040,128.5900,0,\nD,대포항,38.1750,128.6070,0,\n"
        + "ST,역,38.2046,128.5901,1,\nE,출구,38.2047,128.5902,2,ST\nZ,먼곳,35,127,0,\n",
        "trips.txt": "route_id,service_id,trip_id,shape_id\nr1,weekday,t1,s1\nr1,other,t2,s2\n",
        "calendar_dates.txt": "service_id,date,exception_type\n"
        "weekday,20261128,1\nother,20261129,1\n",
        "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
        "s1,38.2,128.5,1\ns2,38.2,128.5,1\n",
        "transfers.txt": "from_stop_id,to_stop_id,transfer_type\nA,B,0\nA,D,0\n",
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\n"
        "t1,09:00:00,10:00:00,600\nt2,09:00:00,10:00:00,600\n",
        "my_notes.txt": "a\n1\n",
    }
)


def test_whatever_kept_trips_refer_to_is_kept_and_nothing_else(tmp_path):
    source = write_zip(tmp_path / "feed.zip", RICH)
    out = tmp_path / "out.zip"
    found = import_feed(source, out, Order(read_region("128.591,38.206,128.60,38.21")))
    part = tables_of(out)
    assert [row["trip_id"] for row in part["trips"]] == ["t1"]
    assert {row["stop_id"] for row in part["stops"]} == {"A", "B", "C", "ST", "E"}
    assert [row["shape_id"] for row in part["shapes"]] == ["s1"]
    assert [row["to_stop_id"] for row in part["transfers"]] == ["B"]
    assert [row["trip_id"] for row in part["frequencies"]] == ["t1"]
    assert [row["service_id"] for row in part["calendar_dates"]] == ["weekday"]
    assert "dropped my_notes.txt: is not known here; left out" in str(found.report)


def test_regions_come_from_boxes_area_files_and_maps(tmp_path):
    root = Path(__file__).parents[3]
    area = read_region(str(root / "gtfs" / "sokcho" / "area.toml"))
    assert area.name == "sokcho"
    assert area.contains([128.59, 127.0], [38.2, 37.5]).tolist() == [True, False]
    square = [[128, 38], [129, 38], [129, 39], [128, 39], [128, 38]]
    path = tmp_path / "square.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [square]}))
    assert read_region(str(path)).contains([128.5, float("nan")], [38.5, 1]).tolist() == [
        True,
        False,
    ]
    for text in ("nowhere.toml", "1,2,3", "5,5,1,1", "a,b,c,d"):
        with pytest.raises(FeedError, match="give an area file"):
            read_region(text)
    path.write_text('{"type": "Point", "coordinates": [1, 2]}')
    with pytest.raises(FeedError, match=r"square.geojson: holds no area"):
        read_region(str(path))


@pytest.mark.parametrize(
    ("changes", "region", "message"),
    [
        ({}, "1,1,2,2", "no trip calls in 1,1,2,2"),
        ({"stops.txt": None}, SOKCHO, "stops.txt is missing"),
        ({"stops.txt": "stop_id,x\nA,1\n"}, SOKCHO, "stops.txt row 1 stop_lat: has no column"),
        ({"trips.txt": "route_id,service_id\nr1,weekday\n"}, SOKCHO, "has no column trip_id"),
        ({"agency.txt": "agency_id\n"}, SOKCHO, "agency.txt: has no rows"),
    ],
)
def test_what_cannot_be_cut_is_refused_and_leaves_nothing(tmp_path, changes, region, message):
    source = write_folder(tmp_path / "feed", with_changes(changes))
    out = tmp_path / "out.zip"
    out.write_bytes(b"what was there")
    with pytest.raises(FeedError, match=message):
        import_feed(source, out, Order(read_region(region)))
    assert out.read_bytes() == b"what was there"
    assert not list(tmp_path.glob("*.part"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_feeds_are_cut_or_refused_and_nothing_else(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    name = data.draw(st.sampled_from(sorted(TINY)))
    content = bytearray(TINY[name].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    source = write_folder(folder / "feed", TINY | {name: bytes(content)})
    order = Order(read_region(SOKCHO), PROFILES["ktdb"], TODAY)
    refusal = ""
    try:
        import_feed(source, folder / "out.zip", order)
    except FeedError as error:
        refusal = str(error)
    assert len(refusal) < 2000
    assert bool(refusal) != (folder / "out.zip").exists()
    if not refusal:
        tables_of(folder / "out.zip")


def test_the_command_says_what_it_wrote_and_what_it_did(country, tmp_path, capsys):
    out = tmp_path / "city.zip"
    words = ["--clip", SOKCHO, "--profile", "ktdb", "--shift", "2026-11-24", "--out", str(out)]
    assert main(["import-feed", str(country), *words]) == 0
    said = capsys.readouterr()
    assert f"{out}: " in said.out
    assert "the calendar was moved by 203 weeks; feed_info.txt says so" in said.out
    assert "route_type" in said.err
    assert main(["import-feed", str(country), "--clip", "1,1,2,2", "--out", str(out)]) == 2
    assert "no trip calls in 1,1,2,2" in capsys.readouterr().err


@pytest.mark.shared
def test_a_borough_is_cut_out_of_a_large_feed(shared_dir, tmp_path):
    large = shared_dir / "feeds" / "mta_bus_staten_island_2026.zip"
    out = tmp_path / "north.zip"
    found = import_feed(large, out, Order(read_region("-74.10,40.62,-74.05,40.66")))
    assert 0 < found.n_rows["stop_times"] < 804_835
    feed = load_feed(out)
    assert len(feed.calls.stop) == found.n_rows["stop_times"]
    assert str(feed.report) == "nothing to report"
