"""World files: a city's driving times, vehicles and timed requests as JSON.

Rule: what can be read is a world that runs; everything else is one error that names the field.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from routing.drt.model import Load, Vehicle
from routing.errors import RoadError, WorldError
from routing.road.travel import TravelTimes, static
from routing.simulation.world import ExactWish, Rider, World, check_world, exact_policy
from routing.types import NEVER

_AT_FIELD = re.compile(r" - at `\$\.?(.*)`$")


class _Vehicle(msgspec.Struct, frozen=True):
    id: str
    start: int
    end: int
    shift: tuple[int, int]
    capacity: dict[str, int]


class _Request(msgspec.Struct, frozen=True):
    id: str
    called_time: int
    origin: int
    destination: int
    earliest_pickup: int
    latest_pickup: int
    max_ride_s: int
    load: dict[str, int]


class _File(msgspec.Struct, frozen=True):
    matrix_s: Any
    dwell_s: int
    vehicles: list[dict[str, Any]]
    requests: list[dict[str, Any]]


def read_world(path: Path) -> World:
    """Return the world of a file.

    Parameters
    ----------
    path
        JSON object: ``matrix_s`` (rows of seconds, or the name of a ``.npy`` file beside this
        one; parts of a second are rounded up), ``dwell_s``, ``vehicles`` and ``requests``. Times
        are service seconds, places indices of the matrix; capacities and loads are by name of
        the dimension, 0 where not named. Keys that are not known are left alone.

    Returns
    -------
    World
        Checked; requests in the order in which they become known.

    Raises
    ------
    WorldError
        If the file cannot be used; names file, vehicle or request, and field.
    """
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.ValidationError as problem:
        raise _refused(problem, path.name) from problem
    except msgspec.DecodeError as problem:
        raise WorldError(f"is not JSON: {problem}", path.name) from problem
    try:
        return _world(file, path)
    except WorldError as error:
        where = f"{path.name} {error.file}".rstrip()
        raise WorldError(error.problem, where, error.row, error.field) from error


def _world(file: _File, path: Path) -> World:
    if file.dwell_s < 0:
        raise WorldError("is negative", field="dwell_s")
    vehicles = _convert_each(file.vehicles, _Vehicle, "vehicles")
    requests = _convert_each(file.requests, _Request, "requests")
    dimensions = _dimensions(vehicles)
    world = World(
        travel=_travel(file.matrix_s, path.parent),
        policy=exact_policy(file.dwell_s),
        dimensions=dimensions,
        vehicles=tuple(_vehicle(row, dimensions) for row in vehicles),
        riders=tuple(
            sorted((_rider(row, dimensions) for row in requests), key=lambda r: r.called_time)
        ),
    )
    check_world(world)
    return world


def _convert_each(rows: list[dict[str, Any]], kind: type[Any], name: str) -> list[Any]:
    converted = []
    for number, row in enumerate(rows):
        try:
            converted.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as problem:
            raise _refused(problem, f"{name}[{number}] {row.get('id', '')}".rstrip()) from problem
    return converted


def _refused(problem: msgspec.ValidationError, where: str) -> WorldError:
    text = str(problem)
    at = _AT_FIELD.search(text)
    return WorldError(_AT_FIELD.sub("", text), where, field=at.group(1) if at else "")


def _dimensions(vehicles: Iterable[_Vehicle]) -> tuple[str, ...]:
    names = dict.fromkeys(name for vehicle in vehicles for name in vehicle.capacity)
    if not names:
        raise WorldError("no vehicle has any", "vehicles", field="capacity")
    return tuple(names)


def _vehicle(row: _Vehicle, dimensions: tuple[str, ...]) -> Vehicle:
    layout = tuple(row.capacity.get(name, 0) for name in dimensions)
    return Vehicle(row.id, row.start, row.end, *row.shift, configurations=(layout,))


def _rider(row: _Request, dimensions: tuple[str, ...]) -> Rider:
    wish = ExactWish(
        row.origin,
        row.destination,
        row.earliest_pickup,
        row.latest_pickup,
        row.max_ride_s,
        _load(row.load, dimensions, row.id),
    )
    return Rider(row.id, row.called_time, wish)


def _load(amounts: Mapping[str, int], dimensions: tuple[str, ...], request_id: str) -> Load:
    for name, amount in amounts.items():
        if name not in dimensions and amount:
            known = ", ".join(dimensions)
            problem = f"no vehicle has places for {name}; known are {known}"
            raise WorldError(problem, f"requests {request_id}", field="load")
    return tuple(amounts.get(name, 0) for name in dimensions)


def _travel(matrix: Any, folder: Path) -> TravelTimes:
    values = _load_matrix(folder / matrix) if isinstance(matrix, str) else _as_array(matrix)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not len(values):
        raise WorldError(f"has shape {values.shape}, not (n, n)", field="matrix_s")
    if np.isnan(values).any():
        raise WorldError("holds NaN", field="matrix_s")
    try:
        return static(np.minimum(np.ceil(values), int(NEVER)).astype(np.int64))
    except RoadError as problem:
        raise WorldError(str(problem), field="matrix_s") from problem


def _load_matrix(path: Path) -> np.ndarray[Any, Any]:
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as problem:
        raise WorldError(f"{path.name} cannot be read: {problem}", field="matrix_s") from problem
    if values.dtype.kind not in "iuf":
        raise WorldError(f"{path.name} holds {values.dtype}, not numbers", field="matrix_s")
    return np.asarray(values, np.float64)


def _as_array(rows: Any) -> np.ndarray[Any, Any]:
    try:
        return np.array(rows, np.float64)
    except (TypeError, ValueError) as problem:
        raise WorldError(
            "is neither rows of seconds, all of one length, nor the name of a .npy file",
            field="matrix_s",
        ) from problem
