"""What the feed says about itself: feed_info and attributions."""

from datetime import date

from gtfs.builder.sources import Sources
from gtfs.builder.table import Table, gtfs_date


def about_tables(sources: Sources, start: date, end: date) -> list[Table]:
    """Return feed_info.txt and attributions.txt for a feed valid start..end, both included."""
    feed = sources.feed
    info = [
        feed.publisher_ko,
        feed.url,
        feed.lang,
        feed.lang,
        gtfs_date(start),
        gtfs_date(end),
        "-".join(filter(None, (gtfs_date(start), "estimated", sources.scenario))),
        feed.url,
    ]
    info_columns = (
        "feed_publisher_name",
        "feed_publisher_url",
        "feed_lang",
        "default_lang",
        "feed_start_date",
        "feed_end_date",
        "feed_version",
        "feed_contact_url",
    )
    roles = ("producer", "operator", "authority")
    credits = [
        [
            item.attribution_id,
            item.organization_ko,
            *(int(item.role == role) for role in roles),
            item.url,
        ]
        for item in sources.attributions
    ]
    credit_columns = (
        "attribution_id",
        "organization_name",
        *(f"is_{role}" for role in roles),
        "attribution_url",
    )
    return [
        Table("feed_info", info_columns, [info]),
        Table("attributions", credit_columns, credits),
    ]
