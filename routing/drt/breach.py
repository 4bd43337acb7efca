"""What a late vehicle can no longer keep, and the plan that says so.

Rule: a limit is loosened to what going straight on reaches, only where going straight on
breaks it, and never otherwise. From then on the loosened limit is as hard as any.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from routing.drt.model import VehiclePlan, VisitKind, VisitTime
from routing.drt.rows import plan_rows, visit_times
from routing.drt.schedule import schedule, straight_on
from routing.drt.timing import settle
from routing.road.travel import TravelTimes
from routing.types import NEVER

_WINDOW_RULE = {
    VisitKind.PICKUP: "pickup_latest",
    VisitKind.DROPOFF: "dropoff_latest",
    VisitKind.BREAK: "break_latest",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that cannot be kept any more. ``rule`` is a value of `routing.drt.check.Rule`.

    ``limit`` and ``expected`` are service seconds, for ``max_ride`` and ``max_route`` seconds.
    """

    ride_id: str  # "" for a limit of the vehicle: its break, shift or route
    kind: VisitKind | None  # None for the shift and the route
    limit: int
    expected: int
    late_s: int  # expected - limit
    rule: str


def loosen(plan: VehiclePlan, travel: TravelTimes) -> tuple[VehiclePlan, list[Breach]]:
    """``plan`` with the limits that it breaks set to what going straight on reaches.

    Parameters
    ----------
    plan
        A plan as it stands now.
    travel
        Travel times of the day.

    Returns
    -------
    plan : VehiclePlan
        Breaks no time limit any more; the same object if it broke none. Where there is no way
        at all, nothing helps, and `routing.drt.check` still says so.
    breaches : list of Breach
        One for each limit that was loosened, in the order of the visits.
    """
    route, row = plan_rows(plan)
    return (plan, []) if settle(*travel, route, row) else _loosened(plan, travel)


def loosened_times(
    plan: VehiclePlan, travel: TravelTimes
) -> tuple[VehiclePlan, tuple[VisitTime, ...]]:
    """``plan`` as `loosen` returns it, and its `schedule`, for less than both cost."""
    route, row = plan_rows(plan)
    if settle(*travel, route, row):
        return plan, visit_times(row, len(plan.visits))
    eased, _ = _loosened(plan, travel)
    return eased, schedule(eased, travel)


def _loosened(plan: VehiclePlan, travel: TravelTimes) -> tuple[VehiclePlan, list[Breach]]:
    _, row = straight_on(plan, travel)
    late = list(_late_visits(plan, row))
    eased = _ease_windows(plan, late)
    route, eased_row = plan_rows(eased)
    if settle(*travel, route, eased_row):
        return eased, [breach for _, breach in late]
    long = list(_long_rides(plan, row))
    late = sorted([*late, *long], key=lambda found: found[0])
    return _ease_durations(eased, long) if late else plan, [breach for _, breach in late]


_Found = tuple[int, Breach]  # with its position; the vehicle's own come after all visits


def _late_visits(plan: VehiclePlan, row: Any) -> Iterator[_Found]:
    starts = row["start"].tolist()
    for position, visit in enumerate(plan.visits):
        start = starts[position + 1]
        if visit.latest < start < NEVER:
            rule = _WINDOW_RULE[visit.kind]
            yield position, _breach(visit.ride_id, visit.kind, visit.latest, start, rule)
    until, home = plan.vehicle.shift_until, starts[-1]
    if plan.visits and until < home < NEVER:
        yield len(plan.visits), _breach("", None, until, home, "shift_until")


def _long_rides(plan: VehiclePlan, row: Any) -> Iterator[_Found]:
    starts, departs, pickups = (row[name].tolist() for name in ("start", "depart", "partner"))
    for position, visit in enumerate(plan.visits):
        pickup = pickups[position + 1]
        if visit.kind is not VisitKind.DROPOFF or not pickup or starts[position + 1] >= NEVER:
            continue
        ride_s = starts[position + 1] - departs[pickup]
        if ride_s > visit.max_ride_s:
            yield position, _breach(visit.ride_id, visit.kind, visit.max_ride_s, ride_s, "max_ride")
    left = plan.route_start if plan.route_start < NEVER else starts[0]
    route_s = starts[-1] - left
    if plan.vehicle.max_route_s < route_s and starts[-1] < NEVER:
        yield len(plan.visits), _breach("", None, plan.vehicle.max_route_s, route_s, "max_route")


def _breach(ride_id: str, kind: VisitKind | None, limit: int, expected: int, rule: str) -> Breach:
    return Breach(ride_id, kind, limit, expected, expected - limit, rule)


def _ease_windows(plan: VehiclePlan, late: list[_Found]) -> VehiclePlan:
    visits, vehicle = list(plan.visits), plan.vehicle
    for position, breach in late:
        if position == len(visits):
            vehicle = replace(vehicle, shift_until=breach.expected)
        else:
            visits[position] = replace(visits[position], latest=breach.expected)
    return replace(plan, vehicle=vehicle, visits=tuple(visits))


def _ease_durations(plan: VehiclePlan, long: list[_Found]) -> VehiclePlan:
    visits, vehicle = list(plan.visits), plan.vehicle
    for position, breach in long:
        if position == len(visits):
            vehicle = replace(vehicle, max_route_s=breach.expected)
        else:
            visits[position] = replace(visits[position], max_ride_s=breach.expected)
    return replace(plan, vehicle=vehicle, visits=tuple(visits))
