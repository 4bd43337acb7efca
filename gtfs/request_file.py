"""Requests of an area's day as a CSV file."""

import csv
from dataclasses import dataclass
from pathlib import Path

from gtfs.area import Area
from gtfs.demand import area_world
from routing.dispatch.commands import RideRequest, StopChoice
from routing.dispatch.values import Party
from routing.errors import WorldError
from routing.simulation.world import Rider, World, check_world

COLUMNS = ("request_id", "called_time", "origin", "destination")
OPTIONAL = (
    "depart_from",
    "arrive_by",
    "passengers",
    "wheelchairs",
    "seniors",
    "residents",
    "cancel_time",
    "late_s",
    "shows_up",
)


def read_requests(area: Area, path: Path) -> World:
    """Return a day of ``area`` with the requests of a CSV file.

    Parameters
    ----------
    area
        The city.
    path
        Columns request_id, called_time, origin, destination (virtual stops), and depart_from or
        arrive_by; if wanted passengers (1), wheelchairs, seniors, residents, cancel_time, late_s,
        shows_up (1 or 0). Times are HH:MM:SS of the service day, hours may pass 24.

    Returns
    -------
    World
        With the area's fleet, rules and driving times.

    Raises
    ------
    WorldError
        If the file cannot be used; names row and field.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restval="")
        columns = reader.fieldnames or ()
        for column in COLUMNS:
            if column not in columns:
                raise WorldError("there is no such column", path.name, 1, column)
        for column in columns:
            if column not in (*COLUMNS, *OPTIONAL):
                known = ", ".join((*COLUMNS, *OPTIONAL))
                raise WorldError(f"is unknown; known are {known}", path.name, 1, column)
        riders = [_Cells(area, path.name, reader.line_num, row).rider() for row in reader]
    world = area_world(area, tuple(sorted(riders, key=lambda rider: rider.called_time)))
    check_world(world)
    return world


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row of a file of requests."""

    area: Area
    file: str
    row: int
    cells: dict[str, str]

    def rider(self) -> Rider:
        depart_from, arrive_by = self._time("depart_from"), self._time("arrive_by")
        if (depart_from is None) == (arrive_by is None):
            raise self._error("give either depart_from or arrive_by", "depart_from")
        called_time = self._time("called_time")
        if called_time is None:
            raise self._error("is empty", "called_time")
        n, wheelchairs = self._count("passengers", 1), self._count("wheelchairs", 0)
        if not 0 <= wheelchairs <= n or n < 1:
            raise self._error(f"{wheelchairs} of {n} cannot be", "wheelchairs")
        wish = RideRequest(
            (StopChoice(self._stop("origin")),),
            (StopChoice(self._stop("destination")),),
            Party(
                n,
                wheelchairs,
                self._count("seniors", 0),
                residents=self._count("residents", 0),
            ),
            depart_from,
            arrive_by,
        )
        return Rider(
            self.cells["request_id"],
            called_time,
            wish,
            self._time("cancel_time"),
            self._count("late_s", 0),
            bool(self._count("shows_up", 1)),
        )

    def _error(self, problem: str, field: str) -> WorldError:
        return WorldError(problem, self.file, self.row, field)

    def _stop(self, field: str) -> int:
        name = self.cells[field].strip()
        place = self.area.places.idx_of.get(name)
        if place is None or place >= self.area.places.n_virtual_stops:
            raise self._error(f"{name!r} is no virtual stop of {self.area.area_id}", field)
        return place

    def _count(self, field: str, default: int) -> int:
        text = self.cells.get(field, "").strip()
        if not text:
            return default
        if not text.isdecimal():
            raise self._error(f"{text!r} is not a whole number of 0 or more", field)
        return int(text)

    def _time(self, field: str) -> int | None:
        text = self.cells.get(field, "").strip()
        if not text:
            return None
        parts = text.split(":")
        if len(parts) != 3 or not all(part.isdecimal() for part in parts):
            raise self._error(f"{text!r} is not a time like 07:30:00", field)
        hours, minutes, seconds = (int(part) for part in parts)
        return hours * 3600 + minutes * 60 + seconds
