"""The store dies, freezes, or does not say what it did. Whatever happens:

- who was told of a booking finds it in the log, and it is there once;
- the loop's states are what the log says.
"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from api.clocks.clock import FakeClock
from api.store.errors import CommitUnknown
from api.store.records import CommitBatch, DayCommit, Idempotency
from api.store.store import Store
from routing.dispatch.events import DutyChanged
from routing.dispatch.rejections import Rejected
from routing.dispatch.values import DutyState
from routing.errors import StoreUnavailable, VersionConflict
from tests.faults.proxy import Wire
from tests.toy_rules import DATE, MORNING, answer_of, book, toy_loop

pytestmark = pytest.mark.anyio

EVENT = DutyChanged(1, "SH1", DutyState.OFF_DUTY, "dispatcher")


async def granted(loop, ids):
    """Ask for rides, all at once; the ids that were told to be granted."""

    async def ask(booking_id):
        try:
            outcome = await loop.submit(DATE, book(booking_id))
        except StoreUnavailable:
            return None
        return None if isinstance(outcome.decision, Rejected) else booking_id

    return {found for found in await asyncio.gather(*map(ask, ids)) if found}


async def until_ready(*loops):
    for loop in loops:
        while not loop.ready:
            await asyncio.sleep(0.01)


async def check_against_log(loop, store, acknowledged):
    """The log has all that was told, and the loop's state is its fold."""
    state = (await store.load(DATE)).state
    assert acknowledged <= set(state.bookings)
    assert loop.committed(DATE) == state


# --- the server dies ---


@pytest.mark.parametrize("delay_ms", [0, 2, 5, 11])
async def test_the_embedded_server_is_killed_under_load_and_comes_back(own_store, delay_ms):
    loop = toy_loop(own_store, FakeClock(MORNING))
    await loop.start()
    asking = asyncio.create_task(_waves(loop, 20, 20))
    await asyncio.sleep(delay_ms / 1000)
    os.kill(own_store.server.pid, signal.SIGKILL)
    acknowledged = await asking
    await until_ready(loop)
    acknowledged |= await granted(loop, ["after"])
    assert "after" in acknowledged
    await check_against_log(loop, own_store, acknowledged)
    await loop.close()


async def _waves(loop, n_waves, size):
    told = set()
    for wave in range(n_waves):
        told |= await granted(loop, [f"w{wave}-{i}" for i in range(size)])
        await asyncio.sleep(0)
    return told


async def test_nothing_is_acknowledged_while_the_store_is_gone(redis_server):
    async with Store("a", url=redis_server.url) as store:
        loop = toy_loop(store, FakeClock(MORNING))
        await loop.start()
        acknowledged = await granted(loop, ["before"])
        state = loop.committed(DATE)
        redis_server.kill()
        assert await granted(loop, [f"lost{i}" for i in range(100)]) == set()
        assert not loop.ready
        assert await granted(loop, ["lost too"]) == set()
        assert loop.committed(DATE) is state
        redis_server.start()
        await until_ready(loop)
        assert loop.committed(DATE) == state
        acknowledged |= await granted(loop, ["after"])
        assert acknowledged == {"before", "after"}
        await check_against_log(loop, store, acknowledged)
        await loop.close()


async def test_a_store_that_vanishes_during_a_commit_leaves_it_unknown(redis_server):
    async with Store("a", url=redis_server.url) as store:
        redis_server.kill()
        with pytest.raises(CommitUnknown, match="must be read again"):
            await store.commit(CommitBatch((DayCommit(DATE, 0, ((EVENT,),)),)))


async def test_a_frozen_server_is_not_waited_for(redis_server):
    async with Store("a", url=redis_server.url, timeout_s=0.2) as store:
        loop = toy_loop(store, FakeClock(MORNING))
        await loop.start()
        os.kill(redis_server.process.pid, signal.SIGSTOP)
        assert await granted(loop, ["lost"]) == set()
        os.kill(redis_server.process.pid, signal.SIGCONT)
        await until_ready(loop)
        acknowledged = await granted(loop, ["after"])
        assert acknowledged == {"after"}
        await check_against_log(loop, store, acknowledged)
        await loop.close()


