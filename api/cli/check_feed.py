"""`sokcho check-feed`: what two independent validators find in a feed."""

import argparse
from pathlib import Path

from api.cli.arguments import iso_date, today
from api.cli.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feed", type=Path, metavar="FEED", help="GTFS zip file or folder")
    parser.add_argument(
        "--date", type=iso_date, help="the day to judge by, for feeds expire (default today)"
    )
    parser.add_argument(
        "--country", default="KR", metavar="CODE", help="ISO 3166-1 code (default KR)"
    )


def _run(arguments: argparse.Namespace) -> int:
    from gtfs.check_feed import check_feed, count_errors

    notices = check_feed(arguments.feed, arguments.date or today(), arguments.country)
    for notice in notices:
        example = ", ".join(f"{key}={value}" for key, value in notice.example.items())
        print(f"{notice.severity:8}{notice.n_found:6}  {notice.code}  ({notice.validator})")
        print(f"{'':16}for example {example}")
    n_errors = count_errors(notices)
    print(f"{arguments.feed}: {n_errors} errors by gtfs-validator and gtfs-guru")
    return int(n_errors > 0)


COMMAND = Command(
    name="check-feed",
    summary="Check a GTFS feed with gtfs-validator and gtfs-guru",
    description="Exit code 0 without errors (warnings are printed), 1 with, 2 if nothing was read.",
    examples=("sokcho check-feed sokcho.zip", "sokcho check-feed feed/ --date 2026-12-01"),
    add_arguments=_add_arguments,
    run=_run,
)
