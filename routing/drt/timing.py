"""When the visits of one vehicle happen, and what they cost: the jitted passes.

Rule: everything that says how time passes along a row of visits stands here, once. A row has
the vehicle's position at index 0, its visits at 1..n and its return to ``end_place`` at n + 1.

A visit starts as early as it can. Two limits look backwards: a ride may last ``max_ride_s`` and
a route ``max_route_s``. Where going straight on breaks one because the vehicle would wait with
the rider aboard, boarding (or leaving the depot) is held back by as much as is missing. The
result is the least fixed point of all limits: no visit can start earlier in any schedule that
keeps them, so if it breaks a window, no schedule keeps them all.

References
----------
Cordeau, Laporte (2003). A tabu search heuristic for the static multi-vehicle dial-a-ride
problem. Transportation Research B 37. https://doi.org/10.1016/S0191-2615(02)00045-0
(forward time slack; ours is exact for times of day that obey FIFO, too.)
"""

import numpy as np
from numba import njit

from routing.road.travel import travel_s
from routing.types import NEVER

PICKUP, DROPOFF, BREAK, DEPOT = 0, 1, 2, 3  # VisitKind, and both ends of a row

#: A visit as the kernels see it; times in service seconds. ``partner`` is the row index of the
#: other visit of the same ride, 0 if there is none (rider aboard, break, depot).
VISIT = np.dtype(
    [
        (name, np.int32)
        for name in (
            "kind",
            "place",
            "earliest",
            "latest",
            "dwell_s",
            "partner",
            "max_ride_s",
            "n_passengers",
            "hold",  # starts no earlier, for the sake of a ride or route limit
            "arrive",
            "start",
            "depart",
            "latest_start",  # later than this, some window further on cannot be kept
        )
    ],
    align=True,
)

#: What a row needs to know of its vehicle, and what is known of the row once it is settled.
ROUTE = np.dtype(
    [
        ("n_visits", np.int32),
        ("n_frozen", np.int32),
        ("ready_time", np.int32),
        ("first_arrival", np.int32),
        ("route_start", np.int32),  # NEVER while the vehicle has not left its depot
        ("max_route_s", np.int32),
        ("planned_ready", np.int32),  # ready_time as planned; a query may find it past
        ("rank", np.int32),  # order of vehicle ids, breaks ties
        ("takes_part", np.bool_),
        ("fits", np.bool_),  # what is on board fits at any moment
        ("is_sound", np.bool_),  # its own plan keeps every limit
        ("drive_s", np.int64),  # of its own plan, see count_seconds
        ("wait_s", np.int64),
        ("ride_s", np.int64),
    ],
    align=True,
)

_NEVER = int(NEVER)
#: By time of day each round holds back a second or more; a window of a day ends before this.
MAX_ROUNDS = 86_400


@njit(cache=True, nogil=True)
def go_straight(knot_time, seconds, route, row):
    """Fill arrive, start, depart of ``row`` with every visit as early as its ``hold`` allows."""
    row[0].start = max(route.ready_time, row[0].hold)
    row[0].depart = row[0].start
    place = row[0].place
    time = np.int64(row[0].depart)
    for k in range(1, route.n_visits + 2):
        drive_s = travel_s(knot_time, seconds, place, row[k].place, time)
        arrive = min(time + drive_s, _NEVER)
        if k == 1 and route.n_visits > 0:
            arrive = max(arrive, route.first_arrival)
        start = max(arrive, row[k].earliest, row[k].hold)
        row[k].arrive = arrive
        row[k].start = start
        time = np.int64(min(start + row[k].dwell_s, _NEVER))
        row[k].depart = time
        place = row[k].place


@njit(cache=True, nogil=True)
def look_back(shortest, route, row):
    """Fill latest_start: a start later than it breaks a window further on, at any time of day."""
    n = route.n_visits
    row[n + 1].latest_start = row[n + 1].latest
    for k in range(n, -1, -1):
        must_leave = np.int64(row[k + 1].latest_start) - shortest[row[k].place, row[k + 1].place]
        row[k].latest_start = max(min(row[k].latest, must_leave - row[k].dwell_s), -_NEVER)


@njit(cache=True, nogil=True)
def _is_late(route, row):
    late = False
    if route.n_visits == 0:
        return late  # there is nothing to be late for: the way home is not planned
    for k in range(1, route.n_visits + 2):
        late |= row[k].start > row[k].latest
    return late


@njit(cache=True, nogil=True)
def _hold_back(route, row):
    """Hold what starts too early for its ride or route limit: 0 nothing to do, 1 held, 2 cannot."""
    n, held = route.n_visits, 0
    for k in range(1, n + 1):
        p = row[k].partner
        if row[k].kind != DROPOFF or p == 0:
            continue
        needed = np.int64(row[k].start) - row[k].max_ride_s - row[p].dwell_s
        if needed > row[p].start:
            if needed > row[p].latest:
                return 2
            row[p].hold = needed
            held = 1
    if n > 0 and route.max_route_s < _NEVER:
        needed = np.int64(row[n + 1].start) - route.max_route_s
        left = row[0].depart if route.route_start == _NEVER else route.route_start
        if needed > left:
            if route.route_start != _NEVER:
                return 2
            row[0].hold = needed
            held = 1
    return held


@njit(cache=True, nogil=True)
def settle(knot_time, seconds, route, row):
    """Settle ``row`` on its earliest schedule; True if that keeps every window and limit.

    If not, the times are those of going straight on. ``hold`` is cleared first.
    """
    for k in range(route.n_visits + 2):
        row[k].hold = -_NEVER
    go_straight(knot_time, seconds, route, row)
    if _is_late(route, row):
        return False
    # In static times each round that still changes something has used one more limit of a
    # chain; a chain longer than there are limits repeats itself and never ends.
    rounds = route.n_visits + 2 if knot_time.shape[0] == 1 else MAX_ROUNDS
    state = _hold_back(route, row)
    while state == 1 and rounds > 0:
        go_straight(knot_time, seconds, route, row)
        if _is_late(route, row):
            break
        state = _hold_back(route, row)
        rounds -= 1
    if state == 0:
        return True
    for k in range(route.n_visits + 2):
        row[k].hold = -_NEVER
    go_straight(knot_time, seconds, route, row)
    return False


@njit(cache=True, nogil=True)
def count_seconds(knot_time, seconds, route, row):
    """Seconds of a settled row: driving, passengers' waiting, passengers' riding beyond direct.

    Who is on board already rides beyond ``ready_time``: only differences of such sums matter.
    """
    drive = np.int64(0)
    wait = np.int64(0)
    ride = np.int64(0)
    for k in range(1, route.n_visits + 2):
        before = row[k - 1]
        drive += travel_s(knot_time, seconds, before.place, row[k].place, before.depart)
        people = np.int64(row[k].n_passengers)
        if row[k].kind == PICKUP:
            wait += people * (row[k].start - row[k].earliest)
        elif row[k].kind == DROPOFF:
            p = row[k].partner
            if p == 0:
                ride += people * (row[k].start - row[0].start)
            else:
                boarded = row[p].depart
                direct = travel_s(knot_time, seconds, row[p].place, row[k].place, boarded)
                ride += people * (row[k].start - boarded - direct)
    return drive, wait, ride
