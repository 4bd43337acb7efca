"""Work in another process: it may fail in every way, and the next call works again."""

import asyncio
import contextlib
import os
import signal
import time

import pytest

from api.live.worker import NICENESS, WorkerError, WorkerProcess

pytestmark = pytest.mark.anyio


def act(what, *details):
    """What the tests have the worker do."""
    acts = {
        "add": lambda *numbers: sum(numbers),
        "pid": os.getpid,
        "nice": lambda: os.nice(0),
        "raise": lambda: {}["absent"],
        "hang": lambda: time.sleep(60),
        "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    }
    return acts[what](*details)


@contextlib.contextmanager
def worker(timeout_s=20.0):
    process = WorkerProcess(act, timeout_s=timeout_s)
    try:
        yield process
    finally:
        process.kill()


async def test_it_computes_elsewhere_and_politely():
    with worker() as process:
        assert await process.call("add", 1, 2) == 3
        first = await process.call("pid")
        assert first == await process.call("pid") == process.pid != os.getpid()
        assert await process.call("nice") >= NICENESS


async def test_calls_wait_for_each_other():
    with worker() as process:
        results = await asyncio.gather(*(process.call("add", i, i) for i in range(10)))
        assert results == [2 * i for i in range(10)]


async def test_an_error_is_told_and_the_process_goes_on():
    with worker() as process:
        before = await process.call("pid")
        with pytest.raises(WorkerError, match="absent"):
            await process.call("raise")
        assert await process.call("pid") == before


async def test_a_death_is_told_and_the_process_starts_again():
    with worker() as process:
        before = await process.call("pid")
        with pytest.raises(WorkerError, match="given up"):
            await process.call("die")
        assert await process.call("pid") != before


async def test_a_worker_that_hangs_is_killed_and_holds_up_nobody():
    with worker(timeout_s=3.0) as process:
        hung = await process.call("pid")
        process._timeout_s = 0.2
        hanging = asyncio.create_task(process.call("hang"))
        turns = 0
        while not hanging.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert turns > 5
        with pytest.raises(WorkerError, match=r"no result within 0.2 s"):
            await hanging
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)
        process._timeout_s = 20.0
        assert await process.call("add", 1) == 1


async def test_a_call_that_is_cancelled_ends_the_process():
    with worker() as process:
        hung = await process.call("pid")
        hanging = asyncio.create_task(process.call("hang"))
        await asyncio.sleep(0.05)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert process.pid is None
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)
