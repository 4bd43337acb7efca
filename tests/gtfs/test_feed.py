"""What is refused, dropped, repaired; each on the tiny feed with one fault."""

from datetime import date

import pytest

from gtfs.feed import load_feed
from routing.errors import FeedError
from tests.gtfs.feeds import TINY, edited, with_changes, write_folder

STOP_TIMES = TINY["stop_times.txt"]


@pytest.fixture
def load(tmp_path):
    return lambda files: load_feed(write_folder(tmp_path / "feed", files))


def trip_ids(feed):
    return feed.trips["trip_id"].tolist()


def test_the_tiny_feed_needs_no_repair(load):
    feed = load(TINY)
    assert str(feed.report) == "nothing to report"
    assert feed.dates == (date(2026, 11, 23), date(2026, 12, 4))
    assert feed.languages == ("ko",)
    assert feed.stops["name"].tolist()[0] == "시청"
    assert feed.calls.arr_time.tolist() == [28_800, 29_400, 30_000, 85_800, 87_600]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (with_changes({"stop_times.txt": None}), "stop_times.txt is missing"),
        (with_changes({"agency.txt": None}), "agency.txt is missing"),
        (with_changes({"calendar.txt": None}), "calendar.txt and calendar_dates.txt are both"),
        (with_changes({"trips.txt": ""}), "trips.txt is empty"),
        (with_changes({"trips.txt": "route_id,service_id,trip_id\n"}), "trips.txt: has no rows"),
        (edited("agency.txt", "Asia/Seoul", ""), "agency.txt row 2 agency_timezone: is empty"),
        (
            edited("agency.txt", "Asia/Seoul", "KST-9:00"),
            "row 2 agency_timezone: 'KST-9:00' is not",
        ),
        (
            edited("agency.txt", "agency_timezone", "zone"),
            "agency.txt has no column agency_timezone",
        ),
        (edited("stop_times.txt", "08:11:00", "25:99:00"), "row 3 departure_time: '25:99:00'"),
        (edited("stop_times.txt", "08:11:00", "-8:11:00"), "row 3 departure_time: '-8:11:00'"),
        (edited("stop_times.txt", "A,1", "A,x"), "stop_times.txt row 2 stop_sequence: is empty"),
        (
            edited("calendar.txt", "20261123", "20261323"),
            "calendar.txt row 2 start_date: '20261323'",
        ),
        (edited("stops.txt", "stop_id", "id"), "stops.txt has no column stop_id"),
        (edited("stop_times.txt", "stop_sequence", "seq"), "has no column stop_sequence"),
        (
            with_changes(
                {"calendar_dates.txt": "service_id,date,exception_type\nweekday,20261125,3\n"}
            ),
            "calendar_dates.txt row 2 exception_type: is neither 1 nor 2",
        ),
        (
            with_changes(
                {"agency.txt": TINY["agency.txt"] + "T,B,https://b.example,Asia/Tokyo,ja\n"}
            ),
            "agency.txt row 3 agency_timezone: 'Asia/Tokyo' differs",
        ),
        (edited("stops.txt", "A,시청", 'A,"시청'), "stops.txt row 2: opens a quote"),
        (edited("stops.txt", "C,갯", 'C,"갯'), "stops.txt row 4: opens a quote"),
        (
            with_changes({"stops.txt": TINY["stops.txt"].replace(",", ";")}),
            "stops.txt is not separated by commas",
        ),
        (
            edited("trips.txt", "weekday", "never"),
            "no trip can be run. dropped trips.txt service_id rows 2, 3: is neither",
        ),
    ],
)
def test_what_refuses_a_feed_names_file_row_and_field(load, files, message):
    with pytest.raises(FeedError) as caught:
        load(files)
    assert message in str(caught.value)


def test_everything_that_is_missing_is_named_at_once(load):
    files = edited("stops.txt", "stop_id", "id")
    del files["stop_times.txt"]
    with pytest.raises(FeedError) as caught:
        load(files)
    assert "stops.txt has no column stop_id" in str(caught.value)
    assert "stop_times.txt is missing" in str(caught.value)


