"""The service's own time: which service day a moment belongs to, and what time it is there.

Rule: no router adds hours or builds a datetime; between the wire and the kernels' seconds stand
these few lines, and `gtfs.service_day` behind them.
"""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from api.clocks.clock import Clock
from gtfs.service_day import ServiceDay, service_day_of
from routing.policy import ServicePolicy

_DAY_S = 24 * 3600


class ServiceTime:
    """Time in one area, as the service's clock tells it.

    Parameters
    ----------
    zone
        Time zone of the area.
    clock
        The service's clock; accelerated in a demo.
    policy
        The operator's rules: the end of service decides where a night trip belongs.
    """

    def __init__(self, zone: ZoneInfo, clock: Clock, policy: ServicePolicy) -> None:
        self.zone, self.policy, self._clock = zone, policy, clock
        self.day = lru_cache(maxsize=64)(self._day)
        self._origin_s = lru_cache(maxsize=64)(self._find_origin_s)

    def now(self) -> datetime:
        """Service time, aware, in the area's zone, whole seconds."""
        return self._clock.now().astimezone(self.zone).replace(microsecond=0)

    def today(self) -> str:
        """The service date that goes on now."""
        return self.service_date(self.now())

    def service_date(self, at: datetime) -> str:
        """Return the service date that a trip at ``at`` belongs to.

        After midnight that is the day before, as long as its service has not ended.
        """
        day = service_day_of(at, self.zone)
        before = day.shifted(-1)
        if before.seconds(at) <= self.policy.service_until and self.policy.service_until > _DAY_S:
            return before.date.isoformat()
        return day.date.isoformat()

    def days_ahead(self, at: datetime) -> int:
        """How many service days after today ``at`` lies; negative in the past."""
        there = date.fromisoformat(self.service_date(at))
        return (there - date.fromisoformat(self.today())).days

    def seconds(self, service_date: str, at: datetime) -> int:
        """Service seconds of ``at`` on ``service_date``."""
        return int(at.timestamp()) - self._origin_s(service_date)

    def now_s(self, service_date: str) -> int:
        """Service seconds of now on ``service_date``; negative before the day."""
        return self.seconds(service_date, self._clock.now())

    def at(self, service_date: str, seconds: int) -> datetime:
        """The moment of ``seconds`` on ``service_date``, in the area's zone."""
        return datetime.fromtimestamp(self._origin_s(service_date) + seconds, self.zone)

    def find_at(self, service_date: str, seconds: int | None) -> datetime | None:
        """`at`, or None where there are no seconds."""
        return None if seconds is None else self.at(service_date, seconds)

    def _day(self, service_date: str) -> ServiceDay:
        return ServiceDay(date.fromisoformat(service_date), self.zone)

    def _find_origin_s(self, service_date: str) -> int:
        return self.day(service_date).origin_epoch_s
