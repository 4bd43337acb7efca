"""What sources must agree on; each complaint names file, row and field and says what to do."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from gtfs.builder.files import SourceFile
from gtfs.builder.schema import (
    Agency,
    FaresFile,
    Pattern,
    PatternStop,
    Profile,
    Route,
    RoutesFile,
    Stop,
    TimetableRow,
)
from routing.errors import AreaError

_ROUTES, _PATTERNS, _FARES = (SourceFile(n) for n in ("routes.toml", "patterns.csv", "fares.toml"))


def check_scenario(scenario: str | None, routes: Sequence[Route]) -> None:
    """Raise `AreaError` unless some route belongs to ``scenario`` (None always passes)."""
    known = sorted({route.scenario for route in routes} - {""})
    if scenario is not None and scenario not in known:
        raise AreaError(f"unknown scenario {scenario!r}; known: {', '.join(known) or 'none'}")


def check_stops(rows: Sequence[tuple[SourceFile, Stop]]) -> None:
    """Raise `AreaError` on a repeated stop_id or a parent that is no station."""
    stations = {stop.stop_id for _, stop in rows if stop.kind == "station"}
    seen: set[str] = set()
    for at, stop in rows:
        if stop.stop_id in seen:
            raise at.error(f"{stop.stop_id} stands in the file already", "stop_id")
        seen.add(stop.stop_id)
        if stop.parent and (stop.kind == "station" or stop.parent not in stations):
            raise at.error(f"{stop.parent} is not a station that a stop can belong to", "parent")


def check_routes(file: RoutesFile, agencies: Sequence[Agency], fares: FaresFile) -> None:
    """Raise `AreaError` on names that nothing defines, or runs that do not add up."""
    networks = {network.network_id for network in fares.network}
    counts = {count.count_id: count for count in file.count}
    _check_unique(_ROUTES, "route_id", (route.route_id for route in file.route))
    _check_unique(_ROUTES, "count_id", (count.count_id for count in file.count))
    for route in file.route:
        _check_known(_ROUTES, route, "agency_id", {agency.agency_id for agency in agencies})
        _check_known(_ROUTES, route, "count_id", set(counts))
        _check_known(_ROUTES, route, "fare_network", networks | {""})
    for count in file.count:
        runs = sum(r.runs_per_day for r in file.route if r.count_id == count.count_id)
        if runs != count.n_round_trips or (count.unit == "train" and count.n_published % 2):
            raise _ROUTES.error(
                f"count {count.count_id!r} says {count.n_published} {count.unit}s a day, "
                f"its routes add up to {runs} in each direction",
                "runs_per_day",
            )
    if fares.transfer.network_id not in networks:
        raise _FARES.error(f"unknown {fares.transfer.network_id!r}", "transfer.network_id")
    if fares.transfer.medium_id not in {medium.medium_id for medium in fares.medium}:
        raise _FARES.error(f"unknown {fares.transfer.medium_id!r}", "transfer.medium_id")
    if sum(category.is_default for category in fares.rider_category) != 1:
        raise _FARES.error("exactly one rider category is the default", "is_default")


def check_calls(
    calls: Sequence[tuple[SourceFile, PatternStop]],
    stops: Sequence[tuple[SourceFile, Stop]],
    routes: Sequence[Route],
) -> None:
    """Raise `AreaError` on unknown or misplaced stops and on sequences that do not ascend."""
    stop_by_id = {stop.stop_id: stop for _, stop in stops}
    scenario_of = {route.route_id: route.scenario for route in routes}
    last: dict[tuple[str, int], int] = {}
    for at, call in calls:
        stop = stop_by_id.get(call.stop_id)
        if call.route_id not in scenario_of:
            raise at.error(f"{call.route_id} is not in routes.toml", "route_id")
        if stop is None or stop.kind != "stop":
            raise at.error(f"{call.stop_id} is not a stop of stops.csv", "stop_id")
        if stop.scenario not in ("", scenario_of[call.route_id]):
            raise at.error(f"{call.stop_id} exists in scenario {stop.scenario!r} only", "stop_id")
        key = call.route_id, call.direction_id
        if call.stop_sequence <= last.get(key, 0):
            raise at.error("must rise within a route and direction", "stop_sequence")
        last[key] = call.stop_sequence
    for route_id in scenario_of:
        if (route_id, 0) not in last:
            raise _PATTERNS.error(f"route {route_id} has no rows with direction_id 0", "route_id")


def check_timetable(
    rows: Sequence[tuple[SourceFile, TimetableRow]],
    routes: Sequence[Route],
    profiles: Mapping[str, Profile],
) -> None:
    """Raise `AreaError` on unknown names, times that run backwards, or missing directions."""
    services: dict[tuple[str, int], set[str]] = {}
    route_ids = {route.route_id for route in routes}
    for at, row in rows:
        if row.route_id not in route_ids:
            raise at.error(f"{row.route_id} is not in routes.toml", "route_id")
        if row.profile not in profiles:
            raise at.error(f"{row.profile} is not in profiles.toml", "profile")
        if row.last_departure < row.first_departure:
            raise at.error("is before first_departure", "last_departure")
        mine = services.setdefault((row.route_id, row.direction_id), set())
        if row.service in mine or (mine and "daily" in mine | {row.service}):
            raise at.error(f"the day is covered already by {', '.join(sorted(mine))}", "service")
        mine.add(row.service)
    for route_id in route_ids:
        if services.get((route_id, 0)) != services.get((route_id, 1)) or (
            (route_id, 0) not in services
        ):
            raise SourceFile("timetable.csv").error(
                f"route {route_id} needs the same services in both directions", "service"
            )


def check_patterns(
    patterns: Mapping[tuple[str, int], Pattern],
    stops: Mapping[str, Stop],
    rows: Sequence[tuple[SourceFile, TimetableRow]],
) -> None:
    """Raise `AreaError` on a pattern too short, standing still, or without any running time."""
    for pattern in patterns.values():
        name = f"route {pattern.route_id} direction {pattern.direction_id}"
        if len(pattern.stop_ids) < 2:
            raise _PATTERNS.error(f"{name} has fewer than two stops", "stop_id")
        if any(a == b for a, b in pairwise(pattern.stop_ids)):
            raise _PATTERNS.error(f"{name} calls twice in a row at one stop", "stop_id")
        off_roads = [s for s in pattern.stop_ids if not stops[s].on_roads]
        if off_roads and len(pattern.stop_ids) != 2:
            raise _PATTERNS.error(
                f"{name} calls at {off_roads[0]}, which is beyond the roads: "
                "only patterns of two stops can",
                "stop_id",
            )
        for at, row in rows:
            mine = (row.route_id, row.direction_id) == (pattern.route_id, pattern.direction_id)
            if mine and off_roads and row.running_min is None:
                raise at.error(f"is needed, {off_roads[0]} is beyond the roads", "running_min")


def _check_unique(at: SourceFile, field: str, values: Iterable[str]) -> None:
    repeated = [value for value, n in Counter(values).items() if n > 1]
    if repeated:
        raise at.error(f"{repeated[0]!r} stands in the file twice", field)


def _check_known(at: SourceFile, route: Route, field: str, known: set[str]) -> None:
    value = getattr(route, field)
    if value not in known:
        raise at.error(f"route {route.route_id} names {value!r}, which is not defined", field)
