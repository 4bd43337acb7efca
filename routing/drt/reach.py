"""When a fleet can bring riders to many places, or from many: real insertions, one kernel call.

Rule: every arrival is that of a place in some vehicle's plan that keeps every hard rule, and no
such place arrives earlier. What is shared among the wishes (where a vehicle could turn to the
pickup, what it carries then, the row with the new visits) is worked out once.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from routing.drt.cheapest import (
    DROPOFF_DWELL,
    EARLIEST,
    LATEST,
    ORIGIN,
    PICKUP_DWELL,
    fits_layout,
    lay_out,
    make_ready,
)
from routing.drt.timing import BREAK, DROPOFF, settle
from routing.road.travel import travel_s
from routing.types import NEVER, Int32Array

_NEVER = int(NEVER)


class Wishes(NamedTuple):
    """``r`` rides that are asked for, each for itself; those of one origin and window together.

    All arrays are int32.
    """

    origin: Int32Array  # (r,) place index
    destination: Int32Array  # (r,) place index
    earliest: Int32Array  # (r,) service seconds, boarding starts no earlier
    latest: Int32Array  # (r,) service seconds, boarding starts no later
    latest_dropoff: Int32Array  # (r,) service seconds, arrival no later
    max_ride_s: Int32Array  # (r,)


class Reached(NamedTuple):
    """What the fleet can do for each of ``r`` wishes; int32, ``NEVER`` where it cannot."""

    arrive_time: Int32Array  # (r,) service seconds at the destination
    pickup_time: Int32Array  # (r,) service seconds, boarding starts; of equal arrivals the latest


class Limits(NamedTuple):
    """What bounds every wish alike: the operator's rules, durations in seconds."""

    dwell_s: int
    max_wait_s: int
    max_ride_factor: float
    max_ride_extra_s: int
    service_from: int  # service seconds, first pickup
    service_until: int  # service seconds, last pickup


@njit(cache=True, nogil=True)
def pair_up(knot_time, seconds, origin, ready_time, destination, limits, wishes, pair):
    """Fill the wishes from every origin to every destination that the rules allow.

    Parameters
    ----------
    knot_time, seconds
        Travel times.
    origin, ready_time
        Int32 (k,): places, and service seconds from which the riders are there.
    destination
        Int32 (n,): places.
    limits
        See `Limits`.
    wishes
        See `Wishes`, room for k * n; filled.
    pair
        Int32 (k * n,): filled with the position of each wish among all pairs, origin by origin.

    Returns
    -------
    int
        Count of wishes.
    """
    found, n = 0, destination.shape[0]
    for k in range(origin.shape[0]):
        ready = np.int64(ready_time[k])
        if ready < limits.service_from or ready > limits.service_until:
            continue
        latest = ready + limits.max_wait_s
        for d in range(n):
            direct_s = travel_s(knot_time, seconds, origin[k], destination[d], ready)
            if origin[k] == destination[d] or direct_s >= _NEVER:
                continue
            max_ride_s = np.int64(limits.max_ride_factor * direct_s) + limits.max_ride_extra_s
            by = min(latest + limits.dwell_s + max_ride_s, np.int64(_NEVER - 1))
            wishes.origin[found], wishes.destination[found] = origin[k], destination[d]
            wishes.earliest[found], wishes.latest[found] = ready, latest
            wishes.latest_dropoff[found], wishes.max_ride_s[found] = by, max_ride_s
            pair[found] = k * n + d
            found += 1
    return found


@njit(cache=True, nogil=True)
def reach(knot_time, seconds, shortest, shortest_to, excess_s, fleet, query, wishes, reached):
    """Find the earliest arrival of each wish.

    Parameters
    ----------
    knot_time, seconds
        Travel times.
    shortest, shortest_to
        Int32 (n, n): the least of them at any time of day, from row to column and transposed.
    excess_s
        As `cheapest` takes it.
    fleet
        See `FleetArrays`.
    query
        Int32 (LOAD + d,), as `cheapest` takes it: now, who travels and how long boarding takes.
    wishes
        See `Wishes`.
    reached
        See `Reached`; filled.
    """
    reached.arrive_time[:] = _NEVER
    reached.pickup_time[:] = _NEVER
    for v in range(fleet.rows.shape[0]):
        if fleet.routes[v].takes_part and fleet.routes[v].fits:
            make_ready(knot_time, seconds, shortest, fleet, v, query)
    n, first = wishes.origin.shape[0], 0
    while first < n:
        end = first + 1
        while end < n and _is_same_pickup(wishes, first, end):
            end += 1
        query[ORIGIN], query[EARLIEST] = wishes.origin[first], wishes.earliest[first]
        query[LATEST] = wishes.latest[first]
        n_candidates = _look(shortest, shortest_to, excess_s, fleet, query)
        _sort(fleet.candidates, n_candidates)
        for c in range(n_candidates):
            _try_pickup(
                knot_time, seconds, shortest, excess_s, fleet, fleet.candidates[c].slot,
                fleet.candidates[c].position, query, wishes, first, end, reached,
            )  # fmt: skip
        first = end


@njit(cache=True, nogil=True)
def _is_same_pickup(wishes, a, b):
    return (
        wishes.origin[a] == wishes.origin[b]
        and wishes.earliest[a] == wishes.earliest[b]
        and wishes.latest[a] == wishes.latest[b]
    )


