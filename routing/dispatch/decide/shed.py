"""Riders whom a vehicle can no longer serve as promised are given to others.

Rule: nobody who is aboard, at the door or locked to the vehicle is taken off it; for them, what
cannot be kept becomes a recorded breach. The latest goes first, for with it others may be kept.
"""

from collections.abc import Iterable
from dataclasses import replace

from routing.dispatch import events as ev
from routing.dispatch.decide.disruption import rescue
from routing.dispatch.draft import Draft, as_driven
from routing.dispatch.lateness import find_lateness, is_news
from routing.dispatch.progress import turn_back
from routing.dispatch.values import DispatchStatus
from routing.drt.breach import loosened_times
from routing.drt.model import VehiclePlan, VisitKind, VisitTime
from routing.drt.schedule import schedule
from routing.road.travel import get_travel_s


def replan_under(draft: Draft, plans: Iterable[VehiclePlan], cause: str) -> None:
    """Record what conditions that have changed make of ``plans``, and find others for who is shed.

    Parameters
    ----------
    draft
        The decision in the making, its network being that of the new conditions.
    plans
        Plans of the vehicles concerned, as they should be if everything could be kept.
    cause
        Of breaches and disruptions, as they are recorded.
    """
    shed = [booking_id for plan in plans for booking_id in _shed(draft, plan, cause)]
    for booking_id in sorted(shed, key=lambda name: _urgency(draft, name)):
        rescue(draft, booking_id)


def _urgency(draft: Draft, booking_id: str) -> tuple[int, str]:
    return draft.state.bookings[booking_id].terms.promise.pickup_latest, booking_id


def _shed(draft: Draft, plan: VehiclePlan, cause: str) -> list[str]:
    kept, shed = draft.network.projector.current(plan, draft.now), []
    while (booking_id := _find_worst(draft, kept)) is not None:
        shed.append(booking_id)
        kept = turn_back(kept, booking_id, draft.now)
    for booking_id in shed:
        draft.add(ev.RideDisrupted(draft.now, booking_id, False, cause))
    if shed or _is_changed(draft, kept):
        draft.keep(kept, cause)
    return shed


def _is_changed(draft: Draft, plan: VehiclePlan) -> bool:
    """Whether anybody would be told of another plan, other limits or other times."""
    vehicle_id, policy = plan.vehicle.vehicle_id, draft.state.policy
    known = draft.state.plans[vehicle_id]
    eased, times = loosened_times(plan, draft.network.travel)
    told = draft.state.times[vehicle_id]
    return (eased.vehicle, eased.visits, as_driven(times, policy.early_arrival_s)) != (
        known.vehicle,
        known.visits,
        told,
    )


def _find_worst(draft: Draft, plan: VehiclePlan) -> str | None:
    """The booking, of those that may leave the vehicle, that is most too late."""
    movable = _movable(draft, plan)
    if not movable:
        return None
    times, bookings = schedule(plan, draft.network.travel), draft.state.bookings
    late = [
        (late_s, booking.booking_id)
        for booking, rule, late_s in find_lateness(plan, times, bookings)
        if booking.booking_id in movable and is_news(booking, rule, late_s, 1)
    ]
    if late:
        return max(late)[1]
    return movable[-1] if _is_home_late(draft, plan, times) else None


def _movable(draft: Draft, plan: VehiclePlan) -> list[str]:
    at_hand = plan.n_frozen if plan.standing else 0
    bookings = draft.state.bookings
    return [
        visit.ride_id
        for visit in plan.visits[at_hand:]
        if visit.kind is VisitKind.PICKUP
        and bookings[visit.ride_id].status is not DispatchStatus.LOCKED
    ]


def _is_home_late(draft: Draft, plan: VehiclePlan, times: tuple[VisitTime, ...]) -> bool:
    last, vehicle = times[-1].depart, plan.vehicle
    home_s = get_travel_s(draft.network.travel, plan.visits[-1].place, vehicle.end_place, last)
    return last + home_s > vehicle.shift_until


def without_breaks_outside(plan: VehiclePlan) -> VehiclePlan:
    """``plan`` without the breaks to come that do not fit into its vehicle's shift."""
    vehicle = plan.vehicle
    visits = tuple(
        visit
        for position, visit in enumerate(plan.visits)
        if position < plan.n_frozen
        or visit.kind is not VisitKind.BREAK
        or vehicle.shift_from <= visit.earliest <= vehicle.shift_until - visit.dwell_s
    )
    return plan if visits == plan.visits else replace(plan, visits=visits)
