"""Where one can be within so many minutes: on foot and by bus, and with the shuttle.

Rule: minutes are counted door to door from a moment on, walks and waits included, and nobody
walks over water. The shuttle counts where the live plan has room.
"""

import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from api.schemas.transit import WALK_M
from api.trips.places import Stops
from gtfs.area import Area
from gtfs.compiled import CompiledDay
from gtfs.squares import Squares, land_squares
from routing.intermodal.itineraries import Connecting, Hubs
from routing.road.walk import walk_s, walks_from
from routing.transit import earliest_arrivals, get_offsets
from routing.types import NEVER, Int32Array

SQUARE_M = 100
Walks = tuple[Int32Array, Int32Array]  # squares, and seconds to each


@dataclass(frozen=True, slots=True)
class Within:
    """What is in reach: squares, and stops of the bus."""

    squares: np.ndarray  # bool (n,)
    stops: np.ndarray  # bool (s,)


class Isochrones:
    """Finds what is in reach; walks that were asked for once are remembered.

    Parameters
    ----------
    area
        The city.
    stops
        Its stops.
    hubs
        Where one changes between shuttle and bus.
    """

    def __init__(self, area: Area, stops: Stops, hubs: Hubs) -> None:
        self._area, self._stops, self._hubs = area, stops, hubs
        self._walks: dict[tuple[str, int], Walks] = {}
        self._lock = threading.Lock()

    @cached_property
    def squares(self) -> Squares:
        """The land of the city."""
        return land_squares(self._area, SQUARE_M)

    def find(
        self,
        day: CompiledDay,
        point: tuple[float, float],
        dep_time: int,
        limit_s: int,
        by_shuttle: Int32Array | None = None,
    ) -> Within:
        """What is in reach of a point. Takes milliseconds; may run in a thread.

        Parameters
        ----------
        day
            Buses of the service day.
        point
            [lon, lat] in degrees.
        dep_time
            Departure, service seconds.
        limit_s
            Seconds from then on, included.
        by_shuttle
            When a shuttle can have the traveller at each virtual stop, service seconds; ``NEVER``
            where none can. Without it there is no shuttle.

        Returns
        -------
        Within
            Squares by their centres.
        """
        until = dep_time + limit_s
        reached = np.full(len(self.squares.lon), NEVER, np.int64)
        self._walk_on(reached, self._from(*point, limit_s), dep_time)
        access = self._access(point, dep_time, until, by_shuttle)
        at_stop = earliest_arrivals(
            day.timetable, get_offsets(*access, day.timetable.n_stops), dep_time, None, limit_s
        )
        with self._lock:
            for stop in np.flatnonzero(at_stop <= until).tolist():
                self._walk_on(reached, self._around_stop(stop), int(at_stop[stop]))
            if by_shuttle is not None:
                for place in np.flatnonzero(by_shuttle <= until).tolist():
                    self._walk_on(reached, self._around_place(place), int(by_shuttle[place]))
        return Within(reached <= until, at_stop <= until)

    def _access(
        self, point: tuple[float, float], dep_time: int, until: int, by_shuttle: Int32Array | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Bus stops in reach on foot or by shuttle, and seconds to each."""
        speed = self._area.policy.walk_speed_m_per_s
        near = self._stops.nearest_bus(*point, WALK_M, speed)
        stops = np.array([stop for stop, _ in near], np.int64)
        seconds = np.array([walk.seconds for _, walk in near], np.int64)
        if by_shuttle is None or not len(self._hubs.place):
            return stops, seconds
        there = by_shuttle[self._hubs.place].astype(np.int64) + self._hubs.walk_s
        there += Connecting().buffer_s
        known = there <= until
        return (
            np.concatenate((stops, self._hubs.stop[known])),
            np.concatenate((seconds, there[known] - dep_time)),
        )

    def _walk_on(self, reached: np.ndarray, walks: Walks, time: int) -> None:
        squares, seconds = walks
        np.minimum.at(reached, squares, seconds.astype(np.int64) + time)

    def _around_stop(self, stop: int) -> Walks:
        bus = self._stops.bus_stops[stop]
        return self._remembered("bus", stop, (bus.lon, bus.lat))

    def _around_place(self, place: int) -> Walks:
        return self._remembered("place", place, self._stops.point(place))

    def _remembered(self, kind: str, index: int, point: tuple[float, float]) -> Walks:
        walks = self._walks.get((kind, index))
        if walks is None:
            limit_s = int(WALK_M / self._area.policy.walk_speed_m_per_s)
            walks = self._walks[kind, index] = self._from(*point, limit_s)
        return walks

    def _from(self, lon: float, lat: float, limit_s: int) -> Walks:
        speed, squares = self._area.policy.walk_speed_m_per_s, self.squares
        limit_m = int(limit_s * speed)
        near, metres = walks_from(self._area.ground, lon, lat, squares.lon, squares.lat, limit_m)
        return near, walk_s(metres, speed)
