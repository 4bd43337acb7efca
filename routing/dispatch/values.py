"""The nouns of the service: party, promise, cancellation, breach, duty, closure, suspension."""

from dataclasses import dataclass
from enum import StrEnum

from routing.drt.model import Load


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels together; all others are counted among ``passengers``, too."""

    passengers: int = 1
    wheelchairs: int = 0
    seniors: int = 0
    children: int = 0
    residents: int = 0

    @property
    def load(self) -> Load:
        """Seats and wheelchair places taken; who sits in a wheelchair takes no seat."""
        return (self.passengers - self.wheelchairs, self.wheelchairs)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a rider was told, in service seconds; a re-plan never loosens it."""

    pickup_earliest: int
    pickup_latest: int
    dropoff_latest: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A way on foot between a rider's own place and a virtual stop."""

    seconds: int
    metres: int


@dataclass(frozen=True, slots=True)
class Connection:
    """The timetabled trip that a shuttle leg feeds or is fed by."""

    trip_id: str
    stop_id: str
    time: int  # service seconds, departure if the shuttle feeds it, else arrival; as agreed
    feeds: bool  # True: the shuttle brings the rider to the trip
    transfer_s: int = 0  # the walk between the two, and to a departure some time to spare
    reported_time: int | None = None  # service seconds, as last reported
    is_cancelled: bool = False  # the trip does not run, or does not call there

    @property
    def expected_time(self) -> int:
        """When the trip is expected to depart, or to arrive: service seconds."""
        return self.time if self.reported_time is None else self.reported_time

    @property
    def delay_s(self) -> int:
        """Seconds later than agreed; negative if earlier."""
        return self.expected_time - self.time


@dataclass(frozen=True, slots=True)
class Held:
    """A connection as it stands now, and the promise as it has moved with its trip."""

    connection: Connection
    promise: Promise


class Actor(StrEnum):
    """Who did it."""

    RIDER = "rider"
    REPRESENTATIVE = "representative"
    OPERATOR = "operator"
    DRIVER = "driver"
    SYSTEM = "system"


class Channel(StrEnum):
    """How a booking came in."""

    API = "api"
    WEB = "web"
    PHONE = "phone"
    WALK_UP = "walk_up"  # stood at the door
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Who ended a booking, why, and whose fault it was."""

    by: Actor
    reason: str  # a code of the operator's list, never free text about a person
    fault: Actor | None = None


class BreachRule(StrEnum):
    """Which limit could not be kept."""

    PICKUP_LATEST = "pickup_latest"
    DROPOFF_LATEST = "dropoff_latest"
    MAX_RIDE = "max_ride"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class RideBreach:
    """A promise that can no longer be kept: which, known since when, by how much, why."""

    rule: BreachRule
    known_time: int  # service seconds
    late_s: int  # beyond the original limit
    cause: str  # "running_late", "breakdown", "closure", "roster", "trip_late" ...


@dataclass(frozen=True, slots=True)
class Closure:
    """Roads that cannot be driven for a while: those that run through a polygon."""

    closure_id: str
    ring: tuple[tuple[float, float], ...]  # corners [lon, lat], degrees, three or more
    from_time: int  # service seconds
    until_time: int  # service seconds, open again from here on
    reason: str  # a code of the operator's list


@dataclass(frozen=True, slots=True)
class Suspension:
    """No pickups for a while, everywhere or from and to some places."""

    suspension_id: str
    places: tuple[int, ...]  # place indices; empty for everywhere
    from_time: int  # service seconds
    until_time: int  # service seconds, pickups again from here on
    reason: str  # a code of the operator's list
    zone_id: str | None = None  # the zone that the places are those of


@dataclass(frozen=True, slots=True)
class Driving:
    """Who drives a vehicle from when until when."""

    driver: str  # opaque subject of a driver, never a name
    from_time: int  # service seconds
    until_time: int  # service seconds


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a broadcast is for: everybody with a ride to come, or those of places or a vehicle."""

    zone_id: str | None = None
    places: tuple[int, ...] = ()  # of the zone; empty for everywhere
    vehicle_id: str | None = None


class DutyState(StrEnum):
    """Whether a vehicle can be given work."""

    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    BROKEN_DOWN = "broken_down"


class DispatchStatus(StrEnum):
    """The second axis of a booking: whether it is on a vehicle and may be moved."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    LOCKED = "locked"


class IncidentKind(StrEnum):
    """What a driver reports to the control room; `SOS` is a call for help at once."""

    SOS = "sos"
    ACCIDENT = "accident"
    MEDICAL = "medical"
    RIDER = "rider"
    VEHICLE = "vehicle"
    ROAD = "road"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened to a vehicle on its way; open until a dispatcher closes it."""

    incident_id: str
    vehicle_id: str
    kind: IncidentKind
    at_time: int  # service seconds, when it happened
    known_time: int
    by: str  # opaque subject of who reported it
    closed_time: int | None = None
