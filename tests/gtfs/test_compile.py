"""Service days, frequencies, walks and labels of the tiny feed."""

from datetime import date

import numpy as np
import pytest

from gtfs.compile import compile_day
from gtfs.feed import load_feed
from gtfs.footpaths import Walking
from routing.errors import FeedError
from routing.transit import find_journeys, list_access, list_egress, next_departures, step_free
from tests.gtfs.feeds import TINY, edited, with_changes, write_folder

MONDAY, FRIDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 28)


@pytest.fixture
def compiled(tmp_path):
    def compile_files(files, day=MONDAY, **options):
        return compile_day(load_feed(write_folder(tmp_path / "feed", files)), day, **options)

    return compile_files


def board(day, stop_id):
    """``(service second, trip_id)`` of every departure from a stop."""
    items = next_departures(day.timetable, day.find_stop(stop_id), -(10**6), limit=10**4)
    return [(item.dep_time, day.trips.id[item.trip_idx]) for item in items]


def walks_of(day):
    """``{(from stop_id, to stop_id): seconds}``."""
    walks, ids = day.timetable.walks, day.stops.id
    return {
        (ids[a], ids[int(walks.stop[k])]): int(walks.seconds[k])
        for a in range(day.timetable.n_stops)
        for k in range(walks.ptr[a], walks.ptr[a + 1])
    }


def test_the_first_day_runs_its_own_trips_only(compiled):
    day = compiled(TINY)
    assert sorted(day.trips.id) == ["t1", "t2"]
    assert day.trips.day_offset.tolist() == [0, 0]
    assert board(day, "A") == [(28_800, "t1")]


def test_a_trip_of_the_evening_before_runs_on_past_midnight(compiled):
    day = compiled(TINY, SATURDAY)
    assert board(day, "C") == [(-600, "t2")]
    assert day.trip_label(0).service_date == FRIDAY
    query = (list_access(day.timetable, day.find_stop("C")), list_egress(day.timetable, 3), -700)
    (journey,) = find_journeys(day.timetable, *query)
    assert (journey.rides[0].dep_time, journey.arr_time) == (-600, 1200)


def test_the_evening_before_a_change_of_clocks_is_shifted_by_its_own_origin(compiled):
    """On 2026-03-29 Berlin loses an hour: 24:20 of the 28th is 00:20, one hour before its 01:20."""
    files = edited("agency.txt", "Asia/Seoul", "Europe/Berlin")
    files |= {"calendar_dates.txt": "service_id,date,exception_type\nweekday,20260328,1\n"}
    files["calendar_dates.txt"] += "weekday,20260329,1\n"
    day = compiled(files, date(2026, 3, 29))
    arrivals = day.timetable.patterns.arr_time
    assert 87_600 - 86_400 + 3600 in arrivals.tolist()
    assert day.service_day.datetime(4800).strftime("%H:%M") == "00:20"


def test_the_days_after_can_be_added(compiled):
    day = compiled(TINY, MONDAY, days_after=1)
    assert board(day, "A") == [(28_800, "t1"), (115_200, "t1")]


def test_a_date_outside_the_calendar_is_refused_with_its_range(compiled):
    with pytest.raises(FeedError, match="it runs from 2026-11-23 to 2026-12-04"):
        compiled(TINY, date(2026, 12, 5))


def test_a_sunday_inside_the_calendar_has_no_trips(compiled):
    day = compiled(TINY, date(2026, 11, 29))
    assert day.timetable.n_trips == 0
    assert board(day, "A") == []


def test_exceptions_add_and_remove_days(compiled):
    text = "service_id,date,exception_type\nweekday,20261124,2\nweekday,20261128,1\n"
    tuesday = compiled(with_changes({"calendar_dates.txt": text}), date(2026, 11, 24))
    assert board(tuesday, "A") == []
    saturday = compiled(with_changes({"calendar_dates.txt": text}), SATURDAY)
    assert board(saturday, "A") == [(28_800, "t1")]


def test_calendar_dates_alone_are_enough(compiled):
    text = "service_id,date,exception_type\nweekday,20261128,1\n"
    files = with_changes({"calendar.txt": None, "calendar_dates.txt": text})
    assert board(compiled(files, SATURDAY), "A") == [(28_800, "t1")]
    with pytest.raises(FeedError, match="from 2026-11-28 to 2026-11-28"):
        compiled(files, MONDAY)


