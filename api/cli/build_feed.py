"""`sokcho build-feed`: the plain-text sources of a city as a GTFS feed."""

import argparse
from pathlib import Path

from api.cli.arguments import SOKCHO_SOURCES, iso_date, today
from api.cli.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="FEED.zip", help="zip file to write")
    parser.add_argument("--scenario", metavar="NAME", help="a planned state, for example ktx")
    parser.add_argument(
        "--valid-from", type=iso_date, metavar="DATE", help="first service day (default today)"
    )
    parser.add_argument(
        "--days", type=int, default=365, metavar="N", help="service days (default 365)"
    )
    parser.add_argument(
        "--sources", type=Path, default=SOKCHO_SOURCES, metavar="DIR", help="another city's sources"
    )


def _run(arguments: argparse.Namespace) -> int:
    from gtfs.build import build_feed

    report = build_feed(
        arguments.sources,
        arguments.out,
        scenario=arguments.scenario,
        valid_from=arguments.valid_from or today(),
        valid_days=arguments.days,
    )
    label = " (estimated)" if report.estimated else ""
    print(
        f"{report.path}: {report.n_routes} routes, {report.n_stops} stops, {report.n_trips} trips,"
        f" valid {report.valid_from} to {report.valid_until}{label}"
    )
    return 0


COMMAND = Command(
    name="build-feed",
    summary="Build the GTFS feed of Sokcho from its plain-text sources",
    description=(
        "Sokcho's stops and times were not to be had. What this writes is estimated from\n"
        "published facts and says so in feed_info, on stops and on routes.\n"
        "gtfs/sokcho/README.md says how to put the operator's own data in its place."
    ),
    examples=(
        "sokcho build-feed sokcho.zip",
        "sokcho build-feed sokcho-ktx.zip --scenario ktx --valid-from 2027-01-01 --days 90",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
