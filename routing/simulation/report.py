"""What a simulated day comes to: who was served, how well, and what it cost.

Rule: indicators count what happened against what was promised first. Driving is counted by the
travel times of the plan, from every place that a vehicle was at to the next, the way home included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from routing.dispatch import events as ev
from routing.dispatch.commands import RideRequest
from routing.dispatch.lifecycle import BookingState
from routing.dispatch.state import Booking, DayState
from routing.drt.model import VehiclePlan, VisitKind
from routing.road.travel import TravelTimes, get_travel_s
from routing.simulation.facts import Answer, Executed
from routing.simulation.world import Rider, World
from routing.types import NEVER


class Spread(NamedTuple):
    """How a quantity is spread; NaN where there is nothing."""

    mean: float
    p50: float
    p95: float
    p99: float


def spread(values: Sequence[float]) -> Spread:
    """Mean and percentiles of ``values``."""
    if not len(values):
        return Spread(*[float("nan")] * 4)
    percentiles = np.percentile(values, (50, 95, 99))
    return Spread(float(np.mean(values)), *(float(value) for value in percentiles))


@dataclass(frozen=True, slots=True)
class DayReport:
    """Indicators of one simulated day."""

    n_requests: int
    n_accepted: int
    n_completed: int
    n_cancelled: int
    n_no_show: int
    n_breached: int  # bookings with a promise that was not kept
    wait_s: Spread  # from the earliest pickup that was wished for to boarding
    detour_s: Spread  # ride time beyond the direct one
    drive_s: int  # of all vehicles
    passenger_drive_s: int  # seconds of driving times passengers on board
    answer_us: Spread  # NaN without a stopwatch

    @property
    def served_share(self) -> float:
        """Accepted of all requests."""
        return self.n_accepted / self.n_requests if self.n_requests else float("nan")

    @property
    def drive_s_per_served(self) -> float:
        """Driving for each completed ride, seconds."""
        return self.drive_s / self.n_completed if self.n_completed else float("nan")

    @property
    def occupancy(self) -> float:
        """Passengers on board, on average over the time that vehicles drive."""
        return self.passenger_drive_s / self.drive_s if self.drive_s else float("nan")


@dataclass(slots=True)
class Odometer:
    """Counts driving, plan by plan."""

    travel: TravelTimes
    drive_s: int = 0
    passenger_drive_s: int = 0
    _last: dict[str, VehiclePlan] = field(default_factory=dict)

    def note(self, events: Iterable[ev.Event]) -> None:
        """Take note of the plans that changed."""
        for event in events:
            if isinstance(event, ev.PlanChanged):
                self._move(event.plan)

    def _move(self, plan: VehiclePlan) -> None:
        vehicle = plan.vehicle
        before = self._last.get(vehicle.vehicle_id) or VehiclePlan.fresh(vehicle)
        if before.place != plan.place:
            self._drive(before, plan.place)
        self._last[vehicle.vehicle_id] = plan

    def go_home(self) -> None:
        """Send every vehicle that was out to its end place; call it once, at the end."""
        for plan in self._last.values():
            if plan.route_start < NEVER:
                self._drive(plan, plan.vehicle.end_place)

    def _drive(self, before: VehiclePlan, place: int) -> None:
        seconds = get_travel_s(self.travel, before.place, place, before.ready_time)
        self.drive_s += seconds
        self.passenger_drive_s += seconds * sum(before.load)


@dataclass(slots=True)
class Tally:
    """Collects a day as it happens."""

    world: World
    answers: list[Answer] = field(default_factory=list)
    boarded: dict[str, Executed] = field(default_factory=dict)
    alighted: dict[str, Executed] = field(default_factory=dict)

    def note(self, fact: Answer | Executed) -> None:
        """Take note of an answer or a visit."""
        if isinstance(fact, Answer):
            self.answers.append(fact)
        else:
            ends = self.boarded if fact.kind is VisitKind.PICKUP else self.alighted
            ends[fact.ride_id] = fact

    def report(self, state: DayState, odometer: Odometer) -> DayReport:
        """The indicators of the day that ended with ``state``."""
        bookings = list(state.bookings.values())
        taken_us = [answer.answer_ns / 1000 for answer in self.answers if answer.answer_ns]
        return DayReport(
            n_requests=len(self.answers),
            n_accepted=sum(answer.is_accepted for answer in self.answers),
            n_completed=_count(bookings, BookingState.COMPLETED),
            n_cancelled=_count(bookings, BookingState.CANCELLED),
            n_no_show=_count(bookings, BookingState.NO_SHOW),
            n_breached=sum(bool(booking.breaches) for booking in bookings),
            wait_s=spread([self._wait_s(rider, state) for rider in self._boarded_riders()]),
            detour_s=spread([self._detour_s(state.bookings[name]) for name in self.alighted]),
            drive_s=odometer.drive_s,
            passenger_drive_s=odometer.passenger_drive_s,
            answer_us=spread(taken_us),
        )

    def _boarded_riders(self) -> Iterable[Rider]:
        return (rider for rider in self.world.riders if rider.request_id in self.boarded)

    def _wait_s(self, rider: Rider, state: DayState) -> int:
        booking, visit = state.bookings[rider.request_id], self.boarded[rider.request_id]
        earliest = _wished_pickup(rider, booking)
        return max(visit.arrive - earliest, 0)

    def _detour_s(self, booking: Booking) -> int:
        boarded, alighted = (ends[booking.booking_id] for ends in (self.boarded, self.alighted))
        return alighted.arrive - boarded.depart - booking.terms.direct_s


def _count(bookings: Iterable[Booking], state: BookingState) -> int:
    return sum(booking.state is state for booking in bookings)


def _wished_pickup(rider: Rider, booking: Booking) -> int:
    wish = rider.wish
    if not isinstance(wish, RideRequest):
        return wish.earliest_pickup
    if wish.depart_from is not None:
        return wish.depart_from + booking.terms.access.seconds
    return booking.terms.promise.pickup_earliest
