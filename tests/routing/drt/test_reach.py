"""Many wishes at once are answered as each by itself is by trying everything."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.drt.insertion import Fleet
from routing.drt.model import Ride, Vehicle, VehiclePlan
from routing.drt.reach import Wishes
from routing.policy import CostWeights
from routing.road.travel import static
from routing.types import NEVER
from tests import strategies
from tests.naive import naive_insertion

BEFORE = st.sampled_from([-(10**9), 1800])


def wishes_of(rides):
    """The wishes of rides, as arrays."""
    fields = ("origin", "destination", "earliest_pickup", "latest_pickup", "latest_dropoff")
    rows = [[getattr(ride, name) for name in (*fields, "max_ride_s")] for ride in rides]
    return Wishes(*np.array(rows, np.int32).reshape(-1, 6).T.copy())


def ask(travel, plans, rides, now):
    fleet = Fleet(travel, CostWeights())
    fleet.sync(plans)
    found = fleet.earliest_arrivals(wishes_of(rides), rides[0], now=now)
    return list(zip(found.arrive_time.tolist(), found.pickup_time.tolist(), strict=True))


def assert_agrees(travel, plans, rides, now):
    never = (int(NEVER), int(NEVER))
    expected = [naive_insertion.earliest_arrival(plans, r, travel, now) or never for r in rides]
    assert ask(travel, plans, rides, now) == expected


def to_everywhere(ride, n_places):
    return [replace(ride, destination=place) for place in range(n_places)]


@settings(max_examples=150)
@given(strategies.fleets(), strategies.rides("new"), BEFORE)
def test_one_place_to_all_agrees_with_trying_everything(world, ride, now):
    travel, plans = world
    assert_agrees(travel, plans, to_everywhere(ride, travel.n_places), now)


@settings(max_examples=100)
@given(strategies.busy_fleets(), st.integers(0, 1200))
def test_shared_vehicles_agree_with_trying_everything(world, now):
    travel, plans, ride = world
    assert_agrees(travel, plans, to_everywhere(ride, travel.n_places), now)


@settings(max_examples=100)
@given(
    strategies.fleets(),
    st.lists(strategies.rides("new"), min_size=1, max_size=6),
    st.integers(0, 900),
)
def test_many_places_at_times_of_their_own_agree(world, rides, wait_s):
    travel, plans = world
    like = rides[0]
    alike = [
        replace(
            ride,
            load=like.load,
            pickup_dwell_s=like.pickup_dwell_s,
            dropoff_dwell_s=like.dropoff_dwell_s,
            latest_pickup=ride.earliest_pickup + wait_s,
        )
        for ride in rides
    ]
    assert_agrees(travel, plans, [*alike, *alike[:2]], 600)


@settings(max_examples=60)
@given(strategies.busy_fleets(), st.integers(0, 1200))
def test_the_cheapest_way_is_never_there_sooner(world, now):
    travel, plans, ride = world
    fleet = Fleet(travel, CostWeights())
    fleet.sync(plans)
    cheapest = fleet.cheapest_insertion(ride, now=now)
    arrive = int(fleet.earliest_arrivals(wishes_of([ride]), ride, now=now).arrive_time[0])
    assert (cheapest is None) == (arrive == NEVER)
    assert cheapest is None or arrive <= cheapest.dropoff_time.arrive


# --- by arithmetic: five places in a row, 100 s apart, a vehicle at place 0 ---

LINE = static(np.abs(np.subtract.outer(np.arange(5), np.arange(5))) * 100)
CAR = Vehicle("v", 0, 0, 0, 10_000, ((2,),))


def wish(origin, destination, **more):
    limits = {"earliest_pickup": 0, "latest_pickup": 900, "latest_dropoff": 5000} | more
    return Ride("new", origin, destination, **limits, max_ride_s=1000, load=(1,),
                pickup_dwell_s=30, dropoff_dwell_s=30)  # fmt: skip


def test_an_idle_vehicle_comes_at_once():
    found = ask(LINE, [VehiclePlan.fresh(CAR)], to_everywhere(wish(2, 0), 5), 0)
    assert found == [(200 + 30 + 100 * abs(2 - d), 200) for d in range(5)]


def test_it_comes_no_earlier_than_now():
    assert ask(LINE, [VehiclePlan.fresh(CAR)], [wish(2, 3)], 500) == [(500 + 200 + 30 + 100, 700)]


def test_who_is_promised_a_time_is_not_made_late():
    first = wish(1, 4, latest_pickup=100, latest_dropoff=430)
    plan = replace(VehiclePlan.fresh(CAR), visits=first.visits())
    # 4 is reached at 430 and not a second later: only after it is there time for anybody else.
    assert ask(LINE, [plan], [wish(2, 3)], 0) == [(430 + 30 + 200 + 30 + 100, 660)]


def test_a_seat_on_the_way_is_taken():
    first = wish(0, 4, latest_dropoff=2000)
    plan = replace(VehiclePlan.fresh(CAR), visits=first.visits())
    # After boarding the first: 30 s, 200 s to place 2, 30 s to board, 100 s on.
    assert ask(LINE, [plan], [wish(2, 3)], 0)[0][0] == min(30 + 200 + 30 + 100, 200 + 30 + 100)


@pytest.mark.parametrize("load", [(3,)])
def test_who_fits_in_no_vehicle_is_not_brought(load):
    rides = [replace(wish(1, 2), load=load)]
    assert ask(LINE, [VehiclePlan.fresh(CAR)], rides, 0) == [(int(NEVER), int(NEVER))]


def test_a_drop_off_that_shortens_the_way_is_found():
    """From 1 to 2 it is 600 s, but 200 s over 3, where the new rider wants to go."""
    seconds = np.full((4, 4), 900)
    np.fill_diagonal(seconds, 0)
    seconds[0, 1], seconds[1, 2], seconds[1, 3], seconds[3, 2] = 100, 600, 100, 100
    travel = static(seconds)
    first = wish(1, 2, latest_pickup=500, latest_dropoff=700)
    ride = wish(0, 3, earliest_pickup=50)
    rides = [replace(r, pickup_dwell_s=0, dropoff_dwell_s=0) for r in (first, ride)]
    plan = replace(VehiclePlan.fresh(CAR), visits=rides[0].visits())
    # Leaving place 0 at 50 is too late for the first rider on the direct way, and not over 3.
    assert ask(travel, [plan], [rides[1]], 0) == [(250, 50)]
    fleet = Fleet(travel, CostWeights())
    fleet.sync([plan])
    found = fleet.cheapest_insertion(rides[1], now=0)
    assert found is not None
    assert (found.pickup_time.start, found.dropoff_time.arrive) == (50, 250)


def test_no_vehicle_no_wish_no_answer():
    fleet = Fleet(LINE, CostWeights())
    found = fleet.earliest_arrivals(wishes_of([wish(0, 1)]), wish(0, 1))
    assert found.arrive_time.tolist() == [NEVER]
    fleet.sync([VehiclePlan.fresh(CAR)])
    assert len(fleet.earliest_arrivals(wishes_of([]), wish(0, 1)).arrive_time) == 0


def test_unknown_places_and_loads_are_refused():
    fleet = Fleet(LINE, CostWeights())
    fleet.sync([VehiclePlan.fresh(CAR)])
    with pytest.raises(IndexError, match="place 7"):
        fleet.earliest_arrivals(wishes_of([wish(0, 7)]), wish(0, 1))
    with pytest.raises(ValueError, match="dimensions"):
        fleet.earliest_arrivals(wishes_of([wish(0, 1)]), replace(wish(0, 1), load=(1, 1)))
