"""Where a simulated shuttle is on its way: a line along the roads, walked by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gtfs.area import Area
from routing.road.geometry import straight_m
from routing.road.graph import attach
from routing.road.matrix import find_path
from routing.road.snap import snap

Point = tuple[float, float]  # lon, lat


@dataclass(frozen=True, slots=True)
class Way:
    """A line from one point to another, with the metres along it."""

    points: tuple[Point, ...]
    metres: tuple[float, ...]  # along the line, from 0

    @classmethod
    def through(cls, points: Sequence[Point]) -> "Way":
        """The line through ``points``."""
        steps = [float(straight_m(*a, *b)) for a, b in pairwise(points)]
        return cls(tuple(points), tuple(np.cumsum([0.0, *steps]).tolist()))

    def at(self, share: float) -> Point:
        """The point where ``share`` (0 to 1) of the way is done."""
        along = min(max(share, 0.0), 1.0) * self.metres[-1]
        lon, lat = (
            float(np.interp(along, self.metres, [p[axis] for p in self.points])) for axis in (0, 1)
        )
        return lon, lat


def find_way(area: Area, origin: Point, destination: Point) -> Way:
    """The shortest way along the roads of ``area``, or a straight line where there is none."""
    ends = snap(area.roads.graph, [origin[0], destination[0]], [origin[1], destination[1]])
    graph, nodes = attach(area.roads.graph, ends.edge, ends.offset_m)
    path = find_path(graph, graph.arc_length_m, *map(int, nodes))
    between = [] if path is None else [(float(graph.lon[n]), float(graph.lat[n])) for n in path]
    return Way.through([origin, *between, destination])
