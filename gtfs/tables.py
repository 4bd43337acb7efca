"""Texts of a feed -> tables, read by gtfs-kit, with the row number of every line kept.

gtfs-kit reads clean UTF-8. What feeds really hold (byte order marks, legacy encodings, blanks
around values, ragged or empty lines, stray words in number columns, ids that look like "no
value") is put in order here first, in a folder of its own, and reported. Large clean files pass
as they are.
"""

import csv
import io
import re
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gtfs_kit
import pandas as pd
from gtfs_kit.constants import DTYPES

from gtfs.report import Action, LoadReport
from routing.errors import FeedError

#: Tables that become a timetable, and the columns without which they cannot.
REQUIRED: dict[str, tuple[str, ...]] = {
    "agency": ("agency_timezone",),
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id",),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence"),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "calendar": (
        "service_id",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "start_date",
        "end_date",
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": (),
    "feed_info": (),
}
#: Read as plain rows: gtfs-kit does not know this table.
EXTRA = ("translations",)
WANTED = tuple(f"{table}.txt" for table in (*REQUIRED, *OPTIONAL, *EXTRA))

ROW = "row_number"

# gtfs-kit reads these two as 16-bit integers, and a headway of ten hours does not fit.
_WIDE = {"headway_secs": "headway_s", "min_transfer_time": "min_transfer_s"}
# What pandas takes for "no value" although it may be an id or a name.
_NO_VALUE = frozenset(
    [
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "nan",
        "null",
    ]
)
_SHIELD = "\ue000"
_LEGACY = {
    b"Asia/Seoul": "cp949",
    b"Asia/Tokyo": "cp932",
    b"Asia/Shanghai": "gb18030",
    b"Asia/Taipei": "big5hkscs",
}
_NOT_PLAIN = re.compile(
    rb'["\r\xef\xbb\x00\t]|\n[\n ]|\A\s|[ ],|,[ ]|[ ]\n'
    rb"|(?:^|,)(?:#?N/?A|-?1\.#|-?[Nn]a[Nn]|<NA>|NULL|None|n/a|null)",
    re.MULTILINE,
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}(?:\.0*)?\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\Z")


@dataclass
class Tables:
    """What a feed's texts hold.

    Attributes
    ----------
    kit
        gtfs-kit's feed of the tables that are present.
    translations
        Rows of ``translations.txt`` as they stand.
    """

    kit: gtfs_kit.Feed
    translations: list[dict[str, str]]

    def find(self, table: str) -> pd.DataFrame | None:
        """A table with its `ROW` column, or None where the feed does not have it."""
        frame: pd.DataFrame | None = getattr(self.kit, table)
        return frame


def read_tables(files: dict[str, bytes], report: LoadReport) -> Tables:
    """Tables of a feed, through gtfs-kit.

    Parameters
    ----------
    files
        Bytes by file name, as `gtfs.source.read_source` returns them.
    report
        Takes what was repaired.

    Returns
    -------
    Tables
        Each table with a column `ROW`: the line of the text file, the header being 1.

    Raises
    ------
    FeedError
        If a needed file, column or row is missing (one error names all of them), or a text cannot
        be parsed.
    """
    encoding = _legacy_encoding(files)
    texts = {name: _decode(name, data, encoding, report) for name, data in files.items()}
    _check_complete(texts)
    with tempfile.TemporaryDirectory(prefix="gtfs-") as folder:
        _write(texts, Path(folder), report, strictly=False)
        try:
            kit = _read(folder)
        except (ValueError, TypeError, OverflowError):
            # A word in a number column of a plain file: write it again, cell by cell.
            _write(texts, Path(folder), report, strictly=True)
            kit = _read(folder)
    for table in (*REQUIRED, *OPTIONAL):
        frame = getattr(kit, table)
        if frame is not None:
            setattr(kit, table, _restore(frame))
        elif table in REQUIRED:
            raise FeedError("has no rows", f"{table}.txt")
    return Tables(kit, _plain_rows(texts.get("translations.txt", "")))


def _read(folder: str) -> gtfs_kit.Feed:
    with warnings.catch_warnings():
        # Columns of extensions may mix numbers and words; none of them is used as a number.
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        return gtfs_kit.read_feed(folder, dist_units="km")


def _legacy_encoding(files: dict[str, bytes]) -> str:
    agency = files.get("agency.txt", b"")
    return next((name for zone, name in _LEGACY.items() if zone in agency), "cp1252")


