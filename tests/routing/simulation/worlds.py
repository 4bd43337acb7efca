"""Small worlds.

::

    0 --- 1 --- 2 --- 3 --- 4      a minute from place to place
"""

import numpy as np
from hypothesis import strategies as st

from routing.drt.model import Ride, Vehicle
from routing.road.travel import static
from routing.simulation.world import ExactWish, Rider, World, check_world, exact_policy

EDGE_S = 60
DWELL_S = 30
N_PLACES = 5
DAY_S = 10_000


def line():
    """Travel times along the line."""
    at = np.arange(N_PLACES)
    return static(abs(at[:, None] - at) * EDGE_S)


def van(name="v", start=0, *, seats=4, until=DAY_S):
    """A vehicle with seats only."""
    return Vehicle(name, start, start, 0, until, ((seats,),))


def wish(name, origin, destination, earliest, *, called=0, wait_s=300, ride_s=600, n=1):
    """A rider with limits of their own."""
    limits = ExactWish(origin, destination, earliest, earliest + wait_s, ride_s, (n,))
    return Rider(name, called, limits)


def world(vehicles, riders, travel=None, dimensions=("seats",)):
    """A checked world."""
    by_call = tuple(sorted(riders, key=lambda rider: rider.called_time))
    made = World(travel or line(), exact_policy(DWELL_S), dimensions, tuple(vehicles), by_call)
    check_world(made)
    return made


def agreed(made, facts):
    """The rides that were agreed, as the solver knows them."""
    return {
        rider.request_id: Ride(
            rider.request_id,
            rider.wish.origin,
            rider.wish.destination,
            rider.wish.earliest_pickup,
            rider.wish.latest_pickup,
            rider.wish.latest_pickup + DWELL_S + rider.wish.max_ride_s,
            rider.wish.max_ride_s,
            rider.wish.load,
            DWELL_S,
            DWELL_S,
        )
        for rider in made.riders
        if rider.request_id in facts
    }


@st.composite
def worlds(draw, n_riders=14):
    """A world of one or two vehicles, two dimensions of load and an asymmetric matrix."""
    n = N_PLACES
    seconds = draw(st.lists(st.integers(0, 300), min_size=n * n, max_size=n * n))
    matrix = np.array(seconds).reshape(n, n)
    np.fill_diagonal(matrix, 0)
    place = st.integers(0, n - 1)
    vehicles = [
        Vehicle(
            f"v{k}",
            draw(place),
            draw(place),
            draw(st.sampled_from([0, 900])),
            draw(st.sampled_from([3000, DAY_S])),
            ((4, draw(st.integers(0, 1))),),
        )
        for k in range(draw(st.integers(1, 2)))
    ]
    return world(vehicles, [draw(_riders(k)) for k in range(n_riders)], static(matrix), ("s", "w"))


@st.composite
def _riders(draw, k):
    place = st.integers(0, N_PLACES - 1)
    called = draw(st.integers(0, 2000))
    earliest = called + draw(st.sampled_from([-200, 0, 0, 60, 600, 1800]))
    limits = ExactWish(
        draw(place),
        draw(place),
        earliest,
        earliest + draw(st.sampled_from([0, 200, 600])),
        draw(st.sampled_from([100, 300, 1000])),
        (draw(st.integers(1, 3)), draw(st.sampled_from([0, 0, 1]))),
    )
    return Rider(f"r{k}", called, limits)
