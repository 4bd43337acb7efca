"""Seeded worlds of a city of 10 km square with three centres and two peak hours."""

import numpy as np

from routing.drt.model import Vehicle
from routing.road.travel import TravelTimes, static
from routing.simulation.world import ExactWish, Rider, World, check_world, exact_policy

SIDE_M = 10_000
SPEED_M_PER_S = 25 / 3.6
DETOUR = 1.3
N_PLACES = 400
CENTRES = np.array([(0.5, 0.5), (0.3, 0.7), (0.65, 0.35)]) * SIDE_M
CENTRE_SD_M = 800
SHARE_AT_CENTRES = 0.4
SHARE_IN_PEAKS = 0.6
SHARE_PREBOOKED = 0.4
SHARE_WHEELCHAIR = 0.05
PARTY = (0.75, 0.19, 0.06)  # 1, 2, 3
MIN_DIRECT_S = 150
MAX_WAIT_S = 600
DWELL_S = 30
HOUR_S = 3600
PEAK_HOURS = (7.5, 8.5)
OPEN, LAST, CLOSE = 6 * HOUR_S, 21.5 * HOUR_S, int(22.5 * HOUR_S)


def make_world(seed: int, n_requests: int, n_vehicles: int, *, is_peak: bool = False) -> World:
    """Return a world; the same seed gives the same one.

    Parameters
    ----------
    seed : int
        Of everything.
    n_requests : int
        How many riders ask on the day.
    n_vehicles : int
        How many vehicles of 8 seats and a wheelchair place there are.
    is_peak : bool
        Everybody wants to leave between 7:30 and 8:30.

    Returns
    -------
    World
        Waits of at most 10 min, rides of at most 1.5 x direct + 5 min, 40 % prebooked.
    """
    rng = np.random.default_rng(seed)
    travel = _travel(rng)
    hours = rng.uniform(*PEAK_HOURS, n_requests) if is_peak else _hours(rng, n_requests)
    leaving = np.sort(np.clip(hours * HOUR_S, OPEN + 180, LAST))
    riders = [_rider(k, int(time), travel, rng) for k, time in enumerate(leaving)]
    vehicles = tuple(
        Vehicle(f"v{k:02}", k % 3, k % 3, OPEN, CLOSE, ((8, 1),)) for k in range(n_vehicles)
    )
    by_call = tuple(sorted(riders, key=lambda rider: rider.called_time))
    names = ("seats", "wheelchairs")
    world = World(travel, exact_policy(DWELL_S), names, vehicles, by_call)
    check_world(world)
    return world


def _travel(rng: np.random.Generator) -> TravelTimes:
    at = rng.uniform(0, SIDE_M, (N_PLACES, 2))
    n_near = int(SHARE_AT_CENTRES * N_PLACES)
    near = CENTRES[rng.integers(0, len(CENTRES), n_near)]
    at[:n_near] = np.clip(near + rng.normal(0, CENTRE_SD_M, (n_near, 2)), 0, SIDE_M)
    metres = DETOUR * np.hypot(*(at[:, np.newaxis] - at[np.newaxis]).T)
    return static(np.rint(metres / SPEED_M_PER_S).astype(np.int64))


def _hours(rng: np.random.Generator, n: int) -> np.ndarray:
    n_peak = int(SHARE_IN_PEAKS * n / 2)
    return np.concatenate(
        [
            rng.normal(8, 1, n_peak),
            rng.normal(17.8, 1.3, n_peak),
            rng.uniform(6, 21.5, n - 2 * n_peak),
        ]
    )


def _rider(k: int, earliest: int, travel: TravelTimes, rng: np.random.Generator) -> Rider:
    direct_s = 0
    while direct_s < MIN_DIRECT_S:
        origin, destination = (int(place) for place in rng.integers(0, N_PLACES, 2))
        direct_s = int(travel.seconds[0, origin, destination])
    is_prebooked = rng.random() < SHARE_PREBOOKED
    lead_s = int(rng.integers(1800, 7200)) if is_prebooked else 0
    wheelchairs = int(rng.random() < SHARE_WHEELCHAIR)
    passengers = int(rng.choice((1, 2, 3), p=PARTY))
    wish = ExactWish(
        origin,
        destination,
        earliest,
        earliest + MAX_WAIT_S,
        int(1.5 * direct_s) + 300,
        (passengers - wheelchairs, wheelchairs),
    )
    return Rider(f"r{k:04}", max(OPEN, earliest - lead_s), wish)
