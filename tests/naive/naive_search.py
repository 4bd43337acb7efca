"""Slow, obvious twins of the search: try every order of every assignment."""

from itertools import pairwise, product

from routing.drt.model import VisitKind
from tests.naive.naive_insertion import candidates
from tests.naive.naive_schedule import is_feasible


def orders(pairs):
    """Every order of the nodes of ``pairs`` in which each pickup precedes its drop-off."""
    if not pairs:
        yield ()
        return
    for k, pair in enumerate(pairs):
        rest = pairs[:k] + pairs[k + 1 :]
        left = rest if len(pair) == 1 else [*rest, pair[1:]]
        for tail in orders(left):
            yield (pair[0], *tail)


def best_routes(instance, check_routes):
    """Vehicles and distance of the best routes of a tiny instance; None if there are none."""
    pairs, best = [tuple(pair) for pair in instance.pairs.tolist()], None
    for owners in product(range(instance.n_vehicles), repeat=len(pairs)):
        if any(owner > max(owners[:k], default=-1) + 1 for k, owner in enumerate(owners)):
            continue  # the same with vehicles swapped
        shares = [
            [pair for pair, owner in zip(pairs, owners, strict=True) if owner == v]
            for v in sorted(set(owners))
        ]
        found = [_best_route(instance, share, check_routes) for share in shares]
        if None not in found:
            value = (len(shares) if instance.fewest_vehicles else 0, sum(found))
            best = value if best is None else min(best, value)
    return best


def _best_route(instance, pairs, check_routes):
    costs = []
    for order in orders(pairs):
        if not [p for p in check_routes(instance, [order]) if "every node" not in p]:
            stops = [0, *order, 0]
            costs.append(sum(float(instance.distance[a, b]) for a, b in pairwise(stops)))
    return min(costs, default=None)


def can_serve_all(plans, rides, travel):
    """Whether some assignment and order of all rides, those of ``plans`` included, is feasible.

    The plans must hold nothing but rides that are free to move.
    """
    everybody = [*rides, *(ride for plan in plans for ride in _rides(plan))]
    bare = [type(plan)(plan.vehicle, plan.place, plan.ready_time, plan.load) for plan in plans]
    return _can_add(bare, everybody, travel)


def _rides(plan):
    for visit in plan.visits:
        if visit.kind is VisitKind.PICKUP:
            yield _Pair(visit, next(
                v for v in plan.visits
                if v.ride_id == visit.ride_id and v.kind is VisitKind.DROPOFF
            ))  # fmt: skip


class _Pair:
    def __init__(self, pickup, dropoff):
        self.pair = pickup, dropoff

    def visits(self):
        return self.pair


def _can_add(plans, rides, travel):
    if not rides:
        return all(is_feasible(plan, travel) for plan in plans)
    for k, plan in enumerate(plans):
        for _, _, longer in candidates(plan, rides[0]):
            if _can_add([*plans[:k], longer, *plans[k + 1 :]], rides[1:], travel):
                return True
    return False
