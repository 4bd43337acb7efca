"""`sokcho compile`: one service day of a feed as a file that opens at once."""

import argparse
import sys
from pathlib import Path

from api.cli.arguments import iso_date
from api.cli.command import Command
from api.cli.progress import with_transfers


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feed", metavar="FEED", help="GTFS zip file, folder or URL")
    parser.add_argument("--date", type=iso_date, required=True, help="service day")
    parser.add_argument("--out", type=Path, required=True, metavar="SNAPSHOT", help="file to write")
    parser.add_argument(
        "--walk-m",
        type=float,
        default=100.0,
        metavar="M",
        help="join stops within this distance on foot (default 100)",
    )

    parser.add_argument(
        "--ignore-blocks",
        action="store_true",
        help="nobody stays seated from trip to trip of a block (transfers.txt still counts)",
    )


def _run(arguments: argparse.Namespace) -> int:
    from gtfs.compile import compile_day
    from gtfs.compiled import save_compiled
    from gtfs.feed import load_feed
    from gtfs.footpaths import Walking

    feed = load_feed(arguments.feed)
    print(feed.report, file=sys.stderr)
    walking = Walking(limit_m=arguments.walk_m)
    day = compile_day(feed, arguments.date, walking, with_blocks=not arguments.ignore_blocks)
    day = with_transfers(day)
    save_compiled(arguments.out, day)
    timetable, transfers = day.timetable, day.transfers
    assert transfers is not None
    print(
        f"{arguments.out}: {arguments.date}, {timetable.n_stops} stops, {timetable.n_trips} trips,"
        f" {len(timetable.connections.dep_time)} hops, {len(transfers.to) // 2} transfers,"
        f" {arguments.out.stat().st_size} bytes"
    )
    return 0


COMMAND = Command(
    name="compile",
    summary="Compile a feed and a date into a timetable file",
    description=(
        "What was repaired or dropped while reading goes to stderr, by file and row. A feed that\n"
        "cannot be used is refused with the file, row and field to look at. The file also holds\n"
        "the transfers that make `sokcho journeys` fast. Where a block leads\n"
        "on, riders stay seated, and that counts as one trip."
    ),
    examples=(
        "sokcho compile sokcho.zip --date 2026-11-23 --out sokcho.day",
        "sokcho compile feed/ --date 2026-12-25 --walk-m 250 --out christmas.day",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
