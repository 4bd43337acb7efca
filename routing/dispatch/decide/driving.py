"""What drivers report: arrive, board, alight, rest, no-show, contact, incident, position."""

from collections.abc import Callable
from dataclasses import astuple, replace
from functools import partial

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide.booking import release
from routing.dispatch.draft import Draft
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.progress import arrive, finish, hold
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.dispatch.values import Party
from routing.dispatch.visits import find_visit
from routing.drt.breach import loosened_times
from routing.drt.check import check_plan
from routing.drt.model import VehiclePlan, Visit, VisitKind
from routing.drt.rows import loads_fit
from routing.drt.schedule import schedule

VisitCommand = cmd.ArriveVisit | cmd.BoardRider | cmd.AlightRider | cmd.FinishBreak | cmd.MissRider

#: A report this much older than now was held back for want of a connection.
HELD_BACK_S = 60

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


def act_time(draft: Draft, vehicle_id: str, at_time: int | None) -> int:
    """When an act happened: as the driver says, not in the future, not before the last one."""
    if at_time is None:
        return draft.now
    last = draft.state.acted.get(vehicle_id, at_time)
    return min(max(at_time, last), draft.now)


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
        first = _reached_first(draft, plan, position, command.at_time)
        if first is None:
            return Rejected(RejectReason.NOT_NEXT)
        plan = first
    at = act_time(draft, command.vehicle_id, command.at_time)
    draft.add(ev.VehicleArrived(draft.now, command.vehicle_id, at))
    arrived = _boarding_fixed(draft, arrive(plan, at, draft.state.policy.wait_s))
    for visit in arrived.visits[: arrived.n_frozen]:
        if visit.kind is VisitKind.PICKUP and _is_waiting(draft, visit):
            booked = draft.state.bookings[visit.ride_id].booked_time
            draft.add(ev.VisitArrived(draft.now, visit.ride_id, max(at, booked)))
    _go_on(draft, arrived)
    return None


def _reached_first(
    draft: Draft, plan: VehiclePlan, position: int, at_time: int | None
) -> VehiclePlan | None:
    """``plan`` with a visit first that its driver reached while the plan could not be read.

    Without a connection a driver follows the plan that is known on board. That the vehicle was
    there is then a fact; only what cannot be true (an unknown rider alighting) is refused.
    """
    if at_time is None or draft.now - at_time < HELD_BACK_S:
        return None
    visits = list(plan.visits)
    visits.insert(0, visits.pop(position))
    first = replace(plan, visits=tuple(visits), n_frozen=0, first_arrival=0)
    loosened, _ = loosened_times(first, draft.network.travel)
    return None if check_plan(loosened, draft.network.travel) else first


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
    event: Callable[[int, str, int], ev.Event],
    before: Callable[[VehiclePlan, str], VehiclePlan | Rejected] = lambda plan, _: plan,
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
    at = _finish_time(draft, command, visit)
    if kind is VisitKind.BREAK:
        rested = draft.state.acted.get(command.vehicle_id, plan.first_arrival) + visit.dwell_s
        if at < rested:
            return Rejected(RejectReason.TOO_EARLY, alternative_time=rested)
    ready = before(plan, visit.ride_id)
    if isinstance(ready, Rejected):
        return ready
    finished = finish(ready, position, at)
    if not loads_fit(finished):
        return Rejected(RejectReason.NOT_NEXT, "others have to alight first")
    draft.add(event(draft.now, visit.ride_id or command.vehicle_id, at))
    _go_on(draft, finished)
    return None


def _finish_time(
    draft: Draft, command: cmd.BoardRider | cmd.AlightRider | cmd.FinishBreak, visit: Visit
) -> int:
    at = act_time(draft, command.vehicle_id, command.at_time)
    booking = draft.find_booking(visit.ride_id)
    if booking is None:
        return at
    # Nobody boards before being met, or alights before boarding.
    return max(at, booking.boarded_time or booking.arrived_time or at)


