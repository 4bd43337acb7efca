"""What a background search saves: ruin & recreate, OR-Tools' routing model, or both."""

from collections.abc import Callable, Sequence
from time import monotonic, perf_counter_ns

import numpy as np

from benchmarks.measure import summary
from benchmarks.micro.insertion import make_world
from benchmarks.report import Row, Section
from routing.drt.model import VehiclePlan
from routing.drt.reoptimise import reoptimise
from routing.drt.schedule import plans_cost
from routing.drt.search import improve
from routing.drt.search.budget import Budget
from routing.policy import CostWeights
from routing.road.travel import TravelTimes

N_VEHICLES, N_VISITS = 20, 16
BUDGETS_S = (0.5, 2.0)
SEEDS = (1, 2, 3)
WEIGHTS = CostWeights()

Plans = Sequence[VehiclePlan]
Improver = Callable[[Plans, TravelTimes, float, int], Plans]


def run() -> Section:
    """Measure every improver with every budget on every seed."""
    travel, plans, _ = make_world(N_VEHICLES, N_VISITS, 0, SEEDS[0])
    _search(plans, travel, 0.01, 1)  # compiles, or loads the compiled kernel
    return Section(
        "Re-optimisation",
        "python -m benchmarks micro.reoptimise",
        f"From plans made by cheapest insertion, {N_VEHICLES} vehicles x {N_VISITS} visits, worlds "
        f"of seeds {SEEDS}, equal time for each; audit of the result included. The live service "
        "uses the search. The ratio is to the time that was given.",
        [
            row
            for seconds in BUDGETS_S
            for row in [
                *(_measure(name, work, seconds) for name, work in IMPROVERS.items()),
                _floor(seconds),
            ]
        ],
    )


def _floor(seconds: float) -> Row:
    return Row(f"budget {seconds} s", summary(np.array([int(seconds * 1e9)])))


def _measure(name: str, work: Improver, seconds: float) -> Row:
    taken_ns, saved = [], []
    for seed in SEEDS:
        travel, plans, _ = make_world(N_VEHICLES, N_VISITS, 0, seed)
        started = perf_counter_ns()
        better = work(plans, travel, seconds, seed)
        taken_ns.append(perf_counter_ns() - started)
        before, after = (plans_cost(p, travel, WEIGHTS) for p in (plans, better))
        saved.append(1 - after / before)
    remark = f"saves {np.mean(saved):.1%} of the weighted cost, {min(saved):.1%} at least"
    return Row(f"{name}, {seconds} s", summary(np.array(taken_ns)), _floor(seconds), remark)


def _search(plans: Plans, travel: TravelTimes, seconds: float, seed: int) -> Plans:
    return improve(plans, travel, WEIGHTS, seed=seed, budget=_within(seconds)).plans


def _ortools(plans: Plans, travel: TravelTimes, seconds: float, seed: int) -> Plans:
    return reoptimise(plans, travel, WEIGHTS, seconds=seconds, seed=seed).plans


def _search_then_ortools(plans: Plans, travel: TravelTimes, seconds: float, seed: int) -> Plans:
    return _ortools(_search(plans, travel, seconds / 2, seed), travel, seconds / 2, seed)


IMPROVERS: dict[str, Improver] = {
    "search": _search,
    "OR-Tools' routing model": _ortools,
    "search, then OR-Tools from there": _search_then_ortools,
}


def _within(seconds: float) -> Budget:
    started = monotonic()
    return lambda _: (monotonic() - started) / seconds
