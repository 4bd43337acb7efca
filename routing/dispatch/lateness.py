"""How late a plan makes its riders, against what they were promised first.

Rule: a breach is counted from the original promise, whatever the plan's limits have become; it is
recorded when it is first known, and again when it has grown by as much as a rider would notice.
"""

from collections.abc import Iterator, Mapping

from routing.dispatch.state import Booking
from routing.dispatch.values import BreachRule
from routing.drt.model import VehiclePlan, VisitKind, VisitTime

Lateness = tuple[Booking, BreachRule, int]


def find_lateness(
    plan: VehiclePlan, times: tuple[VisitTime, ...], bookings: Mapping[str, Booking]
) -> Iterator[Lateness]:
    """Every promise that ``plan`` is not expected to keep: booking, rule, seconds too late."""
    boarding: dict[str, int] = {}
    for visit, time in zip(plan.visits, times, strict=True):
        if visit.kind is VisitKind.BREAK:
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
    return ((BreachRule.PICKUP_LATEST, time.start - booking.terms.promise.pickup_latest),)


def _late_dropoff(
    booking: Booking, time: VisitTime, boards: int | None
) -> tuple[tuple[BreachRule, int], ...]:
    terms = booking.terms
    aboard_s = time.arrive - (_boarded(booking) if boards is None else boards)
    return (
        (BreachRule.DROPOFF_LATEST, time.arrive - terms.promise.dropoff_latest),
        (BreachRule.MAX_RIDE, aboard_s - terms.ride.max_ride_s),
    )


def _boarded(booking: Booking) -> int:
    # Who is let in early has chosen to wait inside: the ride is counted from the promised time.
    ride = booking.terms.ride
    return max(booking.boarded_time or 0, ride.earliest_pickup + ride.pickup_dwell_s)


def is_news(booking: Booking, rule: BreachRule, late_s: int, notice_s: int) -> bool:
    """Whether a lateness is a breach that the rider has not been told of."""
    known = max((b.late_s for b in booking.breaches if b.rule is rule), default=-notice_s)
    return late_s >= known + notice_s
