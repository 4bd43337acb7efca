"""The service days that a loop has in memory: their last durable states, and their bookings."""

from collections.abc import Iterable, Iterator

from api.clocks.clock import AreaClock
from routing.dispatch.events import BookingEvent, Event
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.state import Booking, DayState


class Days:
    """Committed states by service date, and on which day each booking is.

    Parameters
    ----------
    clock
        Tells service days.
    """

    def __init__(self, clock: AreaClock) -> None:
        self._clock = clock
        self._states: dict[str, DayState] = {}
        self._date_of: dict[str, str] = {}
        self._booking_states: dict[str, tuple[object, frozenset[BookingState]]] = {}

    def __contains__(self, service_date: str) -> bool:
        return service_date in self._states

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._states))

    def state(self, service_date: str) -> DayState:
        """Last durable state of a day; an empty one if the day is not in memory."""
        return self._states.get(service_date) or DayState()

    def load(self, service_date: str, state: DayState) -> None:
        """Take over a day as its log has it."""
        self._states[service_date] = state
        for booking in state.bookings.values():
            self._index(service_date, booking)

    def advance(self, service_date: str, state: DayState, events: Iterable[Event]) -> None:
        """Take over the state after the durable ``events``."""
        self._states[service_date] = state
        for event in events:
            if isinstance(event, BookingEvent):
                self._index(service_date, state.bookings[event.booking_id])

    def drop(self, service_date: str) -> None:
        """Forget a day."""
        del self._states[service_date]
        self._booking_states.pop(service_date, None)
        self._date_of = {k: v for k, v in self._date_of.items() if v != service_date}

    def find_booking(self, booking_id: str) -> tuple[str, Booking] | None:
        """Service date and booking; after an amendment to another day, that day's."""
        service_date = self._date_of.get(booking_id)
        if service_date is None:
            return None
        return service_date, self._states[service_date].bookings[booking_id]

    def booking_states(self, service_date: str) -> frozenset[BookingState]:
        """States that any booking of the day is in."""
        bookings = self.state(service_date).bookings
        known, states = self._booking_states.get(service_date, (None, frozenset()))
        if known is not bookings:
            states = frozenset(booking.state for booking in bookings.values())
            self._booking_states[service_date] = bookings, states
        return states

    def _index(self, service_date: str, booking: Booking) -> None:
        known = self.find_booking(booking.booking_id)
        if known is None or self._rank(service_date, booking) >= self._rank(*known):
            self._date_of[booking.booking_id] = service_date

    def _rank(self, service_date: str, booking: Booking) -> tuple[bool, int]:
        """The living one of two bookings of one id counts, else the one made later."""
        origin_s = self._clock.day(service_date).origin_epoch_s
        return booking.state not in ENDED, origin_s + booking.booked_time
