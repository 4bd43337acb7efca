"""`sokcho export`: the log of a service day as a file."""

import argparse
from pathlib import Path

from api.cli.command import Command
from api.cli.logs import add_store_arguments, read_logs, settings_of, write_log


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for one file a day"
    )


def _run(arguments: argparse.Namespace) -> int:
    from api.served import served_area

    logs = read_logs(arguments, served_area(settings_of(arguments)).area_id)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for log in logs:
        path = arguments.out / f"{log.name}.jsonl"
        write_log(path, log)
        n_events = sum(len(commit.events) for commit in log.commits)
        print(f"{path}: {len(log.commits)} commits, {n_events} events")
    return 0


COMMAND = Command(
    name="export",
    summary="Write the event log of service days to files",
    description=(
        "One file a day, one commit in a line, as `replay` and `check` read it. It holds no name,\n"
        "no phone number and no exact coordinate. The service may be running."
    ),
    examples=("sokcho export --out logs/", "sokcho export --date 2026-11-23 --out logs/"),
    add_arguments=_add_arguments,
    run=_run,
)
