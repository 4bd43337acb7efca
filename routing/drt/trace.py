"""Slow, plain audit of a day as it was driven: what riders were agreed against what happened.

Rule: only facts count here, no plan. A breach that is on record is still a violation of what was
agreed; whoever asks compares the two lists.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from routing.drt.model import Load, Ride, Vehicle, VisitKind
from routing.road.travel import TravelTimes, get_travel_s


class TraceRule(StrEnum):
    """What a driven day can break."""

    UNKNOWN = "unknown"
    WRONG_PLACE = "wrong_place"
    TOO_FAST = "too_fast"
    DWELL = "dwell"
    PICKUP_LATEST = "pickup_latest"
    LEFT_EARLY = "left_early"
    DROPOFF_LATEST = "dropoff_latest"
    MAX_RIDE = "max_ride"
    CAPACITY = "capacity"
    RIDE_ORDER = "ride_order"
    NOT_SERVED = "not_served"
    SHIFT = "shift"
    MAX_ROUTE = "max_route"


class Call(Protocol):
    """One visit as it happened; times are service seconds."""

    @property
    def vehicle_id(self) -> str:
        """Which vehicle made it."""
        ...

    @property
    def ride_id(self) -> str:
        """Whose visit it was."""
        ...

    @property
    def kind(self) -> VisitKind:
        """What happened."""
        ...

    @property
    def place(self) -> int:
        """Index of the place."""
        ...

    @property
    def arrive(self) -> int:
        """When the vehicle was there for this visit."""
        ...

    @property
    def depart(self) -> int:
        """When this visit was over."""
        ...


@dataclass(frozen=True, slots=True)
class TraceViolation:
    """One thing that happened and must not."""

    vehicle_id: str  # "" where no vehicle came
    rule: TraceRule
    ride_id: str
    detail: str


_Broken = tuple[TraceRule, str, str]


def check_trace(
    calls: Iterable[Call],
    rides: Mapping[str, Ride],
    vehicles: Iterable[Vehicle],
    travel: TravelTimes | None,
    *,
    no_shows: Collection[str] = (),
    wait_s: int = 0,
) -> list[TraceViolation]:
    """Everything that a driven day broke.

    Parameters
    ----------
    calls
        The pickups and drop-offs as they happened, in any order. Those at one place follow
        one another. A rider who did not come has a pickup and no drop-off. Breaks may be left out.
    rides
        What was agreed with each rider who was accepted and did not cancel, by ride id.
    vehicles
        All that were on duty.
    travel
        Travel times that nobody can beat; None if drivers drove in real traffic.
    no_shows
        Ids of rides whose riders did not come.
    wait_s
        How long a vehicle waits for a missing rider, seconds after its arrival.

    Returns
    -------
    list of TraceViolation
        Empty if every rider got what was agreed.
    """
    fleet = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
    by_vehicle: dict[str, list[Call]] = {vehicle_id: [] for vehicle_id in fleet}
    found = []
    for call in calls:
        if call.vehicle_id not in fleet or (call.ride_id and call.ride_id not in rides):
            detail = "was not agreed with this vehicle on duty"
            found.append(TraceViolation(call.vehicle_id, TraceRule.UNKNOWN, call.ride_id, detail))
        else:
            by_vehicle[call.vehicle_id].append(call)
    for vehicle_id, made in by_vehicle.items():
        made.sort(key=lambda call: (call.arrive, call.depart))
        broken = [
            *_check_driving(made, fleet[vehicle_id], travel),
            *_check_visits(made, rides, no_shows, wait_s),
            *_check_loads(made, rides, fleet[vehicle_id], no_shows),
            *_check_rides(made, rides),
        ]
        found += [TraceViolation(vehicle_id, *item) for item in broken]
    return [*found, *_check_served(by_vehicle, rides, no_shows)]


def _check_driving(
    calls: list[Call], vehicle: Vehicle, travel: TravelTimes | None
) -> Iterator[_Broken]:
    if not calls:
        return
    free, place = vehicle.shift_from, vehicle.start_place
    for call in calls:
        if travel is not None:
            soonest = free + get_travel_s(travel, place, call.place, free)
            if call.arrive < soonest:
                yield (
                    TraceRule.TOO_FAST,
                    call.ride_id,
                    f"there at {call.arrive}, not before {soonest}",
                )
        free, place = call.depart, call.place
    home = free if travel is None else free + get_travel_s(travel, place, vehicle.end_place, free)
    if home > vehicle.shift_until:
        yield TraceRule.SHIFT, "", f"back at {home}, shift until {vehicle.shift_until}"
    if home - calls[0].arrive > vehicle.max_route_s:
        yield TraceRule.MAX_ROUTE, "", f"{home - calls[0].arrive} s since the first visit"


def _check_visits(
    calls: list[Call], rides: Mapping[str, Ride], no_shows: Collection[str], wait_s: int
) -> Iterator[_Broken]:
    for call in calls:
        ride = rides.get(call.ride_id)
        if ride is None:
            continue
        at_pickup = call.kind is VisitKind.PICKUP
        if call.place != (ride.origin if at_pickup else ride.destination):
            yield TraceRule.WRONG_PLACE, call.ride_id, f"{call.kind.name} at place {call.place}"
        if not at_pickup:
            yield from _check_dropoff(call, ride)
        elif call.ride_id in no_shows:
            until = max(ride.latest_pickup, call.arrive + wait_s)
            if call.depart < until:
                yield (
                    TraceRule.LEFT_EARLY,
                    call.ride_id,
                    f"left at {call.depart}, not before {until}",
                )
        else:
            yield from _check_pickup(call, ride)


def _check_pickup(call: Call, ride: Ride) -> Iterator[_Broken]:
    start = _boarding(call, ride)
    if start > ride.latest_pickup:
        yield (
            TraceRule.PICKUP_LATEST,
            call.ride_id,
            f"boarded at {start}, latest {ride.latest_pickup}",
        )
    if call.depart < start + ride.pickup_dwell_s:
        yield TraceRule.DWELL, call.ride_id, f"boarded in {call.depart - start} s"


def _boarding(call: Call, ride: Ride) -> int:
    return max(call.arrive, ride.earliest_pickup)


def _check_dropoff(call: Call, ride: Ride) -> Iterator[_Broken]:
    if call.arrive > ride.latest_dropoff:
        detail = f"there at {call.arrive}, latest {ride.latest_dropoff}"
        yield TraceRule.DROPOFF_LATEST, call.ride_id, detail
    if call.depart < call.arrive + ride.dropoff_dwell_s:
        yield TraceRule.DWELL, call.ride_id, f"left in {call.depart - call.arrive} s"


def _check_loads(
    calls: list[Call], rides: Mapping[str, Ride], vehicle: Vehicle, no_shows: Collection[str]
) -> Iterator[_Broken]:
    load: Load = (0,) * vehicle.n_dimensions
    for call in calls:
        ride = rides.get(call.ride_id)
        if ride is None or call.ride_id in no_shows:
            continue
        sign = 1 if call.kind is VisitKind.PICKUP else -1
        load = tuple(a + sign * b for a, b in zip(load, ride.load, strict=True))
        if not any(
            all(0 <= a <= b for a, b in zip(load, layout, strict=True))
            for layout in vehicle.configurations
        ):
            yield TraceRule.CAPACITY, call.ride_id, f"{load} on board"


def _check_rides(calls: list[Call], rides: Mapping[str, Ride]) -> Iterator[_Broken]:
    picked: dict[str, Call] = {}
    for call in calls:
        if call.kind is VisitKind.PICKUP:
            picked[call.ride_id] = call
        elif call.kind is VisitKind.DROPOFF:
            pickup, ride = picked.get(call.ride_id), rides[call.ride_id]
            if pickup is None:
                yield (
                    TraceRule.RIDE_ORDER,
                    call.ride_id,
                    "dropped off by a vehicle without it",
                )
                continue
            ride_s = call.arrive - _boarding(pickup, ride) - ride.pickup_dwell_s
            if ride_s > ride.max_ride_s:
                yield (
                    TraceRule.MAX_RIDE,
                    call.ride_id,
                    f"rode {ride_s} s, at most {ride.max_ride_s}",
                )


def _check_served(
    by_vehicle: Mapping[str, list[Call]], rides: Mapping[str, Ride], no_shows: Collection[str]
) -> Iterator[TraceViolation]:
    made = [(c.ride_id, c.kind) for calls in by_vehicle.values() for c in calls]
    for ride_id in rides:
        expected = (1, 0) if ride_id in no_shows else (1, 1)
        n = tuple(made.count((ride_id, kind)) for kind in (VisitKind.PICKUP, VisitKind.DROPOFF))
        if n != expected:
            detail = f"{n[0]} pickups and {n[1]} drop-offs"
            yield TraceViolation("", TraceRule.NOT_SERVED, ride_id, detail)
