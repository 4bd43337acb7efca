"""A world to simulate: driving times, vehicles, and riders with what they ask for.

Rule: a world is complete and consistent before it is run; `check_world` names the field that is
not. Times are service seconds, places are indices of the travel-time matrix.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.dispatch.commands import BookRide, ConfirmOffer, Offer, RideRequest, StopChoice
from routing.dispatch.values import Party, Promise
from routing.drt.model import Load, Vehicle
from routing.errors import WorldError
from routing.policy import CostWeights, ServicePolicy
from routing.road.travel import TravelTimes, get_travel_s
from routing.types import NEVER

FloatArray = npt.NDArray[np.float64]

#: Beyond any day; service seconds and durations of a world stay within.
MAX_TIME = 10 * 86_400


@dataclass(frozen=True, slots=True)
class LoadParty(Party):
    """A party of whom only the load is known, in as many dimensions as the vehicles have."""

    amounts: Load = ()

    @property
    def load(self) -> Load:
        """What it takes, by dimension."""
        return self.amounts


@dataclass(frozen=True, slots=True)
class ExactWish:
    """A ride with limits of its own instead of the operator's."""

    origin: int  # place index
    destination: int  # place index
    earliest_pickup: int  # service seconds
    latest_pickup: int  # service seconds
    max_ride_s: int
    load: Load


@dataclass(frozen=True, slots=True)
class Rider:
    """Somebody who will ask: when, for what, and how they behave once they are booked.

    Attributes
    ----------
    request_id
        Names the request, and the booking if there will be one.
    called_time
        When the request becomes known, service seconds.
    wish
        A ride with limits of its own, or a request that is quoted as any other.
    cancel_time
        When the rider gives the booking up, service seconds; None if they do not.
    late_s
        The rider boards so much after the vehicle is there for them.
    shows_up
        Whether the rider comes to the stop at all.
    """

    request_id: str
    called_time: int
    wish: ExactWish | RideRequest
    cancel_time: int | None = None
    late_s: int = 0
    shows_up: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All that a simulated day begins with."""

    travel: TravelTimes
    policy: ServicePolicy
    dimensions: tuple[str, ...]  # names of what is carried, in the order of every load
    vehicles: tuple[Vehicle, ...]
    riders: tuple[Rider, ...]  # by called_time
    #: Pickups at once that other days let expect, see `routing.simulation.expectation`.
    usual: FloatArray | None = None


def exact_policy(dwell_s: int) -> ServicePolicy:
    """The rules of a world whose requests say all limits themselves.

    Nobody is told a time that could move, so nothing is held still for the telling, and a
    vehicle leaves so as to be there on the second. A second of waiting counts for more than in
    the service: who is fetched early leaves room for those who are still to ask, which on worlds
    of 1,000 requests was worth half a point of the share that is served.
    """
    return ServicePolicy(
        dwell_s=dwell_s,
        wheelchair_dwell_s=0,
        wait_s=0,
        no_earlier_within_s=0,
        no_later_within_s=0,
        early_arrival_s=0,
        weights=CostWeights(drive=1.0, wait=0.4, ride=0.1),
    )


def check_world(world: World) -> None:
    """Refuse a world that contradicts itself.

    Raises
    ------
    WorldError
        Names vehicle or request, and the field.
    """
    n_places, n_loads = world.travel.n_places, len(world.dimensions)
    _refuse_twice("vehicles", (vehicle.vehicle_id for vehicle in world.vehicles))
    _refuse_twice("requests", (rider.request_id for rider in world.riders))
    for vehicle in world.vehicles:
        where = f"vehicles {vehicle.vehicle_id}"
        _check_place(vehicle.start_place, n_places, where, "start")
        _check_place(vehicle.end_place, n_places, where, "end")
        _check_times((vehicle.shift_from, vehicle.shift_until), where, "shift")
        if vehicle.shift_from > vehicle.shift_until:
            raise WorldError("ends before it begins", where, field="shift")
        for layout in vehicle.configurations:
            _check_load(layout, n_loads, where, "capacity")
    for rider in world.riders:
        _check_rider(rider, n_places, n_loads)


def _check_rider(rider: Rider, n_places: int, n_loads: int) -> None:
    where, wish = f"requests {rider.request_id}", rider.wish
    _check_times((rider.called_time,), where, "called_time")
    if isinstance(wish, RideRequest):
        for field, choices in (("origin", wish.origins), ("destination", wish.destinations)):
            for choice in choices:
                _check_place(choice.place, n_places, where, field)
        return
    _check_place(wish.origin, n_places, where, "origin")
    _check_place(wish.destination, n_places, where, "destination")
    _check_times((wish.earliest_pickup,), where, "earliest_pickup")
    _check_times((wish.latest_pickup,), where, "latest_pickup")
    if wish.earliest_pickup > wish.latest_pickup:
        raise WorldError("is before earliest_pickup", where, field="latest_pickup")
    if not 0 <= wish.max_ride_s <= NEVER:
        raise WorldError(f"{wish.max_ride_s} is no duration in seconds", where, field="max_ride_s")
    _check_load(wish.load, n_loads, where, "load")


def _refuse_twice(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise WorldError(f"{name} stands twice", what, field="id")
        seen.add(name)


def _check_place(place: int, n_places: int, where: str, field: str) -> None:
    if not 0 <= place < n_places:
        raise WorldError(f"place {place} is not in 0..{n_places - 1}", where, field=field)


def _check_times(times: Sequence[int], where: str, field: str) -> None:
    for time in times:
        if abs(time) > MAX_TIME:
            raise WorldError(f"{time} is not within {MAX_TIME} service seconds", where, field=field)


def _check_load(load: Load, n_loads: int, where: str, field: str) -> None:
    if len(load) != n_loads or min(load, default=0) < 0:
        raise WorldError(f"{load} is not {n_loads} amounts of 0 or more", where, field=field)


def asking(rider: Rider, world: World, now: int) -> ConfirmOffer | BookRide:
    """The command by which ``rider`` asks at ``now``."""
    if isinstance(rider.wish, RideRequest):
        return BookRide(rider.request_id, rider.wish, rider.request_id)
    offer = _exact_offer(rider.wish, world, now)
    return ConfirmOffer(rider.request_id, offer, rider.request_id)


def _exact_offer(wish: ExactWish, world: World, now: int) -> Offer:
    """An offer whose promise is exactly what was wished for."""
    direct_s = get_travel_s(world.travel, wish.origin, wish.destination, wish.earliest_pickup)
    # Nobody who boards in time and rides no longer than allowed arrives later than this.
    latest = min(wish.latest_pickup + world.policy.dwell_s + wish.max_ride_s, int(NEVER) - 1)
    return Offer(
        origin=StopChoice(wish.origin),
        destination=StopChoice(wish.destination),
        party=LoadParty(sum(wish.load), amounts=wish.load),
        promise=Promise(wish.earliest_pickup, wish.latest_pickup, latest),
        direct_s=direct_s,
        max_ride_s=wish.max_ride_s,
        planned_pickup=wish.earliest_pickup,
        planned_dropoff=latest,
        valid_until=now,
    )
