"""Ruin: strings of visits that lie near each other are removed from several routes.

References
----------
Christiaens, Vanden Berghe (2020). Slack induction by string removals for vehicle routing
problems. Transportation Science 54. https://doi.org/10.1287/trsc.2019.0914 (section 5.2;
the numbers below are the paper's.)
"""

from routing.drt.search.arrays import ITERATION
from routing.drt.search.chance import draw, draw_below
from routing.drt.search.kernel import part
from routing.drt.search.moves import mark_absent, take_out
from routing.types import NONE

_MEAN_REMOVED = 10.0  # visits in an iteration
_LONGEST_STRING = 10.0
_SPLIT = 0.5  # share of strings that leave some visits between their ends in place
_LEAVE_ONE_MORE = 0.01


@part
def ruin(problem, routes, kept, memory):
    """Remove a few strings around a visit drawn at random."""
    random, n_vehicles = memory.random, problem.vehicles.shape[0]
    seed = 2 * n_vehicles + draw_below(random, problem.nodes.shape[0] - 2 * n_vehicles)
    longest = min(_LONGEST_STRING, _mean_visits(routes))
    most = 4.0 * _MEAN_REMOVED / (1.0 + longest) - 1.0
    n_strings = int(draw(random) * most + 1.0)
    _ruin_at(problem, routes, kept, memory, seed, longest, random)
    n_ruined = 1
    for k in range(problem.near.shape[1]):
        if n_ruined >= n_strings:
            break
        node = problem.near[seed, k]
        if node == NONE:
            break
        n_ruined += _ruin_at(problem, routes, kept, memory, node, longest, random)


@part
def _mean_visits(routes):
    visits, used = 0, 0
    for n in routes.n_visits:
        if n > 0:
            visits += n
            used += 1
    return visits / max(used, 1)


@part
def _ruin_at(problem, routes, kept, memory, node, longest, random):
    # Removes a string that holds ``node``: 1 if there was one in a route not yet ruined.
    r = problem.nodes[node].request
    if r == NONE or memory.vehicle_of[r] == NONE:
        return 0
    v = memory.vehicle_of[r]
    if memory.touched_at[v] == memory.counts[ITERATION]:
        return 0
    steps, n = routes.steps[v], routes.n_visits[v]
    at = 1
    while steps[at].node != node:
        at += 1
    length = int(draw(random) * min(float(n), longest) + 1.0)
    length = min(length, n)
    left = 0
    if 1 < length < n and draw(random) < _SPLIT:
        left = 1
        while length + left < n and draw(random) < _LEAVE_ONE_MORE:
            left += 1
    total = length + left
    first = max(1, at - total + 1)
    first += draw_below(random, min(at, n - total + 1) - first + 1)
    gap = first + 1 + draw_below(random, length - 1) if left > 0 else n + 2
    for k in range(first, first + total):
        if gap <= k < gap + left:
            continue
        other = problem.nodes[steps[k].node].request
        if other != NONE and memory.vehicle_of[other] != NONE:
            mark_absent(memory, other)
    if memory.vehicle_of[r] != NONE:  # it stood in the gap
        mark_absent(memory, r)
    take_out(problem, routes, kept, memory, v)
    return 1
