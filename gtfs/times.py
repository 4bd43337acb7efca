"""GTFS times and dates as numbers, and the times that a feed leaves blank."""

import re
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from gtfs.report import Action, LoadReport
from routing.errors import FeedError

#: Stands for "no time" in the arrays of this module; no int32 lies below it.
BLANK = -(2**31)

# A trip of seven days is longer than any train's; 999:00:00 is a slip of the pen.
_MAX_HOURS = 7 * 24
_TIME = re.compile(r"([0-9]{1,3}):([0-5]\d)(?::([0-5]\d))?\Z")
_WIDTH = len("HH:MM:SS")
#: What is said about a time without seconds.
SHORT_TIME = "has no seconds; read as a full minute"
_NO_TIME = frozenset(("", "NA", "NaN", "nan", "NULL", "null", "None", "<NA>"))


def parse_times(
    cells: pd.Series, rows: Sequence[int] | np.ndarray, file: str, report: LoadReport
) -> np.ndarray:
    """Service seconds of ``HH:MM:SS`` texts, hours past 24 allowed.

    Parameters
    ----------
    cells
        Texts; its name is the column's.
    rows
        Row of each in the text file.
    file
        Name of the text file.
    report
        Takes times without seconds, which are read as full minutes.

    Returns
    -------
    ndarray of int64, shape (n,)
        Service seconds; `BLANK` where there is no time.

    Raises
    ------
    FeedError
        At the first text that is no time.
    """
    codes, texts = pd.factorize(cells.fillna("").to_numpy(object))
    seconds, is_short = _read_times(texts, str(cells.name), file, lambda i: rows[_first(codes, i)])
    if is_short.any():
        report.add(
            Action.REPAIRED, file, SHORT_TIME, np.asarray(rows)[is_short[codes]], str(cells.name)
        )
    return seconds[codes] if len(texts) else np.zeros(0, np.int64)


def _first(codes: np.ndarray, code: int) -> int:
    return int(np.argmax(codes == code))


def _read_times(
    texts: Sequence[str] | np.ndarray, field: str, file: str, row_of: Callable[[int], int]
) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of each text, or `BLANK`, and whether it has no seconds of its own."""
    seconds = np.full(len(texts), BLANK, np.int64)
    for i, text in enumerate(texts):
        match = _TIME.match(text)
        if match and int(match[1]) < _MAX_HOURS:
            seconds[i] = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
        elif text not in _NO_TIME:
            problem = f"{text!r} is not a time as HH:MM:SS below {_MAX_HOURS} h"
            raise FeedError(problem, file, int(row_of(i)), field)
    return seconds, np.array([text.count(":") == 1 for text in texts], bool)


def parse_clock(
    cells: pa.StringArray, rows: np.ndarray, file: str, field: str
) -> tuple[np.ndarray, np.ndarray]:
    """Service seconds of many texts, most of them ``HH:MM:SS``.

    Parameters
    ----------
    cells
        Texts, without nulls.
    rows
        Row of each in the text file, shape (n,).
    file
        Name of the text file.
    field
        Name of the column.

    Returns
    -------
    seconds : ndarray of int32, shape (n,)
        Service seconds; `BLANK` where there is no time.
    short : ndarray of int64
        Positions of times without seconds, which are read as full minutes.

    Raises
    ------
    FeedError
        At the first text that is no time.
    """
    _, offsets, data = cells.buffers()
    n = len(cells)
    if n == 0 or data is None or data.size < _WIDTH:
        seconds, is_usual = np.full(n, BLANK, np.int32), np.zeros(n, bool)
    else:
        ends = np.frombuffer(offsets, np.int32, n + 1, 4 * cells.offset)
        seconds, is_usual = _usual_times(np.frombuffer(data, np.uint8), ends)
    rest = np.flatnonzero(~is_usual)
    short = np.zeros(0, np.int64)
    if len(rest):
        words = cells.take(pa.array(rest)).dictionary_encode()
        codes = words.indices.to_numpy()
        found, is_short = _read_times(
            words.dictionary.to_pylist(), field, file, lambda i: rows[rest[_first(codes, i)]]
        )
        seconds[rest] = found[codes]
        short = rest[is_short[codes]]
    return seconds, short


def _usual_times(data: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of ``HH:MM:SS`` and ``H:MM:SS``, and which texts are of that form."""
    length = np.diff(ends)
    is_usual = (length == _WIDTH) | (length == _WIDTH - 1)
    end = np.where(is_usual, ends[1:], _WIDTH)
    # The first text may have one digit for the hour, and nothing before it to look at.
    digits = [
        data[np.maximum(end - back, 0)].astype(np.int32) - ord("0") for back in range(8, 0, -1)
    ]
    digits[0] = np.where(length == _WIDTH, digits[0], 0)
    for at in (0, 1, 3, 4, 6, 7):
        is_usual &= (digits[at] >= 0) & (digits[at] <= 9)
    for at in (2, 5):
        is_usual &= digits[at] == ord(":") - ord("0")
    is_usual &= (digits[3] < 6) & (digits[6] < 6)
    hours = digits[0] * 10 + digits[1]
    minutes = digits[3] * 10 + digits[4]
    seconds = hours * 3600 + minutes * 60 + digits[6] * 10 + digits[7]
    return np.where(is_usual, seconds, BLANK).astype(np.int32), is_usual


