"""GTFS times and dates as numbers, and the times that a feed leaves blank."""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from gtfs.report import Action, LoadReport
from routing.errors import FeedError

#: Stands for "no time" in the int64 arrays of this module.
BLANK = -(2**62)

# A trip of seven days is longer than any train's; 999:00:00 is a slip of the pen.
_MAX_HOURS = 7 * 24
_TIME = re.compile(r"([0-9]{1,3}):([0-5]\d)(?::([0-5]\d))?\Z")
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
    seconds = np.full(len(texts), BLANK, np.int64)
    for i, text in enumerate(texts):
        match = _TIME.match(text)
        if match and int(match[1]) < _MAX_HOURS:
            seconds[i] = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
        elif text not in _NO_TIME:
            row = int(rows[int(np.argmax(codes == i))])
            problem = f"{text!r} is not a time as HH:MM:SS below {_MAX_HOURS} h"
            raise FeedError(problem, file, row, str(cells.name))
    short = np.array([text.count(":") == 1 for text in texts], bool)
    if short.any():
        at = np.flatnonzero(short[codes])
        report.add(
            Action.REPAIRED,
            file,
            "has no seconds; read as a full minute",
            np.asarray(rows)[at],
            str(cells.name),
        )
    return seconds[codes] if len(texts) else np.zeros(0, np.int64)


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
