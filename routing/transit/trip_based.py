"""Trip-based search: Pareto sets of one departure or of a whole window, over prepared transfers.

A segment is a trip from where it is boarded to where riders who boarded it, or an earlier trip of
its pattern, were carried before. A round follows the transfers of one round's segments to those of
the next. A window is searched from its latest departure to its earliest: what a later departure
reached, an earlier one need not reach again.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from routing.transit.journey import LEG_WIDTH, Journey, journey_of_rows
from routing.transit.raptor import DEFAULT_MAX_TRIPS
from routing.transit.timetable import (
    Offsets,
    Timetable,
    get_offsets,
    get_time,
    list_stays,
    longest_stay,
)
from routing.transit.transfers import Transfers
from routing.transit.trip_search import (
    _BAD_OFFSETS,
    _FULL,
    _WALL,
    _WALL_WITH_SEATS,
    _find,
    _find_range,
)
from routing.types import NEVER, Int32Array

_FIRST_ROWS = 1 << 12


class TripWorkspace(NamedTuple):
    """Arrays that one query fills; reusable for one timetable, by one thread at a time.

    ``c`` calls of patterns, ``s`` stops, ``n`` hops, ``k`` the most trips that fit.
    """

    unboarded: Int32Array  # (c,) NEVER, and a wall at the last call of each pattern; not changed
    boarded: Int32Array  # (c,) event of the first trip that riders leave with; as `unboarded`
    boarded_by: Int32Array  # (c, k) the same after 1, 2 ... trips, for windows
    segments: Int32Array  # (n + 1, 5) columns as `trip_search` names them
    egress_s: Int32Array  # (c,) s, NEVER where the call is at no egress; NEVER between queries
    access_s: Int32Array  # (s,) s, NEVER where the stop is no access; NEVER between queries
    best: Int32Array  # (k + 1,) earliest arrival with at most that many trips
    target: Int32Array  # (k + 1,) segment that arrives first with that many trips, or NONE
    target_event: Int32Array  # (k + 1,) event where it is left
    rides: Int32Array  # (r, 4) as `journey.write_legs` reads them, last ride first
    starts: npt.NDArray[np.int64]  # (n + 1,) departure and event packed, for windows
    bound_row: npt.NDArray[np.int64]  # (8,) rows of the bounds to the cells of the egress
    n_bounds: Int32Array  # (1,) count of these; 0: searched without


def trip_workspace(timetable: Timetable, max_trips: int = DEFAULT_MAX_TRIPS) -> TripWorkspace:
    """Fresh arrays for queries of at most ``max_trips`` trips over ``timetable``."""
    c, n = len(timetable.patterns.stop), len(timetable.connections.dep_time)
    return TripWorkspace(
        unboarded=_unboarded(timetable),
        boarded=_unboarded(timetable),
        boarded_by=np.empty((c, max_trips), np.int32),
        segments=np.empty((n + 1, 5), np.int32),
        egress_s=np.full(c, NEVER, np.int32),
        access_s=np.full(timetable.n_stops, NEVER, np.int32),
        best=np.empty(max_trips + 1, np.int32),
        target=np.empty(max_trips + 1, np.int32),
        target_event=np.empty(max_trips + 1, np.int32),
        rides=np.empty((max_trips * longest_stay(timetable.patterns), 4), np.int32),
        starts=np.empty(n + 1, np.int64),
        bound_row=np.empty(8, np.int64),
        n_bounds=np.zeros(1, np.int32),
    )


def _unboarded(timetable: Timetable) -> Int32Array:
    calls = np.full(len(timetable.patterns.stop), NEVER, np.int32)
    patterns = timetable.patterns
    calls[patterns.stop_ptr[1:] - 1] = _WALL
    seated = patterns.trip_pattern[list_stays(patterns)[:, 0]]
    calls[patterns.stop_ptr[seated + 1] - 1] = _WALL_WITH_SEATS
    return calls


def find_journeys(
    timetable: Timetable,
    transfers: Transfers,
    access: Offsets,
    egress: Offsets,
    dep_time: int,
    max_trips: int = DEFAULT_MAX_TRIPS,
    workspace: TripWorkspace | None = None,
) -> list[Journey]:
    """Journeys of which none is beaten in both arrival and count of trips.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    transfers
        What `build_transfers` found over this very timetable.
    access
        Stops within reach of the start and the s to each.
    egress
        Stops within reach of the destination and the s from each.
    dep_time
        Departure from the start, service seconds.
    max_trips
        Most trips in one journey.
    workspace
        Arrays of `trip_workspace` (for at least ``max_trips``) to reuse; made when absent.

    Returns
    -------
    list of Journey
        As `raptor.find_journeys` returns them.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.
    ValueError
        If ``max_trips`` is below 1 or above what the workspace holds.

    References
    ----------
    .. [1] Witt (2015). Trip-Based Public Transit Routing. *ESA 2015*, LNCS 9294.
           https://doi.org/10.1007/978-3-662-48350-3_85
    """
    work = workspace or trip_workspace(timetable, max_trips)
    _check_max_trips(max_trips, work)
    start, end = _offsets(access), _offsets(egress)
    rows = np.empty((max_trips * (2 * len(work.rides) + 1), LEG_WIDTH), np.int32)
    n_rows = _find(
        timetable.patterns, timetable.walks, transfers, start, end,
        get_time(dep_time), np.int32(max_trips), work, rows,
    )  # fmt: skip
    return _journeys(timetable, start, end, rows, n_rows)


def find_range_journeys(
    timetable: Timetable,
    transfers: Transfers,
    access: Offsets,
    egress: Offsets,
    dep_time: int,
    window_s: int,
    max_trips: int = DEFAULT_MAX_TRIPS,
    workspace: TripWorkspace | None = None,
) -> list[Journey]:
    """Journeys that leave within a window, none beaten in departure, arrival and count of trips.

    Parameters
    ----------
    timetable
        Timetable of one service day.
    transfers
        What `build_transfers` found over this very timetable.
    access
        Stops within reach of the start and the s to each.
    egress
        Stops within reach of the destination and the s from each.
    dep_time
        First departure from the start, service seconds, included.
    window_s
        Length of the window, s; its end is not included.
    max_trips
        Most trips in one journey.
    workspace
        Arrays of `trip_workspace` (for at least ``max_trips``) to reuse; made when absent.

    Returns
    -------
    list of Journey
        By departure, then fewest trips first. One that leaves after the window also beats.

    Raises
    ------
    TimetableError
        If the offsets do not fit the timetable.
    ValueError
        If ``max_trips`` is below 1 or above what the workspace holds, or the window is negative.
    """
    work = workspace or trip_workspace(timetable, max_trips)
    _check_max_trips(max_trips, work)
    if window_s < 0:
        raise ValueError(f"window_s is {window_s}")
    start, end = _offsets(access), _offsets(egress)
    window = get_time(dep_time), get_time(dep_time + window_s)
    n_rows, capacity = _FULL, max(_FIRST_ROWS, 2 * len(work.rides) + 1)
    while n_rows == _FULL:
        rows = np.empty((capacity, LEG_WIDTH), np.int32)
        n_rows = _find_range(
            timetable.patterns, timetable.walks, transfers, start, end,
            *window, np.int32(max_trips), work, rows,
        )  # fmt: skip
        capacity *= 4
    journeys = _journeys(timetable, start, end, rows, n_rows)
    return sorted(journeys, key=lambda journey: (journey.dep_time, journey.n_trips))


def _check_max_trips(max_trips: int, work: TripWorkspace) -> None:
    if not 1 <= max_trips < len(work.best):
        raise ValueError(f"max_trips is {max_trips}, the workspace holds 1..{len(work.best) - 1}")


def _offsets(offsets: Any) -> Offsets:
    # As the kernels' type; whether they fit the timetable is for the kernel to say.
    if isinstance(offsets, Offsets) and not (
        offsets.stop.flags.writeable or offsets.seconds.flags.writeable
    ):
        return offsets
    stops, seconds = offsets
    return get_offsets(stops, seconds, int(NEVER))


def _journeys(
    timetable: Timetable, access: Offsets, egress: Offsets, rows: Int32Array, n_rows: int
) -> list[Journey]:
    if n_rows == _BAD_OFFSETS:
        for offsets in (access, egress):
            get_offsets(*offsets, timetable.n_stops)
    return journey_of_rows(rows[:n_rows].tolist())
