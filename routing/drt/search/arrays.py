"""What the search kernels work on: a problem, routes through it, and working memory.

Rule: a problem never changes; routes do, and only by the functions of `passes` and `moves`.
Everything is float64 so that one build of each kernel serves whole seconds, which are exact,
and the distances of the field's instances, which are not whole.

Nodes 0..v-1 are where the vehicles start, v..2v-1 where they end, the others are visits. A
request is what moves as one: a pickup and its drop-off; or, where the rider is aboard or the
pickup is under way, the drop-off alone; or a break. The latter two keep their vehicle.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from routing.types import Int32Array

Float64Array = npt.NDArray[np.float64]

PICKUP, DROPOFF, BREAK, DEPOT = 0, 1, 2, 3

#: ``partner`` is the node of the other visit of the same ride, ``request`` the request that
#: moves it; both NONE where there is none. Windows imply what ride limits say about them.
NODE = np.dtype(
    [(name, np.int32) for name in ("place", "kind", "partner", "request")]
    + [
        (name, np.float64)
        for name in (
            "earliest",
            "latest",
            "dwell_s",
            "max_ride_s",
            "asked",  # waiting counts from here
            "n_passengers",
        )
    ],
    align=True,
)

#: ``pickup`` is NONE where the drop-off moves alone, ``home`` the vehicle it must stay with.
REQUEST = np.dtype([(name, np.int32) for name in ("pickup", "dropoff", "home")], align=True)

#: ``group`` is equal for vehicles that are interchangeable while they are empty.
VEHICLE = np.dtype(
    [(name, np.int32) for name in ("n_frozen", "group")]
    + [
        (name, np.float64) for name in ("ready_time", "first_arrival", "route_start", "max_route_s")
    ],
    align=True,
)

#: A visit of a route, as early as every limit lets it be.
STEP = np.dtype(
    [("node", np.int32), ("place", np.int32)]
    + [
        (name, np.float64)
        for name in (
            "start",
            "depart",
            "latest_start",  # later than this, some window further on cannot be kept
        )
    ],
    align=True,
)

#: Where a request fits best into a route that bears ``stamp``: after i and j visits.
FIT = np.dtype(
    [("stamp", np.int64), ("cost", np.float64), ("i", np.int32), ("j", np.int32)], align=True
)

#: Orders in which removed requests are put back, each a column of ``keys``.
N_ORDERS = 6


class Problem(NamedTuple):
    """What is to be served by whom. ``v`` vehicles, ``n`` nodes, ``r`` requests, ``p`` places."""

    nodes: Any  # (n,) NODE
    requests: Any  # (r,) REQUEST
    vehicles: Any  # (v,) VEHICLE
    loads: Int32Array  # (n, d) change of what is on board
    layouts: Int32Array  # (v, c, d) places; -1 in what is no layout
    keys: Float64Array  # (r, N_ORDERS) sorted upwards; -inf comes first in any order
    near: Int32Array  # (n, k) nodes of visits, nearest first, NONE where there are no more
    knot_time: Float64Array  # (t,) service seconds
    seconds: Float64Array  # (t, p, p)
    shortest: Float64Array  # (p, p) the least of them
    backwards: Float64Array  # (p, p) from column to row, if is_additive; rows are read faster
    weights: Float64Array  # (3,) cost of a second of driving, waiting, riding
    is_additive: bool  # cost is driving in times that do not depend on the time of day
    has_limits: bool  # some ride or route limit is not implied by windows


class Routes(NamedTuple):
    """Routes of all vehicles; row ``v`` has its start at 0, ``n_visits`` visits and its end."""

    steps: Any  # (v, m) STEP
    n_visits: Int32Array  # (v,)
    loads: Int32Array  # (v, m, d) on board after each step
    cost: Float64Array  # (v,)
    stamp: npt.NDArray[np.int64]  # (v,) never the same for two states of a route
    is_sound: npt.NDArray[np.bool_]  # (v,) keeps every limit of time
    fits: npt.NDArray[np.bool_]  # (v,) what is on board fits at any moment
    is_open: npt.NDArray[np.bool_]  # (v,) takes part


class Memory(NamedTuple):
    """Working memory of a search; ``counts`` and ``sums`` have the fields named below."""

    vehicle_of: Int32Array  # (r,) NONE while absent
    absent: Int32Array  # (r,) the first N_ABSENT count
    was_absent: Int32Array  # (r,) the same before the present iteration
    absences: npt.NDArray[np.int64]  # (r,) in how many iterations nobody took it
    touched: Int32Array  # (v,) vehicles changed in this iteration, the first N_TOUCHED
    touched_at: npt.NDArray[np.int64]  # (v,) the iteration that touched it last
    group_at: npt.NDArray[np.int64]  # (v,) the query that asked an empty vehicle of the group
    fit: Any  # (r, v) FIT
    work: Any  # (m,) STEP, the trial
    hold: Float64Array  # (m,) of the trial: starts no earlier, for the sake of a limit
    position: Int32Array  # (n,) of a node in the trial
    detour: Float64Array  # (m,) cost of a drop-off after each step, inf where it cannot be
    least: Float64Array  # (m,) the least of them from a step on
    counts: npt.NDArray[np.int64]  # (N_COUNTS,)
    sums: Float64Array  # (2,) cost of the present routes, cost of the best
    random: npt.NDArray[np.uint64]  # (1,) state of the generator


N_ABSENT, N_WAS_ABSENT, N_TOUCHED, ITERATION, STAMP, QUERY, N_BEST_USED, N_COUNTS = range(8)
COST, BEST_COST = 0, 1


def empty_routes(problem: Problem, n_steps: int) -> Routes:
    """Routes of zeros with room for ``n_steps`` steps each; every vehicle takes part."""
    v, d = len(problem.vehicles), problem.loads.shape[1]
    return Routes(
        np.zeros((v, n_steps), STEP),
        np.zeros(v, np.int32),
        np.zeros((v, n_steps, d), np.int32),
        np.zeros(v),
        np.zeros(v, np.int64),
        np.zeros(v, np.bool_),
        np.zeros(v, np.bool_),
        np.ones(v, np.bool_),
    )


def empty_memory(problem: Problem, n_steps: int, seed: int) -> Memory:
    """Working memory for routes of at most ``n_steps`` steps."""
    n, r, v = len(problem.nodes), len(problem.requests), len(problem.vehicles)
    # xorshift must not start at 0; the first draws after a small seed would be small, too.
    state = np.uint64((seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % 2**64 or 1)
    return Memory(
        np.zeros(r, np.int32),
        np.zeros(r, np.int32),
        np.zeros(r, np.int32),
        np.ones(r, np.int64),
        np.zeros(v, np.int32),
        np.zeros(v, np.int64),
        np.zeros(v, np.int64),
        np.zeros((r, v), FIT),
        np.zeros(n_steps, STEP),
        np.zeros(n_steps),
        np.zeros(n, np.int32),
        np.zeros(n_steps),
        np.zeros(n_steps),
        np.zeros(N_COUNTS, np.int64),
        np.zeros(2),
        np.array([state]),
    )
