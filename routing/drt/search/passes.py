"""How time passes along a route of the search: the jitted passes.

Rule: the meaning of times is that of `routing.drt.timing`, the least fixed point of all limits,
in float64 and over node indices, because a search settles millions of rows a second and the
field's instances are not in whole seconds. Both are compared by tests, and nothing that the
search finds is returned before `routing.drt.check` has audited it.
"""

import numpy as np

from routing.drt.search.arrays import BREAK, DROPOFF, PICKUP, STAMP
from routing.drt.search.kernel import part
from routing.types import NEVER, NONE

_NEVER = float(NEVER)
#: Sums of the same float64 distances in another order differ by less; whole seconds by none.
ROUNDING = 1e-9
#: By time of day each round holds back a second or more; a window of a day ends before this.
_MAX_ROUNDS = 86_400


@part
def drive_s(knot_time, seconds, i, j, time):
    """Seconds from place ``i`` to ``j``: `routing.road.travel.travel_s` in float64."""
    last = knot_time.shape[0] - 1
    if last == 0 or time <= knot_time[0]:
        return seconds[0, i, j]
    if time >= knot_time[last]:
        return seconds[last, i, j]
    k = 1
    while knot_time[k] <= time:
        k += 1
    before = seconds[k - 1, i, j]
    rise = seconds[k, i, j] - before
    return before + np.floor(rise * (time - knot_time[k - 1]) / (knot_time[k] - knot_time[k - 1]))


@part
def _go_straight(problem, vehicle, steps, hold, n, first, last):
    # Fills start and depart from ``first`` on. Stops at a step beyond ``last`` that starts when
    # it did before, for so do all that follow; returns it, n + 2 at the end, -1 where a window
    # is missed.
    nodes, knot_time, seconds = problem.nodes, problem.knot_time, problem.seconds
    if first == 0:
        steps[0].start = max(vehicle.ready_time, hold[0])
        steps[0].depart = steps[0].start
        first = 1
    place, time = steps[first - 1].place, steps[first - 1].depart
    for k in range(first, n + 2):
        node = nodes[steps[k].node]
        start = time + drive_s(knot_time, seconds, place, node.place, time)
        if k == 1 and n > 0:
            start = max(start, vehicle.first_arrival)
        start = max(start, node.earliest, hold[k])
        if start > node.latest + ROUNDING and n > 0:
            return -1
        if k > last and start == steps[k].start:
            return k
        place, time = node.place, start + node.dwell_s
        steps[k].start = start
        steps[k].depart = time
    return n + 2


@part
def _hold_back(nodes, vehicle, steps, hold, position, n, since, until):
    # Holds back what must be for the sake of a limit, given that steps before ``since`` and from
    # ``until`` on start when they did while all limits were kept. Returns the first and the last
    # step that are held back; first is n + 2 if none is, -1 if that is impossible.
    first, last = n + 2, 0
    for k in range(max(since, 1), min(until, n + 1)):
        node = nodes[steps[k].node]
        if node.kind != DROPOFF or node.partner == NONE or node.max_ride_s >= _NEVER:
            continue
        p = position[node.partner]
        pickup = nodes[node.partner]
        needed = steps[k].start - node.max_ride_s - pickup.dwell_s
        if needed > steps[p].start + ROUNDING:
            if needed > pickup.latest + ROUNDING:
                return -1, 0
            hold[p] = needed
            first, last = min(first, p), max(last, p)
    if vehicle.max_route_s < _NEVER:
        needed = steps[n + 1].start - vehicle.max_route_s
        is_away = vehicle.route_start < _NEVER
        left = vehicle.route_start if is_away else steps[0].depart
        if needed > left + ROUNDING:
            if is_away:
                return -1, 0
            hold[0] = needed
            first = 0
    return first, last


@part
def settle(problem, v, steps, hold, position, n):
    """Whether some schedule keeps every limit; if so ``steps`` has the earliest one.

    ``node`` and ``place`` of the steps 0..n + 1 must be set.
    """
    for k in range(n + 2):
        hold[k] = -_NEVER
    return settle_on(problem, v, steps, hold, position, n, 0, n + 1)


@part
def settle_on(problem, v, steps, hold, position, n, first, last):
    """The same where steps before ``first`` and after ``last`` are those of a settled row.

    These have ``start`` and ``depart``, too; ``hold`` says before what time no step can start.
    """
    vehicle = problem.vehicles[v]
    until = _go_straight(problem, vehicle, steps, hold, n, first, last)
    if until < 0:
        return False
    if n == 0 or (problem.is_additive and not problem.has_limits):
        return True
    for k in range(1, n + 1):
        position[steps[k].node] = k
    if not problem.has_limits:
        return True
    rounds = n + 2 if problem.knot_time.shape[0] == 1 else _MAX_ROUNDS
    for _ in range(rounds + 1):
        nodes = problem.nodes
        first, last = _hold_back(nodes, vehicle, steps, hold, position, n, first, until)
        if first == n + 2:
            return True
        if first < 0:
            return False
        until = _go_straight(problem, vehicle, steps, hold, n, first, last)
        if until < 0:
            return False
    return False


