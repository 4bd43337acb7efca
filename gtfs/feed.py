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

from gtfs.calendars import as_text, check_calendars, get_dates
from gtfs.columns import column, get_table, integers, keyed
from gtfs.frequencies import read_frequencies
from gtfs.report import Action, LoadReport
from gtfs.source import Limits, open_source
from gtfs.stop_times import read_stop_times
from gtfs.stops import read_stops, read_transfers
from gtfs.tables import WANTED, Tables, read_tables
from gtfs.tidy import ROW
from routing.errors import FeedError
from routing.transit import Calls


@dataclass(frozen=True)
class Feed:
    """A feed in order; indices are positions in the tables of this object.

    Attributes
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
        Columns trip_id, route (index), service_id, headsign, block_id, short_name, direction,
        wheelchair.
    calls
        Calls of every trip, in the order of ``trips``.
    sequence
        ``stop_sequence`` of each call.
    frequencies
        Columns trip (index), start, end (service seconds), headway_s, exact, row_number.
    transfers
        Columns from_stop, to_stop, from_route, to_route, from_trip, to_trip (indices or ``NONE``),
        type, min_s (-1 where not given).
    translations
        Translated text by (table, field, language), then by record id or original text.
    tables
        gtfs-kit's feed of the small tables as read.
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
    sequence: np.ndarray
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
        return get_dates(self.tables)

    def list_services(self, day: date) -> set[str]:
        """Services that run on ``day``."""
        return set(self.tables.kit.get_active_services(as_text(day)))


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
    with open_source(source, WANTED, limits) as files:
        tables = read_tables(files, report)
        zone = _zone(tables)
        stops = read_stops(tables, report)
        routes = _routes(tables, report)
        check_calendars(tables, report)
        trips = _trips(tables, routes, report)
        calls, sequence, kept = read_stop_times(files, tables.legacy, trips, stops, report)
    # The largest of the tables that gtfs-kit holds, and `trips` has all of it that is needed.
    tables.kit.trips = None
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
        sequence=sequence,
        frequencies=read_frequencies(tables, trips, report),
        transfers=read_transfers(tables, stops, routes, trips, report),
        translations=translations,
        tables=tables,
        report=report,
    )


def _zone(tables: Tables) -> ZoneInfo:
    agency = get_table(tables, "agency")
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


def _routes(tables: Tables, report: LoadReport) -> pd.DataFrame:
    frame = keyed(get_table(tables, "routes"), "route_id", "routes.txt", report)
    agency = get_table(tables, "agency")
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


def _trips(tables: Tables, routes: pd.DataFrame, report: LoadReport) -> pd.DataFrame:
    frame = keyed(get_table(tables, "trips"), "trip_id", "trips.txt", report)
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
            "block_id": column(frame, "block_id"),
            "short_name": column(frame, "trip_short_name"),
            "direction": integers(frame, "direction_id", -1),
            "wheelchair": integers(frame, "wheelchair_accessible"),
            "known": (route >= 0) & ~unserved,
            ROW: frame[ROW],
        }
    )
    return table.reset_index(drop=True)


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
        own = column(get_table(tables, "agency"), "agency_lang").iloc[0].lower() or "und"
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
