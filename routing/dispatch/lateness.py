"""How late a plan makes its riders, against what they were promised first.

Rule: a breach is counted from the original promise, whatever the plan's limits have become; it is
recorded when it is first known, and again when it has grown by as much as a rider would notice.
A promise that hangs on a bus or train moves with it, and with nothing else (`connections`).
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from routing.dispatch.lifecycle import ENDED
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import BreachRule
from routing.drt.model import VehiclePlan, VisitKind, VisitTime

Lateness = tuple[Booking, BreachRule, int]


def find_lateness(
    plan: VehiclePlan, times: tuple[VisitTime, ...], bookings: Mapping[str, Booking]
) -> Iterator[Lateness]:
    """Every promise to ``bookings`` that ``plan`` is not expected to keep: rule, seconds late."""
    boarding: dict[str, int] = {}
    for visit, time in zip(plan.visits, times, strict=True):
        if visit.kind is VisitKind.BREAK or visit.ride_id not in bookings:
            continue
        booking = bookings[visit.ride_id]
        if visit.kind is VisitKind.PICKUP:
            boarding[visit.ride_id] = time.depart
            late = _late_pickup(booking, time)
        else:
            late = _late_dropoff(booking, time, boarding.get(visit.ride_id))
        yield from ((booking, rule, late_s) for rule, late_s in late if late_s > 0)


def _late_pickup(booking: Booking, time: VisitTime) -> tuple[tuple[BreachRule, int], ...]:
    if booking.boarded_time is not None:
        return ()  # the second pickup, after a breakdown
    return (
        (BreachRule.PICKUP_LATEST, time.start - booking.promise.pickup_latest),
        (BreachRule.CONNECTION, _missed_by_s(booking, time)),
    )


def _late_dropoff(
    booking: Booking, time: VisitTime, boards: int | None
) -> tuple[tuple[BreachRule, int], ...]:
    terms = booking.terms
    aboard_s = time.arrive - (_boarded(booking) if boards is None else boards)
    return (
        (BreachRule.DROPOFF_LATEST, time.arrive - booking.promise.dropoff_latest),
        (BreachRule.MAX_RIDE, aboard_s - terms.ride.max_ride_s),
        (BreachRule.CONNECTION, _late_for_trip_s(booking, time)),
    )


def _missed_by_s(booking: Booking, time: VisitTime) -> int:
    """Seconds by which a rider comes off their trip after the shuttle may have left."""
    trip = booking.connection
    if trip is None or trip.feeds or trip.is_cancelled:
        return 0
    return trip.expected_time + trip.transfer_s - max(booking.promise.pickup_latest, time.start)


def _late_for_trip_s(booking: Booking, time: VisitTime) -> int:
    """Seconds by which a shuttle is there later than its rider needs to reach their trip."""
    trip = booking.connection
    if trip is None or not trip.feeds or trip.is_cancelled:
        return 0
    return time.arrive + trip.transfer_s - trip.expected_time


def _boarded(booking: Booking) -> int:
    # Who is let in early has chosen to wait inside: the ride is counted from the promised time.
    ride = booking.terms.ride
    return max(booking.boarded_time or 0, ride.earliest_pickup + ride.pickup_dwell_s)


def connection_status(state: DayState, booking: Booking) -> Literal["held", "at_risk", "cancelled"]:
    """Whether a ride that hangs on a trip makes it, as its vehicle is planned now.

    Parameters
    ----------
    state
        The service day.
    booking
        One of its bookings, with a connection.

    Returns
    -------
    str
        ``at_risk`` also for a ride that is on no vehicle and still to come.
    """
    trip, vehicle_id = booking.connection, booking.vehicle_id
    if trip is not None and trip.is_cancelled:
        return "cancelled"
    if booking.state in ENDED:
        return "held"
    if vehicle_id is None:
        return "at_risk"
    own = {booking.booking_id: booking}
    late = find_lateness(state.plans[vehicle_id], state.times[vehicle_id], own)
    return "at_risk" if any(rule is BreachRule.CONNECTION for _, rule, _ in late) else "held"


def is_news(booking: Booking, rule: BreachRule, late_s: int, notice_s: int) -> bool:
    """Whether a lateness is a breach that the rider has not been told of."""
    known = max((b.late_s for b in booking.breaches if b.rule is rule), default=-notice_s)
    return late_s >= known + notice_s
