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
from routing.drt.search.kernel import kernel
from routing.drt.search.moves import put_in
from routing.drt.search.places import find_fit
from routing.types import NONE

#: How likely a route that would be the best is overlooked.
BLINK = 0.01
#: How often each order of `Problem.keys` is used; the first is a shuffle.
_SHARES = np.cumsum(np.array([4.0, 4.0, 2.0, 1.0, 2.0, 2.0]))


@kernel
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


@kernel
def _cheapest_vehicle(problem, routes, memory, r):
    home, least = problem.requests[r].home, np.inf
    best: Any = NONE
    memory.counts[QUERY] += 1
    for v in range(problem.vehicles.shape[0]):
        if (home != NONE and v != home) or not routes.is_open[v]:
            continue
        if routes.n_visits[v] == 0:
            group = problem.vehicles[v].group
            if memory.group_at[group] == memory.counts[QUERY]:
                continue
            memory.group_at[group] = memory.counts[QUERY]
        if memory.fit[r, v].stamp != routes.stamp[v]:
            find_fit(problem, routes, memory, v, r)
        cost = memory.fit[r, v].cost
        if cost < least and draw(memory.random) >= BLINK:
            best, least = v, cost
    return best


@kernel
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
