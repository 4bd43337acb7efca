"""A plan as it stands right now, which is what a re-plan must respect.

Rule: a stored plan says what was agreed; a projection says what can still be done at ``now``.
A vehicle that has not left cannot leave before now; one that is late arrives now at the
earliest; a pickup that is near may not be moved (the operator's 7 and 2 minutes).
"""

from dataclasses import replace
from typing import NamedTuple

from routing.drt.breach import loosen
from routing.drt.model import VehiclePlan, Visit, VisitKind, VisitTime
from routing.drt.rows import ready_time
from routing.drt.schedule import leave_time, schedule
from routing.policy import ServicePolicy
from routing.road.travel import TravelTimes, get_travel_s
from routing.types import NEVER


class Quiet(NamedTuple):
    """Until when time alone changes nothing about a plan; service seconds, ``NEVER`` for good.

    All follow from the plan and its times, so they hold as long as the plan is the same object.
    """

    plan: VehiclePlan
    projection_until: int  # up to then `Projector.for_replan` is the plan itself
    departure: int  # the vehicle must leave; NEVER if it has left
    announcement: int  # the first pickup comes near


class Projector:
    """Projections, remembered as long as neither plan nor its bounds change."""

    def __init__(self, travel: TravelTimes) -> None:
        self._travel = travel
        self._known: dict[str, VehiclePlan] = {}
        self._asked: dict[str, tuple[VehiclePlan, int, VehiclePlan]] = {}
        self._quiet: dict[str, Quiet] = {}

    def quiet(
        self, plan: VehiclePlan, times: tuple[VisitTime, ...], policy: ServicePolicy
    ) -> Quiet:
        """Until when time changes nothing about ``plan``, whose schedule is ``times``."""
        known = self._quiet.get(plan.vehicle.vehicle_id)
        if known is None or known.plan is not plan:
            known = _quiet(plan, times, policy, self._travel)
            self._quiet[plan.vehicle.vehicle_id] = known
        return known

    def current(self, plan: VehiclePlan, now: int) -> VehiclePlan:
        """``plan`` with the time that has passed: nothing of it lies before ``now``.

        Limits that a late vehicle cannot keep are those of going straight on.
        """
        if not plan.n_frozen:
            # It leaves before it must (see the clock), so waiting cannot have made it late.
            return plan if plan.ready_time >= now else replace(plan, ready_time=now)
        if plan.standing:
            arrival = max(plan.first_arrival, now - plan.visits[0].dwell_s)
        else:
            arrival = now if self._first_arrival(plan) < now else plan.first_arrival
        if arrival == plan.first_arrival:
            return plan
        return loosen(replace(plan, first_arrival=arrival), self._travel)[0]

    def for_replan(
        self, plan: VehiclePlan, times: tuple[VisitTime, ...], now: int, policy: ServicePolicy
    ) -> VehiclePlan:
        """The `current` plan with the windows of pickups narrowed that are too near to move."""
        if now <= self.quiet(plan, times, policy).projection_until:
            return plan
        vehicle_id = plan.vehicle.vehicle_id
        asked = self._asked.get(vehicle_id)
        if asked is None or asked[0] is not plan or asked[1] != now:
            asked = plan, now, self._for_replan(plan, times, now, policy)
            self._asked[vehicle_id] = asked
        return asked[2]

    def replannable(
        self, plan: VehiclePlan, times: tuple[VisitTime, ...], now: int, policy: ServicePolicy
    ) -> VehiclePlan:
        """As `for_replan`, for who is not told the time: an idle vehicle is ready now."""
        projected = self.for_replan(plan, times, now, policy)
        return projected if projected.n_frozen else self.current(projected, now)

    def _for_replan(
        self, plan: VehiclePlan, times: tuple[VisitTime, ...], now: int, policy: ServicePolicy
    ) -> VehiclePlan:
        # The insertion kernel is told the time itself; an idle plan stays the same object for it.
        current = self.current(plan, now) if plan.n_frozen else plan
        near = near_pickups(plan, times, now, policy)
        if not near:
            return current
        expected = schedule(self.current(plan, now), self._travel)
        visits = tuple(
            _narrowed(visit, near[visit.ride_id], expected[i].start, now, policy)
            if i >= plan.n_frozen and _is_near(visit, near)
            else visit
            for i, visit in enumerate(current.visits)
        )
        return self._remembered(plan, replace(current, visits=visits))

    def _remembered(self, plan: VehiclePlan, projected: VehiclePlan) -> VehiclePlan:
        vehicle_id = plan.vehicle.vehicle_id
        known = self._known.get(vehicle_id)
        if known == projected:
            return known
        self._known[vehicle_id] = projected
        return projected

    def _first_arrival(self, plan: VehiclePlan) -> int:
        """Service seconds at which the first visit of a vehicle under way is reached."""
        ready = ready_time(plan)
        drive_s = get_travel_s(self._travel, plan.place, plan.visits[0].place, ready)
        return max(ready + drive_s, plan.first_arrival)


