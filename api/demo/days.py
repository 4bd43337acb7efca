"""The demo's clock: working days at several times the speed of life, with the nights left out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.clocks.clock import DemoClock

#: A demo begins here, when the morning's first rides are under way.
FIRST_HOUR = time(8, 30)
SATURDAY = 5


class FollowedClock:
    """The service's clock as somebody outside knows it: asked now and then, run on in between.

    Parameters
    ----------
    now
        What the service's clock showed; aware.
    speed
        Service seconds per real second.
    """

    def __init__(self, now: datetime, speed: float) -> None:
        self.speed = speed
        self._running = DemoClock(now, speed)

    def follow(self, now: datetime) -> None:
        """Take over what the service's clock shows; it may have left out a night."""
        self._running = DemoClock(now, self.speed)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self._running.now()

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""
        await self._running.sleep(seconds)


class DemoDays:
    """A clock that shows weekdays only, from ``opens_at`` until ``closes_at``.

    Parameters
    ----------
    start_at
        What it shows first; aware, on a weekday between the two hours.
    speed
        Service seconds per real second, above 0.
    zone
        Time zone of the city.
    opens_at
        Where a day begins, from the second day on; local time.
    closes_at
        Where a day ends; local time.
    """

    def __init__(
        self, start_at: datetime, speed: float, zone: ZoneInfo, opens_at: time, closes_at: time
    ) -> None:
        self.speed = speed
        self._running = DemoClock(start_at, speed)
        self._start_at = start_at.astimezone(zone)
        self._opens_at, self._closes_at = opens_at, closes_at

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        passed = self._running.now() - self._start_at.astimezone(UTC)
        return self.after(passed).astimezone(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""
        await self._running.sleep(seconds)

    def after(self, passed: timedelta) -> datetime:
        """What the clock shows when ``passed`` of its own time has gone by, nights left out."""
        day, begins = self._start_at.date(), self._start_at
        while True:
            ends = datetime.combine(day, self._closes_at, begins.tzinfo)
            if passed < ends - begins:
                return begins + passed
            passed -= ends - begins
            day = next_weekday(day + timedelta(days=1))
            begins = datetime.combine(day, self._opens_at, begins.tzinfo)


def next_weekday(day: date) -> date:
    """``day`` itself, or the Monday after it."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def first_moment(today: datetime, zone: ZoneInfo, last_event_at: datetime | None) -> datetime:
    """When a demo starts: on a weekday at 08:30, or where its log left off.

    Parameters
    ----------
    today
        The real time; aware.
    zone
        Time zone of the city.
    last_event_at
        Time of the last event in the demo's own log; a day that was begun goes on.

    Returns
    -------
    datetime
        Aware, in ``zone``.
    """
    begins = datetime.combine(next_weekday(today.astimezone(zone).date()), FIRST_HOUR, zone)
    if last_event_at is None:
        return begins
    return max(begins, last_event_at.astimezone(zone))
