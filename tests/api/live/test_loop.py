"""The loop: order, repeats, days, and nothing told before it is durable."""

import asyncio
from datetime import timedelta

import pytest

from api.clocks.clock import FakeClock
from api.live.fanout import CommittedEvents, Dropped
from api.live.loop import AreaLoop, settle_memory
from api.live.writer import SNAPSHOT_EVERY
from api.store.errors import IdempotencyInFlight, IdempotencyMismatch
from api.store.records import Answer, Contact, Idempotency
from api.store.store import Store
from routing.dispatch.commands import Tick
from routing.dispatch.events import DayOpened, RideBooked, RideCancelled
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.rejections import Rejected, RejectReason
from routing.errors import StoreUnavailable
from tests import toy_rules
from tests.toy_rules import DATE, MORNING, NEXT, answer_of, book, cancel, toy_loop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(embedded_url, area):
    async with Store(area, url=embedded_url) as opened:
        yield opened


@pytest.fixture
def clock():
    return FakeClock(MORNING)


@pytest.fixture
async def loop(store, clock):
    loop = toy_loop(store, clock)
    await loop.start()
    yield loop
    await loop.close()


async def log_of(store: Store, date: str = DATE):
    return [logged.events for logged in await store.read_events(date)]


async def test_today_is_opened_first(loop, store):
    assert loop.ready
    [[opened]] = await log_of(store)
    assert isinstance(opened, DayOpened)
    assert loop.committed(DATE).is_open


async def test_a_grant_is_in_the_log_when_it_is_told(loop, store):
    outcome = await loop.submit(DATE, book("b1"))
    assert [type(event) for event in outcome.decision] == [RideBooked]
    assert outcome.state is loop.committed(DATE)
    assert (await store.load(DATE)).state == outcome.state
    assert (await log_of(store))[-1] == outcome.decision


async def test_a_refusal_writes_nothing(loop, store):
    outcome = await loop.submit(DATE, cancel("b1"))
    assert outcome.decision == Rejected(RejectReason.UNKNOWN_BOOKING)
    assert len(await log_of(store)) == 1


async def test_commands_are_decided_in_order_each_on_the_one_before(loop, store, monkeypatch):
    monkeypatch.setattr(toy_rules, "SEATS", 3)
    outcomes = await asyncio.gather(
        loop.submit(DATE, book("b1", 2)),
        loop.submit(DATE, book("b2", 2)),
        loop.submit(DATE, book("b3", 1)),
        loop.submit(DATE, cancel("b1")),
        loop.submit(DATE, book("b4", 2)),
    )
    refused = [isinstance(outcome.decision, Rejected) for outcome in outcomes]
    assert refused == [False, True, False, False, False]
    assert [outcome.state.version for outcome in outcomes] == [2, 2, 3, 4, 5]


async def test_what_arrives_during_a_commit_goes_together_into_the_next(loop, store, monkeypatch):
    batches = []
    commit = store.commit

    async def counting(batch):
        batches.append(sum(len(day.commits) for day in batch.days))
        await commit(batch)

    monkeypatch.setattr(store, "commit", counting)
    first = asyncio.create_task(loop.submit(DATE, book("first")))
    while not batches:
        await asyncio.sleep(0)
    await asyncio.gather(first, *(loop.submit(DATE, book(f"b{i}")) for i in range(20)))
    assert batches == [1, 20]


async def test_readers_see_nothing_that_is_not_durable(loop, store, monkeypatch):
    reached, go = asyncio.Event(), asyncio.Event()
    commit = store.commit

    async def slow(batch):
        reached.set()
        await go.wait()
        await commit(batch)

    monkeypatch.setattr(store, "commit", slow)
    telling = asyncio.create_task(loop.submit(DATE, book("b1")))
    refused = asyncio.create_task(loop.submit(DATE, book("b1")))
    await reached.wait()
    assert loop.committed(DATE).version == 1
    assert loop.find_booking("b1") is None
    # a refusal that rests on what is not durable waits as well
    assert not refused.done()
    go.set()
    await telling
    assert isinstance((await refused).decision, Rejected)
    assert loop.find_booking("b1") == (DATE, loop.committed(DATE).bookings["b1"])


