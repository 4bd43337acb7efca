"""What dispatchers and the re-optimiser wish: lock, move, a better plan."""

from collections import Counter
from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide.booking import release
from routing.dispatch.draft import Draft, agreed_visits, as_agreed
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.projection import near_pickups
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.dispatch.values import DispatchStatus, DutyState
from routing.drt.check import check_plan
from routing.drt.model import Ride, VehiclePlan, Visit, VisitKind
from routing.drt.schedule import plan_cost

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
    ride = _as_told(draft, booking)
    release(draft, booking)
    found = draft.find_insertion(ride, [command.vehicle_id])
    if found is None:
        return Rejected(RejectReason.NO_ROOM)
    draft.add(ev.RideScheduled(draft.now, booking.booking_id, found.vehicle_id))
    draft.insert(booking.ride, found)
    return None


def _as_told(draft: Draft, booking: Booking) -> Ride:
    """The ride, no earlier than its rider was told and no later, if the pickup is near."""
    ride, policy = booking.ride, draft.state.policy
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
    if not command.plans:
        return Rejected(RejectReason.PLAN_INVALID, "the proposal names no vehicle")
    before = {plan.vehicle_id: plan.visits for plan in command.plans}
    refusal = _refuse_proposal(draft, command, list(before))
    if refusal is not None:
        return refusal
    current = {v: _for_replan(draft, v) for v in before}
    known = {_key(visit): visit for plan in current.values() for visit in plan.visits}
    proposed = {
        v: replace(plan, visits=tuple(known[k] for k in _keys(draft, v, before[v])))
        for v, plan in current.items()
    }
    refusal = _refuse_plans(draft, current, proposed)
    if refusal is not None:
        return refusal
    _take_over(draft, proposed)
    return None


def _for_replan(draft: Draft, vehicle_id: str) -> VehiclePlan:
    state = draft.state
    return draft.network.projector.for_replan(
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
    draft: Draft, command: cmd.ProposePlan, vehicles: list[str]
) -> Rejected | None:
    state = draft.state
    if any(v not in state.plans for v in vehicles):
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if any(state.duties[v] is not DutyState.ON_DUTY for v in vehicles):
        return Rejected(RejectReason.STALE_PLAN, "a vehicle is not on duty")
    if any(state.changed[v] > command.base_version for v in vehicles):
        return Rejected(RejectReason.STALE_PLAN, "a vehicle has moved on")
    if not _same_work(draft, command):
        return Rejected(RejectReason.PLAN_INVALID, "the proposal loses or invents visits")
    return None


def _same_work(draft: Draft, command: cmd.ProposePlan) -> bool:
    plans = draft.state.plans
    if len({plan.vehicle_id for plan in command.plans}) != len(command.plans):
        return False
    now_planned: Counter[VisitKey] = Counter()
    proposed: Counter[VisitKey] = Counter()
    for plan in command.plans:
        kept = plans[plan.vehicle_id].visits
        rests = [v for v in kept if v.kind is VisitKind.BREAK]
        now_planned.update((v.kind, v.ride_id) for v in kept)
        proposed.update(plan.visits)
        if sum(kind is VisitKind.BREAK for kind, _ in plan.visits) != len(rests):
            return False
    return now_planned == proposed


def _refuse_plans(
    draft: Draft, current: dict[str, VehiclePlan], proposed: dict[str, VehiclePlan]
) -> Rejected | None:
    travel, weights = draft.network.travel, draft.network.weights
    for vehicle_id, plan in proposed.items():
        old = current[vehicle_id]
        if plan.visits[: old.n_frozen] != old.visits[: old.n_frozen]:
            return Rejected(RejectReason.PLAN_INVALID, "a visit under way would move")
        if _moves_locked(draft, old, plan):
            return Rejected(RejectReason.LOCKED)
        violations = check_plan(plan, travel)
        if violations:
            return Rejected(RejectReason.PLAN_INVALID, violations[0].rule)
    before = sum(plan_cost(plan, travel, weights) for plan in current.values())
    after = sum(plan_cost(plan, travel, weights) for plan in proposed.values())
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


def _take_over(draft: Draft, proposed: dict[str, VehiclePlan]) -> None:
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
