"""The cheapest feasible place of a ride in the plans of a fleet, found exactly."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from routing.drt.arrays import empty_arrays, has_room, write_plan
from routing.drt.cheapest import cheapest, excess_over_detours, time_row
from routing.drt.model import Insertion, Ride, VehiclePlan
from routing.drt.reach import Reached, Wishes, empty_reached, reach
from routing.policy import CostWeights
from routing.road.travel import TravelTimes, lower_bound
from routing.types import NEVER, Int32Array, frozen

#: The check that lets bounds skip work costs the cube of the places; above, nothing is skipped.
_MAX_CHECKED_PLACES = 1500
_ANYBODY = np.zeros(0, np.bool_)
_LATEST = int(NEVER) - 1  # NEVER is no time: a place without a way to it shows by it


class Fleet:
    """Plans of a fleet, loaded into kernel arrays, and kept there between queries.

    One fleet serves one thread.

    Parameters
    ----------
    travel
        Travel times of the day.
    weights
        What a second of each kind costs.
    """

    def __init__(self, travel: TravelTimes, weights: CostWeights) -> None:
        self._travel = travel
        self._shortest = lower_bound(travel)
        self._shortest_to = frozen(self._shortest.T)
        self._weights = np.array([weights.drive, weights.wait, weights.ride])
        self._excess_s = _excess_s(self._shortest)
        self._slots: dict[str, int] = {}  # a vehicle keeps its slot for good
        self._plans: list[VehiclePlan] = []  # by slot
        self._members: list[int] = []  # slots that take part
        self._last: list[VehiclePlan] = []  # as they were synced
        self._best = np.zeros(3, np.int64)
        self._arrays = empty_arrays(0, 0, 0, 0)
        self._times = np.zeros((0, 3), np.int32)

    @property
    def shortest_s(self) -> Int32Array:
        """Frozen int32 (n, n): seconds below which no departure gets from row to column."""
        return self._shortest

    def __len__(self) -> int:
        return len(self._members)

    def sync(self, plans: Iterable[VehiclePlan]) -> None:
        """Make the fleet consist of ``plans``; those that are the same object cost nothing.

        Parameters
        ----------
        plans
            At most one for each vehicle, all with the same dimensions of load, as they stand
            now: what is late already has been recorded (`routing.drt.breach.loosen`).

        Raises
        ------
        ValueError
            If a vehicle comes twice, or dimensions differ.
        IndexError
            If a place is not in the travel times.
        """
        wanted, last = list(plans), self._last
        pairs = [(new, old) for new, old in zip(wanted, last, strict=False) if new is not old]
        if len(wanted) == len(last) and all(_vehicle(new) == _vehicle(old) for new, old in pairs):
            changed = [new for new, _ in pairs]
            self._refuse_unfit(changed)
        else:
            changed = [plan for plan in wanted if not self._knows(plan)]
            self._refuse_twins(wanted)
            self._refuse_unfit(changed)
            self._take_part(wanted)
        self._store(changed)
        self._last = wanted

    def _knows(self, plan: VehiclePlan) -> bool:
        slot = self._slots.get(_vehicle(plan))
        return slot is not None and self._plans[slot] is plan

    def _take_part(self, plans: list[VehiclePlan]) -> None:
        """Give every vehicle of ``plans`` a slot; only these take part."""
        for plan in plans:
            if _vehicle(plan) not in self._slots:
                self._slots[_vehicle(plan)] = len(self._plans)
                self._plans.append(plan)
        self._members = [self._slots[_vehicle(plan)] for plan in plans]
        if len(self._plans) > len(self._arrays.rows):
            self._rebuild()
        self._mark_vehicles()

    def _mark_vehicles(self) -> None:
        routes = self._arrays.routes
        routes["takes_part"] = False
        routes["takes_part"][self._members] = True
        by_id = [slot for _, slot in sorted(self._slots.items())]
        routes["rank"][by_id] = np.arange(len(by_id))

    def _store(self, changed: list[VehiclePlan]) -> None:
        for plan in changed:
            self._plans[self._slots[_vehicle(plan)]] = plan
        if all(has_room(self._arrays, plan) for plan in changed):
            for plan in changed:
                self._write(self._slots[_vehicle(plan)])
        else:
            self._rebuild()

    def _refuse_twins(self, plans: list[VehiclePlan]) -> None:
        if len({_vehicle(plan) for plan in plans}) != len(plans):
            raise ValueError("a vehicle has two plans")

    def _refuse_unfit(self, changed: list[VehiclePlan]) -> None:
        for plan in changed:
            n_dimensions = (self._plans or changed)[0].vehicle.n_dimensions
            vehicle_id = plan.vehicle.vehicle_id
            loads = [plan.load, *plan.vehicle.configurations, *(v.load for v in plan.visits)]
            if {*map(len, loads)} != {n_dimensions}:
                raise ValueError(
                    f"vehicle {vehicle_id} has a load without {n_dimensions} dimensions"
                )
            places = [plan.place, plan.vehicle.end_place, *(v.place for v in plan.visits)]
            self._refuse_unknown_place(min(places))
            self._refuse_unknown_place(max(places))

    def _refuse_unknown_place(self, place: int) -> None:
        if not 0 <= place < self._shortest.shape[0]:
            raise IndexError(f"place {place} is not in 0..{self._shortest.shape[0] - 1}")

    def _rebuild(self) -> None:
        """Take new arrays, with room to grow, and write every plan into them."""
        plans = self._plans
        self._arrays = empty_arrays(
            2 * len(plans),
            2 * max(len(plan.visits) for plan in plans) + 6,
            max(len(plan.vehicle.configurations) for plan in plans),
            plans[0].vehicle.n_dimensions,
        )
        self._times = np.zeros((len(self._arrays.trial), 3), np.int32)
        for slot in range(len(plans)):
            self._write(slot)
        self._mark_vehicles()

    def _write(self, slot: int) -> None:
        write_plan(self._arrays, slot, self._plans[slot])
        time_row(*self._travel, self._shortest, self._arrays, slot)

    def cheapest_insertion(
        self, ride: Ride, *, allowed: Collection[str] | None = None, now: int = -int(NEVER)
    ) -> Insertion | None:
        """The cheapest way to serve ``ride`` that keeps every hard rule, found exactly.

        Parameters
        ----------
        ride
            What is asked for.
        allowed
            Ids of the vehicles that may serve it; None for all. Unknown ids are ignored.
        now
            Service seconds; a vehicle that is not under way leaves its place no earlier.

        Returns
        -------
        Insertion or None
            None if it fits nowhere. Of equal costs the least vehicle id wins, then the earliest
            pickup position, then the earliest drop-off position.

        Raises
        ------
        ValueError
            If the ride has other dimensions of load than the fleet.
        IndexError
            If a place is not in the travel times.
        """
        if not self._members:
            return None
        self._refuse_foreign(ride)
        cost = cheapest(
            *self._travel,
            self._shortest,
            self._shortest_to,
            self._weights,
            self._excess_s,
            self._arrays,
            _ANYBODY if allowed is None else self._mask(allowed),
            _query(ride, now),
            self._best,
            self._times,
        )
        return None if cost == np.inf else self._insertion(ride, cost, now)

    def earliest_arrivals(self, wishes: Wishes, like: Ride, *, now: int = -int(NEVER)) -> Reached:
        """When each of many rides could be there at the earliest, every hard rule kept.

        Each is asked for by itself: none of them is given a place.

        Parameters
        ----------
        wishes
            Between where, and within which limits.
        like
            A ride with the load and the dwells of all of them; its places and times do not matter.
        now
            Service seconds; a vehicle that is not under way leaves its place no earlier.

        Returns
        -------
        Reached
            ``NEVER`` where a ride fits nowhere.

        Raises
        ------
        ValueError
            If the load has other dimensions than the fleet's.
        IndexError
            If a place is not in the travel times.
        """
        reached = empty_reached(len(wishes.origin))
        if not self._members or not len(wishes.origin):
            reached.arrive_time[:] = reached.pickup_time[:] = NEVER
            return reached
        self._refuse_foreign(like)
        for places in (wishes.origin, wishes.destination):
            self._refuse_unknown_place(int(places.min()))
            self._refuse_unknown_place(int(places.max()))
        reach(
            *self._travel,
            self._shortest,
            self._shortest_to,
            self._excess_s,
            self._arrays,
            _query(like, now),
            wishes,
            reached,
        )
        return reached

    def _insertion(self, ride: Ride, cost: float, now: int) -> Insertion:
        slot, i, j = self._best.tolist()
        plan = self._plans[slot]
        if not plan.n_frozen and plan.ready_time < now:
            plan = replace(plan, ready_time=now)
        times = self._times[: len(plan.visits) + 2].copy()
        return Insertion(plan.vehicle.vehicle_id, i, j + 1, cost, ride, plan, times)

    def _mask(self, allowed: Collection[str]) -> Any:
        mask = np.zeros(len(self._arrays.rows), np.bool_)
        mask[[self._slots[vehicle_id] for vehicle_id in allowed if vehicle_id in self._slots]] = (
            True
        )
        return mask

    def _refuse_foreign(self, ride: Ride) -> None:
        self._refuse_unknown_place(ride.origin)
        self._refuse_unknown_place(ride.destination)
        if len(ride.load) != self._arrays.loads.shape[2]:
            raise ValueError(
                f"ride {ride.ride_id} has a load of {len(ride.load)} dimensions,"
                f" vehicles one of {self._arrays.loads.shape[2]}"
            )


def _vehicle(plan: VehiclePlan) -> str:
    return plan.vehicle.vehicle_id


def _query(ride: Ride, now: int) -> Int32Array:
    values = (
        ride.origin,
        ride.destination,
        ride.earliest_pickup,
        min(ride.latest_pickup, _LATEST),
        min(ride.latest_dropoff, _LATEST),
        ride.max_ride_s,
        ride.pickup_dwell_s,
        ride.dropoff_dwell_s,
        sum(ride.load),
        now,
        *ride.load,
    )
    return np.array(values, np.int32)


def _excess_s(shortest: Int32Array) -> int:
    if len(shortest) > _MAX_CHECKED_PLACES:
        return int(NEVER)
    return int(excess_over_detours(shortest))
