"""What each word of a message does to the day: times, flags, counts; nothing is lost in silence."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.realtime import Kind, Updater, call_state, list_alerts
from gtfs.realtime.report import Problem
from routing.transit import csa, list_access, next_departures
from tests.gtfs.feeds import with_changes
from tests.gtfs.realtime.messages import FILES, NOW, clock, day_of, message, update

H = 3600


@pytest.fixture
def day(tmp_path):
    return day_of(tmp_path / "feed")


def apply(day, *entities, now=NOW, **said):
    return Updater(day).apply([message(*entities, **said)], now)


def calls_of(day, trip_id):
    """``(stop_id, arr, dep, is_live, can_board)`` of each call of the only trip of that id."""
    (trip,) = (i for i, name in enumerate(day.trips.id) if name == trip_id)
    patterns = day.timetable.patterns
    first = patterns.stop_ptr[patterns.trip_pattern[trip]]
    found = []
    for pos in range(patterns.trip_event_ptr[trip + 1] - patterns.trip_event_ptr[trip]):
        state = call_state(day, trip, pos)
        stop = day.stops.id[int(patterns.stop[first + pos])]
        can_board = bool(patterns.flags[first + pos] & 1)
        found.append((stop, state.arr_time, state.dep_time, state.is_live, can_board))
    return found


def problems(live):
    return {(str(item.kind), str(item.problem)): item.ids for item in live.report}


def test_a_day_without_a_word_is_the_planned_day(day):
    live = apply(day)
    assert list(live.trips.id) == list(day.trips.id)
    assert [live.trip_label(i) for i in range(3)] == [day.trip_label(i) for i in range(3)]
    assert live.report.n_applied == {Kind.MESSAGE: 1}
    assert not list(live.report)
    assert call_state(live, 0, 1) == call_state(day, 0, 1)


def test_a_delay_holds_from_its_stop_on(day):
    live = apply(day, update("t1", {"sequence": 20, "arr": 120, "dep": 180}))
    assert calls_of(live, "t1") == [
        ("A", 8 * H, 8 * H, False, True),
        ("B", 8 * H + 720, 8 * H + 840, True, True),
        ("C", 8 * H + 1380, 8 * H + 1380, True, True),
    ]
    trip = list(live.trips.id).index("t1")
    assert call_state(live, trip, 1).scheduled_arr_time == 8 * H + 600
    assert calls_of(live, "t3") == calls_of(day, "t3")
    arrivals = csa.earliest_arrivals(live.timetable, list_access(live.timetable, 0), 8 * H)
    assert arrivals[live.find_stop("B")] == 8 * H + 720


@pytest.mark.parametrize(
    "said",
    [
        {"stop": "B", "arr_at": "08:12", "dep_at": "08:14"},
        {"sequence": 20, "stop": "A", "arr": 120, "dep": 180},  # the number decides
        {"sequence": 99, "stop": "B", "arr": 120, "dep": 180},
    ],
)
def test_stops_are_known_by_number_or_id_and_times_by_clock_or_delay(day, said):
    live = apply(day, update("t1", said))
    assert calls_of(live, "t1")[1] == ("B", 8 * H + 720, 8 * H + 840, True, True)


def test_a_cancelled_trip_is_gone_and_told_a_deleted_one_is_gone(day):
    live = apply(day, update("t1", relation="CANCELED"), update("t3", relation="DELETED"))
    assert list(live.trips.id) == ["t2"]
    stop = live.find_stop("A")
    assert next_departures(live.timetable, stop, 0) == []
    lost = live.list_lost_departures(stop, 0)
    assert [(day.trips.id[item.trip_idx], item.dep_time) for item in lost] == [("t1", 8 * H)]
    assert live.report.n_applied[Kind.TRIP_UPDATE] == 2


def test_a_skipped_stop_passes_the_delay_on(day):
    live = apply(
        day,
        update("t1", {"sequence": 10, "dep": 60}, {"sequence": 20, "relation": "SKIPPED"}),
    )
    assert calls_of(live, "t1") == [
        ("A", 8 * H + 60, 8 * H + 60, True, True),
        ("B", 8 * H + 660, 8 * H + 720, True, False),
        ("C", 8 * H + 1260, 8 * H + 1260, True, True),
    ]
    (lost,) = live.list_lost_departures(live.find_stop("B"), 0, 1)
    assert lost.dep_time == 8 * H + 660


def test_no_data_ends_a_delay(day):
    live = apply(
        day, update("t1", {"sequence": 10, "dep": 60}, {"sequence": 20, "relation": "NO_DATA"})
    )
    assert [(dep, is_live) for _, _, dep, is_live, _ in calls_of(live, "t1")] == [
        (8 * H + 60, True),
        (8 * H + 660, False),
        (8 * H + 1200, False),
    ]


def test_a_delay_of_the_trip_as_a_whole(day):
    live = apply(day, update("t1", delay=90))
    assert [call[2] for call in calls_of(live, "t1")] == [8 * H + 90, 8 * H + 750, 8 * H + 1290]


def test_times_that_go_back_are_put_right_and_counted(day):
    live = apply(day, update("t1", {"sequence": 20, "dep": 900}, {"sequence": 30, "arr": 0}))
    assert calls_of(live, "t1")[2][1:3] == (8 * H + 660 + 900,) * 2
    assert problems(live) == {("trip_update", "times-go-back"): ("t1",)}


def test_an_added_trip_is_ridden_and_named(day):
    added = update(
        "x9", {"stop": "D", "dep_at": "09:00"}, {"stop": "A", "arr_at": "09:20"},
        relation="NEW", route_id="r1",
    )  # fmt: skip
    added.trip_properties.trip_headsign = "시청 임시"
    live = apply(day, added)
    assert calls_of(live, "x9") == [("D", 9 * H, 9 * H, True, True),
                                    ("A", 9 * H + 1200, 9 * H + 1200, True, True)]  # fmt: skip
    trip = list(live.trips.id).index("x9")
    label = live.trip_label(trip, "ko")
    assert (label.route_short_name, label.headsign) == ("1", "시청 임시")
    assert call_state(live, trip, 0).scheduled_dep_time is None
    arrivals = csa.earliest_arrivals(
        live.timetable, list_access(live.timetable, live.find_stop("D")), 9 * H
    )
    assert arrivals[live.find_stop("A")] == 9 * H + 1200


def test_a_duplicate_runs_once_more_at_another_time(day):
    copy = update("t1", relation="DUPLICATED")
    copy.trip_properties.trip_id = "t1-again"
    copy.trip_properties.start_date = "20261123"
    copy.trip_properties.start_time = "10:00:00"
    live = apply(day, copy)
    assert [call[2] for call in calls_of(live, "t1-again")] == [10 * H, 10 * H + 660, 10 * H + 1200]
    assert live.trip_label(list(live.trips.id).index("t1-again"), "ko").headsign == "갯배"
    assert calls_of(live, "t1") == calls_of(day, "t1")


def test_a_replacement_goes_its_own_way(day):
    live = apply(
        day,
        update(
            "t1", {"stop": "A", "dep_at": "08:02"}, {"stop": "D", "arr_at": "08:30"},
            relation="REPLACEMENT",
        ),
    )  # fmt: skip
    assert [call[0] for call in calls_of(live, "t1")] == ["A", "D"]
    (lost,) = live.list_lost_departures(live.find_stop("B"), 8 * H, 1)
    assert day.trips.id[lost.trip_idx] == "t1"


def test_another_platform_may_be_assigned(day):
    live = apply(day, update("t1", {"sequence": 20, "arr": 0, "assigned": "D"}))
    assert [call[0] for call in calls_of(live, "t1")] == ["A", "D", "C"]


@pytest.mark.parametrize(
    ("entity", "problem", "about"),
    [
        (update("zz", {"sequence": 1, "arr": 1}), "unknown-trip", "zz"),
        (update("t1", {"sequence": 1, "arr": 1}, start_date="20261122"), "unknown-trip", "t1"),
        (update("t1", {"stop": "D", "arr": 1}, delay=0), "unknown-stop", "t1 D"),
        (update("t1", {"stop": "X", "arr": 1}, delay=0), "unknown-stop", "t1 X"),
        (update("t1"), "no-times", "t1"),
        (update("t1", {"sequence": 10}, delay=0), "no-times", "t1"),
        (update("t1", {"sequence": 10, "arr": 10**6}, delay=0), "out-of-range", "t1"),
        (update("t1", delay=10**6), "out-of-range", "t1"),
        (update("x", {"stop": "A", "arr_at": "09:00"}, relation="NEW", route_id="r9"),
         "unknown-route", "x r9"),
        (update("x", {"stop": "A", "arr_at": "09:00"}, relation="NEW", route_id="r1"),
         "no-times", "x"),
        (update("t1", relation="DUPLICATED"), "no-times", "t1"),
        (update(route_id="r1", start_time="07:00:00"), "unknown-trip", "r1 07:00:00"),
    ],
)  # fmt: skip
def test_what_fits_nothing_is_counted_by_kind_and_id(day, entity, problem, about):
    live = apply(day, entity)
    assert about in problems(live)[("trip_update", problem)]


def test_of_two_updates_of_a_trip_the_last_one_counts(day):
    live = apply(day, update("t1", relation="CANCELED"), update("t1", delay=60),
                 update("t3", delay=60), update("t3", relation="CANCELED"))  # fmt: skip
    assert calls_of(live, "t1")[0][2] == 8 * H + 60
    assert "t3" not in list(live.trips.id)
    assert problems(live) == {("trip_update", "repeated"): ("t1", "t3")}


def test_a_trip_may_be_named_by_route_direction_and_start(day):
    said = {"sequence": 10, "dep": 60}
    live = apply(day, update("", said, route_id="r1", direction_id=0, start_time="08:30:00"))
    assert calls_of(live, "t3")[0][2] == 8.5 * H + 60


def test_without_a_date_the_run_under_way_is_meant(tmp_path):
    """t2 runs past midnight: at 00:10 the one of the day before is on the road."""
    day = day_of(tmp_path / "feed", day=date(2026, 11, 24))
    said = update("t2", {"sequence": 2, "arr": 60})
    early = Updater(day).apply([message(said, made_at=0)], clock("24:10"))
    late = Updater(day).apply([message(said, made_at=0)], clock("47:50"))
    for live, offset in ((early, -1), (late, 0)):
        (run,) = live.runs
        assert run.day_offset == offset
    dated = update("t2", {"sequence": 2, "arr": 60}, start_date="20261124")
    (run,) = Updater(day).apply([message(dated, made_at=0)], clock("24:10")).runs
    assert run.day_offset == 0


def test_runs_of_a_headway_are_told_apart_by_their_start(tmp_path):
    files = with_changes(FILES | {
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\n"
        "t1,10:00:00,12:00:00,1800,0\n"
    })  # fmt: skip
    day = day_of(tmp_path / "feed", files)
    said = {"sequence": 10, "dep": 60}
    live = apply(day, update("t1", said))
    assert problems(live)[("trip_update", "ambiguous-trip")] == ("t1",)
    exact = apply(day, update("t1", said, start_time="10:30:00", start_date="20261123"))
    near = apply(day, update("t1", said, start_time="10:33:00", relation="UNSCHEDULED"))
    for live, begin in ((exact, 10.5 * H + 60), (near, 10.55 * H + 60)):
        (run,) = live.runs
        assert run.calls.dep_time[0] == begin
        trip = int(np.flatnonzero(live.origin == day.timetable.n_trips)[0])
        assert not live.trip_label(trip).is_headway_based


def vehicle(trip_id="t1", **said):
    found = realtime.VehiclePosition()
    found.trip.trip_id = trip_id
    found.vehicle.id = "7호차"
    for name, value in said.items():
        setattr(found, name, value)
    return found


def test_an_overdue_vehicle_says_that_its_trip_is_late(day):
    at = {"current_stop_sequence": 20, "timestamp": clock("08:15")}
    coming = apply(day, vehicle(**at), now=clock("08:15"))
    assert calls_of(coming, "t1")[1][1:4] == (8 * H + 900, 8 * H + 960, True)
    standing = apply(
        day,
        vehicle(current_status=realtime.VehiclePosition.STOPPED_AT, **at),
        now=clock("08:15"),
    )
    assert calls_of(standing, "t1")[1][1:3] == (8 * H + 840, 8 * H + 900)
    predicted = apply(day, vehicle(**at), update("t1", delay=60), now=clock("08:15"))
    assert calls_of(predicted, "t1")[1][1] == 8 * H + 660
    early = apply(day, vehicle(current_stop_sequence=20, timestamp=clock("08:05")))
    assert calls_of(early, "t1")[1][1:4] == (8 * H + 600, 8 * H + 660, True)
    assert [item.pos for item in early.vehicles] == [1]


def test_vehicles_of_no_known_trip_are_counted(day):
    nobody = realtime.VehiclePosition()
    nobody.vehicle.label = "회송"
    live = apply(day, vehicle("zz"), nobody)
    assert problems(live) == {("vehicle", "unknown-trip"): ("zz", "회송")}


def alert(*selectors, texts=(("ko", "우회"), ("en", "Detour")), periods=()):
    found = realtime.Alert()
    for selector in selectors:
        item = found.informed_entity.add()
        for name, value in selector.items():
            if name == "trip_id":
                item.trip.trip_id = value
            else:
                setattr(item, name, value)
    for language, text in texts:
        found.header_text.translation.add(language=language, text=text)
    for start, end in periods:
        found.active_period.add(start=clock(start), end=clock(end))
    found.url.translation.add(text="javascript:alert(1)")
    found.effect = realtime.Alert.DETOUR
    return found


def test_alerts_are_found_by_what_they_are_about(day):
    live = apply(
        day,
        alert({"stop_id": "B"}),
        alert({"route_id": "r1", "direction_id": 1}),
        alert({"trip_id": "t3"}, {"stop_id": "nowhere"}),
        alert({"route_id": "r1", "stop_id": "D"}, periods=[("09:00", "10:00")]),
        alert({"agency_id": "S"}),
        alert({"stop_id": "X"}),
        alert(),
        update("t3", delay=60),
    )
    ids = {name: i for i, name in enumerate(live.trips.id)}

    def about(at="08:00", **what):
        return [item.alert_id for item in list_alerts(live, clock(at), **what)]

    assert about() == ["e0", "e1", "e2", "e4"]
    assert about(stop=live.find_stop("B")) == ["e0"]
    assert about(trip=ids["t1"]) == ["e4"]
    assert about(trip=ids["t2"]) == ["e1", "e4"]
    assert about(trip=ids["t3"]) == ["e2", "e4"]  # also when it runs late
    assert about(stop=live.find_stop("D"), trip=ids["t2"]) == ["e1", "e4"]
    assert about("09:30", stop=live.find_stop("D"), trip=ids["t2"]) == ["e1", "e3", "e4"]
    assert problems(live)[("alert", "unknown-target")] == ("e2 nowhere", "e5 X", "e6")
    first = live.alerts[0]
    assert (first.header["en"], first.effect, dict(first.url)) == ("Detour", "detour", {})


def test_old_messages_are_not_believed_and_all_that_failed_is_counted(day):
    updater = Updater(day)
    live = updater.apply([message(update("t1", delay=60), made_at=NOW - 901)], NOW, ["trips.pb"])
    assert not live.runs
    assert problems(live) == {
        ("message", "unreadable"): ("trips.pb",),
        ("message", "stale"): ("test.pb (901 s old)",),
    }
    strange = message(update("t1", delay=60))
    strange.feed.header.incrementality = realtime.FeedHeader.DIFFERENTIAL
    strange.feed.entity.add(id="gone", is_deleted=True)
    strange.feed.entity.add(id="nothing")
    live = updater.apply([strange], NOW)
    assert len(live.runs) == 1
    assert problems(live) == {
        ("message", "differential"): ("test.pb",),
        ("other", "not-supported"): ("gone", "nothing"),
    }
    assert str(live.report).startswith("applied: 1 message, 1 trip_update\n")


def test_every_problem_has_been_met_here():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [item for item in Problem if f'"{item.value}"' not in text] == []


def test_transfers_are_made_anew_for_the_live_day(day):
    prepared = day.with_transfers()
    live = Updater(prepared).apply([message(update("t1", delay=60))], NOW)
    assert live.transfers is None
    assert live.with_transfers().transfers is not None
    assert live.with_transfers().runs == live.runs
