"""Time several candidates side by side, in one run, so that a busy machine is unfair to none."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Case = TypeVar("Case")
NS_PER_US = 1_000


class Latency(NamedTuple):
    """Distribution of one candidate's durations."""

    median_us: float
    p99_us: float
    n: int


def interleaved(
    candidates: Mapping[str, Callable[[Case], object]],
    cases: Sequence[Case],
    rounds: int = 1,
    block: int = 1,
) -> dict[str, Latency]:
    """Call every candidate on every case, taking turns, and return how long each took.

    Parameters
    ----------
    candidates : Mapping of str to callable
        Each takes a case. Compile and warm them before.
    cases : Sequence
        Inputs; make them beforehand from a fixed seed.
    rounds : int
        How often to go through the cases.
    block : int
        How many cases a candidate takes in its turn. More than one lets it find its own data in
        the caches, as one that serves alone does.

    Returns
    -------
    dict of str to Latency
        By candidate, over all cases and rounds; one call from Python each, in us.
    """
    return {
        name: summary(taken) for name, taken in taken_ns(candidates, cases, rounds, block).items()
    }


def taken_ns(
    candidates: Mapping[str, Callable[[Case], object]],
    cases: Sequence[Case],
    rounds: int = 1,
    block: int = 1,
) -> dict[str, npt.NDArray[np.int64]]:
    """Return what `interleaved` sums up: the duration of every call, ns, by candidate."""
    names = list(candidates)
    taken = np.empty((len(names), rounds * len(cases)), np.int64)
    calls = [case for _ in range(rounds) for case in cases]
    gc.collect()
    gc.disable()
    try:
        for nth, first in enumerate(range(0, len(calls), block)):
            for turn in range(len(names)):
                # Who goes first finds a colder cache: change it at each block.
                row = (turn + nth) % len(names)
                for call in range(first, min(first + block, len(calls))):
                    started = time.perf_counter_ns()
                    candidates[names[row]](calls[call])
                    taken[row, call] = time.perf_counter_ns() - started
    finally:
        gc.enable()
    return dict(zip(names, taken, strict=True))


def summary(taken: npt.NDArray[np.int64]) -> Latency:
    """Return the median and the 99th percentile of durations in nanoseconds."""
    median, p99 = np.percentile(taken, (50, 99)) / NS_PER_US
    return Latency(float(median), float(p99), len(taken))
