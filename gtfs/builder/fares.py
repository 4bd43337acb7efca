"""Fare tables.

Rule: the same fares stand in both forms that GTFS knows. The first form (fare_attributes)
carries the adult card fare, all that it can say; Fares v2 carries categories, media and the
free transfer, which belongs to the card only and therefore to leg groups of its own.
"""

from collections.abc import Sequence

from gtfs.builder.schema import FaresFile, Medium, Route
from gtfs.builder.sources import Sources
from gtfs.builder.table import Table
from gtfs.builder.wording import name_product

_PAY_ON_BOARD = 0
#: From getting off the first bus to getting on the next one.
_FROM_ARRIVAL_TO_DEPARTURE = 2
#: A ride after a free transfer costs the first fare and nothing more.
_FIRST_FARE_ONLY = 0


def fare_tables(sources: Sources) -> list[Table]:
    """Return the fare tables of every route that names a fare network."""
    fares = sources.fares
    routes = [route for route in sources.routes.values() if route.fare_network]
    return [
        *_first_form(fares, routes, agency_id=routes[0].agency_id if routes else ""),
        *_networks(fares, routes),
        *_products(fares),
        *_legs(fares),
    ]


def _first_form(fares: FaresFile, routes: Sequence[Route], agency_id: str) -> list[Table]:
    adult = next(category for category in fares.rider_category if category.is_default)
    attributes: list[list[object]] = []
    for network in fares.network:
        free = network.network_id == fares.transfer.network_id
        attributes.append(
            [
                f"{network.network_id}-adult-card",
                adult.card,
                fares.currency,
                _PAY_ON_BOARD,
                fares.transfer.n_transfers if free else 0,
                agency_id,
                fares.transfer.within_min * 60 if free else "",
            ]
        )
    columns = (
        "fare_id",
        "price",
        "currency_type",
        "payment_method",
        "transfers",
        "agency_id",
        "transfer_duration",
    )
    rules = [[f"{route.fare_network}-adult-card", route.route_id] for route in routes]
    return [
        Table("fare_attributes", columns, attributes),
        Table("fare_rules", ("fare_id", "route_id"), rules),
    ]


def _networks(fares: FaresFile, routes: Sequence[Route]) -> list[Table]:
    networks = [[network.network_id, network.name_ko] for network in fares.network]
    members = [[route.fare_network, route.route_id] for route in routes]
    return [
        Table("networks", ("network_id", "network_name"), networks),
        Table("route_networks", ("network_id", "route_id"), members),
    ]


def _products(fares: FaresFile) -> list[Table]:
    media = [[medium.medium_id, medium.name_ko, medium.gtfs_type] for medium in fares.medium]
    categories = [
        [category.rider_category_id, category.name_ko, int(category.is_default)]
        for category in fares.rider_category
    ]
    products = [
        [
            f"single-{medium.medium_id}",
            name_product(medium),
            category.rider_category_id,
            medium.medium_id,
            getattr(category, medium.medium_id),
            fares.currency,
        ]
        for medium in fares.medium
        for category in fares.rider_category
    ]
    product_columns = (
        "fare_product_id",
        "fare_product_name",
        "rider_category_id",
        "fare_media_id",
        "amount",
        "currency",
    )
    return [
        Table("fare_media", ("fare_media_id", "fare_media_name", "fare_media_type"), media),
        Table(
            "rider_categories",
            ("rider_category_id", "rider_category_name", "is_default_fare_category"),
            categories,
        ),
        Table("fare_products", product_columns, products),
    ]


def _legs(fares: FaresFile) -> list[Table]:
    legs = [
        [_leg_group(network.network_id, medium), network.network_id, f"single-{medium.medium_id}"]
        for network in fares.network
        for medium in fares.medium
    ]
    rule = fares.transfer
    medium = next(medium for medium in fares.medium if medium.medium_id == rule.medium_id)
    group = _leg_group(rule.network_id, medium)
    transfer = [
        group,
        group,
        rule.n_transfers,
        rule.within_min * 60,
        _FROM_ARRIVAL_TO_DEPARTURE,
        _FIRST_FARE_ONLY,
    ]
    transfer_columns = (
        "from_leg_group_id",
        "to_leg_group_id",
        "transfer_count",
        "duration_limit",
        "duration_limit_type",
        "fare_transfer_type",
    )
    return [
        Table("fare_leg_rules", ("leg_group_id", "network_id", "fare_product_id"), legs),
        Table("fare_transfer_rules", transfer_columns, [transfer]),
    ]


def _leg_group(network_id: str, medium: Medium) -> str:
    return f"{network_id}-{medium.medium_id}"
