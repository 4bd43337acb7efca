"""`sokcho import-feed`: a city cut out of the feed of a country."""

import argparse
import sys
from pathlib import Path

from api.cli.arguments import iso_date, today
from api.cli.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feed", metavar="FEED", help="GTFS zip file, folder or URL")
    parser.add_argument(
        "--clip",
        required=True,
        metavar="AREA",
        help="area file (.toml), GeoJSON file with polygons, or west,south,east,north",
    )
    parser.add_argument(
        "--profile",
        default="plain",
        choices=["plain", "ktdb"],
        help="faults of a source that are put right: ktdb is Korea's national feed (default plain)",
    )
    parser.add_argument(
        "--shift",
        nargs="?",
        const=None,
        default=False,
        type=iso_date,
        metavar="DATE",
        help="move an expired calendar by whole weeks, so that it covers DATE (default today)",
    )
    parser.add_argument(
        "--hub-routes",
        type=int,
        default=3,
        metavar="N",
        help="trains are cut at stations outside where N rail routes call (default 3)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="CITY.zip", help="file to write")


def _run(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from gtfs.clip import PROFILES, Order, import_feed, read_region

    order = Order(
        read_region(arguments.clip),
        PROFILES[arguments.profile],
        None if arguments.shift is False else arguments.shift or today(),
        arguments.hub_routes,
    )
    with tqdm(unit="B", unit_scale=True, desc="reading", disable=None) as bar:

        def step(n_bytes: int, total: int) -> None:
            bar.total = total
            bar.update(n_bytes)

        found = import_feed(arguments.feed, arguments.out, order, step)
    print(found.report, file=sys.stderr)
    rows = ", ".join(f"{n:,} {table}" for table, n in found.n_rows.items() if n)
    print(f"{arguments.out}: {rows}")
    if found.weeks_moved:
        print(f"the calendar was moved by {found.weeks_moved} weeks; feed_info.txt says so")
    return 0


COMMAND = Command(
    name="import-feed",
    summary="Cut a city out of a country-sized feed",
    description=(
        "Every trip that calls in the area is kept as a whole, of trains the way to the next hub\n"
        "on either side. The feed is read as a stream, so its size does not matter. What was\n"
        "repaired, dropped or noticed goes to stderr, by file and row. Serve the result with an\n"
        "area file "
        'whose [feed] says path = "CITY.zip".'
    ),
    examples=(
        "sokcho import-feed korea.zip --clip area.toml --profile ktdb --shift --out city.zip",
        "sokcho import-feed korea.zip --clip 128.4,38.1,128.7,38.3 --out city.zip",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
