"""``stop_times.txt`` -> calls of trips that can be run, in order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from gtfs.blocks import DECIMAL, INTEGER, TEXT, WORDS, Block, read_blocks
from gtfs.report import Action, LoadReport
from gtfs.source import Source
from gtfs.tables import REQUIRED
from gtfs.tidy import ROW
from gtfs.times import BLANK, SHORT_TIME, interpolate, parse_clock
from routing.errors import FeedError
from routing.transit import Calls
from routing.transit.timetable import CAN_ALIGHT, CAN_BOARD

_FILE = "stop_times.txt"
_FLEX = (
    "start_pickup_drop_off_window",
    "end_pickup_drop_off_window",
    "location_id",
    "location_group_id",
)
_TIMES = ("arrival_time", "departure_time")
_TYPES = {
    "trip_id": WORDS,
    "stop_id": WORDS,
    "stop_sequence": INTEGER,
    **dict.fromkeys(_TIMES, TEXT),
    "pickup_type": INTEGER,
    "drop_off_type": INTEGER,
    "shape_dist_traveled": DECIMAL,
    **dict.fromkeys(_FLEX, WORDS),
}

#: Columns of calls by name, all of one length.
_Columns = dict[str, np.ndarray]


def read_stop_times(
    files: Source, legacy: str, trips: pd.DataFrame, stops: pd.DataFrame, report: LoadReport
) -> tuple[Calls, np.ndarray, np.ndarray]:
    """Calls of the trips that can be run.

    Parameters
    ----------
    files
        Text files of the feed.
    legacy
        Encoding of texts that are not UTF-8.
    trips
        Trips; column ``known`` is False where a trip has no route or no service.
    stops
        Stops at which a vehicle may call.
    report
        Takes what was repaired or dropped.

    Returns
    -------
    calls : Calls
        Of the kept trips, in their order; times in service seconds.
    sequence : ndarray of int32
        ``stop_sequence`` of each call.
    kept : ndarray of int64
        Positions in ``trips`` of the kept trips.

    Raises
    ------
    FeedError
        If a time or a sequence number cannot be read.
    """
    calls = _in_order(_read(files, legacy, trips, stops, report))
    calls = _without_repeats(calls, report)
    calls = _with_all_times(calls, report)
    calls = _forwards(calls, report)
    count = np.bincount(calls["trip"], minlength=len(trips))
    report.add_rows(
        Action.DROPPED, "trips.txt", "has fewer than two calls that can be used",
        trips.loc[trips["known"].to_numpy() & (count < 2), ROW], "trip_id",
    )  # fmt: skip
    if (count == 1).any():
        calls = _only(calls, count[calls["trip"]] >= 2)
    kept = np.flatnonzero(count >= 2)
    ptr = np.concatenate(([0], np.cumsum(count[kept])))
    columns = (calls[name] for name in ("stop", "arr", "dep", "flags"))
    return Calls(ptr, *columns), calls["sequence"], kept


def _read(
    files: Source, legacy: str, trips: pd.DataFrame, stops: pd.DataFrame, report: LoadReport
) -> _Columns:
    """Calls of known trips at known stops, in order of the file."""
    reader = _Reader(trips, stops)
    parts = [reader.read(block) for block in read_blocks(files, _FILE, _TYPES, report, legacy)]
    if not reader.has_rows:
        raise FeedError("has no rows", _FILE)
    reader.report_to(report)
    joined: _Columns = {}
    for name in list(parts[0]):
        # One column after the other, so that both forms exist of one column only.
        joined[name] = np.concatenate([part.pop(name) for part in parts])
    return joined


class _Reader:
    """Turns blocks into columns of numbers; keeps the rows of what it leaves out."""

    def __init__(self, trips: pd.DataFrame, stops: pd.DataFrame) -> None:
        self._trip = _positions(trips["trip_id"])
        self._stop = _positions(stops["stop_id"])
        self._is_known = np.append(trips["known"].to_numpy(bool), False)
        self.has_rows = False
        self._flexible: list[np.ndarray] = []
        self._lost_trip: list[np.ndarray] = []
        self._lost_stop: list[np.ndarray] = []
        self._short: dict[str, list[np.ndarray]] = {name: [] for name in _TIMES}

    def read(self, block: Block) -> _Columns:
        """Columns of the block's calls of known trips at known stops."""
        self.has_rows |= len(block.rows) > 0
        for name in REQUIRED["stop_times"]:
            if name not in block.table.column_names:
                # The header was read as another encoding than the lines after it.
                raise FeedError(f"has no column {name}", _FILE, 1, name)
        rows = block.rows
        trip = _positions_of(block.table, "trip_id", self._trip)
        stop = _positions_of(block.table, "stop_id", self._stop)
        flexible = np.zeros(len(rows), bool)
        for name in _FLEX:
            if name in block.table.column_names:
                flexible |= _matches(block.table, name, lambda text: text != "")
        lost_trip = (trip < 0) & ~flexible
        lost_stop = (stop < 0) & (trip >= 0) & ~flexible
        for found, mask in (
            (self._flexible, flexible),
            (self._lost_trip, lost_trip),
            (self._lost_stop, lost_stop),
        ):
            found.append(rows[mask])
        keep = self._is_known[trip] & (stop >= 0) & ~flexible
        table = block.table
        if not keep.all():
            table = table.filter(pa.array(keep))
            rows, trip, stop = rows[keep], trip[keep], stop[keep]
        return {"row": rows, "trip": trip, "stop": stop, **self._numbers(table, rows)}

    def _numbers(self, table: pa.Table, rows: np.ndarray) -> _Columns:
        sequence = _whole(table, "stop_sequence")
        if sequence.null_count:
            row = int(rows[np.argmax(sequence.is_null().to_numpy(zero_copy_only=False))])
            raise FeedError("is empty or not a number", _FILE, row, "stop_sequence")
        first, second = _TIMES
        arr = dep = self._times(table, first, rows)
        if set(_TIMES) <= set(table.column_names) and table[first].equals(table[second]):
            # Most feeds give both, and both the same.
            self._short[second].append(self._short[first][-1])
        else:
            dep = self._times(table, second, rows)
        columns = {
            "sequence": sequence.to_numpy(),
            "arr": np.where(arr == BLANK, dep, arr),
            "dep": np.where(dep == BLANK, arr, dep),
            "flags": (
                CAN_BOARD * (_rule(table, "pickup_type") != 1)
                + CAN_ALIGHT * (_rule(table, "drop_off_type") != 1)
            ).astype(np.uint8),
        }
        if "shape_dist_traveled" in table.column_names:
            distance = _whole(table, "shape_dist_traveled")
            columns["distance"] = distance.to_numpy(zero_copy_only=False).astype(float)
        return columns

    def _times(self, table: pa.Table, name: str, rows: np.ndarray) -> np.ndarray:
        if name not in table.column_names:
            return np.full(len(rows), BLANK, np.int32)
        seconds, short = parse_clock(_whole(table, name), rows, _FILE, name)
        self._short[name].append(rows[short])
        return seconds

    def report_to(self, report: LoadReport) -> None:
        """Record what was left out and what was repaired."""
        findings = (
            (Action.NOTED, "is on demand (GTFS-Flex); not part of the timetable", self._flexible,
             ""),
            (Action.DROPPED, "is not in trips.txt", self._lost_trip, "trip_id"),
            (Action.DROPPED, "is no stop with a place in stops.txt", self._lost_stop, "stop_id"),
            *((Action.REPAIRED, SHORT_TIME, rows, name) for name, rows in self._short.items()),
        )  # fmt: skip
        for action, problem, rows, field in findings:
            report.add_rows(action, _FILE, problem, np.concatenate(rows or [_NOTHING]), field)


