"""ferrobus over the feed that `minutes` writes, asked for every stop at once.

It needs streets, and keeps those that hang together. It gets one that leads from stop to stop, each
once: it can then walk no further than we do and has no street network to search.
"""

import contextlib
import sys
import tempfile
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gtfs.compiled import CompiledDay

_MAX_TRANSFERS, _MOST_WALK_S = 7, 120


class FerrobusPeer:
    """One loaded model; the points of all stops are made once and kept.

    Parameters
    ----------
    model
        As ferrobus loaded it.
    points
        Point of each stop, by our stop index; None where it found no street or no trip.
    """

    def __init__(self, model: Any, points: list[Any]) -> None:
        self._model, self._points = model, points
        self._known = [point for point in points if point is not None]

    @classmethod
    def load(cls, feed: Path, day: CompiledDay) -> "FerrobusPeer | None":
        """Read a feed; None, said on stderr, where ferrobus or osmium is not installed."""
        try:
            import ferrobus
            import osmium
        except ImportError as error:
            print(f"left out: {error.name} is not installed (extra `bench`)", file=sys.stderr)
            return None
        with tempfile.TemporaryDirectory() as folder:
            streets, tables = Path(folder) / "streets.osm.pbf", Path(folder) / "gtfs"
            _write_streets(osmium, streets, day)
            with zipfile.ZipFile(feed) as archive:
                archive.extractall(tables)
            _add_calendar(tables, day.service_date)
            model = ferrobus.create_transit_model(
                str(streets), [str(tables)], day.service_date, _MOST_WALK_S
            )
        points = []
        for lon, lat in zip(day.stops.lon.tolist(), day.stops.lat.tolist(), strict=True):
            point = None
            with contextlib.suppress(ValueError, RuntimeError):
                point = ferrobus.create_transit_point(lat, lon, model, _MOST_WALK_S, 1)
            points.append(point)
        return cls(model, points)

    def find_all(self, query: tuple[int, int, int]) -> Any:
        """Routes from the query's source to every stop; None where ferrobus does not know it."""
        import ferrobus

        start = self._points[query[0]]
        if start is None:
            return None
        return ferrobus.find_routes_one_to_many(
            self._model, start, self._known, query[2], _MAX_TRANSFERS
        )

    @property
    def n_known(self) -> int:
        """Count of the stops that it knows."""
        return len(self._known)


def _write_streets(osmium: Any, path: Path, day: CompiledDay) -> None:
    from osmium.osm.mutable import Node, Way

    lon, lat = day.stops.lon, day.stops.lat
    writer = osmium.SimpleWriter(str(path))
    try:
        for i in range(len(lon)):
            place = (float(lon[i]), float(lat[i]))
            writer.add_node(Node(id=i + 1, location=place, version=1, visible=True))
        order = np.lexsort((lon, lat)).tolist()
        for i, nodes in enumerate(pairwise(order)):
            tags = {"highway": "residential"}
            refs = [node + 1 for node in nodes]
            writer.add_way(Way(id=i + 1, nodes=refs, tags=tags, version=1, visible=True))
    finally:
        writer.close()


def _add_calendar(tables: Path, service_date: date) -> None:
    """Write the one date as a calendar too: ferrobus wants that table."""
    day = service_date.strftime("%Y%m%d")
    header = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date"
    )
    (tables / "calendar.txt").write_text(f"{header}\nday,1,1,1,1,1,1,1,{day},{day}\n")
