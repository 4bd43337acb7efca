"""A feed and a date -> the kernels' timetable of that service day, with labels.

Trips of the days before that still run after this day's second 0 are part of it, shifted by the
difference of the two days' origins: 86 400 s, except where clocks change.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from gtfs.compiled import CompiledDay, Routes, Stops, Trips
from gtfs.feed import Feed
from gtfs.footpaths import Walking, build_footpaths, of_all_trips
from gtfs.frequencies import expand
from gtfs.service_day import ServiceDay
from gtfs.strings import Strings
from gtfs.transfer_rules import Runs, list_limited, list_stays
from routing.errors import FeedError
from routing.transit import Calls, Timetable, build_timetable, build_walks
from routing.transit.limited import split_stops
from routing.transit.timetable import STEP_FREE_SHIFT
from routing.types import frozen

_DAY_S = 86_400
#: wheelchair_accessible and wheelchair_boarding; 0 is unknown.
_POSSIBLE, _IMPOSSIBLE = 1, 2


class _Runs(NamedTuple):
    """Trips as they run on the day: a trip of the feed at a shift."""

    trip: np.ndarray  # (n,) trip of the feed
    shift_s: np.ndarray  # (n,) to add to its times, s
    day_offset: np.ndarray  # (n,) days from this service day to its own
    is_headway_based: np.ndarray  # (n,) bool


def compile_day(
    feed: Feed,
    service_date: date,
    walking: Walking | None = None,
    days_after: int = 0,
    with_blocks: bool = True,
) -> CompiledDay:
    """The timetable of one service day.

    Parameters
    ----------
    feed
        What to compile.
    service_date
        The service day.
    walking
        Walks between stops; 100 m at the default speed when absent.
    days_after
        Also take the trips of this many following service days, for journeys into the night.
    with_blocks
        Whether riders may stay seated from trip to trip of a block.

    Returns
    -------
    CompiledDay
        Without any trip where nothing runs on a date inside the calendar.

    Raises
    ------
    FeedError
        If the date is outside the feed's calendar; the message gives its range.
    """
    first, last = feed.dates
    if not first <= service_date <= last:
        raise FeedError(
            f"{feed.name} has no service on {service_date}: it runs from {first} to {last}",
            "calendar.txt",
        )
    day = ServiceDay(service_date, feed.zone)
    runs = _runs(feed, day, days_after)
    timetable, order = _timetable(feed, runs, walking or Walking(), with_blocks)
    runs = _Runs(*(column[order] for column in runs))
    return CompiledDay(
        service_date=service_date,
        zone_name=str(feed.zone),
        feed_name=feed.name,
        info=feed.info,
        calendar=(first, last),
        languages=feed.languages,
        findings=tuple(str(finding) for finding in feed.report),
        timetable=timetable,
        stops=_stops(feed, timetable.walks.place),
        stop_names={
            language: _stop_names(feed, language, timetable.walks.place)
            for language in feed.languages
        },
        routes=_routes(feed),
        trips=_trips(feed, runs),
        headsigns=_headsigns(feed, runs),
        sequence=_sequence(feed, runs),
    )


def _runs(feed: Feed, day: ServiceDay, days_after: int) -> _Runs:
    latest = feed.calls.arr_time[feed.calls.trip_ptr[1:] - 1]
    ends = int(latest.max())
    if len(feed.frequencies):
        duration_s = latest - feed.calls.dep_time[feed.calls.trip_ptr[:-1]]
        ends = max(ends, int(feed.frequencies["end"].max()) + int(duration_s.max()))
    parts = [_runs_of(feed, day, offset) for offset in range(-(ends // _DAY_S), days_after + 1)]
    return _Runs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _runs_of(feed: Feed, day: ServiceDay, offset: int) -> _Runs:
    """Runs of the service day ``offset`` days from ``day`` that are still under way in it."""
    own_day = day.shifted(offset)
    origin_s = day.offset_s(own_day)
    active = feed.trips["service_id"].isin(feed.list_services(own_day.date)).to_numpy(bool)
    repeated = np.zeros(len(feed.trips), bool)
    repeated[feed.frequencies["trip"].to_numpy(np.int64)] = True
    scheduled = np.flatnonzero(active & ~repeated)
    trip, shift_s, headway_based = expand(feed.frequencies, feed.calls, active)
    trips = np.concatenate((scheduled, trip))
    shifts = np.concatenate((np.zeros(len(scheduled), np.int64), shift_s)) + origin_s
    flags = np.concatenate((np.zeros(len(scheduled), bool), headway_based))
    ends = feed.calls.arr_time[feed.calls.trip_ptr[trips + 1] - 1] + shifts
    keep = ends >= 0 if offset < 0 else np.ones(len(trips), bool)
    return _Runs(trips[keep], shifts[keep], np.full(int(keep.sum()), offset), flags[keep])


def _timetable(
    feed: Feed, runs: _Runs, walking: Walking, with_blocks: bool
) -> tuple[Timetable, np.ndarray]:
    calls = feed.calls
    lengths = np.diff(calls.trip_ptr)[runs.trip]
    ptr = np.concatenate(([0], np.cumsum(lengths)))
    starts = calls.trip_ptr[runs.trip]
    rows = np.arange(ptr[-1]) + np.repeat(starts - ptr[:-1], lengths)
    shift_s = np.repeat(runs.shift_s, lengths)
    table = Calls(
        ptr,
        calls.stop[rows],
        calls.arr_time[rows] + shift_s,
        calls.dep_time[rows] + shift_s,
        _flags(feed, runs, rows, lengths),
    )
    footpaths, change_s = build_footpaths(
        feed.stops["lon"].to_numpy(float),
        feed.stops["lat"].to_numpy(float),
        feed.stops["parent"].to_numpy(np.int64),
        of_all_trips(feed.transfers),
        walking,
    )
    day_runs = Runs(runs.trip, runs.day_offset)
    stays = list_stays(feed, day_runs, table, with_blocks)
    split = split_stops(table, footpaths, change_s, list_limited(feed, day_runs, walking))
    walks = build_walks(len(split.place), split.footpaths, split.change_s, split.place)
    return build_timetable(table._replace(stop=split.stop), walks, stays)


def _sequence(feed: Feed, runs: _Runs) -> np.ndarray:
    """``stop_sequence`` of the events of runs that are in the timetable's order."""
    lengths = np.diff(feed.calls.trip_ptr)[runs.trip]
    first = np.cumsum(lengths) - lengths
    rows = np.arange(lengths.sum()) + np.repeat(feed.calls.trip_ptr[runs.trip] - first, lengths)
    return frozen(feed.sequence[rows])