_NOTHING = np.zeros(0, np.int32)


def _positions(ids: pd.Series) -> dict[str, int]:
    return {text: i for i, text in enumerate(ids.to_list())}


def _whole(table: pa.Table, name: str) -> Any:
    """A column in one piece."""
    return table.column(name).combine_chunks()


def _positions_of(table: pa.Table, name: str, positions: dict[str, int]) -> np.ndarray:
    """Position of each cell's text, -1 where it is not known; int32."""
    column = _whole(table, name)
    known = [positions.get(text, -1) for text in column.dictionary.to_pylist()]
    found: np.ndarray = np.array([*known, -1], np.int32)[column.indices.to_numpy()]
    return found


def _matches(table: pa.Table, name: str, rule: Callable[[str], bool]) -> np.ndarray:
    column = _whole(table, name)
    accepted = [rule(text) for text in column.dictionary.to_pylist()]
    found: np.ndarray = np.array([*accepted, False])[column.indices.to_numpy()]
    return found


def _rule(table: pa.Table, name: str) -> np.ndarray:
    """A column of small numbers; 0 where it is empty or not there."""
    if name not in table.column_names:
        return np.zeros(len(table), np.int32)
    rule: np.ndarray = _whole(table, name).fill_null(0).to_numpy()
    return rule


