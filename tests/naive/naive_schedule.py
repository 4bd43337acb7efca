"""Slow, obvious twin of schedule, cost and feasibility of one vehicle's plan."""

from itertools import pairwise

from routing.drt.model import VisitKind, VisitTime
from routing.types import NEVER
from tests.naive.naive_road import travel_s

NEVER = int(NEVER)


def travel(times, origin, destination, time):
    if len(times.knot_time) == 1:
        return int(times.seconds[0, origin, destination])
    values = [int(value) for value in times.seconds[:, origin, destination]]
    return travel_s([int(knot) for knot in times.knot_time], values, time)


def ready(plan):
    if plan.route_start < NEVER:
        return plan.ready_time
    return max(plan.ready_time, plan.vehicle.shift_from)


def drive(plan, times, leave, held):
    """Visit times and the return, each visit starting no earlier than ``held``."""
    rows, place, time = [], plan.place, leave
    for k, visit in enumerate(plan.visits):
        arrive = min(time + travel(times, place, visit.place, time), NEVER)
        if k == 0:
            arrive = max(arrive, plan.first_arrival)
        start = max(arrive, visit.earliest, held[k])
        place, time = visit.place, min(start + visit.dwell_s, NEVER)
        rows.append(VisitTime(arrive, start, time))
    end_place = plan.vehicle.end_place
    return rows, min(time + travel(times, place, end_place, time), NEVER)


def find_pickup(plan, dropoff):
    for k, visit in enumerate(plan.visits):
        if visit.kind is VisitKind.PICKUP and visit.ride_id == plan.visits[dropoff].ride_id:
            return k
    return None


def earliest_schedule(plan, times, latest, shift_until):
    """The earliest schedule that keeps all limits, None if there is none.

    Starts are raised by what is missing until nothing is; who needs more than the windows
    allow gets there in the end.
    """
    leave, held = ready(plan), [-NEVER] * len(plan.visits)
    while True:
        rows, home = drive(plan, times, leave, held)
        if plan.visits and (home > shift_until or home >= NEVER):
            return None
        if any(row.start > limit or row.start >= NEVER
               for row, limit in zip(rows, latest, strict=True)):  # fmt: skip
            return None
        changed = False
        for d, visit in enumerate(plan.visits):
            p = find_pickup(plan, d) if visit.kind is VisitKind.DROPOFF else None
            if p is not None and rows[d].start - rows[p].depart > visit.max_ride_s:
                held[p] = rows[d].start - visit.max_ride_s - plan.visits[p].dwell_s
                changed = True
        if plan.visits and plan.route_start < NEVER:
            if home - plan.route_start > plan.vehicle.max_route_s:
                return None
        elif plan.visits and home - leave > plan.vehicle.max_route_s:
            leave = home - plan.vehicle.max_route_s
            changed = True
        if not changed:
            return rows, home, leave


def schedule(plan, times):
    """Visit times, return and departure of ``plan``, and whether it keeps every time limit."""
    latest = [visit.latest for visit in plan.visits]
    found = earliest_schedule(plan, times, latest, plan.vehicle.shift_until)
    if found is not None:
        return *found, True
    rows, home = drive(plan, times, ready(plan), [-NEVER] * len(plan.visits))
    eased = [max(limit, row.start) for limit, row in zip(latest, rows, strict=True)]
    found = earliest_schedule(plan, times, eased, max(plan.vehicle.shift_until, home))
    if found is not None:
        return *found, False
    return rows, home, ready(plan), False


def cost(plan, times, weights):
    return cost_of(plan, times, weights, schedule(plan, times))


def cost_of(plan, times, weights, scheduled):
    rows, _, leave, _ = scheduled
    stops = [
        (plan.place, leave),
        *((visit.place, row.depart) for visit, row in zip(plan.visits, rows, strict=True)),
        (plan.vehicle.end_place, None),
    ]
    total = 0.0
    for (origin, depart), (destination, _) in pairwise(stops):
        total += weights.drive * travel(times, origin, destination, depart)
    for k, visit in enumerate(plan.visits):
        people = abs(sum(visit.load))
        if visit.kind is VisitKind.PICKUP:
            total += weights.wait * people * (rows[k].start - visit.earliest)
        if visit.kind is VisitKind.DROPOFF:
            p = find_pickup(plan, k)
            if p is None:
                ride = rows[k].start - leave
            else:
                boarded = rows[p].depart
                direct = travel(times, plan.visits[p].place, visit.place, boarded)
                ride = rows[k].start - boarded - direct
            total += weights.ride * people * ride
    return total


def loads_fit(plan):
    load = plan.load
    for visit in (None, *plan.visits):
        if visit is not None:
            if visit.kind is VisitKind.BREAK and any(load):
                return False
            load = tuple(a + b for a, b in zip(load, visit.load, strict=True))
        if not any(
            all(0 <= a <= b for a, b in zip(load, layout, strict=True))
            for layout in plan.vehicle.configurations
        ):
            return False
    return True


def find_cost(plan, times, weights):
    """Cost of ``plan``, None if it breaks a rule."""
    if not loads_fit(plan):
        return None
    scheduled = schedule(plan, times)
    return cost_of(plan, times, weights, scheduled) if scheduled[3] else None


def is_feasible(plan, times):
    return loads_fit(plan) and schedule(plan, times)[3]
