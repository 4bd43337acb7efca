"""Small real-time messages about the tiny feed, and the day that they are about."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.compile import compile_day
from gtfs.feed import load_feed
from gtfs.realtime import Message
from tests.gtfs.feeds import TINY, write_folder

SEOUL = ZoneInfo("Asia/Seoul")
NOW = int(datetime(2026, 11, 23, 8, 5, tzinfo=SEOUL).timestamp())
MIDNIGHT = int(datetime(2026, 11, 23, tzinfo=SEOUL).timestamp())

HEAD = "route_id,service_id,trip_id,trip_headsign,direction_id\n"
FILES = TINY | {
    "trips.txt": HEAD + "r1,weekday,t1,갯배,0\nr1,weekday,t2,,1\nr1,weekday,t3,갯배,0\n",
    # stop_sequence counts in tens, as it may.
    "stop_times.txt": """\
trip_id,arrival_time,departure_time,stop_id,stop_sequence
t1,08:00:00,08:00:00,A,10
t1,08:10:00,08:11:00,B,20
t1,08:20:00,08:20:00,C,30
t3,08:30:00,08:30:00,A,10
t3,08:40:00,08:41:00,B,20
t3,08:50:00,08:50:00,C,30
t2,23:50:00,23:50:00,C,1
t2,24:20:00,24:20:00,D,2
""",
}


def day_of(folder, files=None, day=date(2026, 11, 23)):
    """A compiled day of the feed above, or of another."""
    return compile_day(load_feed(write_folder(folder, files or FILES)), day)


def clock(text):
    """Unix seconds of a local ``HH:MM`` of the day; hours may pass 24."""
    hours, minutes = map(int, text.split(":"))
    return MIDNIGHT + hours * 3600 + minutes * 60


def message(*entities, made_at=NOW, source="test.pb"):
    """A message of entities: trip updates, vehicles, alerts."""
    feed = realtime.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    if made_at:
        feed.header.timestamp = made_at
    fields = {
        realtime.TripUpdate: "trip_update",
        realtime.VehiclePosition: "vehicle",
        realtime.Alert: "alert",
    }
    for i, item in enumerate(entities):
        entity = feed.entity.add(id=f"e{i}")
        getattr(entity, fields[type(item)]).CopyFrom(item)
    return Message(source, feed)


def update(trip_id="", *calls, relation="SCHEDULED", delay=None, **trip):
    """A trip update; a call is a dict as `stop_update` takes it."""
    found = realtime.TripUpdate()
    found.trip.trip_id = trip_id
    found.trip.schedule_relationship = realtime.TripDescriptor.ScheduleRelationship.Value(relation)
    for name, value in trip.items():
        setattr(found.trip, name, value)
    if delay is not None:
        found.delay = delay
    for call in calls:
        stop_update(found, **call)
    return found


def stop_update(
    found, stop="", sequence=None, arr=None, dep=None, arr_at="", dep_at="", relation="SCHEDULED",
    assigned="",
):  # fmt: skip
    """Add what is said about a call: delays in seconds or local times."""
    item = found.stop_time_update.add()
    kinds = realtime.TripUpdate.StopTimeUpdate.ScheduleRelationship
    item.schedule_relationship = kinds.Value(relation)
    if stop:
        item.stop_id = stop
    if sequence is not None:
        item.stop_sequence = sequence
    if arr is not None:
        item.arrival.delay = arr
    if dep is not None:
        item.departure.delay = dep
    if arr_at:
        item.arrival.time = clock(arr_at)
    if dep_at:
        item.departure.time = clock(dep_at)
    if assigned:
        item.stop_time_properties.assigned_stop_id = assigned
