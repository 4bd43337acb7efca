"""Figures of a service day, counted against the promises as first made.

A promise that moved with the bus or train it hangs on counts as moved: who waits for a late bus
is not late.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from api.schemas.control import KpisView
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.state import Booking, DayState


def figures(state: DayState, refusals: Mapping[str, int]) -> KpisView:
    """Return the figures of one day.

    Parameters
    ----------
    state
        The day.
    refusals
        Refusals since the process started, by problem code.

    Returns
    -------
    KpisView
        Waits from the promised earliest pickup, ride times from boarding; seconds.
    """
    bookings = list(state.bookings.values())
    boarded = [b for b in bookings if b.boarded_time is not None]
    carried = [b for b in bookings if b.state is BookingState.COMPLETED]
    kept = [b for b in carried if _is_kept(b)]
    return KpisView(
        service_date=state.service_date,
        version=state.version,
        n_bookings=len(bookings),
        by_state=dict(Counter(booking.state for booking in bookings)),
        n_passengers_carried=sum(b.terms.party.passengers for b in carried),
        mean_wait_s=_mean(_wait_s(b) for b in boarded),
        mean_ride_s=_mean(_ride_s(b) for b in carried),
        n_promises_kept=len(kept),
        n_promises_broken=len(carried) - len(kept),
        refusals=dict(refusals),
    )


def _is_kept(booking: Booking) -> bool:
    promise = booking.promise
    arrived, alighted = booking.arrived_time, booking.alighted_time
    on_time = arrived is not None and arrived <= promise.pickup_latest
    return on_time and alighted is not None and alighted <= promise.dropoff_latest


def _wait_s(booking: Booking) -> int:
    assert booking.boarded_time is not None
    return max(0, booking.boarded_time - booking.promise.pickup_earliest)


def _ride_s(booking: Booking) -> int:
    assert booking.boarded_time is not None
    assert booking.alighted_time is not None
    return booking.alighted_time - booking.boarded_time


def _mean(values: Iterable[int]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
