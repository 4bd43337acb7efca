"""Which events a rider is told of, and with what facts.

Rule: a note is made from the committed log alone, so a restart makes the same notes under the
same ids; it holds stops and times, and nothing about a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from api.clocks.service_time import ServiceTime
from api.notify.records import NoteKind
from api.trips.boarding_codes import BoardingCodes
from api.trips.places import Stops
from routing.dispatch import events as ev
from routing.dispatch.lifecycle import ENDED
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import Actor
from routing.dispatch.visits import find_pickup

Facts = dict[str, str | dict[str, str]]

_MINUTE_S = 60
#: Service seconds after which nobody wants to know any more.
_SOON_S, _LATER_S = 15 * 60, 12 * 3600
_OF_THE_MOMENT = frozenset({NoteKind.APPROACHING, NoteKind.ARRIVED})


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to one booking, fit to be told."""

    booking_id: str
    owner: str
    kind: NoteKind
    facts: Facts
    time: int  # service seconds
    wanted_s: int  # service seconds for which it is worth telling


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns committed events into what riders are told."""

    time: ServiceTime
    stops: Stops
    codes: BoardingCodes

    def compose(self, state: DayState, events: tuple[ev.Event, ...]) -> Iterator[Told]:
        """Yield what riders are told of the events of one commit.

        Parameters
        ----------
        state
            The day at that commit or later.
        events
            The events of the commit.
        """
        waiting = {e.booking_id for e in events if isinstance(e, ev.RideWaitlisted)}
        for event in events:
            if isinstance(event, ev.BroadcastSent):
                yield from _news(state, event)
                continue
            kind = _kind_of(event)
            booking = state.bookings.get(getattr(event, "booking_id", ""))
            if kind is None or booking is None or booking.booking_id in waiting:
                continue
            wanted_s = _SOON_S if kind in _OF_THE_MOMENT else _LATER_S
            facts = self._facts(state, booking, event)
            yield Told(booking.booking_id, booking.owner, kind, facts, event.time, wanted_s)

    def _facts(self, state: DayState, booking: Booking, event: ev.Event) -> Facts:
        promise, date = booking.promise, state.service_date
        stop = self.stops.ref(booking.ride.origin)
        facts: Facts = {
            "stop": {"ko": stop.name.ko, "en": stop.name.en},
            "day": f"{self.time.at(date, promise.pickup_earliest):%m-%d}",
            "from": self._clock(date, promise.pickup_earliest),
            "until": self._clock(date, promise.pickup_latest),
            "time": self._clock(date, _pickup_time(state, booking)),
            "vehicle": booking.vehicle_id or "",
            "code": self.codes.of(booking.booking_id),
        }
        if isinstance(event, ev.BreachRecorded):
            facts["minutes"] = str(max(1, round(event.breach.late_s / _MINUTE_S)))
        if isinstance(event, ev.ConnectionMoved) and booking.connection is not None:
            facts["time"] = self._clock(date, booking.connection.expected_time)
        return facts

    def _clock(self, date: str, seconds: int) -> str:
        return f"{self.time.at(date, seconds):%H:%M}"


def _news(state: DayState, event: ev.BroadcastSent) -> Iterator[Told]:
    facts: Facts = {"text": {"ko": event.text_ko, "en": event.text_en}}
    for booking_id in event.booking_ids:
        owner = state.bookings[booking_id].owner
        yield Told(booking_id, owner, NoteKind.NEWS, facts, event.time, _LATER_S)


def _kind_of(event: ev.Event) -> NoteKind | None:
    if isinstance(event, ev.RideScheduled) and event.terms is not None:
        return NoteKind.SEAT_FOUND
    if isinstance(event, ev.RideCancelled):
        by_rider = event.cancellation.by in (Actor.RIDER, Actor.REPRESENTATIVE)
        return None if by_rider else NoteKind.CANCELLED
    return _KINDS.get(type(event))


_KINDS: dict[type, NoteKind] = {
    ev.RideBooked: NoteKind.BOOKED,
    ev.WaitlistClosed: NoteKind.NO_SEAT,
    ev.RideAmended: NoteKind.CHANGED,
    ev.VehicleApproached: NoteKind.APPROACHING,
    ev.VisitArrived: NoteKind.ARRIVED,
    ev.BreachRecorded: NoteKind.LATE,
    ev.RideDisrupted: NoteKind.DISRUPTED,
    ev.RiderMissed: NoteKind.MISSED,
    ev.ConnectionMoved: NoteKind.CONNECTION,
}


def _pickup_time(state: DayState, booking: Booking) -> int:
    """When the shuttle is expected, as far as it is known; else the latest that was promised."""
    if booking.vehicle_id is not None and booking.state not in ENDED:
        pickup = find_pickup(state.plans[booking.vehicle_id].visits, booking.booking_id)
        if pickup is not None:
            return state.times[booking.vehicle_id][pickup].arrive
    return booking.promise.pickup_latest
