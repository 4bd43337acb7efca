"""Facts. The log is a list of these and nothing else; a state is their fold.

Every event carries ``time``, the service seconds at which it was decided. Events hold no name,
no phone number and no exact place of a person. A change of shape is a new event type, and the
old one stays readable.
"""

from dataclasses import dataclass

from routing.dispatch.values import (
    Actor,
    Audience,
    Cancellation,
    Channel,
    Closure,
    Connection,
    Driving,
    DutyState,
    Held,
    IncidentKind,
    Party,
    Promise,
    RideBreach,
    Suspension,
    Walk,
)
from routing.drt.model import Ride, Vehicle, VehiclePlan, VisitTime
from routing.policy import ServicePolicy


@dataclass(frozen=True, slots=True)
class DayOpened:
    """The log of a service day begins."""

    time: int
    service_date: str
    policy: ServicePolicy
    vehicles: tuple[Vehicle, ...]


@dataclass(frozen=True, slots=True)
class RideTerms:
    """What was agreed: the ride and its limits, the party, the walks, the fare."""

    ride: Ride
    party: Party
    promise: Promise
    access: Walk
    egress: Walk
    direct_s: int
    fare_won: int
    connection: Connection | None = None


@dataclass(frozen=True, slots=True)
class RideBooked:
    """A promise was made. `RideScheduled` follows in the same commit, unless waitlisted."""

    time: int
    booking_id: str
    owner: str
    channel: Channel
    terms: RideTerms


@dataclass(frozen=True, slots=True)
class RideWaitlisted:
    """The rider waits for room; nothing is promised yet."""

    time: int
    booking_id: str
    owner: str
    channel: Channel
    terms: RideTerms


@dataclass(frozen=True, slots=True)
class WaitlistClosed:
    """No room was found in time."""

    time: int
    booking_id: str


@dataclass(frozen=True, slots=True)
class RideScheduled:
    """A booking is on a vehicle; ``terms`` are new where a waitlisted rider got a promise."""

    time: int
    booking_id: str
    vehicle_id: str
    terms: RideTerms | None = None


@dataclass(frozen=True, slots=True)
class RideUnscheduled:
    """A booking is on no vehicle at the moment; its promise stands."""

    time: int
    booking_id: str


@dataclass(frozen=True, slots=True)
class RideAmended:
    """The rider agreed to other terms; they replace the promise."""

    time: int
    booking_id: str
    vehicle_id: str
    terms: RideTerms


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """The plan of one vehicle, whole, with the times it is expected to keep."""

    time: int
    plan: VehiclePlan
    times: tuple[VisitTime, ...]


@dataclass(frozen=True, slots=True)
class VehicleApproached:
    """The vehicle is near the pickup; the rider is told."""

    time: int
    booking_id: str


@dataclass(frozen=True, slots=True)
class VisitArrived:
    """The vehicle stands at the pickup of this booking since ``at_time``."""

    time: int
    booking_id: str
    at_time: int


@dataclass(frozen=True, slots=True)
class VehicleArrived:
    """The vehicle stands at its next visit since ``at_time``, whatever is to happen there."""

    time: int
    vehicle_id: str
    at_time: int


@dataclass(frozen=True, slots=True)
class BreakFinished:
    """The driver has rested and is back since ``at_time``."""

    time: int
    vehicle_id: str
    at_time: int


@dataclass(frozen=True, slots=True)
class RiderBoarded:
    """The party is on board since ``at_time``."""

    time: int
    booking_id: str
    at_time: int
    by_code: bool = False  # they said the booking's code


@dataclass(frozen=True, slots=True)
class PartyReduced:
    """Fewer came than were booked; from now on the ride is theirs."""

    time: int
    booking_id: str
    party: Party
    fare_won: int


@dataclass(frozen=True, slots=True)
class RiderAlighted:
    """The party left the vehicle at ``at_time``."""

    time: int
    booking_id: str
    at_time: int


@dataclass(frozen=True, slots=True)
class RiderMissed:
    """Nobody came; the guards of a no-show were met."""

    time: int
    booking_id: str


@dataclass(frozen=True, slots=True)
class ContactAttempted:
    """The rider was called, messaged or pushed; at ``time``, if nothing else is said."""

    time: int
    booking_id: str
    by: Actor
    means: str
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class RideCancelled:
    """The booking ended before boarding. ``vehicle_id`` is what it was on, for a reversal."""

    time: int
    booking_id: str
    cancellation: Cancellation


