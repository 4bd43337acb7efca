"""English texts of the feed, by the table and field that they translate."""

from collections.abc import Iterable
from typing import TypeAlias

from gtfs.builder.sources import Sources
from gtfs.builder.table import Table
from gtfs.builder.wording import describe_route, describe_stop

#: table_name, field_name, record_id, field_value, translation
_Entry: TypeAlias = tuple[str, str, str, str, str]

_COLUMNS = ("table_name", "field_name", "language", "translation", "record_id", "field_value")


def translations_table(sources: Sources) -> Table:
    """Return translations.txt with the English of every text that riders see."""
    entries = [
        *_feed_texts(sources),
        *_stop_texts(sources),
        *_route_texts(sources),
        *_fare_texts(sources),
    ]
    rows = [
        [table, field, "en", text, record_id, value]
        for table, field, record_id, value, text in entries
    ]
    return Table("translations", _COLUMNS, rows)


def _feed_texts(sources: Sources) -> Iterable[_Entry]:
    yield "feed_info", "feed_publisher_name", "", "", sources.feed.publisher_en
    for agency in sources.agencies:
        yield "agency", "agency_name", agency.agency_id, "", agency.name_en
    for item in sources.attributions:
        name = item.organization_en
        yield "attributions", "organization_name", item.attribution_id, "", name


def _stop_texts(sources: Sources) -> Iterable[_Entry]:
    for stop in sources.stops.values():
        yield "stops", "stop_name", stop.stop_id, "", stop.name_en
        yield "stops", "stop_desc", stop.stop_id, "", describe_stop(stop).en
    # a headsign is the name of the last stop, and many trips share it
    last_stops = {pattern.stop_ids[-1] for pattern in sources.patterns.values()}
    for name_ko, name_en in sorted(
        {(sources.stops[stop_id].name_ko, sources.stops[stop_id].name_en) for stop_id in last_stops}
    ):
        yield "trips", "trip_headsign", "", name_ko, name_en


def _route_texts(sources: Sources) -> Iterable[_Entry]:
    for route in sources.routes.values():
        count = sources.counts[route.count_id]
        yield "routes", "route_long_name", route.route_id, "", route.name_en
        yield "routes", "route_desc", route.route_id, "", describe_route(route, count).en


def _fare_texts(sources: Sources) -> Iterable[_Entry]:
    for network in sources.fares.network:
        yield "networks", "network_name", network.network_id, "", network.name_en
    for medium in sources.fares.medium:
        yield "fare_media", "fare_media_name", medium.medium_id, "", medium.name_en
    for category in sources.fares.rider_category:
        yield (
            "rider_categories",
            "rider_category_name",
            category.rider_category_id,
            "",
            category.name_en,
        )