@njit(cache=True, nogil=True)
def _look(shortest, shortest_to, excess_s, fleet, query):
    # The gaps where the pickup may go, with the earliest time at which boarding could start.
    n_candidates, origin = 0, query[ORIGIN]
    dwell_s = np.int64(query[PICKUP_DWELL]) - excess_s
    for v in range(fleet.rows.shape[0]):
        route, gaps = fleet.routes[v], fleet.gaps[v]
        if not (route.takes_part and route.fits and route.is_sound):
            continue
        for i in range(route.n_frozen, route.n_visits + 1):
            gap = gaps[i]
            arrive = gap.depart + np.int64(shortest_to[origin, gap.place])
            start = max(arrive, np.int64(query[EARLIEST]))
            # Over the drop-off or not, the way on is at most excess_s shorter than the direct one.
            onward_s = max(dwell_s + shortest[origin, gap.next_place], np.int64(0))
            if start > query[LATEST] or start + onward_s > gap.next_latest:
                continue
            if fits_layout(fleet.layouts[v], fleet.loads[v, i], query):
                fleet.candidates[n_candidates].slot = v
                fleet.candidates[n_candidates].position = i
                fleet.candidates[n_candidates].bound = start
                n_candidates += 1
    return n_candidates


@njit(cache=True, nogil=True)
def _sort(candidates, n):
    # By their bounds. What lies before a hole of a shell sort is nearly sorted already.
    hole = n // 2
    while hole > 0:
        for k in range(hole, n):
            slot, position = candidates[k].slot, candidates[k].position
            bound, at = candidates[k].bound, k
            while at >= hole and candidates[at - hole].bound > bound:
                candidates[at].slot = candidates[at - hole].slot
                candidates[at].position = candidates[at - hole].position
                candidates[at].bound = candidates[at - hole].bound
                at -= hole
            candidates[at].slot, candidates[at].position = slot, position
            candidates[at].bound = bound
        hole //= 2


@njit(cache=True, nogil=True)
def _try_pickup(
    knot_time, seconds, shortest, excess_s, fleet, v, i, query, wishes, first, end, reached
):
    # Improves the wishes of one origin by boarding after visit i of vehicle v.
    route, row, n = fleet.routes[v], fleet.rows[v], fleet.routes[v].n_visits
    origin = query[ORIGIN]
    arrive = row[i].depart + travel_s(knot_time, seconds, row[i].place, origin, row[i].depart)
    if i == 0:
        arrive = max(arrive, np.int64(route.first_arrival))
    start = max(arrive, np.int64(query[EARLIEST]))
    if start > query[LATEST]:
        return
    place, time, aboard_s = origin, start + np.int64(query[PICKUP_DWELL]), np.int64(0)
    is_plain = i == n and route.max_route_s == _NEVER and not _is_held(route, row)
    for j in range(i, n + 1):
        after, is_laid_out, may_stay = row[j + 1], False, False
        for r in range(first, end):
            destination = wishes.destination[r]
            if aboard_s <= wishes.max_ride_s[r] and time <= wishes.latest_dropoff[r]:
                may_stay = True
            if time + shortest[place, destination] > reached.arrive_time[r]:
                continue
            drive_s = travel_s(knot_time, seconds, place, destination, time)
            there = time + drive_s
            leave = max(there, 0) + query[DROPOFF_DWELL]
            onward_s = travel_s(knot_time, seconds, destination, after.place, leave)
            if (
                there > reached.arrive_time[r]
                or there > wishes.latest_dropoff[r]
                or aboard_s + shortest[place, destination] > wishes.max_ride_s[r]
                or leave + onward_s > after.latest_start
            ):
                continue
            if is_plain and drive_s <= wishes.max_ride_s[r]:
                # Nothing follows and nothing before changes: this is the whole schedule.
                _note(reached, r, there, start)
                continue
            if not is_laid_out:
                lay_out(fleet, v, i, j, query)
                is_laid_out = True
            dropoff = fleet.trial[j + 2]
            dropoff.place, dropoff.latest = destination, wishes.latest_dropoff[r]
            dropoff.max_ride_s = wishes.max_ride_s[r]
            if settle(knot_time, seconds, fleet.routes[-1], fleet.trial):
                _note(reached, r, fleet.trial[j + 2].arrive, fleet.trial[i + 1].start)
        if j == n or after.kind == BREAK or not may_stay:
            return
        if not fits_layout(fleet.layouts[v], fleet.loads[v, j + 1], query):
            return
        # The vehicle makes visit j + 1 with the rider aboard.
        begin = max(time + travel_s(knot_time, seconds, place, after.place, time), after.earliest)
        aboard_s += shortest[place, after.place] + after.dwell_s
        place, time = after.place, begin + np.int64(after.dwell_s)
        # The drop-off after it may be a short cut by as much as excess_s.
        if begin > np.int64(after.latest_start) + excess_s:
            return


@njit(cache=True, nogil=True)
def _is_held(route, row):
    # Whether some boarding of the row is held back, so that going straight on is not its schedule.
    for k in range(1, route.n_visits + 1):
        p = row[k].partner
        if row[k].kind == DROPOFF and p > 0:
            needed = np.int64(row[k].start) - row[k].max_ride_s - row[p].dwell_s
            if needed > row[p].start:
                return True
    return False


@njit(cache=True, nogil=True)
def _note(reached, r, arrive, start):
    if arrive < reached.arrive_time[r]:
        reached.arrive_time[r], reached.pickup_time[r] = arrive, start
    elif arrive == reached.arrive_time[r] and start > reached.pickup_time[r]:
        reached.pickup_time[r] = start


def empty_wishes(n: int) -> Wishes:
    """Arrays with room for ``n`` wishes."""
    return Wishes._make(np.empty(n, np.int32) for _ in Wishes._fields)


def empty_reached(n: int) -> Reached:
    """Arrays for the answers to ``n`` wishes."""
    return Reached(np.empty(n, np.int32), np.empty(n, np.int32))
