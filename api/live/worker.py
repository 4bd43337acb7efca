"""Work that would hold up the loop, in a process of its own.

Rule: the worker owns nothing. It is handed values and gives values back, so it may hang, crash
or be late. It is a process so that a search is nice to who serves riders, and can be killed.
The worker imports this module, which therefore imports little.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic
from typing import Any

from routing.drt.model import VehiclePlan
from routing.errors import SokchoError

#: Added to the niceness of the worker, so that who serves riders goes first.
NICENESS = 10


class WorkerError(SokchoError):
    """The worker did not give a result; it starts anew with the next call."""

    code = "worker_failed"


class WorkerProcess:
    """A function that runs in another process, one call at a time.

    The process is spawned at the first call, killed when a call takes too long, and spawned
    again at the next one.

    Parameters
    ----------
    work
        A function of a module; it, its arguments and its results can be pickled.
    timeout_s
        Real seconds after which a call is given up and the process killed.
    """

    def __init__(self, work: Callable[..., Any], *, timeout_s: float) -> None:
        self._work, self._timeout_s = work, timeout_s
        self._running: tuple[SpawnProcess, Connection] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Process id, None while it is not running."""
        return self._running[0].pid if self._running is not None else None

    async def call(self, *args: Any) -> Any:
        """What the function returns for ``args``.

        Raises
        ------
        WorkerError
            If it raised, died or took too long.
        """
        async with self._one_at_a_time:
            process, pipe = self._running = self._running or self._spawn()
            reply = asyncio.ensure_future(asyncio.to_thread(_exchange, pipe, args, self._timeout_s))
            try:
                succeeded, result = await asyncio.shield(reply)
            except (OSError, EOFError) as error:
                self.kill()
                raise WorkerError(f"the worker was given up: {error!r}") from error
            except asyncio.CancelledError:
                process.kill()
                # the thread lets go of the pipe first; what it met does not matter
                await asyncio.gather(reply, return_exceptions=True)
                self.kill()
                raise
        if not succeeded:
            raise WorkerError(f"the worker failed: {result}")
        return result

    def kill(self) -> None:
        """End the process at once; not during a call."""
        if self._running is not None:
            process, pipe = self._running
            self._running = None
            process.kill()
            process.join()
            pipe.close()
            process.close()

    def _spawn(self) -> tuple[SpawnProcess, Connection]:
        # never forked: a fork of a process with threads may inherit a lock that nobody opens
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        process.start()
        theirs.close()
        return process, ours


def _exchange(pipe: Connection, args: Sequence[Any], timeout_s: float) -> tuple[bool, Any]:
    pipe.send(args)
    if not pipe.poll(timeout_s):
        raise TimeoutError(f"no result within {timeout_s} s")
    reply: tuple[bool, Any] = pipe.recv()
    return reply


def _serve(pipe: Connection, work: Callable[..., Any]) -> None:
    """Answer calls until the other end goes away, as it does when its process is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    with contextlib.suppress(EOFError, OSError):
        while True:
            args = pipe.recv()
            try:
                reply = True, work(*args)
            except Exception as error:  # noqa: BLE001 (told to the caller, who logs it)
                reply = False, repr(error)
            pipe.send(reply)


def search(
    plans: Sequence[VehiclePlan], travel: Any, weights: Any, seconds: float, seed: int
) -> tuple[VehiclePlan, ...]:
    """Better plans, if any are found within ``seconds``; runs in the worker.

    Parameters
    ----------
    plans
        The fleet as it stands.
    travel
        Travel times.
    weights
        What a second of each kind costs.
    seconds
        Time to search, real seconds.
    seed
        Of the search.

    Returns
    -------
    tuple of VehiclePlan
        Plans of the same vehicles, never worse than ``plans``.
    """
    # here, so that the process that serves does not wait for what only this one needs
    from routing.drt.search import improve, warm_up

    warm_up()  # nothing but a millisecond once the kernels are loaded
    budget = _within(seconds)
    return tuple(improve(plans, travel, weights, seed=seed, budget=budget).plans)


def _within(seconds: float) -> Callable[[int], float]:
    started = monotonic()
    return lambda _: (monotonic() - started) / seconds
