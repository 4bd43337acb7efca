"""Static instances: everybody served, then fewer vehicles, then less distance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from routing.drt.search.anneal import CHEAPER, CHEAPER_OR_FEWER, EVERYBODY, FEWER
from routing.drt.search.budget import Budget, iterations
from routing.drt.search.instance import Instance, check_routes, instance_problem
from routing.drt.search.search import Search, Temperatures
from routing.errors import PlanError
from routing.types import frozen

#: Iterations between two looks at the budget.
CHUNK = 100
ANNEAL = Temperatures(1.5, 0.02)
#: Of the time: to try to do with a vehicle less, at most.
FEWER_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Solved:
    """Routes of an instance: nodes in order, depots left out, empty routes left out."""

    routes: list[list[int]]
    cost: float  # distance driven
    n_iterations: int


Report = Callable[[int, float, str], None]


def solve(
    instance: Instance, budget: Budget, *, seed: int, report: Report | None = None
) -> Solved | None:
    """The best routes found, audited; never any that break a limit.

    Parameters
    ----------
    instance
        What is to be served.
    budget
        How long to search.
    seed
        Of chance.
    report
        Told vehicles, cost and stage whenever better routes are found, and at each look at the
        budget in which none were.

    Returns
    -------
    Solved or None
        None if no routes that serve everybody were found in time.

    Raises
    ------
    PlanError
        If the routes do not pass the audit, which is an error of ours.
    """
    n_steps = len(instance.load) + 5
    search = Search(instance_problem(instance), seed, [[]] * instance.n_vehicles, n_steps)
    if not _run_stages(search, instance.fewest_vehicles, budget, report or _nobody):
        return None
    first = 2 * instance.n_vehicles - 1
    routes = [(row - first).tolist() for row in search.best_rows() if len(row)]
    if broken := check_routes(instance, routes):
        raise PlanError(f"{instance.name}: {broken[0]}; please report this with the file and seed")
    cost = sum(
        float(instance.distance[a, b])
        for route in routes
        for a, b in zip([0, *route], [*route, 0], strict=True)
    )
    return Solved(routes, cost, search.n_iterations)


def _nobody(n_vehicles: int, cost: float, stage: str) -> None:
    pass


def _run_stages(search: Search, fewest: bool, budget: Budget, report: Report) -> bool:
    legs = search.problem.seconds[0]
    typical = float(legs.mean()) / 4  # neighbours are nearer than any two places
    share = 0.0
    while search.n_absent and (share := budget(search.n_iterations)) < 1:
        search.run(CHUNK, ANNEAL.at(0.5, typical), EVERYBODY)
    if search.n_absent:
        return False
    report(search.n_best_used, search.best_cost, "construct")
    if fewest:
        leg_cost = search.mean_leg_cost()
        while (share := budget(search.n_iterations)) < FEWER_SHARE:
            if not search.run(CHUNK, ANNEAL.at(0.5, leg_cost), FEWER):
                break
            report(search.n_best_used, search.best_cost, "vehicles")
        search.return_to_best()
    start, leg_cost = share, search.mean_leg_cost()
    goal = CHEAPER_OR_FEWER if fewest else CHEAPER
    while (share := budget(search.n_iterations)) < 1:
        search.run(CHUNK, ANNEAL.at((share - start) / (1 - start), leg_cost), goal)
        report(search.n_best_used, search.best_cost, "distance")
    return True


def warm_up() -> None:
    """Load the compiled kernels, or compile them, by solving an instance of one ride."""
    flat = np.zeros(3)
    toy = Instance(
        "toy", 1, 1, flat, flat + 1, flat, frozen([0, 1, -1]), np.zeros((3, 3)), frozen([[1, 2]])
    )
    solve(toy, iterations(1), seed=1)
