"""Texts of a feed -> tables, read by gtfs-kit, with the row number of every line kept.

gtfs-kit reads clean UTF-8. What feeds really hold is put in order here first (`gtfs.tidy`), in a
folder of its own, and reported. Large clean files pass as they are; ``stop_times.txt``, larger than
all others together, is read by `gtfs.stop_time_blocks`.
"""

import csv
import io
import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import gtfs_kit
import pandas as pd
from gtfs_kit.constants import DTYPES

from gtfs.report import Action, LoadReport
from gtfs.source import Source
from gtfs.tidy import ROW, Tidier, decoded, header_of, is_even, is_plain, legacy_encoding, records
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

#: Read block by block; no table of gtfs-kit's.
LARGE = "stop_times"

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
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 100_000
_SHIELD = "\ue000"
# Any of them somewhere; then a slower search tells whether one is a whole cell.
_HINTS = (b"NA", b"/A", b"na", b"aN", b"#I", b"#Q", b"one", b"ull", b"ULL", b"/a")
_AS_NO_VALUE = re.compile(
    rb"(?:^|,)(?:"
    + b"|".join(re.escape(word.encode()) for word in sorted(_NO_VALUE))
    + rb")(?:,|$)",
    re.MULTILINE,
)


@dataclass
class Tables:
    """What a feed's texts hold.

    Attributes
    ----------
    kit
        gtfs-kit's feed of the tables that are present.
    translations
        Rows of ``translations.txt`` as they stand.
    legacy
        Encoding of texts that are not UTF-8.
    """

    kit: gtfs_kit.Feed
    translations: list[dict[str, str]]
    legacy: str

    def find(self, table: str) -> pd.DataFrame | None:
        """A table with its `ROW` column, or None where the feed does not have it."""
        frame: pd.DataFrame | None = getattr(self.kit, table)
        return frame


def read_tables(files: Source, report: LoadReport) -> Tables:
    """Tables of a feed, through gtfs-kit, all but ``stop_times.txt``.

    Parameters
    ----------
    files
        The text files, as `gtfs.source.open_source` returns them.
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
    legacy = legacy_encoding(files.read("agency.txt") if "agency.txt" in files.sizes else b"")
    texts = {
        name: _decode(name, files.read(name), legacy, report)
        for name in files.sizes
        if name != f"{LARGE}.txt"
    }
    _check_complete(texts | _head(files, legacy))
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
        elif table in REQUIRED and table != LARGE:
            raise FeedError("has no rows", f"{table}.txt")
    return Tables(kit, _plain_rows(texts.get("translations.txt", "")), legacy)


def _head(files: Source, legacy: str) -> dict[str, bytes | str]:
    """The first lines of the table that is not read here."""
    name = f"{LARGE}.txt"
    if name not in files.sizes:
        return {}
    with files.open(name) as file:
        head = file.read(_HEAD)
    if head[:2] in _UTF_16:
        return {name: head[: len(head) // 2 * 2].decode("utf-16", errors="ignore")}
    lines = head[: head.rfind(b"\n") + 1 or None]
    return {name: decoded(lines.removeprefix(b"\xef\xbb\xbf"), legacy)[0]}


def _read(folder: str) -> gtfs_kit.Feed:
    with warnings.catch_warnings():
        # Columns of extensions may mix numbers and words; none of them is used as a number.
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        return gtfs_kit.read_feed(folder, dist_units="km")


def _decode(name: str, data: bytes, legacy: str, report: LoadReport) -> bytes | str:
    """The text; bytes where it is plain and need not be looked into."""
    if data[:2] in _UTF_16:
        report.add(Action.REPAIRED, name, "is UTF-16, read as such")
        return data.decode("utf-16", errors="replace")
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    text, encoding = decoded(data, legacy)
    if encoding != "utf-8":
        report.add(Action.REPAIRED, name, f"is not UTF-8, read as {encoding}")
        return text
    # For gtfs-kit plain is not enough: pandas takes some words for "no value".
    is_clean = is_plain(data) and is_even(data, len(header_of(data)))
    return data if is_clean and not _may_look_empty(data) else text


def _may_look_empty(data: bytes) -> bool:
    return any(hint in data for hint in _HINTS) and _AS_NO_VALUE.search(data) is not None


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
        have = header_of(texts[name])
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
    """Whether a plain text can go to gtfs-kit as it is: sane header, no wide columns."""
    head = text[: text.find(b"\n") + 1 or None].strip()
    columns = head.decode().split(",")
    if table in ("frequencies", "transfers") or len(set(columns)) < len(columns):
        return False
    return ROW not in columns and all(column == column.strip().lower() for column in columns)


def _tidied(name: str, text: str, report: LoadReport) -> str:
    """The same table as clean CSV with a `ROW` column."""
    types = DTYPES.get(name.removesuffix(".txt"), {})
    kinds = {
        column: "float" if kind == "float" else "Int"
        for column, kind in types.items()
        if kind != "string"
    }
    tidier = Tidier(name, header_of(text), kinds)
    # Only known texts are shielded: what gtfs-kit does not know is not used.
    texts = [at for at, column in enumerate(tidier.columns) if types.get(column) == "string"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(_WIDE.get(column, column) for column in tidier.columns), ROW])
    for row, cells in tidier.lines(text, has_header=True):
        for at in texts:
            if cells[at] in _NO_VALUE:
                cells[at] = _SHIELD + cells[at]
        writer.writerow([*cells, row])
    tidier.report_to(report)
    return out.getvalue()


def _plain_rows(text: bytes | str) -> list[dict[str, str]]:
    if isinstance(text, bytes):
        text = text.decode()
    header = header_of(text)
    lines = records("translations.txt", text, len(header))
    next(lines, None)
    return [dict(zip(header, cells, strict=False)) for _, cells in lines]


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
