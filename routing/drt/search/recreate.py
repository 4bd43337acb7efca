"""Recreate: whoever is absent is put back where it costs least, one after the other.

References
----------
Christiaens, Vanden Berghe (2020). Slack induction by string removals for vehicle routing
problems. Transportation Science 54. https://doi.org/10.1287/trsc.2019.0914 (section 5.3; we
blink at whole routes, so that what is known of a route that has not changed is not found anew.)
"""

from typing import Any

import numpy as np

from routing.drt.search.arrays import N_ABSENT, N_ORDERS, QUERY
from routing.drt.search.chance import draw, draw_below
from routing.drt.search.kernel import part
from routing.drt.search.moves import put_in
from routing.drt.search.places import find_fit
from routing.types import NONE

#: How likely a route that would be the best is overlooked.
BLINK = 0.01
#: How often each order of `Problem.keys` is used; the first is a shuffle.
_SHARES = np.cumsum(np.array([4.0, 4.0, 2.0, 1.0, 2.0, 2.0]))


@part
def recreate(problem, routes, kept, memory):
    """Put back all who are absent; those who fit nowhere stay absent."""
    counts, absent = memory.counts, memory.absent
    _sort(problem.keys, absent, counts[N_ABSENT], memory.random)
    n_left = 0
    for k in range(counts[N_ABSENT]):
        r = absent[k]
        v = _cheapest_vehicle(problem, routes, memory, r)
        if v == NONE:
            absent[n_left] = r
            n_left += 1
        else:
            put_in(problem, routes, kept, memory, v, r)
    counts[N_ABSENT] = n_left


@part
def _cheapest_vehicle(problem, routes, memory, r):
    home, least = problem.requests[r].home, np.inf
    best: Any = NONE
    n_vehicles = problem.vehicles.shape[0]
    first, last = (0, n_vehicles) if home == NONE else (home, home + 1)
    # What is known already comes first: nobody needs to look for what costs more.
    for v in range(first, last):
        fit = memory.fit[r, v]
        is_known = fit.stamp == routes.stamp[v] and fit.i != NONE and routes.is_open[v]
        if is_known and fit.cost < least and draw(memory.random) >= BLINK:
            best, least = v, fit.cost
    memory.counts[QUERY] += 1
    for v in range(first, last):
        fit = memory.fit[r, v]
        is_known = fit.stamp == routes.stamp[v] and (fit.i != NONE or fit.cost >= least)
        if is_known or not routes.is_open[v] or _is_alike(problem, routes, memory, v):
            continue
        find_fit(problem, routes, memory, v, r, least)
        if fit.i != NONE and draw(memory.random) >= BLINK:
            best, least = v, fit.cost
    return best


@part
def _is_alike(problem, routes, memory, v):
    # Whether v is empty and another empty vehicle like it has been asked already.
    if routes.n_visits[v] > 0:
        return False
    group, query = problem.vehicles[v].group, memory.counts[QUERY]
    is_asked = memory.group_at[group] == query
    memory.group_at[group] = query
    return is_asked


@part
def _sort(keys, absent, n, random):
    share = draw(random) * _SHARES[N_ORDERS - 1]
    order = 0
    while share >= _SHARES[order]:
        order += 1
    for k in range(n - 1, 0, -1):
        other = draw_below(random, k + 1)
        absent[k], absent[other] = absent[other], absent[k]
    for k in range(1, n):
        r, at = absent[k], k
        while at > 0 and keys[absent[at - 1], order] > keys[r, order]:
            absent[at] = absent[at - 1]
            at -= 1
        absent[at] = r
