"""Static instances: everybody served, then fewer vehicles, then less distance."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import NamedTuple

import numpy as np

from routing.drt.search.anneal import CHEAPER, CHEAPER_OR_FEWER, EVERYBODY, FEWER
from routing.drt.search.bounds import fewest_vehicles
from routing.drt.search.budget import Budget, iterations
from routing.drt.search.instance import Instance, check_routes, instance_problem
from routing.drt.search.pool import RoutePool
from routing.drt.search.search import Search, Temperatures
from routing.errors import PlanError
from routing.types import frozen

#: Iterations between two looks at the budget.
CHUNK = 100
#: Temperature, in mean costs of a leg, while somebody is without a seat.
SEATING = 0.17
#: Of the time: to try to do with a vehicle less, at most.
FEWER_UNTIL = 0.3


class Cycle(NamedTuple):
    """Annealing until a share of the time that is left after the vehicles, then a meeting."""

    until: float
    temperatures: Temperatures


CYCLES = (
    Cycle(0.6, Temperatures(1.5, 0.03)),
    Cycle(0.8, Temperatures(0.3, 0.03)),
    Cycle(0.97, Temperatures(0.3, 0.03)),
    Cycle(1.0, Temperatures(0.05, 0.02)),
)
#: Long routes that are full keep their rides: whatever was packed first, annealing hardly unpacks
#: it. With a vehicle more it finds good routes, which are then packed into fewer.
SPACIOUS = Cycle(0.3, Temperatures(1.5, 0.05))
LONG = 30  # visits of a route
#: Routes that cost this much more than the best are not worth keeping in the pool.
_WORTH_KEEPING = 1.05
#: A choice among fewer routes finds nothing; one among more takes longer than what it finds
#: would take the search.
_FEWEST_ROUTES, _MOST_ROUTES, _ITERATIONS_A_ROUTE = 300, 800, 400


@dataclass(frozen=True, slots=True)
class Solved:
    """Routes of an instance: nodes in order, depots left out, empty routes left out."""

    routes: list[list[int]]
    cost: float  # distance driven
    n_iterations: int


Report = Callable[[int, float, str], None]
Routes = list[list[int]]


def solve(
    instance: Instance,
    budget: Budget,
    *,
    seed: int,
    n_threads: int = 1,
    report: Report | None = None,
) -> Solved | None:
    """The best routes found, audited; never any that break a limit.

    Parameters
    ----------
    instance
        What is to be served.
    budget
        How long to search. With several threads each asks for itself, with its own iterations.
    seed
        Of chance. The same seed, number of threads and iterations give the same routes.
    n_threads
        Searches side by side, which meet a few times and go on from the best.
    report
        Told vehicles, cost and stage of the best routes so far at each look at the budget.

    Returns
    -------
    Solved or None
        None if no routes that serve everybody were found in time.

    Raises
    ------
    PlanError
        If the routes do not pass the audit, which is an error of ours.
    """
    with ThreadPoolExecutor(n_threads) as executor:
        team = _Team(instance, budget, seed, n_threads, executor, report or _nobody)
        routes = _solve(team)
    if routes is None:
        return None
    if broken := check_routes(instance, routes):
        raise PlanError(f"{instance.name}: {broken[0]}; please report this with the file and seed")
    return Solved(routes, _distance(instance, routes), team.n_iterations)


def _distance(instance: Instance, routes: Routes) -> float:
    return sum(
        float(instance.distance[a, b])
        for route in routes
        for a, b in zip([0, *route], [*route, 0], strict=True)
    )


def _solve(team: "_Team") -> Routes | None:
    routes = team.meet("construct", team.construct)
    if not routes:
        return None
    if team.instance.fewest_vehicles:
        routes = _with_fewer(team, routes)
    start, goal = team.share(), CHEAPER_OR_FEWER if team.instance.fewest_vehicles else CHEAPER
    for cycle in CYCLES:
        act = partial(team.anneal, cycle=cycle, start=start, goal=goal)
        routes = team.meet("distance", act)
        if team.share() < 1:
            routes = team.choose(routes)
        team.go_on_from(routes, len(routes) if team.instance.fewest_vehicles else None)
    return routes


def _with_fewer(team: "_Team", routes: Routes) -> Routes:
    """Routes of as few vehicles as are found, from which all go on."""
    least = fewest_vehicles(team.instance)
    if len(routes) > least:
        team.go_on_from(routes, len(routes))
        routes = team.meet("vehicles", partial(team.reduce, until=FEWER_UNTIL / 2, least=least))
        if 2 * len(team.instance.pairs) >= LONG * len(routes):
            routes = _packed_anew(team, routes, least)
        else:
            routes = team.meet("vehicles", partial(team.reduce, until=FEWER_UNTIL, least=least))
    team.go_on_from(routes, len(routes))
    return routes


def _packed_anew(team: "_Team", routes: Routes, least: int) -> Routes:
    """Routes of no more vehicles, made from good ones of one vehicle more."""
    team.go_on_from(routes, len(routes) + 1)
    start = team.share()
    spacious = team.meet(
        "distance", partial(team.anneal, cycle=SPACIOUS, start=start, goal=CHEAPER)
    )
    team.go_on_from(spacious, len(spacious))
    until = team.share() + FEWER_UNTIL / 3
    packed = team.meet("vehicles", partial(team.reduce, until=until, least=least))
    return packed if len(packed) <= len(routes) else routes


def _nobody(n_vehicles: int, cost: float, stage: str) -> None:
    pass


class _Team:
    """Searches side by side, one in each thread, and what happens when they meet."""

    def __init__(
        self,
        instance: Instance,
        budget: Budget,
        seed: int,
        n_threads: int,
        executor: Executor,
        report: Report,
    ) -> None:
        self.instance = instance
        self._budget, self._executor, self._report = budget, executor, report
        self._random = np.random.default_rng(seed)
        self._problem = instance_problem(instance)
        self._made = [0] * n_threads  # iterations of the searches that are over
        self._pools = [RoutePool() for _ in range(n_threads)]
        self._searches: list[Search] = []
        self._lock = Lock()
        self._told = (np.inf, np.inf, 0)  # what is least, cost, vehicles
        self._begin([[]] * instance.n_vehicles)

    @property
    def n_iterations(self) -> int:
        """Iterations of all threads."""
        return sum(map(self._n_made, range(len(self._made))))

    def share(self, thread: int = 0) -> float:
        """Share of the time that is used up."""
        return self._budget(self._n_made(thread))

    def meet(self, stage: str, act: Callable[..., Iterator[None]]) -> Routes:
        """The best routes after each thread has acted; none if not everybody is served."""

        def work(thread: int) -> None:
            for _ in act(thread):
                self._tell(self._searches[thread], stage)
            self._tell(self._searches[thread], stage)

        list(self._executor.map(work, range(len(self._searches))))
        best = min(self._searches, key=self._value)
        return self._routes(best)

    def go_on_from(self, routes: Routes, n_vehicles: int | None) -> None:
        """Let every thread begin anew from the same routes; with all vehicles if None."""
        n_vehicles = n_vehicles or self.instance.n_vehicles
        if n_vehicles != len(self._problem.vehicles):
            self._problem = instance_problem(replace(self.instance, n_vehicles=n_vehicles))
        first = 2 * n_vehicles - 1
        rows = [[node + first for node in route] for route in routes]
        self._begin(rows + [[]] * (n_vehicles - len(rows)))

    def construct(self, thread: int) -> Iterator[None]:
        """Put everybody somewhere."""
        search = self._searches[thread]
        # Neighbours are nearer than any two places.
        temperature = SEATING * float(self.instance.distance.mean()) / 4
        while search.n_absent and self.share(thread) < 1:
            search.run(CHUNK, temperature, EVERYBODY)
            yield

    def reduce(self, thread: int, until: float, least: int) -> Iterator[None]:
        """Do with a vehicle less, again and again."""
        search = self._searches[thread]
        temperature = SEATING * search.mean_leg_cost()
        while self.share(thread) < until and search.n_best_used > least:
            if not search.run(CHUNK, temperature, FEWER):
                break
            yield

    def anneal(self, thread: int, cycle: Cycle, start: float, goal: int) -> Iterator[None]:
        """Drive less, and keep the routes seen."""
        search, pool = self._searches[thread], self._pools[thread]
        leg_cost, offset = search.mean_leg_cost(), 2 * len(self._problem.vehicles) - 1
        seen = np.zeros(len(self._problem.vehicles), np.int64)
        until = start + (1 - start) * cycle.until
        begun = self.share(thread)
        while (share := self.share(thread)) < until:
            done = (share - begun) / (until - begun)
            search.run(CHUNK, cycle.temperatures.at(done, leg_cost), goal)
            if search.cost < _WORTH_KEEPING * search.best_cost:
                for row, cost in search.changed_routes(seen):
                    pool.add(row - offset, cost)
            yield

    def choose(self, routes: Routes) -> Routes:
        """The best choice among the routes of all pools, if it is better than these."""
        pool = self._pools[0]
        for other in self._pools[1:]:
            pool.update(other)
        affordable = int(self.n_iterations / self.share() / _ITERATIONS_A_ROUTE)
        most = min(affordable, _MOST_ROUTES)
        pool.forget(most)
        if len(pool) < _FEWEST_ROUTES:
            return routes
        for route in routes:
            pool.add(np.array(route, np.int32), self._cost([route]))
        most_vehicles = len(routes) if self.instance.fewest_vehicles else self.instance.n_vehicles
        chosen = pool.choose(self.instance.pairs.tolist(), most_vehicles, routes)
        if chosen is None or self._cost(chosen) >= self._cost(routes):
            return routes
        return chosen

    def _begin(self, rows: Routes) -> None:
        n_steps = len(self.instance.load) + 5
        self._made = [self._n_made(thread) for thread in range(len(self._made))]
        seeds = self._random.integers(2**62, size=len(self._made)).tolist()
        self._searches = [Search(self._problem, seed, rows, n_steps) for seed in seeds]

    def _n_made(self, thread: int) -> int:
        running = self._searches[thread].n_iterations if self._searches else 0
        return self._made[thread] + running

    def _value(self, search: Search) -> tuple[float, float]:
        used = search.n_best_used if self.instance.fewest_vehicles else 0
        return used, search.best_cost

    def _tell(self, search: Search, stage: str) -> None:
        if search.best_cost < np.inf:
            with self._lock:
                self._told = min(self._told, (*self._value(search), search.n_best_used))
                self._report(self._told[2], self._told[1], stage)

    def _routes(self, search: Search) -> Routes:
        first = 2 * len(self._problem.vehicles) - 1
        return [(row - first).tolist() for row in search.best_rows() if len(row)]

    def _cost(self, routes: Routes) -> float:
        return _distance(self.instance, routes)


def warm_up() -> None:
    """Load the compiled kernels, or compile them, by solving an instance of one ride."""
    flat = np.zeros(3)
    toy = Instance(
        "toy", 1, 1, flat, flat + 1, flat, frozen([0, 1, -1]), np.zeros((3, 3)), frozen([[1, 2]])
    )
    solve(toy, iterations(1), seed=1)
