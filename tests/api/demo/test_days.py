from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.demo.days import DemoDays, first_moment, next_weekday

SEOUL = ZoneInfo("Asia/Seoul")
FRIDAY = datetime(2026, 11, 20, 8, 30, tzinfo=SEOUL)


@pytest.fixture
def days():
    return DemoDays(FRIDAY, 5.0, SEOUL, time(7), time(21, 15))


def test_a_day_passes_like_any_other(days):
    assert days.after(timedelta(hours=2)) == datetime(2026, 11, 20, 10, 30, tzinfo=SEOUL)


def test_after_the_last_ride_comes_the_next_working_morning(days):
    friday_left = timedelta(hours=12, minutes=45)
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=SEOUL)
    assert days.after(friday_left - timedelta(seconds=1)).date() == date(2026, 11, 20)
    assert days.after(friday_left) == monday
    assert days.after(friday_left + timedelta(hours=14, minutes=15)) == monday + timedelta(days=1)


def test_time_never_goes_back(days):
    shown = [days.after(timedelta(minutes=20 * k)) for k in range(300)]
    assert shown == sorted(shown)
    assert all(moment.weekday() < 5 for moment in shown)


def test_it_runs_from_where_it_starts(days):
    assert timedelta(0) <= days.now() - FRIDAY < timedelta(minutes=1)


def test_a_demo_starts_on_a_weekday_morning_or_where_it_left_off():
    saturday = datetime(2026, 11, 21, 23, 0, tzinfo=SEOUL)
    assert next_weekday(saturday.date()) == date(2026, 11, 23)
    assert first_moment(saturday, SEOUL, None) == datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL)
    left_off = datetime(2026, 11, 24, 15, 0, tzinfo=SEOUL)
    assert first_moment(saturday, SEOUL, left_off) == left_off
    old = datetime(2026, 11, 2, 15, 0, tzinfo=SEOUL)
    assert first_moment(saturday, SEOUL, old) == datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL)
