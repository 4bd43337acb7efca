"""What drivers report: arrive, board, alight, rest, no-show, contact, position."""

from collections.abc import Callable
from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide.booking import release
from routing.dispatch.draft import Draft
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.progress import arrive, finish, hold
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.dispatch.visits import find_visit
from routing.drt.model import VehiclePlan, Visit, VisitKind
from routing.drt.rows import loads_fit
from routing.drt.schedule import schedule

VisitCommand = cmd.ArriveVisit | cmd.BoardRider | cmd.AlightRider | cmd.FinishBreak | cmd.MissRider

_WAITING = frozenset({BookingState.SCHEDULED, BookingState.APPROACHING})


def _locate(draft: Draft, command: VisitCommand) -> tuple[VehiclePlan, int] | Rejected:
    """The plan and the position of the visit that a driver speaks of."""
    plan = draft.state.plans.get(command.vehicle_id)
    if plan is None:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    position = find_visit(plan.visits, command.vehicle_id, command.visit_id)
    if position is None:
        return Rejected(RejectReason.UNKNOWN_VISIT)
    return plan, position


def _act_time(draft: Draft, plan: VehiclePlan, at_time: int | None) -> int:
    # A driver's clock may be ahead, and a report made offline may be older than what is known.
    if at_time is None:
        return draft.now
    return max(min(at_time, draft.now), min(plan.ready_time, draft.now))


def arrive_visit(draft: Draft, command: cmd.ArriveVisit) -> Rejected | None:
    """The vehicle stands at its next visit."""
    located = _locate(draft, command)
    if isinstance(located, Rejected):
        return located
    plan, position = located
    if plan.standing:
        at_stop = position < plan.n_frozen
        return Rejected(RejectReason.WRONG_STATE if at_stop else RejectReason.RIDERS_PENDING)
    if position != 0:
        return Rejected(RejectReason.NOT_NEXT)
    at = _act_time(draft, plan, command.at_time)
    arrived = _boarding_fixed(draft, arrive(plan, at, draft.state.policy.wait_s))
    for visit in arrived.visits[: arrived.n_frozen]:
        if visit.kind is VisitKind.PICKUP and _is_waiting(draft, visit):
            draft.add(ev.VisitArrived(draft.now, visit.ride_id, at))
    _go_on(draft, arrived)
    return None


def _boarding_fixed(draft: Draft, plan: VehiclePlan) -> VehiclePlan:
    """``plan`` with the boardings at hand no later than they are planned.

    A rider who stands at the open door boards: holding them back for the sake of somebody who
    is booked after the arrival would only be an untruth about how long they ride.
    """
    times = schedule(plan, draft.network.travel)
    visits = list(plan.visits)
    for position, (visit, time) in enumerate(zip(visits[: plan.n_frozen], times, strict=False)):
        if visit.kind is VisitKind.PICKUP:
            visits[position] = replace(visit, latest=min(visit.latest, time.start))
    return replace(plan, visits=tuple(visits))


def _is_waiting(draft: Draft, visit: Visit) -> bool:
    return draft.state.bookings[visit.ride_id].state in _WAITING


def _go_on(draft: Draft, plan: VehiclePlan) -> None:
    draft.keep(draft.network.projector.current(plan, draft.now))


def _finish(
    draft: Draft,
    command: cmd.BoardRider | cmd.AlightRider | cmd.FinishBreak,
    kind: VisitKind,
    event: Callable[[int, str, int], ev.Event] | None,
) -> Rejected | None:
    located = _locate(draft, command)
    if isinstance(located, Rejected):
        return located
    plan, position = located
    visit = plan.visits[position]
    if visit.kind is not kind:
        return Rejected(RejectReason.UNKNOWN_VISIT)
    if not plan.standing or position >= plan.n_frozen:
        return Rejected(RejectReason.NOT_AT_STOP)
    at = _act_time(draft, plan, command.at_time)
    if kind is VisitKind.BREAK and at < plan.first_arrival + visit.dwell_s:
        return Rejected(RejectReason.TOO_EARLY)
    finished = finish(plan, position, at)
    if not loads_fit(finished):
        return Rejected(RejectReason.NOT_NEXT, "others have to alight first")
    if event is not None:
        draft.add(event(draft.now, visit.ride_id, at))
    _go_on(draft, finished)
    return None


