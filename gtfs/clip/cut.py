"""A feed of a country -> a feed of a city, stream by stream.

Kept is every trip that calls in the region, as a whole; of trains only the way to the next hub on
either side. Then whatever these trips refer to. ``stop_times.txt`` is read twice, ``trips.txt``
three times; in memory are the stops, the routes, and ids of what is kept.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gtfs.clip.dates import date_range, moved, weeks_to
from gtfs.clip.files import Reader, Writer, is_kept, matches, set_texts
from gtfs.clip.profiles import Profile, is_rail
from gtfs.clip.region import Region
from gtfs.report import Action, LoadReport
from gtfs.source import Limits, Source, open_source
from gtfs.tidy import legacy_encoding
from routing.errors import FeedError

#: A country's feed: text and download may be large, and it compresses well.
COUNTRY = Limits(download_bytes=8 << 30, unpacked_bytes=64 << 30, ratio=1000)
#: Small tables that are filtered by what they refer to, in the order in which they are written.
SMALL = (
    "frequencies",
    "transfers",
    "fare_attributes",
    "fare_rules",
    "levels",
    "pathways",
    "translations",
    "attributions",
)
_READ = {
    "agency", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "shapes",
    "feed_info", *SMALL,
}  # fmt: skip
#: How often each large table is read, for the progress bar.
_TIMES_READ = {"stop_times.txt": 2, "trips.txt": 3}


@dataclass(frozen=True)
class Order:
    """What is wanted of a feed.

    Attributes
    ----------
    region
        What to keep.
    profile
        What to repair.
    shift_to
        Date to which an expired calendar is moved; None leaves it as it is.
    hub_routes
        A station outside at which at least so many rail routes call is a hub.
    """

    region: Region
    profile: Profile = field(default_factory=Profile)
    shift_to: date | None = None
    hub_routes: int = 3


@dataclass(frozen=True)
class Imported:
    """What came of it.

    Attributes
    ----------
    n_rows
        Rows written, by table.
    weeks_moved
        Weeks by which the calendar was moved.
    report
        What was repaired, dropped or noticed.
    """

    n_rows: Mapping[str, int]
    weeks_moved: int
    report: LoadReport


def import_feed(
    source: str | Path,
    out: Path,
    order: Order,
    progress: Callable[[int, int], object] | None = None,
) -> Imported:
    """Write the part of a feed that a region needs.

    Parameters
    ----------
    source
        Zip file, folder or URL of the feed.
    out
        Zip file to write; nothing is left of it if this fails.
    order
        What is wanted.
    progress
        Called with bytes read since the last call, and bytes to read in all.

    Returns
    -------
    Imported
        What was written and what was done about faults.

    Raises
    ------
    FeedError
        If the feed cannot be had or read, or no trip of it calls in the region.
    """
    draft = out.with_name(out.name + ".part")
    with open_source(source, limits=COUNTRY) as files:
        try:
            found = _Cut(files, order, progress).write_to(draft)
            draft.replace(out)
        finally:
            draft.unlink(missing_ok=True)
    return found


class _Cut:
    """One import; its methods run in the order in which they stand."""

    def __init__(
        self, files: Source, order: Order, progress: Callable[[int, int], object] | None
    ) -> None:
        self.order, self.report = order, LoadReport()
        agency = files.read("agency.txt") if "agency.txt" in files.sizes else b""
        legacy = order.profile.legacy or legacy_encoding(agency)
        total = sum(
            n * _TIMES_READ.get(name, 1) for name, n in files.sizes.items() if _is_read(name)
        )
        step = (lambda n: progress(n, total)) if progress else (lambda n: None)
        self.reader = Reader(files, legacy, self.report, step)
        _check_complete(files)
        for name in sorted(files.sizes):
            if name.endswith(".txt") and not _is_read(name):
                self.report.add(Action.DROPPED, name, "is not known here; left out")
        self.kept: dict[str, set[str]] = {}
        self._agency: dict[str, str] = {}
        self._dates: tuple[date, date] | None = None

    def write_to(self, path: Path) -> Imported:
        """All steps."""
        stops, routes = self.reader.whole("stops"), self._routes()
        inside = self._stops_inside(stops)
        rail_routes = {
            route for route, kind in _pairs(routes, "route_id", "route_type")
            if kind.isdecimal() and is_rail(int(kind))
        }  # fmt: skip
        rail_trips = self._trips_of(rail_routes)
        touched, hubs = self._touched(inside, rail_trips)
        n_rows: dict[str, int] = {}
        with Writer(path) as writer:
            self.kept["trip"] = touched
            n_rows["trips"] = writer.write("trips", self._trips())
            self.kept["stop"] = set()
            n_rows["stop_times"] = writer.write(
                "stop_times", self._stop_times(inside, rail_trips, hubs, stops)
            )
            n_rows["stops"] = writer.write("stops", iter([self._stops(stops)]))
            used = pa.table(routes).filter(pa.array(is_kept(routes, self.kept)))
            n_rows["routes"] = writer.write("routes", iter([used]))
            n_rows["agency"] = writer.write("agency", iter([self._agencies(used)]))
            if self.reader.has("shapes"):
                n_rows["shapes"] = writer.write("shapes", self._filtered("shapes", {"shape_id"}))
            weeks = self._write_calendars(writer, n_rows)
            for table in SMALL:
                if self.reader.has(table):
                    n_rows[table] = writer.write(table, self._filtered(table))
            n_rows["feed_info"] = writer.write("feed_info", iter([self._info(weeks)]))
        return Imported(n_rows, weeks, self.report)

    def _routes(self) -> pa.Table:
        table = self.reader.whole("routes")
        if "route_id" not in table.column_names:
            raise FeedError("has no column route_id", "routes.txt", 1, "route_id")
        if "route_type" not in table.column_names:
            self.report.add(
                Action.REPAIRED, "routes.txt", "is missing; bus (3) was written", field="route_type"
            )
            return set_texts(table, "route_type", ["3"] * len(table))
        if not self.order.profile.route_types:
            return table
        right = self.order.profile.route_types
        texts = table.column("route_type").to_pylist()
        known = [text.isdecimal() and int(text) in right for text in texts]
        mended = [str(right[int(t)]) if ok else t for t, ok in zip(texts, known, strict=True)]
        rows = [i + 2 for i, (a, b) in enumerate(zip(texts, mended, strict=True)) if a != b]
        odd = [i + 2 for i, ok in enumerate(known) if not ok]
        self.report.add_rows(
            Action.REPAIRED, "routes.txt", "is wrong throughout feeds of this source; put right",
            rows, "route_type",
        )  # fmt: skip
        self.report.add_rows(
            Action.NOTED, "routes.txt", "is not among the types known to be wrong; kept as it is",
            odd, "route_type",
        )  # fmt: skip
        return set_texts(table, "route_type", mended)

    def _stops_inside(self, stops: pa.Table) -> set[str]:
        for column in ("stop_id", "stop_lat", "stop_lon"):
            if column not in stops.column_names:
                raise FeedError(f"has no column {column}", "stops.txt", 1, column)
        lon, lat = (_numbers(stops.column(name)) for name in ("stop_lon", "stop_lat"))
        nowhere = np.isnan(lon) | np.isnan(lat)
        self.report.add_rows(
            Action.NOTED, "stops.txt", "has no place that can be read; it is in no region",
            np.flatnonzero(nowhere) + 2, "stop_lat",
        )  # fmt: skip
        mask = self.order.region.contains(lon, lat)
        return set(stops.column("stop_id").filter(pa.array(mask)).to_pylist())

    def _trips_of(self, routes: set[str]) -> dict[str, str]:
        """Route of each trip of some routes."""
        found: dict[str, str] = {}
        if not routes:
            return found
        columns = {"trip_id", "route_id"}
        for block in self.reader.blocks("trips", {"route_id"}, columns):
            mask = matches(block.table, "route_id", lambda text: text in routes)
            found |= dict(_pairs(block.table.filter(pa.array(mask)), "trip_id", "route_id"))
        return found

    def _touched(
        self, inside: set[str], rail_trips: Mapping[str, str]
    ) -> tuple[set[str], set[str]]:
        """Trips that call in the region, and stations outside that are hubs of rail."""
        touched: set[str] = set()
        routes_at: dict[str, set[str]] = {}
        words = {"trip_id", "stop_id"}
        for block in self.reader.blocks("stop_times", words, words):
            table = block.table
            mask = matches(table, "stop_id", lambda text: text in inside)
            touched |= _texts(table.filter(pa.array(mask)), "trip_id")
            on_rail = matches(table, "trip_id", lambda text: text in rail_trips)
            if on_rail.any():
                for trip, stop in _pairs(table.filter(pa.array(on_rail)), "trip_id", "stop_id"):
                    routes_at.setdefault(stop, set()).add(rail_trips[trip])
        if not touched:
            raise FeedError(
                f"no trip calls in {self.order.region.name}: is the area in the right place, and"
                " are stop_lat and stop_lon not swapped?",
                "stop_times.txt",
            )
        enough = self.order.hub_routes
        return touched, {s for s, found in routes_at.items() if len(found) >= enough} - inside

    def _trips(self) -> Iterator[pa.Table]:
        """Trips that are kept; notes what they refer to."""
        self.kept |= {"route": set(), "service": set(), "shape": set()}
        found: set[str] = set()
        for block in self.reader.blocks("trips", {"route_id", "service_id"}):
            mask = matches(block.table, "trip_id", lambda text: text in self.kept["trip"])
            table = block.table.filter(pa.array(mask))
            found |= _texts(table, "trip_id")
            for column, kind in (("route_id", "route"), ("service_id", "service"),
                                 ("shape_id", "shape")):  # fmt: skip
                if column in table.column_names:
                    self.kept[kind] |= _texts(table, column) - {""}
            yield table
        lost = self.kept["trip"] - found
        if lost:
            some = ", ".join(sorted(lost)[:3])
            problem = f"names {len(lost)} trips that are not in trips.txt ({some} ...); left out"
            self.report.add(Action.DROPPED, "stop_times.txt", problem, field="trip_id")
        self.kept["trip"] = found

    def _stop_times(
        self,
        inside: set[str],
        rail_trips: Mapping[str, str],
        hubs: set[str],
        stops: pa.Table,
    ) -> Iterator[pa.Table]:
        """Calls of the trips that are kept; trains last, cut at hubs."""
        trips, known = self.kept["trip"], _texts(stops, "stop_id")
        lost: list[np.ndarray] = []
        trains: list[tuple[pa.Table, np.ndarray]] = []
        for block in self.reader.blocks("stop_times", {"trip_id", "stop_id"}):
            mine = matches(block.table, "trip_id", lambda text: text in trips)
            is_known = matches(block.table, "stop_id", lambda text: text == "" or text in known)
            lost.append(block.rows[mine & ~is_known])
            rows = block.rows[mine & is_known]
            table = block.table.filter(pa.array(mine & is_known))
            on_rail = matches(table, "trip_id", lambda text: text in rail_trips)
            if on_rail.any():
                trains.append((table.filter(pa.array(on_rail)), rows[on_rail]))
                table = table.filter(pa.array(~on_rail))
            self.kept["stop"] |= _texts(table, "stop_id")
            yield table
        self.report.add_rows(
            Action.DROPPED, "stop_times.txt", "is not in stops.txt", np.concatenate(lost), "stop_id"
        )
        if trains:
            rail = pa.concat_tables([table for table, _ in trains]).unify_dictionaries()
            rows = np.concatenate([part for _, part in trains])
            order, keep = _to_hubs(rail.combine_chunks(), inside, hubs)
            cut = rail.take(pa.array(order[keep]))
            self.report.add_rows(
                Action.NOTED, "stop_times.txt", "is beyond the next hub of a train; left out",
                np.sort(rows[order[~keep]]), "trip_id",
            )  # fmt: skip
            self.kept["stop"] |= _texts(cut, "stop_id")
            yield cut

    def _stops(self, stops: pa.Table) -> pa.Table:
        """Stops at which kept trips call, their stations, and the entrances of those."""
        kept = self.kept["stop"]
        parents: dict[str, str] = {}
        if "parent_station" in stops.column_names:
            parents = dict(_pairs(stops, "stop_id", "parent_station"))
        for _ in range(2):
            kept |= {parents[stop] for stop in kept if parents.get(stop)}
        kept |= {stop for stop, parent in parents.items() if parent and parent in kept}
        return stops.filter(pa.array(matches(stops, "stop_id", lambda text: text in kept)))

    def _agencies(self, routes: pa.Table) -> pa.Table:
        table = self.reader.whole("agency")
        if not len(table):
            raise FeedError("has no rows", "agency.txt")
        for (file, column), text in self.order.profile.fills.items():
            if file == "agency":
                table = self._fill(table, column, text)
        if "agency_id" in table.column_names and "agency_id" in routes.column_names:
            used = _texts(routes, "agency_id")
            mask = matches(table, "agency_id", lambda text: text in used)
            table = table.filter(pa.array(mask)) if mask.any() else table
        self._agency = table.slice(0, 1).to_pylist()[0]
        return table

    def _fill(self, table: pa.Table, column: str, text: str) -> pa.Table:
        here = column in table.column_names
        texts = table.column(column).to_pylist() if here else [""] * len(table)
        empty = [i + 2 for i, found in enumerate(texts) if not found]
        self.report.add_rows(
            Action.REPAIRED, "agency.txt", f"is empty; {text} was written", empty, column
        )
        return set_texts(table, column, [found or text for found in texts])

    def _filtered(self, table: str, words: set[str] | None = None) -> Iterator[pa.Table]:
        for block in self.reader.blocks(table, words or set()):
            yield block.table.filter(pa.array(is_kept(block.table, self.kept)))

    def _write_calendars(self, writer: Writer, n_rows: dict[str, int]) -> int:
        tables: dict[str, pa.Table] = {}
        for name in ("calendar", "calendar_dates"):
            parts = list(self._filtered(name)) if self.reader.has(name) else []
            if any(len(part) for part in parts):
                tables[name] = pa.concat_tables(parts)
        dates, wanted = date_range(tables), self.order.shift_to
        weeks = 0 if dates is None or wanted is None else weeks_to(*dates, wanted)
        if dates is not None and wanted is not None:
            first, last = dates
            problem = (
                f"ran from {first} to {last}; moved by {weeks} weeks, weekdays kept: holidays of"
                " those days now lie on others"
                if weeks
                else f"runs from {first} to {last} and has not expired; not moved"
            )
            self.report.add(
                Action.REPAIRED if weeks else Action.NOTED, f"{min(tables)}.txt", problem
            )
        for name, table in tables.items():
            n_rows[name] = writer.write(name, iter([moved(name, table, weeks)]))
        self._dates = date_range(
            {name: moved(name, table, weeks) for name, table in tables.items()}
        )
        return weeks

    def _info(self, weeks: int) -> pa.Table:
        """Where the feed comes from and what was done to it, as far as the table has room."""
        table = self.reader.whole("feed_info")
        given = table.slice(0, 1).to_pylist()[0] if len(table) else {}
        said = [given.get("feed_version") or "", f"cut to {self.order.region.name}"]
        if weeks:
            said.append(f"calendar moved by {weeks * 7} days, times are not of this year")
        agency = self._agency
        row = {
            "feed_publisher_name": agency.get("agency_name") or "unknown",
            "feed_publisher_url": agency.get("agency_url") or "https://example.org",
            "feed_lang": agency.get("agency_lang") or "mul",
        }
        row |= {name: text for name, text in given.items() if text}
        row["feed_version"] = "; ".join(part for part in said if part)
        if self._dates is not None:
            first, last = self._dates
            row["feed_start_date"] = f"{first:%Y%m%d}"
            row["feed_end_date"] = f"{last:%Y%m%d}"
        return pa.table({name: pa.array([text], pa.string()) for name, text in row.items()})


def _is_read(name: str) -> bool:
    return name.removesuffix(".txt") in _READ


def _check_complete(files: Source) -> None:
    missing = [
        f"{name}.txt is missing"
        for name in ("agency", "stops", "routes", "trips", "stop_times")
        if f"{name}.txt" not in files.sizes
    ]
    if not {"calendar.txt", "calendar_dates.txt"} & set(files.sizes):
        missing.append("calendar.txt and calendar_dates.txt are both missing")
    if missing:
        raise FeedError("; ".join(missing), files.shown)


def _texts(table: pa.Table, name: str) -> set[str]:
    """Different texts of a column."""
    return set(pc.unique(table.column(name)).cast(pa.string()).to_pylist())


def _pairs(table: pa.Table, first: str, second: str) -> Iterator[tuple[str, str]]:
    """Texts of two columns, row by row."""
    columns = (table.column(name).cast(pa.string()).to_pylist() for name in (first, second))
    return zip(*columns, strict=True)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers of texts, NaN where there is none."""
    found = np.full(len(column), np.nan)
    for i, text in enumerate(column.to_pylist()):
        try:
            found[i] = float(text)
        except ValueError:
            continue
    return found


def _to_hubs(rail: pa.Table, inside: set[str], hubs: set[str]) -> tuple[np.ndarray, np.ndarray]:
    """Calls of trains in order, and which are from the last hub before the region to the first
    one after it.
    """
    trip = rail.column("trip_id").combine_chunks().indices.to_numpy()
    sequence = _numbers(rail.column("stop_sequence"))
    order = np.lexsort((sequence, trip))
    is_inside = matches(rail, "stop_id", lambda text: text in inside)[order]
    is_hub = matches(rail, "stop_id", lambda text: text in hubs)[order]
    keep = np.zeros(len(order), bool)
    starts = np.flatnonzero(np.diff(trip[order], prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        at = np.flatnonzero(is_inside[start:end])
        hub = np.flatnonzero(is_hub[start:end])
        before, after = hub[hub < at[0]], hub[hub > at[-1]]
        first = before[-1] if len(before) else 0
        last = after[0] if len(after) else end - start - 1
        keep[start + first : start + last + 1] = True
    return order, keep