async def test_an_error_in_a_decision_hurts_nobody_else(loop):
    class Unknown:
        pass

    outcomes = await asyncio.gather(
        loop.submit(DATE, book("b1")),
        loop.submit(DATE, Unknown()),
        loop.submit(DATE, book("b2")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], NotImplementedError)
    assert set(loop.committed(DATE).bookings) == {"b1", "b2"}
    assert loop.ready


async def test_who_has_left_before_the_decision_gets_no_booking(loop, store):
    gone = asyncio.create_task(loop.submit(DATE, book("gone")))
    await asyncio.sleep(0)
    gone.cancel()
    await loop.submit(DATE, book("b1"))
    assert set(loop.committed(DATE).bookings) <= {"b1", "gone"}
    assert (await store.load(DATE)).state == loop.committed(DATE)


# --- repeats ---

REQUEST = Idempotency("rider", "k1", "digest")


async def test_a_repeat_gets_the_same_answer_and_does_nothing(loop, store):
    first = await loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    again = await loop.submit(DATE, book("b2"), idempotency=REQUEST, answer=answer_of)
    assert first.answer == again.answer == Answer(201, b"2")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.decision == ()
    assert set(loop.committed(DATE).bookings) == {"b1"}


async def test_a_repeat_that_would_be_refused_now_gets_the_same_answer(loop):
    first = await loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    again = await loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    assert again.answer == first.answer
    assert again.replayed


async def test_a_repeat_after_a_restart_gets_the_same_answer(store, loop, clock):
    first = await loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    await loop.close()
    after = toy_loop(store, clock)
    await after.start()
    again = await after.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    assert (again.answer, again.replayed) == (first.answer, True)
    await after.close()


async def test_a_repeat_in_flight_is_told_to_wait(loop):
    first = loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    again = loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    granted, refused = await asyncio.gather(first, again, return_exceptions=True)
    assert granted.answer == Answer(201, b"2")
    assert isinstance(refused, IdempotencyInFlight)


@pytest.mark.parametrize("booking_id", ["b1", "b2"])
async def test_a_key_is_for_one_request(loop, booking_id):
    other = Idempotency(REQUEST.caller, REQUEST.key, "other digest")
    first = loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    again = loop.submit(DATE, book("b2"), idempotency=other, answer=answer_of)
    _, refused = await asyncio.gather(first, again, return_exceptions=True)
    assert isinstance(refused, IdempotencyMismatch)
    with pytest.raises(IdempotencyMismatch):
        await loop.submit(DATE, book(booking_id), idempotency=other, answer=answer_of)
    assert set(loop.committed(DATE).bookings) == {"b1"}


async def test_keys_of_two_callers_never_meet(loop):
    other = Idempotency("another rider", REQUEST.key, "other digest")
    await loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    await loop.submit(DATE, book("b2"), idempotency=other, answer=answer_of)
    assert set(loop.committed(DATE).bookings) == {"b1", "b2"}


async def test_a_repeat_among_others_leaves_them_alone(loop):
    await loop.submit(DATE, book("b1"), idempotency=REQUEST, answer=answer_of)
    fresh = Idempotency("rider", "k2", "d")
    outcomes = await asyncio.gather(
        loop.submit(DATE, book("b2")),
        loop.submit(DATE, book("b3"), idempotency=REQUEST, answer=answer_of),
        loop.submit(DATE, book("b4"), idempotency=fresh, answer=answer_of),
    )
    assert [outcome.replayed for outcome in outcomes] == [False, True, False]
    assert set(loop.committed(DATE).bookings) == {"b1", "b2", "b4"}


async def test_a_refusal_is_not_put_on_record(loop):
    refused = await loop.submit(DATE, cancel("b1"), idempotency=REQUEST, answer=answer_of)
    assert refused.answer is None
    await loop.submit(DATE, book("b1"))
    granted = await loop.submit(DATE, cancel("b1"), idempotency=REQUEST, answer=answer_of)
    assert not isinstance(granted.decision, Rejected)


async def test_a_key_without_an_answer_to_keep_is_an_error(loop):
    with pytest.raises(ValueError, match="needs an answer"):
        await loop.submit(DATE, book("b1"), idempotency=REQUEST)


# --- days ---


