"""Hypothesis strategies: small worlds, drawn so that most of what can go wrong does."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from routing.drt.breach import loosen
from routing.drt.insertion import Fleet
from routing.drt.model import Break, Ride, Vehicle, VehiclePlan, VisitKind
from routing.policy import CostWeights
from routing.road.travel import TravelTimes, static, travel_times
from routing.types import NEVER

# --- shuttle ---

HOUR_S = 3600


@st.composite
def travels(draw, n_places: int = 5) -> TravelTimes:
    """Travel times of a few places at one to three knots; the triangle inequality may fail."""
    seconds = st.integers(0, 400)
    first = np.array(
        draw(st.lists(seconds, min_size=n_places**2, max_size=n_places**2)), np.int64
    ).reshape(n_places, n_places)
    knots = sorted(draw(st.sets(st.integers(0, 2 * HOUR_S), min_size=1, max_size=3)))
    if draw(st.booleans()):
        knots = knots[:1]
    matrices = [first]
    for gap in np.diff(knots):
        # A fall by at most the gap between two knots keeps FIFO.
        change = np.array(
            draw(st.lists(st.integers(-300, 300), min_size=n_places**2, max_size=n_places**2))
        ).reshape(n_places, n_places)
        matrices.append(np.maximum(matrices[-1] + np.maximum(change, -int(gap)), 0))
    stack = np.stack(matrices)
    stack[:, np.arange(n_places), np.arange(n_places)] = 0
    if draw(st.integers(0, 9)) == 0:
        stack[:, 0, n_places - 1] = NEVER
    return travel_times(knots, stack)


@st.composite
def square_travels(draw, n_places: int = 5) -> TravelTimes:
    """Static times along the streets of a square, rounded: nearly keep the triangle inequality."""
    at = np.array(
        draw(st.lists(st.integers(0, 300), min_size=2 * n_places, max_size=2 * n_places))
    ).reshape(n_places, 2)
    rounding = np.array(
        draw(st.lists(st.integers(0, 3), min_size=n_places**2, max_size=n_places**2))
    ).reshape(n_places, n_places)
    seconds = np.abs(at[:, np.newaxis] - at[np.newaxis]).sum(axis=2) + rounding
    np.fill_diagonal(seconds, 0)
    return static(seconds)


@st.composite
def rides(draw, ride_id: str, n_places: int = 5) -> Ride:
    """A ride within two hours, one to three people, maybe one in a wheelchair."""
    place = st.integers(0, n_places - 1)
    earliest = draw(st.integers(0, 2 * HOUR_S))
    latest = earliest + draw(st.integers(0, 1800))
    return Ride(
        ride_id,
        draw(place),
        draw(place),
        earliest,
        latest,
        latest + draw(st.integers(100, 3000)),
        draw(st.integers(50, 1500)),
        (draw(st.integers(1, 3)), draw(st.integers(0, 1))),
        draw(st.integers(0, 90)),
        draw(st.integers(0, 90)),
    )


@st.composite
def vehicles(draw, vehicle_id: str, n_places: int = 5) -> Vehicle:
    """A vehicle with one or two layouts, maybe a break, maybe a limited route."""
    place = st.integers(0, n_places - 1)
    breaks = ()
    if draw(st.booleans()):
        start = draw(st.integers(0, 2 * HOUR_S))
        breaks = (Break(draw(place), start, start + 1800, draw(st.integers(0, 900))),)
    return Vehicle(
        vehicle_id,
        draw(place),
        draw(place),
        draw(st.sampled_from([0, 600])),
        draw(st.sampled_from([HOUR_S, 3 * HOUR_S, 4 * HOUR_S])),
        draw(st.sampled_from([((4, 0),), ((4, 1),), ((6, 0), (3, 1)), ((6, 0), (4, 1), (0, 2))])),
        breaks,
        draw(st.sampled_from([int(NEVER), 2 * HOUR_S, 3000])),
    )


@st.composite
def plans(draw, vehicle_id: str, n_rides: int, n_places: int = 5) -> VehiclePlan:
    """A vehicle's plan with up to ``n_rides`` rides in any order, feasible or not."""
    plan = VehiclePlan.fresh(draw(vehicles(vehicle_id, n_places)))
    visits = list(plan.visits)
    load = (0, 0)
    for k in range(draw(st.integers(0, n_rides))):
        pickup, dropoff = draw(rides(f"{vehicle_id}.{k}", n_places)).visits()
        first = draw(st.integers(0, len(visits)))
        visits.insert(draw(st.integers(first, len(visits))), dropoff)
        if draw(st.integers(0, 3)):
            visits.insert(first, pickup)
        else:
            load = (load[0] + pickup.load[0], load[1] + pickup.load[1])
    started = draw(st.booleans()) or load != (0, 0)
    first_arrival = draw(st.sampled_from([0, 0, 900]))
    return replace(
        plan,
        place=draw(st.integers(0, n_places - 1)) if started else plan.place,
        ready_time=draw(st.integers(0, HOUR_S)) if started else plan.ready_time,
        route_start=draw(st.integers(0, 600)) if started else int(NEVER),
        load=load,
        visits=tuple(visits),
        n_frozen=draw(st.integers(0, min(2, len(visits)))) if started else 0,
        first_arrival=first_arrival,
    )


