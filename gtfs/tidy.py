"""What texts of feeds really hold, put in order: blanks, ragged lines, stray words, encodings.

Rule: a library reads as it is what `is_plain` and even; everything else goes through `Tidier`,
cell by cell.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from gtfs.report import Action, LoadReport
from routing.errors import FeedError

ROW = "row_number"

_LEGACY = {
    b"Asia/Seoul": "cp949",
    b"Asia/Tokyo": "cp932",
    b"Asia/Shanghai": "gb18030",
    b"Asia/Taipei": "big5hkscs",
}
# One byte each, so that a large text is looked through at the speed of memory.
_MARKS = (b'"', b"\r", b"\x00", b"\t", b"\xef\xbb\xbf")
_BLANKS = (b" ,", b", ", b" \n", b"\n ")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}(?:\.0*)?\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\Z")


def legacy_encoding(agency: bytes) -> str:
    """What texts that are not UTF-8 are likely to be, by the agency's time zone."""
    return next((name for zone, name in _LEGACY.items() if zone in agency), "cp1252")


def decoded(data: bytes, legacy: str) -> tuple[str, str]:
    """A text and the encoding that reads it: UTF-8, else ``legacy``, else Latin-1."""
    for encoding in ("utf-8", legacy):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def is_plain(text: bytes) -> bool:
    """Whether no cell of a text in UTF-8 has quotes or blanks around it, and no line is odd.

    Empty and ragged lines are for `is_even`, or for a library that refuses them, to find.
    """
    if text[:1] in (b" ", b"\n") or any(mark in text for mark in _MARKS):
        return False
    return b" " not in text or not (any(blank in text for blank in _BLANKS) or text.endswith(b" "))


def is_even(text: bytes, n_columns: int) -> bool:
    """Whether a plain text has as many cells as its lines should have, and no empty line."""
    n_lines = text.count(b"\n") + (not text.endswith(b"\n"))
    return b"\n\n" not in text and text.count(b",") == n_lines * (n_columns - 1)


def header_of(text: bytes | str) -> list[str]:
    """Names in the first line that holds anything, in lower case."""
    head = text[:100_000]
    lines = (head.decode(errors="ignore") if isinstance(head, bytes) else head).splitlines()
    cells = next(csv.reader([next((line for line in lines if line.strip()), "")]), [])
    return [cell.strip().lower() for cell in cells]


class Tidier:
    """Puts the lines of one table in order and keeps what was wrong with them.

    Parameters
    ----------
    name
        Name of the text file.
    header
        Its columns; nameless and repeated ones are left out.
    kinds
        Columns that hold numbers, ``Int`` or ``float``.
    """

    def __init__(self, name: str, header: list[str], kinds: Mapping[str, str]) -> None:
        self.name, self.header = name, header
        self._keep = [i for i, cell in enumerate(header) if cell and header.index(cell) == i]
        self.columns = [header[i] for i in self._keep]
        self._numbers = [
            (at, column, kinds[column])
            for at, column in enumerate(self.columns)
            if kinds.get(column) in ("Int", "float")
        ]
        self._bad: dict[str, list[int]] = {}
        self._long: list[int] = []
        self._short: list[int] = []

    def lines(
        self, text: str, first_row: int = 1, has_header: bool = False
    ) -> Iterator[tuple[int, list[str]]]:
        """``(row, cells of `columns`)`` of each usable line of a text after its header."""
        n = len(self.header)
        found = records(self.name, text, n, first_row)
        if has_header:
            next(found, None)
        for row, cells in found:
            if len(cells) < n:
                self._short.append(row)
                cells += [""] * (n - len(cells))
            elif any(cells[n:]):
                self._long.append(row)
                continue
            kept = [cells[i] for i in self._keep]
            for at, column, kind in self._numbers:
                if kept[at]:
                    kept[at] = self._number(kept[at], column, kind, row)
            yield row, kept

    def _number(self, cell: str, column: str, kind: str, row: int) -> str:
        if (_INTEGER if kind == "Int" else _DECIMAL).match(cell) is None:
            self._bad.setdefault(column, []).append(row)
            return ""
        return str(int(cell.split(".")[0])) if kind == "Int" else cell

    def report_to(self, report: LoadReport) -> None:
        """Record what was wrong with the lines so far."""
        if len(self.columns) < len(self.header):
            problem = "has nameless or repeated columns; the first one is kept"
            report.add(Action.DROPPED, self.name, problem)
        for column, rows in self._bad.items():
            problem = "is not a number and was taken as empty"
            report.add(Action.REPAIRED, self.name, problem, rows, column)
        report.add_rows(
            Action.DROPPED, self.name, "has more cells than the header has columns", self._long
        )
        report.add_rows(
            Action.REPAIRED, self.name, "has fewer cells than columns; the rest is empty",
            self._short,
        )  # fmt: skip


def records(
    name: str, text: str, n_columns: int, first_row: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Rows and stripped cells of each line that holds anything.

    Parameters
    ----------
    name
        Name of the text file.
    text
        Lines of a table.
    n_columns
        Count of its columns.
    first_row
        Row of the text's first line.

    Yields
    ------
    tuple
        Row and cells.

    Raises
    ------
    FeedError
        At a quote that is not closed, or where the text is no CSV.
    """
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    row, before = first_row, first_row - 1
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            # Whatever an open quote swallows has its commas inside one cell.
            swallowed = before + reader.line_num > row and len(cells) < n_columns
            if swallowed and any("\n" in cell for cell in cells):
                raise FeedError("opens a quote that is not closed on its line", name, row)
            if any(cells):
                yield row, cells
            row = before + reader.line_num + 1
    except csv.Error as error:
        raise FeedError(f"cannot be read as CSV ({error})", name, row) from None