async def test_a_day_ahead_is_opened_on_demand_and_booked_before_its_second_0(loop, store):
    outcome = await loop.submit(NEXT, book("b1"))
    [event] = outcome.decision
    assert event.time == (8.5 - 24) * 3600
    assert loop.list_dates() == [DATE, NEXT]
    assert loop.find_booking("b1") == (NEXT, outcome.state.bookings["b1"])
    assert [type(events[0]) for events in await log_of(store, NEXT)] == [DayOpened, RideBooked]


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("2026-11-22", RejectReason.DAY_NOT_OPEN),
        ("2026-12-01", RejectReason.TOO_FAR_AHEAD),
        ("2999-01-01", RejectReason.TOO_FAR_AHEAD),
    ],
)
async def test_a_day_that_cannot_be_booked_is_not_opened(loop, store, date, reason):
    assert (await loop.submit(date, book("b1"))).decision == Rejected(reason)
    assert not (await loop.open_day(date)).is_open
    assert await store.list_dates() == [DATE]


async def test_two_days_change_together_or_not_at_all(loop, store):
    await loop.submit(DATE, book("b1"))
    moved = await loop.submit_pair((DATE, cancel("b1")), (NEXT, book("b1")))
    assert [type(event) for event in moved.decision] == [RideCancelled, RideBooked]
    assert loop.find_booking("b1") == (NEXT, moved.state.bookings["b1"])
    before = {date: loop.committed(date) for date in (DATE, NEXT)}
    await loop.submit(DATE, book("b2"))
    before[DATE] = loop.committed(DATE)
    refused = await loop.submit_pair((DATE, cancel("b2")), (NEXT, book("b1")))
    assert refused.decision == Rejected(RejectReason.DUPLICATE_BOOKING)
    assert {date: loop.committed(date) for date in (DATE, NEXT)} == before
    with pytest.raises(ValueError, match="two service days"):
        await loop.submit_pair((DATE, cancel("b2")), (DATE, book("b3")))


async def test_a_restart_goes_on_where_it_was(loop, store, clock):
    await loop.submit(DATE, book("b1"))
    await loop.submit_pair((DATE, cancel("b1")), (NEXT, book("b1")))
    states = {date: loop.committed(date) for date in loop.list_dates()}
    await loop.close()
    again = toy_loop(store, clock)
    await again.start()
    assert {date: again.committed(date) for date in again.list_dates()} == states
    assert again.find_booking("b1") == (NEXT, states[NEXT].bookings["b1"])
    await again.close()


async def test_snapshots_come_every_so_often_and_at_the_end(loop, store):
    for i in range(SNAPSHOT_EVERY - 2):
        await loop.submit(DATE, book(f"b{i}"))
    assert (await store.load(DATE)).snapshot_version == 0
    await loop.submit(DATE, book("one more"))
    assert (await store.load(DATE)).snapshot_version == SNAPSHOT_EVERY
    await loop.submit(DATE, book("and one"))
    await loop.close()
    assert (await store.load(DATE)).snapshot_version == SNAPSHOT_EVERY + 1


async def test_a_contact_goes_to_the_vault_and_not_into_the_log(loop, store):
    contact = Contact("김속초", "010-0000-0000")
    await loop.submit(DATE, book("b1"), contact=contact)
    assert await store.find_contact("b1") == contact
    await loop.submit(DATE, book("b1"), contact=Contact("other"))
    assert await store.find_contact("b1") == contact
    with pytest.raises(ValueError, match="booking"):
        await loop.submit(DATE, Tick(), contact=contact)


# --- time ---


async def test_ticks_follow_the_clock(store, clock):
    seen = []

    def watching(state, command, now, network):
        if isinstance(command, Tick):
            seen.append((state.service_date, now))
        return toy_rules.decide(state, command, now, network)

    loop = toy_loop(store, clock, decide=watching)
    await loop.start()
    await settle()
    seen.clear()
    for _ in range(3):
        clock.advance(1)
        await settle()
    assert seen == [(DATE, 30_600 + i) for i in (1, 2, 3)]
    await loop.submit(NEXT, book("unmatched"))
    seen.clear()
    clock.advance(1)
    await settle()
    assert sorted(seen) == [(DATE, 30_604), (NEXT, 30_604 - 86_400)]
    await loop.close()


async def settle():
    """Let everything run that can without time passing."""
    for _ in range(50):
        await asyncio.sleep(0.001)