def _quiet(
    plan: VehiclePlan, times: tuple[VisitTime, ...], policy: ServicePolicy, travel: TravelTimes
) -> Quiet:
    never = int(NEVER)
    if not plan.visits:
        return Quiet(plan, never, never, never)
    pickup = min(
        (t.start for v, t in zip(plan.visits, times, strict=True) if v.kind is VisitKind.PICKUP),
        default=never,
    )
    until = pickup - _near_s(policy)
    if not plan.n_frozen:
        departure = leave_time(plan, times, travel, policy.early_arrival_s)
    else:
        departure = never
        here = plan.visits[0]
        # Not the arrival that is told: a vehicle may take its time where boarding is held back.
        drive_s = get_travel_s(travel, plan.place, here.place, plan.ready_time)
        there = max(plan.first_arrival, plan.ready_time + drive_s)
        until = min(until, plan.first_arrival + here.dwell_s if plan.standing else there)
    return Quiet(plan, until, departure, pickup - policy.approach_s)


def _near_s(policy: ServicePolicy) -> int:
    return max(policy.no_earlier_within_s, policy.no_later_within_s)


def near_pickups(
    plan: VehiclePlan, times: tuple[VisitTime, ...], now: int, policy: ServicePolicy
) -> dict[str, int]:
    """Pickups too near to be moved at will: ride id -> the start that the rider was told.

    Not those that the vehicle stands at: what they wait for now is the rider.
    """
    horizon = now + _near_s(policy)
    at_hand = plan.n_frozen if plan.standing else 0
    return {
        visit.ride_id: time.start
        for visit, time in zip(plan.visits[at_hand:], times[at_hand:], strict=True)
        if visit.kind is VisitKind.PICKUP and time.start < horizon
    }


def no_earlier(
    plan: VehiclePlan, near: dict[str, int], now: int, policy: ServicePolicy
) -> VehiclePlan:
    """``plan`` with no near pickup before the time that its rider was told."""
    bound = now + policy.no_earlier_within_s
    visits = tuple(
        replace(visit, earliest=max(visit.earliest, near[visit.ride_id]))
        if _is_near(visit, near) and near[visit.ride_id] < bound
        else visit
        for visit in plan.visits
    )
    return plan if visits == plan.visits else replace(plan, visits=visits)


def _is_near(visit: Visit, near: dict[str, int]) -> bool:
    return visit.kind is VisitKind.PICKUP and visit.ride_id in near


def _narrowed(visit: Visit, told: int, expected: int, now: int, policy: ServicePolicy) -> Visit:
    # A vehicle that is early or late already may stay so: the bound is what goes on anyway.
    earliest, latest = visit.earliest, visit.latest
    if told < now + policy.no_earlier_within_s:
        earliest = max(earliest, min(told, expected))
    if told < now + policy.no_later_within_s:
        latest = min(latest, max(told, expected))
    return replace(visit, earliest=earliest, latest=latest)
