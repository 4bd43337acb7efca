"""One run: an instance, a solver, a time and a seed, in a process of its own.

Rule: a run that crashes, hangs or breaks a limit has failed, and says why. The instances lie
outside of the repository, in ``../shared/instances`` (SOKCHO_SHARED names another folder than
``../shared``).
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from gtfs.instance_file import read_instance
from routing.drt.search.instance import Instance, check_routes

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SOKCHO_SHARED", ROOT.parent / "shared"))

#: A solver that does not mind its time is stopped after so many times as much, and the start.
_PATIENCE, _START_S = 3, 30


class Case(NamedTuple):
    """An instance and the best that is known of it."""

    path: Path
    vehicles: int  # 0 where only cost counts
    cost: float


class Result(NamedTuple):
    """One run; the gap in per cent is None where it failed, ``remark`` then says why."""

    instance: str
    family: str  # of instances of one kind and size
    solver: str
    seconds: float
    seed: int
    taken_s: float
    extra_vehicles: int
    gap: float | None
    remark: str


def list_cases(names: Iterable[str] = ()) -> Iterator[Case]:
    """Instances whose name has one of ``names`` in it; all of them if there are none."""
    folder, parts = SHARED / "instances", list(names)
    for kind, file, cost in (
        ("li-lim", "best_known.csv", "distance"),
        ("darp", "references.csv", "cost"),
    ):
        with (folder / kind / file).open() as rows:
            for row in csv.DictReader(rows):
                name = row["instance"]
                if not parts or any(part in name for part in parts):
                    path = folder / kind / f"{name}.txt"
                    yield Case(path, int(row.get("vehicles") or 0), float(row[cost]))


def run(case: Case, solver: str, seconds: float, seed: int) -> Result:
    """Solve in a new process, and check what came of it."""
    command = [sys.executable, "-m", "benchmarks.instances.one", str(case.path), solver]
    patience = _PATIENCE * seconds + _START_S
    answer: dict[str, Any] = {"taken_s": patience, "routes": None}
    try:
        done = subprocess.run(
            [*command, str(seconds), str(seed)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=patience,
            check=True,
        )
        answer = json.loads(done.stdout.splitlines()[-1])
        remark = "" if answer["routes"] else "found none"
    except subprocess.TimeoutExpired:
        remark = f"no answer after {patience:g} s"
    except subprocess.CalledProcessError as failure:
        remark = (failure.stderr.strip().splitlines() or ["ended by itself"])[-1]
    instance, routes = read_instance(case.path), answer["routes"] or []
    if routes and (broken := check_routes(instance, routes)):
        remark = f"{len(broken)} limits broken: {_shortened(broken[0])}"
    gap = None if remark else 100 * (_cost(instance, routes) / case.cost - 1)
    extra = len(routes) - case.vehicles if case.vehicles and not remark else 0
    name = case.path.stem
    return Result(name, family(name), solver, seconds, seed, answer["taken_s"], extra, gap, remark)


def family(name: str) -> str:
    """Kind and size, as ``Li-Lim 200`` or ``dial-a-ride R``."""
    if name[0] != "l":
        return f"dial-a-ride {name[0]}"
    return f"Li-Lim {int(name.split('_')[1]) * 100 if '_' in name else 100}"


def _cost(instance: Instance, routes: list[list[int]]) -> float:
    legs = (leg for route in routes for leg in pairwise([0, *route, 0]))
    return float(sum(instance.distance[leg] for leg in legs))


def _shortened(text: str) -> str:
    return text if len(text) < 60 else f"{text[:40]} ... {text[-16:]}"