@pytest.mark.parametrize(("exact", "is_estimate"), [("", True), (",0", True), (",1", False)])
def test_frequencies_are_expanded_from_start_to_before_end(compiled, exact, is_estimate):
    header = "trip_id,start_time,end_time,headway_secs" + (",exact_times" if exact else "")
    text = f"{header}\nt1,09:00:00,10:00:00,1200{exact}\nt1,23:50:00,24:30:00,2400{exact}\n"
    day = compiled(with_changes({"frequencies.txt": text}), date(2026, 11, 24))
    minutes = [time // 60 for time, trip in board(day, "A") if trip == "t1"]
    # The last run of the evening before, 23:50 on, has left A but is still under way.
    assert minutes == [-10, 540, 560, 580, 1430]
    labels = [day.trip_label(i) for i in range(day.timetable.n_trips)]
    assert {x.is_headway_based for x in labels if x.trip_id == "t1"} == {is_estimate}
    assert {x.is_headway_based for x in labels if x.trip_id == "t2"} == {False}


def test_a_frequency_starts_when_its_first_vehicle_departs(compiled):
    files = edited("stop_times.txt", "t1,08:00:00,08:00:00", "t1,07:55:00,08:00:00")
    files["frequencies.txt"] = (
        "trip_id,start_time,end_time,headway_secs\nt1,09:00:00,09:10:00,600\n"
    )
    assert board(compiled(files), "A") == [(9 * 3600, "t1")]


def test_a_headway_that_would_fill_the_memory_is_refused_with_its_row(compiled):
    text = "trip_id,start_time,end_time,headway_secs\nt2,06:00:00,07:00:00,600\n"
    text += "t1,00:00:00,160:00:00,1\n" * 5
    problem = r"frequencies.txt row 3 headway_secs: a run every 1 s makes 1,728,000 calls"
    with pytest.raises(FeedError, match=problem):
        compiled(with_changes({"frequencies.txt": text}))


def test_a_way_without_steps_needs_a_trip_that_says_so_and_stops_that_do_not_refuse(compiled):
    files = edited("trips.txt", "trip_headsign\n", "trip_headsign,wheelchair_accessible\n")
    files["trips.txt"] = files["trips.txt"].replace("갯배\n", "갯배,1\n").replace("t2,", "t2,,0")
    lines = TINY["stops.txt"].splitlines()
    wheelchair = {"A": ",1", "B": ",2", "C": ",0"}
    rows = [line + wheelchair.get(line[0], ",") for line in lines[1:]]
    files["stops.txt"] = "\n".join([lines[0] + ",wheelchair_boarding", *rows]) + "\n"
    day = compiled(files)
    free = step_free(day.timetable)
    first = next_departures(free, [0, 1, 2, 3], 0)
    assert [(item.dep_time, item.stop_idx) for item in first] == [(28_800, 0)]
    arrivals = [
        bool(find_journeys(free, list_access(free, 0), ([stop], [0]), 28_000)) for stop in (1, 2)
    ]
    assert arrivals == [False, True]


def test_near_stops_are_joined_on_foot(compiled):
    # 0.0005 degrees of latitude are 55.6 m: 55.6 x 1.3 / 1.1 = 65.7 s.
    assert walks_of(compiled(TINY)) == {("B", "C"): 66, ("C", "B"): 66}
    assert walks_of(compiled(TINY, walking=Walking(limit_m=50))) == {}


def transfers(*rows):
    header = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
    return with_changes({"transfers.txt": header + "".join(f"{row}\n" for row in rows)})


def test_transfers_set_minimum_times_and_forbid(compiled):
    day = compiled(transfers("B,C,2,300", "C,B,3,", "B,B,2,40", "A,D,0,"))
    walks = walks_of(day)
    assert walks["B", "C"] == 300
    assert ("C", "B") not in walks
    assert ("A", "D") in walks
    assert day.timetable.walks.change_s.tolist() == [0, 40, 0, 0]


def test_a_station_stands_for_its_platforms(compiled):
    header = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    parents = {"A": "S", "D": "S"}
    rows = [f"{line},0,{parents.get(line[0], '')}\n" for line in TINY["stops.txt"].splitlines()[1:]]
    stops = header + "".join(rows) + "S,속초역,38.2,128.59,1,\n"
    day = compiled(transfers("S,B,2,500") | {"stops.txt": stops})
    walks = walks_of(day)
    assert {pair: s for pair, s in walks.items() if pair[1] == "B" and pair[0] != "C"} == {
        ("A", "B"): 500,
        ("D", "B"): 500,
        ("S", "B"): 500,
    }
    assert ("A", "D") in walks
    assert ("D", "A") in walks
    assert [day.stops.id[i] for i in day.list_platforms(day.find_stop("S"))] == ["S", "A", "D"]


def test_labels_are_what_the_feed_says(compiled):
    text = "table_name,field_name,language,translation,record_id\n"
    text += "stops,stop_name,en,City Hall,A\nstops,stop_name,en,Daepo Port,D\n"
    text += "trips,trip_headsign,en,Ferry,t1\n"
    day = compiled(with_changes({"translations.txt": text}))
    first, second = (day.trip_label(list(day.trips.id).index(name)) for name in ("t1", "t2"))
    assert (first.route_short_name, first.color, first.agency) == ("1", "0057B8", "속초시내버스")
    assert first.headsign == "갯배"
    assert second.headsign == "대포항"
    assert day.trip_label(list(day.trips.id).index("t1"), "en").headsign == "Ferry"
    assert day.trip_label(list(day.trips.id).index("t2"), "en").headsign == "Daepo Port"
    assert [day.stop_name(0), day.stop_name(0, "en"), day.stop_name(1, "en")] == [
        "시청",
        "City Hall",
        "중앙시장",
    ]
    assert day.stop_name(0, "fr") == "시청"


def test_arrays_are_frozen_int32(compiled):
    for group in compiled(TINY).timetable:
        for array in group:
            assert array.dtype == np.int32
            assert not array.flags.writeable
