"""A GTFS feed, opened, checked and put in order: what `gtfs.compile` reads.

What is done about a fault: a value that cannot be read in a field that times or places depend on
refuses the feed, with one error that names file, row and field. A row that refers to nothing, or
a trip that cannot be run (times that go backwards, no first time, one call), is dropped. What has
one plain reading is repaired. Drops and repairs are listed by file and row in the `LoadReport`.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from gtfs.report import Action, LoadReport
from gtfs.source import Limits, read_source
from gtfs.stop_times import read_stop_times
from gtfs.tables import ROW, WANTED, Tables, read_tables
from gtfs.times import BLANK, parse_dates, parse_times
from routing.errors import FeedError
from routing.transit import Calls
from routing.types import NONE

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Platforms, stations and boarding areas; entrances and generic nodes are not places to board.
_BOARDABLE = (0, 1, 4)


@dataclass(frozen=True)
class Feed:
    """A feed in order; indices are positions in the tables of this object.

    Parameters
    ----------
    name
        File, folder or host it came from.
    zone
        Time zone of its agencies.
    languages
        Language of its texts, then those it is translated to.
    info
        First row of ``feed_info.txt``, by column.
    stops
        Columns stop_id, name, code, lon, lat, parent (index or ``NONE``), location_type,
        wheelchair.
    routes
        Columns route_id, short_name, long_name, type, color, text_color, agency.
    trips
        Columns trip_id, route (index), service_id, headsign, short_name, direction, wheelchair.
    calls
        Calls of every trip, in the order of ``trips``.
    frequencies
        Columns trip (index), start, end (service seconds), headway_s, exact.
    transfers
        Columns from_stop, to_stop (indices), type, min_s (-1 where not given).
    translations
        Translated text by (table, field, language), then by record id or original text.
    tables
        gtfs-kit's feed of the tables as read.
    report
        What was repaired, dropped or noticed.
    """

    name: str
    zone: ZoneInfo
    languages: tuple[str, ...]
    info: dict[str, str]
    stops: pd.DataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    calls: Calls
    frequencies: pd.DataFrame
    transfers: pd.DataFrame
    translations: dict[tuple[str, str, str], dict[str, str]]
    tables: Tables
    report: LoadReport

    @property
    def dates(self) -> tuple[date, date]:
        """First and last date on which a service runs.

        Raises
        ------
        FeedError
            If none ever does.
        """
        days = [_as_date(day) for day in self.tables.kit.get_dates(as_date_obj=True)]
        running = (day for day in days if self.list_services(day))
        first = next(running, None)
        if first is None:
            raise FeedError("no service runs on any date", "calendar.txt")
        return first, next(day for day in reversed(days) if self.list_services(day))

    def list_services(self, day: date) -> set[str]:
        """Services that run on ``day``."""
        return set(self.tables.kit.get_active_services(day.strftime("%Y%m%d")))


def _as_date(day: date) -> date:
    return date(day.year, day.month, day.day)


def load_feed(source: str | Path, limits: Limits | None = None) -> Feed:
    """A feed from a zip file, a folder or a URL, checked and put in order.

    Parameters
    ----------
    source
        A zip file (tables at the top or in one inner folder), a folder, or an http, https or
        file URL of a zip.
    limits
        Sizes and timeout; the defaults when absent.

    Returns
    -------
    Feed
        With a `LoadReport` of what was repaired or dropped.

    Raises
    ------
    FeedError
        If it cannot be had or cannot become a timetable; names file, row and field.
    """
    report = LoadReport()
    tables = read_tables(read_source(source, WANTED, limits), report)
    zone = _zone(tables)
    stops = _stops(tables, report)
    routes = _routes(tables, report)
    _check_calendars(tables, report)
    trips = _trips(tables, routes, report)
    calls, kept = read_stop_times(tables, trips, stops, report)
    trips = trips.iloc[kept].reset_index(drop=True)
    if trips.empty:
        found = "; ".join(str(finding) for finding in list(report)[:5])
        raise FeedError(f"no trip can be run. {found}", "stop_times.txt")
    info = _info(tables)
    languages, translations = _translations(tables, info)
    return Feed(
        name=str(source).rstrip("/").rsplit("/", 1)[-1].split("?")[0],
        zone=zone,
        languages=languages,
        info=info,
        stops=stops,
        routes=routes,
        trips=trips,
        calls=calls,
        frequencies=_frequencies(tables, trips, report),
        transfers=_transfers(tables, stops, report),
        translations=translations,
        tables=tables,
        report=report,
    )


def column(frame: pd.DataFrame, name: str, default: str = "") -> pd.Series:
    """A text column without missing values; ``default`` everywhere when absent."""
    if name not in frame:
        return pd.Series(default, index=frame.index, dtype="string", name=name)
    return frame[name].astype("string").fillna(default)


def integers(frame: pd.DataFrame, name: str, default: int = 0) -> np.ndarray:
    """An integer column without missing values; ``default`` everywhere when absent."""
    if name not in frame:
        return np.full(len(frame), default, np.int64)
    return pd.to_numeric(frame[name]).fillna(default).to_numpy(np.int64)


def _get(tables: Tables, table: str) -> pd.DataFrame:
    frame = tables.find(table)
    if frame is None:
        raise FeedError("has no rows", f"{table}.txt")
    return frame


def _zone(tables: Tables) -> ZoneInfo:
    agency = _get(tables, "agency")
    zones = column(agency, "agency_timezone")
    for name, row in zip(zones, agency[ROW], strict=True):
        if name != zones.iloc[0]:
            problem = f"{name!r} differs from {zones.iloc[0]!r}: all agencies must share one"
            raise FeedError(problem, "agency.txt", int(row), "agency_timezone")
        try:
            zone = ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            problem = f"{name!r} is not a time zone of the IANA database" if name else "is empty"
            raise FeedError(problem, "agency.txt", int(row), "agency_timezone") from None
    return zone


def _keyed(frame: pd.DataFrame, key: str, file: str, report: LoadReport) -> pd.DataFrame:
    """Rows with an id, the first of each id."""
    ids = column(frame, key)
    report.add_rows(Action.DROPPED, file, "is empty", frame.loc[ids == "", ROW], key)
    again = ids.duplicated() & (ids != "")
    report.add_rows(
        Action.DROPPED, file, "repeats an id; the first is kept", frame.loc[again, ROW], key
    )
    return frame[(ids != "") & ~again].reset_index(drop=True)


def _stops(tables: Tables, report: LoadReport) -> pd.DataFrame:
    frame = _keyed(_get(tables, "stops"), "stop_id", "stops.txt", report)
    ids = column(frame, "stop_id")
    lon = pd.to_numeric(frame["stop_lon"]).to_numpy(float, na_value=np.nan)
    lat = pd.to_numeric(frame["stop_lat"]).to_numpy(float, na_value=np.nan)
    kind = integers(frame, "location_type")
    parent = _parents(frame, ids, report)
    nowhere = ~((abs(lon) <= 180) & (abs(lat) <= 90)) | ((lon == 0) & (lat == 0))
    # A boarding area may inherit from a platform that itself inherits from a station.
    for _ in range(2):
        heir = nowhere & (parent >= 0) & ~nowhere[np.maximum(parent, 0)]
        lon, lat = np.where(heir, lon[parent], lon), np.where(heir, lat[parent], lat)
        nowhere &= ~heir
        report.add_rows(
            Action.REPAIRED, "stops.txt", "has no place of its own; the station's is used",
            frame.loc[heir, ROW], "stop_lat",
        )  # fmt: skip
    keep = np.isin(kind, _BOARDABLE)
    report.add_rows(
        Action.DROPPED,
        "stops.txt",
        "has no coordinates",
        frame.loc[keep & nowhere, ROW],
        "stop_lat",
    )
    keep &= ~nowhere
    if not keep.any():
        raise FeedError("no stop has coordinates", "stops.txt", int(frame[ROW].iloc[0]), "stop_lat")
    position = np.where(keep, np.cumsum(keep) - 1, NONE)
    name = column(frame, "stop_name")
    wheelchair = integers(frame, "wheelchair_boarding")
    inherits = (wheelchair == 0) & (parent >= 0)
    wheelchair = np.where(inherits, wheelchair[parent], wheelchair)
    table = pd.DataFrame(
        {
            "stop_id": ids,
            "name": name.where(name != "", ids),
            "code": column(frame, "stop_code"),
            "lon": lon,
            "lat": lat,
            "parent": np.where(parent >= 0, position[parent], NONE),
            "location_type": kind,
            "wheelchair": wheelchair,
        }
    )
    return table[keep].reset_index(drop=True)


def _parents(frame: pd.DataFrame, ids: pd.Series, report: LoadReport) -> np.ndarray:
    """Row position of each stop's parent; -1 where it has none."""
    named = column(frame, "parent_station")
    parent = pd.Index(ids).get_indexer(named)
    named_none = named.isin(["", "NA", "NULL", "null", "None"]).to_numpy(bool)
    lost = ((parent < 0) & ~named_none) | (parent == np.arange(len(frame)))
    report.add_rows(
        Action.REPAIRED, "stops.txt", "names a station that is not there; taken as none",
        frame.loc[lost, ROW], "parent_station",
    )  # fmt: skip
    return np.where(lost, -1, parent)


