"""Made-up demand of a day: who asks for a ride, when, whence, whither, and how they behave.

Rule: all numbers come with the `Demand`, none stand here; the same demand and seed give the same
riders. Every rider stands at a stop already: walks are no part of a simulated day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.dispatch.commands import RideRequest, StopChoice
from routing.dispatch.values import Party
from routing.simulation.world import Rider

FloatArray = npt.NDArray[np.float64]
HOUR_S = 3600


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """People of one kind who ask throughout the day."""

    name: str
    n_requests: float  # expected
    origin: FloatArray  # (n_places,) weights
    destination: FloatArray  # (n_places,) weights
    hours: FloatArray  # (24,) weights of the hours in which they want to leave
    are_residents: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """People who get off a train or coach together and ask at once."""

    name: str
    place: int  # place index
    times: tuple[int, ...]  # arrivals, service seconds
    n_requests: float  # expected, of each arrival
    destination: FloatArray  # (n_places,) weights


@dataclass(frozen=True, slots=True)
class Habits:
    """How riders behave; shares are of all requests, durations in seconds."""

    prebooked_share: float
    prebooked_lead_s: tuple[int, int]  # from asking to leaving, evenly spread
    arrive_by_share: float  # of those who book ahead: name the arrival
    notice_s: int  # others ask at most so long before they want to leave
    party: tuple[float, ...]  # weights of parties of 1, 2, ...
    wheelchair_share: float
    senior_share: float
    cancel_share: float
    no_show_share: float
    late_share: float  # of riders who come, but not in time
    late_mean_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What makes up a day."""

    flows: tuple[Flow, ...]
    bursts: tuple[Burst, ...]
    habits: Habits
    earliest: int  # nobody wants to leave before, service seconds
    latest: int  # nor after


def make_riders(demand: Demand, seed: int) -> tuple[Rider, ...]:
    """Riders of one day.

    Parameters
    ----------
    demand
        What to expect of the day.
    seed
        The same seed gives the same riders.

    Returns
    -------
    tuple of Rider
        By the time at which they ask; named r0, r1, ... in that order.
    """
    rng = np.random.default_rng(seed)
    trips = [trip for flow in demand.flows for trip in _flow_trips(flow, rng)]
    trips += [trip for burst in demand.bursts for trip in _burst_trips(burst, rng)]
    kept = [trip for trip in trips if demand.earliest <= trip.leave_time <= demand.latest]
    riders = sorted((_rider(trip, demand.habits, rng) for trip in kept), key=_by_call)
    return tuple(_named(rider, number) for number, rider in enumerate(riders))


@dataclass(frozen=True, slots=True)
class _Trip:
    leave_time: int
    origin: int
    destination: int
    may_prebook: bool
    is_resident: bool


def _flow_trips(flow: Flow, rng: np.random.Generator) -> Iterator[_Trip]:
    for _ in range(rng.poisson(flow.n_requests)):
        hour = _draw(flow.hours, rng)
        origin = _draw(flow.origin, rng)
        destination = _draw(_elsewhere(flow.destination, origin), rng)
        yield _Trip(
            int((hour + rng.random()) * HOUR_S), origin, destination, True, flow.are_residents
        )


def _burst_trips(burst: Burst, rng: np.random.Generator) -> Iterator[_Trip]:
    for time in burst.times:
        for _ in range(rng.poisson(burst.n_requests)):
            destination = _draw(_elsewhere(burst.destination, burst.place), rng)
            yield _Trip(time + int(rng.integers(0, 300)), burst.place, destination, False, False)


def _draw(weights: FloatArray, rng: np.random.Generator) -> int:
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def _elsewhere(weights: FloatArray, place: int) -> FloatArray:
    others = weights.copy()
    others[place] = 0
    return others


def _rider(trip: _Trip, habits: Habits, rng: np.random.Generator) -> Rider:
    is_prebooked = trip.may_prebook and rng.random() < habits.prebooked_share
    low, high = habits.prebooked_lead_s if is_prebooked else (0, habits.notice_s)
    called_time = trip.leave_time - int(rng.integers(low, high + 1))
    names_arrival = is_prebooked and rng.random() < habits.arrive_by_share
    when: dict[str, Any] = {"arrive_by" if names_arrival else "depart_from": trip.leave_time}
    wish = RideRequest(
        (StopChoice(trip.origin),),
        (StopChoice(trip.destination),),
        _party(trip, habits, rng),
        **when,
    )
    cancel_time = None
    if rng.random() < habits.cancel_share:
        cancel_time = int(rng.integers(called_time, trip.leave_time + 1))
    shows_up = bool(rng.random() >= habits.no_show_share)
    is_late = rng.random() < habits.late_share
    late_s = int(rng.exponential(habits.late_mean_s)) if is_late else 0
    return Rider("", called_time, wish, cancel_time, late_s, shows_up)


def _party(trip: _Trip, habits: Habits, rng: np.random.Generator) -> Party:
    n = 1 + _draw(np.array(habits.party), rng)
    wheelchairs = int(rng.random() < habits.wheelchair_share)
    seniors = int(rng.random() < habits.senior_share)
    return Party(n, wheelchairs, seniors, residents=n if trip.is_resident else 0)


def _by_call(rider: Rider) -> int:
    return rider.called_time


def _named(rider: Rider, number: int) -> Rider:
    return Rider(
        f"r{number}",
        rider.called_time,
        rider.wish,
        rider.cancel_time,
        rider.late_s,
        rider.shows_up,
    )
