"""Which clock the service goes by: the machine's, one set by hand, or that of a demo."""

from datetime import datetime, time

from api.clocks.clock import Clock, DemoClock, SystemClock
from api.demo.days import DemoDays, first_moment
from api.settings import Settings
from api.store.store import Store
from gtfs.area import Area
from gtfs.service_day import ServiceDay


async def choose_clock(settings: Settings, area: Area, store: Store) -> Clock:
    """Return the clock that the settings ask for.

    Parameters
    ----------
    settings
        Of this process.
    area
        The city; a demo shows its hours of service.
    store
        The log, open; a demo that was begun goes on where it ended.

    Returns
    -------
    Clock
        Already running.
    """
    if settings.clock_at is not None:
        return DemoClock(settings.clock_at, settings.clock_speed)
    if not settings.demo:
        return SystemClock()
    begins = first_moment(SystemClock().now(), area.timezone, await _last_event_at(area, store))
    policy = area.policy
    return DemoDays(
        begins,
        settings.demo_speed,
        area.timezone,
        _time_of_day(policy.service_from),
        _time_of_day(policy.service_until),
    )


async def _last_event_at(area: Area, store: Store) -> datetime | None:
    last = None
    for service_date in await store.list_dates():
        state = (await store.load(service_date)).state
        day = ServiceDay(datetime.fromisoformat(service_date).date(), area.timezone)
        at = day.datetime(state.now)
        last = at if last is None else max(last, at)
    return last


def _time_of_day(seconds: int) -> time:
    """Service seconds as a time of day; a service into the night ends at the day's last minute."""
    minutes = min(seconds // 60, 24 * 60 - 1)
    return time(minutes // 60, minutes % 60)