@st.composite
def sound_plans(draw, vehicle_id: str, travel: TravelTimes, n_rides: int = 2) -> VehiclePlan:
    """A plan whose broken time limits were loosened, as those of the service are."""
    drawn = draw(plans(vehicle_id, n_rides, travel.n_places))
    return loosen(drawn, travel)[0]


ANY_TRAVELS = st.one_of(travels(), square_travels())


@st.composite
def fleets(
    draw,
    n_vehicles: int = 3,
    n_rides: int = 2,
    travel: st.SearchStrategy[TravelTimes] = ANY_TRAVELS,
) -> tuple[TravelTimes, list[VehiclePlan]]:
    """Travel times, and a plan for each of one to ``n_vehicles`` vehicles."""
    times = draw(travel)
    n = draw(st.integers(1, n_vehicles))
    names = draw(st.permutations([f"v{k}" for k in range(n)]))
    return times, [draw(sound_plans(name, times, n_rides)) for name in names]


@st.composite
def busy_fleets(draw, n_vehicles: int = 2, n_rides: int = 8):
    """Travel times and plans in which riders share vehicles, and a ride on top."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    at = rng.integers(0, 400, (8, 2))
    seconds = np.abs(at[:, np.newaxis] - at[np.newaxis]).sum(axis=2)
    dwell_s = 20
    if draw(st.integers(0, 2)) == 0:  # ways over other places are often shorter
        seconds = rng.integers(0, 800, (8, 8))
        np.fill_diagonal(seconds, 0)
        dwell_s = 0
    travel = static(seconds)
    layouts = ((4, 0), (2, 1))
    names = [f"v{k}" for k in range(n_vehicles)]
    fleet = Fleet(travel, CostWeights())
    drawn = {
        name: VehiclePlan.fresh(Vehicle(name, k, k, 0, 3 * HOUR_S, layouts))
        for k, name in enumerate(names)
    }
    for k in range(n_rides):
        fleet.sync(drawn.values())
        found = fleet.cheapest_insertion(_busy_ride(rng, f"r{k}", dwell_s))
        if found is not None:
            drawn[found.vehicle_id] = found.plan
    return travel, list(drawn.values()), _busy_ride(rng, "new", dwell_s)


def _busy_ride(rng: np.random.Generator, ride_id: str, dwell_s: int) -> Ride:
    origin, destination = (int(place) for place in rng.choice(8, 2, replace=False))
    earliest = int(rng.integers(0, HOUR_S))
    load = (1, 0) if rng.random() < 0.8 else (0, 1)
    longest_s = int(rng.integers(600, 1500))
    latest = earliest + 900
    by = latest + dwell_s + longest_s
    window = (earliest, latest, by)
    return Ride(ride_id, origin, destination, *window, longest_s, load, dwell_s, dwell_s)


def cost_weights() -> st.SearchStrategy[CostWeights]:
    """Weights that are powers of two, so that sums of them are exact; riding may cost most."""
    weight = st.sampled_from([0.0, 0.125, 0.25, 1.0])
    return st.builds(CostWeights, drive=weight, wait=weight, ride=weight)


def has_break(plan: VehiclePlan) -> bool:
    """Whether a break is still to come."""
    return any(visit.kind is VisitKind.BREAK for visit in plan.visits)
