"""What a search may improve, and how it says what it found.

Rule: a search is a client like any other. It works on a copy, names the version that it looked
at, and `decide` checks what it proposes.
"""

from collections.abc import Sequence
from dataclasses import replace

from routing.dispatch.commands import (
    BookRide,
    ConfirmOffer,
    ProposedPlan,
    ProposePlan,
    RescueRide,
)
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.quote import promised_ride, wished_offer
from routing.dispatch.state import DayState
from routing.dispatch.values import DispatchStatus, DutyState
from routing.drt.model import VehiclePlan
from routing.drt.search.budget import Budget
from routing.drt.search.improve import improve, rescue


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
        projector.replannable(plan, state.times[vehicle_id], now, state.policy)
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


def find_improvement(
    state: DayState, now: int, network: Network, *, seed: int, budget: Budget
) -> ProposePlan | None:
    """The command that takes over a cheaper plan, if the search finds one.

    Parameters
    ----------
    state
        The service day.
    now
        Service seconds.
    network
        Of that day; only its projections are used.
    seed
        Of the search.
    budget
        How long to search.

    Returns
    -------
    ProposePlan or None
        For `decide`, which checks it on the state as it is then.
    """
    plans = improvable_plans(state, now, network)
    if not plans:
        return None
    found = improve(plans, network.travel, network.weights, seed=seed, budget=budget)
    return find_proposal(state.version, plans, found.plans)


def find_rescue(
    state: DayState,
    wish: ConfirmOffer | BookRide,
    now: int,
    network: Network,
    *,
    seed: int,
    budget: Budget,
) -> RescueRide | None:
    """The command that makes room for a ride that fits nowhere as it is, if a way is found.

    Parameters
    ----------
    state
        The service day that has just refused ``wish`` for want of room.
    wish
        What was refused. Who asked for any ride gets the one between the nearest stops.
    now
        Service seconds.
    network
        Of that day; only its projections are used.
    seed
        Of the search.
    budget
        How long to search.

    Returns
    -------
    RescueRide or None
        For `decide`, which checks it on the state as it is then.
    """
    confirm = wish if isinstance(wish, ConfirmOffer) else _wished(state, wish, now, network)
    plans = improvable_plans(state, now, network)
    if confirm is None or not plans:
        return None
    ride = promised_ride(confirm.booking_id, confirm.offer, state.policy)
    changed = rescue(plans, ride, network.travel, network.weights, seed=seed, budget=budget)
    if changed is None:
        return None
    proposal = find_proposal(state.version, plans, changed)
    return None if proposal is None else RescueRide(confirm, proposal)


def _wished(state: DayState, wish: BookRide, now: int, network: Network) -> ConfirmOffer | None:
    offer = wished_offer(Draft(state, now, network), wish.request)
    if offer is None:
        return None
    offer = replace(offer, valid_until=now + state.policy.offer_valid_s)
    return ConfirmOffer(wish.booking_id, offer, wish.owner, wish.channel, wish.fare_won)
