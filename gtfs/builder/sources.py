"""The plain-text sources of a feed, read, checked and cut down to one scenario."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gtfs.builder import checks
from gtfs.builder.files import read_csv, read_toml
from gtfs.builder.schema import (
    Agency,
    Attribution,
    Count,
    FaresFile,
    Feed,
    FeedFile,
    Pattern,
    PatternStop,
    Profile,
    RoadFiles,
    Route,
    RoutesFile,
    Running,
    Stop,
    TimetableRow,
)


class Sources(NamedTuple):
    """Everything that one scenario's feed is made of, consistent in itself."""

    scenario: str
    feed: Feed
    roads: RoadFiles
    running: Running
    agencies: Sequence[Agency]
    attributions: Sequence[Attribution]
    stops: Mapping[str, Stop]  # by stop_id, in file order; called at, or a station of one that is
    routes: Mapping[str, Route]  # by route_id, in file order
    counts: Mapping[str, Count]  # by count_id
    patterns: Mapping[tuple[str, int], Pattern]  # by (route_id, direction_id)
    timetable: Sequence[TimetableRow]
    profiles: Mapping[str, Profile]
    fares: FaresFile


def load_sources(folder: Path, scenario: str | None = None) -> Sources:
    """Return what ``folder`` holds for a scenario.

    Parameters
    ----------
    folder
        With feed.toml, routes.toml, fares.toml, profiles.toml, stops.csv, patterns.csv and
        timetable.csv.
    scenario
        Name of a scenario that routes.toml knows; None for the network as it is today.

    Returns
    -------
    Sources
        Without anything that belongs to other scenarios only.

    Raises
    ------
    AreaError
        Naming file, row and field, if a file cannot be read, or files contradict each other.
    """
    about = read_toml(folder / "feed.toml", FeedFile)
    running = read_toml(folder / "routes.toml", RoutesFile)
    fares = read_toml(folder / "fares.toml", FaresFile)
    profiles = read_toml(folder / "profiles.toml", dict[str, Profile])
    stops = read_csv(folder / "stops.csv", Stop)
    calls = read_csv(folder / "patterns.csv", PatternStop)
    rows = read_csv(folder / "timetable.csv", TimetableRow)

    checks.check_scenario(scenario, running.route)
    checks.check_stops(stops)
    checks.check_routes(running, about.agency, fares)
    checks.check_calls(calls, stops, running.route)
    checks.check_timetable(rows, running.route, profiles)

    active = {"", scenario or ""}
    routes = {route.route_id: route for route in running.route if route.scenario in active}
    patterns = _patterns([call for _, call in calls if call.route_id in routes])
    checks.check_patterns(patterns, {stop.stop_id: stop for _, stop in stops}, rows)
    return Sources(
        scenario=scenario or "",
        feed=about.feed,
        roads=about.roads,
        running=about.running,
        agencies=[agency for agency in about.agency if agency.scenario in active],
        attributions=about.attribution,
        stops=_called_at([stop for _, stop in stops], patterns),
        routes=routes,
        counts={count.count_id: count for count in running.count},
        patterns=patterns,
        timetable=[row for _, row in rows if row.route_id in routes],
        profiles=profiles,
        fares=fares,
    )


def _patterns(calls: Sequence[PatternStop]) -> dict[tuple[str, int], Pattern]:
    given: dict[tuple[str, int], list[str]] = defaultdict(list)
    for call in calls:
        given[call.route_id, call.direction_id].append(call.stop_id)
    patterns: dict[tuple[str, int], Pattern] = {}
    for route_id in dict.fromkeys(route_id for route_id, _ in given):
        for direction_id in (0, 1):
            stop_ids = given.get((route_id, direction_id)) or given[route_id, 0][::-1]
            key = route_id, direction_id
            patterns[key] = Pattern(route_id, direction_id, tuple(stop_ids))
    return patterns


def _called_at(
    stops: Sequence[Stop], patterns: Mapping[tuple[str, int], Pattern]
) -> dict[str, Stop]:
    called = {stop_id for pattern in patterns.values() for stop_id in pattern.stop_ids}
    called |= {stop.parent for stop in stops if stop.stop_id in called}
    return {stop.stop_id: stop for stop in stops if stop.stop_id in called}
