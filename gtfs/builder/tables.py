"""The tables of a feed that say what runs where and when."""

from collections.abc import Iterable, Sequence

from gtfs.builder.network import Line
from gtfs.builder.schema import Route
from gtfs.builder.sources import Sources
from gtfs.builder.table import Table, gtfs_time
from gtfs.builder.trips import Trip
from gtfs.builder.wording import describe_route, describe_stop

_ROUTE_TYPE = {"bus": 3, "coach": 3, "rail": 2}
_LOCATION_TYPE = {"stop": 0, "station": 1}
_UNKNOWN = 0
_APPROXIMATE = 0


def agency_table(sources: Sources) -> Table:
    """Return agency.txt."""
    columns = ("agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang")
    feed = sources.feed
    rows = [[a.agency_id, a.name_ko, a.url, feed.timezone, feed.lang] for a in sources.agencies]
    return Table("agency", columns, rows)


def stops_table(sources: Sources) -> Table:
    """Return stops.txt; each description says where the position comes from."""
    columns = (
        "stop_id",
        "stop_name",
        "stop_desc",
        "stop_lat",
        "stop_lon",
        "location_type",
        "parent_station",
        "wheelchair_boarding",
    )
    rows: list[list[object]] = [
        [
            stop.stop_id,
            stop.name_ko,
            describe_stop(stop).ko,
            f"{stop.lat:.6f}",
            f"{stop.lon:.6f}",
            _LOCATION_TYPE[stop.kind],
            stop.parent,
            _UNKNOWN,
        ]
        for stop in sources.stops.values()
    ]
    return Table("stops", columns, rows)


def routes_table(sources: Sources) -> Table:
    """Return routes.txt."""
    columns = (
        "route_id",
        "agency_id",
        "route_short_name",
        "route_long_name",
        "route_desc",
        "route_type",
        "route_color",
        "route_text_color",
        "route_sort_order",
    )
    rows = [_route_row(sources, route, n) for n, route in enumerate(sources.routes.values(), 1)]
    return Table("routes", columns, rows)


def _route_row(sources: Sources, route: Route, sort_order: int) -> list[object]:
    return [
        route.route_id,
        route.agency_id,
        route.short_name,
        route.name_ko,
        describe_route(route, sources.counts[route.count_id]).ko,
        _ROUTE_TYPE[route.kind],
        route.color,
        "FFFFFF",
        sort_order,
    ]


def trips_table(sources: Sources, trips: Sequence[Trip], shape_ids: Iterable[str]) -> Table:
    """Return trips.txt; the headsign is the name of the last stop."""
    columns = (
        "route_id",
        "service_id",
        "trip_id",
        "trip_headsign",
        "direction_id",
        "shape_id",
        "wheelchair_accessible",
        "bikes_allowed",
    )
    drawn = set(shape_ids)
    rows: list[list[object]] = []
    for trip in trips:
        pattern = trip.pattern
        rows.append(
            [
                pattern.route_id,
                trip.service_id,
                trip.trip_id,
                sources.stops[pattern.stop_ids[-1]].name_ko,
                pattern.direction_id,
                pattern.shape_id if pattern.shape_id in drawn else "",
                _UNKNOWN,
                _UNKNOWN,
            ]
        )
    return Table("trips", columns, rows)


def stop_times_table(trips: Sequence[Trip], lines: dict[str, Line]) -> Table:
    """Return stop_times.txt; ``lines`` by shape_id. All times are approximate."""
    columns = (
        "trip_id",
        "arrival_time",
        "departure_time",
        "stop_id",
        "stop_sequence",
        "shape_dist_traveled",
        "timepoint",
    )
    rows: list[list[object]] = []
    for trip in trips:
        line = lines.get(trip.pattern.shape_id)
        for n, (stop_id, call) in enumerate(zip(trip.pattern.stop_ids, trip.calls, strict=True)):
            rows.append(
                [
                    trip.trip_id,
                    gtfs_time(call.arrival_time),
                    gtfs_time(call.departure_time),
                    stop_id,
                    n + 1,
                    f"{line.stop_along_m[n]:.1f}" if line else "",
                    _APPROXIMATE,
                ]
            )
    return Table("stop_times", columns, rows)


def shapes_table(lines: dict[str, Line]) -> Table:
    """Return shapes.txt; ``lines`` by shape_id, distances in metres."""
    columns = (
        "shape_id",
        "shape_pt_lat",
        "shape_pt_lon",
        "shape_pt_sequence",
        "shape_dist_traveled",
    )
    rows = [
        [shape_id, f"{lat:.6f}", f"{lon:.6f}", n, f"{along_m:.1f}"]
        for shape_id, line in lines.items()
        for n, (lon, lat, along_m) in enumerate(
            zip(line.lon, line.lat, line.along_m, strict=True), 1
        )
    ]
    return Table("shapes", columns, rows)
