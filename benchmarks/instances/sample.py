"""A few of the field's instances, by every solver: minutes, where all of them take hours."""

from benchmarks.instances import report, runs
from benchmarks.instances.peers import SOLVERS
from benchmarks.report import Section
from routing.drt.search import warm_up

#: One of each kind and size; chosen before anything was measured on them.
SAMPLE = ("lr105.", "lc2_2_5.", "lrc1_2_5.", "lr2_4_5.", "a5-60.", "R5a.")
SECONDS, SEED = 3.0, 1


def run() -> Section:
    """Let every solver solve the sample."""
    title, command = "Static instances, a sample", "python -m benchmarks instances.sample"
    if not (runs.SHARED / "instances").is_dir():
        return Section(title, command, "Not measured: the instances are not on this machine.")
    warm_up()  # compiles once, so that no run has to wait for that
    cases = [case for case in runs.list_cases() if f"{case.path.stem}." in SAMPLE]
    results = [runs.run(case, solver, SECONDS, SEED) for case in cases for solver in SOLVERS]
    text = (
        f"{len(SAMPLE)} instances, {SECONDS:g} s, seed {SEED}. {report.EXPLANATION} A sweep over "
        "all of them, at longer times, is stored by `python -m benchmarks.instances --store`."
    )
    notes = [text, report.remarks(results), "Failed:", report.failures(results) or "none"]
    return Section(title, command, "\n\n".join(notes), table=report.lines(results))