EXTRA_TRIP = edited("trips.txt", "r1,weekday,t2,\n", "r1,weekday,t2,\nr1,weekday,t3,\n")[
    "trips.txt"
]


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        ("t3,09:00:00,09:00:00,A,1\nt3,08:50:00,08:50:00,B,2\n", "row 8: goes back in time"),
        ("t3,09:00:00,08:59:00,A,1\nt3,09:10:00,09:10:00,B,2\n", "row 7: goes back in time"),
        ("t3,09:00:00,09:10:00,A,1\nt3,09:05:00,09:20:00,B,2\n", "row 8: goes back in time"),
        ("t3,09:00:00,09:00:00,A,1\n", "dropped trips.txt trip_id row 4: has fewer than two calls"),
        ("", "dropped trips.txt trip_id row 4: has fewer than two calls"),
        ("t3,,,A,1\nt3,09:10:00,09:10:00,B,2\n", "row 7: has no time at the start or end"),
        ("t3,09:00:00,09:00:00,A,1\nt3,,,B,2\n", "row 8: has no time at the start or end"),
        ("t3,09:00:00,09:00:00,A,1\nt3,09:05:00,09:05:00,B,1\n", "row 8: gives a sequence number"),
        ("t3,09:00:00,09:00:00,X,1\nt3,09:05:00,09:05:00,B,2\n", "stop_id row 7: is no stop"),
    ],
)
def test_a_trip_that_cannot_be_run_is_dropped_and_listed(load, rows, finding):
    feed = load(with_changes({"trips.txt": EXTRA_TRIP, "stop_times.txt": STOP_TIMES + rows}))
    assert trip_ids(feed) == ["t1", "t2"]
    assert finding in str(feed.report)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"trips.txt": EXTRA_TRIP.replace("r1,weekday,t3", "r9,weekday,t3")}, "routes.txt"),
        ({"trips.txt": EXTRA_TRIP.replace("weekday,t3", "never,t3")}, "neither in calendar.txt"),
        ({"trips.txt": EXTRA_TRIP.replace("t3", "t1")}, "trip_id row 4: repeats an id"),
        ({"stop_times.txt": STOP_TIMES + "t9,09:00:00,09:00:00,A,1\n"}, "trip_id row 7: is not in"),
        ({"stop_times.txt": STOP_TIMES + "t2,24:20:00,24:20:00,D,2\n"}, "row 7: repeats a call"),
        (
            {"stop_times.txt": STOP_TIMES + "t2,24:20:00,24:20:00,D,2,x,y\n"},
            "row 7: has more cells",
        ),
        ({"stops.txt": TINY["stops.txt"] + "E,E,,\n"}, "stop_lat row 6: has no coordinates"),
        ({"stops.txt": TINY["stops.txt"] + "E,E,0,0\n"}, "stop_lat row 6: has no coordinates"),
        ({"stops.txt": TINY["stops.txt"] + "E,E,91,128\n"}, "stop_lat row 6: has no coordinates"),
        ({"stops.txt": TINY["stops.txt"] + "A,A2,38,128\n"}, "stop_id row 6: repeats an id"),
    ],
)
def test_rows_that_refer_to_nothing_are_dropped_and_listed(load, changes, finding):
    feed = load(with_changes(changes))
    assert trip_ids(feed) == ["t1", "t2"]
    assert finding in str(feed.report)
    assert feed.report.counts()["dropped"] >= 1


@pytest.mark.parametrize(
    "stop_times",
    [
        "\ufeff" + STOP_TIMES,
        STOP_TIMES.replace("\n", "\r\n"),
        STOP_TIMES.replace("\n", "\r"),
        STOP_TIMES.replace("\n", "\n\n"),
        "\n" + STOP_TIMES,
        STOP_TIMES + "\n \n,,,,\n",
        STOP_TIMES.replace(",", " , "),
        STOP_TIMES.replace("A,1", '"A","1"'),
        STOP_TIMES.replace("A,1", "A,1.0"),
        STOP_TIMES.replace("stop_sequence", "Stop_Sequence "),
        STOP_TIMES.rstrip("\n"),
        "".join(line + ",extra\n" for line in STOP_TIMES.splitlines()),
        STOP_TIMES.splitlines(keepends=True)[0]
        + "".join(reversed(STOP_TIMES.splitlines(keepends=True)[1:])),
    ],
)
def test_the_shape_of_a_text_changes_nothing(load, stop_times):
    feed = load(with_changes({"stop_times.txt": stop_times}))
    assert trip_ids(feed) == ["t1", "t2"]
    assert feed.calls.arr_time.tolist() == [28_800, 29_400, 30_000, 85_800, 87_600]
    assert feed.calls.dep_time.tolist() == [28_800, 29_460, 30_000, 85_800, 87_600]


