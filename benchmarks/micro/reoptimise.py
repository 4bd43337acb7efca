"""What a short run of the re-optimiser takes and saves, beside its time budget."""

from time import perf_counter_ns

import numpy as np

from benchmarks.measure import summary
from benchmarks.micro.insertion import make_world
from benchmarks.report import Row, Section
from routing.drt.reoptimise import reoptimise
from routing.policy import CostWeights

N_VEHICLES, N_VISITS = 20, 16
BUDGETS_S = (0.5, 2.0)
SEEDS = (1, 2, 3)


def run() -> Section:
    """Measure every budget on every seed."""
    return Section(
        "Re-optimisation",
        "python -m benchmarks micro.reoptimise",
        f"`reoptimise` from plans made by cheapest insertion, {N_VEHICLES} vehicles x {N_VISITS} "
        f"visits, worlds of seeds {SEEDS}; model, search and audit of the result. "
        "The floor is the time that the search was given.",
        [row for seconds in BUDGETS_S for row in _measure(seconds)],
    )


def _measure(seconds: float) -> list[Row]:
    taken_ns, saved = [], []
    for seed in SEEDS:
        travel, plans, _ = make_world(N_VEHICLES, N_VISITS, 0, seed)
        started = perf_counter_ns()
        found = reoptimise(plans, travel, CostWeights(), seconds=seconds, seed=seed)
        taken_ns.append(perf_counter_ns() - started)
        saved.append(1 - found.cost_after / found.cost_before)
    floor = Row(f"budget {seconds} s", summary(np.array([int(seconds * 1e9)])))
    remark = f"saves {np.mean(saved):.1%} of the weighted cost, {min(saved):.1%} at least"
    return [Row(f"reoptimise, {seconds} s", summary(np.array(taken_ns)), floor, remark), floor]
