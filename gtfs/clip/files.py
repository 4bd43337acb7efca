"""Tables in and out: whole small ones, filtered streams of large ones."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from gtfs.blocks import WORDS, Block, BlockReader
from gtfs.report import LoadReport
from gtfs.source import Source
from gtfs.tables import OPTIONAL, REQUIRED
from routing.errors import FeedError

#: What a column refers to, in any table.
REFERS_TO: Mapping[str, str] = {
    "trip_id": "trip",
    "from_trip_id": "trip",
    "to_trip_id": "trip",
    "route_id": "route",
    "from_route_id": "route",
    "to_route_id": "route",
    "stop_id": "stop",
    "from_stop_id": "stop",
    "to_stop_id": "stop",
    "service_id": "service",
    "shape_id": "shape",
}


# A time zone may be filled in; `gtfs.feed` has the last word on it.
_NEEDED = REQUIRED | OPTIONAL | {"agency": ()}


class Reader:
    """Reads tables of one feed; what was repaired goes into the report once per table.

    Parameters
    ----------
    files
        Text files of the feed.
    legacy
        Encoding to try where a text is not UTF-8.
    report
        Takes what was repaired or dropped.
    progress
        Called with counts of bytes.
    """

    def __init__(
        self, files: Source, legacy: str, report: LoadReport, progress: Callable[[int], object]
    ) -> None:
        self._files, self._legacy = files, legacy
        self._report, self._progress = report, progress
        self._told: set[str] = set()

    def has(self, table: str) -> bool:
        """Whether the feed has a table."""
        return f"{table}.txt" in self._files.sizes

    def blocks(
        self, table: str, words: Set[str] = frozenset(), only: Set[str] | None = None
    ) -> Iterator[Block]:
        """Blocks of a table, all texts; columns of few different ones as ``words``.

        Parameters
        ----------
        table
            Name without ``.txt``.
        words
            Columns to keep as numbers of texts.
        only
            Columns to read; all when absent.

        Yields
        ------
        Block
            In order of the file.

        Raises
        ------
        FeedError
            If a needed column is missing, or the text is no CSV.
        """
        name = f"{table}.txt"
        types = dict.fromkeys(words, WORDS) | dict.fromkeys((only or set()) - words, pa.string())
        reader = BlockReader(
            self._files, name, types, self._legacy, self._progress, everything=only is None
        )
        try:
            for block in reader:
                for column in (*_NEEDED.get(table, ()), *sorted(words)):
                    if only is not None and column not in only:
                        continue
                    if column not in block.table.column_names:
                        raise FeedError(f"has no column {column}", name, 1, column)
                yield block
        except pa.ArrowInvalid as error:
            raise FeedError(f"cannot be read as CSV ({error})", name) from None
        if table not in self._told:
            reader.report_to(self._report)
            self._told.add(table)

    def whole(self, table: str) -> pa.Table:
        """A table as a whole, all texts; no columns where it is not there or empty."""
        if not self.has(table):
            return pa.table({})
        parts = [block.table for block in self.blocks(table) if len(block.rows)]
        return pa.concat_tables(parts).combine_chunks() if parts else pa.table({})


class Writer:
    """Writes tables into a zip file, one after the other.

    Parameters
    ----------
    path
        File to write.
    """

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *exc: object) -> None:
        self._archive.close()

    def write(self, table: str, parts: Iterator[pa.Table]) -> int:
        """Write one table in parts; returns the count of rows. A table without rows is left out.

        Parameters
        ----------
        table
            Name without ``.txt``.
        parts
            Rows; all with the same columns.

        Returns
        -------
        int
            Count of rows.
        """
        n_rows = 0
        first = next((part for part in parts if len(part)), None)
        if first is None:
            return 0
        with self._archive.open(f"{table}.txt", "w", force_zip64=True) as member:
            for part in _chain(first, parts):
                member.write(_csv(plain(part), with_header=n_rows == 0))
                n_rows += len(part)
        return n_rows


def _csv(part: pa.Table, with_header: bool) -> bytes:
    """Rows as CSV, quoted only where one of them needs it: what is plain is read faster."""
    for style in ("none", "needed"):
        out = io.BytesIO()
        options = arrow_csv.WriteOptions(include_header=False, quoting_style=style)
        try:
            arrow_csv.write_csv(part, out, options)
        except pa.ArrowInvalid:
            continue
        break
    header = ",".join(part.column_names) + "\n" if with_header else ""
    return header.encode() + out.getvalue()


def _chain(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield from (part for part in rest if len(part))


def plain(table: pa.Table) -> pa.Table:
    """The table with every column as texts, in one piece."""
    texts = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    # Arrow 26 writes garbage for a piece without rows.
    return texts.combine_chunks()


def is_kept(table: pa.Table, kept: Mapping[str, Set[str]]) -> np.ndarray:
    """Whether each row refers to kept things only; an empty reference refers to nothing.

    Parameters
    ----------
    table
        Rows.
    kept
        Ids by what they are ids of.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where the row stays.
    """
    mask = np.ones(len(table), bool)
    for name in table.column_names:
        kind = REFERS_TO.get(name)
        if kind is not None and kind in kept:
            mask &= matches(table, name, lambda text, ids=kept[kind]: text == "" or text in ids)  # type: ignore[misc]
    return mask


def matches(table: pa.Table, name: str, rule: Callable[[str], bool]) -> np.ndarray:
    """Whether the text of each row's cell meets a rule; each different text is looked at once."""
    column = table.column(name).combine_chunks()
    words = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    accepted = np.array([*(rule(text) for text in words.dictionary.to_pylist()), False])
    found: np.ndarray = accepted[words.indices.to_numpy()]
    return found


def set_texts(table: pa.Table, name: str, texts: list[str]) -> pa.Table:
    """The table with a column of these texts, in its place or as the last."""
    column = pa.array(texts, pa.string())
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)
