"""An expired calendar moved to the present, weekdays kept."""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from gtfs.calendars import as_text
from gtfs.times import parse_date

_WEEK = 7
_COLUMNS = {"calendar": ("start_date", "end_date"), "calendar_dates": ("date",)}


def weeks_to(first: date, last: date, wanted: date) -> int:
    """Weeks by which a calendar is to be moved so that ``wanted`` lies in it.

    Parameters
    ----------
    first
        First date of the calendar.
    last
        Last date of the calendar.
    wanted
        Date on which trips are to run.

    Returns
    -------
    int
        0 where the calendar has not expired. A calendar shorter than a week is moved to the first
        fitting week that does not end before ``wanted``.
    """
    if last >= wanted:
        return 0
    weeks = (wanted - first).days // _WEEK
    while last + timedelta(weeks=weeks) < wanted:
        weeks += 1
    return weeks


def date_range(tables: dict[str, pa.Table]) -> tuple[date, date] | None:
    """First and last date that the calendars name, None where they name none."""
    days = [
        parse_date(text, f"{name}.txt", 0, column)
        for name, columns in _COLUMNS.items()
        if name in tables
        for column in columns
        for text in pc.unique(tables[name].column(column)).to_pylist()
        if text
    ]
    return (min(days), max(days)) if days else None


def moved(name: str, table: pa.Table, weeks: int) -> pa.Table:
    """A calendar table with all its dates moved."""
    for column in _COLUMNS.get(name, ()):
        texts = [
            as_text(parse_date(text, f"{name}.txt", 0, column) + timedelta(weeks=weeks))
            if text
            else ""
            for text in table.column(column).to_pylist()
        ]
        at = table.column_names.index(column)
        table = table.set_column(at, column, pa.array(texts, pa.string()))
    return table
