"""A GTFS table on its way into the feed, and how values are spelled in it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Table(NamedTuple):
    """A file of the feed."""

    name: str  # of the file, without .txt
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]  # cells as csv writes them


def gtfs_date(day: date) -> str:
    """Return YYYYMMDD."""
    return f"{day:%Y%m%d}"


def gtfs_time(seconds: int) -> str:
    """Return HH:MM:SS of service seconds; hours go past 24."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def service_seconds(clock: str) -> int:
    """Return the service seconds of HH:MM."""
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60
