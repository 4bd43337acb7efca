"""`sokcho report`: what planners want to know of a city, as tables, maps and a picture."""

import argparse
import sys
from pathlib import Path

from api.cli.arguments import SOKCHO_SOURCES, iso_date, today, whole_number
from api.cli.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", choices=("nine-minute",), help="which report")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--date", type=iso_date, metavar="D", help="service day (default today)")
    parser.add_argument(
        "--area",
        type=Path,
        default=SOKCHO_SOURCES / "area.toml",
        metavar="FILE",
        help="area file (default: Sokcho's)",
    )
    parser.add_argument("--scenario", metavar="NAME", help="of the area, for example ktx")
    parser.add_argument(
        "--fleet",
        choices=("simulated", "idle"),
        default="simulated",
        help="shuttles at work on a simulated day (default), or with nothing to do",
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=0, metavar="N", help="of the simulated day"
    )
    parser.add_argument(
        "--every",
        type=int,
        choices=(5, 10, 15, 20, 30),
        default=10,
        metavar="MIN",
        help="minutes between departures: 5, 10 (default), 15, 20 or 30",
    )


def _run(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from api.reports.nine_minute import Question, make_report
    from api.reports.writing import write_report
    from gtfs.area import load_area

    area = load_area(arguments.area, arguments.scenario)
    day = arguments.date or today(area.timezone)
    question = Question(day, arguments.fleet, arguments.seed, arguments.every * 60)
    with tqdm(total=100, unit="%", disable=None, file=sys.stderr) as bar:
        report = make_report(area, question, lambda share: bar.update(100 * share - bar.n))
    for path in write_report(report, arguments.out):
        print(path)
    return 0


COMMAND = Command(
    name="report",
    summary="Write a report for planners: the 9-minute city",
    description="""\
For each living zone and hour: the share of residents who reach a clinic, market, school,
station, beach or park gate within nine minutes from door to door, and the share of such places
within their reach; on foot and by bus, and with the shuttle where the fleet really has room.
DIR gets nine-minute.csv (all figures), .md (to read, Korean and English), .geojson and .svg.

Population and some places are estimated: the area's file of everyday life says how, and is where
to put better figures.""",
    examples=(
        "sokcho report nine-minute --out report",
        "sokcho report nine-minute --out report --date 2026-11-28 --fleet idle",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
