"""The operator's rules, as data that a day's log records and every kernel is handed."""

from dataclasses import dataclass, field, fields
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CostWeights:
    """What a second of each kind costs, in driving seconds; the solver minimises their sum.

    Attributes
    ----------
    drive
        One second of driving by one vehicle.
    wait
        One second that one passenger waits after the earliest pickup of the request.
    ride
        One second that one passenger rides beyond the direct travel time.
    """

    drive: float = 1.0
    wait: float = 0.2
    ride: float = 0.1


class RiderClass(StrEnum):
    """Riders whom a service floor can protect; one of a party is enough."""

    RESIDENT = "resident"
    SENIOR = "senior"
    WHEELCHAIR = "wheelchair"


@dataclass(frozen=True, slots=True)
class ServiceFloor:
    """Vehicles that a peak of other riders cannot take.

    It holds back vehicles, not seats: on a shuttle it is minutes that run out.

    Attributes
    ----------
    classes
        Riders for whom the vehicles are kept.
    n_vehicles
        How many of those on duty.
    from_time, until_time
        Of pickups, service seconds; the end is not included.
    release_s
        So long before the latest pickup, what none of them has asked for is open to everybody.
        Above the longest wait it never holds back from who asks for now.
    """

    classes: tuple[RiderClass, ...]
    n_vehicles: int = 1
    from_time: int = 0
    until_time: int = 36 * 3600
    release_s: int = 5 * 60

    def __post_init__(self) -> None:
        if not self.classes:
            raise ValueError("policy.floors.classes is empty: name who is protected")
        if min(self.n_vehicles, self.release_s) < 0:
            raise ValueError("policy.floors has a negative number")
        if self.from_time >= self.until_time:
            raise ValueError("policy.floors.from_time is not before policy.floors.until_time")


@dataclass(frozen=True, slots=True)
class ServicePolicy:
    """The operator's rules; Sokcho's values are the defaults. Durations in s, lengths in m."""

    service_from: int = 7 * 3600  # service seconds, first pickup
    service_until: int = 21 * 3600  # service seconds, last drop-off
    max_wait_s: int = 15 * 60  # width of the promised pickup window
    max_ride_factor: float = 1.5  # ride time <= factor x direct + extra
    max_ride_extra_s: int = 5 * 60
    dwell_s: int = 30
    wheelchair_dwell_s: int = 60  # on top of dwell_s
    wait_s: int = 3 * 60  # a vehicle waits this long for a missing rider
    walk_m: int = 400
    senior_walk_m: int = 150
    walk_speed_m_per_s: float = 1.1
    prebook_days: int = 7
    min_notice_s: int = 0  # between asking and the earliest pickup
    offer_valid_s: int = 120
    max_party: int = 8
    no_earlier_within_s: int = 7 * 60  # nearer to pickup than this, never earlier
    no_later_within_s: int = 2 * 60  # nearer to pickup than this, never later
    approach_s: int = 5 * 60  # a booking is "approaching" when its vehicle is this near
    early_arrival_s: int = 60  # a vehicle leaves for a visit so as to be there this early
    promise_before_s: int = 2 * 60  # promised pickup window around the planned pickup
    promise_after_s: int = 8 * 60
    promise_dropoff_s: int = 5 * 60  # slack of the promised arrival
    alternative_within_s: int = 2 * 60 * 60  # how far a refusal looks for a time that works
    notice_s: int = 60  # a rider is told when an estimate moves by this much
    reversal_within_s: int = 60 * 60
    weights: CostWeights = field(default_factory=CostWeights)
    floors: tuple[ServiceFloor, ...] = ()

    def max_ride_s(self, direct_s: int) -> int:
        """Longest time on board of a rider whose direct travel time is ``direct_s``."""
        return int(self.max_ride_factor * direct_s) + self.max_ride_extra_s

    def boarding_s(self, wheelchairs: int) -> int:
        """Dwell of one pickup or drop-off, with ``wheelchairs`` among the party."""
        return self.dwell_s + self.wheelchair_dwell_s * wheelchairs

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int | float) and value < 0:
                raise ValueError(f"policy.{item.name} is negative")
        if self.walk_speed_m_per_s == 0:
            raise ValueError("policy.walk_speed_m_per_s is not above 0")
        if min(self.weights.drive, self.weights.wait, self.weights.ride) < 0:
            raise ValueError("policy.weights has a negative weight")
        if self.service_from >= self.service_until:
            raise ValueError("policy.service_from is not before policy.service_until")
        if self.max_ride_factor < 1:
            raise ValueError("policy.max_ride_factor is below 1")
