"""Which service runs when: the holidays of 2026 and 2027 by hand."""

from datetime import date, timedelta

import pytest

from gtfs.builder.calendar import calendar_tables, last_day, list_holidays
from tests.gtfs.builder.conftest import VALID_FROM

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def services_on(feed, day: date) -> set[str]:
    """Services of a day by the GTFS reference: the week, then exceptions."""
    stamp = f"{day:%Y%m%d}"
    active = {
        row["service_id"]
        for row in feed.tables["calendar"]
        if row["start_date"] <= stamp <= row["end_date"] and row[_WEEK[day.weekday()]] == "1"
    }
    for row in feed.tables["calendar_dates"]:
        if row["date"] == stamp:
            (active.add if row["exception_type"] == "1" else active.remove)(row["service_id"])
    return active


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 12, 25), "Christmas, a Friday"),
        (date(2027, 2, 8), "Seollal, the day after, a Monday"),
        (date(2027, 2, 9), "substitute for Seollal, which fell on a Sunday"),
        (date(2027, 5, 5), "Children's Day, a Wednesday"),
        (date(2027, 8, 16), "substitute for Liberation Day, a Sunday"),
        (date(2027, 9, 14), "Chuseok, the day before, a Tuesday"),
        (date(2027, 9, 15), "Chuseok, a Wednesday"),
        (date(2027, 9, 16), "Chuseok, the day after, a Thursday"),
        (date(2027, 10, 4), "substitute for Foundation Day, a Sunday"),
        (date(2027, 10, 11), "substitute for Hangeul Day, a Saturday"),
        (date(2027, 2, 7), "Seollal, a Sunday"),
        (date(2026, 11, 28), "a Saturday"),
    ],
)
def test_holiday_service(base_feed, day, name):
    assert services_on(base_feed, day) == {"holiday", "daily"}, name


@pytest.mark.parametrize(
    "day", [date(2026, 11, 23), date(2027, 2, 10), date(2027, 9, 13), date(2027, 11, 22)]
)
def test_weekday_service(base_feed, day):
    assert services_on(base_feed, day) == {"weekday", "daily"}


def test_every_day_of_the_year_has_one_of_the_two(base_feed):
    for n in range(365):
        services = services_on(base_feed, VALID_FROM + timedelta(days=n))
        assert services in ({"weekday", "daily"}, {"holiday", "daily"})


def test_nothing_runs_outside_the_validity(base_feed):
    assert services_on(base_feed, VALID_FROM - timedelta(days=1)) == set()
    assert services_on(base_feed, last_day(VALID_FROM, 366)) == set()


def test_holidays_between_two_days_both_included():
    chuseok = [date(2027, 9, day) for day in (14, 15, 16)]
    assert list_holidays("KR", date(2027, 9, 14), date(2027, 9, 16)) == chuseok
    assert list_holidays("KR", date(2027, 9, 13), date(2027, 9, 15)) == chuseok[:2]


def test_exceptions_only_for_services_that_run():
    calendar, exceptions = calendar_tables("KR", {"daily"}, date(2027, 1, 1), date(2027, 12, 31))
    assert [row[0] for row in calendar.rows] == ["daily"]
    assert exceptions.rows == []