def test_texts_may_hold_quotes_commas_and_line_breaks(load):
    text = TINY["stops.txt"].replace("A,시청", 'A,"시청, ""본관""\n앞"')
    feed = load(with_changes({"stops.txt": text.replace("38.1750", "x")}))
    assert feed.stops["name"].tolist()[0] == '시청, "본관"\n앞'
    assert "stop_lat row 6: is not a number" in str(feed.report)


def test_row_numbers_are_lines_of_the_file_whatever_stands_between(load):
    text = STOP_TIMES.replace("t2,23:50", "\n\nt2,23:50").replace(
        "24:20:00,24:20:00", "24:20:00,9h"
    )
    with pytest.raises(FeedError, match=r"stop_times.txt row 8 departure_time"):
        load(with_changes({"stop_times.txt": text}))


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "N/A"])
def test_ids_and_names_that_look_like_no_value_are_kept(load, word):
    files = {
        "stops.txt": TINY["stops.txt"].replace("D,대포항", f"{word},{word}"),
        "stop_times.txt": STOP_TIMES.replace(",D,", f",{word},"),
    }
    feed = load(with_changes(files))
    assert feed.stops["stop_id"].tolist()[3] == word
    assert feed.stops["name"].tolist()[3] == word
    assert str(feed.report) == "nothing to report"


@pytest.mark.parametrize(("encoding", "zone"), [("cp949", "Asia/Seoul"), ("utf-16", "Asia/Seoul")])
def test_other_encodings_are_read_and_reported(load, encoding, zone):
    feed = load(with_changes({"stops.txt": TINY["stops.txt"].encode(encoding)}))
    assert feed.stops["name"].tolist()[0] == "시청"
    assert "stops.txt" in str(feed.report)


def test_a_word_in_a_number_column_is_taken_as_empty_and_listed(load):
    text = STOP_TIMES.replace("stop_sequence", "stop_sequence,pickup_type").replace(
        "A,1", "A,1,maybe"
    )
    feed = load(with_changes({"stop_times.txt": text}))
    assert "pickup_type row 2: is not a number" in str(feed.report)
    assert feed.calls.flags.tolist() == [3] * 5


def test_pickup_and_drop_off_rules_become_flags(load):
    lines = STOP_TIMES.splitlines()
    rules = ["pickup_type,drop_off_type", "0,1", "1,0", "1,", ",", "3,2"]
    text = "".join(f"{line},{rule}\n" for line, rule in zip(lines, rules, strict=True))
    feed = load(with_changes({"stop_times.txt": text}))
    assert feed.calls.flags.tolist() == [1, 2, 2, 3, 3]


def test_blank_times_are_interpolated_and_listed(load):
    feed = load(edited("stop_times.txt", "t1,08:10:00,08:11:00", "t1,,"))
    assert feed.calls.arr_time.tolist()[:3] == [28_800, 29_400, 30_000]
    assert "repaired stop_times.txt arrival_time row 3: has no time; interpolated" in str(
        feed.report
    )


def test_a_platform_without_a_place_takes_its_stations(load):
    header = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    rows = [f"{line},0,\n" for line in TINY["stops.txt"].splitlines()[1:]]
    rows += ["ST,역,38.2,128.6,1,\n", "P1,승강장,,,0,ST\n", "X,출구,38.2,128.6,2,ST\n"]
    rows += ["Y,없음,38.2,128.6,0,nowhere\n"]
    feed = load(with_changes({"stops.txt": header + "".join(rows)}))
    stops = feed.stops.set_index("stop_id")
    assert (stops.loc["P1", "lat"], stops.loc["P1", "lon"]) == (38.2, 128.6)
    assert feed.stops["stop_id"][stops.loc["P1", "parent"]] == "ST"
    assert "X" not in stops.index
    assert "parent_station row 9: names a station that is not there" in str(feed.report)


@pytest.mark.parametrize(
    ("end", "last"), [("20261206", date(2026, 12, 4)), ("99991231", date(9999, 12, 31))]
)
def test_the_dates_of_a_feed_are_those_on_which_something_runs(load, end, last):
    """From a Saturday on, by weekdays, the first Monday taken out."""
    files = edited("calendar.txt", "20261123,20261204", f"20261121,{end}")
    files["calendar_dates.txt"] = "service_id,date,exception_type\nweekday,20261123,2\n"
    assert load(files).dates == (date(2026, 11, 24), last)


