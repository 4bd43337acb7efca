"""Driving times between places by time of day, and the one rule that they obey: FIFO.

Rule: who leaves later never arrives earlier. Times are piecewise linear between knots, so the
rule is a bound on slopes, checked once in `travel_times`; everything else may rely on it.
The triangle inequality is not promised at times between knots (rounding may cost a second).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from routing.errors import RoadError
from routing.types import NEVER, Int32Array, frozen


class TravelTimes(NamedTuple):
    """Seconds from place to place when leaving at a time of day; frozen arrays.

    ``k`` knots, ``n`` places. Before the first knot and after the last the time is constant,
    between two knots it is linear, rounded down. ``NEVER`` where there is no way. Build it with
    `travel_times` or `static`, which check the rule of this module.
    """

    knot_time: Int32Array  # (k,) service seconds, ascending
    seconds: Int32Array  # (k, n, n) seconds, [knot, from, to]

    @property
    def n_places(self) -> int:
        """How many places the matrix covers."""
        return int(self.seconds.shape[1])


def travel_times(knot_time: Any, seconds: Any) -> TravelTimes:
    """Checked, frozen travel times.

    Parameters
    ----------
    knot_time
        Integers, shape (k,), service seconds, strictly ascending, k >= 1.
    seconds
        Integers, shape (k, n, n), seconds from row to column at each knot.

    Returns
    -------
    TravelTimes
        Frozen int32 copies.

    Raises
    ------
    RoadError
        If shapes disagree, knots do not ascend, a value is negative or above ``NEVER``, a
        diagonal is not zero, a pair has a way at some knots only, or a later departure would
        arrive earlier.
    """
    knots, matrix = np.asarray(knot_time), np.asarray(seconds)
    _check_shape(knots, matrix)
    _check_values(matrix)
    _check_fifo(knots, matrix)
    return TravelTimes(frozen(knots), frozen(matrix))


def static(seconds: Any) -> TravelTimes:
    """Travel times that are the same at all times of day.

    Parameters
    ----------
    seconds
        Integers, shape (n, n), seconds from row to column.

    Returns
    -------
    TravelTimes
        With one knot, which the kernels' fast path knows.

    Raises
    ------
    RoadError
        As `travel_times`.
    """
    return travel_times([0], np.asarray(seconds)[np.newaxis])


def slice_at(travel: TravelTimes, time: int) -> TravelTimes:
    """The static slice of ``travel`` for departures at ``time``.

    Parameters
    ----------
    travel
        Travel times by time of day.
    time
        Departure, service seconds.

    Returns
    -------
    TravelTimes
        With one knot; ``seconds[0]`` is the (n, n) matrix at ``time``.
    """
    k = int(np.searchsorted(travel.knot_time, time, side="right")) - 1
    if k < 0 or k == len(travel.knot_time) - 1:
        return static(travel.seconds[max(k, 0)])
    start, end = (int(travel.knot_time[k + i]) for i in (0, 1))
    before, after = (travel.seconds[k + i].astype(np.int64) for i in (0, 1))
    return static(before + (after - before) * (time - start) // (end - start))


def lower_bound(travel: TravelTimes) -> Int32Array:
    """Frozen int32 (n, n): seconds below which no departure of the day gets from row to column."""
    return frozen(travel.seconds.min(axis=0))


def get_travel_s(travel: TravelTimes, origin: int, destination: int, time: int) -> int:
    """Seconds from ``origin`` to ``destination`` when leaving at ``time``.

    Parameters
    ----------
    travel
        Travel times by time of day.
    origin
        Place index.
    destination
        Place index.
    time
        Departure, service seconds.

    Returns
    -------
    int
        Seconds; ``NEVER`` if there is no way.

    Raises
    ------
    IndexError
        If a place is not in the matrix.
    """
    for place in (origin, destination):
        if not 0 <= place < travel.n_places:
            raise IndexError(f"place {place} is not in 0..{travel.n_places - 1}")
    return int(travel_s(travel.knot_time, travel.seconds, origin, destination, time))


@njit(cache=True, nogil=True)
def travel_s(knot_time, seconds, i, j, time):
    """Seconds from place ``i`` to ``j`` when leaving at ``time``, for use inside kernels.

    Unchecked: ``i`` and ``j`` must be places of the matrix. Takes the two arrays of
    `TravelTimes`; returns int64 so that sums of the caller cannot wrap.
    """
    last = knot_time.shape[0] - 1
    if last == 0 or time <= knot_time[0]:
        return np.int64(seconds[0, i, j])
    if time >= knot_time[last]:
        return np.int64(seconds[last, i, j])
    k = 1
    while knot_time[k] <= time:
        k += 1
    before = np.int64(seconds[k - 1, i, j])
    rise = np.int64(seconds[k, i, j]) - before
    return before + rise * (time - knot_time[k - 1]) // (knot_time[k] - knot_time[k - 1])


def _check_shape(knots: Any, matrix: Any) -> None:
    if knots.ndim != 1 or len(knots) == 0 or np.any(np.diff(knots) <= 0):
        raise RoadError(f"knot times must ascend, got {knots.tolist()}")
    k, rows, columns = matrix.shape if matrix.ndim == 3 else (-1, -1, -1)
    if k != len(knots) or rows != columns:
        raise RoadError(f"{len(knots)} knots need shape (k, n, n), got {matrix.shape}")
    for values in (knots, matrix):
        if not np.issubdtype(values.dtype, np.integer):
            raise RoadError(f"times are whole seconds, got {values.dtype}")


def _check_values(matrix: Any) -> None:
    _refuse(matrix < 0, "is negative")
    _refuse(matrix > NEVER, "is above NEVER")
    _refuse((matrix != 0) & np.eye(matrix.shape[1], dtype=bool), "from a place to itself is not 0")
    _refuse((matrix == NEVER) != (matrix[0] == NEVER), "has a way at some times of day only")


def _check_fifo(knots: Any, matrix: Any) -> None:
    fall = matrix[:-1].astype(np.int64) - matrix[1:]
    _refuse(
        fall > np.diff(knots.astype(np.int64))[:, np.newaxis, np.newaxis],
        "falls so fast that a later departure arrives earlier",
    )


def _refuse(bad: Any, problem: str) -> None:
    if bad.any():
        knot, origin, destination = (int(i) for i in np.argwhere(bad)[0])
        raise RoadError(f"travel time at knot {knot} from {origin} to {destination} {problem}")
