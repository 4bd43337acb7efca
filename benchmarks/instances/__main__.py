"""`python -m benchmarks.instances`: gaps to the references, for each solver and time.

The instances lie outside of the repository, in ``../shared/instances`` (SOKCHO_SHARED names
another folder than ``../shared``). A solution that breaks a limit counts as failed.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from api.kernel_cache import use_kernel_cache

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SOKCHO_SHARED", ROOT.parent / "shared"))


class Result(NamedTuple):
    """One run; ``gap`` in per cent, None where the solution is none."""

    instance: str
    family: str  # of instances of one kind and size
    solver: str
    seconds: float
    seed: int
    extra_vehicles: int
    gap: float | None


def main() -> int:
    """Run what is asked for and print a line for each run, then a table of families."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instances", description=__doc__)
    parser.add_argument("instance", nargs="*", help="names, or parts of names; default all")
    parser.add_argument("--seconds", type=float, nargs="+", default=[5.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--solvers", nargs="+", default=["ours"], help="ours, ortools")
    chosen = parser.parse_args()
    use_kernel_cache()
    if not (SHARED / "instances").is_dir():
        parser.error(f"no folder {SHARED / 'instances'}; SOKCHO_SHARED names the one above it")
    results = []
    for path, vehicles, reference in _list_instances(chosen.instance):
        for solver in chosen.solvers:
            for seconds in chosen.seconds:
                for seed in chosen.seeds:
                    results.append(_run(path, vehicles, reference, solver, seconds, seed))
                    print(*results[-1], flush=True)
    print(as_table(results))
    return 0


def _list_instances(parts: list[str]) -> Iterator[tuple[Path, int, float]]:
    folder = SHARED / "instances"
    for kind, file, cost in (
        ("li-lim", "best_known.csv", "distance"),
        ("darp", "references.csv", "cost"),
    ):
        with (folder / kind / file).open() as rows:
            for row in csv.DictReader(rows):
                name = row["instance"]
                if not parts or any(part in name for part in parts):
                    path = folder / kind / f"{name}.txt"
                    yield path, int(row.get("vehicles", 0)), float(row[cost])


def _run(
    path: Path, vehicles: int, reference: float, solver: str, seconds: float, seed: int
) -> Result:
    from benchmarks.instances.peers import SOLVERS
    from gtfs.instance_file import read_instance

    routes = SOLVERS[solver](read_instance(path), seconds, seed)
    said = _check(path, routes or []).split()
    is_ok = bool(routes) and said[0] == "ok"
    gap = 100 * (float(said[2]) / reference - 1) if is_ok else None
    extra = int(said[1]) - vehicles if is_ok and vehicles else 0
    return Result(path.stem, _family(path.stem), solver, seconds, seed, extra, gap)


def _check(path: Path, routes: list[list[int]]) -> str:
    """What the judge's own checker says of the routes."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"routes": routes}, file)
        file.flush()
        command = [sys.executable, str(SHARED / "worlds" / "check_static.py"), str(path), file.name]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _family(name: str) -> str:
    if name[0] != "l":
        return f"dial-a-ride {name[0]}"
    return f"Li-Lim {int(name.split('_')[1]) * 100 if '_' in name else 100}"


def as_table(results: list[Result]) -> str:
    """Markdown: for each family, solver and time the gaps, vehicles too many, and failures."""
    lines = ["| family | solver | s | runs | failed | extra vehicles | median gap % | max % |"]
    lines.append("|" + "---|" * 8)
    for key in sorted({(r.family, r.solver, r.seconds) for r in results}):
        runs = [r for r in results if (r.family, r.solver, r.seconds) == key]
        gaps = [r.gap for r in runs if r.gap is not None]
        extra = sum(r.extra_vehicles for r in runs)
        cells = [*key, len(runs), len(runs) - len(gaps), extra]
        ends = [f"{statistics.median(gaps):.2f}", f"{max(gaps):.2f}"] if gaps else ["", ""]
        lines.append(f"| {' | '.join(map(str, [*cells, *ends]))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
