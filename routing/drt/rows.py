"""Plans as rows of visits for the kernels: the one place that translates between them."""

from operator import add, le
from typing import Any

import numpy as np

from routing.drt.model import Load, Vehicle, VehiclePlan, Visit, VisitKind, VisitTime
from routing.drt.timing import BREAK, DEPOT, ROUTE, VISIT
from routing.types import NEVER

#: No visit may start at NEVER: that is how a place without a way to it shows.
_LATEST = int(NEVER) - 1
_EARLIEST = -int(NEVER)


def route_values(plan: VehiclePlan) -> tuple[int | bool, ...]:
    """The fields of `ROUTE` for ``plan``, nothing known of it yet."""
    ready = ready_time(plan)
    return (
        len(plan.visits),
        plan.n_frozen,
        ready,
        plan.first_arrival,
        plan.route_start,
        plan.vehicle.max_route_s,
        ready,
        0,
        False,
        loads_fit(plan),
        False,
        0,
        0,
        0,
    )


def ready_time(plan: VehiclePlan) -> int:
    """When the vehicle can leave ``place``: not before its shift."""
    if plan.route_start < NEVER:
        return plan.ready_time
    return max(plan.ready_time, plan.vehicle.shift_from)


def row_values(plan: VehiclePlan) -> list[tuple[int, ...]]:
    """The fields of `VISIT` for the start, each visit and the end of ``plan``; times are 0."""
    pickups = {
        visit.ride_id: k for k, visit in enumerate(plan.visits, 1) if visit.kind is VisitKind.PICKUP
    }
    dropoffs = {
        visit.ride_id: k
        for k, visit in enumerate(plan.visits, 1)
        if visit.kind is VisitKind.DROPOFF
    }
    partners = {VisitKind.PICKUP: dropoffs, VisitKind.DROPOFF: pickups, VisitKind.BREAK: {}}
    visits = [visit_values(v, partners[v.kind].get(v.ride_id, 0)) for v in plan.visits]
    return [
        _depot(plan.place, _LATEST),
        *visits,
        _depot(plan.vehicle.end_place, plan.vehicle.shift_until),
    ]


def visit_values(visit: Visit, partner: int) -> tuple[int, ...]:
    """The fields of `VISIT` for one visit."""
    return (
        int(visit.kind),
        visit.place,
        visit.earliest,
        min(visit.latest, _LATEST),
        visit.dwell_s,
        partner,
        visit.max_ride_s,
        0 if visit.kind == BREAK else abs(sum(visit.load)),
        _EARLIEST,
        0,
        0,
        0,
        0,
    )


def _depot(place: int, latest: int) -> tuple[int, ...]:
    return (
        DEPOT,
        place,
        _EARLIEST,
        min(latest, _LATEST),
        0,
        0,
        int(NEVER),
        0,
        _EARLIEST,
        0,
        0,
        0,
        0,
    )


def plan_rows(plan: VehiclePlan) -> tuple[Any, Any]:
    """``plan`` as a `ROUTE` record and a `VISIT` array of shape (n_visits + 2,)."""
    route = np.array([route_values(plan)], ROUTE).view(np.recarray)[0]
    return route, np.array(row_values(plan), VISIT).view(np.recarray)


def loads_along(plan: VehiclePlan) -> list[Load]:
    """What is on board before the first visit and after each: n_visits + 1 loads."""
    load = plan.load
    loads = [load]
    for visit in plan.visits:
        load = tuple(map(add, load, visit.load))
        loads.append(load)
    return loads


def fits(load: Load, vehicle: Vehicle) -> bool:
    """Whether some layout of ``vehicle`` carries ``load``."""
    return any(all(map(le, load, layout)) for layout in vehicle.configurations)


def loads_fit(plan: VehiclePlan) -> bool:
    """Whether what is on board fits at any moment, and nobody is aboard during a break."""
    loads = loads_along(plan)
    # Few of them differ, and this is asked of every plan that changes.
    if not all(fits(load, plan.vehicle) and min(load) >= 0 for load in set(loads)):
        return False
    return not any(
        any(load)
        for load, visit in zip(loads, plan.visits, strict=False)
        if visit.kind is VisitKind.BREAK
    )


def visit_times(row: Any, n_visits: int) -> tuple[VisitTime, ...]:
    """Times of the visits of a settled row."""
    columns = (row[name][1 : n_visits + 1].tolist() for name in ("arrive", "start", "depart"))
    return tuple(map(VisitTime, *columns))
