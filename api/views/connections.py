"""Connections between shuttles and buses, as the control room sees them."""

from api.schemas.connections import Connections, HeldConnection
from api.views.committed import Views
from routing.dispatch.lifecycle import ENDED
from routing.dispatch.state import Booking, DayState

_ORDER = {"cancelled": 0, "at_risk": 0, "held": 1}


def list_connections(views: Views, state: DayState) -> Connections:
    """Return the connections of a day that are still to come, those in trouble first."""
    date = state.service_date
    found = [
        _shown(views, state, booking)
        for booking in state.bookings.values()
        if booking.connection is not None and booking.state not in ENDED
    ]
    found.sort(key=lambda c: (_ORDER[c.connection.status], c.connection.expected_at, c.booking_id))
    return Connections(date, state.version, tuple(found))


def _shown(views: Views, state: DayState, booking: Booking) -> HeldConnection:
    connection = views.connection(state, booking)
    assert connection is not None
    promise = booking.promise
    window = views.window(state.service_date, promise.pickup_earliest, promise.pickup_latest)
    return HeldConnection(booking.booking_id, booking.state, booking.vehicle_id, window, connection)
