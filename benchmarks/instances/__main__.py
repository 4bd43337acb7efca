"""`python -m benchmarks.instances`: gaps to the best known, for each solver, time and seed.

Each run is a process of its own and is printed as it ends. With --store the table and the plot
are written to benchmarks/instances/RESULTS.md and gaps.svg, every run to runs.csv, with commit and
machine.
"""

import argparse
import csv
import sys
from pathlib import Path

from tqdm import tqdm

from api.kernel_cache import use_kernel_cache

use_kernel_cache()  # before anything imports numba

from benchmarks.instances import report  # noqa: E402
from benchmarks.instances.peers import SOLVERS  # noqa: E402
from benchmarks.instances.runs import SHARED, Result, list_cases, run  # noqa: E402
from benchmarks.report import markdown_table, provenance  # noqa: E402
from routing.drt.search import warm_up  # noqa: E402

FOLDER = Path(__file__).parent


def main() -> int:
    """Run what is asked for, taking turns, and print a table of families."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instances", description=__doc__)
    parser.add_argument("instance", nargs="*", help="names, or parts of names; default all")
    parser.add_argument("--seconds", type=float, nargs="+", default=[5.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--solvers", nargs="+", default=["ours"], choices=SOLVERS)
    parser.add_argument("--store", action="store_true", help="rewrite the stored results")
    chosen = parser.parse_args()
    if not (SHARED / "instances").is_dir():
        parser.error(f"no folder {SHARED / 'instances'}; SOKCHO_SHARED names the one above it")
    jobs = [
        (case, solver, seconds, seed)
        for case in list_cases(chosen.instance)
        for seed in chosen.seeds
        for seconds in chosen.seconds
        for solver in chosen.solvers
    ]
    warm_up()  # compiles once, so that no run has to wait for that
    results = []
    for job in tqdm(jobs, disable=None, unit="run"):
        results.append(run(*job))
        tqdm.write(" ".join(map(str, results[-1])))
    print(markdown_table(report.lines(results)), report.failures(results), sep="\n\n")
    if chosen.store:
        _store(results, " ".join(sys.argv[1:]))
    return 0


def _store(results: list[Result], words: str) -> None:
    with (FOLDER / "runs.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(Result._fields)
        rows.writerows(results)
    report.plot(results, FOLDER / "gaps.svg")
    parts = [
        "# Static instances",
        f"Written by `python -m benchmarks.instances {words}`; do not edit.",
        provenance(),
        report.EXPLANATION,
        "![Gaps by family and solver](gaps.svg)",
        markdown_table(report.lines(results)),
        report.remarks(results),
        report.failures(results),
    ]
    (FOLDER / "RESULTS.md").write_text("\n\n".join(filter(None, parts)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