def _routes(tables: Tables, report: LoadReport) -> pd.DataFrame:
    frame = _keyed(_get(tables, "routes"), "route_id", "routes.txt", report)
    agency = _get(tables, "agency")
    names = dict(zip(column(agency, "agency_id"), column(agency, "agency_name"), strict=True))
    sole = next(iter(names.values())) if len(names) == 1 else ""
    return pd.DataFrame(
        {
            "route_id": column(frame, "route_id"),
            "short_name": column(frame, "route_short_name"),
            "long_name": column(frame, "route_long_name"),
            "type": integers(frame, "route_type", 3),
            "color": column(frame, "route_color"),
            "text_color": column(frame, "route_text_color"),
            "agency": [names.get(item, sole) for item in column(frame, "agency_id")],
        }
    )


def _check_calendars(tables: Tables, report: LoadReport) -> None:
    """Dates in the form that gtfs-kit compares; refuses what is no date or no exception."""
    kit = tables.kit
    if kit.calendar is not None:
        frame = kit.calendar
        for name in ("start_date", "end_date"):
            frame[name] = _date_texts(frame, name, "calendar.txt")
        for day in _WEEKDAYS:
            frame[day] = integers(frame, day)
        wrong = frame["start_date"] > frame["end_date"]
        report.add_rows(
            Action.DROPPED,
            "calendar.txt",
            "ends before it starts",
            frame.loc[wrong, ROW],
            "end_date",
        )
        kit.calendar = frame[~wrong]
    if kit.calendar_dates is not None:
        frame = kit.calendar_dates
        frame["date"] = _date_texts(frame, "date", "calendar_dates.txt")
        kind = integers(frame, "exception_type")
        wrong_kind = ~np.isin(kind, (1, 2))
        if wrong_kind.any():
            row = int(frame[ROW].to_numpy()[np.argmax(wrong_kind)])
            raise FeedError("is neither 1 nor 2", "calendar_dates.txt", row, "exception_type")
        kit.calendar_dates = frame
    if kit.calendar is None and kit.calendar_dates is None:
        raise FeedError("and calendar_dates.txt have no rows: no trip ever runs", "calendar.txt")


