"""Columns of gtfs-kit's tables without missing values, and rows by their id."""

import numpy as np
import pandas as pd

from gtfs.report import Action, LoadReport
from gtfs.tables import Tables
from gtfs.tidy import ROW
from routing.errors import FeedError


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


def get_table(tables: Tables, table: str) -> pd.DataFrame:
    """A table that a feed cannot be without.

    Raises
    ------
    FeedError
        If it has no rows.
    """
    frame = tables.find(table)
    if frame is None:
        raise FeedError("has no rows", f"{table}.txt")
    return frame


def keyed(frame: pd.DataFrame, key: str, file: str, report: LoadReport) -> pd.DataFrame:
    """Rows with an id, the first of each id."""
    ids = column(frame, key)
    report.add_rows(Action.DROPPED, file, "is empty", frame.loc[ids == "", ROW], key)
    again = ids.duplicated() & (ids != "")
    report.add_rows(
        Action.DROPPED, file, "repeats an id; the first is kept", frame.loc[again, ROW], key
    )
    return frame[(ids != "") & ~again].reset_index(drop=True)
