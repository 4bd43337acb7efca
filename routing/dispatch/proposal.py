"""What a search may improve, and how it says what it found.

Rule: a search is a client like any other. It works on a copy, names the version that it looked
at, and `decide` checks what it proposes.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from routing.dispatch.commands import (
    BookRide,
    ConfirmOffer,
    Offer,
    ProposedPlan,
    ProposePlan,
    RescueRide,
    RideRequest,
)
from routing.dispatch.draft import Draft
from routing.dispatch.floors import exchange_groups, open_to
from routing.dispatch.network import Network
from routing.dispatch.quote import QUOTE_ID, promised_ride, timed_offer, wished_offer
from routing.dispatch.state import DayState
from routing.dispatch.values import DispatchStatus, DutyState
from routing.drt.model import VehiclePlan, VisitKind
from routing.drt.schedule import plans_cost, schedule
from routing.drt.search.budget import Budget
from routing.drt.search.improve import improve, rescue
from routing.policy import CostWeights
from routing.types import NEVER

_DRIVING = CostWeights(drive=1.0, wait=0.0, ride=0.0)


def improvable_plans(state: DayState, now: int, network: Network) -> tuple[VehiclePlan, ...]:
    """Plans as they stand at ``now``, of the vehicles whose riders may be moved among them.

    A vehicle off duty, or with a rider whom a dispatcher locked to it, is left out.
    Where service floors hold vehicles back, these and the others take turns by version.

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
    groups = exchange_groups(state, now)
    return _plans_of(state, now, network, groups[state.version % len(groups)]) if groups else ()


def _plans_of(
    state: DayState, now: int, network: Network, vehicles: Collection[str]
) -> tuple[VehiclePlan, ...]:
    locked = {
        booking.vehicle_id
        for booking in state.bookings.values()
        if booking.status is DispatchStatus.LOCKED
    }
    projector = network.projector
    return tuple(
        projector.replannable(plan, state.times[vehicle_id], now, state.policy)
        for vehicle_id, plan in sorted(state.plans.items())
        if vehicle_id in vehicles
        and vehicle_id not in locked
        and state.duties[vehicle_id] is DutyState.ON_DUTY
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
    most_drive_s: int = int(NEVER),
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
    most_drive_s
        Room is not made at the price of more driving than this: in a peak it would be taken
        from several others who are still to ask.

    Returns
    -------
    RescueRide or None
        For `decide`, which checks it on the state as it is then.
    """
    confirm = wish if isinstance(wish, ConfirmOffer) else _wished(state, wish, now, network)
    found = None if confirm is None else _make_room(state, confirm, now, network, seed, budget)
    if confirm is None or found is None:
        return None
    before, changed = found
    if _added_drive_s(before, changed, network) > most_drive_s:
        return None
    if isinstance(wish, BookRide):
        confirm = replace(confirm, offer=_as_planned(confirm, changed, state, network))
    proposal = find_proposal(state.version, before, changed)
    return None if proposal is None else RescueRide(confirm, proposal)


def _added_drive_s(
    before: Sequence[VehiclePlan], changed: Sequence[VehiclePlan], network: Network
) -> float:
    touched = {plan.vehicle.vehicle_id for plan in changed}
    replaced = [plan for plan in before if plan.vehicle.vehicle_id in touched]
    after_s, before_s = (
        plans_cost(plans, network.travel, _DRIVING) for plans in (changed, replaced)
    )
    return after_s - before_s


def quote_rescue(
    state: DayState,
    request: RideRequest,
    now: int,
    network: Network,
    *,
    seed: int,
    budget: Budget,
) -> Offer | None:
    """The offer of a ride that fits only if others are moved, promised as `find_rescue` plans it.

    Parameters are those of `find_rescue`; ``request`` was refused for want of room. Like any
    offer it holds nothing: whoever takes it has room made once more.
    """
    wish = BookRide(QUOTE_ID, request, "")
    found = find_rescue(state, wish, now, network, seed=seed, budget=budget)
    return None if found is None else found.confirm.offer


_Plans = Sequence[VehiclePlan]


def _make_room(
    state: DayState, confirm: ConfirmOffer, now: int, network: Network, seed: int, budget: Budget
) -> tuple[_Plans, _Plans] | None:
    """The plans as they stand, and those that change so as to serve ``confirm``."""
    ride = promised_ride(confirm.booking_id, confirm.offer, state.policy)
    allowed = open_to(state, confirm.offer.party, ride, now)
    plans = _plans_of(state, now, network, state.plans if allowed is None else allowed)
    if not plans:
        return None
    changed = rescue(plans, ride, network.travel, network.weights, seed=seed, budget=budget)
    return None if changed is None else (plans, changed)


def _as_planned(confirm: ConfirmOffer, plans: _Plans, state: DayState, network: Network) -> Offer:
    """The offer of ``confirm``, promised as narrowly as the plan that serves it allows."""
    own = next(p for p in plans if any(v.ride_id == confirm.booking_id for v in p.visits))
    times = {
        visit.kind: time
        for visit, time in zip(own.visits, schedule(own, network.travel), strict=True)
        if visit.ride_id == confirm.booking_id
    }
    pickup, dropoff = times[VisitKind.PICKUP].start, times[VisitKind.DROPOFF].arrive
    return timed_offer(confirm.offer, pickup, dropoff, state.policy)


def _wished(state: DayState, wish: BookRide, now: int, network: Network) -> ConfirmOffer | None:
    offer = wished_offer(Draft(state, now, network), wish.request)
    if offer is None:
        return None
    offer = replace(offer, valid_until=now + state.policy.offer_valid_s)
    return ConfirmOffer(wish.booking_id, offer, wish.owner, wish.channel, wish.fare_won)
