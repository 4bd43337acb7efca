import pytest

from routing.dispatch import events as ev
from routing.dispatch.lifecycle import BEFORE_BOARDING, ENDED, TRANSITIONS, BookingState, next_state
from routing.dispatch.state import _FOLDS
from routing.errors import TransitionError


def test_every_state_has_a_row():
    assert set(TRANSITIONS) == set(BookingState)


def test_every_event_of_the_table_exists_and_is_folded():
    named = {event for row in TRANSITIONS.values() for event in row}
    folded = {event_type.__name__ for event_type in _FOLDS}
    assert named <= folded
    assert folded == {event_type.__name__ for event_type in ev.Event.__args__}


@pytest.mark.parametrize("state", sorted(ENDED))
def test_ended_bookings_change_by_reversal_only(state):
    assert all(event.endswith("Reversed") for event in TRANSITIONS[state])


def test_a_missing_row_is_the_error():
    with pytest.raises(TransitionError, match=r"RiderBoarded .* booking is booked"):
        next_state(BookingState.BOOKED, "RiderBoarded")


def test_nobody_on_board_can_be_cancelled():
    assert "RideCancelled" not in TRANSITIONS[BookingState.ON_BOARD]
    assert BookingState.ON_BOARD not in BEFORE_BOARDING
