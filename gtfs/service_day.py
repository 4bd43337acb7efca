"""The only door between wall clocks and the kernels' int32 seconds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_HALF_DAY_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """One GTFS service day: its second 0 is noon minus 12 hours.

    Source: GTFS Schedule reference, field type "Time". That is midnight, except on the days
    when clocks change (in Asia/Seoul last in 1988).

    Attributes
    ----------
    date
        Calendar date of the day's noon.
    zone
        Time zone of the agency.
    """

    date: date
    zone: ZoneInfo

    @property
    def origin_epoch_s(self) -> int:
        """Second 0 of this day, in Unix seconds."""
        noon = datetime.combine(self.date, time(12), tzinfo=self.zone)
        return int(noon.timestamp()) - _HALF_DAY_S

    def seconds(self, at: datetime) -> int:
        """Service seconds of an aware datetime, fractions cut off.

        Raises
        ------
        ValueError
            If ``at`` carries no time zone.
        """
        if at.tzinfo is None:
            raise ValueError("naive datetime: attach a time zone first")
        return int(at.timestamp()) - self.origin_epoch_s

    def datetime(self, seconds: int) -> datetime:
        """Aware local datetime of ``seconds``; the inverse of `seconds`."""
        return datetime.fromtimestamp(self.origin_epoch_s + seconds, UTC).astimezone(self.zone)

    def shifted(self, days: int) -> "ServiceDay":
        """The service day ``days`` later (earlier when negative)."""
        return ServiceDay(self.date + timedelta(days=days), self.zone)

    def offset_s(self, other: "ServiceDay") -> int:
        """What to add to a service second of ``other`` to have it in this day, s."""
        return other.origin_epoch_s - self.origin_epoch_s


def service_day_of(at: datetime, zone: ZoneInfo) -> ServiceDay:
    """The service day that has the calendar date of ``at`` in ``zone``.

    Raises
    ------
    ValueError
        If ``at`` carries no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("naive datetime: attach a time zone first")
    return ServiceDay(at.astimezone(zone).date(), zone)
