"""What dispatchers and the re-optimiser wish: lock, move, a better plan."""

from collections import Counter
from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide.booking import book, refuse_confirmation, release
from routing.dispatch.draft import Draft, agreed_visits, as_agreed
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.projection import near_pickups
from routing.dispatch.quote import promised_ride
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.dispatch.values import DispatchStatus, DutyState
from routing.drt.check import check_plan
from routing.drt.model import Ride, VehiclePlan, Visit, VisitKind
from routing.drt.schedule import plans_cost

VisitKey = tuple[VisitKind, str]

_MOVABLE = frozenset({BookingState.BOOKED, BookingState.SCHEDULED, BookingState.APPROACHING})


def lock_assignment(draft: Draft, command: cmd.LockAssignment) -> Rejected | None:
    """Keep a booking on its vehicle."""
    booking = draft.find_booking(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    if booking.status is DispatchStatus.UNMATCHED:
        return Rejected(RejectReason.WRONG_STATE)
    draft.add(ev.AssignmentLocked(draft.now, booking.booking_id, command.by, command.note))
    return None


def unlock_assignment(draft: Draft, command: cmd.UnlockAssignment) -> Rejected | None:
    """Let re-plans move a booking again."""
    booking = draft.find_booking(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    if booking.status is not DispatchStatus.LOCKED:
        return Rejected(RejectReason.WRONG_STATE)
    draft.add(ev.AssignmentUnlocked(draft.now, booking.booking_id, command.by))
    return None


def move_ride(draft: Draft, command: cmd.MoveRide) -> Rejected | None:
    """Put a booking on the vehicle that the dispatcher names, within its promise."""
    booking = draft.find_booking(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    if draft.state.duties.get(command.vehicle_id) is not DutyState.ON_DUTY:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if booking.state not in _MOVABLE:
        return Rejected(RejectReason.WRONG_STATE)
    ride = as_told(draft, booking, booking.ride)
    release(draft, booking)
    found = draft.find_insertion(ride, [command.vehicle_id])
    if found is None:
        return Rejected(RejectReason.NO_ROOM)
    draft.add(ev.RideScheduled(draft.now, booking.booking_id, found.vehicle_id))
    draft.insert(booking.ride, found)
    return None


def as_told(draft: Draft, booking: Booking, ride: Ride) -> Ride:
    """``ride`` no earlier than its rider was told, and no later, if the pickup is near."""
    policy = draft.state.policy
    if booking.vehicle_id is None:
        return ride
    plan, times = draft.state.plans[booking.vehicle_id], draft.state.times[booking.vehicle_id]
    told = near_pickups(plan, times, draft.now, policy).get(booking.booking_id)
    if told is None:
        return ride
    if told < draft.now + policy.no_later_within_s:
        ride = replace(ride, latest_pickup=min(ride.latest_pickup, told))
    return replace(ride, earliest_pickup=max(ride.earliest_pickup, told))


def propose_plan(draft: Draft, command: cmd.ProposePlan) -> Rejected | None:
    """Take over a better plan where the vehicles it touches have not moved on."""
    refusal = _refuse_proposal(draft, command, None)
    if refusal is not None:
        return refusal
    current, proposed = _plans_of(draft, command, None)
    refusal = _refuse_plans(draft, current, proposed) or _refuse_cost(draft, current, proposed)
    if refusal is not None:
        return refusal
    _take_over(draft, proposed)
    return None


def rescue_ride(draft: Draft, command: cmd.RescueRide) -> Rejected | None:
    """Book a ride by a plan that makes room for it, where its vehicles have not moved on."""
    confirm, proposal = command.confirm, command.proposal
    refusal = refuse_confirmation(draft, confirm)
    if refusal is not None:
        return refusal
    ride = promised_ride(confirm.booking_id, confirm.offer, draft.state.policy)
    refusal = _refuse_proposal(draft, proposal, ride)
    if refusal is not None:
        return refusal
    current, proposed = _plans_of(draft, proposal, ride)
    refusal = _refuse_plans(draft, current, proposed)
    if refusal is not None:
        return refusal
    pickup, _ = ride.visits()
    vehicle_id = next(name for name, plan in proposed.items() if pickup in plan.visits)
    book(draft, confirm, ride, vehicle_id)
    _take_over(draft, proposed)
    return None


_Plans = dict[str, VehiclePlan]


def _plans_of(
    draft: Draft, command: cmd.ProposePlan, newcomer: Ride | None
) -> tuple[_Plans, _Plans]:
    """The plans that a proposal touches, as they stand now and as it wants them."""
    wanted = {plan.vehicle_id: plan.visits for plan in command.plans}
    current = {v: _for_replan(draft, v) for v in wanted}
    known = {_key(visit): visit for plan in current.values() for visit in plan.visits}
    known |= {_key(visit): visit for visit in _visits(newcomer)}
    proposed = {
        v: replace(plan, visits=tuple(known[k] for k in _keys(draft, v, wanted[v])))
        for v, plan in current.items()
    }
    return current, proposed


def _visits(newcomer: Ride | None) -> tuple[Visit, ...]:
    return () if newcomer is None else newcomer.visits()


def _for_replan(draft: Draft, vehicle_id: str) -> VehiclePlan:
    state = draft.state
    return draft.network.projector.replannable(
        state.plans[vehicle_id], state.times[vehicle_id], draft.now, state.policy
    )


def _key(visit: Visit) -> VisitKey:
    # A break has no rider; its own hour tells it from the others.
    name = visit.ride_id or f"{visit.place}@{visit.earliest}"
    return visit.kind, name


def _keys(draft: Draft, vehicle_id: str, visits: tuple[VisitKey, ...]) -> list[VisitKey]:
    rests = [_key(v) for v in draft.state.plans[vehicle_id].visits if v.kind is VisitKind.BREAK]
    unused = iter(rests)
    return [next(unused) if kind is VisitKind.BREAK else (kind, ride) for kind, ride in visits]


def _refuse_proposal(
    draft: Draft, command: cmd.ProposePlan, newcomer: Ride | None
) -> Rejected | None:
    if not command.plans:
        return Rejected(RejectReason.PLAN_INVALID, "the proposal names no vehicle")
    state, vehicles = draft.state, [plan.vehicle_id for plan in command.plans]
    if any(v not in state.plans for v in vehicles):
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if any(state.duties[v] is not DutyState.ON_DUTY for v in vehicles):
        return Rejected(RejectReason.STALE_PLAN, "a vehicle is not on duty")
    if any(state.changed[v] > command.base_version for v in vehicles):
        return Rejected(RejectReason.STALE_PLAN, "a vehicle has moved on")
    if not _same_work(draft, command, newcomer):
        return Rejected(RejectReason.PLAN_INVALID, "the proposal loses or invents visits")
    return None


def _same_work(draft: Draft, command: cmd.ProposePlan, newcomer: Ride | None) -> bool:
    plans = draft.state.plans
    if len({plan.vehicle_id for plan in command.plans}) != len(command.plans):
        return False
    now_planned: Counter[VisitKey] = Counter((v.kind, v.ride_id) for v in _visits(newcomer))
    proposed: Counter[VisitKey] = Counter()
    for plan in command.plans:
        kept = plans[plan.vehicle_id].visits
        rests = [v for v in kept if v.kind is VisitKind.BREAK]
        now_planned.update((v.kind, v.ride_id) for v in kept)
        proposed.update(plan.visits)
        if sum(kind is VisitKind.BREAK for kind, _ in plan.visits) != len(rests):
            return False
    return now_planned == proposed


def _refuse_plans(draft: Draft, current: _Plans, proposed: _Plans) -> Rejected | None:
    for vehicle_id, plan in proposed.items():
        old = current[vehicle_id]
        if plan.visits[: old.n_frozen] != old.visits[: old.n_frozen]:
            return Rejected(RejectReason.PLAN_INVALID, "a visit under way would move")
        if _moves_locked(draft, old, plan):
            return Rejected(RejectReason.LOCKED)
        violations = check_plan(plan, draft.network.travel)
        if violations:
            return Rejected(RejectReason.PLAN_INVALID, violations[0].rule)
    return None


def _refuse_cost(draft: Draft, current: _Plans, proposed: _Plans) -> Rejected | None:
    travel, weights = draft.network.travel, draft.network.weights
    before = plans_cost(list(current.values()), travel, weights)
    after = plans_cost(list(proposed.values()), travel, weights)
    if after >= before:
        return Rejected(RejectReason.STALE_PLAN, "the proposal is no better than the plan")
    return None


def _moves_locked(draft: Draft, old: VehiclePlan, new: VehiclePlan) -> bool:
    stays = {visit.ride_id for visit in new.visits}
    bookings = draft.state.bookings
    return any(
        bookings[visit.ride_id].status is DispatchStatus.LOCKED
        for visit in old.visits
        if visit.ride_id and visit.ride_id not in stays
    )


def _take_over(draft: Draft, proposed: _Plans) -> None:
    """Record the plans, with the windows that were agreed; a newcomer's are its own."""
    agreed = agreed_visits(v for name in proposed for v in draft.state.plans[name].visits)
    for vehicle_id, plan in proposed.items():
        for visit in plan.visits:
            if visit.kind is VisitKind.PICKUP:
                _reschedule(draft, visit.ride_id, vehicle_id)
        visits = tuple(as_agreed(visit, agreed) for visit in plan.visits)
        draft.keep(replace(draft.current(vehicle_id), visits=visits))


def _reschedule(draft: Draft, booking_id: str, vehicle_id: str) -> None:
    if draft.state.bookings[booking_id].vehicle_id != vehicle_id:
        draft.add(ev.RideScheduled(draft.now, booking_id, vehicle_id))
