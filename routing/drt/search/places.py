"""Where a request fits best into one route.

Rule: a place is refused in O(1) where it breaks a limit, or where driving and the rider's own
times cost as much as the best place already. What is let through is settled as a whole wherever a
limit, or what a schedule costs, needs that; so a place that is taken is feasible, at its true
cost. It is the cheapest, too, where the triangle inequality holds and driving is all that counts;
else what others gain, or another time of day, may have been overlooked.
"""

import numpy as np

from routing.drt.search.arrays import BREAK
from routing.drt.search.kernel import part
from routing.drt.search.passes import ROUNDING, count_cost, drive_s, fits, settle
from routing.types import NONE


@part
def find_fit(problem, routes, memory, v, r, most):
    """Fill ``memory.fit[r, v]`` with the cheapest feasible place that costs less than ``most``.

    If there is none, ``cost`` is ``most`` and ``i`` is NONE.
    """
    fit = memory.fit[r, v]
    fit.stamp = routes.stamp[v]
    fit.cost = most
    fit.i = NONE
    if not routes.is_sound[v] or routes.n_visits[v] + 4 > routes.steps.shape[1]:
        fit.cost = np.inf
    elif problem.requests[r].pickup == NONE:
        _fit_single(problem, routes, memory, v, r, fit)
    else:
        _fit_pair(problem, routes, memory, v, r, fit)


@part
def _fit_single(problem, routes, memory, v, r, fit):
    steps, n = routes.steps[v], routes.n_visits[v]
    d = problem.requests[r].dropoff
    node = problem.nodes[d]
    first = problem.vehicles[v].n_frozen
    for k in range(1, n + 1):
        if steps[k].node == node.partner:
            first = max(first, k)
    for j in range(first, n + 1):
        if steps[j].depart > node.latest + ROUNDING:
            break
        if node.kind == BREAK and _is_aboard(routes.loads, v, j):
            continue
        cost = _try(problem, routes, memory, v, NONE, d, j, j)
        if cost < fit.cost:
            fit.cost, fit.i, fit.j = cost, j, j


@part
def _is_aboard(loads, v, k):
    aboard = 0
    for d in range(loads.shape[2]):
        aboard += loads[v, k, d]
    return aboard > 0


@part
def _fit_pair(problem, routes, memory, v, r, fit):
    steps, n, vehicle = routes.steps[v], routes.n_visits[v], problem.vehicles[v]
    knot_time, seconds, weights = problem.knot_time, problem.seconds, problem.weights
    request = problem.requests[r]
    pickup, layouts, loads = problem.nodes[request.pickup], problem.layouts, routes.loads
    changes = problem.loads
    for i in range(vehicle.n_frozen, n + 1):
        before, after = steps[i], steps[i + 1]
        if before.depart > pickup.latest + ROUNDING:
            break
        if after.latest_start < pickup.earliest or not fits(
            layouts, v, loads, i, changes, request.pickup
        ):
            continue
        to_pickup = drive_s(knot_time, seconds, before.place, pickup.place, before.depart)
        start = before.depart + to_pickup
        if i == 0:
            start = max(start, vehicle.first_arrival)
        start = max(start, pickup.earliest)
        if start > pickup.latest + ROUNDING or start > after.latest_start + ROUNDING:
            continue
        detour = to_pickup + seconds[0, pickup.place, after.place]
        detour -= seconds[0, before.place, after.place]
        waited = weights[1] * pickup.n_passengers * (start - pickup.asked)
        if weights[0] * detour + waited >= fit.cost:
            continue
        _fit_dropoff(problem, routes, memory, v, r, i, start, to_pickup, detour, waited, fit)


@part
def _fit_dropoff(problem, routes, memory, v, r, i, start, to_pickup, detour, waited, fit):
    # Improves fit by the best place of the drop-off; the pickup follows step i and starts then.
    steps, n, nodes = routes.steps[v], routes.n_visits[v], problem.nodes
    knot_time, seconds, shortest = problem.knot_time, problem.seconds, problem.shortest
    request, weights = problem.requests[r], problem.weights
    pickup, dropoff = nodes[request.pickup], nodes[request.dropoff]
    layouts, loads, changes = problem.layouts, routes.loads, problem.loads
    needs_trial = problem.has_limits or not problem.is_additive
    boarded = start + pickup.dwell_s
    last_boarded = min(pickup.latest, steps[i + 1].latest_start) + pickup.dwell_s
    place, time, aboard_s = pickup.place, boarded, 0.0
    for j in range(i, n + 1):
        to_dropoff = drive_s(knot_time, seconds, place, dropoff.place, time)
        arrive = max(time + to_dropoff, dropoff.earliest)
        end = steps[j + 1]
        leave = arrive + dropoff.dwell_s
        onward = drive_s(knot_time, seconds, dropoff.place, end.place, leave)
        if (
            arrive <= dropoff.latest + ROUNDING
            and arrive - last_boarded <= dropoff.max_ride_s + ROUNDING
            and aboard_s + shortest[place, dropoff.place] <= dropoff.max_ride_s + ROUNDING
            and leave + onward <= end.latest_start + ROUNDING
        ):
            if j == i:
                driven = to_pickup + to_dropoff + onward - seconds[0, steps[i].place, end.place]
            else:
                driven = detour + to_dropoff + onward - seconds[0, place, end.place]
            cost = weights[0] * driven + waited
            if not problem.is_additive:
                beyond = arrive - boarded - seconds[0, pickup.place, dropoff.place]
                cost += weights[2] * pickup.n_passengers * max(beyond, 0.0)
            if cost < fit.cost - ROUNDING:
                if needs_trial:
                    tried = _try(problem, routes, memory, v, request.pickup, request.dropoff, i, j)
                    cost = cost if problem.is_additive and tried < np.inf else tried
                if cost < fit.cost:
                    fit.cost, fit.i, fit.j = cost, i, j
        if (
            j == n
            or nodes[end.node].kind == BREAK
            or not fits(layouts, v, loads, j + 1, changes, request.pickup)
        ):
            break
        # The vehicle makes visit j + 1 with the rider aboard.
        node = nodes[end.node]
        start_end = time + drive_s(knot_time, seconds, place, end.place, time)
        start_end = max(start_end, node.earliest)
        aboard_s += shortest[place, end.place] + node.dwell_s
        place, time = end.place, start_end + node.dwell_s
        if (
            start_end > end.latest_start + ROUNDING
            or aboard_s > dropoff.max_ride_s + ROUNDING
            or time > dropoff.latest + ROUNDING
        ):
            break


@part
def _try(problem, routes, memory, v, p, d, i, j):
    # What route v costs more with nodes p, if any, after i visits and d after j; inf if it breaks.
    work, n = memory.work, routes.n_visits[v]
    at = lay_out(problem, routes.steps[v], n, work, p, d, i, j)
    if not settle(problem, v, work, memory.hold, memory.position, at - 2):
        return np.inf
    return count_cost(problem, work, memory.position, at - 2) - routes.cost[v]


@part
def lay_out(problem, steps, n, row, p, d, i, j):
    """Write the nodes of ``steps`` and p, d between them into ``row``; return its length."""
    at = 0
    for k in range(n + 2):
        row[at].node = steps[k].node
        row[at].place = steps[k].place
        at += 1
        if k == i and p != NONE:
            row[at].node = p
            row[at].place = problem.nodes[p].place
            at += 1
        if k == j:
            row[at].node = d
            row[at].place = problem.nodes[d].place
            at += 1
    return at