def _in_order(calls: _Columns) -> _Columns:
    """By trip, then by sequence number, then as in the file."""
    trip, sequence = calls["trip"], calls["sequence"]
    starts = np.flatnonzero(np.diff(trip, prepend=-1) != 0)
    new = np.zeros(len(trip), bool)
    new[starts] = True
    ascending = bool((np.diff(sequence)[~new[1:]] >= 0).all()) if len(trip) else True
    heads = trip[starts]
    if ascending and (np.diff(heads) > 0).all():
        return calls
    if ascending and len(np.unique(heads)) == len(heads):
        # Each trip is in one piece and in order: only the pieces have to be put in order.
        pieces = np.argsort(heads)
        lengths = np.diff(starts, append=len(trip))[pieces]
        first = np.cumsum(lengths) - lengths
        order = np.arange(len(trip)) + np.repeat(starts[pieces] - first, lengths)
    else:
        order = np.argsort((trip.astype(np.int64) << 32) + sequence, kind="stable")
    return {name: values[order] for name, values in calls.items()}


def _only(calls: _Columns, keep: np.ndarray) -> _Columns:
    if keep.all():
        return calls
    return {name: values[keep] for name, values in calls.items()}


def _without_repeats(calls: _Columns, report: LoadReport) -> _Columns:
    """Without second rows of a sequence number; a trip whose repeats differ is ambiguous."""
    repeat = np.zeros(len(calls["trip"]), bool)
    repeat[1:] = (np.diff(calls["trip"]) == 0) & (np.diff(calls["sequence"]) == 0)
    if not repeat.any():
        return calls
    differs = np.zeros(len(repeat), bool)
    for name in ("stop", "arr", "dep"):
        differs[1:] |= np.diff(calls[name]) != 0
    repeat, clash = repeat & ~differs, repeat & differs
    report.add_rows(Action.DROPPED, _FILE, "repeats a call", calls["row"][repeat], "stop_sequence")
    keep = _without_trips(
        calls, clash, "gives a sequence number twice with different calls", "stop_sequence", report
    )
    return _only(calls, keep & ~repeat)


def _without_trips(
    calls: _Columns, faulty: np.ndarray, problem: str, field: str, report: LoadReport
) -> np.ndarray:
    """Mask of the calls of trips that have no faulty call; the faulty rows are reported."""
    report.add_rows(
        Action.DROPPED, _FILE, f"{problem}; the trip is left out", calls["row"][faulty], field
    )
    if not faulty.any():
        return np.ones(len(faulty), bool)
    return ~np.isin(calls["trip"], np.unique(calls["trip"][faulty]))


def _with_all_times(calls: _Columns, report: LoadReport) -> _Columns:
    blank = calls["arr"] == BLANK
    if not blank.any():
        return calls
    distance = calls.get("distance", np.full(len(blank), np.nan))
    arr, dep = interpolate(calls["arr"], calls["dep"], calls["trip"], distance)
    filled = blank & (arr != BLANK)
    report.add_rows(
        Action.REPAIRED, _FILE, "has no time; interpolated between the calls around it",
        calls["row"][filled], "arrival_time",
    )  # fmt: skip
    calls = calls | {"arr": arr, "dep": dep}
    keep = _without_trips(
        calls, arr == BLANK, "has no time at the start or end of a trip", "arrival_time", report
    )
    return _only(calls, keep)


def _forwards(calls: _Columns, report: LoadReport) -> _Columns:
    faulty = calls["dep"] < calls["arr"]
    faulty[1:] |= (np.diff(calls["trip"]) == 0) & (calls["arr"][1:] < calls["dep"][:-1])
    keep = _without_trips(calls, faulty, "goes back in time", "arrival_time", report)
    return _only(calls, keep)
