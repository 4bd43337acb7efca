"""Slow, plain audit of plans against every hard rule.

Rule: nothing here is shared with the kernels but the words of `routing.drt.model`; travel times
are interpolated by the lines below. A plan that the kernels made and this module refuses is an
error of one of the two.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from routing.drt.model import Load, VehiclePlan, Visit, VisitKind, VisitTime
from routing.road.travel import TravelTimes
from routing.types import NEVER

_NEVER = int(NEVER)
_ALWAYS = -_NEVER
_DAY_S = 86_400


class Rule(StrEnum):
    """What a plan can break; the first three are promises to a rider."""

    PICKUP_LATEST = "pickup_latest"
    DROPOFF_LATEST = "dropoff_latest"
    MAX_RIDE = "max_ride"
    BREAK_LATEST = "break_latest"
    SHIFT_UNTIL = "shift_until"
    MAX_ROUTE = "max_route"
    CAPACITY = "capacity"
    NEGATIVE_LOAD = "negative_load"
    BREAK_NOT_EMPTY = "break_not_empty"
    NO_WAY = "no_way"
    RIDE_ORDER = "ride_order"
    RIDE_TWICE = "ride_twice"
    ABOARD = "aboard"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Violation:
    """One hard rule that a plan breaks."""

    vehicle_id: str
    rule: Rule
    ride_id: str  # "" where it is no ride's
    detail: str


def check_plans(plans: Iterable[VehiclePlan], travel: TravelTimes) -> list[Violation]:
    """Every hard rule that the plans of a fleet break.

    Parameters
    ----------
    plans
        One for each vehicle.
    travel
        Travel times of the day.

    Returns
    -------
    list of Violation
        Empty if all is well.
    """
    fleet = list(plans)
    found = [violation for plan in fleet for violation in check_plan(plan, travel)]
    seen: dict[tuple[str, VisitKind], str] = {}
    for plan in fleet:
        vehicle_id = plan.vehicle.vehicle_id
        for key in {(visit.ride_id, visit.kind) for visit in plan.visits if visit.ride_id}:
            if key in seen:
                found.append(
                    Violation(vehicle_id, Rule.RIDE_TWICE, key[0], f"also with {seen[key]}")
                )
            seen[key] = vehicle_id
    vehicles = Counter(plan.vehicle.vehicle_id for plan in fleet)
    found.extend(
        Violation(vehicle_id, Rule.RIDE_TWICE, "", f"has {n} plans")
        for vehicle_id, n in vehicles.items()
        if n > 1
    )
    return found


def check_plan(plan: VehiclePlan, travel: TravelTimes) -> list[Violation]:
    """Every hard rule that one plan breaks.

    Parameters
    ----------
    plan
        What the vehicle is to do.
    travel
        Travel times of the day.

    Returns
    -------
    list of Violation
        Empty if all is well.
    """
    vehicle_id = plan.vehicle.vehicle_id
    broken = [*_check_rides(plan), *_check_loads(plan)]
    if not any(rule is Rule.RIDE_ORDER for rule, _, _ in broken):
        broken += _check_times(plan, travel)
    return [Violation(vehicle_id, *item) for item in broken]


_Broken = tuple[Rule, str, str]


def _check_rides(plan: VehiclePlan) -> Iterator[_Broken]:
    counts = Counter((v.ride_id, v.kind) for v in plan.visits if v.kind is not VisitKind.BREAK)
    for (ride_id, kind), n in counts.items():
        if n > 1:
            yield Rule.RIDE_ORDER, ride_id, f"{n} visits of kind {kind.name}"
    order = [(v.ride_id, v.kind) for v in plan.visits]
    for ride_id, kind in counts:
        if kind is not VisitKind.PICKUP:
            continue
        if (ride_id, VisitKind.DROPOFF) not in counts:
            yield Rule.RIDE_ORDER, ride_id, "is picked up and never dropped off"
        elif order.index((ride_id, VisitKind.DROPOFF)) < order.index((ride_id, kind)):
            yield Rule.RIDE_ORDER, ride_id, "is dropped off before it is picked up"
        else:
            first, second = (_get(plan, ride_id, k) for k in (kind, VisitKind.DROPOFF))
            if tuple(-amount for amount in first.load) != second.load:
                yield Rule.ABOARD, ride_id, f"{first.load} board and {second.load} leave"
    if not 0 <= plan.n_frozen <= len(plan.visits):
        yield Rule.FROZEN, "", f"{plan.n_frozen} of {len(plan.visits)} visits are under way"


def _get(plan: VehiclePlan, ride_id: str, kind: VisitKind) -> Visit:
    return next(v for v in plan.visits if v.ride_id == ride_id and v.kind is kind)


def _check_loads(plan: VehiclePlan) -> Iterator[_Broken]:
    boarding = {v.ride_id for v in plan.visits if v.kind is VisitKind.PICKUP}
    leaving = [
        v.load for v in plan.visits if v.kind is VisitKind.DROPOFF and v.ride_id not in boarding
    ]
    aboard = tuple(-sum(amounts) for amounts in zip(*leaving, strict=True)) or _nobody(plan)
    if aboard != plan.load:
        yield Rule.ABOARD, "", f"{plan.load} on board, but {aboard} are to be dropped off"
    load = plan.load
    yield from _check_load(plan, load, "")
    for visit in plan.visits:
        if visit.kind is VisitKind.BREAK and load != _nobody(plan):
            yield Rule.BREAK_NOT_EMPTY, "", f"a break with {load} on board"
        load = tuple(a + b for a, b in zip(load, visit.load, strict=True))
        yield from _check_load(plan, load, visit.ride_id)


def _nobody(plan: VehiclePlan) -> Load:
    return (0,) * plan.vehicle.n_dimensions


def _check_load(plan: VehiclePlan, load: Load, ride_id: str) -> Iterator[_Broken]:
    if any(amount < 0 for amount in load):
        yield Rule.NEGATIVE_LOAD, ride_id, f"{load} on board"
    elif not any(
        all(amount <= places for amount, places in zip(load, layout, strict=True))
        for layout in plan.vehicle.configurations
    ):
        layouts = plan.vehicle.configurations
        yield Rule.CAPACITY, ride_id, f"{load} on board, which none of {layouts} carries"


def _check_times(plan: VehiclePlan, travel: TravelTimes) -> list[_Broken]:
    # Nothing is earlier than going straight on, so what is late then is late in any schedule.
    times, home = _drive(plan, travel, _free_from(plan), [_ALWAYS] * len(plan.visits))
    broken = list(_check_windows(plan, times, home))
    if not _some_schedule_keeps_all(_eased(plan, times, home), travel):
        broken += [*_check_ride_limits(plan, times), *_check_route_limit(plan, home)]
    return broken


def _eased(plan: VehiclePlan, times: list[VisitTime], home: int) -> VehiclePlan:
    visits = tuple(
        replace(visit, latest=max(visit.latest, time.start))
        for visit, time in zip(plan.visits, times, strict=True)
    )
    shift_until = max(plan.vehicle.shift_until, home)
    return replace(plan, visits=visits, vehicle=replace(plan.vehicle, shift_until=shift_until))


def _some_schedule_keeps_all(plan: VehiclePlan, travel: TravelTimes) -> bool:
    """Whether holding back boardings, and leaving the depot late, can keep every limit.

    Only what must be is held back, so what comes out of it is earlier than any other schedule
    that keeps the limits: where it breaks a window, they all do.
    """
    leave, held = _free_from(plan), [_ALWAYS] * len(plan.visits)
    # With one matrix for the day, limits are differences: a chain longer than there are visits
    # repeats itself. Else each round holds back by a second or more, within windows of a day.
    n_rounds = len(plan.visits) + 3 if len(travel.knot_time) == 1 else _DAY_S
    for _ in range(n_rounds):
        times, home = _drive(plan, travel, leave, held)
        if any(_check_windows(plan, times, home)):
            return False
        if plan.route_start < NEVER and any(_check_route_limit(plan, home)):
            return False
        before = (leave, [time.start for time in times])
        for p, d in _rides(plan):
            boarded = times[d].start - plan.visits[d].max_ride_s
            held[p] = max(times[p].start, boarded - plan.visits[p].dwell_s)
        if plan.visits and plan.route_start >= NEVER:
            leave = max(leave, home - plan.vehicle.max_route_s)
        after = (leave, [max(t.start, h) for t, h in zip(times, held, strict=True)])
        if after == before:
            return True
    return False


def _free_from(plan: VehiclePlan) -> int:
    if plan.route_start < NEVER:
        return plan.ready_time
    return max(plan.ready_time, plan.vehicle.shift_from)


def _drive(
    plan: VehiclePlan, travel: TravelTimes, leave: int, held: list[int]
) -> tuple[list[VisitTime], int]:
    """Times of the visits, each started no earlier than held, and of the return."""
    times: list[VisitTime] = []
    place, time = plan.place, leave
    for k, visit in enumerate(plan.visits):
        arrive = time + _travel_s(travel, place, visit.place, time)
        if k == 0:
            arrive = max(arrive, plan.first_arrival)
        start = max(arrive, visit.earliest, held[k])
        times.append(VisitTime(arrive, start, start + visit.dwell_s))
        place, time = visit.place, start + visit.dwell_s
    return times, time + _travel_s(travel, place, plan.vehicle.end_place, time)


def _travel_s(travel: TravelTimes, origin: int, destination: int, time: int) -> int:
    knots = [int(knot) for knot in travel.knot_time]
    values = [int(matrix[origin, destination]) for matrix in travel.seconds]
    if time <= knots[0]:
        return values[0]
    for (start, before), (end, after) in pairwise(zip(knots, values, strict=True)):
        if start < time <= end:
            return before + (after - before) * (time - start) // (end - start)
    return values[-1]


def _check_windows(plan: VehiclePlan, times: list[VisitTime], home: int) -> Iterator[_Broken]:
    rules = {
        VisitKind.PICKUP: Rule.PICKUP_LATEST,
        VisitKind.DROPOFF: Rule.DROPOFF_LATEST,
        VisitKind.BREAK: Rule.BREAK_LATEST,
    }
    if plan.visits and max(home, *(time.start for time in times)) >= _NEVER:
        yield Rule.NO_WAY, "", "there is no way to a visit or to the end"
    for visit, time in zip(plan.visits, times, strict=True):
        if time.start > visit.latest:
            detail = f"starts at {time.start}, latest {visit.latest}"
            yield rules[visit.kind], visit.ride_id, detail
    if plan.visits and home > plan.vehicle.shift_until:
        yield Rule.SHIFT_UNTIL, "", f"back at {home}, shift until {plan.vehicle.shift_until}"


def _rides(plan: VehiclePlan) -> Iterator[tuple[int, int]]:
    """Positions of pickup and drop-off of the rides that are not yet on board."""
    for p, visit in enumerate(plan.visits):
        if visit.kind is VisitKind.PICKUP:
            dropoff = _get(plan, visit.ride_id, VisitKind.DROPOFF)
            yield p, plan.visits.index(dropoff)


def _check_ride_limits(plan: VehiclePlan, times: list[VisitTime]) -> Iterator[_Broken]:
    for p, d in _rides(plan):
        ride_s, limit_s = times[d].start - times[p].depart, plan.visits[d].max_ride_s
        if ride_s > limit_s:
            yield Rule.MAX_RIDE, plan.visits[p].ride_id, f"rides {ride_s} s, at most {limit_s} s"


def _check_route_limit(plan: VehiclePlan, home: int) -> Iterator[_Broken]:
    left = plan.route_start if plan.route_start < NEVER else _free_from(plan)
    if plan.visits and home - left > plan.vehicle.max_route_s:
        yield Rule.MAX_ROUTE, "", f"{home - left} s long, at most {plan.vehicle.max_route_s} s"