# --- the line breaks ---


@pytest.fixture
async def wire(redis_server):
    async with Wire(redis_server.socket, redis_server.folder / "wire.sock") as wire:
        yield wire


@pytest.fixture
async def wired_store(wire):
    async with Store("a", url=wire.url) as store:
        yield store


@pytest.mark.parametrize("loss", ["lose reply", "lose request", "late"])
async def test_a_commit_whose_line_breaks_is_written_once(wire, wired_store, loss):
    loop = toy_loop(wired_store, FakeClock(MORNING))
    await loop.start()
    wire.on_commit = loss
    request = Idempotency("rider", "k1", "d")
    outcome = await loop.submit(DATE, book("b1"), idempotency=request, answer=answer_of)
    assert not outcome.replayed
    assert wire.on_commit == ""
    await wire.deliver()
    assert len(await wired_store.read_events(DATE)) == 2
    await check_against_log(loop, wired_store, {"b1"})
    again = await loop.submit(DATE, book("b1"), idempotency=request, answer=answer_of)
    assert (again.replayed, again.answer) == (True, outcome.answer)
    await loop.close()


async def test_a_commit_that_comes_late_is_not_carried_out(wire, wired_store):
    """Its reply was given up, the log was read, and only then does it reach the server."""
    await wired_store.commit(CommitBatch((DayCommit(DATE, 0, ((EVENT,),)),)))
    wire.on_commit = "late"
    batch = CommitBatch((DayCommit(DATE, 1, ((EVENT,),)),))
    keys, args = wired_store._parcel(batch, "token")
    with pytest.raises(redis.ConnectionError):
        await wired_store._commit.run(wired_store._connected, keys, [wired_store._fence, *args])
    assert not await wired_store._settle(batch, "token", ConnectionError())
    await wire.deliver()
    assert len(await wired_store.read_events(DATE)) == 1


# --- two writers ---


async def test_two_loops_on_one_log_are_harmless(store_url, area, monkeypatch):
    """By accident both believe that the area is theirs."""

    async def believe(self, token, ttl_s=0):
        return True

    monkeypatch.setattr(Store, "hold_lease", believe)
    async with Store(area, url=store_url) as one, Store(area, url=store_url) as two:
        loops = [toy_loop(store, FakeClock(MORNING)) for store in (one, two)]
        for loop in loops:
            await loop.start()
        acknowledged = set()
        for wave in range(10):
            told = await asyncio.gather(
                *(
                    granted(loop, [f"{wave}-{n}-{i}" for i in range(5)])
                    for n, loop in enumerate(loops)
                )
            )
            assert not told[0] & told[1]
            acknowledged |= told[0] | told[1]
            await until_ready(*loops)
        state = (await one.load(DATE)).state
        assert acknowledged <= set(state.bookings)
        assert len(acknowledged) > 50
        for loop in loops:
            told = await granted(loop, [f"last of {loops.index(loop)}"])
            await until_ready(loop)
            acknowledged |= told
            assert told
            assert loop.committed(DATE) == (await one.load(DATE)).state
        for loop in loops:
            await loop.close()


async def test_a_request_that_another_loop_granted_is_not_granted_again(
    store_url, area, monkeypatch
):
    async def believe(self, token, ttl_s=0):
        return True

    monkeypatch.setattr(Store, "hold_lease", believe)
    request = Idempotency("rider", "k1", "d")
    async with Store(area, url=store_url) as one, Store(area, url=store_url) as two:
        first, second = (toy_loop(store, FakeClock(MORNING)) for store in (one, two))
        await first.start()
        await second.start()
        granted = await first.submit(DATE, book("b1"), idempotency=request, answer=answer_of)
        again = await second.submit(DATE, book("b2"), idempotency=request, answer=answer_of)
        assert (again.replayed, again.answer) == (True, granted.answer)
        assert set((await one.load(DATE)).state.bookings) == {"b1"}
        for loop in (first, second):
            await loop.close()