def _date_texts(frame: pd.DataFrame, name: str, file: str) -> pd.Series:
    days = parse_dates(column(frame, name), frame[ROW].to_numpy(), file)
    return pd.Series([day.strftime("%Y%m%d") for day in days], index=frame.index, dtype="string")


def _trips(tables: Tables, routes: pd.DataFrame, report: LoadReport) -> pd.DataFrame:
    frame = _keyed(_get(tables, "trips"), "trip_id", "trips.txt", report)
    route = pd.Index(routes["route_id"]).get_indexer(column(frame, "route_id"))
    calendars = [tables.find(name) for name in ("calendar", "calendar_dates")]
    services = {item for table in calendars if table is not None for item in table["service_id"]}
    unserved = ~column(frame, "service_id").isin(services).to_numpy(bool)
    report.add_rows(
        Action.DROPPED, "trips.txt", "is not in routes.txt", frame.loc[route < 0, ROW], "route_id"
    )
    report.add_rows(
        Action.DROPPED, "trips.txt", "is neither in calendar.txt nor in calendar_dates.txt",
        frame.loc[(route >= 0) & unserved, ROW], "service_id",
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "trip_id": column(frame, "trip_id"),
            "route": route,
            "service_id": column(frame, "service_id"),
            "headsign": column(frame, "trip_headsign"),
            "short_name": column(frame, "trip_short_name"),
            "direction": integers(frame, "direction_id", -1),
            "wheelchair": integers(frame, "wheelchair_accessible"),
            "known": (route >= 0) & ~unserved,
            ROW: frame[ROW],
        }
    )
    return table.reset_index(drop=True)


