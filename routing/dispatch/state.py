"""The state of one service day, and `evolve`, which folds events into it.

Rule: ``state == fold(events)``. `evolve` copies facts and computes nothing that could come out
differently another day: it needs no clock, no travel times and no solver. States are
persistent values (`immutables.Map`): to keep the one before a commit costs nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from immutables import Map

from routing.dispatch import events as ev
from routing.dispatch.lifecycle import BookingState, next_state
from routing.dispatch.values import (
    Cancellation,
    Channel,
    Closure,
    Connection,
    DispatchStatus,
    Driving,
    DutyState,
    Held,
    Incident,
    Promise,
    RideBreach,
    Suspension,
)
from routing.drt.model import Ride, Vehicle, VehiclePlan, VisitTime
from routing.policy import ServicePolicy
from routing.types import NEVER


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking and all that has become of it; times are service seconds."""

    booking_id: str
    owner: str  # opaque subject of who booked
    channel: Channel
    state: BookingState
    terms: ev.RideTerms  # as last agreed with the rider
    booked_time: int
    ride: Ride  # the limits that the plan keeps now; those of the terms unless disrupted
    vehicle_id: str | None = None
    status: DispatchStatus = DispatchStatus.UNMATCHED
    lock_note: str = ""
    arrived_time: int | None = None
    boarded_time: int | None = None
    by_code: bool = False  # boarded with the booking's code
    alighted_time: int | None = None
    contacted_time: int | None = None
    ended_time: int | None = None
    cancellation: Cancellation | None = None
    breaches: tuple[RideBreach, ...] = ()
    held: Held | None = None  # what has become of the connection since it was agreed

    @property
    def promise(self) -> Promise:
        """The promise that counts: as first made, or as it moved with the trip it hangs on."""
        return self.terms.promise if self.held is None else self.held.promise

    @property
    def connection(self) -> Connection | None:
        """The trip that the ride hangs on, as last reported."""
        return self.terms.connection if self.held is None else self.held.connection


@dataclass(frozen=True, slots=True)
class DayState:
    """Everything known of one area on one service day, after ``version`` commits."""

    version: int = 0
    now: int = -int(NEVER)  # time of the last event; days ahead are booked at negative times
    service_date: str = ""  # "" until the day is opened
    policy: ServicePolicy = field(default_factory=ServicePolicy)
    bookings: Map[str, Booking] = Map()
    plans: Map[str, VehiclePlan] = Map()  # by vehicle id, the whole roster
    times: Map[str, tuple[VisitTime, ...]] = Map()  # by vehicle id, of plan.visits
    duties: Map[str, DutyState] = Map()
    changed: Map[str, int] = Map()  # by vehicle id, version that last changed its visits
    closures: Map[str, Closure] = Map()
    suspensions: Map[str, Suspension] = Map()
    drivers: Map[str, tuple[Driving, ...]] = Map()  # by vehicle id, who drives it when
    broadcasts: Map[str, int] = Map()  # by broadcast id, how many bookings it reached
    incidents: Map[str, Incident] = Map()
    acted: Map[str, int] = Map()  # by vehicle id, when it last arrived or rested, as told

    @property
    def is_open(self) -> bool:
        """Whether the log of the day has begun."""
        return bool(self.service_date)


def evolve(state: DayState, event: ev.Event) -> DayState:
    """``state`` after ``event``.

    Raises
    ------
    TransitionError
        If the event cannot happen to the booking that it names.
    """
    after = _FOLDS[type(event)](state, event)
    return after if after.now >= event.time else replace(after, now=event.time)


def commit(state: DayState, events: Iterable[ev.Event]) -> DayState:
    """``state`` one version on, with all ``events`` of that commit folded in."""
    after = reduce(evolve, events, state)
    return replace(after, version=state.version + 1)


def _open(state: DayState, event: ev.DayOpened) -> DayState:
    ids = [vehicle.vehicle_id for vehicle in event.vehicles]
    return replace(
        state,
        service_date=event.service_date,
        policy=event.policy,
        # Plans with visits come with their times, as PlanChanged.
        plans=Map((v.vehicle_id, _idle(v)) for v in event.vehicles),
        times=Map((vehicle_id, ()) for vehicle_id in ids),
        duties=Map((vehicle_id, DutyState.ON_DUTY) for vehicle_id in ids),
        changed=Map((vehicle_id, 0) for vehicle_id in ids),
    )


