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
    candidates: Mapping[str, Callable[[Case], object]], cases: Sequence[Case], rounds: int = 1
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

    Returns
    -------
    dict of str to Latency
        By candidate, over all cases and rounds; one call from Python each, in us.
    """
    names = list(candidates)
    taken_ns = np.empty((len(names), rounds * len(cases)), np.int64)
    gc.collect()
    gc.disable()
    try:
        for call, case in enumerate(case for _ in range(rounds) for case in cases):
            for turn in range(len(names)):
                # Who goes first finds a colder cache: change it at each call.
                row = (turn + call) % len(names)
                started = time.perf_counter_ns()
                candidates[names[row]](case)
                taken_ns[row, call] = time.perf_counter_ns() - started
    finally:
        gc.enable()
    return {name: summary(taken_ns[row]) for row, name in enumerate(names)}


def summary(taken_ns: npt.NDArray[np.int64]) -> Latency:
    """Return the median and the 99th percentile of durations in nanoseconds."""
    median, p99 = np.percentile(taken_ns, (50, 99)) / NS_PER_US
    return Latency(float(median), float(p99), len(taken_ns))
