"""A large table as blocks of whole lines, read by Arrow, so that it is never in memory as a whole.

A block that is plain goes to Arrow as it is; any other is put in order first (`gtfs.tidy`), so
that a fault costs time only where it stands.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from gtfs.report import Action, LoadReport
from gtfs.source import Source
from gtfs.tidy import Tidier, decoded, header_of, is_plain
from routing.errors import FeedError

#: Bytes of text in one block: a few milliseconds of work, little memory.
BLOCK_BYTES = 8 << 20
# Blocks that a text in quotes may go on for.
_LONGEST_QUOTED = 8
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

TEXT = pa.string()
#: Few different texts: kept once per block, and a number in each row.
WORDS = pa.dictionary(pa.int32(), pa.string())
INTEGER = pa.int32()
DECIMAL = pa.float64()
_KINDS = {INTEGER: "Int", DECIMAL: "float"}


class Block(NamedTuple):
    """Some consecutive lines of a table, as Arrow reads them."""

    table: pa.Table  # the wanted columns that the file has
    rows: np.ndarray  # (n,) int32, line of the file


class _Lines(NamedTuple):
    """Text of whole lines in UTF-8, without the header."""

    text: bytes
    first_row: int


class BlockReader:
    """Reads one table block by block; `report_to` says what was repaired when it is through.

    Parameters
    ----------
    files
        Text files of the feed.
    name
        Name of the text file.
    types
        Arrow types of the wanted columns; those that the file does not have are left out.
    legacy
        Encoding to try where the text is not UTF-8.
    progress
        Called with the count of bytes read, block by block.
    block_bytes
        Bytes in one block.
    everything
        Also read all other columns, as texts.
    """

    def __init__(
        self,
        files: Source,
        name: str,
        types: Mapping[str, pa.DataType],
        legacy: str = "cp1252",
        progress: Callable[[int], object] | None = None,
        block_bytes: int = BLOCK_BYTES,
        everything: bool = False,
    ) -> None:
        self.name = name
        self._everything = everything
        self.header: list[str] = []
        self._files, self._types, self._legacy = files, types, legacy
        self._progress, self._block_bytes = progress, block_bytes
        self._encodings: dict[str, None] = {}
        self._tidier = Tidier(name, [], {})

    def __iter__(self) -> Iterator[Block]:
        # Unpacking releases the interpreter's lock, so it goes on while a block is worked on.
        lines = self._lines()
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(next, lines, None)
            while (block := coming.result()) is not None:
                coming = pool.submit(next, lines, None)
                if block.text:
                    yield self._parsed(block)

    def report_to(self, report: LoadReport) -> None:
        """Record what was repaired or dropped while the table was read."""
        for encoding in self._encodings:
            problem = (
                "is UTF-16, read as such"
                if encoding == "utf-16"
                else f"is not UTF-8, read as {encoding}"
            )
            report.add(Action.REPAIRED, self.name, problem)
        self._tidier.report_to(report)

    def _lines(self) -> Iterator[_Lines]:
        """Blocks of lines; the header is taken off the first."""
        row = 1
        for raw in self._cut():
            text = self._utf_8(raw)
            first = row
            row += text.count(b"\n") + text.count(b"\r")
            if not self.header:
                text, skipped = self._without_header(text)
                first += skipped
            yield _Lines(text, first)

    def _cut(self) -> Iterator[bytes]:
        """The text in pieces that end with a line; line ends as in the file or ``\\n``."""
        with self._files.open(self.name) as file:
            rest = file.read(self._block_bytes)
            read: Callable[[], bytes] = lambda: file.read(self._block_bytes)  # noqa: E731
            self._step(len(rest))
            if rest[:2] in _UTF_16:
                self._encodings["utf-16"] = None
                decoder = codecs.getincrementaldecoder("utf-16")("replace")
                rest = decoder.decode(rest).encode()
                read = lambda: decoder.decode(file.read(self._block_bytes)).encode()  # noqa: E731
            rest = rest.removeprefix(codecs.BOM_UTF8)
            while more := read():
                self._step(len(more))
                # No sane text in quotes is that long: then the careful reader says what is wrong.
                is_sane = len(rest) < _LONGEST_QUOTED * self._block_bytes
                end = _end_of_lines(rest) if is_sane else rest.rfind(b"\n") + 1
                if end:
                    yield rest[:end].replace(b"\r\n", b"\n")
                rest = rest[end:] + more
            yield rest.replace(b"\r\n", b"\n")

    def _step(self, n_bytes: int) -> None:
        if self._progress is not None:
            self._progress(n_bytes)

    def _utf_8(self, raw: bytes) -> bytes:
        if raw.isascii():
            return raw
        text, encoding = decoded(raw, self._legacy)
        if encoding == "utf-8":
            return raw
        self._encodings[encoding] = None
        return text.encode()

    def _without_header(self, text: bytes) -> tuple[bytes, int]:
        """What follows the first line that holds anything, and how many lines were taken."""
        at = 0
        lines = io.BytesIO(text.replace(b"\r", b"\n"))
        for n, line in enumerate(lines, 1):
            at += len(line)
            if line.strip():
                self.header = header_of(line)
                kinds = {k: _KINDS[t] for k, t in self._types.items() if t in _KINDS}
                self._tidier = Tidier(self.name, self.header, kinds)
                return text[at:], n
        return b"", 0

    def _parsed(self, lines: _Lines) -> Block:
        if len(self.header) > 1 and is_plain(lines.text) and not self._has_bare_commas(lines.text):
            try:
                table = _arrow(lines.text, self._unique_header(), self._wanted())
            except pa.ArrowInvalid:
                # A word in a number column, an empty or ragged line.
                return self._tidied(lines)
            if all(_is_finite(table.column(name)) for name in table.column_names):
                first = lines.first_row
                return Block(table, np.arange(first, first + len(table), dtype=np.int32))
        return self._tidied(lines)

    def _has_bare_commas(self, text: bytes) -> bool:
        """Whether a line has no cell that holds anything: it is none, for whoever reads it."""
        if b"\n," not in text and not text.startswith(b","):
            return False
        bare = b"," * (len(self.header) - 1) + b"\n"
        return text.startswith(bare) or b"\n" + bare in text or text.endswith(b"\n" + bare[:-1])

    def _tidied(self, lines: _Lines) -> Block:
        out, rows = io.StringIO(), []
        writer = csv.writer(out, lineterminator="\n")
        for row, cells in self._tidier.lines(lines.text.decode(), lines.first_row):
            rows.append(row)
            writer.writerow(cells)
        text = out.getvalue().encode()
        wanted = self._wanted()
        if not rows:
            empty = {name: pa.array([], kind) for name, kind in wanted.items()}
            return Block(pa.table(empty), np.zeros(0, np.int32))
        table = _arrow(text, self._tidier.columns, wanted)
        return Block(table, np.array(rows, np.int32))

    def _unique_header(self) -> list[str]:
        seen: set[str] = set()
        names = []
        for i, name in enumerate(self.header):
            names.append(f"\x00{i}" if not name or name in seen else name)
            seen.add(name)
        return names

    def _wanted(self) -> dict[str, pa.DataType]:
        if self._everything:
            return {name: self._types.get(name, TEXT) for name in self._tidier.columns}
        return {name: kind for name, kind in self._types.items() if name in self.header}


def _end_of_lines(text: bytes) -> int:
    """Where the last whole line ends; not inside quotes."""
    end = text.rfind(b"\n") + 1
    if b'"' in text:
        # An odd count of quotes before an end of line says that a quoted text goes on.
        n_quotes = text.count(b'"', 0, end)
        while end and n_quotes % 2:
            before = text.rfind(b"\n", 0, end - 1) + 1
            n_quotes -= text.count(b'"', before, end)
            end = before
    return end


def _arrow(text: bytes, names: list[str], types: Mapping[str, pa.DataType]) -> pa.Table:
    if len(types) == 0:
        return pa.table({})
    return arrow_csv.read_csv(
        pa.py_buffer(text),
        # One block to Arrow, too, so that no column comes in parts.
        read_options=arrow_csv.ReadOptions(
            column_names=names, use_threads=False, block_size=max(len(text) + 1, 1 << 16)
        ),
        parse_options=arrow_csv.ParseOptions(
            newlines_in_values=b'"' in text, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict(types),
            include_columns=list(types),
            null_values=[""],
            strings_can_be_null=False,
        ),
    )


def _is_finite(column: pa.ChunkedArray) -> bool:
    if column.type != DECIMAL:
        return True
    values = column.combine_chunks().to_numpy(zero_copy_only=False)
    return not np.isinf(values).any() and int(np.isnan(values).sum()) == column.null_count


def read_blocks(
    files: Source,
    name: str,
    types: Mapping[str, pa.DataType],
    report: LoadReport,
    legacy: str = "cp1252",
) -> Iterator[Block]:
    """Blocks of a table; what was repaired is reported after the last.

    Parameters
    ----------
    files
        Text files of the feed.
    name
        Name of the text file.
    types
        Arrow types of the wanted columns.
    report
        Takes what was repaired or dropped.
    legacy
        Encoding to try where the text is not UTF-8.

    Yields
    ------
    Block
        In order of the file.

    Raises
    ------
    FeedError
        If the text is no CSV, or the file is damaged.
    """
    reader = BlockReader(files, name, types, legacy)
    try:
        yield from reader
    except pa.ArrowInvalid as error:
        raise FeedError(f"cannot be read as CSV ({error})", name) from None
    reader.report_to(report)
