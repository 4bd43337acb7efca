"""A search as an object: a problem, its routes and the memory that kernels share."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from routing.drt.search.anneal import load_routes, run
from routing.drt.search.arrays import (
    BEST_COST,
    COST,
    N_ABSENT,
    N_BEST_USED,
    Problem,
    empty_memory,
    empty_routes,
)
from routing.types import Int32Array


class Temperatures(NamedTuple):
    """Annealing from hot to cold, in mean costs of a leg."""

    hot: float
    cold: float

    def at(self, share: float, leg_cost: float) -> float:
        """Temperature when ``share`` of the time is over, in units of cost."""
        share = min(max(share, 0.0), 1.0)
        return float(leg_cost * self.hot ** (1.0 - share) * self.cold**share)


class Search:
    """Ruin & recreate on one problem, in chunks.

    Parameters
    ----------
    problem
        What is to be served by whom.
    seed
        Of chance.
    rows
        Visits of each vehicle to begin with, nodes in order; who is missing is absent.
    n_steps
        Room of each route: visits and both ends.
    """

    def __init__(self, problem: Problem, seed: int, rows: list[list[int]], n_steps: int) -> None:
        self.problem = problem
        self._routes = empty_routes(problem, n_steps)
        self._kept = empty_routes(problem, n_steps)
        self._best = empty_routes(problem, n_steps)
        self._memory = empty_memory(problem, n_steps, seed)
        self.n_iterations = 0
        v = len(problem.vehicles)
        for vehicle, visits in enumerate(rows):
            nodes = np.array([vehicle, *visits, v + vehicle], np.int32)
            self._routes.n_visits[vehicle] = len(visits)
            self._routes.steps["node"][vehicle, : len(nodes)] = nodes
            self._routes.steps["place"][vehicle, : len(nodes)] = problem.nodes["place"][nodes]
        load_routes(problem, self._routes, self._best, self._memory)

    @property
    def n_absent(self) -> int:
        """Requests that nobody serves at present."""
        return int(self._memory.counts[N_ABSENT])

    @property
    def best_cost(self) -> float:
        """Cost of the best routes that serve everybody; infinite while there are none."""
        return float(self._memory.sums[BEST_COST])

    @property
    def cost(self) -> float:
        """Cost of the present routes."""
        return float(self._memory.sums[COST])

    @property
    def n_best_used(self) -> int:
        """Vehicles with visits in the best routes."""
        return int(self._memory.counts[N_BEST_USED])

    @property
    def is_sound(self) -> Any:
        """Whether each vehicle's present route keeps every limit: bool (v,)."""
        return self._routes.is_sound & self._routes.fits

    def run(self, n_iterations: int, temperature: float, goal: int) -> int:
        """Run a chunk and return how many iterations were made; see `anneal.run`."""
        made = int(
            run(
                self.problem,
                self._routes,
                self._kept,
                self._best,
                self._memory,
                n_iterations,
                temperature,
                goal,
            )
        )
        self.n_iterations += made
        return made

    def changed_routes(self, seen: Any) -> Iterator[tuple[Int32Array, float]]:
        """Visits and cost of each route that is sound and not the one of stamp ``seen``, int (v,).

        ``seen`` then has the present stamps.
        """
        routes = self._routes
        changed = (routes.stamp != seen) & (routes.n_visits > 0) & self.is_sound
        seen[:] = routes.stamp
        for v in np.flatnonzero(changed):
            yield routes.steps["node"][v, 1 : routes.n_visits[v] + 1].copy(), float(routes.cost[v])

    def best_rows(self) -> list[Int32Array]:
        """Visits of each vehicle in the best routes, nodes in order."""
        nodes = self._best.steps["node"]
        return [nodes[v, 1 : n + 1].copy() for v, n in enumerate(self._best.n_visits)]

    def mean_leg_cost(self) -> float:
        """Mean cost between two visits in the best routes."""
        n_legs = int(self._best.n_visits.sum()) + self.n_best_used
        return self.best_cost / max(n_legs, 1)
