"""Slow, plain audit of a day's state: every plan, every booking's place in one, every promise.

Rule: nothing here is shared with `decide`; what it accepts and this refuses is an error of one
of the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from routing.dispatch.lifecycle import BEFORE_BOARDING, BookingState
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import BreachRule
from routing.drt.check import check_plans
from routing.drt.model import Visit, VisitKind
from routing.road.travel import TravelTimes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must not be."""

    subject_id: str  # a vehicle or a booking
    problem: str

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.problem}"


def audit(state: DayState, travel: TravelTimes) -> list[Finding]:
    """Everything that is wrong with a day.

    Parameters
    ----------
    state
        The day, at any version.
    travel
        Travel times of the day.

    Returns
    -------
    list of Finding
        Empty if every plan keeps every hard rule, every booking is planned exactly where it says,
        and no window is wider than its promise unless a breach is on record.
    """
    planned = _planned(state)
    found = [
        Finding(v.vehicle_id, f"{v.rule}{f' of {v.ride_id}' if v.ride_id else ''}: {v.detail}")
        for v in check_plans(state.plans.values(), travel)
    ]
    for booking in state.bookings.values():
        visits = planned.pop(booking.booking_id, [])
        found += [Finding(booking.booking_id, text) for text in _misplaced(booking, visits)]
        found += [Finding(booking.booking_id, text) for text in _broken_promises(booking, visits)]
    found += [Finding(ride_id, "is planned, but nobody booked it") for ride_id in planned]
    return found


def _planned(state: DayState) -> dict[str, list[tuple[str, Visit]]]:
    """Vehicle and visit, in order, of each ride in any plan."""
    planned: dict[str, list[tuple[str, Visit]]] = {}
    for vehicle_id, plan in state.plans.items():
        for visit in plan.visits:
            if visit.kind is not VisitKind.BREAK:
                planned.setdefault(visit.ride_id, []).append((vehicle_id, visit))
    return planned


def _misplaced(booking: Booking, visits: list[tuple[str, Visit]]) -> Iterator[str]:
    kinds: list[VisitKind] = []
    if booking.state in BEFORE_BOARDING:
        kinds = [VisitKind.PICKUP, VisitKind.DROPOFF]
    elif booking.state is BookingState.ON_BOARD:
        kinds = [VisitKind.DROPOFF]
    expected = [(booking.vehicle_id, kind) for kind in kinds]
    found = [(vehicle_id, visit.kind) for vehicle_id, visit in visits]
    if found != expected:
        yield f"is {booking.state} and should be planned as {expected}, but is as {found}"


def _broken_promises(booking: Booking, visits: list[tuple[str, Visit]]) -> Iterator[str]:
    promise = booking.promise
    known = {breach.rule for breach in booking.breaches}
    late_pickup = {BreachRule.PICKUP_LATEST} & known
    late_dropoff = {BreachRule.DROPOFF_LATEST, BreachRule.PICKUP_LATEST} & known
    for _, visit in visits:
        at_pickup = visit.kind is VisitKind.PICKUP
        if at_pickup and booking.boarded_time is not None:
            continue  # the second pickup, after a breakdown: the promised one was kept
        if at_pickup and visit.latest > promise.pickup_latest and not late_pickup:
            yield f"may be picked up at {visit.latest}, promised {promise.pickup_latest}"
        if not at_pickup and visit.latest > promise.dropoff_latest and not late_dropoff:
            yield f"may arrive at {visit.latest}, promised {promise.dropoff_latest}"
    arrived = booking.arrived_time
    if arrived is not None and arrived > promise.pickup_latest and not late_pickup:
        yield f"was met at {arrived}, promised {promise.pickup_latest}, and no breach is on record"
