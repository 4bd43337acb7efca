"""What no routes of an instance can do without: vehicles, and distance.

Rule: a bound follows from limits that every schedule keeps, never from a search.

References
----------
Cordeau (2006). A branch-and-cut algorithm for the dial-a-ride problem. Operations Research 54.
https://doi.org/10.1287/opre.1060.0283 (section 4: arcs that no schedule uses, rides that no
vehicle can serve both.)
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from routing.drt.search.instance import Instance, implied_windows

_BoolArray = npt.NDArray[np.bool_]

#: Distances are reckoned down to whole ones of these, so that what is whole stays a bound.
_SCALE = 1_000_000
_ROUNDING = 1e-6


def fewest_vehicles(instance: Instance) -> int:
    """Vehicles that any routes need: so many rides cannot share one, or so long does it take.

    Parameters
    ----------
    instance
        What is to be served.

    Returns
    -------
    int
        At least 1.
    """
    return max(1, _n_apart(_are_apart(instance)), _n_for_time(instance))


def least_distance(instance: Instance) -> float:
    """Distance that any routes drive: each place needs one way in and one out.

    The cheapest assignment of a next place to each, over the legs that some schedule can use.

    Parameters
    ----------
    instance
        What is to be served.

    Returns
    -------
    float
        In units of distance; 0 if no routes can be.
    """
    # Not in the serving process, which searches, too.
    from ortools.graph.python import min_cost_flow

    tails, heads = np.nonzero(_legs(instance))
    is_inner = tails != heads
    tails, heads = tails[is_inner], heads[is_inner]
    n = len(instance.load)
    cost = np.floor(instance.distance[tails, heads] * _SCALE).astype(np.int64)
    # Each node sends what leaves it, n + node takes what arrives there; the depot more than once.
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, n + heads, np.ones_like(cost), cost)
    flow.add_arc_with_capacity_and_unit_cost(0, n, instance.n_vehicles, 0)
    supply = np.ones(2 * n, np.int64)
    supply[0] = supply[n] = instance.n_vehicles
    supply[n:] *= -1
    flow.set_nodes_supplies(np.arange(2 * n), supply)
    if flow.solve() != flow.OPTIMAL:
        return 0.0
    return float(flow.optimal_cost() / _SCALE)


def _legs(instance: Instance) -> _BoolArray:
    """Which places can follow which, (n, n)."""
    earliest, latest = implied_windows(instance)
    leave = earliest + instance.dwell
    is_leg = leave[:, None] + instance.distance <= latest + _ROUNDING
    p, d = instance.pairs.T
    np.fill_diagonal(is_leg, False)
    is_leg[d, p] = False
    is_leg[0, d] = is_leg[p, 0] = False
    is_leg[0, p] = is_leg[d, 0] = is_leg[0, 0] = True
    load = np.abs(instance.load)
    both = np.zeros(len(load), np.int64)
    both[p], both[d] = load[p], 0
    # Two pickups in a row are aboard together.
    is_leg &= both[:, None] + both <= instance.capacity
    return is_leg


def _are_apart(instance: Instance) -> _BoolArray:
    """Which rides no vehicle can serve both, in any order of their four visits, (r, r)."""
    p, d = instance.pairs.T
    earliest, latest = implied_windows(instance)
    a, b = np.arange(len(p))[:, None], np.arange(len(p))
    can = np.zeros((len(p), len(p)), bool)
    fits = instance.load[p][:, None] + instance.load[p] <= instance.capacity
    for order in ((0, 1, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1)):
        visits = [(p[a], d[a], p[b], d[b])[k] for k in order]
        ok = np.ones_like(can) if order == (0, 1, 2, 3) else fits.copy()
        time = earliest[visits[0]] + np.zeros_like(can)
        for here, there in pairwise(visits):
            time = time + instance.dwell[here] + instance.distance[here, there]
            time = np.maximum(time, earliest[there])
            ok &= time <= latest[there] + _ROUNDING
        can |= ok
    np.fill_diagonal(can, True)
    return ~(can | can.T)


def _n_apart(is_apart: _BoolArray) -> int:
    """Size of a set of rides of which no two share a vehicle, the best of greedy ones."""
    order = np.argsort(-is_apart.sum(axis=0), kind="stable")
    best = 0
    for first in order[:50]:
        chosen, free = 1, is_apart[first].copy()
        while free.any():
            # Who leaves most others to choose from.
            candidates = np.flatnonzero(free)
            degree = is_apart[np.ix_(candidates, candidates)].sum(axis=1)
            chosen, free = chosen + 1, free & is_apart[candidates[int(np.argmax(degree))]]
        best = max(best, chosen)
    return best


def _n_for_time(instance: Instance) -> int:
    """Vehicles for whose time in service all visits and the ways to them are too long."""
    leg = np.where(_legs(instance), instance.distance, np.inf)
    ways = leg.min(axis=0)[1:] + instance.dwell[1:]
    if not np.isfinite(ways).all():
        return 1
    longest = min(float(instance.latest[0] - instance.earliest[0]), instance.max_route)
    # The way home comes on top, once for each vehicle.
    longest -= float(leg[1:, 0].min())
    return int(np.ceil(ways.sum() / longest - _ROUNDING)) if longest > 0 else 1
