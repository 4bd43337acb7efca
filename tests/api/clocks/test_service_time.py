"""Service days as riders meet them: by day, at midnight, and far away."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.clocks.clock import FakeClock
from api.clocks.service_time import ServiceTime
from routing.policy import ServicePolicy

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 23, 12, tzinfo=SEOUL)
DAY = ServicePolicy()
NIGHT = replace(DAY, service_until=25 * 3600)


def time_of(policy, now=NOON):
    return ServiceTime(SEOUL, FakeClock(now), policy)


@pytest.mark.parametrize(
    ("policy", "hour", "minute", "date", "seconds"),
    [
        (DAY, 0, 30, "2026-11-23", 1800),
        (DAY, 23, 59, "2026-11-23", 86_340),
        (NIGHT, 0, 30, "2026-11-22", 88_200),
        (NIGHT, 1, 0, "2026-11-22", 90_000),
        (NIGHT, 1, 1, "2026-11-23", 3660),
    ],
)
def test_a_night_service_belongs_to_the_day_before(policy, hour, minute, date, seconds):
    time = time_of(policy)
    at = NOON.replace(hour=hour, minute=minute)
    assert time.service_date(at) == date
    assert time.seconds(date, at) == seconds
    assert time.at(date, seconds) == at


def test_now_and_days_ahead():
    time = time_of(DAY)
    assert (time.now(), time.today(), time.now_s("2026-11-24")) == (NOON, "2026-11-23", -43_200)
    assert time.days_ahead(NOON.replace(day=30)) == 7
    assert time.days_ahead(NOON.replace(day=22, hour=23)) == -1
    assert time.find_at("2026-11-23", None) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_seconds_and_moments_are_inverse(at):
    time, whole = time_of(NIGHT), at.replace(microsecond=0)
    date = time.service_date(whole)
    assert time.at(date, time.seconds(date, whole)) == whole


def test_clocks_that_change_do_not_move_noon():
    paris = ZoneInfo("Europe/Paris")
    time = ServiceTime(paris, FakeClock(NOON), DAY)
    for day in (datetime(2027, 3, 28, 12, tzinfo=paris), datetime(2026, 10, 25, 12, tzinfo=paris)):
        assert time.seconds(day.date().isoformat(), day) == 43_200
