"""The jitted search for the cheapest place of a ride in a fleet.

Rule: every place for the pickup and the drop-off is either tried in full or refused by a test
that cannot be wrong. Tests look at going straight on, which is never later than the real
schedule, and at the shortest driving time of the day; the full trial settles the whole row.
"""

import numpy as np
from numba import njit

from routing.drt.timing import (
    BREAK,
    count_seconds,
    go_straight,
    look_back,
    settle,
)
from routing.road.travel import travel_s
from routing.types import NEVER

_NEVER = int(NEVER)
#: Two sums of the same weighted seconds, added up in another order, differ by less.
_ROUNDING = 1e-6


@njit(cache=True, nogil=True)
def time_row(knot_time, seconds, shortest, fleet, v):
    """Settle and count row ``v``; leave it going straight on, as the tests want it."""
    route, row = fleet.routes[v], fleet.rows[v]
    fleet.is_sound[v] = settle(knot_time, seconds, route, row)
    if not fleet.is_sound[v]:
        return
    drive, wait, ride = count_seconds(knot_time, seconds, route, row)
    fleet.counted[v, 0] = drive
    fleet.counted[v, 1] = wait
    fleet.counted[v, 2] = ride
    for k in range(route.n_visits + 2):
        row[k].hold = -_NEVER
    go_straight(knot_time, seconds, route, row)
    look_back(shortest, route, row)


@njit(cache=True, nogil=True)
def _fits(layouts, load, more):
    for c in range(layouts.shape[0]):
        ok = True
        for d in range(layouts.shape[1]):
            if load[d] + more[d] > layouts[c, d]:
                ok = False
                break
        if ok:
            return True
    return False


@njit(cache=True, nogil=True)
def _lay_out(fleet, v, i, j, pair):
    # The trial row: the pickup after the first i visits of row v, the drop-off after the first j.
    work, row, n = fleet.work, fleet.rows[v], fleet.routes[v].n_visits
    fleet.work_route[0] = fleet.routes[v]
    fleet.work_route[0].n_visits = n + 2
    at = 0
    for k in range(n + 2):
        work[at] = row[k]
        p = row[k].partner
        if p > i:
            work[at].partner = p + (2 if p > j else 1)
        at += 1
        if k == i:
            work[at] = pair[0]
            work[at].partner = j + 2
            at += 1
        if k == j:
            work[at] = pair[1]
            work[at].partner = i + 1
            at += 1


@njit(cache=True, nogil=True)
def _try(knot_time, seconds, weights, fleet, v, i, j, pair):
    # What it adds to the cost; infinite if it breaks a limit.
    _lay_out(fleet, v, i, j, pair)
    if not settle(knot_time, seconds, fleet.work_route[0], fleet.work):
        return np.inf
    drive, wait, ride = count_seconds(knot_time, seconds, fleet.work_route[0], fleet.work)
    return (
        weights[0] * (drive - fleet.counted[v, 0])
        + weights[1] * (wait - fleet.counted[v, 1])
        + weights[2] * (ride - fleet.counted[v, 2])
    )


@njit(cache=True, nogil=True)
def cheapest(
    knot_time, seconds, shortest, weights, excess_s, fleet, allowed, pair, load, now, best
):
    """Find the cheapest place of a ride; the trial row is left settled on it.

    Parameters
    ----------
    knot_time, seconds, shortest
        Travel times, and the least of them at any time of day.
    weights
        Float64 (3,): cost of a second of driving, waiting, riding.
    excess_s
        Seconds by which a way around another place can be shorter than the direct one, in
        static times; NEVER if unknown or times are not static, then nothing is skipped by cost.
    fleet
        See `FleetArrays`.
    allowed
        Bool (v,), or of length 0 for every vehicle.
    pair
        `VISIT` (2,), the pickup and the drop-off.
    load
        Int32 (d,), what the ride takes on board.
    now
        Service seconds; a vehicle that is not under way leaves no earlier.
    best
        Int64 (3,): filled with vehicle, visits before the pickup, visits before the drop-off.

    Returns
    -------
    float64
        What the ride adds to the cost, infinite if it fits nowhere.
    """
    # Skipping by cost needs that an added visit delays what follows, and that delay costs.
    may_skip = excess_s <= min(pair[0].dwell_s, pair[1].dwell_s) and weights[1] >= weights[2]
    least = np.inf
    for v in range(fleet.routes.shape[0]):
        if not (fleet.is_open[v] and fleet.fits[v]) or (allowed.shape[0] > 0 and not allowed[v]):
            continue
        if fleet.routes[v].n_frozen == 0:
            ready = max(fleet.ready_time[v], now)
            if fleet.routes[v].ready_time != ready:
                fleet.routes[v].ready_time = ready
                time_row(knot_time, seconds, shortest, fleet, v)
        if fleet.is_sound[v]:
            least = _cheapest_of_vehicle(
                knot_time, seconds, shortest, weights, excess_s, may_skip, fleet, v, pair, load,
                least, best,
            )  # fmt: skip
    if least < np.inf:
        _try(knot_time, seconds, weights, fleet, best[0], best[1], best[2], pair)
    return least