async def test_a_writer_that_was_replaced_is_refused(store_url, area):
    async with Store(area, url=store_url) as one, Store(area, url=store_url) as two:
        assert await one.hold_lease("one")
        await one.release_lease("one")
        assert await two.hold_lease("two")
        with pytest.raises(VersionConflict):
            await one.commit(CommitBatch((DayCommit(DATE, 0, ((EVENT,),)),)))


async def test_a_loop_whose_area_was_taken_over_stands_by(store_url, area, monkeypatch):
    monkeypatch.setattr("api.live.writer.LEASE_S", 0.06)
    monkeypatch.setattr("api.live.writer.RETRY_S", 0.02)
    async with Store(area, url=store_url) as one, Store(area, url=store_url) as two:
        loop = toy_loop(one, FakeClock(MORNING))
        await loop.start()
        assert await granted(loop, ["before"]) == {"before"}
        await two._connected.set(two.keys.lease, "two")
        assert await two.hold_lease("two")
        async with asyncio.timeout(10):
            while loop.ready:
                await asyncio.sleep(0.01)
            assert await granted(loop, ["refused"]) == set()
            version = loop.committed(DATE).version
            await two.commit(CommitBatch((DayCommit(DATE, version, ((EVENT,),)),)))
            await two.release_lease("two")
            await until_ready(loop)
        assert await granted(loop, ["after"]) == {"after"}
        await check_against_log(loop, one, {"before", "after"})
        await loop.close()


async def test_a_loop_ends_in_the_middle_of_keeping_its_lease(own_store, monkeypatch):
    """A Redis client may swallow a cancellation; this hung one time in five hundred."""
    monkeypatch.setattr("api.live.writer.LEASE_S", 0.003)
    for i in range(100):
        loop = toy_loop(own_store, FakeClock(MORNING))
        await loop.start()
        await asyncio.sleep(0.001 * (i % 7))
        async with asyncio.timeout(20):
            await loop.close()
        assert await own_store._connected.get(own_store.keys.lease) is None


# --- the whole process is killed ---

SERVE = """
import asyncio, sys
from pathlib import Path
from api.clocks.clock import FakeClock
from api.store.store import Store
from tests.toy_rules import DATE, MORNING, book, toy_loop

async def main():
    async with Store("own", folder=Path(sys.argv[1])) as store:
        loop = toy_loop(store, FakeClock(MORNING))
        await loop.start()

        async def ask(n):
            for i in range(10**6):
                await loop.submit(DATE, book(f"{sys.argv[2]}-{n}-{i}"))
                print(f"{sys.argv[2]}-{n}-{i}", flush=True)

        await asyncio.gather(*map(ask, range(20)))

asyncio.run(main())
"""


async def test_a_process_killed_under_load_has_lost_nothing_that_it_told(tmp_path):
    told: set[str] = set()
    for life in range(3):
        told |= await asyncio.to_thread(_serve_and_kill, tmp_path, life)
    async with Store("own", folder=tmp_path) as store:
        loop = toy_loop(store, FakeClock(MORNING))
        await loop.start()
        assert len(told) > 300
        await check_against_log(loop, store, told)
        await loop.close()


def _serve_and_kill(folder: Path, life: int) -> set[str]:
    command = [sys.executable, "-c", SERVE, str(folder), str(life)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = {process.stdout.readline().strip() for _ in range(150 + 37 * life)}
        process.kill()
        # what it had written to the pipe before it died was told as well
        lines = process.stdout.read().split("\n")
    return told | {line for line in lines[:-1] if line}
