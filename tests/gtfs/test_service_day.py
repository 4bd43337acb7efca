from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtfs.service_day import ServiceDay, service_day_of

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "wall", "seconds"),
    [
        (date(2026, 11, 23), datetime(2026, 11, 23, 8, 0, tzinfo=SEOUL), 8 * 3600),
        (date(2026, 11, 23), datetime(2026, 11, 24, 1, 30, tzinfo=SEOUL), 91_800),
        (date(1988, 5, 8), datetime(1988, 5, 8, 12, 0, tzinfo=SEOUL), 12 * 3600),
        (date(1988, 5, 8), datetime(1988, 5, 8, 0, 0, tzinfo=SEOUL), 3600),
        (date(1988, 10, 9), datetime(1988, 10, 9, 0, 0, tzinfo=SEOUL), -3600),
        (date(2026, 3, 29), datetime(2026, 3, 29, 0, 0, tzinfo=BERLIN), 3600),
        (date(2026, 3, 29), datetime(2026, 3, 29, 6, 0, tzinfo=BERLIN), 6 * 3600),
    ],
)
def test_a_service_day_is_noon_minus_twelve_hours(day, wall, seconds):
    service_day = ServiceDay(day, wall.tzinfo)
    assert service_day.seconds(wall) == seconds
    assert service_day.datetime(seconds) == wall


@given(st.dates(date(1970, 1, 2), date(2100, 1, 1)), st.integers(-90_000, 180_000))
def test_datetime_and_seconds_are_inverse(day, seconds):
    for zone in (SEOUL, BERLIN):
        service_day = ServiceDay(day, zone)
        assert service_day.seconds(service_day.datetime(seconds)) == seconds


def test_naive_datetimes_are_refused():
    naive = datetime(2026, 11, 23, 8)  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        ServiceDay(date(2026, 11, 23), SEOUL).seconds(naive)
    with pytest.raises(ValueError, match="naive"):
        service_day_of(naive, SEOUL)


def test_the_day_before_is_shifted_by_the_difference_of_origins():
    changed = ServiceDay(date(2026, 3, 29), BERLIN)
    assert changed.offset_s(changed.shifted(-1)) == -86_400 + 3600
    assert (
        ServiceDay(date(2026, 11, 23), SEOUL).offset_s(ServiceDay(date(2026, 11, 22), SEOUL))
        == -86_400
    )


def test_the_service_day_of_an_instant_is_by_its_local_date():
    assert service_day_of(datetime(2026, 11, 22, 16, tzinfo=UTC), SEOUL).date == date(2026, 11, 23)
