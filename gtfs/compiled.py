"""A compiled service day: the kernels' timetable with its labels, and its one-file form.

Serving reads nothing else of GTFS. The file is a header (JSON) and raw little-endian arrays at
aligned offsets, with a checksum; it is mapped into memory, not parsed.
"""

import hashlib
import json
import mmap
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np

from gtfs.service_day import ServiceDay
from gtfs.strings import Strings
from routing.errors import FeedError
from routing.transit import Timetable, Transfers, build_transfers
from routing.transit.timetable import Connections, Patterns, Walks
from routing.types import NONE, Int32Array, frozen

_MAGIC = b"SOKCHO-DAY\n"
#: Raised whenever the layout changes; other versions are refused.
FORMAT_VERSION = 7
_ALIGN = 64
#: Words of 8 bytes that are summed up for the checksum.
_SUM_WORDS = 512


class Stops(NamedTuple):
    """Stops of the timetable; ``s`` of them, stations included."""

    id: Strings  # (s,)
    code: Strings  # (s,)
    lon: np.ndarray  # (s,) degrees, float64
    lat: np.ndarray  # (s,) degrees, float64
    parent: Int32Array  # (s,) stop index of the station, or NONE
    location_type: Int32Array  # (s,) as in stops.txt
    wheelchair: Int32Array  # (s,) 0 unknown, 1 possible, 2 not


class Routes(NamedTuple):
    """Routes; ``r`` of them."""

    id: Strings  # (r,)
    short_name: Strings  # (r,)
    long_name: Strings  # (r,)
    color: Strings  # (r,) six hexadecimal digits, or empty
    text_color: Strings  # (r,) six hexadecimal digits, or empty
    agency: Strings  # (r,) name
    type: Int32Array  # (r,) as in routes.txt


class Trips(NamedTuple):
    """Trips of the timetable in its order; ``t`` of them."""

    id: Strings  # (t,) trip_id; the same for all runs of a frequency
    headsign: Strings  # (t,)
    short_name: Strings  # (t,)
    route: Int32Array  # (t,) route index
    direction: Int32Array  # (t,) direction_id, or -1
    wheelchair: Int32Array  # (t,) 0 unknown, 1 possible, 2 not
    day_offset: Int32Array  # (t,) days from this service day to the trip's own: 0, or -1 ...
    is_headway_based: Int32Array  # (t,) 1 where only the headway is promised: times are estimates


@dataclass(frozen=True, slots=True)
class TripLabel:
    """What a rider reads about a trip.

    Attributes
    ----------
    trip_id
        As in ``trips.txt``.
    route_id
        As in ``routes.txt``.
    route_short_name
        Number on the bus, or empty.
    route_long_name
        Name of the line, or empty.
    route_type
        As in ``routes.txt``.
    headsign
        Where it says it goes; the name of its last stop where the feed says nothing.
    color
        Six hexadecimal digits, or empty.
    text_color
        Six hexadecimal digits, or empty.
    agency
        Name of the operator.
    service_date
        The trip's own service day.
    is_headway_based
        Only the headway is promised; the times are estimates.
    """

    trip_id: str
    route_id: str
    route_short_name: str
    route_long_name: str
    route_type: int
    headsign: str
    color: str
    text_color: str
    agency: str
    service_date: date
    is_headway_based: bool


