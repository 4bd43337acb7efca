"""The jitted search for the cheapest place of a ride in a fleet.

Rule: every place for the pickup and the drop-off is either tried in full or refused by a test
that cannot be wrong. A first look at all gaps between visits refuses most by time and by the
least driving that a place can add; what is left is tried from the most promising on. Tests look
at going straight on, which is never later than the real schedule, and at the shortest driving
time of the day; the full trial settles the whole row.
"""

import numpy as np
from numba import njit

from routing.drt.timing import BREAK, DROPOFF, PICKUP, count_seconds, go_straight, look_back, settle
from routing.road.travel import travel_s
from routing.types import NEVER

_NEVER = int(NEVER)
#: Two sums of the same weighted seconds, added up in another order, differ by less.
_ROUNDING = 1e-6

# A query: positions in its int32 array; the load follows.
ORIGIN, DESTINATION, EARLIEST, LATEST, LATEST_DROPOFF, MAX_RIDE, PICKUP_DWELL, DROPOFF_DWELL = (
    range(8)
)
PEOPLE, NOW, LOAD = 8, 9, 10


@njit(cache=True, nogil=True)
def time_row(knot_time, seconds, shortest, fleet, v):
    """Settle and count row ``v``; leave it going straight on, as the tests want it."""
    route, row, gaps = fleet.routes[v], fleet.rows[v], fleet.gaps[v]
    route.is_sound = settle(knot_time, seconds, route, row)
    if not route.is_sound:
        return
    drive, wait, ride = count_seconds(knot_time, seconds, route, row)
    route.drive_s, route.wait_s, route.ride_s = drive, wait, ride
    for k in range(route.n_visits + 2):
        row[k].hold = -_NEVER
    go_straight(knot_time, seconds, route, row)
    look_back(shortest, route, row)
    for k in range(route.n_visits + 1):
        gaps[k].place = row[k].place
        gaps[k].depart = row[k].depart
        gaps[k].next_place = row[k + 1].place
        gaps[k].next_latest = row[k + 1].latest_start
        leg_s = travel_s(knot_time, seconds, row[k].place, row[k + 1].place, row[k].depart)
        gaps[k].leg_s = leg_s


@njit(cache=True, nogil=True)
def make_ready(knot_time, seconds, shortest, fleet, v, query):
    """Time row ``v`` anew if its vehicle, not being under way, cannot leave before now."""
    route = fleet.routes[v]
    if route.n_frozen == 0:
        ready = max(route.planned_ready, query[NOW])
        if route.ready_time != ready:
            route.ready_time = ready
            time_row(knot_time, seconds, shortest, fleet, v)


@njit(cache=True, nogil=True)
def fits_layout(layouts, load, query):
    """Whether who asks fits in with ``load``."""
    for c in range(layouts.shape[0]):
        ok = True
        for d in range(layouts.shape[1]):
            if load[d] + query[LOAD + d] > layouts[c, d]:
                ok = False
                break
        if ok:
            return True
    return False


@njit(cache=True, nogil=True)
def lay_out(fleet, v, i, j, query):
    """Write the trial row: the pickup after the first i visits of row v, the drop-off after j."""
    trial, row, n = fleet.trial, fleet.rows[v], fleet.routes[v].n_visits
    route = fleet.routes[-1]
    route.n_visits = n + 2
    route.ready_time = fleet.routes[v].ready_time
    route.first_arrival = fleet.routes[v].first_arrival
    route.route_start = fleet.routes[v].route_start
    route.max_route_s = fleet.routes[v].max_route_s
    at = 0
    for k in range(n + 2):
        trial[at] = row[k]
        p = row[k].partner
        if p > i:
            trial[at].partner = p + (2 if p > j else 1)
        at += 1
        if k == i:
            _write(trial[at], PICKUP, query[ORIGIN], query[EARLIEST], query[LATEST], j + 2)
            trial[at].dwell_s, trial[at].max_ride_s = query[PICKUP_DWELL], _NEVER
            trial[at].n_passengers = query[PEOPLE]
            at += 1
        if k == j:
            _write(trial[at], DROPOFF, query[DESTINATION], 0, query[LATEST_DROPOFF], i + 1)
            trial[at].dwell_s, trial[at].max_ride_s = query[DROPOFF_DWELL], query[MAX_RIDE]
            trial[at].n_passengers = query[PEOPLE]
            at += 1


@njit(cache=True, nogil=True)
def _write(visit, kind, place, earliest, latest, partner):
    visit.kind, visit.place, visit.earliest = kind, place, earliest
    visit.latest, visit.partner = latest, partner