def _frequencies(tables: Tables, trips: pd.DataFrame, report: LoadReport) -> pd.DataFrame:
    names = ("trip", "start", "end", "headway_s", "exact")
    frame = tables.find("frequencies")
    if frame is None:
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in names})
    file, rows = "frequencies.txt", frame[ROW].to_numpy()
    table = pd.DataFrame(
        {
            "trip": pd.Index(trips["trip_id"]).get_indexer(column(frame, "trip_id")),
            "start": parse_times(column(frame, "start_time"), rows, file, report),
            "end": parse_times(column(frame, "end_time"), rows, file, report),
            "headway_s": integers(frame, "headway_s"),
            "exact": integers(frame, "exact_times"),
        }
    )
    lost = table["trip"] < 0
    empty = (table["start"] == BLANK) | (table["end"] <= table["start"]) | (table["headway_s"] <= 0)
    report.add_rows(Action.DROPPED, file, "is no trip that runs", rows[lost], "trip_id")
    report.add_rows(
        Action.DROPPED, file, "has no headway, or ends before it starts", rows[~lost & empty]
    )
    return table[~lost & ~empty].reset_index(drop=True)


def _transfers(tables: Tables, stops: pd.DataFrame, report: LoadReport) -> pd.DataFrame:
    frame = tables.find("transfers")
    if frame is None:
        return pd.DataFrame(
            {name: np.zeros(0, np.int64) for name in ("from_stop", "to_stop", "type", "min_s")}
        )
    index, rows = pd.Index(stops["stop_id"]), frame[ROW].to_numpy()
    table = pd.DataFrame(
        {
            "from_stop": index.get_indexer(column(frame, "from_stop_id")),
            "to_stop": index.get_indexer(column(frame, "to_stop_id")),
            "type": integers(frame, "transfer_type"),
            "min_s": integers(frame, "min_transfer_time", -1)
            if "min_transfer_time" in frame
            else integers(frame, "min_transfer_s", -1),
        }
    )
    narrow = np.zeros(len(frame), bool)
    for name in ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id"):
        narrow |= (column(frame, name) != "").to_numpy(bool)
    narrow |= table["type"].to_numpy() > 3
    lost = ((table["from_stop"] < 0) | (table["to_stop"] < 0)).to_numpy() & ~narrow
    report.add_rows(Action.DROPPED, "transfers.txt", "names a stop that is not there", rows[lost])
    report.add_rows(
        Action.NOTED, "transfers.txt", "holds for certain routes or trips only; not applied",
        rows[narrow],
    )  # fmt: skip
    return table[~lost & ~narrow].reset_index(drop=True)


def _info(tables: Tables) -> dict[str, str]:
    frame = tables.find("feed_info")
    if frame is None:
        return {}
    return {
        str(name): str(value)
        for name, value in frame.iloc[0].items()
        if name != ROW and not pd.isna(value)
    }


def _translations(
    tables: Tables, info: dict[str, str]
) -> tuple[tuple[str, ...], dict[tuple[str, str, str], dict[str, str]]]:
    """Languages and translated texts; the older form of the table names a text, not a record."""
    own = info.get("feed_lang", "").lower()
    if own in ("", "mul"):
        own = column(_get(tables, "agency"), "agency_lang").iloc[0].lower() or "und"
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in tables.translations:
        language = (row.get("language") or row.get("lang") or "").lower()
        if "trans_id" in row:
            places, record = [("stops", "stop_name")], row["trans_id"]
        else:
            places = [(row.get("table_name", ""), row.get("field_name", ""))]
            record = row.get("record_id") or row.get("field_value") or ""
        for table, field in places:
            if language and record and row.get("translation"):
                found.setdefault((table, field, language), {})[record] = row["translation"]
    others = sorted({language for _, _, language in found} - {own})
    return (own, *others), found
