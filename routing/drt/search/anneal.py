"""The search itself: ruin, recreate, accept or undo, many times in one call.

Rule: the best routes are changed only for routes that serve everybody and keep every limit.

References
----------
Christiaens, Vanden Berghe (2020). Slack induction by string removals for vehicle routing
problems. Transportation Science 54. https://doi.org/10.1287/trsc.2019.0914 (sections 5.1, 5.4:
annealing; whoever was often absent counts for more, which makes room for him.)
"""

from typing import Any

import numpy as np

from routing.drt.search.arrays import (
    BEST_COST,
    COST,
    N_ABSENT,
    N_BEST_USED,
    N_TOUCHED,
    N_WAS_ABSENT,
)
from routing.drt.search.chance import draw
from routing.drt.search.kernel import kernel, part
from routing.drt.search.moves import begin, copy_route, mark_absent, take_out, undo
from routing.drt.search.passes import ROUNDING, refresh
from routing.drt.search.recreate import recreate
from routing.drt.search.ruin import ruin
from routing.types import NONE

#: What a run is for: less cost; the same with fewer vehicles first; a vehicle less, again and
#: again; or everybody on board, and then it ends.
CHEAPER, CHEAPER_OR_FEWER, FEWER, EVERYBODY = 0, 1, 2, 3


@kernel
def load_routes(problem, routes, best, memory):
    """Take up the nodes that stand in ``routes``; whose nodes do not is absent."""
    memory.counts[N_ABSENT] = 0
    for r in range(memory.vehicle_of.shape[0]):
        memory.vehicle_of[r] = NONE
    memory.sums[COST] = 0.0
    for v in range(routes.n_visits.shape[0]):
        for k in range(1, routes.n_visits[v] + 1):
            r = problem.nodes[routes.steps[v, k].node].request
            if r != NONE:
                memory.vehicle_of[r] = v
        refresh(problem, routes, memory, v)
        memory.sums[COST] += routes.cost[v]
    for r in range(problem.requests.shape[0]):
        if memory.vehicle_of[r] == NONE:
            mark_absent(memory, r)
    memory.sums[BEST_COST] = np.inf
    memory.counts[N_BEST_USED] = routes.n_visits.shape[0] + 1
    if memory.counts[N_ABSENT] == 0:
        _keep_best(routes, best, memory)


@kernel
def run(problem, routes, kept, best, memory, n_iterations, temperature, goal):
    """Run so many iterations; fewer where ``goal`` is reached.

    Parameters
    ----------
    problem, routes, kept, best, memory
        See `routing.drt.search.arrays`; ``kept`` is room for undoing.
    n_iterations
        At most.
    temperature
        Of annealing, in units of cost.
    goal
        CHEAPER, CHEAPER_OR_FEWER, FEWER or EVERYBODY.

    Returns
    -------
    int64
        Iterations made.
    """
    counts = memory.counts
    for k in range(n_iterations):
        if goal == EVERYBODY and counts[N_ABSENT] == 0:
            return k
        if (
            goal == FEWER
            and counts[N_ABSENT] == 0
            and not _close_one(problem, routes, kept, memory)
        ):
            return k
        begin(memory)
        ruin(problem, routes, kept, memory)
        recreate(problem, routes, kept, memory)
        cost = memory.sums[COST] + _change(routes, kept, memory)
        if cost < np.inf and _is_accepted(memory, cost, temperature):
            memory.sums[COST] = cost
            if counts[N_ABSENT] == 0 and _is_best(routes, memory, goal):
                _keep_best(routes, best, memory)
        else:
            undo(problem, routes, kept, memory)
    return n_iterations


@part
def _change(routes, kept, memory):
    # Cost of the touched routes now minus before; inf if one of them breaks a limit.
    change = 0.0
    for k in range(memory.counts[N_TOUCHED]):
        v = memory.touched[k]
        if not (routes.is_sound[v] and routes.fits[v]):
            return np.inf
        change += routes.cost[v] - kept.cost[v]
    return change


@part
def _is_accepted(memory, cost, temperature):
    counts, absences = memory.counts, memory.absences
    missed, was_missed = 0, 0
    for k in range(counts[N_WAS_ABSENT]):
        was_missed += absences[memory.was_absent[k]]
    for k in range(counts[N_ABSENT]):
        missed += absences[memory.absent[k]]
        absences[memory.absent[k]] += 1
    if missed != was_missed:
        return missed < was_missed
    return cost < memory.sums[COST] - temperature * np.log(1.0 - draw(memory.random))


@part
def _n_used(routes):
    used = 0
    for n in routes.n_visits:
        used += n > 0
    return used


@part
def _is_best(routes, memory, goal):
    is_cheaper = memory.sums[COST] < memory.sums[BEST_COST] - ROUNDING
    if goal in (CHEAPER, EVERYBODY):
        return is_cheaper
    used = _n_used(routes)
    if used != memory.counts[N_BEST_USED]:
        return used < memory.counts[N_BEST_USED]
    return is_cheaper


@part
def _keep_best(routes, best, memory):
    for v in range(routes.n_visits.shape[0]):
        copy_route(routes, best, v)
    memory.sums[BEST_COST] = memory.sums[COST]
    memory.counts[N_BEST_USED] = _n_used(routes)


@part
def _close_one(problem, routes, kept, memory):
    # Empties and closes the vehicle whose requests are easiest to place elsewhere.
    least = np.int64(2**62)
    chosen: Any = NONE
    for v in range(routes.n_visits.shape[0]):
        if routes.n_visits[v] == 0:
            routes.is_open[v] = False
        if not routes.is_open[v]:
            continue
        missed = np.int64(0)
        for k in range(1, routes.n_visits[v] + 1):
            r = problem.nodes[routes.steps[v, k].node].request
            if r != NONE:
                missed += memory.absences[r]
        if missed < least:
            least, chosen = missed, v
    if chosen == NONE:
        return False
    begin(memory)
    for k in range(1, routes.n_visits[chosen] + 1):
        r = problem.nodes[routes.steps[chosen, k].node].request
        if r != NONE and memory.vehicle_of[r] != NONE:
            mark_absent(memory, r)
    before = routes.cost[chosen]
    take_out(problem, routes, kept, memory, chosen)
    memory.sums[COST] += routes.cost[chosen] - before
    routes.is_open[chosen] = False
    return True
