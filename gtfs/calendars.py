"""``calendar.txt`` and ``calendar_dates.txt``: checked, and from when to when anything runs.

Which services run on a date is gtfs-kit's to say; it compares dates as texts.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from gtfs_kit.constants import WEEKDAYS

from gtfs.columns import column, integers
from gtfs.report import Action, LoadReport
from gtfs.tables import Tables
from gtfs.tidy import ROW
from gtfs.times import parse_dates
from routing.errors import FeedError

_ADDED, _REMOVED = 1, 2


def check_calendars(tables: Tables, report: LoadReport) -> None:
    """Bring dates into the form that gtfs-kit compares.

    Parameters
    ----------
    tables
        Tables of the feed; its calendars are changed.
    report
        Takes what was dropped.

    Raises
    ------
    FeedError
        At what is no date or no exception, or if there are no rows at all.
    """
    kit = tables.kit
    if kit.calendar is not None:
        frame = kit.calendar
        for name in ("start_date", "end_date"):
            frame[name] = _date_texts(frame, name, "calendar.txt")
        for day in WEEKDAYS:
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
        raise FeedError("calendar.txt and calendar_dates.txt have no rows: no trip ever runs")


def _date_texts(frame: pd.DataFrame, name: str, file: str) -> pd.Series:
    days = parse_dates(column(frame, name), frame[ROW].to_numpy(), file)
    return pd.Series([as_text(day) for day in days], index=frame.index, dtype="string")


def get_dates(tables: Tables) -> tuple[date, date]:
    """First and last date on which a service runs.

    Parameters
    ----------
    tables
        Tables of the feed, with checked calendars.

    Returns
    -------
    first, last : date
        Both included.

    Raises
    ------
    FeedError
        If no service runs on any date.
    """
    exceptions = tables.find("calendar_dates")
    by_kind: dict[int, set[tuple[str, str]]] = {_ADDED: set(), _REMOVED: set()}
    if exceptions is not None:
        pairs = zip(exceptions["service_id"], exceptions["date"], strict=True)
        for pair, kind in zip(pairs, exceptions["exception_type"], strict=True):
            by_kind[int(kind)].add(pair)
    removed = by_kind[_REMOVED]
    ends = [_as_date(day) for _, day in by_kind[_ADDED] - removed]
    calendar = tables.find("calendar")
    if calendar is not None:
        for row in calendar.to_dict("records"):
            ends += _ends(row, {day for service, day in removed if service == row["service_id"]})
    if not ends:
        raise FeedError("no service runs on any date", "calendar.txt")
    return min(ends), max(ends)


def _ends(row: Mapping[Any, Any], removed: set[str]) -> list[date]:
    """First and last date on which one weekly service runs; empty if it never does."""
    start, end = _as_date(str(row["start_date"])), _as_date(str(row["end_date"]))
    runs_on = [row[day] == 1 for day in WEEKDAYS]
    if not any(runs_on):
        return []

    def running(days: Iterator[date]) -> date | None:
        """First of ``days`` on which the service runs."""
        hits = (day for day in days if runs_on[day.weekday()] and as_text(day) not in removed)
        return next(hits, None)

    n_days = (end - start).days + 1
    first = running(start + timedelta(i) for i in range(n_days))
    last = running(end - timedelta(i) for i in range(n_days))
    return [day for day in (first, last) if day is not None]


def _as_date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def as_text(day: date) -> str:
    """A date as ``YYYYMMDD``, the form of GTFS."""
    # Not strftime: it drops the zeros of years before 1000, which a slip of the pen can name.
    return day.isoformat().replace("-", "")
