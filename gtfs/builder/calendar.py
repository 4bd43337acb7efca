"""Which service runs on which day.

Rule: Monday to Friday run ``weekday``, Saturday, Sunday and public holidays (substitute
holidays included) run ``holiday``; ``daily`` knows no difference.
"""

from datetime import date, timedelta

import holidays

from gtfs.builder.table import Table, gtfs_date

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RUNS_ON = {"weekday": range(5), "holiday": range(5, 7), "daily": range(7)}
_ADDED, _REMOVED = 1, 2


def list_holidays(country: str, start: date, end: date) -> list[date]:
    """Return the public holidays from ``start`` to ``end``, both included.

    Parameters
    ----------
    country
        ISO 3166-1 code, as the holidays package knows it.
    start
        First day.
    end
        Last day.

    Returns
    -------
    list of date
        Ascending.
    """
    known = holidays.country_holidays(country, years=range(start.year, end.year + 1))
    return [day for day in sorted(known) if start <= day <= end]


def calendar_tables(country: str, services: set[str], start: date, end: date) -> list[Table]:
    """Return calendar and calendar_dates of ``services`` for start..end, both included."""
    weeks = [
        [service, *(int(day in days) for day in range(7)), gtfs_date(start), gtfs_date(end)]
        for service, days in _RUNS_ON.items()
        if service in services
    ]
    exceptions = [
        [service, gtfs_date(day), kind]
        for day in list_holidays(country, start, end)
        if day.weekday() in _RUNS_ON["weekday"]
        for service, kind in (("weekday", _REMOVED), ("holiday", _ADDED))
        if service in services
    ]
    return [
        Table("calendar", ("service_id", *_WEEK, "start_date", "end_date"), weeks),
        Table("calendar_dates", ("service_id", "date", "exception_type"), exceptions),
    ]


def last_day(start: date, n_days: int) -> date:
    """Return the last of ``n_days`` days that begin with ``start``."""
    return start + timedelta(days=n_days - 1)
