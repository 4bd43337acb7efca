"""A compiled day as a GTFS feed of whole minutes, so that engines that count minutes read the same.

Hops that took seconds within one minute become hops of zero seconds; walks are rounded up.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from gtfs.compiled import CompiledDay
from gtfs.footpaths import closed
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD

_MINUTE_S = 60
_NO_LIMIT_S = 10**6


def write_feed(day: CompiledDay, path: Path) -> None:
    """Write stops, trips of second 0 on, and all footpaths of a compiled day.

    Parameters
    ----------
    day
        The day; trips of the evening before are left out.
    path
        Zip file to write.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (header, rows) in _tables(day).items():
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
            archive.writestr(f"{name}.txt", text.getvalue())


def _tables(day: CompiledDay) -> dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]]:
    stops, patterns = day.stops, day.timetable.patterns
    trips = np.flatnonzero(patterns.dep_time[patterns.trip_event_ptr[:-1]] >= 0).tolist()
    return {
        "agency": (
            ("agency_id", "agency_name", "agency_url", "agency_timezone"),
            [("a", "agency", "https://example.org", "UTC")],
        ),
        "stops": (
            ("stop_id", "stop_name", "stop_lat", "stop_lon"),
            [(f"s{i}", f"s{i}", stops.lat[i], stops.lon[i]) for i in range(len(stops.lat))],
        ),
        "routes": (
            ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type"),
            [(f"p{i}", "a", f"p{i}", "", 3) for i in range(day.timetable.n_patterns)],
        ),
        "trips": (
            ("route_id", "service_id", "trip_id"),
            [(f"p{patterns.trip_pattern[i]}", "day", f"t{i}") for i in trips],
        ),
        "stop_times": (
            ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence",
             "pickup_type", "drop_off_type"),
            (row for trip in trips for row in _calls(day, trip)),
        ),
        "calendar_dates": (
            ("service_id", "date", "exception_type"),
            [("day", day.service_date.strftime("%Y%m%d"), 1)],
        ),
        "transfers": (
            ("from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time"),
            _transfers(day),
        ),
    }  # fmt: skip


def _calls(day: CompiledDay, trip: int) -> Iterable[Sequence[object]]:
    patterns = day.timetable.patterns
    events = int(patterns.trip_event_ptr[trip])
    first = int(patterns.stop_ptr[patterns.trip_pattern[trip]])
    for pos in range(int(patterns.trip_event_ptr[trip + 1]) - events):
        flags = int(patterns.flags[first + pos])
        yield (
            f"t{trip}",
            _clock(int(patterns.arr_time[events + pos])),
            _clock(int(patterns.dep_time[events + pos])),
            f"s{patterns.stop[first + pos]}",
            pos,
            0 if flags & CAN_BOARD else 1,
            0 if flags & CAN_ALIGHT else 1,
        )


def _clock(time: int) -> str:
    return f"{time // 3600:02}:{time // _MINUTE_S % 60:02}:00"


def _transfers(day: CompiledDay) -> Iterable[Sequence[object]]:
    walks = day.timetable.walks
    for stop, change_s in enumerate(walks.change_s.tolist()):
        yield f"s{stop}", f"s{stop}", 2, _up(change_s)
    source = np.repeat(np.arange(day.timetable.n_stops), np.diff(walks.ptr))
    pairs = zip(source.tolist(), walks.stop.tolist(), strict=True)
    seconds = dict(zip(pairs, map(_up, walks.seconds.tolist()), strict=True))
    # The peer closes footpaths without a limit; so that both walk the same, they are closed here.
    for (a, b), there_s in closed(seconds, _NO_LIMIT_S).items():
        yield f"s{a}", f"s{b}", 2, there_s


def _up(seconds: int) -> int:
    return -(-seconds // _MINUTE_S) * _MINUTE_S


def midnight_epoch_s(day: date) -> int:
    """Second 0 of the written feed's service day, in Unix seconds."""
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400