@part
def count_cost(problem, steps, position, n):
    """Weighted seconds of a settled row: `routing.drt.timing.count_seconds` in float64."""
    nodes, weights = problem.nodes, problem.weights
    knot_time, seconds = problem.knot_time, problem.seconds
    drive, wait, ride = 0.0, 0.0, 0.0
    for k in range(1, n + 2):
        before, step = steps[k - 1], steps[k]
        drive += drive_s(knot_time, seconds, before.place, step.place, before.depart)
        if problem.is_additive:
            continue
        node = nodes[step.node]
        if node.kind == PICKUP:
            wait += node.n_passengers * (step.start - node.asked)
        elif node.kind == DROPOFF and node.partner == NONE:
            ride += node.n_passengers * (step.start - steps[0].start)
        elif node.kind == DROPOFF:
            boarded = steps[position[node.partner]].depart
            origin = nodes[node.partner].place
            direct = drive_s(knot_time, seconds, origin, node.place, boarded)
            ride += node.n_passengers * (step.start - boarded - direct)
    return weights[0] * drive + weights[1] * wait + weights[2] * ride


@part
def fits(layouts, v, loads, k, more, p):
    """Whether some layout of vehicle v carries its load after step k and that of node p."""
    n_dimensions = layouts.shape[2]
    for c in range(layouts.shape[1]):
        ok = True
        for d in range(n_dimensions):
            if loads[v, k, d] + more[p, d] > layouts[v, c, d]:
                ok = False
                break
        if ok:
            return True
    return False


@part
def refresh(problem, routes, memory, v):
    """Bring everything that follows from the nodes of route ``v`` up to date; a new stamp."""
    steps, n = routes.steps[v], routes.n_visits[v]
    memory.counts[STAMP] += 1
    routes.stamp[v] = memory.counts[STAMP]
    routes.fits[v] = _count_loads(problem, routes, v)
    if problem.is_additive and not problem.has_limits:
        routes.is_sound[v] = _settle_plainly(problem, routes, v)
    else:
        routes.is_sound[v] = settle(problem, v, steps, memory.hold, memory.position, n)
        if routes.is_sound[v]:
            routes.cost[v] = count_cost(problem, steps, memory.position, n)
    if routes.is_sound[v]:
        _look_back(problem.nodes, problem.shortest, steps, n)


@part
def _settle_plainly(problem, routes, v):
    # `settle` and `count_cost` in one pass, where times are alike all day, only driving costs and
    # nobody needs to be held back.
    steps, n, vehicle = routes.steps[v], routes.n_visits[v], problem.vehicles[v]
    nodes, seconds = problem.nodes, problem.seconds
    steps[0].start = steps[0].depart = vehicle.ready_time
    place, time, drive = steps[0].place, vehicle.ready_time, 0.0
    for k in range(1, n + 2):
        node = nodes[steps[k].node]
        leg = seconds[0, place, node.place]
        drive += leg
        start = max(time + leg, node.earliest)
        if k == 1 and n > 0:
            start = max(start, vehicle.first_arrival)
        if start > node.latest + ROUNDING and n > 0:
            return False
        place, time = node.place, start + node.dwell_s
        steps[k].start = start
        steps[k].depart = time
    routes.cost[v] = problem.weights[0] * drive
    return True


@part
def _look_back(nodes, shortest, steps, n):
    steps[n + 1].latest_start = nodes[steps[n + 1].node].latest
    for k in range(n, -1, -1):
        node = nodes[steps[k].node]
        leave = steps[k + 1].latest_start - shortest[steps[k].place, steps[k + 1].place]
        steps[k].latest_start = min(node.latest, leave - node.dwell_s)


@part
def _count_loads(problem, routes, v):
    # Fills the loads of route v; whether they fit, and nobody is aboard during a break.
    steps, n, nodes, loads = routes.steps, routes.n_visits[v], problem.nodes, routes.loads
    layouts, changes = problem.layouts, problem.loads
    nobody = layouts.shape[0] + v  # an end changes no load
    ok = True
    for k in range(n + 2):
        node = steps[v, k].node
        for d in range(layouts.shape[2]):
            aboard = loads[v, k - 1, d] if k > 0 else 0
            if nodes[node].kind == BREAK and aboard != 0:
                ok = False
            loads[v, k, d] = aboard + changes[node, d]
            ok &= loads[v, k, d] >= 0
        ok &= fits(layouts, v, loads, k, changes, nobody)
    return ok