def parse_dates(cells: pd.Series, rows: Sequence[int] | np.ndarray, file: str) -> list[date]:
    """Dates of ``YYYYMMDD`` texts (``YYYY-MM-DD`` is read too).

    Raises
    ------
    FeedError
        At the first text that is no date.
    """
    return [
        parse_date(text, file, int(row), str(cells.name))
        for text, row in zip(cells.fillna(""), rows, strict=True)
    ]


def parse_date(text: str, file: str, row: int, field: str) -> date:
    """Date of one ``YYYYMMDD`` text.

    Raises
    ------
    FeedError
        If it is no date.
    """
    digits = text.replace("-", "")
    try:
        if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
            raise ValueError
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise FeedError(f"{text!r} is not a date as YYYYMMDD", file, row, field) from None


def interpolate(
    arr: np.ndarray, dep: np.ndarray, trip: np.ndarray, distance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fill the calls without times between two calls that have some.

    Parameters
    ----------
    arr
        Arrivals, service seconds or `BLANK`, shape (n,), in order of trip and sequence.
    dep
        Departures, likewise; blank where and only where ``arr`` is.
    trip
        Trip of each call, shape (n,).
    distance
        ``shape_dist_traveled``, NaN where not known, shape (n,); used where it grows over the
        whole gap, else the gap is divided evenly.

    Returns
    -------
    arr, dep : ndarray of int64, shape (n,)
        Rounded to full seconds; still `BLANK` where a trip starts or ends without a time.
    """
    n = len(arr)
    position = np.arange(n)
    known = arr != BLANK
    before = np.maximum.accumulate(np.where(known, position, -1))
    after = np.minimum.accumulate(np.where(known, position, n)[::-1])[::-1]
    gap = np.flatnonzero(~known & (before >= 0) & (after < n))
    gap = gap[(trip[before[gap]] == trip[gap]) & (trip[after[gap]] == trip[gap])]
    left, right = before[gap], after[gap]
    grows = np.concatenate((np.diff(distance) >= 0, [False]))  # to the next call; False at NaN
    steps = np.concatenate(([0], np.cumsum(grows)))
    with np.errstate(invalid="ignore", divide="ignore"):
        by_distance = (distance[gap] - distance[left]) / (distance[right] - distance[left])
    usable = (steps[right] - steps[left] == right - left) & np.isfinite(by_distance)
    share = np.where(usable, by_distance, (gap - left) / (right - left))
    arr, dep = arr.copy(), dep.copy()
    arr[gap] = dep[gap] = np.rint(dep[left] + share * (arr[right] - dep[left])).astype(np.int64)
    return arr, dep
