"""Simulated days and peak hours: our strategies, one switched on after the other, and the peers."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter_ns
from typing import NamedTuple

import numpy as np

from api.cli.simulate import (
    IMPROVE_EVERY_S,
    IMPROVE_ITERATIONS,
    RESCUE_DRIVE_S,
    RESCUE_ITERATIONS,
)
from benchmarks.day.peers import PEERS, Peer, PeerDay
from benchmarks.day.worlds import make_world
from benchmarks.measure import summary
from benchmarks.report import Row, Section
from routing.drt.trace import check_trace
from routing.simulation.facts import Answer, Executed
from routing.simulation.report import DayReport
from routing.simulation.run import Settings, Simulation
from routing.simulation.world import World
from tests.naive.naive_day import audit

#: Requests, vehicles and seeds of whole days and of peak hours; peers take too long for days.
DAY = (500, 10, (1, 2, 3, 4, 5))
PEAK = (80, 8, (1, 2, 3))
STRATEGIES = {
    "greedy insertion": (0, 0),
    "with rescue": (RESCUE_ITERATIONS, 0),
    "with rescue and background search": (RESCUE_ITERATIONS, IMPROVE_ITERATIONS),
}
#: Two-sided 95 % quantiles of Student's t by degrees of freedom.
_T95 = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26}
_HEADER = (
    "who", "served", "more than greedy, points", "driving a ride, min", "to greedy", "violations",
)  # fmt: skip


class Day(NamedTuple):
    """One world, run by one strategy."""

    report: DayReport
    answer_ns: np.ndarray
    seconds: float
    n_violations: int
    n_broken: int  # plans of a peer that were refused for breaking a rule


Runner = Callable[[World], Day]


def run() -> Section:
    """Run every strategy on every seed, and the peers on the peak hours."""
    _ours(10, 10)(make_world(1, 30, 3))  # compiles, or loads the compiled kernels
    ours = {name: _ours(*settings) for name, settings in STRATEGIES.items()}
    peers = {name: _peer(peer) for name, peer in PEERS.items()}
    day_table, day_rows = _measure("day", DAY, ours)
    peak_table, peak_rows = _measure("peak", PEAK, ours | peers)
    return Section(
        "A day",
        "python -m benchmarks day.strategies",
        f"Whole days of {DAY[0]} requests and {DAY[1]} vehicles, worlds of seeds {DAY[2]}; peak "
        f"hours of {PEAK[0]} requests and {PEAK[1]} vehicles, seeds {PEAK[2]}: few and small, for "
        "peers take about half a second a request (benchmarks/day/worlds.py: 10 km square, 40 % "
        "prebooked, waits of at most 10 min, rides of at most 1.5 x direct + 5 min, 8 seats and a "
        f"wheelchair place). {RESCUE_ITERATIONS} iterations of rescue where a ride fits nowhere, "
        f"{IMPROVE_ITERATIONS} of background search every {IMPROVE_EVERY_S} s of the day. Peers "
        "decide on every request in the same simulation; a plan of theirs that breaks a rule is "
        "refused. VROOM and pdptw-lns-solver know no ride limits and are told windows that imply "
        "them. Intervals: 95 %, Student's t over the seeds, differences paired by seed. Every log "
        "is audited twice, by `routing.drt.trace` and by `tests/naive/naive_day.py`. Times are "
        "those of an answer, in process.",
        [*day_rows, *peak_rows],
        [_HEADER, *day_table, *peak_table],
    )


def _measure(
    what: str, size: tuple[int, int, Sequence[int]], runners: Mapping[str, Runner]
) -> tuple[list[tuple[str, ...]], list[Row]]:
    n_requests, n_vehicles, seeds = size
    worlds = [make_world(s, n_requests, n_vehicles, is_peak=what == "peak") for s in seeds]
    table: list[tuple[str, ...]] = []
    rows: list[Row] = []
    greedy: list[Day] = []
    for name, run_day in runners.items():
        days = [run_day(world) for world in worlds]
        greedy = greedy or days
        table.append((f"{name}, {what}", *_cells(days, greedy)))
        taken = summary(np.concatenate([day.answer_ns for day in days]))
        rows.append(Row(f"{name}, {what}", taken, rows[0] if rows else None, _remark(days)))
    return table, rows


def _cells(days: Sequence[Day], greedy: Sequence[Day]) -> tuple[str, ...]:
    shares, base = (_of(some, "served_share") * 100 for some in (days, greedy))
    drives, base_drives = (_of(some, "drive_s_per_served") / 60 for some in (days, greedy))
    is_base = days is greedy
    return (
        f"{_interval(shares)} %",
        "" if is_base else f"{_interval(shares - base)} (least {(shares - base).min():+.1f})",
        _interval(drives),
        "" if is_base else f"{_interval((drives / base_drives - 1) * 100)} %",
        str(sum(day.n_violations for day in days)),
    )


def _of(days: Sequence[Day], name: str) -> np.ndarray:
    return np.array([getattr(day.report, name) for day in days])


def _interval(values: np.ndarray) -> str:
    half = _T95[len(values) - 1] * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.1f} ± {half:.1f}"


def _remark(days: Sequence[Day]) -> str:
    n_broken = sum(day.n_broken for day in days)
    broken = f"; {n_broken} of its plans broke a rule and were refused" if n_broken else ""
    return f"{np.mean([day.seconds for day in days]):.1f} s a world{broken}"


def _ours(rescue: int, improve: int) -> Runner:
    settings = Settings(
        rescue_iterations=rescue,
        rescue_drive_s=RESCUE_DRIVE_S,
        improve_iterations=improve,
        improve_every_s=IMPROVE_EVERY_S,
        stopwatch=perf_counter_ns,
    )
    return lambda world: _day(world, Simulation(world, settings))


def _peer(peer: Peer) -> Runner:
    settings = Settings(stopwatch=perf_counter_ns)
    return lambda world: _day(world, PeerDay(world, settings, peer))


def _day(world: World, simulation: Simulation) -> Day:
    began = perf_counter_ns()
    facts = list(simulation.run())
    seconds = (perf_counter_ns() - began) / 1e9
    taken = np.array([fact.answer_ns for fact in facts if isinstance(fact, Answer)], np.int64)
    n_violations = len(_violations(world, simulation, facts))
    n_broken = getattr(simulation, "n_broken", 0)
    return Day(simulation.report(), taken, seconds, n_violations, n_broken)


def _violations(
    world: World, simulation: Simulation, facts: list[Answer | Executed]
) -> list[object]:
    calls = [fact for fact in facts if isinstance(fact, Executed)]
    agreed = {name: booking.terms.ride for name, booking in simulation.state.bookings.items()}
    return [
        *audit(world, facts),
        *check_trace(calls, agreed, world.vehicles, world.travel),
    ]
