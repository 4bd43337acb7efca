"""What may happen to a booking, as one table.

Rule: every change of a booking's state goes through `next_state`; there is no ``if`` on states
that decides a transition anywhere else. Adding a row here is the whole change.

Source: the service's own state chart (offer and booking); ``BOOKED`` without ``SCHEDULED``
means promised, but on no vehicle at the moment.
"""

from enum import StrEnum

from routing.errors import TransitionError


class BookingState(StrEnum):
    """Where a booking stands."""

    WAITLISTED = "waitlisted"
    BOOKED = "booked"
    SCHEDULED = "scheduled"
    APPROACHING = "approaching"
    ARRIVED = "arrived"
    ON_BOARD = "on_board"
    COMPLETED = "completed"
    DISRUPTED = "disrupted"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    REJECTED = "rejected"


_S = BookingState

#: state -> event type -> state after it
TRANSITIONS: dict[BookingState, dict[str, BookingState]] = {
    _S.WAITLISTED: {
        "RideScheduled": _S.SCHEDULED,
        "WaitlistClosed": _S.REJECTED,
        "RideCancelled": _S.CANCELLED,
    },
    _S.BOOKED: {
        "RideScheduled": _S.SCHEDULED,
        "RideAmended": _S.BOOKED,
        "RideCancelled": _S.CANCELLED,
    },
    _S.SCHEDULED: {
        "RideScheduled": _S.SCHEDULED,
        "RideUnscheduled": _S.BOOKED,
        "RideAmended": _S.SCHEDULED,
        "VehicleApproached": _S.APPROACHING,
        "VisitArrived": _S.ARRIVED,
        "RideDisrupted": _S.DISRUPTED,
        "RideCancelled": _S.CANCELLED,
    },
    _S.APPROACHING: {
        "VisitArrived": _S.ARRIVED,
        "RideScheduled": _S.SCHEDULED,
        "RideDisrupted": _S.DISRUPTED,
        "RideCancelled": _S.CANCELLED,
    },
    _S.ARRIVED: {
        "RiderBoarded": _S.ON_BOARD,
        "RiderMissed": _S.NO_SHOW,
        "RideDisrupted": _S.DISRUPTED,
        "RideCancelled": _S.CANCELLED,
    },
    _S.ON_BOARD: {
        "RiderAlighted": _S.COMPLETED,
        "RideDisrupted": _S.DISRUPTED,
    },
    _S.DISRUPTED: {
        "RideScheduled": _S.SCHEDULED,
        "RiderAlighted": _S.COMPLETED,
        "RideCancelled": _S.CANCELLED,
    },
    _S.NO_SHOW: {"NoShowReversed": _S.ARRIVED},
    _S.CANCELLED: {"CancellationReversed": _S.BOOKED},
    _S.COMPLETED: {},
    _S.REJECTED: {},
}

#: Nothing but a dispatcher's reversal happens to these.
ENDED = frozenset({_S.COMPLETED, _S.CANCELLED, _S.NO_SHOW, _S.REJECTED})

#: The rider stands at a stop or will; the pickup is still to come.
BEFORE_BOARDING = frozenset({_S.SCHEDULED, _S.APPROACHING, _S.ARRIVED})


def next_state(state: BookingState, event: str) -> BookingState:
    """State after ``event``.

    Raises
    ------
    TransitionError
        If the table has no such row; shown to clients as 409 Conflict.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise TransitionError(f"{event} cannot happen while a booking is {state}") from None
