"""Sources that cannot be used are refused by file, row and field."""

import shutil
from pathlib import Path

import pytest

from gtfs.build import build_feed
from routing.errors import AreaError
from tests.gtfs.builder.conftest import SOURCES, VALID_FROM, read_tables


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the Sokcho sources, to be spoilt."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for path in (*SOURCES.glob("*.csv"), *SOURCES.glob("*.toml")):
        shutil.copy(path, folder)
    return folder


def refusal(folder: Path, scenario: str | None = None) -> AreaError:
    out = folder / "feed.zip"
    with pytest.raises(AreaError) as caught:
        build_feed(folder, out, scenario=scenario, valid_from=VALID_FROM)
    assert not out.exists()
    return caught.value


def spoil(path: Path, old: str, new: str) -> int:
    """Replace the first ``old`` and return the number of its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "problem"),
    [
        ("stops.csv", "128.490500", "east", "lon", "float"),
        ("stops.csv", "38.173300", "138.1733", "lat", "<= 90"),
        ("stops.csv", "38.173300,estimate,200", "38.173300,guess,200", "coord_kind", "guess"),
        ("stops.csv", "SK001,stop,설악산 소공원", "SK001,stop,", "name_ko", "missing required"),
        ("stops.csv", "SK002,stop", "SK001,stop", "stop_id", "already"),
        ("stops.csv", ",80,ST01,1", ",80,ST09,1", "parent", "not a station"),
        ("patterns.csv", "7,0,2,SK064", "7,0,2,SK999", "stop_id", "not a stop of stops.csv"),
        ("patterns.csv", "7,0,2,SK064", "7,0,2,ST01", "stop_id", "not a stop of stops.csv"),
        ("patterns.csv", "7,0,2,SK064", "7,0,1,SK064", "stop_sequence", "must rise"),
        ("patterns.csv", "7,0,2,SK064", "7,2,2,SK064", "direction_id", "<= 1"),
        ("patterns.csv", "7,0,2,SK064", "77,0,2,SK064", "route_id", "not in routes.toml"),
        ("patterns.csv", "7,0,2,SK064", "7,0,2,SK067", "stop_id", "scenario 'ktx' only"),
        ("timetable.csv", "88,0,daily", "89,0,daily", "route_id", "not in routes.toml"),
        ("timetable.csv", "88,0,daily,07:00", "88,0,daily,7am", "first_departure", "regex"),
        ("timetable.csv", "88,0,daily,07:00", "88,0,daily,22:00", "last_departure", "before"),
        ("timetable.csv", "9,0,holiday", "9,0,weekday", "service", "covered already"),
        ("timetable.csv", "9,0,holiday", "9,0,daily", "service", "covered already"),
        ("timetable.csv", "19:00,flat", "19:00,wavy", "profile", "not in profiles.toml"),
        (
            "timetable.csv",
            "23:30,flat,150,published",
            "23:30,flat,,published",
            "running_min",
            "SE01",
        ),
        ("timetable.csv", "alternates with 3-1", "alternates, with 3-1", "", "number of cells"),
        ("road_nodes.csv", "R02,", "R01,", "node_id", "stands twice"),
    ],
)
def test_a_spoilt_cell_is_named(sources, file, old, new, field, problem):
    row = spoil(sources / file, old, new)
    error = refusal(sources)
    assert (error.file, error.row, error.field) == (file, row, field)
    assert problem in error.problem


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "problem"),
    [
        ("routes.toml", "n_published = 42", "n_published = 43", "runs_per_day", "add up to 42"),
        ("routes.toml", "n_published = 20", "n_published = 21", "runs_per_day", "21 trains a day"),
        ("routes.toml", 'agency_id = "sokcho-bus"', 'agency_id = "x"', "agency_id", "'x'"),
        ("routes.toml", 'fare_network = "city"', 'fare_network = "x"', "fare_network", "'x'"),
        ("routes.toml", 'count_id = "88"\nruns', 'count_id = "x"\nruns', "count_id", "'x'"),
        ("routes.toml", 'route_id = "9"', 'route_id = "7"', "route_id", "twice"),
        ("routes.toml", 'color = "0B6E4F"', 'color = "green"', "route[0].color", "regex"),
        ("routes.toml", 'color = "0B6E4F"', 'colour = "0B6E4F"', "route[0].colour", "unknown"),
        ("routes.toml", "[[route]]", "[route", "", "not valid TOML"),
        ("fares.toml", "is_default = true", "is_default = false", "is_default", "exactly one"),
        ("fares.toml", 'network_id = "city"\nmedium', 'network_id = "x"\nmedium', "", "'x'"),
        ("fares.toml", "card = 1530", "card = 15.3", "rider_category[0].card", "int"),
        ("feed.toml", "dwell_s = 20 ", "dwell_s = -1", "running.dwell_s", ">= 0"),
        ("feed.toml", "dwell_s = 20 ", "#", "running.dwell_s", "missing"),
        ("profiles.toml", "density_pct = 130", "density = 130", "", "unknown"),
        ("road_speeds.toml", "knots =", "times =", "", "times"),
        (
            "timetable.csv",
            "V5,1,weekday,08:20,08:20,flat,50",
            "V5,1,weekday,08:20,08:20,flat,1",
            "running_min",
            "do not even cover",
        ),
        ("timetable.csv", "V5,1,weekday", "V5,1,holiday", "service", "same services in both"),
        (
            "timetable.csv",
            "55,0,daily,06:00,21:00",
            "55,0,daily,06:00,06:30",
            "last_departure",
            "do not fit",
        ),
        ("patterns.csv", "7,0,2,SK064", "7,0,2,SK065", "stop_id", "twice in a row"),
        ("patterns.csv", "7,0,2,SK064", "7,0,2,TM01", "stop_id", "beyond the roads"),
        ("patterns.csv", "EX-SEOUL,0,2,TM01\n", "", "stop_id", "fewer than two stops"),
    ],
)
def test_a_contradiction_names_its_file(sources, file, old, new, field, problem):
    spoil(sources / file, old, new)
    error = refusal(sources)
    assert error.file == file
    assert field in error.field
    assert problem in error.problem


@pytest.mark.parametrize("file", ["stops.csv", "patterns.csv", "timetable.csv", "road_edges.csv"])
def test_empty_and_missing_tables_are_named(sources, file):
    path = sources / file
    header = next(x for x in path.read_text(encoding="utf-8").splitlines() if x[0] != "#")
    path.write_text(header, encoding="utf-8")
    assert (refusal(sources).file, refusal(sources).problem) == (file, "has no rows")
    path.write_bytes("속초".encode("cp949"))
    assert "UTF-8" in refusal(sources).problem
    path.unlink()
    assert refusal(sources).file == file


def test_a_missing_column_is_named(sources):
    text = (sources / "stops.csv").read_text(encoding="utf-8")
    (sources / "stops.csv").write_text(text.replace("accuracy_m,", "acc,", 1), encoding="utf-8")
    error = refusal(sources)
    assert error.file == "stops.csv"
    assert error.field in ("acc", "accuracy_m")


def test_a_byte_order_mark_is_read_over(sources, base_feed, tmp_path):
    stops = sources / "stops.csv"
    stops.write_text(stops.read_text(encoding="utf-8"), encoding="utf-8-sig")
    build_feed(sources, tmp_path / "bom.zip", valid_from=VALID_FROM)
    assert (tmp_path / "bom.zip").read_bytes() == base_feed.path.read_bytes()


def test_an_unknown_scenario_lists_the_known_ones(sources):
    assert "known: ktx" in refusal(sources, scenario="airport").problem


def test_no_day_is_refused(tmp_path):
    with pytest.raises(AreaError, match="at least one service day, got 0"):
        build_feed(SOURCES, tmp_path / "feed.zip", valid_from=VALID_FROM, valid_days=0)


def test_a_folder_is_not_written_over(tmp_path):
    folder = tmp_path / "feeds"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match="name a zip file"):
        build_feed(SOURCES, folder, valid_from=VALID_FROM)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_direction_of_its_own_replaces_the_reversed_one(sources, tmp_path):
    patterns = sources / "patterns.csv"
    own = "99,1,1,SK029\n99,1,2,SK044\n99,1,3,SK051\n"
    patterns.write_text(patterns.read_text(encoding="utf-8") + own, encoding="utf-8")
    build_feed(sources, tmp_path / "feed.zip", valid_from=VALID_FROM)
    tables = read_tables(tmp_path / "feed.zip")
    trip_id = next(
        t["trip_id"] for t in tables["trips"] if t["route_id"] == "99" and t["direction_id"] == "1"
    )
    calls = [row["stop_id"] for row in tables["stop_times"] if row["trip_id"] == trip_id]
    assert calls == ["SK029", "SK044", "SK051"]


def test_a_planned_road_is_open_in_its_scenario_only(sources, ktx_feed, tmp_path):
    """The link bus, moved into today's network, has to go round by today's roads."""
    routes = (sources / "routes.toml").read_text(encoding="utf-8")
    head, link = routes.split('route_id = "K1"')
    (sources / "routes.toml").write_text(
        head + 'route_id = "K1"' + link.replace('scenario = "ktx"', ""), encoding="utf-8"
    )
    stops = (sources / "stops.csv").read_text(encoding="utf-8")
    (sources / "stops.csv").write_text(stops.replace(",1,ktx", ",1,"), encoding="utf-8")
    build_feed(sources, tmp_path / "feed.zip", valid_from=VALID_FROM)

    def length_m(tables):
        along = [p["shape_dist_traveled"] for p in tables["shapes"] if p["shape_id"] == "K1-0"]
        return float(along[-1])

    assert length_m(read_tables(tmp_path / "feed.zip")) > length_m(ktx_feed.tables) + 1000