@dataclass(frozen=True, slots=True)
class NoShowReversed:
    """A dispatcher undid a no-show: the rider stands at the vehicle."""

    time: int
    booking_id: str
    by: str


@dataclass(frozen=True, slots=True)
class CancellationReversed:
    """A dispatcher undid a cancellation."""

    time: int
    booking_id: str
    by: str


@dataclass(frozen=True, slots=True)
class RideDisrupted:
    """The vehicle of this booking failed; ``was_on_board`` with the rider in it."""

    time: int
    booking_id: str
    was_on_board: bool
    cause: str


@dataclass(frozen=True, slots=True)
class RideRerouted:
    """The limits of a disrupted ride for its new vehicle; the promise for the record stays."""

    time: int
    booking_id: str
    ride: Ride


@dataclass(frozen=True, slots=True)
class BreachRecorded:
    """A promise can no longer be kept, and the rider is told so."""

    time: int
    booking_id: str
    breach: RideBreach


@dataclass(frozen=True, slots=True)
class ConnectionMoved:
    """The trip that a ride hangs on was reported at another time, or not to run.

    ``held.promise`` and ``ride`` are what holds from now on: moved with the trip where the plan
    could follow, else as they were, and then `BreachRecorded` says what is at risk.
    """

    time: int
    booking_id: str
    held: Held
    ride: Ride
    source: str  # "realtime", "dispatcher", "driver"


@dataclass(frozen=True, slots=True)
class AssignmentLocked:
    """A dispatcher keeps a booking on its vehicle."""

    time: int
    booking_id: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class AssignmentUnlocked:
    """A dispatcher lets re-plans move a booking again."""

    time: int
    booking_id: str
    by: str


@dataclass(frozen=True, slots=True)
class DutyChanged:
    """A vehicle came on duty, went off duty or broke down."""

    time: int
    vehicle_id: str
    duty: DutyState
    by: str


@dataclass(frozen=True, slots=True)
class RoadsClosed:
    """Roads are closed for a while; the travel times of the day follow from all closures."""

    time: int
    closure: Closure
    by: str


@dataclass(frozen=True, slots=True)
class RoadsReopened:
    """A closure was lifted."""

    time: int
    closure_id: str
    by: str


@dataclass(frozen=True, slots=True)
class ServiceSuspended:
    """Nobody is picked up for a while, everywhere or in a zone."""

    time: int
    suspension: Suspension
    by: str


@dataclass(frozen=True, slots=True)
class ServiceResumed:
    """A suspension was lifted."""

    time: int
    suspension_id: str
    by: str


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """A vehicle has another shift, or other drivers."""

    time: int
    vehicle_id: str
    shift_from: int
    shift_until: int
    drivers: tuple[Driving, ...]
    by: str


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """Other rules hold from now on."""

    time: int
    policy: ServicePolicy
    by: str


@dataclass(frozen=True, slots=True)
class BroadcastSent:
    """These bookings' riders were told something."""

    time: int
    broadcast_id: str
    audience: Audience
    booking_ids: tuple[str, ...]
    text_ko: str
    text_en: str
    by: str


@dataclass(frozen=True, slots=True)
class IncidentReported:
    """A driver reported something that happened at ``at_time``."""

    time: int
    incident_id: str
    vehicle_id: str
    kind: IncidentKind
    by: str
    at_time: int


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    """A dispatcher has dealt with it."""

    time: int
    incident_id: str
    by: str


BookingEvent = (
    RideBooked
    | RideWaitlisted
    | WaitlistClosed
    | RideScheduled
    | RideUnscheduled
    | RideAmended
    | VehicleApproached
    | VisitArrived
    | RiderBoarded
    | PartyReduced
    | RiderAlighted
    | RiderMissed
    | ContactAttempted
    | RideCancelled
    | NoShowReversed
    | CancellationReversed
    | RideDisrupted
    | RideRerouted
    | BreachRecorded
    | ConnectionMoved
    | AssignmentLocked
    | AssignmentUnlocked
)
Event = (
    DayOpened
    | PlanChanged
    | DutyChanged
    | BookingEvent
    | RoadsClosed
    | RoadsReopened
    | ServiceSuspended
    | ServiceResumed
    | RosterChanged
    | PolicyChanged
    | BroadcastSent
    | VehicleArrived
    | BreakFinished
    | IncidentReported
    | IncidentClosed
)
