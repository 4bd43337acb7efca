"""The audit finds what is planted, and nothing in days that `decide` has made."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.dispatch.audit import audit
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.state import DayState
from routing.drt.model import Visit, VisitKind
from tests.property.test_dispatch import perform, storms
from tests.routing.dispatch.world import Town


@pytest.fixture
def town() -> Town:
    """Two vehicles and one ride, from place 1 to place 5."""
    opened = Town.opened(2)
    assert isinstance(opened.book("r1", 1, 5), list)
    assert problems(opened, opened.state) == []
    return opened


def problems(town: Town, state: DayState) -> list[str]:
    return [str(finding) for finding in audit(state, town.network.travel)]


def with_visits(town: Town, change: object) -> DayState:
    """Return the state with each visit of the ride's plan changed by ``change``."""
    vehicle_id = town.booking("r1").vehicle_id
    assert vehicle_id is not None
    plan = town.state.plans[vehicle_id]
    visits = tuple(change(visit) for visit in plan.visits)  # type: ignore[operator]
    plans = town.state.plans.set(vehicle_id, replace(plan, visits=visits))
    return replace(town.state, plans=plans)


@settings(max_examples=60)
@given(storms(), st.booleans())
def test_nothing_is_found_in_a_day_that_was_decided(storm, with_breaks):
    town = Town.opened(2, breaks=with_breaks)
    for name, pause, k, a, b, c in storm:
        town.tick(town.now + pause)
        perform(town, name, k, a, b, c)
        assert problems(town, town.state) == []


def test_a_ride_that_nobody_booked_is_found(town: Town) -> None:
    state = replace(town.state, bookings=town.state.bookings.delete("r1"))
    assert problems(town, state) == ["r1: is planned, but nobody booked it"]


def test_a_booking_on_another_vehicle_than_it_says_is_found(town: Town) -> None:
    booking = replace(town.booking("r1"), vehicle_id="nowhere")
    state = replace(town.state, bookings=town.state.bookings.set("r1", booking))
    (problem,) = problems(town, state)
    assert "r1: is scheduled and should be planned as [('nowhere'" in problem


def test_a_cancelled_ride_that_is_still_planned_is_found(town: Town) -> None:
    booking = replace(town.booking("r1"), state=BookingState.CANCELLED)
    state = replace(town.state, bookings=town.state.bookings.set("r1", booking))
    (problem,) = problems(town, state)
    assert "r1: is cancelled and should be planned as []" in problem


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [(VisitKind.PICKUP, "may be picked up at"), (VisitKind.DROPOFF, "may arrive at")],
)
def test_a_window_wider_than_its_promise_is_found(
    town: Town, kind: VisitKind, complaint: str
) -> None:
    def widen(visit: Visit) -> Visit:
        return replace(visit, latest=visit.latest + 60) if visit.kind is kind else visit

    state = with_visits(town, widen)
    assert any(complaint in problem for problem in problems(town, state))


def test_a_vehicle_that_came_late_without_a_breach_is_found(town: Town) -> None:
    booking = town.booking("r1")
    late = replace(booking, arrived_time=booking.terms.promise.pickup_latest + 1)
    state = replace(town.state, bookings=town.state.bookings.set("r1", late))
    (problem,) = problems(town, state)
    assert "no breach is on record" in problem


def test_an_overfull_plan_is_found(town: Town) -> None:
    state = with_visits(
        town, lambda visit: replace(visit, load=tuple(99 * amount for amount in visit.load))
    )
    assert any("capacity" in problem for problem in problems(town, state))