@njit(cache=True, nogil=True)
def _try(knot_time, seconds, weights, fleet, v, i, j, query):
    # What it adds to the cost; infinite if it breaks a limit.
    lay_out(fleet, v, i, j, query)
    if not settle(knot_time, seconds, fleet.routes[-1], fleet.trial):
        return np.inf
    drive, wait, ride = count_seconds(knot_time, seconds, fleet.routes[-1], fleet.trial)
    return (
        weights[0] * (drive - fleet.routes[v].drive_s)
        + weights[1] * (wait - fleet.routes[v].wait_s)
        + weights[2] * (ride - fleet.routes[v].ride_s)
    )


@njit(cache=True, nogil=True)
def cheapest(
    knot_time, seconds, shortest, shortest_to, weights, excess_s, fleet, allowed, query, best, times
):
    """Find the cheapest place of a ride.

    Parameters
    ----------
    knot_time, seconds
        Travel times.
    shortest, shortest_to
        Int32 (n, n): the least of them at any time of day, from row to column and transposed.
    weights
        Float64 (3,): cost of a second of driving, waiting, riding.
    excess_s
        Seconds by which the way over another place can be shorter than the direct one, in
        ``shortest``; NEVER if that is not known.
    fleet
        See `FleetArrays`.
    allowed
        Bool (v,), or of length 0 for every vehicle.
    query
        Int32 (LOAD + d,): the ride, see ORIGIN and the following.
    best
        Int64 (3,): filled with vehicle, visits before the pickup, visits before the drop-off.
    times
        Int32 (m + 2, 3): filled with arrive, start, depart of the visits of the new plan.

    Returns
    -------
    float64
        What the ride adds to the cost, infinite if it fits nowhere.
    """
    # Skipping by cost needs that an added visit delays what follows, and that delay costs.
    may_skip = (
        knot_time.shape[0] == 1
        and excess_s <= min(query[PICKUP_DWELL], query[DROPOFF_DWELL])
        and weights[1] >= weights[2]
    )
    n_candidates = 0
    for v in range(fleet.rows.shape[0]):
        route = fleet.routes[v]
        if not (route.takes_part and route.fits) or (allowed.shape[0] > 0 and not allowed[v]):
            continue
        make_ready(knot_time, seconds, shortest, fleet, v, query)
        if route.is_sound:
            n_candidates = _look(
                shortest, shortest_to, weights, excess_s, may_skip, fleet, v, query, n_candidates
            )
    least = _try_candidates(
        knot_time, seconds, shortest, weights, excess_s, may_skip, fleet, n_candidates, query, best
    )
    if least < np.inf:
        _try(knot_time, seconds, weights, fleet, best[0], best[1], best[2], query)
        for k in range(fleet.routes[best[0]].n_visits + 2):
            visit = fleet.trial[k + 1]
            times[k, 0], times[k, 1], times[k, 2] = visit.arrive, visit.start, visit.depart
    return least


@njit(cache=True, nogil=True)
def _look(shortest, shortest_to, weights, excess_s, may_skip, fleet, v, query, n_candidates):
    # Adds the gaps of row v where the pickup may go, with a bound of what that adds to the cost.
    route, gaps = fleet.routes[v], fleet.gaps[v]
    origin, destination = query[ORIGIN], query[DESTINATION]
    direct_s = np.int64(shortest[origin, destination])
    people = query[PEOPLE]
    dwell_s = np.int64(query[PICKUP_DWELL]) - excess_s
    dropoff_detour = np.int64(_NEVER)  # least detour for the drop-off alone, in a later gap
    for i in range(route.n_visits, route.n_frozen - 1, -1):
        gap = gaps[i]
        place, onward, leg_s = gap.place, gap.next_place, np.int64(gap.leg_s)
        arrive = gap.depart + np.int64(shortest_to[origin, place])
        start = max(arrive, query[EARLIEST])
        # Over the drop-off or not, the way on is at most excess_s shorter than the direct one.
        onward_s = max(dwell_s + shortest[origin, onward], np.int64(0))
        if start <= query[LATEST] and start + onward_s <= gap.next_latest:
            bound = -np.inf
            if may_skip:
                to_pickup = np.int64(shortest_to[origin, place])
                between = to_pickup + direct_s + shortest[destination, onward] - leg_s
                apart = to_pickup + shortest[origin, onward] - leg_s + dropoff_detour
                bound = weights[0] * min(between, apart)
                bound += weights[1] * people * (start - query[EARLIEST])
                bound -= weights[2] * people * excess_s
            fleet.candidates[n_candidates].slot = v
            fleet.candidates[n_candidates].position = i
            fleet.candidates[n_candidates].bound = bound
            n_candidates += 1
        to_dropoff = np.int64(shortest_to[destination, place])
        if gap.depart + to_dropoff <= query[LATEST_DROPOFF]:
            detour = to_dropoff + shortest[destination, onward] - leg_s
            dropoff_detour = min(dropoff_detour, detour)
    return n_candidates


