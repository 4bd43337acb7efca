"""Slow, obvious twin of the insertion kernel: try everything."""

from dataclasses import replace

from tests.naive.naive_schedule import find_cost, loads_fit, schedule


def candidates(plan, ride):
    """Every plan that serves ``ride`` too, with the positions of its visits."""
    pickup, dropoff = ride.visits()
    n = len(plan.visits)
    for i in range(plan.n_frozen, n + 1):
        for j in range(i + 1, n + 2):
            visits = [*plan.visits[:i], pickup, *plan.visits[i:]]
            visits.insert(j, dropoff)
            yield i, j, replace(plan, visits=tuple(visits))


def as_at(plan, now):
    """``plan`` of a vehicle that cannot leave before ``now`` any more."""
    return plan if plan.n_frozen else replace(plan, ready_time=max(plan.ready_time, now))


def cheapest_insertion(plans, ride, travel, weights, now):
    """Cost, vehicle id, pickup and drop-off position of the cheapest way; None if none."""
    best = None
    for plan in (as_at(plan, now) for plan in plans):
        before = find_cost(plan, travel, weights)
        if before is None:
            continue
        for i, j, longer in candidates(plan, ride):
            after = find_cost(longer, travel, weights)
            if after is not None:
                found = (after - before, plan.vehicle.vehicle_id, i, j)
                best = found if best is None else min(best, found)
    return best


def earliest_arrival(plans, ride, travel, now):
    """Arrival and boarding of the way that is there first, of equals the last to board."""
    best = None
    for plan in (as_at(plan, now) for plan in plans):
        if not is_feasible(plan, travel):
            continue
        for i, j, longer in candidates(plan, ride):
            if is_feasible(longer, travel):
                times = schedule(longer, travel)[0]
                found = (times[j].arrive, -times[i].start)
                best = found if best is None else min(best, found)
    return None if best is None else (best[0], -best[1])


def is_feasible(plan, travel):
    """Whether ``plan`` keeps every rule."""
    return loads_fit(plan) and schedule(plan, travel)[3]
