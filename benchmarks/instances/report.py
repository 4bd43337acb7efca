"""Results of many runs as a table and as a plot."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.instances.peers import SOLVERS
from benchmarks.instances.runs import Result

HEADER = (
    "family", "solver", "s", "threads", "runs", "failed", "extra vehicles", "median gap %",
    "95 %", "max %", "longest s",
)  # fmt: skip
_N_RESAMPLES = 2000

EXPLANATION = (
    "Each run is a process of its own with the same seconds of wall time, solvers taking turns; "
    "one thread each but where the table says more. Every solution is checked in doubles by "
    "`check_routes`, which shares nothing with the search; one that breaks a limit has failed. "
    "Gaps are to the best known distance (of dial-a-ride provisional references), of solutions "
    "with no vehicle too many: where one is saved, distance may grow, and where one is added, it "
    "falls. The interval is that of the median over instances and seeds (percentile bootstrap)."
)


def lines(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Header and cells: for each family, solver and time what came of it."""
    cells: list[tuple[str, ...]] = [HEADER]
    for key in _keys(results):
        runs = [r for r in results if (r.family, r.solver, r.seconds) == key]
        family, solver, seconds = key
        counts = (SOLVERS[solver].n_threads, len(runs), sum(r.gap is None for r in runs))
        extra = sum(r.extra_vehicles for r in runs)
        longest = max(r.taken_s for r in runs)
        cells.append(
            (
                *(family, solver, f"{seconds:g}", *map(str, counts), f"{extra:+d}"),
                *(*_gaps(runs), f"{longest:.1f}"),
            )
        )
    return cells


def failures(results: Sequence[Result]) -> str:
    """Markdown: what each solver failed at, the first of each kind by name."""
    lines = []
    for solver in dict.fromkeys(r.solver for r in results):
        failed = [r for r in results if r.solver == solver and r.gap is None]
        if failed:
            first = failed[0]
            lines.append(f"- {solver}: {len(failed)}, as {first.instance}: {first.remark}")
    return "\n".join(lines)


def remarks(results: Sequence[Result]) -> str:
    """Markdown: what there is to know about each solver."""
    names = dict.fromkeys(r.solver for r in results)
    return "\n".join(f"- {name}: {SOLVERS[name].remark}" for name in names if SOLVERS[name].remark)


def plot(results: Sequence[Result], path: Path) -> None:
    """Draw gaps by family and solver; failures and vehicles too many stand in the legend."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "sokcho"  # the same picture has the same bytes
    from matplotlib import pyplot

    families = sorted({r.family for r in results}, key=_family_order)
    solvers = list(dict.fromkeys((r.solver, r.seconds) for r in results))
    figure, axes = pyplot.subplots(figsize=(9, 4.5))
    for k, (solver, seconds) in enumerate(solvers):
        runs = [r for r in results if (r.solver, r.seconds) == (solver, seconds)]
        x = [families.index(r.family) + (k - len(solvers) / 2 + 0.5) * 0.8 / len(solvers)
             for r in runs if r.gap is not None]  # fmt: skip
        y = [r.gap for r in runs if r.gap is not None]
        failed, extra = sum(r.gap is None for r in runs), sum(r.extra_vehicles for r in runs)
        label = f"{solver}, {seconds:g} s ({failed} failed, {extra:+d} vehicles)"
        axes.plot(x, y, "o", markersize=3, alpha=0.6, label=label)
    axes.set_yscale("symlog", linthresh=1)
    axes.axhline(0, color="gray", linewidth=0.5)
    axes.set_xticks(range(len(families)), families)
    axes.set_ylabel("gap to the best known distance, %")
    axes.legend(fontsize="x-small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    # matplotlib leaves blanks at ends of lines.
    text = "\n".join(line.rstrip() for line in path.read_text().splitlines())
    path.write_text(text + "\n")


def _keys(results: Sequence[Result]) -> list[tuple[str, str, float]]:
    solvers = list(dict.fromkeys(r.solver for r in results))
    keys = {(r.family, r.solver, r.seconds) for r in results}
    return sorted(keys, key=lambda key: (_family_order(key[0]), solvers.index(key[1]), key[2]))


def _family_order(name: str) -> tuple[str, int]:
    kind, _, size = name.rpartition(" ")
    return kind, int(size) if size.isdigit() else 0


def _gaps(runs: Sequence[Result]) -> tuple[str, str, str]:
    gaps = np.array([r.gap for r in runs if r.gap is not None and r.extra_vehicles <= 0])
    if not len(gaps):
        return "", "", ""
    draws = np.random.default_rng(1).choice(gaps, (_N_RESAMPLES, len(gaps)))
    low, high = np.percentile(np.median(draws, axis=1), (2.5, 97.5))
    return f"{np.median(gaps):.2f}", f"{low:.2f} .. {high:.2f}", f"{gaps.max():.2f}"
