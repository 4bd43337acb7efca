"""Slow, obvious twins of the road kernels. Only tests import this file."""

from fractions import Fraction
from itertools import pairwise
from math import floor


def travel_s(knots, values, time):
    """Seconds of one pair of places by exact fractions, ``values`` given at ``knots``."""
    if time <= knots[0]:
        return values[0]
    for (t0, v0), (t1, v1) in pairwise(zip(knots, values, strict=True)):
        if time <= t1:
            return floor(v0 + Fraction((v1 - v0) * (time - t0), t1 - t0))
    return values[-1]


def all_pairs(n_nodes, arcs, never):
    """Shortest sums over ``(tail, head, weight)`` rows, by Floyd and Warshall."""
    sums = [[0 if i == j else never for j in range(n_nodes)] for i in range(n_nodes)]
    for tail, head, weight in arcs:
        sums[tail][head] = min(sums[tail][head], weight)
    for via in range(n_nodes):
        for i in range(n_nodes):
            for j in range(n_nodes):
                sums[i][j] = min(sums[i][j], sums[i][via] + sums[via][j], never)
    return sums


def closed_travel_s(slots, origin, destination, time, never):
    """Seconds when leaving at ``time``, or later once roads open again, whichever is there first.

    ``slots`` are rows (begin, end, travel(origin, destination, time)) in order of time.
    """
    best = never
    for begin, end, travel in slots:
        if end > time:
            leave = max(time, begin)
            best = min(best, leave - time + travel(origin, destination, leave))
    return best
