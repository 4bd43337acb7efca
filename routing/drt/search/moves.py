"""What changes routes: taking requests out, putting one in, keeping and undoing.

Rule: a route is kept before its first change of an iteration, so every iteration can be undone.
"""

from routing.drt.search.arrays import (
    ITERATION,
    N_ABSENT,
    N_TOUCHED,
    N_WAS_ABSENT,
)
from routing.drt.search.kernel import part
from routing.drt.search.passes import refresh
from routing.drt.search.places import lay_out
from routing.types import NONE


@part
def copy_route(source, target, v):
    """Make route ``v`` of ``target`` that of ``source``."""
    n = source.n_visits[v]
    target.n_visits[v] = n
    for k in range(n + 2):
        target.steps[v, k] = source.steps[v, k]
        for d in range(source.loads.shape[2]):
            target.loads[v, k, d] = source.loads[v, k, d]
    target.cost[v] = source.cost[v]
    target.stamp[v] = source.stamp[v]
    target.is_sound[v] = source.is_sound[v]
    target.fits[v] = source.fits[v]


@part
def begin(memory):
    """Begin an iteration: nothing is touched, and who is absent now was absent."""
    counts = memory.counts
    counts[ITERATION] += 1
    counts[N_TOUCHED] = 0
    counts[N_WAS_ABSENT] = counts[N_ABSENT]
    for k in range(counts[N_ABSENT]):
        memory.was_absent[k] = memory.absent[k]


@part
def _touch(routes, kept, memory, v):
    counts = memory.counts
    if memory.touched_at[v] != counts[ITERATION]:
        memory.touched_at[v] = counts[ITERATION]
        memory.touched[counts[N_TOUCHED]] = v
        counts[N_TOUCHED] += 1
        copy_route(routes, kept, v)


@part
def mark_absent(memory, r):
    """Let request ``r`` be nobody's; its nodes leave their route with `take_out`."""
    memory.vehicle_of[r] = NONE
    memory.absent[memory.counts[N_ABSENT]] = r
    memory.counts[N_ABSENT] += 1


@part
def take_out(problem, routes, kept, memory, v):
    """Remove from route ``v`` the nodes of requests that are absent."""
    _touch(routes, kept, memory, v)
    steps, n, nodes = routes.steps[v], routes.n_visits[v], problem.nodes
    at = 1
    for k in range(1, n + 2):
        r = nodes[steps[k].node].request
        if r != NONE and memory.vehicle_of[r] == NONE:
            continue
        steps[at] = steps[k]
        at += 1
    routes.n_visits[v] = at - 2
    refresh(problem, routes, memory, v)


@part
def put_in(problem, routes, kept, memory, v, r):
    """Put request ``r`` into route ``v`` where `find_fit` found that it fits best."""
    _touch(routes, kept, memory, v)
    steps, n, fit = routes.steps[v], routes.n_visits[v], memory.fit[r, v]
    request = problem.requests[r]
    at = lay_out(problem, steps, n, memory.work, request.pickup, request.dropoff, fit.i, fit.j)
    for k in range(at):
        steps[k] = memory.work[k]
    routes.n_visits[v] = at - 2
    memory.vehicle_of[r] = v
    refresh(problem, routes, memory, v)


@part
def undo(problem, routes, kept, memory):
    """Make everything as it was when the iteration began."""
    counts, nodes = memory.counts, problem.nodes
    for k in range(counts[N_TOUCHED]):
        v = memory.touched[k]
        for at in range(1, routes.n_visits[v] + 1):
            r = nodes[routes.steps[v, at].node].request
            if r != NONE:
                memory.vehicle_of[r] = NONE
    for k in range(counts[N_TOUCHED]):
        v = memory.touched[k]
        copy_route(kept, routes, v)
        for at in range(1, routes.n_visits[v] + 1):
            r = nodes[routes.steps[v, at].node].request
            if r != NONE:
                memory.vehicle_of[r] = v
    counts[N_ABSENT] = counts[N_WAS_ABSENT]
    for k in range(counts[N_ABSENT]):
        memory.absent[k] = memory.was_absent[k]