@njit(cache=True, nogil=True)
def _try_candidates(
    knot_time, seconds, shortest, weights, excess_s, may_skip, fleet, n_candidates, query, best
):
    # The least cost over all candidates; fills best. The most promising goes first.
    candidates = fleet.candidates
    least, first = np.inf, 0
    for c in range(1, n_candidates):
        if candidates[c].bound < candidates[first].bound:
            first = c
    for turn in range(n_candidates):
        c = first if turn == 0 else (0 if turn == first else turn)
        if candidates[c].bound <= least + _ROUNDING:
            least = _try_gap(
                knot_time, seconds, shortest, weights, excess_s, may_skip, fleet,
                candidates[c].slot, candidates[c].position, query, least, best,
            )  # fmt: skip
    return least


@njit(cache=True, nogil=True)
def _try_gap(
    knot_time, seconds, shortest, weights, excess_s, may_skip, fleet, v, i, query, least, best
):
    # Lowers least, and fills best, over all places of the drop-off; the pickup follows visit i.
    route, row, n = fleet.routes[v], fleet.rows[v], fleet.routes[v].n_visits
    origin, destination = query[ORIGIN], query[DESTINATION]
    if not fits_layout(fleet.layouts[v], fleet.loads[v, i], query):
        return least
    to_pickup = travel_s(knot_time, seconds, row[i].place, origin, row[i].depart)
    arrive = row[i].depart + to_pickup
    if i == 0:
        arrive = max(arrive, route.first_arrival)
    start = max(arrive, query[EARLIEST])
    if start > query[LATEST]:
        return least
    waited = weights[1] * query[PEOPLE] * (start - query[EARLIEST])
    boarded = start + np.int64(query[PICKUP_DWELL])
    place, time, aboard_s = origin, boarded, np.int64(0)
    for j in range(i, n + 1):
        end = row[j + 1]
        to_dropoff = travel_s(knot_time, seconds, place, destination, time)
        arrive = time + to_dropoff
        leave = max(arrive, 0) + query[DROPOFF_DWELL]
        onward = travel_s(knot_time, seconds, destination, end.place, leave)
        if (
            arrive <= query[LATEST_DROPOFF]
            and aboard_s + shortest[place, destination] <= query[MAX_RIDE]
            and leave + onward <= end.latest_start
        ):
            bound = -np.inf
            if may_skip:
                driven = to_dropoff + onward
                if j == i:
                    driven += to_pickup - fleet.gaps[v, i].leg_s
                else:
                    driven += to_pickup + seconds[0, origin, row[i + 1].place]
                    driven -= np.int64(fleet.gaps[v, i].leg_s) + fleet.gaps[v, j].leg_s
                beyond = arrive - boarded - seconds[0, origin, destination]
                bound = weights[0] * driven + waited + weights[2] * query[PEOPLE] * beyond
            if bound <= least + _ROUNDING:
                cost = _try(knot_time, seconds, weights, fleet, v, i, j, query)
                if cost < least or (cost == least < np.inf and _goes_first(fleet, v, i, j, best)):
                    least = cost
                    best[0], best[1], best[2] = v, i, j
        if (
            j == n
            or end.kind == BREAK
            or not fits_layout(fleet.layouts[v], fleet.loads[v, j + 1], query)
        ):
            break
        # The vehicle makes visit j + 1 with the rider aboard.
        start_end = max(time + travel_s(knot_time, seconds, place, end.place, time), end.earliest)
        aboard_s += shortest[place, end.place] + end.dwell_s
        place, time = end.place, start_end + np.int64(end.dwell_s)
        # The drop-off after it may be a short cut by as much as excess_s.
        if start_end > np.int64(end.latest_start) + excess_s or aboard_s > query[MAX_RIDE]:
            break
        if time > query[LATEST_DROPOFF]:
            break
    return least


@njit(cache=True, nogil=True)
def _goes_first(fleet, v, i, j, best):
    # Of equal costs the least vehicle id wins, then the earliest positions.
    rank, best_rank = fleet.routes[v].rank, fleet.routes[best[0]].rank
    if rank != best_rank:
        return rank < best_rank
    return i < best[1] or (i == best[1] and j < best[2])


@njit(cache=True, nogil=True)
def excess_over_detours(matrix):
    """Seconds by which the best way over one other place beats the direct one, at most."""
    n = matrix.shape[0]
    most = np.int32(0)
    least = np.empty(n, np.int32)
    for i in range(n):
        least[:] = matrix[i]
        for k in range(n):
            first = matrix[i, k]
            if first < _NEVER:
                for j in range(n):
                    least[j] = min(least[j], first + matrix[k, j])
        for j in range(n):
            most = max(most, matrix[i, j] - least[j])
    return most
