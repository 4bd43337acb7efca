"""The only reader of the wall clock.

Rule: everything else is told the time. A clock gives aware datetimes and waits; service seconds
follow from `gtfs.service_day.ServiceDay` alone.
"""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from gtfs.service_day import ServiceDay, service_day_of


class Clock(Protocol):
    """What the service needs of a clock: the time, a wait, and how fast it runs."""

    @property
    def speed(self) -> float:
        """Service seconds per real second."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""


class SystemClock:
    """The machine's clock."""

    speed = 1.0

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        await asyncio.sleep(seconds)


class DemoClock:
    """A clock that starts at a chosen time and runs ``speed`` times as fast as real time.

    It follows the machine's monotonic clock, so setting the machine's time does not move it.

    Parameters
    ----------
    start_at
        What it shows now; aware.
    speed
        Service seconds per real second, above 0.

    Raises
    ------
    ValueError
        If ``start_at`` has no time zone or ``speed`` is not above 0.
    """

    def __init__(self, start_at: datetime, speed: float = 1.0) -> None:
        if start_at.tzinfo is None:
            raise ValueError("naive datetime: attach a time zone first")
        if not speed > 0:
            raise ValueError(f"a clock's speed is above 0, not {speed}")
        self.speed = speed
        self._start_at = start_at.astimezone(UTC)
        self._start_s = time.monotonic()

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        elapsed_s = time.monotonic() - self._start_s
        return self._start_at + timedelta(seconds=elapsed_s * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""
        await asyncio.sleep(seconds / self.speed)


class FakeClock:
    """A clock for tests: it stands still until it is moved, and may be set back.

    Parameters
    ----------
    at
        What it shows; aware.
    """

    speed = 1.0

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("naive datetime: attach a time zone first")
        self._at = at.astimezone(UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved by ``seconds``."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        until = self._at + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (until, next(self._order), woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Move the clock by ``seconds``, back if negative, and wake who waited long enough."""
        self._at += timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= self._at:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)


class AreaClock:
    """The time of an area in service seconds. It never goes back, whatever its clock does.

    Parameters
    ----------
    clock
        What time it is.
    zone
        Time zone of the area.
    """

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock, self.zone = clock, zone
        self._latest = clock.now()

    def at(self) -> datetime:
        """The time, aware, in UTC."""
        self._latest = max(self._latest, self._clock.now())
        return self._latest

    def now(self, service_date: str) -> int:
        """Service seconds on a day; negative before its second 0."""
        return self.day(service_date).seconds(self.at())

    def today(self) -> str:
        """The service date."""
        return service_day_of(self.at(), self.zone).date.isoformat()

    def date_after(self, days: int) -> str:
        """The service date ``days`` after today, before it if negative."""
        return self.day(self.today()).shifted(days).date.isoformat()

    def day(self, service_date: str) -> ServiceDay:
        """The service day of a date ``YYYY-MM-DD``."""
        return ServiceDay(date.fromisoformat(service_date), self.zone)