def _flags(feed: Feed, runs: _Runs, rows: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Boarding rules of calls, for everybody and for riders in a wheelchair."""
    trip_takes = feed.trips["wheelchair"].to_numpy(np.int64)[runs.trip] == _POSSIBLE
    stop_refuses = feed.stops["wheelchair"].to_numpy(np.int64) == _IMPOSSIBLE
    step_free = np.repeat(trip_takes, lengths) & ~stop_refuses[feed.calls.stop[rows]]
    flags: np.ndarray = feed.calls.flags[rows]
    return flags | np.where(step_free, flags << STEP_FREE_SHIFT, 0)


def _stops(feed: Feed, place: np.ndarray) -> Stops:
    table = feed.stops.iloc[place]
    return Stops(
        id=_texts(table["stop_id"]),
        code=_texts(table["code"]),
        lon=frozen(table["lon"], np.float64),
        lat=frozen(table["lat"], np.float64),
        parent=frozen(table["parent"]),
        location_type=frozen(table["location_type"]),
        wheelchair=frozen(table["wheelchair"]),
    )


def _routes(feed: Feed) -> Routes:
    table = feed.routes
    return Routes(
        id=_texts(table["route_id"]),
        short_name=_texts(table["short_name"]),
        long_name=_texts(table["long_name"]),
        color=_texts(table["color"]),
        text_color=_texts(table["text_color"]),
        agency=_texts(table["agency"]),
        type=frozen(table["type"]),
    )


def _trips(feed: Feed, runs: _Runs) -> Trips:
    table = feed.trips.iloc[runs.trip]
    return Trips(
        id=_texts(table["trip_id"]),
        headsign=_texts(table["headsign"]),
        short_name=_texts(table["short_name"]),
        route=frozen(table["route"]),
        direction=frozen(table["direction"]),
        wheelchair=frozen(table["wheelchair"]),
        day_offset=frozen(runs.day_offset),
        is_headway_based=frozen(runs.is_headway_based),
    )


def _stop_names(feed: Feed, language: str, place: np.ndarray) -> Strings:
    translated = feed.translations.get(("stops", "stop_name", language), {})
    table = feed.stops.iloc[place]
    pairs = zip(table["stop_id"], table["name"], strict=True)
    # By record first; the other form of the table translates every equal text.
    return _texts([translated.get(key) or translated.get(name) or name for key, name in pairs])


def _headsigns(feed: Feed, runs: _Runs) -> dict[str, Strings]:
    table = feed.trips.iloc[runs.trip]
    pairs = list(zip(table["trip_id"], table["headsign"], strict=True))
    found = {}
    for language in feed.languages:
        known = feed.translations.get(("trips", "trip_headsign", language))
        if known:
            texts = [known.get(key) or known.get(text) or text for key, text in pairs]
            found[language] = _texts(texts)
    return found


def _texts(values: Iterable[Any]) -> Strings:
    return Strings.of([str(value) for value in values])
