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
        promise = booking.terms.promise
        if visit.kind is VisitKind.PICKUP:
            boarding[visit.ride_id] = time.depart
            if booking.boarded_time is None:  # else this is the second pickup, after a breakdown
                yield booking, BreachRule.PICKUP_LATEST, time.start - promise.pickup_latest
        else:
            yield booking, BreachRule.DROPOFF_LATEST, time.arrive - promise.dropoff_latest
            aboard_s = time.arrive - boarding.get(visit.ride_id, _boarded(booking))
            yield booking, BreachRule.MAX_RIDE, aboard_s - booking.terms.ride.max_ride_s


def _boarded(booking: Booking) -> int:
    # Who is let in early has chosen to wait inside: the ride is counted from the promised time.
    ride = booking.terms.ride
    return max(booking.boarded_time or 0, ride.earliest_pickup + ride.pickup_dwell_s)


def is_news(booking: Booking, rule: BreachRule, late_s: int, notice_s: int) -> bool:
    """Whether a lateness is a breach that the rider has not been told of."""
    known = max((b.late_s for b in booking.breaches if b.rule is rule), default=-notice_s)
    return late_s > 0 and late_s >= known + notice_s
