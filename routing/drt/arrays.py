"""Plans of a fleet as arrays: what the kernels read, with room to grow."""

from typing import Any, NamedTuple

import numpy as np

from routing.drt.model import VehiclePlan
from routing.drt.rows import loads_along, route_values, row_values
from routing.drt.timing import ROUTE, VISIT
from routing.types import Int32Array

#: Between two calls of a row: what a first, quick look at every place of a ride reads.
GAP = np.dtype(
    [
        ("place", np.int32),  # where the vehicle is before
        ("depart", np.int32),  # service seconds, going straight on
        ("next_place", np.int32),
        ("next_latest", np.int32),  # latest start there, see look_back
        ("leg_s", np.int32),  # seconds in between, at the time it leaves
    ],
    align=True,
)

#: A place for the pickup that the quick look could not refuse.
CANDIDATE = np.dtype(
    [("slot", np.int32), ("position", np.int32), ("bound", np.float64)], align=True
)


class FleetArrays(NamedTuple):
    """``v`` vehicles, at most ``m`` visits, ``c`` layouts, ``d`` dimensions of load."""

    routes: Any  # (v + 1,) ROUTE; the last is the trial's
    rows: Any  # (v, m + 2) VISIT
    gaps: Any  # (v, m + 1) GAP
    loads: Int32Array  # (v, m + 1, d) on board before the first visit and after each
    layouts: Int32Array  # (v, c, d) places; -1 in what is no layout
    trial: Any  # (m + 4,) VISIT
    candidates: Any  # (v * (m + 1),) CANDIDATE


def empty_arrays(n_vehicles: int, n_visits: int, n_layouts: int, n_dimensions: int) -> FleetArrays:
    """Arrays of zeros with room for that much; no vehicle takes part."""
    v, m = n_vehicles, n_visits
    return FleetArrays(
        _records(v + 1, ROUTE),
        _records((v, m + 2), VISIT),
        _records((v, m + 1), GAP),
        np.zeros((v, m + 1, n_dimensions), np.int32),
        np.zeros((v, n_layouts, n_dimensions), np.int32),
        _records(m + 4, VISIT),
        _records(v * (m + 1), CANDIDATE),
    )


def _records(shape: int | tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    # As record arrays, so that kernels read the same without the compiler.
    return np.zeros(shape, dtype).view(np.recarray)


def has_room(arrays: FleetArrays, plan: VehiclePlan) -> bool:
    """Whether ``plan`` fits into one row of ``arrays``."""
    return (
        len(plan.visits) + 2 <= arrays.rows.shape[1]
        and len(plan.vehicle.configurations) <= arrays.layouts.shape[1]
    )


def write_plan(arrays: FleetArrays, slot: int, plan: VehiclePlan) -> None:
    """Write ``plan`` into row ``slot``; its times are still to be settled."""
    n, layouts = len(plan.visits), plan.vehicle.configurations
    route = arrays.routes[slot]
    kept = {name: route[name] for name in ("rank", "takes_part")}
    arrays.routes[slot] = route_values(plan)
    for name, value in kept.items():
        route[name] = value
    arrays.rows[slot, : n + 2] = row_values(plan)
    arrays.loads[slot, : n + 1] = loads_along(plan)
    arrays.layouts[slot] = -1
    arrays.layouts[slot, : len(layouts)] = layouts
