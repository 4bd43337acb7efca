"""Who is served on a day that visitors crowd, with and without a service floor."""

from dataclasses import replace
from time import perf_counter_ns

import numpy as np

from api.cli.simulate import IMPROVE_EVERY_S, IMPROVE_ITERATIONS, RESCUE_ITERATIONS
from api.settings import SOKCHO
from benchmarks.measure import summary
from benchmarks.report import Row, Section
from gtfs.area import load_area
from gtfs.demand import AreaDemand, load_demand, make_day
from routing.dispatch.values import Party
from routing.policy import RiderClass, ServiceFloor
from routing.simulation.facts import Answer
from routing.simulation.run import Settings, Simulation
from routing.simulation.world import World

DAY = "peak"
SEEDS = (1, 2, 3, 4, 5)
PROTECTED = (RiderClass.RESIDENT, RiderClass.SENIOR, RiderClass.WHEELCHAIR)
#: Vehicles of four that are kept, and how long before the latest pickup they are let go, seconds.
FLOORS = {
    "no floor": (0, 0),
    "1 vehicle, let go 30 min before": (1, 1800),
    "1 vehicle, let go 5 min before": (1, 300),
    "2 vehicles, let go 5 min before": (2, 300),
}


def run() -> Section:
    """Simulate every seed with every floor."""
    demand = load_demand(load_area(SOKCHO))
    return Section(
        "Service floors",
        "python -m benchmarks day.floors",
        f"Sokcho's day `{DAY}` (demand estimated), seeds {SEEDS}, four shuttles, rescue and "
        "background search on. Kept for residents, seniors and wheelchair users from 9 to 18 h. "
        "Who asks for now waits 15 min at most. Times are those of a whole day.",
        [_row(name, demand, *kept) for name, kept in FLOORS.items()],
    )


def _row(name: str, demand: AreaDemand, n_vehicles: int, release_s: int) -> Row:
    taken_ns, protected, others = [], [], []
    for seed in SEEDS:
        world = make_day(demand, DAY, seed)
        started = perf_counter_ns()
        accepted = _accepted(_with_floor(world, n_vehicles, release_s), demand, seed)
        taken_ns.append(perf_counter_ns() - started)
        for rider in world.riders:
            shares = protected if _is_protected(rider.wish.party) else others
            shares.append(rider.request_id in accepted)
    return Row(
        name,
        summary(np.array(taken_ns)),
        remark=f"accepted of {len(protected)} protected {np.mean(protected):.1%}, "
        f"of {len(others)} others {np.mean(others):.1%}",
    )


def _with_floor(world: World, n_vehicles: int, release_s: int) -> World:
    floor = ServiceFloor(PROTECTED, n_vehicles, 9 * 3600, 18 * 3600, release_s)
    floors = (floor,) if n_vehicles else ()
    return replace(world, policy=replace(world.policy, floors=floors))


def _accepted(world: World, demand: AreaDemand, seed: int) -> set[str]:
    settings = Settings(
        seed=seed,
        noise=demand.noise,
        tick_s=60,
        rescue_iterations=RESCUE_ITERATIONS,
        improve_iterations=IMPROVE_ITERATIONS,
        improve_every_s=IMPROVE_EVERY_S,
    )
    facts = Simulation(world, settings).run()
    return {fact.request_id for fact in facts if isinstance(fact, Answer) and fact.is_accepted}


def _is_protected(party: Party) -> bool:
    return bool(party.residents or party.seniors or party.wheelchairs)