@njit(cache=True, nogil=True)
def _cheapest_of_vehicle(
    knot_time, seconds, shortest, weights, excess_s, may_skip, fleet, v, pair, load, least, best
):
    # Lowers least, and fills best, over all places of the pickup in row v.
    route, row, pickup = fleet.routes[v], fleet.rows[v], pair[0]
    for i in range(route.n_frozen, route.n_visits + 1):
        before, after = row[i], row[i + 1]
        if before.depart > pickup.latest:
            break
        if after.latest_start < pickup.earliest or not _fits(
            fleet.layouts[v], fleet.loads[v, i], load
        ):
            continue
        to_pickup = travel_s(knot_time, seconds, before.place, pickup.place, before.depart)
        arrive = before.depart + to_pickup
        if i == 0:
            arrive = max(arrive, route.first_arrival)
        start = max(arrive, pickup.earliest)
        if start > pickup.latest or start > after.latest_start:
            continue
        waited = weights[1] * pickup.n_passengers * (start - pickup.earliest)
        detour = np.int64(0)  # of the pickup alone; used only where times are static
        if may_skip:
            detour = to_pickup + seconds[0, pickup.place, after.place]
            detour -= seconds[0, before.place, after.place]
            if weights[0] * (detour - excess_s) + waited > least + _ROUNDING:
                continue
        least = _cheapest_dropoff(
            knot_time, seconds, shortest, weights, may_skip, fleet, v, i, pair, load,
            start, to_pickup, detour, waited, least, best,
        )  # fmt: skip
    return least


@njit(cache=True, nogil=True)
def _cheapest_dropoff(
    knot_time, seconds, shortest, weights, may_skip, fleet, v, i, pair, load,
    start, to_pickup, detour, waited, least, best,
):  # fmt: skip
    # Lowers least, and fills best, over all places of the drop-off; the pickup follows visit i.
    row, n = fleet.rows[v], fleet.routes[v].n_visits
    pickup, dropoff = pair[0], pair[1]
    boarded = start + np.int64(pickup.dwell_s)
    place, time, aboard_s = pickup.place, boarded, np.int64(0)
    for j in range(i, n + 1):
        to_dropoff = travel_s(knot_time, seconds, place, dropoff.place, time)
        arrive = time + to_dropoff
        end = row[j + 1]
        leave = max(arrive, dropoff.earliest) + dropoff.dwell_s
        onward = travel_s(knot_time, seconds, dropoff.place, end.place, leave)
        if (
            arrive <= dropoff.latest
            and aboard_s + shortest[place, dropoff.place] <= dropoff.max_ride_s
            and leave + onward <= end.latest_start
        ):
            bound = -np.inf
            if may_skip:
                driven = to_dropoff + onward - seconds[0, place, end.place]
                if j == i:
                    driven = to_pickup + to_dropoff + onward
                    driven -= seconds[0, row[i].place, end.place]
                else:
                    driven += detour
                beyond = arrive - boarded - seconds[0, pickup.place, dropoff.place]
                bound = weights[0] * driven + waited
                bound += weights[2] * pickup.n_passengers * beyond
            if bound <= least + _ROUNDING:
                cost = _try(knot_time, seconds, weights, fleet, v, i, j, pair)
                if _is_better(fleet.rank, v, cost, best[0], least):
                    least = cost
                    best[0], best[1], best[2] = v, i, j
        if j == n or end.kind == BREAK or not _fits(fleet.layouts[v], fleet.loads[v, j + 1], load):
            break
        # The vehicle makes visit j + 1 with the rider aboard.
        start_end = max(time + travel_s(knot_time, seconds, place, end.place, time), end.earliest)
        aboard_s += shortest[place, end.place] + end.dwell_s
        place, time = end.place, start_end + np.int64(end.dwell_s)
        if start_end > end.latest_start or aboard_s > dropoff.max_ride_s or time > dropoff.latest:
            break
    return least


@njit(cache=True, nogil=True)
def _is_better(rank, v, cost, best_v, least):
    if cost < least:
        return True
    return cost == least and cost < np.inf and rank[v] < rank[best_v]


@njit(cache=True, nogil=True)
def excess_over_detours(matrix):
    """Seconds by which the best way over one other place beats the direct one, at most."""
    n = matrix.shape[0]
    most = np.int32(0)
    shortest = np.empty(n, np.int32)
    for i in range(n):
        shortest[:] = matrix[i]
        for k in range(n):
            first = matrix[i, k]
            if first < _NEVER:
                for j in range(n):
                    shortest[j] = min(shortest[j], first + matrix[k, j])
        for j in range(n):
            most = max(most, matrix[i, j] - shortest[j])
    return most