def test_a_calendar_on_which_nothing_runs_has_no_dates(load):
    feed = load(edited("calendar.txt", "1,1,1,1,1,0,0", "0,0,0,0,0,0,0"))
    with pytest.raises(FeedError, match="no service runs on any date"):
        _ = feed.dates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from_trip_id,to_trip_id,transfer_type\nt1,t9,4\n", "names a trip that is not there"),
        ("from_trip_id,to_trip_id,transfer_type\nt1,,4\n", "names a trip that is not there"),
        ("from_stop_id,to_stop_id,transfer_type\nA,,2\n", "names a stop that is not there"),
        (
            "from_stop_id,to_stop_id,from_route_id,transfer_type\nA,A,r9,2\n",
            "names a route that is not there",
        ),
    ],
)
def test_transfers_of_what_is_not_there_are_dropped(load, text, found):
    feed = load(with_changes({"transfers.txt": text}))
    assert [(x.file, x.rows, x.problem) for x in feed.report] == [("transfers.txt", (2,), found)]
    assert len(feed.transfers) == 0


def test_a_boarding_area_inherits_from_its_platforms_station(load):
    header = (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding\n"
    )
    rows = [f"{line},0,,\n" for line in TINY["stops.txt"].splitlines()[1:]]
    rows += ["AREA,구역,,,4,P1,\n", "P1,승강장,,,0,ST,\n", "ST,역,38.2,128.6,1,,1\n"]
    rows += ["P2,승강장,38.2,128.6,0,ST,2\n"]
    stops = load(with_changes({"stops.txt": header + "".join(rows)})).stops.set_index("stop_id")
    assert stops.loc["AREA", "lat"] == 38.2
    assert stops.loc[["P1", "P2", "A"], "wheelchair"].tolist() == [1, 2, 0]


def test_a_date_both_added_and_removed_is_removed(load):
    text = "service_id,date,exception_type\nweekday,20261212,1\nweekday,20261212,2\n"
    feed = load(with_changes({"calendar_dates.txt": text}))
    assert feed.dates[1] == date(2026, 12, 4)
    assert feed.list_services(date(2026, 12, 12)) == set()


def test_a_route_without_agency_belongs_to_the_only_one(load):
    assert load(edited("routes.txt", "r1,S", "r1,")).routes["agency"].tolist() == ["속초시내버스"]


def test_flexible_calls_are_left_out_and_noted(load):
    text = "".join(f"{line},\n" for line in STOP_TIMES.splitlines())
    text = text.replace("stop_sequence,", "stop_sequence,start_pickup_drop_off_window")
    feed = load(with_changes({"stop_times.txt": text + "t1,,,zone_1,4,09:00:00\n"}))
    assert trip_ids(feed) == ["t1", "t2"]
    assert "noted stop_times.txt row 7: is on demand" in str(feed.report)


def test_both_forms_of_translations_are_read(load):
    new = "table_name,field_name,language,translation,record_id\nstops,stop_name,en,City Hall,A\n"
    old = "trans_id,lang,translation\n시청,en,City Hall\n"
    by_id = load(with_changes({"translations.txt": new}))
    by_text = load(with_changes({"translations.txt": old}))
    assert by_id.languages == by_text.languages == ("ko", "en")
    assert by_id.translations[("stops", "stop_name", "en")] == {"A": "City Hall"}
    assert by_text.translations[("stops", "stop_name", "en")] == {"시청": "City Hall"}


def test_frequencies_that_make_no_sense_are_dropped(load):
    text = (
        "trip_id,start_time,end_time,headway_secs\n"
        "t1,08:00:00,09:00:00,36000\nt1,09:00:00,08:00:00,600\nt1,10:00:00,11:00:00,0\n"
        "t9,10:00:00,11:00:00,600\n"
    )
    feed = load(with_changes({"frequencies.txt": text}))
    assert feed.frequencies["headway_s"].tolist() == [36_000]
    assert "rows 3, 4: has no headway, or ends before it starts" in str(feed.report)
    assert "trip_id row 5: is no trip that runs" in str(feed.report)