def _idle(vehicle: Vehicle) -> VehiclePlan:
    return replace(VehiclePlan.fresh(vehicle), visits=())


def _plan(state: DayState, event: ev.PlanChanged) -> DayState:
    vehicle_id = event.plan.vehicle.vehicle_id
    changed = state.changed
    if event.plan.visits != state.plans[vehicle_id].visits:
        changed = changed.set(vehicle_id, state.version + 1)
    return replace(
        state,
        plans=state.plans.set(vehicle_id, event.plan),
        times=state.times.set(vehicle_id, event.times),
        changed=changed,
    )


def _duty(state: DayState, event: ev.DutyChanged) -> DayState:
    return replace(state, duties=state.duties.set(event.vehicle_id, event.duty))


def _roster(state: DayState, event: ev.RosterChanged) -> DayState:
    plan = state.plans[event.vehicle_id]
    vehicle = replace(plan.vehicle, shift_from=event.shift_from, shift_until=event.shift_until)
    plan = replace(plan, vehicle=vehicle)
    return replace(
        state,
        plans=state.plans.set(event.vehicle_id, plan),
        drivers=state.drivers.set(event.vehicle_id, event.drivers),
    )


def _enter(booking_state: BookingState) -> Callable[[DayState, Any], DayState]:
    def fold(state: DayState, event: ev.RideBooked | ev.RideWaitlisted) -> DayState:
        booking = Booking(
            booking_id=event.booking_id,
            owner=event.owner,
            channel=event.channel,
            state=booking_state,
            terms=event.terms,
            booked_time=event.time,
            ride=event.terms.ride,
        )
        return _put(state, booking)

    return fold


def _put(state: DayState, booking: Booking) -> DayState:
    return replace(state, bookings=state.bookings.set(booking.booking_id, booking))


def _change(facts: Callable[[Booking, Any], dict[str, Any]]) -> Callable[[DayState, Any], DayState]:
    """A fold that moves the booking through the lifecycle and then records ``facts``."""

    def fold(state: DayState, event: Any) -> DayState:
        booking = state.bookings[event.booking_id]
        entered = next_state(booking.state, type(event).__name__)
        return _put(state, replace(booking, state=entered, **facts(booking, event)))

    return fold


def _note(facts: Callable[[Booking, Any], dict[str, Any]]) -> Callable[[DayState, Any], DayState]:
    """A fold that records ``facts`` and leaves the lifecycle alone."""

    def fold(state: DayState, event: Any) -> DayState:
        booking = state.bookings[event.booking_id]
        return _put(state, replace(booking, **facts(booking, event)))

    return fold


def _scheduled(booking: Booking, event: ev.RideScheduled) -> dict[str, Any]:
    facts: dict[str, Any] = {"vehicle_id": event.vehicle_id, "arrived_time": None}
    if booking.status is not DispatchStatus.LOCKED:
        facts["status"] = DispatchStatus.MATCHED
    if event.terms is not None:
        facts |= {"terms": event.terms, "ride": event.terms.ride, "held": None}
    return facts


def _breached(booking: Booking, event: ev.BreachRecorded) -> dict[str, Any]:
    """One breach a rule: known since the first time, as late as at the last."""
    known = {breach.rule: breach for breach in booking.breaches}
    first = known.get(event.breach.rule, event.breach)
    known[first.rule] = replace(event.breach, known_time=first.known_time)
    return {"breaches": tuple(known.values())}


def _ended(event: Any) -> dict[str, Any]:
    return {"ended_time": event.time, "status": DispatchStatus.UNMATCHED}


def _reduced(booking: Booking, event: ev.PartyReduced) -> dict[str, Any]:
    load = event.party.load
    terms = replace(
        booking.terms,
        ride=replace(booking.terms.ride, load=load),
        party=event.party,
        fare_won=event.fare_won,
    )
    return {"terms": terms, "ride": replace(booking.ride, load=load)}


def _act(state: DayState, event: ev.VehicleArrived | ev.BreakFinished) -> DayState:
    return replace(state, acted=state.acted.set(event.vehicle_id, event.at_time))


