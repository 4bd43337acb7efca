"""``stop_times.txt`` -> calls of trips that can be run, in order."""

import numpy as np
import pandas as pd

from gtfs.report import Action, LoadReport
from gtfs.tables import ROW, Tables
from gtfs.times import BLANK, interpolate, parse_times
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


def read_stop_times(
    tables: Tables, trips: pd.DataFrame, stops: pd.DataFrame, report: LoadReport
) -> tuple[Calls, np.ndarray]:
    """Calls of the trips that can be run.

    Parameters
    ----------
    tables
        Tables of the feed.
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
    kept : ndarray of int64
        Positions in ``trips`` of the kept trips.

    Raises
    ------
    FeedError
        If a time or a sequence number cannot be read.
    """
    frame = tables.find("stop_times")
    if frame is None:
        raise FeedError("has no rows", _FILE)
    calls = _columns(_resolved(frame, trips, stops, report), report)
    order = np.lexsort((calls["row"], calls["sequence"], calls["trip"]))
    calls = {name: values[order] for name, values in calls.items()}
    calls = _without_repeats(calls, report)
    calls = _with_all_times(calls, report)
    calls = _forwards(calls, report)
    count = np.bincount(calls["trip"], minlength=len(trips))
    report.add_rows(
        Action.DROPPED, "trips.txt", "has fewer than two calls that can be used",
        trips.loc[trips["known"].to_numpy() & (count < 2), ROW], "trip_id",
    )  # fmt: skip
    calls = _only(calls, count[calls["trip"]] >= 2)
    kept, lengths = np.unique(calls["trip"], return_counts=True)
    ptr = np.concatenate(([0], np.cumsum(lengths)))
    return Calls(ptr, calls["stop"], calls["arr"], calls["dep"], calls["flags"]), kept


def _only(calls: dict[str, np.ndarray], keep: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[keep] for name, values in calls.items()}


def _resolved(
    frame: pd.DataFrame, trips: pd.DataFrame, stops: pd.DataFrame, report: LoadReport
) -> pd.DataFrame:
    """Rows of known trips at known stops, with columns ``trip`` and ``stop``."""
    flexible = np.zeros(len(frame), bool)
    for name in _FLEX:
        if name in frame:
            flexible |= frame[name].notna().to_numpy()
    report.add_rows(
        Action.NOTED, _FILE, "is on demand (GTFS-Flex); not part of the timetable",
        frame.loc[flexible, ROW],
    )  # fmt: skip
    trip = pd.Index(trips["trip_id"]).get_indexer(frame["trip_id"])
    stop = pd.Index(stops["stop_id"]).get_indexer(frame["stop_id"])
    lost_trip = (trip < 0) & ~flexible
    lost_stop = (stop < 0) & (trip >= 0) & ~flexible
    report.add_rows(
        Action.DROPPED, _FILE, "is not in trips.txt", frame.loc[lost_trip, ROW], "trip_id"
    )
    report.add_rows(
        Action.DROPPED, _FILE, "is no stop with a place in stops.txt",
        frame.loc[lost_stop, ROW], "stop_id",
    )  # fmt: skip
    keep = (trip >= 0) & (stop >= 0) & ~flexible
    keep[keep] &= trips["known"].to_numpy(bool)[trip[keep]]
    known: pd.DataFrame = frame[keep].assign(trip=trip[keep], stop=stop[keep])
    return known


def _columns(frame: pd.DataFrame, report: LoadReport) -> dict[str, np.ndarray]:
    rows = frame[ROW].to_numpy(np.int64)
    sequence = frame["stop_sequence"]
    if sequence.isna().any():
        row = int(rows[np.argmax(sequence.isna())])
        raise FeedError("is empty or not a number", _FILE, row, "stop_sequence")
    blank = pd.Series(pd.NA, index=frame.index, dtype="string")
    arr, dep = (
        parse_times(frame.get(name, blank).rename(name), rows, _FILE, report)
        for name in ("arrival_time", "departure_time")
    )
    distance = pd.to_numeric(frame.get("shape_dist_traveled", blank))
    may_board = _rule(frame, "pickup_type") != 1
    may_alight = _rule(frame, "drop_off_type") != 1
    return {
        "row": rows,
        "trip": frame["trip"].to_numpy(np.int64),
        "stop": frame["stop"].to_numpy(np.int64),
        "sequence": sequence.to_numpy(np.int64),
        "arr": np.where(arr == BLANK, dep, arr),
        "dep": np.where(dep == BLANK, arr, dep),
        "distance": distance.to_numpy(float, na_value=np.nan),
        "flags": CAN_BOARD * may_board + CAN_ALIGHT * may_alight,
    }


def _rule(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame:
        return np.zeros(len(frame), np.int64)
    return pd.to_numeric(frame[name]).fillna(0).to_numpy(np.int64)


def _without_repeats(calls: dict[str, np.ndarray], report: LoadReport) -> dict[str, np.ndarray]:
    """Without second rows of a sequence number; a trip whose repeats differ is ambiguous."""
    repeat = np.zeros(len(calls["trip"]), bool)
    repeat[1:] = (np.diff(calls["trip"]) == 0) & (np.diff(calls["sequence"]) == 0)
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
    calls: dict[str, np.ndarray], faulty: np.ndarray, problem: str, field: str, report: LoadReport
) -> np.ndarray:
    """Mask of the calls of trips that have no faulty call; the faulty rows are reported."""
    report.add_rows(
        Action.DROPPED, _FILE, f"{problem}; the trip is left out", calls["row"][faulty], field
    )
    return ~np.isin(calls["trip"], np.unique(calls["trip"][faulty]))


def _with_all_times(calls: dict[str, np.ndarray], report: LoadReport) -> dict[str, np.ndarray]:
    blank = calls["arr"] == BLANK
    if not blank.any():
        return calls
    arr, dep = interpolate(calls["arr"], calls["dep"], calls["trip"], calls["distance"])
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


def _forwards(calls: dict[str, np.ndarray], report: LoadReport) -> dict[str, np.ndarray]:
    faulty = calls["dep"] < calls["arr"]
    faulty[1:] |= (np.diff(calls["trip"]) == 0) & (calls["arr"][1:] < calls["dep"][:-1])
    keep = _without_trips(calls, faulty, "goes back in time", "arrival_time", report)
    return _only(calls, keep)
