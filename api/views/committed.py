"""How bookings, vehicles and plans are shown: from a committed state to what goes over the wire.

Rule: a view is computed, never stored. It holds no owner, no contact and no exact place of a
rider; places are stops.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from api.clocks.service_time import ServiceTime
from api.schemas.bookings import (
    BookingView,
    BreachView,
    CancellationView,
    ConnectionView,
    EndView,
    ExpectedView,
)
from api.schemas.common import Fare, PartyView, Window
from api.schemas.trips import PromiseView
from api.schemas.vehicles import (
    CapacityView,
    FareDue,
    FareLine,
    IncidentView,
    ManifestView,
    PlanView,
    VisitName,
    VisitView,
)
from api.trips.boarding_codes import BoardingCodes
from api.trips.fares import fare_lines
from api.trips.places import Stops
from gtfs.area import Fares
from routing.dispatch.decide.driving import leaves_from, waits_until
from routing.dispatch.lateness import connection_status
from routing.dispatch.lifecycle import ENDED
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import (
    DispatchStatus,
    Incident,
    Party,
    Promise,
    RideBreach,
    Walk,
)
from routing.dispatch.visits import find_dropoff, find_pickup, visit_id
from routing.drt.model import Load, VehiclePlan, Visit, VisitKind, VisitTime

_KINDS: dict[VisitKind, VisitName] = {
    VisitKind.PICKUP: "pickup",
    VisitKind.DROPOFF: "dropoff",
    VisitKind.BREAK: "break",
}


def kind_of(visit: Visit) -> VisitName:
    """What happens at a visit, as a word."""
    return _KINDS[visit.kind]


@dataclass(frozen=True, slots=True)
class Views:
    """Shows one area's days."""

    time: ServiceTime
    stops: Stops
    fares: Fares
    codes: BoardingCodes
    estimated: bool

    def booking(self, state: DayState, booking_id: str) -> BookingView:
        """A booking as its rider sees it."""
        booking, date = state.bookings[booking_id], state.service_date
        terms = booking.terms
        return BookingView(
            booking_id=booking_id,
            state=booking.state,
            dispatch_status=booking.status,
            service_date=date,
            channel=booking.channel,
            origin=self._end(terms.ride.origin, terms.access),
            destination=self._end(terms.ride.destination, terms.egress),
            party=_party(terms.party),
            promise=self.promise(date, booking.promise),
            expected=self._expected(state, booking),
            vehicle_id=booking.vehicle_id,
            boarding_code=self.codes.of(booking_id),
            fare=Fare(terms.fare_won, self.fares.currency),
            connection=self.connection(state, booking),
            cancellation=_cancellation(booking),
            breaches=tuple(self._breach(date, breach) for breach in booking.breaches),
            booked_at=self.time.at(date, booking.booked_time),
            arrived_at=self.time.find_at(date, booking.arrived_time),
            boarded_at=self.time.find_at(date, booking.boarded_time),
            alighted_at=self.time.find_at(date, booking.alighted_time),
            ended_at=self.time.find_at(date, booking.ended_time),
            estimated=self.estimated,
        )

    def promise(self, date: str, promise: Promise) -> PromiseView:
        """What a rider was told."""
        return PromiseView(
            self.window(date, promise.pickup_earliest, promise.pickup_latest),
            self.time.at(date, promise.dropoff_latest),
        )

    def window(self, date: str, earliest: int, latest: int) -> Window:
        """A time window on a service day."""
        return Window(self.time.at(date, earliest), self.time.at(date, latest))

    def manifest(self, state: DayState, vehicle_id: str) -> ManifestView:
        """What a vehicle is still to do, as its driver sees it."""
        plan, date = state.plans[vehicle_id], state.service_date
        vehicle = plan.vehicle
        rows = zip(plan.visits, state.times[vehicle_id], strict=True)
        return ManifestView(
            vehicle_id=vehicle_id,
            service_date=date,
            version=state.version,
            duty=state.duties[vehicle_id],
            standing=plan.standing,
            on_board=_capacity(plan.load),
            layouts=tuple(map(_capacity, vehicle.configurations)),
            shift=self.window(date, vehicle.shift_from, vehicle.shift_until),
            visits=tuple(
                self._visit(state, plan, position, visit, time)
                for position, (visit, time) in enumerate(rows)
            ),
        )

    def plan(self, state: DayState) -> PlanView:
        """The plan of the whole fleet."""
        return PlanView(
            service_date=state.service_date,
            version=state.version,
            vehicles=tuple(self.manifest(state, vehicle_id) for vehicle_id in sorted(state.plans)),
            unmatched=tuple(
                sorted(
                    booking.booking_id
                    for booking in state.bookings.values()
                    if booking.vehicle_id is None and booking.state not in ENDED
                )
            ),
        )

    def _visit(
        self, state: DayState, plan: VehiclePlan, position: int, visit: Visit, time: VisitTime
    ) -> VisitView:
        date = state.service_date
        booking = state.bookings.get(visit.ride_id)
        return VisitView(
            visit_id=visit_id(visit, plan.vehicle.vehicle_id),
            kind=kind_of(visit),
            stop=self.stops.ref(visit.place),
            window=self.window(date, visit.earliest, visit.latest),
            arrives_at=self.time.at(date, time.arrive),
            starts_at=self.time.at(date, time.start),
            departs_at=self.time.at(date, time.depart),
            dwell_s=visit.dwell_s,
            under_way=position < plan.n_frozen,
            booking_id=booking.booking_id if booking else None,
            booking_state=booking.state if booking else None,
            party=_party(booking.terms.party) if booking else None,
            connection=self.connection(state, booking) if booking else None,
            locked=booking is not None and booking.status is DispatchStatus.LOCKED,
            channel=booking.channel if booking else None,
            **self._at_the_door(state, visit, booking),
        )

    def _at_the_door(
        self, state: DayState, visit: Visit, booking: Booking | None
    ) -> dict[str, Any]:
        """What a driver needs to know of a party that is to board."""
        is_pickup = booking is not None and visit.kind is VisitKind.PICKUP
        at, wait_s = partial(self.time.find_at, state.service_date), state.policy.wait_s
        here = booking if is_pickup and booking and booking.arrived_time is not None else None
        return {
            "contacted": booking is not None and booking.contacted_time is not None,
            "no_show_from": at(None if here is None else waits_until(here, wait_s)),
            "waits_until": at(None if here is None else leaves_from(here, wait_s)),
            "fare": self._fare_due(booking) if is_pickup and booking else None,
            "boarding_check": self.codes.check_of(visit.ride_id) if is_pickup else None,
        }

    def _fare_due(self, booking: Booking) -> FareDue:
        # A fare that was agreed by an earlier table is due as it was agreed.
        lines = tuple(FareLine(*line) for line in fare_lines(self.fares, booking.terms.party))
        agreed = booking.terms.fare_won
        is_same = sum(line.riders * line.each for line in lines) == agreed
        return FareDue(agreed, self.fares.currency, lines if is_same else ())

    def incident(self, date: str, incident: Incident) -> IncidentView:
        """Something that a driver reported."""
        return IncidentView(
            incident.incident_id,
            incident.vehicle_id,
            incident.kind,
            self.time.at(date, incident.at_time),
            self.time.at(date, incident.known_time),
            self.time.find_at(date, incident.closed_time),
        )

    def _end(self, place: int, walk: Walk) -> EndView:
        return EndView(self.stops.ref(place), walk.seconds, walk.metres)

    def _expected(self, state: DayState, booking: Booking) -> ExpectedView | None:
        if booking.vehicle_id is None or booking.state in ENDED:
            return None
        visits = state.plans[booking.vehicle_id].visits
        times = state.times[booking.vehicle_id]
        pickup = find_pickup(visits, booking.booking_id)
        dropoff = find_dropoff(visits, booking.booking_id)
        if dropoff is None:
            return None
        date = state.service_date
        return ExpectedView(
            None if pickup is None else self.time.at(date, times[pickup].start),
            self.time.at(date, times[dropoff].arrive),
        )

    def connection(self, state: DayState, booking: Booking) -> ConnectionView | None:
        """The trip that a ride hangs on, and whether they meet by plan."""
        trip = booking.connection
        if trip is None:
            return None
        date = state.service_date
        return ConnectionView(
            trip.trip_id,
            trip.stop_id,
            self.time.at(date, trip.time),
            trip.feeds,
            self.time.at(date, trip.expected_time),
            connection_status(state, booking),
        )

    def _breach(self, date: str, breach: RideBreach) -> BreachView:
        known_at = self.time.at(date, breach.known_time)
        return BreachView(breach.rule, known_at, breach.late_s, breach.cause)


def _party(party: Party) -> PartyView:
    return PartyView(
        party.passengers, party.wheelchairs, party.seniors, party.children, party.residents
    )


def _capacity(load: Load) -> CapacityView:
    return CapacityView(load[0], load[1] if len(load) > 1 else 0)


def _cancellation(booking: Booking) -> CancellationView | None:
    ended = booking.cancellation
    return None if ended is None else CancellationView(ended.by, ended.reason, ended.fault)


def is_active(booking: Booking) -> bool:
    """Whether something is still to come of a booking."""
    return booking.state not in ENDED