def _report(state: DayState, event: ev.IncidentReported) -> DayState:
    incident = Incident(
        event.incident_id, event.vehicle_id, event.kind, event.at_time, event.time, event.by
    )
    return replace(state, incidents=state.incidents.set(event.incident_id, incident))


def _close(state: DayState, event: ev.IncidentClosed) -> DayState:
    closed = replace(state.incidents[event.incident_id], closed_time=event.time)
    return replace(state, incidents=state.incidents.set(event.incident_id, closed))


_OFF_VEHICLE = {"vehicle_id": None, "status": DispatchStatus.UNMATCHED}

_FOLDS: dict[type, Callable[[DayState, Any], DayState]] = {
    ev.DayOpened: _open,
    ev.PlanChanged: _plan,
    ev.DutyChanged: _duty,
    ev.RoadsClosed: lambda state, event: replace(
        state, closures=state.closures.set(event.closure.closure_id, event.closure)
    ),
    ev.RoadsReopened: lambda state, event: replace(
        state, closures=state.closures.delete(event.closure_id)
    ),
    ev.ServiceSuspended: lambda state, event: replace(
        state, suspensions=state.suspensions.set(event.suspension.suspension_id, event.suspension)
    ),
    ev.ServiceResumed: lambda state, event: replace(
        state, suspensions=state.suspensions.delete(event.suspension_id)
    ),
    ev.RosterChanged: _roster,
    ev.PolicyChanged: lambda state, event: replace(state, policy=event.policy),
    ev.BroadcastSent: lambda state, event: replace(
        state, broadcasts=state.broadcasts.set(event.broadcast_id, len(event.booking_ids))
    ),
    ev.RideBooked: _enter(BookingState.BOOKED),
    ev.RideWaitlisted: _enter(BookingState.WAITLISTED),
    ev.WaitlistClosed: _change(lambda _, event: _ended(event)),
    ev.RideScheduled: _change(_scheduled),
    ev.RideUnscheduled: _change(lambda *_: _OFF_VEHICLE),
    ev.RideAmended: _change(
        lambda _, event: {
            "terms": event.terms,
            "ride": event.terms.ride,
            "vehicle_id": event.vehicle_id,
            "status": DispatchStatus.MATCHED,
            "breaches": (),
            "held": None,
        }
    ),
    ev.VehicleApproached: _change(lambda *_: {}),
    ev.VisitArrived: _change(lambda _, event: {"arrived_time": event.at_time}),
    ev.VehicleArrived: _act,
    ev.BreakFinished: _act,
    ev.RiderBoarded: _change(
        lambda _, event: {"boarded_time": event.at_time, "by_code": event.by_code}
    ),
    ev.RiderAlighted: _change(lambda _, event: {"alighted_time": event.at_time, **_ended(event)}),
    ev.RiderMissed: _change(lambda _, event: _ended(event)),
    ev.RideCancelled: _change(
        lambda _, event: {"cancellation": event.cancellation, **_ended(event)}
    ),
    ev.NoShowReversed: _change(lambda *_: {"ended_time": None, "status": DispatchStatus.MATCHED}),
    ev.CancellationReversed: _change(
        lambda *_: {"cancellation": None, "ended_time": None, **_OFF_VEHICLE}
    ),
    ev.RideDisrupted: _change(lambda *_: _OFF_VEHICLE),
    ev.RideRerouted: _note(lambda _, event: {"ride": event.ride}),
    ev.PartyReduced: _note(_reduced),
    ev.IncidentReported: _report,
    ev.IncidentClosed: _close,
    ev.ContactAttempted: _note(
        lambda _, event: {"contacted_time": event.time if event.at_time is None else event.at_time}
    ),
    ev.BreachRecorded: _note(_breached),
    ev.ConnectionMoved: _note(lambda _, event: {"held": event.held, "ride": event.ride}),
    ev.AssignmentLocked: _note(
        lambda _, event: {"status": DispatchStatus.LOCKED, "lock_note": event.note}
    ),
    ev.AssignmentUnlocked: _note(
        lambda _, event: {"status": DispatchStatus.MATCHED, "lock_note": ""}
    ),
}
