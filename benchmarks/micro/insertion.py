"""Time of one insertion query by size of the fleet, beside touching every visit once."""

from dataclasses import replace

import numpy as np
from numba import njit

from benchmarks.measure import interleaved
from benchmarks.report import Row, Section
from routing.drt.insertion import Fleet
from routing.drt.model import Ride, Vehicle, VehiclePlan
from routing.policy import CostWeights
from routing.road.travel import TravelTimes, static

SIZES = ((20, 16), (100, 16), (1000, 8))  # vehicles, visits of each
N_PLACES = 400
N_QUERIES = 400
SEED = 1
RIDE_S = 25 * 60  # of a vehicle's time for each ride
DWELL_S = 30


def run() -> Section:
    """Measure every size."""
    return Section(
        "Insertion",
        "python -m benchmarks micro.insertion",
        f"One call of `Fleet.cheapest_insertion`, its result built, all plans synced; "
        f"{N_PLACES} places on 10 km square at 25 km/h, static times, {N_QUERIES} requests, "
        f"seed {SEED}, waits of at most 10 min, rides of at most 1.5 x direct + 5 min. "
        "The floor is a compiled loop that reads the start of every visit of the fleet once.",
        [row for size in SIZES for row in _measure(*size)],
    )


def _measure(n_vehicles: int, n_visits: int) -> list[Row]:
    travel, plans, rides = make_world(n_vehicles, n_visits, N_QUERIES, SEED)
    fleet = Fleet(travel, CostWeights())
    fleet.sync(plans)
    starts = np.array([[v.latest for v in plan.visits] for plan in plans], np.int32)
    found = [fleet.cheapest_insertion(ride, now=0) for ride in rides]
    _touch(starts)
    times = interleaved(
        {
            "insert": lambda ride: fleet.cheapest_insertion(ride, now=0),
            "touch": lambda ride: _touch(starts),
        },
        rides,
        rounds=5,
    )
    size = f"{n_vehicles} vehicles x {n_visits} visits"
    served = sum(one is not None for one in found)
    floor = Row(f"touch each visit, {size}", times["touch"])
    remark = f"{served} of {len(rides)} requests fit"
    return [Row(f"insertion, {size}", times["insert"], floor, remark), floor]


@njit(cache=True, nogil=True)
def _touch(starts):
    total = 0
    for v in range(starts.shape[0]):
        for k in range(starts.shape[1]):
            total += starts[v, k]
    return total


def make_world(
    n_vehicles: int, n_visits: int, n_queries: int, seed: int
) -> tuple[TravelTimes, list[VehiclePlan], list[Ride]]:
    """Return travel times, feasible plans of that many visits each, and further requests.

    Parameters
    ----------
    n_vehicles : int
        How many vehicles there are.
    n_visits : int
        How many visits each has, an even number.
    n_queries : int
        How many requests come on top.
    seed : int
        The same seed gives the same world.

    Returns
    -------
    tuple
        Static travel times, one plan for each vehicle, requests of the same hours.
    """
    rng = np.random.default_rng(seed)
    travel = _square(rng)
    horizon_s = n_visits // 2 * RIDE_S
    fleet = Fleet(travel, CostWeights())
    plans = {f"v{k:04}": _vehicle(f"v{k:04}", rng) for k in range(n_vehicles)}
    hungry, refused = dict(plans), 0
    while hungry:
        fleet.sync(hungry.values())
        # The last vehicles would wait for ever for a ride that fits into full hours.
        ride = _ride(travel, horizon_s + 60 * refused, rng)
        found = fleet.cheapest_insertion(ride)
        if found is None:
            refused += 1
            continue
        plans[found.vehicle_id] = hungry[found.vehicle_id] = found.plan
        if len(found.plan.visits) == n_visits:
            del hungry[found.vehicle_id]
            refused = 0
    rides = [_ride(travel, horizon_s, rng) for _ in range(n_queries)]
    return travel, list(plans.values()), rides


def _square(rng: np.random.Generator) -> TravelTimes:
    at = rng.uniform(0, 10_000, (N_PLACES, 2))
    metres = 1.3 * np.hypot(*(at[:, np.newaxis] - at[np.newaxis]).T)
    return static(np.rint(metres * 3.6 / 25).astype(np.int32))


def _vehicle(vehicle_id: str, rng: np.random.Generator) -> VehiclePlan:
    depot = int(rng.integers(0, 3))
    vehicle = Vehicle(vehicle_id, depot, depot, 0, 12 * 3600, ((14, 0), (10, 1)))
    plan = VehiclePlan.fresh(vehicle)
    return replace(plan, place=int(rng.integers(0, N_PLACES)))


def _ride(travel: TravelTimes, horizon_s: int, rng: np.random.Generator) -> Ride:
    origin, destination = (int(place) for place in rng.choice(N_PLACES, 2, replace=False))
    earliest = int(rng.integers(0, horizon_s))
    longest_s = int(1.5 * travel.seconds[0, origin, destination]) + 300
    load = (int(rng.integers(1, 4)), int(rng.random() < 0.05))
    latest = earliest + 600
    by = latest + DWELL_S + longest_s
    ride_id = f"r{rng.integers(2**62)}"
    return Ride(
        ride_id, origin, destination, earliest, latest, by, longest_s, load, DWELL_S, DWELL_S
    )
