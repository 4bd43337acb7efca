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
from routing.drt.search.passes import ROUNDING, count_cost, drive_s, fits, settle_on
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
        n_tried = _try(problem, routes, memory, v, NONE, d, j, j)
        if n_tried < 0:
            continue
        cost = _price(problem, routes, memory, v, n_tried)
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
    changes, least, backwards = problem.loads, memory.least, problem.backwards
    is_bounded = False  # whether memory.least is filled
    for i in range(vehicle.n_frozen, n + 1):
        before, after = steps[i], steps[i + 1]
        if before.depart > pickup.latest + ROUNDING:
            break
        if after.latest_start < pickup.earliest:
            continue
        if problem.is_additive:
            to_pickup = backwards[pickup.place, before.place]
        else:
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
        price = weights[0] * detour + waited
        if price >= fit.cost or not fits(layouts, v, loads, i, changes, request.pickup):
            continue
        if not is_bounded:
            _bound_dropoffs(problem, routes, memory, v, request.dropoff, i)
            is_bounded = True
        onward = least[i + 1] if i < n else np.inf
        if price + onward >= fit.cost and _price_of_both(problem, before, after, r) >= fit.cost:
            continue
        _fit_dropoff(problem, routes, memory, v, r, i, start, to_pickup, detour, waited, fit)


@part
def _price_of_both(problem, before, after, r):
    # What pickup and drop-off cost one after the other between two steps, if times are alike all
    # day; else nothing is known.
    if not problem.is_additive:
        return -np.inf
    seconds, request = problem.seconds, problem.requests[r]
    origin = problem.nodes[request.pickup].place
    destination = problem.nodes[request.dropoff].place
    driven = seconds[0, before.place, origin] + seconds[0, origin, destination]
    driven += seconds[0, destination, after.place] - seconds[0, before.place, after.place]
    return problem.weights[0] * driven


@part
def _bound_dropoffs(problem, routes, memory, v, d, first):
    # Fills memory.detour and memory.least from step ``first`` on: what node d costs at least where
    # the pickup is not next to it. Nothing is known of it where times depend on the time of day.
    steps, n, detour, least = routes.steps[v], routes.n_visits[v], memory.detour, memory.least
    seconds, weight, node = problem.seconds, problem.weights[0], problem.nodes[d]
    lowest = np.inf
    for j in range(n, first - 1, -1):
        if not problem.is_additive:
            lowest = -np.inf
            detour[j] = -np.inf
        else:
            before, after = steps[j], steps[j + 1]
            detour[j], least[j] = np.inf, lowest
            if before.depart > node.latest + ROUNDING or after.latest_start < node.earliest:
                continue
            to_dropoff = problem.backwards[node.place, before.place]
            onward = seconds[0, node.place, after.place]
            start = max(before.depart + to_dropoff, node.earliest)
            if (
                start <= node.latest + ROUNDING
                and start + node.dwell_s + onward <= after.latest_start + ROUNDING
            ):
                driven = to_dropoff + onward - seconds[0, before.place, after.place]
                detour[j] = weight * driven
                lowest = min(lowest, detour[j])
        least[j] = lowest


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
    price = weights[0] * detour + waited
    for j in range(i, n + 1):
        end = steps[j + 1]
        if j == i or price + memory.detour[j] < fit.cost:
            to_dropoff = drive_s(knot_time, seconds, place, dropoff.place, time)
            arrive = max(time + to_dropoff, dropoff.earliest)
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
                        p, d = request.pickup, request.dropoff
                        n_tried = _try(problem, routes, memory, v, p, d, i, j)
                        if n_tried < 0:
                            cost = np.inf
                        elif not problem.is_additive:
                            cost = _price(problem, routes, memory, v, n_tried)
                    if cost < fit.cost:
                        fit.cost, fit.i, fit.j = cost, i, j
        if (
            j == n
            or price + memory.least[j + 1] >= fit.cost
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
    # Settles in memory.work route v with nodes p, if any, after i visits and d after j; its number
    # of visits, or -1 if it breaks a limit of time.
    work, hold = memory.work, memory.hold
    at = lay_out(problem, routes.steps[v], routes.n_visits[v], work, p, d, i, j)
    # Who stood in the route starts no earlier than before, now that there is more to do.
    for k in range(at):
        hold[k] = work[k].start
    last = j + 1 if p == NONE else j + 2
    is_sound = settle_on(problem, v, work, hold, memory.position, at - 2, i + 1, last)
    return at - 2 if is_sound else -1


@part
def _price(problem, routes, memory, v, n):
    # What route v costs more if it becomes the trial of n visits.
    return count_cost(problem, memory.work, memory.position, n) - routes.cost[v]


@part
def lay_out(problem, steps, n, row, p, d, i, j):
    """Write the nodes of ``steps`` and p, d between them into ``row``; return its length."""
    at = 0
    for k in range(n + 2):
        row[at] = steps[k]
        at += 1
        if k == i and p != NONE:
            _lay_node(problem, row[at], p)
            at += 1
        if k == j:
            _lay_node(problem, row[at], d)
            at += 1
    return at


@part
def _lay_node(problem, step, node):
    step.node = node
    step.place = problem.nodes[node].place
    step.start = problem.nodes[node].earliest
