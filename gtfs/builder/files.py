"""Typed reading of the plain-text sources; every complaint names file, row and field."""

import csv
import re
import tomllib
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from routing.errors import AreaError

T = TypeVar("T")

_AT_FIELD = re.compile(r" - at `\$\.?(.*)`$")
_NAMED_FIELD = re.compile(r"field `(\w+)`")


class SourceFile(NamedTuple):
    """Where a row came from, for messages."""

    name: str
    row: int | None = None

    def error(self, problem: str, field: str = "") -> AreaError:
        """Return the error that names this place; the caller raises it."""
        return AreaError(problem, self.name, self.row, field)


def read_toml(path: Path, kind: type[T]) -> T:
    """Return a TOML file as a msgspec struct.

    Parameters
    ----------
    path
        UTF-8 file.
    kind
        Struct type; its constraints are checked and keys that it does not know are refused.

    Returns
    -------
    T
        The filled struct.

    Raises
    ------
    AreaError
        If the file is missing, no TOML, or a key is missing, unknown or of a wrong kind.
    """
    at = SourceFile(path.name)
    try:
        content = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as problem:
        raise at.error(f"not valid TOML: {problem}") from problem
    return _convert(content, kind, at)


def read_csv(path: Path, kind: type[T]) -> list[tuple[SourceFile, T]]:
    """Return the rows of a CSV file with the place of each.

    Parameters
    ----------
    path
        UTF-8 file with a header; lines before the header that start with ``#`` are comments.
    kind
        Struct type of a row; text is converted to its field types, empty cells take defaults.

    Returns
    -------
    list of (SourceFile, T)
        In file order; row numbers count lines of the file from 1, comments included.

    Raises
    ------
    AreaError
        If the file is missing or empty, a column is missing, or a cell is of a wrong kind.
    """
    lines = _text(path).splitlines()
    n_comments = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.DictReader(lines[n_comments:], strict=True)
    at = SourceFile(path.name)
    rows: list[tuple[SourceFile, T]] = []
    try:
        for cells in reader:
            at = SourceFile(path.name, reader.line_num + n_comments)
            rows.append((at, _row(cells, kind, at)))
    except csv.Error as problem:
        raise at.error(f"not valid CSV: {problem}") from problem
    if not rows:
        raise SourceFile(path.name).error("has no rows")
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise SourceFile(path.name).error(
            f"cannot be read ({problem.strerror}); put it into {path.parent.name}/"
        ) from problem
    except UnicodeDecodeError as problem:
        raise SourceFile(path.name).error("is not UTF-8; save it as UTF-8") from problem


def _row(cells: dict[str, str], kind: type[T], at: SourceFile) -> T:
    if None in cells or None in cells.values():
        raise at.error("has another number of cells than the header; quote cells with commas")
    filled = {name: text.strip() for name, text in cells.items() if text.strip()}
    return _convert(filled, kind, at)


def _convert(content: dict[str, object] | dict[str, str], kind: type[T], at: SourceFile) -> T:
    try:
        return msgspec.convert(content, kind, strict=at.row is None)
    except msgspec.ValidationError as problem:
        message = str(problem)
        where = _AT_FIELD.search(message)
        named = _NAMED_FIELD.search(message)
        path = [where.group(1)] if where and where.group(1) else []
        field = ".".join(path + ([named.group(1)] if named else []))
        raise at.error(_AT_FIELD.sub("", message), field) from problem
