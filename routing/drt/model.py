"""What the shuttle kernels plan with: vehicles, visits and the plan of a vehicle.

Rule: a `VehiclePlan` is complete. Where the vehicle is free to go from, since when, what it
carries and what it is to do stand in it, so that a schedule follows from the plan and the
travel times alone. All values are immutable; a changed plan is a new one.

Places are indices of the travel-time matrix. A load is one number per capacity dimension,
for the service (seats, wheelchair places).
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any

from routing.types import NEVER

Load = tuple[int, ...]


class VisitKind(IntEnum):
    """What happens at a visit."""

    PICKUP = 0
    DROPOFF = 1
    BREAK = 2


@dataclass(frozen=True, slots=True)
class Ride:
    """A ride as the solver sees it: where, within which limits, how many.

    The ride time is the arrival at the drop-off minus the end of boarding, waits with the
    rider aboard included.
    """

    ride_id: str
    origin: int  # place index
    destination: int  # place index
    earliest_pickup: int  # service seconds, boarding starts no earlier
    latest_pickup: int  # service seconds, boarding starts no later
    latest_dropoff: int  # service seconds, arrival no later
    max_ride_s: int
    load: Load
    pickup_dwell_s: int
    dropoff_dwell_s: int

    def visits(self) -> "tuple[Visit, Visit]":
        """The pickup and the drop-off of this ride."""
        pickup = Visit(
            VisitKind.PICKUP,
            self.ride_id,
            self.origin,
            self.earliest_pickup,
            self.latest_pickup,
            self.pickup_dwell_s,
            self.load,
        )
        dropoff = Visit(
            VisitKind.DROPOFF,
            self.ride_id,
            self.destination,
            0,
            self.latest_dropoff,
            self.dropoff_dwell_s,
            tuple(-amount for amount in self.load),
            self.max_ride_s,
        )
        return pickup, dropoff


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned call of a vehicle at a place.

    Service starts within [``earliest``, ``latest``]. A recorded breach loosens
    ``latest`` or ``max_ride_s`` to what going straight on reaches; nothing else does.
    """

    kind: VisitKind
    ride_id: str  # "" for a break
    place: int
    earliest: int  # service seconds
    latest: int  # service seconds
    dwell_s: int
    load: Load  # change of what is on board
    max_ride_s: int = int(NEVER)  # drop-off only; counts while the pickup stands in the plan


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of ``duration_s`` at ``place``, begun within [earliest, latest], nobody aboard."""

    place: int
    earliest: int
    latest: int
    duration_s: int

    def visit(self, n_dimensions: int) -> Visit:
        """The break as a visit."""
        return Visit(
            VisitKind.BREAK,
            "",
            self.place,
            self.earliest,
            self.latest,
            self.duration_s,
            (0,) * n_dimensions,
        )


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A shuttle on duty for one service day.

    ``configurations`` are the loads that its layouts can carry, e.g. ``((14, 0), (10, 1))``:
    what is on board must fit into one of them at any moment.
    """

    vehicle_id: str
    start_place: int
    end_place: int
    shift_from: int  # service seconds, leaves start_place no earlier
    shift_until: int  # service seconds, at end_place no later
    configurations: tuple[Load, ...]
    breaks: tuple[Break, ...] = ()
    max_route_s: int = int(NEVER)  # from leaving start_place to end_place

    @property
    def n_dimensions(self) -> int:
        """How many kinds of place the vehicle offers."""
        return len(self.configurations[0])


@dataclass(frozen=True, slots=True)
class VehiclePlan:
    """What one vehicle is still to do, and from where.

    The first ``n_frozen`` visits are under way: nothing may be put before or between them and
    they may not be moved. ``first_arrival`` is a lower bound of the arrival at the first visit,
    for a vehicle that is late on its way or stands at the visit already.
    """

    vehicle: Vehicle
    place: int  # where it was last free to go
    ready_time: int  # service seconds since when it is free to go from there
    load: Load  # on board now
    visits: tuple[Visit, ...] = ()
    n_frozen: int = 0
    first_arrival: int = 0
    route_start: int = int(NEVER)  # when it left start_place; NEVER while it has not
    standing: bool = False  # stands at its first visit, as its driver said; kernels do not care

    @classmethod
    def fresh(cls, vehicle: Vehicle) -> "VehiclePlan":
        """The plan of ``vehicle`` at the start of its shift: its breaks and nothing else."""
        n = vehicle.n_dimensions
        breaks = tuple(rest.visit(n) for rest in sorted(vehicle.breaks, key=lambda b: b.earliest))
        return cls(vehicle, vehicle.start_place, vehicle.shift_from, (0,) * n, breaks)


@dataclass(frozen=True, slots=True)
class VisitTime:
    """When a visit is to happen, in service seconds."""

    arrive: int
    start: int  # service starts, max(arrive, earliest)
    depart: int  # start + dwell_s


@dataclass(frozen=True)
class Insertion:
    """Where a ride fits best, and what it adds to the cost.

    The new plan and its times are made when they are asked for: of many insertions that are
    compared, few are carried out.
    """

    vehicle_id: str
    pickup_position: int  # index of the pickup in plan.visits
    dropoff_position: int  # index of the drop-off in plan.visits
    cost: float  # weighted seconds added, see CostWeights
    ride: Ride
    before: VehiclePlan  # the plan that the ride was put into, as at the moment of asking
    visit_seconds: Any = field(repr=False, compare=False)  # int32 (n, 3), as in VisitTime

    @cached_property
    def plan(self) -> VehiclePlan:
        """The new plan of the vehicle."""
        pickup, dropoff = self.ride.visits()
        visits = list(self.before.visits)
        visits.insert(self.pickup_position, pickup)
        visits.insert(self.dropoff_position, dropoff)
        return replace(self.before, visits=tuple(visits))

    @cached_property
    def times(self) -> tuple[VisitTime, ...]:
        """When the visits of the new plan happen."""
        return tuple(VisitTime(*row) for row in self.visit_seconds.tolist())

    @property
    def pickup_time(self) -> VisitTime:
        """When the ride is picked up."""
        return VisitTime(*self.visit_seconds[self.pickup_position].tolist())

    @property
    def dropoff_time(self) -> VisitTime:
        """When the ride is dropped off."""
        return VisitTime(*self.visit_seconds[self.dropoff_position].tolist())
