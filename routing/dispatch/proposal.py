"""What a re-optimiser may improve, and how it says what it found.

Rule: the re-optimiser is a client like any other. It works on a copy, names the version that it
looked at, and `decide` checks what it proposes.
"""

from collections.abc import Sequence

from routing.dispatch.commands import ProposedPlan, ProposePlan
from routing.dispatch.network import Network
from routing.dispatch.state import DayState
from routing.dispatch.values import DispatchStatus, DutyState
from routing.drt.model import VehiclePlan


def improvable_plans(state: DayState, now: int, network: Network) -> tuple[VehiclePlan, ...]:
    """Plans as they stand at ``now``, of the vehicles whose riders may be moved among them.

    A vehicle off duty, or with a rider whom a dispatcher locked to it, is left out.

    Parameters
    ----------
    state
        The service day.
    now
        Service seconds.
    network
        Of that day.

    Returns
    -------
    tuple of VehiclePlan
        By vehicle id.
    """
    locked = {
        booking.vehicle_id
        for booking in state.bookings.values()
        if booking.status is DispatchStatus.LOCKED
    }
    projector = network.projector
    return tuple(
        projector.current(
            projector.for_replan(plan, state.times[vehicle_id], now, state.policy), now
        )
        for vehicle_id, plan in sorted(state.plans.items())
        if state.duties[vehicle_id] is DutyState.ON_DUTY and vehicle_id not in locked
    )


def find_proposal(
    base_version: int, before: Sequence[VehiclePlan], after: Sequence[VehiclePlan]
) -> ProposePlan | None:
    """The command that turns the plans ``before`` into those ``after``; None if they are equal."""
    known = {plan.vehicle.vehicle_id: plan.visits for plan in before}
    changed = tuple(
        ProposedPlan(
            plan.vehicle.vehicle_id, tuple((visit.kind, visit.ride_id) for visit in plan.visits)
        )
        for plan in after
        if plan.visits != known[plan.vehicle.vehicle_id]
    )
    return ProposePlan(base_version, changed) if changed else None
