"""The only reader of the wall clock.

Rule: everything else is told the time. A clock gives aware datetimes and waits; service seconds
follow from `gtfs.service_day.ServiceDay` alone.
"""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


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
