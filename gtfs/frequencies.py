"""``frequencies.txt``: trips that repeat, and their runs, which must fit into memory."""

import numpy as np
import pandas as pd

from gtfs.columns import column, integers
from gtfs.report import Action, LoadReport
from gtfs.tables import Tables
from gtfs.tidy import ROW
from gtfs.times import BLANK, parse_times
from routing.errors import FeedError
from routing.transit import Calls

_FILE = "frequencies.txt"
_COLUMNS = ("trip", "start", "end", "headway_s", "exact", ROW)
#: Calls that the runs of one service day may come to. The busiest metro areas have 2 million.
MAX_CALLS = 8_000_000


def read_frequencies(tables: Tables, trips: pd.DataFrame, report: LoadReport) -> pd.DataFrame:
    """Repeated trips.

    Parameters
    ----------
    tables
        Tables of the feed.
    trips
        Trips that can be run.
    report
        Takes what was dropped.

    Returns
    -------
    DataFrame
        Columns as in `gtfs.feed.Feed.frequencies`.

    Raises
    ------
    FeedError
        If a time cannot be read.
    """
    frame = tables.find("frequencies")
    if frame is None:
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in _COLUMNS})
    rows = frame[ROW].to_numpy()
    table = pd.DataFrame(
        {
            "trip": pd.Index(trips["trip_id"]).get_indexer(column(frame, "trip_id")),
            "start": parse_times(column(frame, "start_time"), rows, _FILE, report),
            "end": parse_times(column(frame, "end_time"), rows, _FILE, report),
            "headway_s": integers(frame, "headway_s"),
            "exact": integers(frame, "exact_times"),
            ROW: rows,
        }
    )
    lost = table["trip"] < 0
    empty = (table["start"] == BLANK) | (table["end"] <= table["start"]) | (table["headway_s"] <= 0)
    report.add_rows(Action.DROPPED, _FILE, "is no trip that runs", rows[lost], "trip_id")
    report.add_rows(
        Action.DROPPED, _FILE, "has no headway, or ends before it starts", rows[~lost & empty]
    )
    return table[~lost & ~empty].reset_index(drop=True)


def expand(
    frequencies: pd.DataFrame, calls: Calls, active: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Runs of the repeated trips: one every headway from start (included) to end (not).

    Parameters
    ----------
    frequencies
        What `read_frequencies` returned.
    calls
        Calls of all trips.
    active
        Whether each trip runs on the day, bool, shape (t,).

    Returns
    -------
    trip : ndarray of int64, shape (n,)
        Trip of each run.
    shift_s : ndarray of int64, shape (n,)
        What to add to the trip's times, s.
    is_headway_based : ndarray of bool, shape (n,)
        Whether only the headway is promised.

    Raises
    ------
    FeedError
        If the runs come to more than `MAX_CALLS` calls; names the row with the most.
    """
    rows = frequencies[active[frequencies["trip"].to_numpy(np.int64)]]
    start, headway_s = rows["start"].to_numpy(np.int64), rows["headway_s"].to_numpy(np.int64)
    trip = rows["trip"].to_numpy(np.int64)
    n_runs = -(-(rows["end"].to_numpy(np.int64) - start) // headway_s)
    n_calls = n_runs * np.diff(calls.trip_ptr)[trip]
    if n_calls.sum() > MAX_CALLS:
        most = int(np.argmax(n_calls))
        problem = (
            f"a run every {headway_s[most]} s makes {n_calls[most]:,} calls, and all rows of one"
            f" day {n_calls.sum():,}; at most {MAX_CALLS:,} are expanded: check the headway"
        )
        raise FeedError(problem, _FILE, int(rows[ROW].iloc[most]), "headway_secs")
    first = np.repeat(np.cumsum(n_runs) - n_runs, n_runs)
    nth = np.arange(int(n_runs.sum())) - first
    shift_s = start - calls.dep_time[calls.trip_ptr[trip]]
    is_headway_based = (rows["exact"] != 1).to_numpy(bool)
    return (
        np.repeat(trip, n_runs),
        np.repeat(shift_s, n_runs) + nth * np.repeat(headway_s, n_runs),
        np.repeat(is_headway_based, n_runs),
    )
