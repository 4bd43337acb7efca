"""Routes that a search has seen, and the best choice among them.

Rule: a choice serves everybody with at most as many vehicles as there are; where routes overlap,
whoever is served twice leaves one of them, which keeps every limit by the triangle inequality.

References
----------
Parragh, Schmid (2013). Hybrid column generation and large neighborhood search for the
dial-a-ride problem. Computers & Operations Research 40. https://doi.org/10.1016/j.cor.2012.08.004
"""

from collections.abc import Iterable

import numpy as np

from routing.types import Int32Array

Row = list[int]

#: Nodes of branch and bound: where these do not settle it, more would take too long.
_MOST_NODES = 5


def load_solver() -> None:
    """Load OR-Tools, before a clock starts; never in the serving process, which searches, too."""
    import ortools.math_opt.python.mathopt  # noqa: F401


class RoutePool:
    """The cheapest order seen of each set of visits, the latest seen last."""

    def __init__(self) -> None:
        self._routes: dict[bytes, tuple[float, Row]] = {}

    def __len__(self) -> int:
        return len(self._routes)

    def add(self, row: Int32Array, cost: float) -> None:
        """Keep a route.

        Parameters
        ----------
        row
            Nodes in order.
        cost
            Of driving it.
        """
        key = np.sort(row).tobytes()
        known = self._routes.pop(key, None)
        if known is None or cost < known[0]:
            known = (cost, row.tolist())
        self._routes[key] = known

    def update(self, other: "RoutePool") -> None:
        """Keep the routes of another pool, too."""
        for cost, row in other._routes.values():
            self.add(np.array(row, np.int32), cost)

    def forget(self, most: int) -> None:
        """Keep no more than the latest ``most``."""
        for key in list(self._routes)[: max(0, len(self._routes) - most)]:
            del self._routes[key]

    def choose(
        self, pairs: Iterable[tuple[int, int]], n_vehicles: int, hint: list[Row]
    ) -> list[Row] | None:
        """The cheapest routes that together serve all ``pairs``, by set covering.

        Parameters
        ----------
        pairs
            Pickup and drop-off of each ride.
        n_vehicles
            Routes at most.
        hint
            Routes to begin with, of the pool.

        Returns
        -------
        list of list of int
            Nodes of each; None if nothing was found. Each ride is in one of them.
        """
        # Not before it is needed: see load_solver.
        from ortools.math_opt.python import mathopt

        rows = [row for _, row in self._routes.values()]
        model = mathopt.Model()
        take = [model.add_binary_variable() for _ in rows]
        serving: dict[int, list[mathopt.Variable]] = {}
        for variable, row in zip(take, rows, strict=True):
            for node in row:
                serving.setdefault(node, []).append(variable)
        pairs = list(pairs)
        if any(pickup not in serving for pickup, _ in pairs):
            return None
        for pickup, _ in pairs:
            model.add_linear_constraint(mathopt.fast_sum(serving[pickup]) >= 1)
        model.add_linear_constraint(mathopt.fast_sum(take) <= n_vehicles)
        costs = [cost for cost, _ in self._routes.values()]
        model.minimize(mathopt.fast_sum(c * x for c, x in zip(costs, take, strict=True)))
        hinted = {tuple(sorted(row)) for row in hint}
        start = {x: float(tuple(sorted(row)) in hinted) for x, row in zip(take, rows, strict=True)}
        result = mathopt.solve(
            model,
            mathopt.SolverType.HIGHS,
            params=mathopt.SolveParameters(node_limit=_MOST_NODES),
            model_params=mathopt.ModelSolveParameters(
                solution_hints=[mathopt.SolutionHint(variable_values=start)]
            ),
        )
        if not result.has_primal_feasible_solution():
            return None
        values = result.variable_values()
        chosen = [row for x, row in zip(take, rows, strict=True) if values[x] > 0.5]
        return _served_once(chosen, pairs)


def _served_once(rows: list[Row], pairs: Iterable[tuple[int, int]]) -> list[Row]:
    """The rows, each ride in the first of them that has it."""
    dropoff_of = dict(pairs)
    served: set[int] = set()
    once = []
    for row in rows:
        own = {node for node in row if node in dropoff_of} - served
        own |= {dropoff_of[node] for node in own}
        served |= own
        if own:
            once.append([node for node in row if node in own])
    return once