def board_rider(draft: Draft, command: cmd.BoardRider) -> Rejected | None:
    """A party is on board, or those of it who came."""

    return _finish(
        draft,
        command,
        VisitKind.PICKUP,
        partial(ev.RiderBoarded, by_code=command.by_code),
        partial(_reduce_party, draft, command),
    )


def _reduce_party(
    draft: Draft, command: cmd.BoardRider, plan: VehiclePlan, booking_id: str
) -> VehiclePlan | Rejected:
    """``plan`` with the load of those who came."""
    came, booked = command.party, draft.state.bookings[booking_id].terms.party
    if came is None or came == booked:
        return plan
    if not _is_part(came, booked):
        return Rejected(RejectReason.PARTY_TOO_LARGE)
    draft.add(ev.PartyReduced(draft.now, booking_id, came, command.fare_won))
    loads = {VisitKind.PICKUP: came.load, VisitKind.DROPOFF: tuple(-n for n in came.load)}
    visits = (
        replace(visit, load=loads[visit.kind]) if visit.ride_id == booking_id else visit
        for visit in plan.visits
    )
    return replace(plan, visits=tuple(visits))


def _is_part(came: Party, booked: Party) -> bool:
    counts = zip(astuple(came), astuple(booked), strict=True)
    inside = (came.wheelchairs, came.seniors + came.children, came.residents)
    return (
        came.passengers >= 1
        and came.passengers >= max(inside)
        and all(0 <= some <= every for some, every in counts)
    )


def alight_rider(draft: Draft, command: cmd.AlightRider) -> Rejected | None:
    """A party has left the vehicle."""
    return _finish(draft, command, VisitKind.DROPOFF, ev.RiderAlighted)


def finish_break(draft: Draft, command: cmd.FinishBreak) -> Rejected | None:
    """The break is over, and has lasted as long as it must."""
    return _finish(draft, command, VisitKind.BREAK, ev.BreakFinished)


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
    refusal = _guard_no_show(draft, booking, act_time(draft, command.vehicle_id, command.at_time))
    if refusal is not None:
        return refusal
    draft.add(ev.RiderMissed(draft.now, booking.booking_id))
    release(draft, booking)
    _hold_for(draft, booking)
    return None


def _guard_no_show(draft: Draft, booking: Booking, at: int) -> Rejected | None:
    waited_until = waits_until(booking, draft.state.policy.wait_s)
    if at < waited_until:
        return Rejected(RejectReason.TOO_EARLY, alternative_time=waited_until)
    if booking.contacted_time is None or booking.contacted_time > at:
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
    booking = draft.find_booking(command.booking_id)
    if booking is None:
        return Rejected(RejectReason.UNKNOWN_BOOKING)
    at = draft.now if command.at_time is None else min(command.at_time, draft.now)
    at = max(at, booking.arrived_time or booking.booked_time)
    event = ev.ContactAttempted(draft.now, booking.booking_id, command.by, command.means, at)
    draft.add(event)
    return None


def report_incident(draft: Draft, command: cmd.ReportIncident) -> Rejected | None:
    """Something happened on the way, which the control room has to see."""
    if command.vehicle_id not in draft.state.plans:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if command.incident_id in draft.state.incidents:
        return None
    at = draft.now if command.at_time is None else min(command.at_time, draft.now)
    draft.add(
        ev.IncidentReported(
            draft.now, command.incident_id, command.vehicle_id, command.kind, command.by, at
        )
    )
    return None


def close_incident(draft: Draft, command: cmd.CloseIncident) -> Rejected | None:
    """A dispatcher has dealt with it."""
    incident = draft.state.incidents.get(command.incident_id)
    if incident is None:
        return Rejected(RejectReason.UNKNOWN_INCIDENT)
    if incident.closed_time is not None:
        return Rejected(RejectReason.WRONG_STATE)
    draft.add(ev.IncidentClosed(draft.now, command.incident_id, command.by))
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