def board_rider(draft: Draft, command: cmd.BoardRider) -> Rejected | None:
    """A party is on board."""
    return _finish(draft, command, VisitKind.PICKUP, ev.RiderBoarded)


def alight_rider(draft: Draft, command: cmd.AlightRider) -> Rejected | None:
    """A party has left the vehicle."""
    return _finish(draft, command, VisitKind.DROPOFF, ev.RiderAlighted)


def finish_break(draft: Draft, command: cmd.FinishBreak) -> Rejected | None:
    """The break is over, and has lasted as long as it must."""
    return _finish(draft, command, VisitKind.BREAK, None)


def miss_rider(draft: Draft, command: cmd.MissRider) -> Rejected | None:
    """A no-show: the vehicle is there, has waited, and somebody tried to reach the rider."""
    located = _locate(draft, command)
    if isinstance(located, Rejected):
        return located
    plan, position = located
    visit = plan.visits[position]
    if visit.kind is not VisitKind.PICKUP:
        return Rejected(RejectReason.UNKNOWN_VISIT)
    if not plan.standing or position >= plan.n_frozen:
        return Rejected(RejectReason.NOT_AT_STOP)
    booking = draft.state.bookings[visit.ride_id]
    refusal = _guard_no_show(draft, booking)
    if refusal is not None:
        return refusal
    draft.add(ev.RiderMissed(draft.now, booking.booking_id))
    release(draft, booking)
    _hold_for(draft, booking)
    return None


def _guard_no_show(draft: Draft, booking: Booking) -> Rejected | None:
    waited_until = waits_until(booking, draft.state.policy.wait_s)
    if draft.now < waited_until:
        return Rejected(RejectReason.TOO_EARLY, alternative_time=waited_until)
    if booking.contacted_time is None:
        return Rejected(RejectReason.CONTACT_FIRST)
    return None


def waits_until(booking: Booking, wait_s: int) -> int:
    """When a missing rider may be recorded as a no-show, at the earliest."""
    arrived = booking.arrived_time or 0
    return max(booking.promise.pickup_earliest, arrived) + wait_s


def leaves_from(booking: Booking, wait_s: int) -> int:
    """When the vehicle may leave without the rider: max(promised latest, arrival + wait)."""
    arrived = booking.arrived_time or 0
    return max(booking.promise.pickup_latest, arrived + wait_s)


def _hold_for(draft: Draft, booking: Booking) -> None:
    # The loudest complaint about such services is "it left early": a no-show frees the seat,
    # not the minutes that the rider was promised.
    assert booking.vehicle_id is not None
    until = leaves_from(booking, draft.state.policy.wait_s)
    plan = draft.state.plans[booking.vehicle_id]
    if plan.ready_time < until:
        draft.keep(hold(plan, until), "no_show")


def record_contact(draft: Draft, command: cmd.RecordContact) -> Rejected | None:
    """Somebody tried to reach the rider."""
    if draft.find_booking(command.booking_id) is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    draft.add(ev.ContactAttempted(draft.now, command.booking_id, command.by, command.means))
    return None


def report_arrival(draft: Draft, command: cmd.ReportArrival) -> Rejected | None:
    """A position says when the vehicle will be there; recorded if a rider would notice."""
    plan = draft.state.plans.get(command.vehicle_id)
    if plan is None:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if plan.standing or not plan.n_frozen:
        return None
    expected = max(command.expected_time, draft.now)
    told = draft.state.times[command.vehicle_id][0].arrive
    if abs(expected - told) >= draft.state.policy.notice_s:
        draft.keep(replace(plan, first_arrival=expected))
    return None
