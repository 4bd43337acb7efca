"""Clocks: the machine's, an accelerated one, one for tests; and an area's service time."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.clocks.clock import AreaClock, DemoClock, FakeClock, SystemClock

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL)


def test_the_machines_clock_is_aware():
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_a_demo_clock_starts_where_it_is_told_and_runs_faster():
    async def scenario():
        clock = DemoClock(MORNING, speed=1000)
        started = clock.now()
        await clock.sleep(20)
        return started, clock.now()

    started, later = asyncio.run(scenario())
    assert timedelta() <= started - MORNING < timedelta(seconds=20)
    assert timedelta(seconds=20) <= later - started < timedelta(minutes=10)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_runs_forward(speed):
    with pytest.raises(ValueError, match="speed"):
        DemoClock(MORNING, speed)


@pytest.mark.parametrize("clock", [DemoClock, FakeClock])
def test_a_naive_start_is_refused(clock):
    with pytest.raises(ValueError, match="naive"):
        clock(MORNING.replace(tzinfo=None))


def test_a_fake_clock_wakes_who_has_waited_long_enough_in_order():
    async def scenario():
        clock, woken = FakeClock(MORNING), []

        async def wait(seconds):
            await clock.sleep(seconds)
            woken.append(seconds)

        tasks = [asyncio.create_task(wait(seconds)) for seconds in (3, 1, 2)]
        await asyncio.sleep(0)
        clock.advance(2)
        await asyncio.sleep(0)
        assert woken == [1, 2]
        clock.advance(1)
        await asyncio.gather(*tasks)
        assert woken == [1, 2, 3]

    asyncio.run(scenario())


def test_service_seconds_of_an_area():
    clock = FakeClock(MORNING)
    area = AreaClock(clock, SEOUL)
    assert (area.today(), area.now("2026-11-23")) == ("2026-11-23", 30_600)
    assert area.now("2026-11-24") == 30_600 - 86_400
    assert area.date_after(-1) == "2026-11-22"
    clock.advance(-3600)
    assert area.now("2026-11-23") == 30_600
    clock.advance(16 * 3600 + 3600)
    assert (area.today(), area.now("2026-11-23")) == ("2026-11-24", 30_600 + 16 * 3600)