def _decode(name: str, data: bytes, legacy: str, report: LoadReport) -> bytes | str:
    """The text; bytes where it is plain and need not be looked into."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        report.add(Action.REPAIRED, name, "is UTF-16, read as such")
        return data.decode("utf-16", errors="replace")
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    data = data.replace(b"\r\n", b"\n")
    for encoding in ("utf-8", legacy, "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8":
            report.add(Action.REPAIRED, name, f"is not UTF-8, read as {encoding}")
            return text
        return data if _NOT_PLAIN.search(data) is None else text
    raise AssertionError("latin-1 decodes everything")


def _header(text: bytes | str) -> list[str]:
    head = text[:100_000]
    lines = (head.decode(errors="ignore") if isinstance(head, bytes) else head).splitlines()
    cells = next(csv.reader([next((line for line in lines if line.strip()), "")]), [])
    return [cell.strip().lower() for cell in cells]


def _check_complete(texts: dict[str, bytes | str]) -> None:
    """One error that names everything without which there is no timetable."""
    missing: list[tuple[str, str, str]] = []
    for table, columns in (REQUIRED | OPTIONAL).items():
        name = f"{table}.txt"
        if name not in texts:
            if table in REQUIRED:
                missing.append((name, "", "is missing"))
            continue
        if not texts[name].strip():
            if table in REQUIRED:
                missing.append((name, "", "is empty"))
            continue
        have = _header(texts[name])
        if columns and len(have) == 1 and any(mark in have[0] for mark in ";\t|"):
            missing.append((name, "", "is not separated by commas"))
            continue
        missing += [
            (name, column, f"has no column {column}") for column in columns if column not in have
        ]
        if table == "stop_times" and not {"arrival_time", "departure_time"} & set(have):
            missing.append((name, "departure_time", "has neither arrival_time nor departure_time"))
    if "calendar.txt" not in texts and "calendar_dates.txt" not in texts:
        missing.append(("calendar.txt", "", "and calendar_dates.txt are both missing"))
    if missing:
        file, field, _ = missing[0]
        error = FeedError("; ".join(f"{name} {problem}" for name, _, problem in missing))
        error.file, error.field = file, field
        raise error


def _write(texts: dict[str, bytes | str], folder: Path, report: LoadReport, strictly: bool) -> None:
    for name, text in texts.items():
        table = name.removesuffix(".txt")
        if table in EXTRA or not text.strip():
            continue
        path = folder / name
        needs_care = strictly or isinstance(text, str) or not _is_tidy(text, table)
        if needs_care:
            path.write_text(
                _tidied(name, text if isinstance(text, str) else text.decode(), report),
                encoding="utf-8",
            )
        else:
            assert isinstance(text, bytes)
            path.write_bytes(text)


def _is_tidy(text: bytes, table: str) -> bool:
    """Whether a plain text can go to gtfs-kit as it is: sane header, even rows, no wide columns."""
    head = text[: text.find(b"\n") + 1 or None].strip()
    columns = head.decode().split(",")
    if table in ("frequencies", "transfers") or len(set(columns)) < len(columns):
        return False
    if any(column != column.strip().lower() for column in columns):
        return False
    rows = text.count(b"\n") + (not text.endswith(b"\n"))
    return text.count(b",") == rows * (len(columns) - 1) and ROW not in columns


def _tidied(name: str, text: str, report: LoadReport) -> str:
    """The same table as clean CSV with a `ROW` column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header = _header(text)
    types = DTYPES.get(name.removesuffix(".txt"), {})
    keep = [i for i, cell in enumerate(header) if cell and header.index(cell) == i]
    if len(keep) < len(header):
        report.add(Action.DROPPED, name, "has nameless or repeated columns; the first one is kept")
    kinds = ["" if header[i] in _WIDE else types.get(header[i], "") for i in keep]
    numbers = [
        (at, header[i], "float" if types[header[i]] == "float" else "Int")
        for at, i in enumerate(keep)
        if types.get(header[i], "string") != "string"
    ]
    texts = [at for at, kind in enumerate(kinds) if kind == "string"]
    writer.writerow([*(_WIDE.get(header[i], header[i]) for i in keep), ROW])
    bad: dict[str, list[int]] = {}
    long, short = [], []
    for row, cells in _records(name, text):
        if len(cells) < len(header):
            short.append(row)
            cells += [""] * (len(header) - len(cells))
        elif any(cells[len(header) :]):
            long.append(row)
            continue
        kept = [cells[i] for i in keep]
        for at, column, kind in numbers:
            if kept[at] and not _is_number(kept[at], kind):
                bad.setdefault(column, []).append(row)
                kept[at] = ""
            elif kept[at] and kind == "Int":
                kept[at] = kept[at].split(".")[0]
        for at in texts:
            if kept[at] in _NO_VALUE:
                kept[at] = _SHIELD + kept[at]
        writer.writerow([*kept, row])
    for column, rows in bad.items():
        report.add(Action.REPAIRED, name, "is not a number and was taken as empty", rows, column)
    report.add_rows(Action.DROPPED, name, "has more cells than the header has columns", long)
    report.add_rows(Action.REPAIRED, name, "has fewer cells than columns; the rest is empty", short)
    return out.getvalue()


def _is_number(cell: str, kind: str) -> bool:
    return (_INTEGER if kind == "Int" else _DECIMAL).match(cell) is not None


def _records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """``(row, stripped cells)`` of each line that holds anything, after the header."""
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    row = 1
    try:
        is_header, n_columns = True, len(_header(text))
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            # Whatever an open quote swallows has its commas inside one cell.
            if reader.line_num > row and len(cells) < n_columns and any("\n" in c for c in cells):
                raise FeedError("opens a quote that is not closed on its line", name, row)
            if any(cells) and not is_header:
                yield row, cells
            is_header = is_header and not any(cells)
            row = reader.line_num + 1
    except csv.Error as error:
        raise FeedError(f"cannot be read as CSV ({error})", name, row) from None


def _plain_rows(text: bytes | str) -> list[dict[str, str]]:
    if isinstance(text, bytes):
        text = text.decode()
    header = _header(text)
    records = _records("translations.txt", text)
    return [dict(zip(header, cells, strict=False)) for _, cells in records]


def _restore(frame: pd.DataFrame) -> pd.DataFrame:
    """Row numbers for every row, and shielded texts as they were."""
    frame = frame.copy()
    if ROW not in frame:
        frame[ROW] = range(2, len(frame) + 2)
        return frame
    for column in frame.columns:
        if isinstance(frame[column].dtype, pd.StringDtype):
            frame[column] = frame[column].str.removeprefix(_SHIELD)
    return frame
