"""Riders who step in where a vehicle stands: some of a party, one who was given up, a walk-up."""

from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide.booking import book
from routing.dispatch.decide.driving import act_time
from routing.dispatch.draft import Draft, agreed_visits
from routing.dispatch.floors import open_to
from routing.dispatch.progress import finish
from routing.dispatch.quote import promised_ride, refuse_request, timed_offer, wished_offer
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.values import DutyState
from routing.dispatch.visits import find_dropoff, find_pickup
from routing.drt.check import check_plan
from routing.drt.model import Ride, VehiclePlan, VisitKind
from routing.drt.schedule import plan_cost, schedule


def stands(plan: VehiclePlan) -> bool:
    """Whether the vehicle is at a place: at a visit, or with nothing under way."""
    return plan.standing or not plan.n_frozen


def with_rider(draft: Draft, ride: Ride, plan: VehiclePlan) -> VehiclePlan | None:
    """The cheapest plan that picks ``ride`` up where the vehicle stands, before it goes on.

    Its pickup comes last of what is under way, at ``plan.n_frozen``; its drop-off after that.
    """
    pickup, dropoff = ride.visits()
    pickup = replace(pickup, latest=max(pickup.latest, draft.now))
    n_here = plan.n_frozen
    standing = replace(plan, n_frozen=n_here + 1, standing=True)
    if not n_here:
        standing = replace(standing, ready_time=draft.now, first_arrival=draft.now)
    travel, weights = draft.network.travel, draft.network.weights
    tried = []
    for position in range(n_here, len(plan.visits) + 1):
        between, rest = plan.visits[n_here:position], plan.visits[position:]
        visits = (*plan.visits[:n_here], pickup, *between, dropoff, *rest)
        candidate = replace(standing, visits=visits)
        if not check_plan(candidate, travel):
            tried.append((plan_cost(candidate, travel, weights), position, candidate))
    return min(tried)[2] if tried else None


def walk_up(draft: Draft, command: cmd.WalkUp) -> Rejected | None:
    """Book, meet and board in one step who stands at the door, if all promises can be kept."""
    refusal = _refuse(draft, command)
    if refusal is not None:
        return refusal
    plan = draft.current(command.vehicle_id)
    request = _request(draft, command, plan)
    # Who stands at the door needs no notice.
    unhurried = replace(draft.state, policy=replace(draft.state.policy, min_notice_s=0))
    refusal = refuse_request(unhurried, request, draft.now)
    offer = wished_offer(draft, request) if refusal is None else None
    if offer is None:
        return refusal or Rejected(RejectReason.NO_ROOM)
    if offer.promise.pickup_earliest > draft.now:
        return Rejected(RejectReason.SUSPENDED)
    wished = promised_ride(command.booking_id, offer, draft.state.policy)
    allowed = open_to(draft.state, command.party, wished, draft.now)
    if allowed is not None and command.vehicle_id not in allowed:
        return Rejected(RejectReason.HELD_BACK)
    found = with_rider(draft, wished, plan)
    if found is None:
        return Rejected(RejectReason.NO_ROOM)
    _take_along(draft, command, _promised(draft, offer, wished, found), found)
    return None


def _refuse(draft: Draft, command: cmd.WalkUp) -> Rejected | None:
    plan = draft.state.plans.get(command.vehicle_id)
    if plan is None:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if draft.find_booking(command.booking_id) is not None:
        return Rejected(RejectReason.DUPLICATE_BOOKING)
    if draft.state.duties[command.vehicle_id] is not DutyState.ON_DUTY:
        return Rejected(RejectReason.WRONG_STATE)
    if any(visit.kind is VisitKind.BREAK for visit in plan.visits[: plan.n_frozen]):
        return Rejected(RejectReason.WRONG_STATE, "the break comes first")
    return None if stands(plan) else Rejected(RejectReason.NOT_AT_STOP)


def _request(draft: Draft, command: cmd.WalkUp, plan: VehiclePlan) -> cmd.RideRequest:
    here = cmd.StopChoice(plan.place)
    return cmd.RideRequest((here,), (command.destination,), command.party, draft.now)


def _promised(draft: Draft, offer: cmd.Offer, ride: Ride, plan: VehiclePlan) -> cmd.Offer:
    """The offer with a promise that fits the plan, as any other booking's does."""
    times = schedule(plan, draft.network.travel)
    pickup, dropoff = (
        find_pickup(plan.visits, ride.ride_id),
        find_dropoff(plan.visits, ride.ride_id),
    )
    assert pickup is not None
    assert dropoff is not None
    policy = draft.state.policy
    return timed_offer(offer, times[pickup].start, times[dropoff].arrive, policy)


def _take_along(draft: Draft, command: cmd.WalkUp, offer: cmd.Offer, plan: VehiclePlan) -> None:
    at = act_time(draft, command.vehicle_id, command.at_time)
    booking_id = command.booking_id
    confirmed = cmd.ConfirmOffer(
        booking_id, offer, command.owner, command.channel, command.fare_won
    )
    ride = promised_ride(booking_id, offer, draft.state.policy)
    book(draft, confirmed, ride, command.vehicle_id)
    agreed = agreed_visits(ride.visits())
    visits = tuple(agreed.get((visit.kind, visit.ride_id), visit) for visit in plan.visits)
    pickup = find_pickup(visits, booking_id)
    assert pickup is not None
    boarded = finish(replace(plan, visits=visits), pickup, draft.now)
    draft.add(
        ev.VisitArrived(draft.now, booking_id, at),
        ev.RiderBoarded(draft.now, booking_id, at),
    )
    draft.keep(draft.network.projector.current(boarded, draft.now))
