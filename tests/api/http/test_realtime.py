"""Real time from a file: late, cancelled and added buses as riders and dispatchers see them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from google.transit import gtfs_realtime_pb2 as realtime

from api.live.connections import ConnectionWatch
from api.settings import Settings
from api.trips.realtime import Realtime, realtime_source
from gtfs.area import RealtimeSource
from gtfs.realtime import call_state
from routing.transit import next_departures
from tests.api.http.running import at, place
from tests.api.http.test_reading import book_to_the_coach

FAILED = "http://127.0.0.1:1/trips.pb?key=secret"


@pytest.fixture
def live(running, tmp_path):
    """The service, polling a file that tests write, and a source that never answers."""
    running.have_timetable()
    service, path = running.service, tmp_path / "trips.pb"
    source = RealtimeSource((str(path), FAILED), 30, 900)
    poller = Realtime(source, service.timetables, service.time, service.metrics)
    running.app.state.service = replace(service, realtime=poller)

    def say(*entities):
        message = realtime.FeedMessage()
        message.header.gtfs_realtime_version = "2.0"
        message.header.timestamp = int(service.time.now().timestamp())
        for i, entity in enumerate(entities):
            kind = "alert" if isinstance(entity, realtime.Alert) else "trip_update"
            getattr(message.entity.add(id=f"e{i}"), kind).CopyFrom(entity)
        path.write_bytes(message.SerializeToString())
        return running.wait(poller.poll())

    yield say
    running.app.state.service = service
    service.timetables._live.clear()


def first_bus(running, count=1):
    """A stop with departures, and the first of them."""
    service = running.service
    day = service.timetables.find_planned(service.time.today())
    now = service.time.seconds(service.time.today(), service.time.now())
    for stop in range(day.timetable.n_stops):
        found = next_departures(day.timetable, [stop], now + 600, count)
        if len(found) == count:
            return day, found
    raise AssertionError("no bus any more")


def update(trip_id, relation="SCHEDULED", delay=None):
    found = realtime.TripUpdate()
    found.trip.trip_id = trip_id
    found.trip.schedule_relationship = realtime.TripDescriptor.ScheduleRelationship.Value(relation)
    if delay is not None:
        found.delay = delay
    return found


def board_of(anybody, stop_id):
    answer = anybody.get("/v1/departures", stop_id=stop_id, limit=50)
    assert answer.status_code == 200, answer.text
    return answer.json()


def named(board, trip_id):
    """The first departure of a trip."""
    return next(x for x in board["departures"] if x["route"]["trip_id"] == trip_id)


def test_a_late_bus_is_shown_late_and_live(running, anybody, live):
    day, (bus,) = first_bus(running)
    stop_id, trip_id = day.stops.id[bus.stop_idx], day.trips.id[bus.trip_idx]
    before = board_of(anybody, stop_id)["departures"]
    assert {item["live"] for item in before} == {False}
    live(update(trip_id, delay=120))
    # Tomorrow's run of the same trip is on the board, too.
    item = named(board_of(anybody, stop_id), trip_id)
    then = named({"departures": before}, trip_id)["departs_at"]
    assert item["scheduled_at"] == then
    late = datetime.fromisoformat(item["departs_at"]) - datetime.fromisoformat(then)
    assert (late.total_seconds(), item["live"], item["cancelled"]) == (120, True, False)


def test_a_cancelled_bus_is_shown_as_cancelled_and_not_ridden(running, anybody, live):
    day, (bus,) = first_bus(running)
    stop_id, trip_id = day.stops.id[bus.stop_idx], day.trips.id[bus.trip_idx]
    live(update(trip_id, "CANCELED"))
    board = board_of(anybody, stop_id)
    assert named(board, trip_id)["cancelled"]
    assert not all(x["cancelled"] for x in board["departures"])


def test_journeys_say_which_times_are_live_and_name_alerts(running, anybody, live):
    day, (bus,) = first_bus(running)
    patterns = day.timetable.patterns
    last = patterns.stop[patterns.stop_ptr[patterns.trip_pattern[bus.trip_idx] + 1] - 1]
    ends = {
        "origin": place(day.stops.id[bus.stop_idx]),
        "destination": place(day.stops.id[int(last)]),
    }
    wish = ends | {"depart_at": at(running, 540), "walk_m": 50}
    planned = anybody.post("/v1/journeys", wish).json()
    rides = [leg for x in planned["journeys"] for leg in x["legs"] if leg["mode"] == "bus"]
    assert {leg["live"]["departs_live"] for leg in rides} == {False}
    assert planned["alerts"] == []
    trip_id = rides[0]["route"]["trip_id"]
    alert = realtime.Alert()
    alert.informed_entity.add().trip.trip_id = trip_id
    alert.header_text.translation.add(language="ko", text="도로 공사")
    alert.header_text.translation.add(language="en", text="Road works")
    live(update(trip_id, delay=60), alert)
    found = anybody.post("/v1/journeys", wish).json()
    rides = [leg for x in found["journeys"] for leg in x["legs"] if leg["mode"] == "bus"]
    (ride,) = [leg for leg in rides if leg["route"]["trip_id"] == trip_id][:1]
    assert ride["live"]["departs_live"]
    assert ride["live"]["scheduled_departs_at"] < ride["departs_at"]
    assert ride["alert_ids"] == ["e1"]
    assert [x["header"] for x in found["alerts"]] == [{"ko": "도로 공사", "en": "Road works"}]
    assert anybody.get("/v1/service-alerts").json()["alerts"][0]["trip_ids"] == [trip_id]


def test_what_fits_nothing_is_told_to_dispatchers_and_counted(
    running, anybody, dispatcher, live, caplog
):
    live(update("no-such-trip", delay=60), update("nor-this"))
    assert anybody.get("/v1/realtime").status_code == 401
    state = dispatcher.get("/v1/realtime").json()
    assert state["applied"] == {"message": 1}
    assert {(x["kind"], x["problem"]): x["ids"] for x in state["unapplied"]} == {
        ("message", "unreadable"): ["http://127.0.0.1/trips.pb"],
        ("trip_update", "unknown-trip"): ["no-such-trip", "nor-this"],
    }
    names = [source["name"] for source in state["sources"]]
    assert names == ["trips.pb", "http://127.0.0.1/trips.pb"]
    assert "cannot be fetched" in state["sources"][1]["problem"]
    metrics = running.http.get("/metrics").text
    assert 'sokcho_realtime_entities{kind="trip_update",outcome="unknown-trip"} 2.0' in metrics
    assert "trip_update unknown-trip: 2" in caplog.text
    for text in (str(state), metrics, caplog.text):
        assert "secret" not in text


def test_a_source_that_falls_silent_is_believed_for_a_while(running, live, tmp_path):
    day, (bus,) = first_bus(running)
    found = live(update(day.trips.id[bus.trip_idx], delay=90))
    assert len(found.runs) == 1
    (tmp_path / "trips.pb").unlink()
    poller = running.app.state.service.realtime
    assert len(running.wait(poller.poll()).runs) == 1
    running.advance(901)
    assert running.wait(poller.poll()).runs == ()


def test_queries_that_began_keep_the_day_that_they_found(running, live):
    day, (bus,) = first_bus(running)
    timetables, today = running.service.timetables, running.service.time.today()
    first = live(update(day.trips.id[bus.trip_idx], delay=90))
    state = call_state(first, 0, 0)
    second = live(update(day.trips.id[bus.trip_idx], "CANCELED"))
    assert timetables.find(today) is second
    assert call_state(first, 0, 0) == state
    stale = replace(second, scheduled=replace(day))
    timetables.set_live(today, stale)
    assert timetables.find(today) is second


def test_the_environment_goes_before_the_area_file(running):
    area = running.service.area
    assert realtime_source(Settings(), area).sources == ()
    source = realtime_source(Settings(realtime="a.pb https://x.example/b.pb?key=1"), area)
    assert source.sources == ("a.pb", "https://x.example/b.pb?key=1")
    assert "key=1" not in repr(Settings(realtime="https://x.example/b.pb?key=1"))


def test_rides_that_hang_on_a_bus_follow_it(running, rider, live):
    running.next_morning()
    running.have_timetable()
    booked = book_to_the_coach(running, rider)
    trip = booked["connection"]
    watch = ConnectionWatch(running.service)
    live(update(trip["trip_id"], delay=420))
    assert running.wait(watch.look()) == 1
    assert running.wait(watch.look()) == 0, "nothing new was said"
    now = rider.get(f"/v1/bookings/{booked['booking_id']}").json()
    late = datetime.fromisoformat(trip["at"]) + timedelta(seconds=420)
    assert now["connection"] == trip | {"expected_at": late.isoformat()}
    live(update(trip["trip_id"], "CANCELED"))
    running.wait(watch.look())
    now = rider.get(f"/v1/bookings/{booked['booking_id']}").json()
    assert now["connection"]["status"] == "cancelled"
    assert [b["cause"] for b in now["breaches"]] == ["trip_cancelled"]
    live()
    running.wait(watch.look())
    now = rider.get(f"/v1/bookings/{booked['booking_id']}").json()
    assert now["connection"] == trip
