"""Files of the field's static instances: Li & Lim, and Cordeau's dial-a-ride.

Rule: which of the two a file is stands in the count of numbers of its first row; a file that
cannot be read is one error that names the row.

References
----------
Li, Lim (2003). A metaheuristic for the pickup and delivery problem with time windows.
https://doi.org/10.1142/S0218213003001186
Cordeau, Laporte (2003). A tabu search heuristic for the static multi-vehicle dial-a-ride
problem. https://doi.org/10.1016/S0191-2615(02)00045-0
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from routing.drt.search.instance import Instance
from routing.errors import InstanceError
from routing.types import NEVER, frozen

#: A row of the file: where it stands, and its numbers.
_Row = tuple[int, list[float]]

_LI_LIM_HEAD, _DARP_HEAD = 3, 5
_LI_LIM_FIELDS = (
    "id", "x", "y", "load", "earliest", "latest", "service", "pickup", "delivery",
)  # fmt: skip
_DARP_FIELDS = ("id", "x", "y", "service", "load", "earliest", "latest")


def read_instance(path: Path) -> Instance:
    """The instance that a file describes.

    Parameters
    ----------
    path
        Li-Lim or dial-a-ride; recognised by the first row.

    Returns
    -------
    Instance
        Nodes as numbered in the file, the depot being 0.

    Raises
    ------
    InstanceError
        If the file is neither, or contradicts itself; names file and row.
    """
    rows = _read_rows(path)
    if not rows:
        raise InstanceError("is empty", str(path))
    head = rows[0][1]
    if len(head) == _LI_LIM_HEAD:
        return _li_lim(path, rows)
    if len(head) == _DARP_HEAD:
        return _dial_a_ride(path, rows)
    raise InstanceError(
        f"has {len(head)} numbers; Li-Lim files begin with 3 (vehicles, capacity, speed),"
        " dial-a-ride files with 5 (vehicles, nodes, route time, capacity, ride time)",
        str(path),
        rows[0][0],
    )


def _read_rows(path: Path) -> list[_Row]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except UnicodeDecodeError:
        raise InstanceError("is no text file of numbers", str(path)) from None
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            rows.append((number, [_number(path, number, word) for word in line.split()]))
    return rows


def _number(path: Path, row: int, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise InstanceError(f"{word!r} is not a number", str(path), row) from None
    if not np.isfinite(value):
        raise InstanceError(f"{word!r} is not a finite number", str(path), row)
    return value


def _table(path: Path, rows: list[_Row], fields: tuple[str, ...]) -> dict[str, Any]:
    """Columns of the rows below the first, whose ids must count up from 0."""
    for expected, (number, values) in enumerate(rows[1:]):
        if len(values) != len(fields):
            problem = f"has {len(values)} numbers instead of {len(fields)} ({', '.join(fields)})"
            raise InstanceError(problem, str(path), number)
        if values[0] != expected:
            raise InstanceError(f"is node {values[0]:g}, not {expected}", str(path), number, "id")
    table = np.array([values for _, values in rows[1:]])
    if len(table) < 3:
        raise InstanceError("has no depot and pair of visits", str(path))
    return dict(zip(fields, table.T, strict=True))


def _li_lim(path: Path, rows: list[_Row]) -> Instance:
    columns = _table(path, rows, _LI_LIM_FIELDS)
    pairs = []
    for number, values in rows[2:]:
        node, pickup, delivery = (int(values[k]) for k in (0, 7, 8))
        if (pickup == 0) == (delivery == 0):
            problem = "must name either its pickup or its delivery"
            raise InstanceError(problem, str(path), number, "pickup")
        field, other, back = ("pickup", pickup, 8) if pickup else ("delivery", delivery, 7)
        if not 0 < other < len(rows) - 1 or rows[other + 1][1][back] != node:
            problem = f"and node {other} do not name each other as pickup and delivery"
            raise InstanceError(problem, str(path), number, field)
        if delivery:
            pairs.append((node, delivery))
    n_vehicles, capacity, _ = rows[0][1]
    fleet = _Fleet(n_vehicles, capacity, float(NEVER), float(NEVER), fewest=True)
    return _instance(path, rows, columns, fleet, pairs)


def _dial_a_ride(path: Path, rows: list[_Row]) -> Instance:
    n_vehicles, _, max_route, capacity, max_ride = rows[0][1]
    if len(rows) % 2:
        # Some files repeat the depot at the end, with a window that ends when the last visits do.
        # The references of the field go by the first depot's window and the route time.
        number, values = rows.pop()
        if values[4:5] != [0]:
            raise InstanceError("has no other visit to pair with", str(path), number)
    columns = _table(path, rows, _DARP_FIELDS)
    n_pairs = (len(rows) - 2) // 2
    pairs = [(k, k + n_pairs) for k in range(1, n_pairs + 1)]
    return _instance(
        path, rows, columns, _Fleet(n_vehicles, capacity, max_ride, max_route, False), pairs
    )


class _Fleet(NamedTuple):
    n_vehicles: float
    capacity: float
    max_ride: float
    max_route: float
    fewest: bool


def _instance(
    path: Path,
    rows: list[_Row],
    columns: dict[str, Any],
    fleet: _Fleet,
    pairs: list[tuple[int, int]],
) -> Instance:
    for name in ("n_vehicles", "capacity"):
        value = getattr(fleet, name)
        if value < 1 or value != int(value):
            raise InstanceError(
                f"{value:g} is not a whole number above 0", str(path), rows[0][0], name
            )
    load, (x, y) = columns["load"], (columns["x"], columns["y"])
    for pickup, dropoff in pairs:
        number = rows[pickup + 1][0]
        if load[pickup] <= 0 or load[pickup] != int(load[pickup]):
            problem = f"{load[pickup]:g} is not a whole number above 0"
            raise InstanceError(problem, str(path), number, "load")
        if load[dropoff] != -load[pickup]:
            problem = f"{load[dropoff]:g} leave where {load[pickup]:g} boarded at node {pickup}"
            raise InstanceError(problem, str(path), rows[dropoff + 1][0], "load")
    for node, (number, _) in enumerate(rows[1:]):
        if columns["earliest"][node] > columns["latest"][node]:
            raise InstanceError("the window ends before it begins", str(path), number, "latest")
        if columns["service"][node] < 0:
            raise InstanceError("is negative", str(path), number, "service")
    return Instance(
        path.stem,
        int(fleet.n_vehicles),
        int(fleet.capacity),
        frozen(columns["earliest"], np.float64),
        frozen(columns["latest"], np.float64),
        frozen(columns["service"], np.float64),
        frozen(load),
        frozen(np.hypot(x[:, None] - x[None], y[:, None] - y[None]), np.float64),
        frozen(pairs),
        fleet.max_ride,
        fleet.max_route,
        fleet.fewest,
    )
