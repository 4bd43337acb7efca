"""Networks by day and conditions, and rules by date."""

import asyncio
from dataclasses import replace

import pytest

from api.live.networks import Networks
from api.live.policies import Policies, changed_policy
from routing.dispatch.conditions import Conditions
from routing.dispatch.values import Closure
from routing.errors import AreaError
from routing.policy import RiderClass, ServiceFloor, ServicePolicy

OPEN = Conditions((), ServicePolicy())
CLOSED = Conditions((Closure("x", ((0, 0), (0, 1), (1, 1)), 0, 9, ""),), ServicePolicy())


def counted():
    """Networks, and what they were made for."""
    made = []

    def make(conditions):
        made.append(conditions)
        return object()

    return Networks(make), made


def test_a_network_is_made_once_for_a_day_and_its_conditions():
    networks, made = counted()
    first = networks.get("2026-11-23", OPEN)
    assert networks.get("2026-11-23", OPEN) is first
    assert networks.get("2026-11-24", OPEN) is not first
    assert networks.get("2026-11-23", CLOSED) is not first
    assert made == [OPEN, OPEN, CLOSED]
    networks.drop("2026-11-23")
    assert networks.get("2026-11-23", OPEN) is not first


def test_what_is_prepared_beside_the_loop_is_what_it_then_gets():
    networks, made = counted()
    prepared = asyncio.run(networks.prepare("2026-11-23", CLOSED))
    assert networks.get("2026-11-23", CLOSED) is prepared
    assert made == [CLOSED]


class Shelf:
    """The part of a store that keeps rules."""

    def __init__(self):
        self.kept = {}

    async def read_policies(self):
        return list(self.kept.values())

    async def put_policies(self, by_date):
        self.kept |= by_date


def test_rules_hold_from_their_date_on_and_survive_a_restart():
    shelf = Shelf()

    async def story():
        policies = Policies(shelf, ServicePolicy())
        await policies.change("2026-12-01", {"max_party": 4}, "d1")
        await policies.change("2026-11-25", {"walk_m": 300, "weights": {"wait": 0.5}}, "d2")
        again = Policies(shelf, ServicePolicy())
        await again.load()
        return again

    again = asyncio.run(story())
    assert again.on("2026-11-24") == ServicePolicy()
    assert (again.on("2026-11-30").walk_m, again.on("2026-11-30").max_party) == (300, 8)
    assert (again.on("2026-12-24").walk_m, again.on("2026-12-24").max_party) == (300, 4)
    assert again.on("2026-12-24").weights.wait == 0.5
    assert [each.by for each in again.list_revisions()] == ["d2", "d2"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_wait": 1}, "no such rule"),
        ({"weights": {"fuel": 1}}, "no such rule"),
        ({"max_wait_s": -1}, "policy.max_wait_s is negative"),
        ({"walk_speed_m_per_s": 0.0}, "walk_speed_m_per_s is not above 0"),
        ({"service_from": 80_000}, "service_from is not before"),
        ({"weights": {"wait": -0.1}}, "negative weight"),
        ({"max_party": "many"}, "Expected `int`"),
        ({"max_wait_s": 10**12}, "above 1000000"),
    ],
)
def test_rules_that_cannot_hold_say_why(changes, words):
    with pytest.raises(AreaError, match=words):
        changed_policy(ServicePolicy(), changes)


def test_a_change_leaves_all_other_rules_as_they_are():
    floor = ServiceFloor((RiderClass.SENIOR,), n_vehicles=1)
    policy = ServicePolicy(floors=(floor,), walk_m=250)
    assert changed_policy(policy, {"max_party": 5}) == replace(policy, max_party=5)