@dataclass(frozen=True)
class CompiledDay:
    """One service day of a feed, ready to be asked.

    Attributes
    ----------
    service_date
        The service day.
    zone_name
        Time zone of the agencies.
    feed_name
        File, folder or host of the feed.
    info
        First row of ``feed_info.txt`` by column.
    calendar
        First and last date on which the feed runs anything.
    languages
        The feed's own language, then those of its translations.
    findings
        The load report, one line each.
    timetable
        The kernels' arrays.
    stops
        Labels of the timetable's stops.
    stop_names
        Names of the stops by language, each (s,).
    routes
        Labels of the routes.
    trips
        Labels of the timetable's trips.
    headsigns
        Headsigns by language, each (t,); only languages that the feed translates them to.
    sequence
        ``stop_sequence`` of each stop event, by which real-time messages name it, (e,).
    transfers
        What the trip-based search follows, where `with_transfers` has prepared it.
    """

    service_date: date
    zone_name: str
    feed_name: str
    info: dict[str, str]
    calendar: tuple[date, date]
    languages: tuple[str, ...]
    findings: tuple[str, ...]
    timetable: Timetable
    stops: Stops
    stop_names: Mapping[str, Strings]
    routes: Routes
    trips: Trips
    headsigns: Mapping[str, Strings]
    sequence: Int32Array
    transfers: Transfers | None = None

    @property
    def service_day(self) -> ServiceDay:
        """Converter between wall clocks and this day's service seconds."""
        return ServiceDay(self.service_date, ZoneInfo(self.zone_name))

    @cached_property
    def _stop_idx(self) -> dict[str, int]:
        # Copies of a stop come after it and have its id.
        return {stop_id: i for i, stop_id in reversed(list(enumerate(self.stops.id)))}

    @cached_property
    def _platforms(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for stop, parent in enumerate(self.stops.parent.tolist()):
            if parent != NONE:
                found.setdefault(parent, []).append(stop)
        for stop, place in enumerate(self.timetable.walks.place.tolist()):
            if place != stop:
                found.setdefault(place, []).append(stop)
        return found

    def with_transfers(self, n_threads: int = 1) -> Self:
        """The same day, prepared for the trip-based search; takes seconds on large feeds."""
        return replace(self, transfers=build_transfers(self.timetable, n_threads))

    def find_stop(self, stop_id: str) -> int | None:
        """Stop index of a ``stop_id``, or None."""
        return self._stop_idx.get(stop_id)

    def list_platforms(self, stop: int) -> list[int]:
        """The stop, its copies and, where it is a station, its platforms: where to board."""
        return [stop, *self._platforms.get(stop, ())]

    def stop_name(self, stop: int, language: str = "") -> str:
        """Name of a stop in a language, else in the feed's own."""
        names = self.stop_names.get(language) or self.stop_names[self.languages[0]]
        return names[stop]

    def trip_label(self, trip: int, language: str = "") -> TripLabel:
        """What a rider reads about a trip."""
        route = int(self.trips.route[trip])
        headsigns = self.headsigns.get(language) or self.trips.headsign
        return TripLabel(
            trip_id=self.trips.id[trip],
            route_id=self.routes.id[route],
            route_short_name=self.routes.short_name[route],
            route_long_name=self.routes.long_name[route],
            route_type=int(self.routes.type[route]),
            headsign=headsigns[trip] or self.stop_name(self._last_stop(trip), language),
            color=self.routes.color[route],
            text_color=self.routes.text_color[route],
            agency=self.routes.agency[route],
            service_date=self.service_day.shifted(int(self.trips.day_offset[trip])).date,
            is_headway_based=bool(self.trips.is_headway_based[trip]),
        )

    def _last_stop(self, trip: int) -> int:
        patterns = self.timetable.patterns
        return int(patterns.stop[patterns.stop_ptr[patterns.trip_pattern[trip] + 1] - 1])


def save_compiled(path: str | Path, day: CompiledDay) -> None:
    """Write a compiled day to one file, in place of an older one.

    Parameters
    ----------
    path
        File to write; written beside it first, so that readers never see half a file.
    day
        What to write.
    """
    arrays = _arrays(day)
    layout: list[tuple[str, str, int, int]] = []
    at = 0
    for name, array in arrays.items():
        at = -(-at // _ALIGN) * _ALIGN
        layout.append((name, array.dtype.str, len(array), at))
        at += array.nbytes
    body = bytearray(at)
    for (_, _, _, start), array in zip(layout, arrays.values(), strict=True):
        body[start : start + array.nbytes] = array.tobytes()
    header = json.dumps(_meta(day) | {"arrays": layout}, ensure_ascii=False).encode()
    # The body starts at an aligned offset, whatever the length of the header.
    lead = len(_MAGIC) + 4 + 8 + 32
    header += b" " * (-(lead + len(header)) % _ALIGN)
    digest = _checksum(memoryview(header + body))
    path = Path(path)
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        file.write(_MAGIC + FORMAT_VERSION.to_bytes(4, "little"))
        file.write(len(header).to_bytes(8, "little") + digest + header + body)
    draft.replace(path)


def is_compiled(path: str | Path) -> bool:
    """Whether a path leads to a file that `save_compiled` wrote, of whatever version."""
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def load_compiled(path: str | Path) -> CompiledDay:
    """Open a compiled day; its arrays stay in the mapped file.

    Parameters
    ----------
    path
        File that `save_compiled` wrote.

    Returns
    -------
    CompiledDay
        With read-only arrays.

    Raises
    ------
    FeedError
        If it is no such file, is of another version, or is damaged.
    """
    path = Path(path)
    lead = len(_MAGIC) + 44
    try:
        with path.open("rb") as file:
            memory = memoryview(_mapped(file.fileno()))
    except (OSError, ValueError) as error:
        raise FeedError(f"cannot be opened ({error})", str(path)) from None
    if bytes(memory[: len(_MAGIC)]) != _MAGIC or len(memory) < lead:
        raise FeedError("is not a compiled day; make one with `sokcho compile`", str(path))
    version = int.from_bytes(memory[len(_MAGIC) : len(_MAGIC) + 4], "little")
    if version != FORMAT_VERSION:
        problem = f"is of version {version}, this program reads {FORMAT_VERSION}; compile it again"
        raise FeedError(problem, str(path))
    size = int.from_bytes(memory[lead - 40 : lead - 32], "little")
    if _checksum(memory[lead:]) != bytes(memory[lead - 32 : lead]):
        raise FeedError("is damaged (its checksum differs); compile it again", str(path))
    meta = json.loads(bytes(memory[lead : lead + size]))
    body = memory[lead + size :]
    return _day(meta, {name: _view(body, *rest) for name, *rest in meta["arrays"]})


def _mapped(descriptor: int) -> mmap.mmap:
    """A file in memory, shared with every process that opens it."""
    if not hasattr(mmap, "MAP_POPULATE"):
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    # All pages are read anyway for the checksum; told at once, they cost half as much.
    flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
    return mmap.mmap(descriptor, 0, flags=flags, prot=mmap.PROT_READ)


def _checksum(data: memoryview) -> bytes:
    """Digest of the sums of the pages of some bytes, which is as fast as memory can be read.

    Whatever changes bits by chance changes a sum; a metro area's file is checked in 40 ms, where a
    digest of all its bytes takes 300 ms. It tells damage, not forgery.
    """
    n_words = len(data) // 8 // _SUM_WORDS * _SUM_WORDS
    words = np.frombuffer(data, np.dtype("<u8"), n_words).reshape(-1, _SUM_WORDS)
    digest = hashlib.blake2b(data[8 * n_words :], digest_size=32)
    digest.update(np.add.reduce(words, axis=1).astype("<u8").tobytes())
    digest.update(len(data).to_bytes(8, "little"))
    return digest.digest()


def _view(body: memoryview, dtype: str, length: int, start: int) -> np.ndarray:
    array = np.frombuffer(body, np.dtype(dtype), length, start)
    # Kernels are compiled for native arrays; on a big-endian machine the bytes are turned.
    return array if sys.byteorder == "little" else frozen(array, array.dtype.newbyteorder("="))


def _meta(day: CompiledDay) -> dict[str, Any]:
    return {
        "service_date": day.service_date.isoformat(),
        "zone_name": day.zone_name,
        "feed_name": day.feed_name,
        "info": day.info,
        "calendar": [item.isoformat() for item in day.calendar],
        "languages": day.languages,
        "findings": day.findings,
        "stop_names": list(day.stop_names),
        "headsigns": list(day.headsigns),
    }


def _arrays(day: CompiledDay) -> dict[str, np.ndarray]:
    groups: dict[str, Any] = {
        "patterns": day.timetable.patterns,
        "connections": day.timetable.connections,
        "walks": day.timetable.walks,
        "stops": day.stops,
        "routes": day.routes,
        "trips": day.trips,
    }
    if day.transfers is not None:
        groups["transfers"] = day.transfers
    columns = {f"{group}.{k}": v for group, table in groups.items() for k, v in _items(table)}
    columns["sequence"] = day.sequence
    columns |= {f"stop_names.{name}": texts for name, texts in day.stop_names.items()}
    columns |= {f"headsigns.{name}": texts for name, texts in day.headsigns.items()}
    arrays: dict[str, np.ndarray] = {}
    for name, values in columns.items():
        if isinstance(values, Strings):
            arrays |= {f"{name}.text": values.text, f"{name}.ptr": values.ptr}
        else:
            arrays[name] = values
    return {name: array.astype(array.dtype.newbyteorder("<")) for name, array in arrays.items()}


def _items(table: Any) -> list[tuple[str, Any]]:
    return list(table._asdict().items())


def _day(meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> CompiledDay:
    def texts(name: str) -> Strings:
        """Texts of one column."""
        return Strings(arrays[f"{name}.text"], arrays[f"{name}.ptr"])

    def table(kind: Any, group: str) -> Any:
        """One group of columns as its NamedTuple."""
        names = [f"{group}.{field}" for field in kind._fields]
        return kind(*(arrays[name] if name in arrays else texts(name) for name in names))

    return CompiledDay(
        service_date=date.fromisoformat(meta["service_date"]),
        zone_name=meta["zone_name"],
        feed_name=meta["feed_name"],
        info=meta["info"],
        calendar=(date.fromisoformat(meta["calendar"][0]), date.fromisoformat(meta["calendar"][1])),
        languages=tuple(meta["languages"]),
        findings=tuple(meta["findings"]),
        timetable=Timetable(
            table(Patterns, "patterns"), table(Connections, "connections"), table(Walks, "walks")
        ),
        stops=table(Stops, "stops"),
        stop_names={name: texts(f"stop_names.{name}") for name in meta["stop_names"]},
        routes=table(Routes, "routes"),
        trips=table(Trips, "trips"),
        headsigns={name: texts(f"headsigns.{name}") for name in meta["headsigns"]},
        sequence=arrays["sequence"],
        transfers=table(Transfers, "transfers") if "transfers.to" in arrays else None,
    )
