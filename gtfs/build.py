"""Build a GTFS feed from plain-text sources and a road graph.

Rule: the same sources, roads and dates give the same bytes; nothing here reads a clock. All
that is estimated says so inside the feed: in feed_info, on every stop and on every route.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from gtfs.builder.about import about_tables
from gtfs.builder.calendar import calendar_tables, last_day
from gtfs.builder.fares import fare_tables
from gtfs.builder.network import BusNetwork, Line, bus_network, find_line
from gtfs.builder.sources import Sources, load_sources
from gtfs.builder.table import Table
from gtfs.builder.tables import (
    agency_table,
    routes_table,
    shapes_table,
    stop_times_table,
    stops_table,
    trips_table,
)
from gtfs.builder.translations import translations_table
from gtfs.builder.trips import Trip, list_trips
from gtfs.builder.write import write_feed
from gtfs.roads import read_roads
from routing.errors import AreaError

#: A feed is valid for a year unless the caller says otherwise.
YEAR_DAYS = 365


class BuildReport(NamedTuple):
    """What was built."""

    path: Path
    scenario: str  # empty for the network as it is
    valid_from: date
    valid_until: date  # included
    n_stops: int  # stations included
    n_routes: int
    n_trips: int
    n_departures: Mapping[tuple[str, int, str], int]  # by route_id, direction_id, service_id
    estimated: bool  # always true: no official source could be had


def build_feed(
    sources_dir: Path,
    out: Path,
    *,
    scenario: str | None = None,
    valid_from: date,
    valid_days: int = YEAR_DAYS,
) -> BuildReport:
    """Write the GTFS feed of a city.

    Parameters
    ----------
    sources_dir
        Folder of plain-text sources; see gtfs/sokcho/README.md.
    out
        Zip file to write; replaced at once or not at all.
    scenario
        Name of a planned state of the network, for example ``ktx``; None for today's.
    valid_from
        First service day.
    valid_days
        Number of service days, 1 or more.

    Returns
    -------
    BuildReport
        What the feed holds.

    Raises
    ------
    AreaError
        Naming file, row and field, if sources cannot be used.
    OSError
        If ``out`` cannot be written.
    """
    if valid_days < 1:
        raise AreaError(f"a feed needs at least one service day, got {valid_days}")
    sources = load_sources(sources_dir, scenario)
    network = _network(sources_dir, sources)
    trips = list_trips(sources, network)
    lines = _lines(sources, network)
    valid_until = last_day(valid_from, valid_days)
    write_feed(_tables(sources, trips, lines, valid_from, valid_until), out)
    return BuildReport(
        path=out,
        scenario=sources.scenario,
        valid_from=valid_from,
        valid_until=valid_until,
        n_stops=len(sources.stops),
        n_routes=len(sources.routes),
        n_trips=len(trips),
        n_departures=Counter(
            (trip.pattern.route_id, trip.pattern.direction_id, trip.service_id) for trip in trips
        ),
        estimated=True,
    )


def _network(folder: Path, sources: Sources) -> BusNetwork:
    nodes, edges, speeds = (
        folder / name for name in (sources.roads.nodes, sources.roads.edges, sources.roads.speeds)
    )
    roads = read_roads(nodes, edges, speeds, {sources.scenario} - {""})
    return bus_network(roads.graph, roads.profile, list(sources.stops.values()))


def _lines(sources: Sources, network: BusNetwork) -> dict[str, Line]:
    """Lines by shape_id, of the patterns that stay on the roads."""
    lines = {pattern.shape_id: find_line(network, pattern) for pattern in sources.patterns.values()}
    return {shape_id: line for shape_id, line in lines.items() if line is not None}


def _tables(
    sources: Sources,
    trips: Sequence[Trip],
    lines: dict[str, Line],
    start: date,
    end: date,
) -> list[Table]:
    services = {trip.service_id for trip in trips}
    return [
        agency_table(sources),
        stops_table(sources),
        routes_table(sources),
        trips_table(sources, trips, lines),
        stop_times_table(trips, lines),
        *calendar_tables(sources.feed.country, services, start, end),
        *fare_tables(sources),
        shapes_table(lines),
        *about_tables(sources, start, end),
        translations_table(sources),
    ]
