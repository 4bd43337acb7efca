"""Plans of a fleet as arrays: what the kernels read, with room to grow."""

from typing import Any, NamedTuple

import numpy as np

from routing.drt.model import VehiclePlan
from routing.drt.rows import loads_along, loads_fit, ready_time, route_values, row_values
from routing.drt.timing import ROUTE, VISIT
from routing.types import Int32Array


class FleetArrays(NamedTuple):
    """``v`` vehicles, at most ``m`` visits, ``c`` layouts, ``d`` dimensions of load."""

    routes: Any  # (v,) ROUTE
    rows: Any  # (v, m + 2) VISIT
    loads: Int32Array  # (v, m + 1, d) on board before the first visit and after each
    layouts: Int32Array  # (v, c, d) places; -1 in what is no layout
    ready_time: Int32Array  # (v,) service seconds, as planned; a query may find it past
    rank: Int32Array  # (v,) order of vehicle ids, breaks ties
    is_open: Any  # (v,) bool, takes part
    is_sound: Any  # (v,) bool, its own plan keeps every limit
    fits: Any  # (v,) bool, what is on board fits at any moment
    counted: Any  # (v, 3) int64 seconds of its own plan, see count_seconds
    work: Any  # (m + 4,) VISIT, the trial
    work_route: Any  # (1,) ROUTE, the trial


def empty_arrays(n_vehicles: int, n_visits: int, n_layouts: int, n_dimensions: int) -> FleetArrays:
    """Arrays of zeros with room for that much; no vehicle takes part."""
    v, m = n_vehicles, n_visits
    return FleetArrays(
        np.zeros(v, ROUTE),
        np.zeros((v, m + 2), VISIT),
        np.zeros((v, m + 1, n_dimensions), np.int32),
        np.zeros((v, n_layouts, n_dimensions), np.int32),
        np.zeros(v, np.int32),
        np.zeros(v, np.int32),
        np.zeros(v, np.bool_),
        np.zeros(v, np.bool_),
        np.zeros(v, np.bool_),
        np.zeros((v, 3), np.int64),
        np.zeros(m + 4, VISIT),
        np.zeros(1, ROUTE),
    )


def has_room(arrays: FleetArrays, plan: VehiclePlan) -> bool:
    """Whether ``plan`` fits into one row of ``arrays``."""
    return (
        len(plan.visits) + 2 <= arrays.rows.shape[1]
        and len(plan.vehicle.configurations) <= arrays.layouts.shape[1]
    )


def write_plan(arrays: FleetArrays, slot: int, plan: VehiclePlan) -> None:
    """Write ``plan`` into row ``slot``; its times are still to be settled."""
    n, layouts = len(plan.visits), plan.vehicle.configurations
    arrays.routes[slot] = route_values(plan)
    arrays.rows[slot, : n + 2] = row_values(plan)
    arrays.loads[slot, : n + 1] = loads_along(plan)
    arrays.layouts[slot] = -1
    arrays.layouts[slot, : len(layouts)] = layouts
    arrays.ready_time[slot] = ready_time(plan)
    arrays.fits[slot] = loads_fit(plan)
