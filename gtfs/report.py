"""What was repaired, dropped or noticed while a feed was read, by file and row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

#: Rows listed for one kind of finding; the rest is counted.
ROWS_LISTED = 20


class Action(StrEnum):
    """What was done about a finding."""

    REPAIRED = "repaired"
    DROPPED = "dropped"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem in one file; rows as in the text file, the header being row 1.

    Attributes
    ----------
    action
        What was done.
    file
        Name of the text file.
    field
        Name of the column, or empty.
    problem
        What was found and what it means.
    rows
        The first rows concerned.
    n_rows
        Count of rows concerned; 0 where the file as a whole is meant.
    """

    action: Action
    file: str
    field: str
    problem: str
    rows: tuple[int, ...]
    n_rows: int

    def __str__(self) -> str:
        where = f"{self.file} {self.field}".strip()
        return f"{self.action} {where}{self._where_rows()}: {self.problem}"

    def _where_rows(self) -> str:
        if not self.n_rows:
            return ""
        more = f" and {self.n_rows - len(self.rows)} more" if self.n_rows > len(self.rows) else ""
        return f" row{'s' if self.n_rows > 1 else ''} {', '.join(map(str, self.rows))}{more}"


@dataclass
class LoadReport:
    """Findings of one reading, in the order in which they were made."""

    findings: list[Finding] = field(default_factory=list)

    def add(
        self, action: Action, file: str, problem: str, rows: Iterable[int] = (), field: str = ""
    ) -> None:
        """Record a finding.

        Parameters
        ----------
        action
            What was done.
        file
            Name of the text file.
        problem
            What was found and what it means.
        rows
            Rows concerned; none where the file as a whole is meant.
        field
            Name of the column, where one is meant.
        """
        # Not made a list: it may be a column of millions.
        found = rows if isinstance(rows, Sized) else list(rows)
        listed = tuple(int(row) for row in islice(found, ROWS_LISTED))
        self.findings.append(Finding(action, file, field, problem, listed, len(found)))

    def add_rows(
        self, action: Action, file: str, problem: str, rows: Iterable[int], field: str = ""
    ) -> None:
        """Record a finding about ``rows``, if there are any."""
        found = rows if isinstance(rows, Sized) else list(rows)
        if len(found):
            self.add(action, file, problem, found, field)

    def counts(self) -> dict[str, int]:
        """Count of rows (or files) by action."""
        total: Counter[str] = Counter()
        for finding in self.findings:
            total[finding.action] += max(1, finding.n_rows)
        return dict(total)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "nothing to report"
