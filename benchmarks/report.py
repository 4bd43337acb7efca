"""Sections of results as text: a table on the terminal, Markdown in RESULTS.md."""

import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Latency

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "RESULTS.md"
HEADER = ("what", "p50", "p99", "n", "ratio of p50", "to")


class Row(NamedTuple):
    """One measured thing and what it is compared with."""

    name: str
    latency: Latency
    #: Floor or peer of the same run; None where the row is itself one.
    beside: "Row | None" = None
    remark: str = ""


class Section(NamedTuple):
    """What one benchmark module has measured."""

    title: str
    #: The command that measures just this again.
    command: str
    #: What is measured, on what, with which seeds, and what the floor or peer does.
    text: str
    rows: Sequence[Row] = ()
    #: What is no latency: lines of cells, the first is the header.
    table: Sequence[Sequence[str]] = ()


def as_markdown(section: Section) -> str:
    """Return the section as Markdown: heading, command, explanation, table."""
    table = markdown_table([HEADER, *map(_cells, section.rows)]) if section.rows else ""
    further = markdown_table(section.table) if section.table else ""
    remarks = "\n".join(f"- {row.name}: {row.remark}" for row in section.rows if row.remark)
    head = (f"## {section.title}", f"`{section.command}`", section.text)
    return "\n\n".join(part for part in (*head, further, table, remarks) if part)


def markdown_table(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells, the first being the header, as Markdown."""
    ruled = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in ruled)


def as_table(section: Section) -> str:
    """Return the section as aligned columns for a terminal."""
    padded = _columns([HEADER, *map(_cells, section.rows)]) if section.rows else []
    further = _columns(section.table) if section.table else []
    remarks = [f"  {row.name}: {row.remark}" for row in section.rows if row.remark]
    return "\n".join([section.title, *further, *padded, *remarks])


def _columns(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def store(section: Section, path: Path = RESULTS) -> None:
    """Put ``section`` into the file of results in the place of what it was, or at the end.

    Each section says by which commit and on which machine it was measured, so that one can be
    measured again without the others.
    """
    known = _stored(path)
    heading, rest = as_markdown(section).split("\n\n", 1)
    known[heading] = f"{heading}\n\n{provenance()}\n\n{rest}"
    head = "# Results\n\nWritten by `make bench`, or by the command of a section with `--store`."
    path.write_text("\n\n".join([head, *known.values()]) + "\n")


def _stored(path: Path) -> dict[str, str]:
    """Sections of the file by their headings."""
    text = path.read_text() if path.exists() else ""
    sections = [f"## {part.strip()}" for part in text.split("\n## ")[1:]]
    return {section.split("\n", 1)[0]: section for section in sections}


def duration(us: float) -> str:
    """Return microseconds in the unit that suits them."""
    for limit, factor, unit in ((1e3, 1.0, "us"), (1e6, 1e3, "ms")):
        if us < limit:
            return f"{us / factor:.3g} {unit}"
    return f"{us / 1e6:.3g} s"


def _cells(row: Row) -> tuple[str, ...]:
    latency, beside = row.latency, row.beside
    compared = (
        (f"{latency.median_us / beside.latency.median_us:.2f}", beside.name) if beside else ("", "")
    )
    times = (duration(latency.median_us), duration(latency.p99_us), str(latency.n))
    return (row.name, *times, *compared)


def provenance() -> str:
    """Return date, commit, machine and versions as a line of Markdown."""
    versions = " ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "ortools"))
    machine = f"{_processor()}, {platform.system()} {platform.release()}"
    return (
        f"*{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, {machine},"
        f" Python {platform.python_version()}, {versions}*"
    )


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "routing", "gtfs", "api")
    return git("rev-parse", "--short=12", "HEAD") + (" with uncommitted changes" if changed else "")


def _processor() -> str:
    import os

    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores"
