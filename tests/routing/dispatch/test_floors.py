"""Service floors: what is kept for some is not taken by others, and nothing promised is touched."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.dispatch import commands as cmd
from routing.dispatch.floors import exchange_groups, held_vehicles, open_to
from routing.dispatch.proposal import find_rescue, improvable_plans
from routing.dispatch.quote import quote
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.values import DutyState, Party
from routing.drt.model import Ride
from routing.drt.search.budget import iterations
from routing.policy import RiderClass, ServiceFloor, ServicePolicy
from tests.routing.dispatch.world import POLICY, START, Town, vehicles

HOUR = 3600
LOCALS = ServiceFloor((RiderClass.RESIDENT, RiderClass.SENIOR), 1, 9 * HOUR, 18 * HOUR, 1800)
VISITORS, RESIDENTS, SENIORS = Party(1), Party(2, residents=2), Party(1, seniors=1)
NOON = 12 * HOUR


def town(*floors: ServiceFloor, n_vehicles: int = 2, policy: ServicePolicy = POLICY) -> Town:
    opened = Town()
    rules = replace(policy, floors=floors)
    opened.do(cmd.OpenDay("2026-11-23", rules, vehicles(n_vehicles)))
    return opened


def window(earliest: int, latest: int) -> Ride:
    return Ride("r", 0, 1, earliest, latest, latest + HOUR, HOUR, (1, 0), 30, 30)


def wish(party: Party, depart: int = NOON) -> cmd.RideRequest:
    return cmd.RideRequest((cmd.StopChoice(1),), (cmd.StopChoice(7),), party, depart)


@pytest.mark.parametrize("party", [RESIDENTS, SENIORS])
def test_whom_a_floor_is_for_may_ride_with_all(party):
    assert open_to(town(LOCALS).state, party, window(NOON, NOON), START) is None


@pytest.mark.parametrize(
    ("earliest", "latest", "now", "is_held"),
    [
        (NOON, NOON + 600, START, True),
        (8 * HOUR, 9 * HOUR - 1, START - HOUR, False),  # over before the floor begins
        (8 * HOUR, 9 * HOUR, START - HOUR, True),
        (18 * HOUR, 19 * HOUR, START, False),
        (NOON, NOON + 600, NOON + 600 - 1800, False),  # released
        (NOON, NOON + 600, NOON + 600 - 1801, True),
    ],
)
def test_a_floor_holds_by_the_hour_and_lets_go_in_time(earliest, latest, now, is_held):
    allowed = open_to(town(LOCALS).state, VISITORS, window(earliest, latest), now)
    assert allowed == (frozenset({"A"}) if is_held else None)


@given(st.data())
@settings(max_examples=60)
def test_a_promise_never_meets_a_floor_that_the_wish_did_not(data):
    """Booking an offer asks about a narrower window, later; it may only have become easier."""
    state = town(LOCALS).state
    earliest, latest = sorted(data.draw(st.tuples(*[st.integers(7 * HOUR, 20 * HOUR)] * 2)))
    inner = sorted(data.draw(st.tuples(*[st.integers(earliest, latest)] * 2)))
    now = data.draw(st.integers(6 * HOUR, latest))
    later = data.draw(st.integers(now, latest))
    if open_to(state, VISITORS, window(earliest, latest), now) is None:
        assert open_to(state, VISITORS, window(*inner), later) is None


def test_floors_take_a_vehicle_each_and_only_one_on_duty():
    lifts = ServiceFloor((RiderClass.WHEELCHAIR,), 1)
    state = town(lifts, LOCALS, n_vehicles=3).state
    assert [held for _, held in held_vehicles(state)] == [{"C"}, {"B"}]
    state = replace(state, duties=state.duties.set("C", DutyState.OFF_DUTY))
    assert [held for _, held in held_vehicles(state)] == [{"B"}, {"A"}]


def test_a_floor_for_wheelchairs_holds_a_vehicle_with_a_place_for_one():
    opened = Town()
    first, second = vehicles(2)
    rules = replace(POLICY, floors=(ServiceFloor((RiderClass.WHEELCHAIR,)),))
    without = replace(second, configurations=((4, 0),))
    opened.do(cmd.OpenDay("2026-11-23", rules, (first, without)))
    assert [held for _, held in held_vehicles(opened.state)] == [{"A"}]


def test_a_peak_of_visitors_leaves_the_held_vehicle_to_residents():
    """Parties of four fill a shuttle each: the second has no vehicle but the held one."""
    peak = town(LOCALS, policy=replace(POLICY, max_wait_s=60))
    full = Party(4)
    assert not isinstance(peak.book("v1", 1, 7, party=full, depart=NOON), Rejected)
    refused = peak.book("v2", 1, 7, party=full, depart=NOON)
    assert isinstance(refused, Rejected)
    assert refused.reason is RejectReason.HELD_BACK
    assert refused.alternative_time is not None
    locals_ = replace(full, residents=4)
    assert not isinstance(peak.book("r1", 1, 7, party=locals_, depart=NOON), Rejected)
    assert peak.booking("r1").vehicle_id == "B"
    assert peak.violations() == []


def test_without_a_floor_the_same_peak_takes_everything():
    peak = town(policy=replace(POLICY, max_wait_s=60))
    for k in range(2):
        assert not isinstance(peak.book(f"v{k}", 1, 7, party=Party(4), depart=NOON), Rejected)
    refused = peak.book("r1", 1, 7, party=Party(4, residents=4), depart=NOON)
    assert isinstance(refused, Rejected)
    assert refused.reason is RejectReason.NO_ROOM


def test_what_nobody_asked_for_is_open_shortly_before():
    peak = town(LOCALS, policy=replace(POLICY, max_wait_s=60))
    peak.book("v1", 1, 7, party=Party(4), depart=NOON)
    peak.tick(NOON - 1700)
    assert not isinstance(peak.book("v2", 1, 7, party=Party(4), depart=NOON), Rejected)


def test_the_waiting_list_respects_floors_until_they_let_go():
    peak = town(LOCALS, policy=replace(POLICY, max_wait_s=60))
    peak.book("v1", 1, 7, party=Party(4), depart=NOON)
    peak.book("v2", 1, 7, party=Party(4), depart=NOON, waitlist=True)
    peak.tick(NOON - 1900)
    assert peak.booking("v2").vehicle_id is None
    peak.tick(NOON - 1700)
    assert peak.booking("v2").vehicle_id == "B"


def test_who_was_promised_is_moved_to_any_vehicle():
    town_ = town(LOCALS)
    town_.book("v1", 1, 7, depart=NOON)
    assert town_.booking("v1").vehicle_id == "A"
    town_.do(cmd.WithdrawVehicle("A", 0, broken_down=False, by="dispatcher"))
    assert town_.booking("v1").vehicle_id == "B"


def test_a_rescue_moves_nobody_of_the_held_vehicle():
    peak = town(LOCALS, policy=replace(POLICY, max_wait_s=60))
    peak.book("v1", 1, 7, party=Party(4), depart=NOON)
    ask = cmd.BookRide("v2", wish(Party(4)), "owner")
    found = find_rescue(peak.state, ask, START, peak.network, seed=1, budget=iterations(100))
    assert found is None
    ask = replace(ask, request=wish(Party(4, residents=4)))
    assert find_rescue(peak.state, ask, START, peak.network, seed=1, budget=iterations(100))


def test_re_plans_keep_to_their_side_of_the_border():
    state = town(LOCALS, n_vehicles=3).state
    assert exchange_groups(state, START) == [{"A", "B"}, {"C"}]
    assert exchange_groups(state, 18 * HOUR) == [{"A", "B", "C"}]
    network = town().network
    turns = [
        {p.vehicle.vehicle_id for p in improvable_plans(replace(state, version=v), START, network)}
        for v in (0, 1)
    ]
    assert turns == [{"A", "B"}, {"C"}]


def test_an_offer_made_under_a_floor_can_be_booked():
    opened = town(LOCALS)
    offers = quote(opened.state, wish(VISITORS), START, opened.network)
    assert isinstance(offers, list)
    assert not isinstance(opened.do(cmd.ConfirmOffer("v1", offers[0], "owner")), Rejected)
    assert opened.booking("v1").vehicle_id == "A"


@pytest.mark.parametrize(
    "broken",
    [{"classes": ()}, {"n_vehicles": -1}, {"release_s": -1}, {"from_time": 5, "until_time": 5}],
)
def test_a_floor_that_makes_no_sense_is_refused(broken):
    with pytest.raises(ValueError, match=r"policy\.floors"):
        replace(LOCALS, **broken)
