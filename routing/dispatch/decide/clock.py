"""What time does: days open, vehicles leave, near ones are announced, late ones are noticed."""

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide.booking import give_place
from routing.dispatch.decide.disruption import rescue
from routing.dispatch.draft import Draft
from routing.dispatch.lateness import find_lateness, is_news
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.progress import leave
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.drt.model import VehiclePlan, VisitKind, VisitTime
from routing.drt.schedule import schedule

#: Unmatched riders are looked after this often; each look is a handful of insertion queries.
RETRY_S = 60


def open_day(draft: Draft, command: cmd.OpenDay) -> Rejected | None:
    """Begin the log of a service day."""
    if draft.state.is_open:
        return Rejected(RejectReason.DAY_ALREADY_OPEN)
    draft.add(ev.DayOpened(draft.now, command.service_date, command.policy, command.vehicles))
    for vehicle in command.vehicles:
        if vehicle.breaks:
            draft.keep(VehiclePlan.fresh(vehicle))
    return None


def tick(draft: Draft, command: cmd.Tick) -> Rejected | None:
    """Record what the passing of time has made a fact."""
    last_event_time = draft.state.now
    state, projector = draft.state, draft.network.projector
    for vehicle_id, plan in state.plans.items():
        if not plan.visits:
            continue
        quiet = projector.quiet(plan, state.times[vehicle_id], state.policy)
        if draft.now >= quiet.departure:
            _depart(draft, vehicle_id)
        if draft.now > quiet.projection_until:
            _notice_delay(draft, vehicle_id)
        if draft.now >= quiet.announcement:
            _announce(draft, vehicle_id)
    _look_after_unmatched(draft, last_event_time)
    return None


def _depart(draft: Draft, vehicle_id: str) -> None:
    draft.keep(leave(draft.current(vehicle_id), draft.now))


def _notice_delay(draft: Draft, vehicle_id: str) -> None:
    plan, current = draft.state.plans[vehicle_id], draft.current(vehicle_id)
    if current is plan or not plan.n_frozen:
        return
    expected = schedule(current, draft.network.travel)
    told, notice_s = draft.state.times[vehicle_id], draft.state.policy.notice_s
    moved = any(abs(a.start - b.start) >= notice_s for a, b in zip(expected, told, strict=True))
    if moved or _breaks_a_promise(draft, current, expected):
        draft.keep(current)


def _breaks_a_promise(draft: Draft, plan: VehiclePlan, times: tuple[VisitTime, ...]) -> bool:
    state = draft.state
    return any(
        is_news(booking, rule, late_s, state.policy.notice_s)
        for booking, rule, late_s in find_lateness(plan, times, state.bookings)
    )


def _announce(draft: Draft, vehicle_id: str) -> None:
    plan, times = draft.state.plans[vehicle_id], draft.state.times[vehicle_id]
    horizon = draft.now + draft.state.policy.approach_s
    for visit, time in zip(plan.visits, times, strict=True):
        if time.start > horizon:
            return
        if visit.kind is VisitKind.PICKUP and _is_scheduled(draft, visit.ride_id):
            draft.add(ev.VehicleApproached(draft.now, visit.ride_id))


def _is_scheduled(draft: Draft, booking_id: str) -> bool:
    return draft.state.bookings[booking_id].state is BookingState.SCHEDULED


def _look_after_unmatched(draft: Draft, last_event_time: int) -> None:
    if draft.now // RETRY_S == last_event_time // RETRY_S:
        return
    for booking in list(draft.state.bookings.values()):
        serve = _UNMATCHED.get(booking.state)
        if serve is not None:
            serve(draft, booking)


def _serve_waitlisted(draft: Draft, booking: Booking) -> None:
    if draft.now > booking.ride.latest_pickup:
        draft.add(ev.WaitlistClosed(draft.now, booking.booking_id))
    else:
        give_place(draft, booking)


def _serve_unmatched(draft: Draft, booking: Booking) -> None:
    rescue(draft, booking.booking_id)


_UNMATCHED = {
    BookingState.WAITLISTED: _serve_waitlisted,
    BookingState.BOOKED: _serve_unmatched,
    BookingState.DISRUPTED: _serve_unmatched,
}
