"""A simulated day by strategy: fitting in only, making room, and a search in the background."""

from time import perf_counter_ns

import numpy as np

from api.cli.simulate import IMPROVE_EVERY_S, IMPROVE_ITERATIONS, RESCUE_ITERATIONS
from benchmarks.day.worlds import make_world
from benchmarks.measure import summary
from benchmarks.report import Row, Section
from routing.drt.trace import check_trace
from routing.simulation.facts import Answer, Executed
from routing.simulation.report import DayReport
from routing.simulation.run import Settings, Simulation
from routing.simulation.world import World
from tests.naive.naive_day import audit

N_REQUESTS, N_VEHICLES = 500, 10
SEEDS = (1, 2, 3)
STRATEGIES = {
    "greedy insertion": (0, 0),
    "with rescue": (RESCUE_ITERATIONS, 0),
    "with rescue and background search": (RESCUE_ITERATIONS, IMPROVE_ITERATIONS),
}


def run() -> Section:
    """Run every strategy on every seed."""
    worlds = [make_world(seed, N_REQUESTS, N_VEHICLES) for seed in SEEDS]
    for world in worlds[:1]:
        _day(world, 10, 10)  # compiles, or loads the compiled kernels
    rows: list[Row] = []
    for name, (rescue, improve) in STRATEGIES.items():
        rows.append(_row(name, worlds, rescue, improve, rows[0] if rows else None))
    return Section(
        "A day",
        "python -m benchmarks day.strategies",
        f"{N_REQUESTS} requests, {N_VEHICLES} vehicles of 8 seats and a wheelchair place, "
        f"worlds of seeds {SEEDS} (benchmarks/day/worlds.py): 10 km square, two peaks, "
        "40 % prebooked, waits of at most 10 min, rides of at most 1.5 x direct + 5 min. "
        f"Times are those of an answer, in process: {RESCUE_ITERATIONS} iterations of rescue where "
        f"a ride fits nowhere, {IMPROVE_ITERATIONS} of background search every "
        f"{IMPROVE_EVERY_S} s of the day. Every log is audited twice, by `routing.drt.trace` and "
        "by `tests/naive/naive_day.py`.",
        rows,
    )


def _row(name: str, worlds: list[World], rescue: int, improve: int, beside: Row | None) -> Row:
    days = [_day(world, rescue, improve) for world in worlds]
    taken_ns = np.concatenate([taken for _, taken, _, _ in days])
    reports = [report for report, _, _, _ in days]
    shares = ", ".join(f"{report.served_share:.1%}" for report in reports)
    driving = ", ".join(f"{report.drive_s_per_served / 60:.2f}" for report in reports)
    seconds = np.mean([taken for _, _, taken, _ in days])
    n_wrong = sum(wrong for _, _, _, wrong in days)
    remark = (
        f"served {shares}; {driving} min of driving for each ride served; "
        f"{seconds:.1f} s a day; {n_wrong} violations"
    )
    return Row(name, summary(taken_ns), beside, remark)


def _day(world: World, rescue: int, improve: int) -> tuple[DayReport, np.ndarray, float, int]:
    """Indicators, time of each answer in ns, seconds for the day, violations of the log."""
    settings = Settings(
        rescue_iterations=rescue,
        improve_iterations=improve,
        improve_every_s=IMPROVE_EVERY_S,
        stopwatch=perf_counter_ns,
    )
    simulation = Simulation(world, settings)
    began = perf_counter_ns()
    facts = list(simulation.run())
    seconds = (perf_counter_ns() - began) / 1e9
    taken = np.array([fact.answer_ns for fact in facts if isinstance(fact, Answer)], np.int64)
    return simulation.report(), taken, seconds, len(_violations(world, simulation, facts))


def _violations(
    world: World, simulation: Simulation, facts: list[Answer | Executed]
) -> list[object]:
    calls = [fact for fact in facts if isinstance(fact, Executed)]
    agreed = {name: booking.terms.ride for name, booking in simulation.state.bookings.items()}
    return [
        *audit(world, facts),
        *check_trace(calls, agreed, world.vehicles, world.travel),
    ]
