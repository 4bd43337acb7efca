"""Wishes. Each goes through `decide`, the one door; all times are service seconds.

A command names one service day by the state that it is given to; the loop keeps one state a day.
"""

from dataclasses import dataclass, field

from routing.dispatch.values import (
    Actor,
    Audience,
    Cancellation,
    Channel,
    Closure,
    Connection,
    Driving,
    IncidentKind,
    Party,
    Promise,
    Suspension,
    Walk,
)
from routing.drt.model import Vehicle, VisitKind
from routing.policy import ServicePolicy


@dataclass(frozen=True, slots=True)
class OpenDay:
    """Start the log of a service day with its rules and its roster."""

    service_date: str  # YYYY-MM-DD
    policy: ServicePolicy
    vehicles: tuple[Vehicle, ...]


@dataclass(frozen=True, slots=True)
class StopChoice:
    """A virtual stop that a rider can reach, or can be left at, and the walk that it takes."""

    place: int
    walk: Walk = Walk(0, 0)


@dataclass(frozen=True, slots=True)
class RideRequest:
    """A wish to travel. One of ``depart_from`` and ``arrive_by`` is set, or both are.

    ``depart_from``: the rider leaves their own place no earlier. ``arrive_by``: they want to be
    at their own destination by then. With both, as a leg between two others has, the ride is as
    early as it can be.
    """

    origins: tuple[StopChoice, ...]
    destinations: tuple[StopChoice, ...]
    party: Party = Party()
    depart_from: int | None = None
    arrive_by: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A shuttle ride that was feasible when it was made; holds no seat."""

    origin: StopChoice
    destination: StopChoice
    party: Party
    promise: Promise
    direct_s: int
    max_ride_s: int
    planned_pickup: int
    planned_dropoff: int
    valid_until: int
    connection: Connection | None = None

    @property
    def dep_time(self) -> int:
        """When the rider has to leave their own place, service seconds."""
        return self.planned_pickup - self.origin.walk.seconds

    @property
    def arr_time(self) -> int:
        """When the rider is expected at their own destination, service seconds."""
        return self.planned_dropoff + self.destination.walk.seconds

    @property
    def walk_s(self) -> int:
        """Seconds on foot to the shuttle and from it."""
        return self.origin.walk.seconds + self.destination.walk.seconds


@dataclass(frozen=True, slots=True)
class ConfirmOffer:
    """Book an offer, inside its promise. ``owner`` is an opaque subject, never a name or phone."""

    booking_id: str
    offer: Offer
    owner: str
    channel: Channel = Channel.API
    fare_won: int = 0


@dataclass(frozen=True, slots=True)
class BookRide:
    """Request and accept the best offer in one step, or join the waiting list for it."""

    booking_id: str
    request: RideRequest
    owner: str
    channel: Channel = Channel.API
    fare_won: int = 0
    waitlist: bool = False


@dataclass(frozen=True, slots=True)
class AmendRide:
    """Replace the ride of a booking by ``offer``, keeping its id; all or nothing."""

    booking_id: str
    offer: Offer
    fare_won: int = 0


@dataclass(frozen=True, slots=True)
class CancelRide:
    """End a booking before boarding."""

    booking_id: str
    cancellation: Cancellation


@dataclass(frozen=True, slots=True)
class ArriveVisit:
    """The vehicle stands at its next visit (and at all that follow at the same place)."""

    vehicle_id: str
    visit_id: str
    at_time: int | None = None  # driver's clock, not later than now


@dataclass(frozen=True, slots=True)
class BoardRider:
    """The party of a pickup visit is on board, or those of it that came.

    ``party``, with what they pay, names who came where that is not everybody who was booked.
    """

    vehicle_id: str
    visit_id: str
    at_time: int | None = None
    by_code: bool = False  # they said the booking's code
    party: Party | None = None
    fare_won: int = 0


@dataclass(frozen=True, slots=True)
class AlightRider:
    """The party of a drop-off visit has left the vehicle."""

    vehicle_id: str
    visit_id: str
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class FinishBreak:
    """The break visit is over."""

    vehicle_id: str
    visit_id: str
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class MissRider:
    """Record a no-show; guarded by time, place and a contact attempt."""

    vehicle_id: str
    visit_id: str
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class RecordContact:
    """A push, message or call to the rider was attempted."""

    booking_id: str
    by: Actor
    means: str  # "push", "message", "call"
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class WalkUp:
    """Take somebody along who stands at the door without a booking: book and board in one step."""

    booking_id: str
    vehicle_id: str
    destination: StopChoice
    party: Party
    owner: str
    fare_won: int = 0
    at_time: int | None = None
    channel: Channel = Channel.WALK_UP


@dataclass(frozen=True, slots=True)
class ReportIncident:
    """Something happened on the way; a repeat of the same id changes nothing."""

    incident_id: str
    vehicle_id: str
    kind: IncidentKind
    by: str
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class CloseIncident:
    """A dispatcher has dealt with an incident."""

    incident_id: str
    by: str


@dataclass(frozen=True, slots=True)
class ReportArrival:
    """A better estimate of when the vehicle reaches its next visit, from its position."""

    vehicle_id: str
    expected_time: int


@dataclass(frozen=True, slots=True)
class ReportTrip:
    """A timetabled trip is expected at a stop at another time; rides that hang on it follow.

    ``expected_time`` is its departure for those who are brought there, its arrival for those who
    come with it; None if it does not run or does not call there.
    """

    trip_id: str
    stop_id: str
    expected_time: int | None
    source: str = "realtime"  # "realtime", "dispatcher", "driver"


@dataclass(frozen=True, slots=True)
class LockAssignment:
    """Keep a booking on its vehicle through re-plans."""

    booking_id: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class UnlockAssignment:
    """Let re-plans move a booking again."""

    booking_id: str
    by: str


@dataclass(frozen=True, slots=True)
class MoveRide:
    """Put a booking on another vehicle, within its promise."""

    booking_id: str
    vehicle_id: str
    by: str


@dataclass(frozen=True, slots=True)
class ReverseNoShow:
    """Undo a no-show, by a dispatcher."""

    booking_id: str
    by: str


@dataclass(frozen=True, slots=True)
class ReverseCancellation:
    """Undo a cancellation, by a dispatcher."""

    booking_id: str
    by: str


@dataclass(frozen=True, slots=True)
class WithdrawVehicle:
    """Take a vehicle out of service; its riders are given to others.

    ``broken_down``: riders on board get a new pickup at ``place``, where the vehicle stands.
    """

    vehicle_id: str
    place: int
    broken_down: bool
    by: str


@dataclass(frozen=True, slots=True)
class ReturnVehicle:
    """Put a vehicle back on duty, from ``place``."""

    vehicle_id: str
    place: int
    by: str


@dataclass(frozen=True, slots=True)
class CloseRoads:
    """Close roads for a while; decided with the travel times that hold with them closed."""

    closure: Closure
    by: str


@dataclass(frozen=True, slots=True)
class ReopenRoads:
    """Lift a closure; decided with the travel times that hold without it."""

    closure_id: str
    by: str


@dataclass(frozen=True, slots=True)
class SuspendService:
    """Pick nobody up for a while; who was to be is told, and free to book anew."""

    suspension: Suspension
    by: str


@dataclass(frozen=True, slots=True)
class ResumeService:
    """Lift a suspension; what it cancelled can be undone one by one."""

    suspension_id: str
    by: str


@dataclass(frozen=True, slots=True)
class SetRoster:
    """When a vehicle is on duty on this day, and who drives it when."""

    vehicle_id: str
    shift_from: int
    shift_until: int
    drivers: tuple[Driving, ...]
    by: str


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """Replace the operator's rules from now on; what was promised stays promised."""

    policy: ServicePolicy
    by: str


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Tell all riders of an audience something; the words name no person."""

    broadcast_id: str
    audience: Audience
    text_ko: str
    text_en: str
    by: str


@dataclass(frozen=True, slots=True)
class ProposedPlan:
    """New order of visits of one vehicle, as (kind, booking id)."""

    vehicle_id: str
    visits: tuple[tuple[VisitKind, str], ...]


@dataclass(frozen=True, slots=True)
class ProposePlan:
    """A better plan, found on the state at ``base_version``; dropped where vehicles moved on."""

    base_version: int
    plans: tuple[ProposedPlan, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class RescueRide:
    """Book an offer that fits nowhere as it is, by a plan that makes room for it.

    The visits of the booking stand in ``proposal``; those of everybody else are all kept.
    """

    confirm: ConfirmOffer
    proposal: ProposePlan


@dataclass(frozen=True, slots=True)
class RelocateVehicle:
    """Let an idle vehicle wait at ``place``, where people are expected to call."""

    vehicle_id: str
    place: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed: departures, approaches, late vehicles, waiting list."""


Command = (
    OpenDay
    | ConfirmOffer
    | BookRide
    | AmendRide
    | CancelRide
    | ArriveVisit
    | BoardRider
    | AlightRider
    | FinishBreak
    | MissRider
    | RecordContact
    | WalkUp
    | ReportIncident
    | CloseIncident
    | ReportArrival
    | ReportTrip
    | LockAssignment
    | UnlockAssignment
    | MoveRide
    | ReverseNoShow
    | ReverseCancellation
    | WithdrawVehicle
    | ReturnVehicle
    | CloseRoads
    | ReopenRoads
    | SuspendService
    | ResumeService
    | SetRoster
    | ChangePolicy
    | Broadcast
    | ProposePlan
    | RescueRide
    | RelocateVehicle
    | Tick
)
