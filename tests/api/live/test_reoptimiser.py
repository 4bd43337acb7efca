"""Better plans from another process: taken over if they still hold, else nobody notices."""

import asyncio
import time
from dataclasses import replace

import pytest

from api.clocks.clock import FakeClock
from api.live.reoptimiser import Reoptimiser
from api.live.worker import WorkerError
from api.store.store import Store
from routing.dispatch.commands import LockAssignment, MoveRide
from routing.dispatch.rejections import Rejected
from tests.line_town import MINUTE, ride, town_loop
from tests.toy_rules import DATE, MORNING

pytestmark = pytest.mark.anyio

NOW = 30_600


def everything_on_the_first(plans, travel, weights, seconds, seed):
    """A search that knows one idea."""
    visits = tuple(visit for plan in plans for visit in plan.visits)
    return (replace(plans[0], visits=visits), *(replace(p, visits=()) for p in plans[1:]))


def nothing_better(plans, travel, weights, seconds, seed):
    return plans


def hangs(plans, travel, weights, seconds, seed):
    time.sleep(60)


@pytest.fixture
async def loop(embedded_url, area):
    async with Store(area, url=embedded_url) as store:
        loop = town_loop(store, FakeClock(MORNING))
        await loop.start()
        yield loop
        await loop.close()


@pytest.fixture
async def misplaced(loop):
    """A ride along the first shuttle's end of the line, moved to the second by a dispatcher."""
    booked = await loop.submit(DATE, ride("b1", 0, 1, NOW + 20 * MINUTE))
    assert not isinstance(booked.decision, Rejected), booked.decision
    moved = await loop.submit(DATE, MoveRide("b1", "SH2", "dispatcher"))
    assert not isinstance(moved.decision, Rejected), moved.decision
    return loop


def vehicle_of(loop, booking_id):
    return loop.committed(DATE).bookings[booking_id].vehicle_id


async def test_a_better_plan_is_taken_over(misplaced):
    assert vehicle_of(misplaced, "b1") == "SH2"
    reoptimiser = Reoptimiser(misplaced, everything_on_the_first)
    try:
        assert await reoptimiser.improve(DATE)
        assert vehicle_of(misplaced, "b1") == "SH1"
        assert not await reoptimiser.improve(DATE)
    finally:
        await reoptimiser.close()


async def test_the_solver_finds_what_is_obvious(misplaced):
    reoptimiser = Reoptimiser(misplaced, seconds=0.3)
    try:
        assert await reoptimiser.improve(DATE)
        assert vehicle_of(misplaced, "b1") == "SH1"
    finally:
        await reoptimiser.close()


async def test_a_plan_that_is_no_better_changes_nothing(misplaced):
    before = misplaced.committed(DATE)
    reoptimiser = Reoptimiser(misplaced, nothing_better)
    try:
        assert not await reoptimiser.improve(DATE)
        assert misplaced.committed(DATE) is before
    finally:
        await reoptimiser.close()


async def test_a_locked_rider_stays(misplaced):
    await misplaced.submit(DATE, LockAssignment("b1", "dispatcher"))
    reoptimiser = Reoptimiser(misplaced, everything_on_the_first)
    try:
        assert not await reoptimiser.improve(DATE)
        assert reoptimiser.worker.pid is None
        assert vehicle_of(misplaced, "b1") == "SH2"
    finally:
        await reoptimiser.close()


async def test_a_plan_that_comes_too_late_is_dropped(misplaced):
    reoptimiser = Reoptimiser(misplaced, everything_on_the_first)
    call = reoptimiser.worker.call

    async def overtaken(*args):
        found = await call(*args)
        booked = await misplaced.submit(DATE, ride("b2", 5, 4, NOW + 20 * MINUTE))
        assert not isinstance(booked.decision, Rejected)
        return found

    reoptimiser.worker.call = overtaken
    try:
        assert not await reoptimiser.improve(DATE)
        assert vehicle_of(misplaced, "b1") == "SH2"
    finally:
        await reoptimiser.close()


async def test_bookings_go_on_while_a_search_hangs(misplaced):
    reoptimiser = Reoptimiser(misplaced, hangs)
    reoptimiser.worker._timeout_s = 1.0
    searching = asyncio.create_task(reoptimiser.improve(DATE))
    n = 0
    while not searching.done():
        outcome = await misplaced.submit(DATE, ride(f"c{n}", 2, 3, NOW + 60 * MINUTE))
        n += not isinstance(outcome.decision, Rejected)
        await asyncio.sleep(0.05)
    with pytest.raises(WorkerError):
        await searching
    assert n > 5
    await reoptimiser.close()


async def test_it_searches_by_itself_and_once_a_change(misplaced):
    reoptimiser = Reoptimiser(misplaced, everything_on_the_first, every_s=0.02)
    await reoptimiser.start()
    async with asyncio.timeout(20):
        while vehicle_of(misplaced, "b1") == "SH2":
            await asyncio.sleep(0.02)
    calls = []

    async def count(plans, *_):
        calls.append(plans)
        return plans

    reoptimiser.worker.call = count
    await asyncio.sleep(0.3)
    await reoptimiser.close()
    assert len(calls) <= 1
    assert reoptimiser.worker.pid is None
