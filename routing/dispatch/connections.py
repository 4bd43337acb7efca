"""What a ride's promise becomes when the trip that it hangs on is earlier or later than agreed.

Rule: a promise moves with its trip and with nothing else, and always from what was first agreed,
so that a trip that makes up its delay brings everything back to where it was.

A shuttle that feeds a trip has the trip as its deadline: a later trip gives it as much more time,
an earlier one takes away what lies behind the new deadline. A shuttle that meets a trip waits
for it: a later trip moves the whole promise, an earlier one lets the shuttle come earlier.
Nobody is asked to be at a stop before the time that they were told, unless their trip is early.
"""

from dataclasses import replace

from routing.dispatch.events import RideTerms
from routing.dispatch.values import Connection, Promise
from routing.drt.model import Ride


def moved_promise(terms: RideTerms, trip: Connection) -> Promise:
    """The promise of ``terms`` with its trip as it stands now; may be impossible to keep.

    Parameters
    ----------
    terms
        What was agreed; its promise is that of the trip on time.
    trip
        The trip of ``terms`` as it is expected now; it runs.

    Returns
    -------
    Promise
        That of ``terms`` where the trip is on time.
    """
    promise, delay_s = terms.promise, trip.delay_s
    if not trip.feeds:
        late_s = max(delay_s, 0)
        return Promise(
            promise.pickup_earliest + delay_s,
            promise.pickup_latest + late_s,
            promise.dropoff_latest + late_s,
        )
    if delay_s >= 0:
        return replace(
            promise,
            pickup_latest=promise.pickup_latest + delay_s,
            dropoff_latest=promise.dropoff_latest + delay_s,
        )
    by = min(promise.dropoff_latest, trip.expected_time - trip.transfer_s)
    board_by = by - terms.direct_s - terms.ride.pickup_dwell_s
    return replace(promise, pickup_latest=min(promise.pickup_latest, board_by), dropoff_latest=by)


def promised(ride: Ride, promise: Promise) -> Ride:
    """``ride`` within the limits of ``promise``."""
    return replace(
        ride,
        earliest_pickup=promise.pickup_earliest,
        latest_pickup=promise.pickup_latest,
        latest_dropoff=promise.dropoff_latest,
    )