async def test_a_tick_that_fails_is_not_the_last(store, clock, caplog):
    failures = [True, True]

    def failing(state, command, now, network):
        if isinstance(command, Tick) and state.is_open and failures.pop():
            raise KeyError("an error of ours")
        return toy_rules.decide(state, command, now, network)

    loop = toy_loop(store, clock, decide=failing)
    failures.append(False)
    await loop.start()
    await settle()
    for _ in range(2):
        clock.advance(1)
        await settle()
    assert "a tick failed" in caplog.text
    assert failures == []
    assert loop.ready
    await loop.close()


async def test_a_new_day_opens_by_itself(loop, clock):
    await settle()
    clock.advance(16 * 3600)
    await settle()
    assert loop.today() == NEXT
    assert loop.committed(NEXT).is_open


async def test_time_never_goes_back_when_the_clock_does(loop, clock):
    clock.advance(100)
    [before] = (await loop.submit(DATE, book("b1"))).decision
    clock.advance(-3600)
    [after] = (await loop.submit(DATE, book("b2"))).decision
    assert after.time == before.time
    clock.advance(3601)
    [later] = (await loop.submit(DATE, book("b3"))).decision
    assert later.time == before.time + 1


async def test_time_never_goes_back_over_a_restart(loop, store):
    [before] = (await loop.submit(DATE, book("b1"))).decision
    await loop.close()
    again = toy_loop(store, FakeClock(MORNING - timedelta(hours=1)))
    await again.start()
    [after] = (await again.submit(DATE, book("b2"))).decision
    assert after.time == before.time
    await again.close()


async def test_days_long_past_leave_memory(loop, clock):
    await loop.submit(DATE, book("b1"))
    for _ in range(9):
        clock.advance(86_400)
        await settle()
    assert DATE not in loop.list_dates()
    assert loop.find_booking("b1") is None


# --- listeners ---


async def test_listeners_get_each_commit_once_it_is_durable(loop):
    with loop.subscribe() as listener:
        booked = await loop.submit(DATE, book("b1"))
        moved = await loop.submit_pair((DATE, cancel("b1")), (NEXT, book("b1")))
        got = [await anext(listener) for _ in range(4)]
    assert got[0] == CommittedEvents(DATE, 2, booked.decision)
    assert {(item.service_date, item.version) for item in got[1:]} == {
        (DATE, 3),
        (NEXT, 1),
        (NEXT, 2),
    }
    assert (
        moved.decision[0] in next(i for i in got if (i.service_date, i.version) == (DATE, 3)).events
    )


async def test_a_slow_listener_is_dropped_and_told(loop):
    slow, quick = loop.subscribe(), loop.subscribe()
    slow._limit = 2
    for i in range(3):
        await loop.submit(DATE, book(f"b{i}"))
    assert [item async for item in slow] == [Dropped()]
    assert [(await anext(quick)).version for _ in range(3)] == [2, 3, 4]
    await loop.close()
    assert [item async for item in quick] == []


# --- coming and going ---


async def test_a_closed_loop_takes_no_commands(loop):
    await loop.close()
    with pytest.raises(StoreUnavailable):
        await loop.submit(DATE, book("b1"))


async def test_what_waits_at_the_end_is_still_decided(loop, store):
    waiting = [asyncio.create_task(loop.submit(DATE, book(f"b{i}"))) for i in range(200)]
    await asyncio.sleep(0)
    await loop.close()
    outcomes = await asyncio.gather(*waiting)
    assert {o.state.bookings[f"b{i}"].state for i, o in enumerate(outcomes)} == {
        BookingState.BOOKED
    }
    assert len((await store.load(DATE)).state.bookings) == 200


async def test_a_second_loop_waits_until_the_first_has_gone(embedded_url, area, loop, clock):
    async with Store(area, url=embedded_url) as other:
        second: AreaLoop = toy_loop(other, clock)
        await second.start()
        assert not second.ready
        with pytest.raises(StoreUnavailable):
            await second.submit(DATE, book("b1"))
        await loop.submit(DATE, book("b1"))
        await loop.close()
        while not second.ready:
            await asyncio.sleep(0.01)
        await second.submit(DATE, book("b2"))
        assert set(second.committed(DATE).bookings) == {"b1", "b2"}
        await second.close()


def test_settled_memory_is_not_looked_at_again():
    import gc

    settle_memory()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
