"""Simulated drivers: they follow the manifest and report what they do, like any driver.

Rule: a driver knows the plan and nothing else; whatever changes it is a command through the one
door. Where boarding is held back, the driver comes just in time for it.
"""

from dataclasses import dataclass
from typing import NamedTuple

from routing.dispatch import commands as cmd
from routing.dispatch.decide.driving import waits_until
from routing.dispatch.state import DayState
from routing.dispatch.values import Actor
from routing.dispatch.visits import visit_id
from routing.drt.model import VehiclePlan, Visit, VisitKind, VisitTime
from routing.drt.schedule import leave_time
from routing.road.travel import TravelTimes, get_travel_s
from routing.simulation.chance import Chance
from routing.simulation.facts import Executed
from routing.simulation.world import Rider

#: A missing rider is called when the vehicle has stood there for so long.
CALL_AFTER_S = 60


class Act(NamedTuple):
    """What a driver does next, and when."""

    time: int  # service seconds
    command: cmd.Command


@dataclass(slots=True)
class _Way:
    """The way to a visit, as it really goes."""

    ride_id: str
    kind: VisitKind
    left_at: int  # service seconds
    there_at: int  # service seconds


class Drivers:
    """The drivers of a fleet.

    Parameters
    ----------
    travel
        Driving times as planned.
    chance
        How the real ones differ; None if they do not.
    riders
        By request id; how they behave at the stop.
    """

    def __init__(
        self, travel: TravelTimes, riders: dict[str, Rider], chance: Chance | None = None
    ) -> None:
        self._travel = travel
        self._chance = chance
        self._riders = riders
        self._ways: dict[str, _Way] = {}

    def next_act(self, state: DayState, vehicle_id: str) -> Act | None:
        """What the driver of a vehicle does next as things stand; None if there is nothing to do.

        Parameters
        ----------
        state
            The service day.
        vehicle_id
            The vehicle.

        Returns
        -------
        Act or None
            Its time may have passed already; then it is done at once.
        """
        plan, times = state.plans[vehicle_id], state.times[vehicle_id]
        if not plan.visits:
            return None
        if not plan.n_frozen:
            early_s = state.policy.early_arrival_s
            return Act(leave_time(plan, times, self._travel, early_s), cmd.Tick())
        name = visit_id(plan.visits[0], vehicle_id)
        if not plan.standing:
            return Act(self._there_at(plan, times[0]), cmd.ArriveVisit(vehicle_id, name))
        return self._serve(state, plan, times[0], name)

    def _there_at(self, plan: VehiclePlan, time: VisitTime) -> int:
        is_held = _is_held(plan.visits[0], time.arrive, time)
        planned = time.start if is_held else time.arrive
        if self._chance is None:
            return planned
        visit, way = plan.visits[0], self._ways.get(plan.vehicle.vehicle_id)
        to = (visit.ride_id, visit.kind, plan.ready_time)
        if way is None or (way.ride_id, way.kind, way.left_at) != to:
            way = self._set_out(plan, self._chance)
        return max(way.there_at, time.start) if is_held else way.there_at

    def _set_out(self, plan: VehiclePlan, chance: Chance) -> _Way:
        visit = plan.visits[0]
        planned_s = get_travel_s(self._travel, plan.place, visit.place, plan.ready_time)
        there_at = plan.ready_time + chance.drive_s(planned_s)
        way = _Way(visit.ride_id, visit.kind, plan.ready_time, there_at)
        self._ways[plan.vehicle.vehicle_id] = way
        return way

    def _serve(self, state: DayState, plan: VehiclePlan, time: VisitTime, name: str) -> Act:
        visit, vehicle_id = plan.visits[0], plan.vehicle.vehicle_id
        if visit.kind is VisitKind.BREAK:
            return Act(time.depart, cmd.FinishBreak(vehicle_id, name))
        if visit.kind is VisitKind.DROPOFF:
            return Act(time.depart, cmd.AlightRider(vehicle_id, name))
        rider, booking = self._riders[visit.ride_id], state.bookings[visit.ride_id]
        arrived = booking.arrived_time or plan.first_arrival
        if rider.shows_up:
            comes = max(arrived, visit.earliest) + rider.late_s
            return Act(max(time.depart, comes + visit.dwell_s), cmd.BoardRider(vehicle_id, name))
        if booking.contacted_time is None:
            called = arrived + CALL_AFTER_S
            return Act(called, cmd.RecordContact(visit.ride_id, Actor.DRIVER, "call"))
        return Act(waits_until(booking, state.policy.wait_s), cmd.MissRider(vehicle_id, name))


def executed(state: DayState, command: cmd.Command, now: int) -> Executed | None:
    """The visit that ``command`` ends at ``now``, if any, given the state before it."""
    if not isinstance(command, cmd.BoardRider | cmd.AlightRider):
        return None
    plan, time = state.plans[command.vehicle_id], state.times[command.vehicle_id][0]
    visit = plan.visits[0]
    arrive = time.start if _is_held(visit, plan.first_arrival, time) else plan.first_arrival
    return Executed(command.vehicle_id, visit.ride_id, visit.kind, visit.place, arrive, now)


def _is_held(visit: Visit, arrived: int, time: VisitTime) -> bool:
    return visit.kind is VisitKind.PICKUP and time.start > max(arrived, visit.earliest)
