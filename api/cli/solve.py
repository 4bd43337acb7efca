"""`sokcho solve`: routes for a static instance of the field."""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.command import Command
from routing.errors import InstanceError

if TYPE_CHECKING:
    from routing.drt.search import Instance, Solved


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="Li-Lim or dial-a-ride instance")
    parser.add_argument(
        "--seconds", type=_seconds, default=10.0, metavar="S", help="time to search (default 10)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of chance (default 1)")
    parser.add_argument(
        "--threads",
        type=int,
        choices=range(1, 9),
        default=min(2, _n_processors()),
        metavar="K",
        help="searches side by side, 1 to 8 (default 2, with one processor 1)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.json", help="file to write")


def _n_processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _run(arguments: argparse.Namespace) -> int:
    from gtfs.instance_file import read_instance
    from routing.drt.search import solve, warm_up
    from routing.drt.search.pool import load_solver

    instance = read_instance(arguments.file)
    warm_up()  # before the clock starts
    load_solver()
    with _Progress(arguments.seconds) as progress:
        solved = solve(
            instance,
            progress.share_used,
            seed=arguments.seed,
            n_threads=arguments.threads,
            report=progress.note,
        )
    if solved is None:
        problem = f"no routes that serve everybody were found in {arguments.seconds:g} s"
        raise InstanceError(f"{problem}; allow more --seconds", str(arguments.file))
    answer = _answer(instance, solved, progress.trace)
    arguments.out.write_text(json.dumps(answer) + "\n", encoding="utf-8")
    print(
        f"{arguments.out}: {instance.name}, {len(solved.routes)} vehicles,"
        f" cost {solved.cost:.4f}, {solved.n_iterations} iterations"
    )
    return 0


def _answer(instance: "Instance", solved: "Solved", trace: list[list[Any]]) -> dict[str, Any]:
    from routing.drt.search.bounds import fewest_vehicles, least_distance

    cost = least_distance(instance)
    return {
        "instance": instance.name,
        "vehicles": len(solved.routes),
        "cost": solved.cost,
        "routes": solved.routes,
        "trace": trace,
        "bound": {
            "vehicles": fewest_vehicles(instance),
            "cost": cost,
            "gap": (solved.cost - cost) / solved.cost if solved.cost else 0.0,
        },
    }


class _Progress:
    """The clock of a search, its trace, and a bar where somebody looks on."""

    def __init__(self, seconds: float) -> None:
        from tqdm import tqdm

        self.trace: list[list[Any]] = []
        self._lock = threading.Lock()  # every thread of the search looks at the clock
        self._seconds = seconds
        self._bar = tqdm(
            total=seconds,
            disable=None,
            file=sys.stderr,
            bar_format="{l_bar}{bar}| {n:.0f}/{total:.0f} s {postfix}",
        )
        self._started = time.monotonic()

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def share_used(self, n_iterations: int) -> float:
        taken = time.monotonic() - self._started
        with self._lock:
            self._bar.update(min(taken, self._seconds) - self._bar.n)
        return taken / self._seconds

    def note(self, n_vehicles: int, cost: float, stage: str) -> None:
        if self.trace and self.trace[-1][1:] == [n_vehicles, cost, stage]:
            return
        taken = round(time.monotonic() - self._started, 3)
        self.trace.append([taken, n_vehicles, cost, stage])
        self._bar.set_postfix_str(f"{n_vehicles} vehicles, cost {cost:.2f}", refresh=False)


COMMAND = Command(
    name="solve",
    summary="Solve a static instance of the field",
    description=(
        "Reads pickup and delivery instances of Li & Lim (fewest vehicles, then distance) and\n"
        "dial-a-ride instances of Cordeau (distance); which one it is stands in the first row.\n"
        "OUT.json holds instance, vehicles, cost, routes (node ids in order, depots left out),\n"
        "trace ([seconds, vehicles, cost, stage] of each better solution) and bound: vehicles and\n"
        "cost that no routes can do without, which need not be reached, and the share of the cost\n"
        "that lies above (gap). The routes have been checked, each limit in double precision."
    ),
    examples=(
        "sokcho solve lr101.txt --seconds 10 --out lr101.json",
        "sokcho solve a4-48.txt --seconds 30 --seed 7 --out a4-48.json",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
