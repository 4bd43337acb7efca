"""Kinds of arguments that several commands take."""

import argparse
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

SOKCHO_SOURCES = Path(__file__).parents[2] / "gtfs" / "sokcho"
SOKCHO_ZONE = ZoneInfo("Asia/Seoul")


def iso_date(text: str) -> date:
    """Return a date written as 2026-11-23 or 20261123."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-11-23") from None


def today(zone: ZoneInfo = SOKCHO_ZONE) -> date:
    """Return today's date at the place of the service."""
    from api.clocks.clock import SystemClock

    now: datetime = SystemClock().now()
    return now.astimezone(zone).date()


def whole_number(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` on."""

    def _read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return _read
