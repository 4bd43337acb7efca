"""`sokcho journeys`: answers to a file of queries, and how long they took."""

import argparse
import csv
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.cli.arguments import iso_date
from api.cli.command import Command
from routing.errors import FeedError, SourceError

if TYPE_CHECKING:
    from gtfs.compiled import CompiledDay
    from routing.transit import Timetable

#: Service seconds of arrival by count of trips.
Answer = list[tuple[int, int]]


class Query(NamedTuple):
    """One question, in stop indices and service seconds."""

    source: int
    target: int
    dep_time: int


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feed", metavar="FEED_OR_SNAPSHOT", help="feed, or file of `compile`")
    parser.add_argument("--date", type=iso_date, help="service day; a snapshot has its own")
    parser.add_argument(
        "--queries", type=Path, required=True, metavar="Q.csv", help="source,target,dep_s"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="A.csv", help="file to write")
    parser.add_argument(
        "--kind",
        choices=("earliest", "pareto"),
        default="pareto",
        help="earliest arrival by connection scan, or arrivals by trips by RAPTOR (default)",
    )
    parser.add_argument(
        "--footpaths",
        type=Path,
        metavar="F.csv",
        help="from_stop,to_stop,seconds instead of walks within 100 m",
    )
    parser.add_argument(
        "--max-trips", type=int, default=8, metavar="N", help="most trips (pareto; default 8)"
    )


def _run(arguments: argparse.Namespace) -> int:
    import numpy as np

    day = _open_day(arguments.feed, arguments.date)
    timetable = day.timetable
    if arguments.footpaths:
        timetable = _with_footpaths(day, arguments.footpaths)
    queries = _read_queries(arguments.queries, day)
    answer = _answering(timetable, arguments.kind, arguments.max_trips)
    for query in queries[:1]:
        answer(query)  # compiles, or loads the compiled kernels
    answers, taken_ns = [], []
    for query in queries:
        started = time.perf_counter_ns()
        answers.append(answer(query))
        taken_ns.append(time.perf_counter_ns() - started)
    _write_answers(arguments.out, day, queries, answers)
    n_reached = sum(bool(found) for found in answers)
    median, p99 = np.percentile(taken_ns, (50, 99)) / 1000 if queries else (0, 0)
    print(
        f"{len(queries)} queries ({arguments.kind}), {n_reached} reached,"
        f" median {median:.1f} us, p99 {p99:.1f} us per query"
    )
    return 0


def _open_day(source: str, service_date: date | None) -> "CompiledDay":
    from gtfs.compile import compile_day
    from gtfs.compiled import is_compiled, load_compiled
    from gtfs.feed import load_feed

    if is_compiled(source):
        day = load_compiled(source)
        if service_date not in (None, day.service_date):
            raise FeedError(f"holds {day.service_date}, not {service_date}", source)
        return day
    if service_date is None:
        raise FeedError("a feed needs its service day: --date 2026-11-23", source)
    return compile_day(load_feed(source), service_date)


def _with_footpaths(day: "CompiledDay", path: Path) -> "Timetable":
    """Return the timetable with the footpaths of a file in place of its own."""
    from routing.transit import build_walks

    footpaths = [
        (
            _stop(day, path, row, line, "from_stop"),
            _stop(day, path, row, line, "to_stop"),
            _seconds(path, row, line, "seconds"),
        )
        for row, line in _read_rows(path, ("from_stop", "to_stop", "seconds"))
    ]
    walks = build_walks(day.timetable.n_stops, footpaths, day.timetable.walks.change_s)
    return day.timetable._replace(walks=walks)


def _read_queries(path: Path, day: "CompiledDay") -> list[Query]:
    return [
        Query(
            _stop(day, path, row, line, "source"),
            _stop(day, path, row, line, "target"),
            _seconds(path, row, line, "dep_s"),
        )
        for row, line in _read_rows(path, ("source", "target", "dep_s"))
    ]


def _read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its number, the header being row 1."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restval="")
        for column in columns:
            if column not in (reader.fieldnames or ()):
                raise SourceError("there is no such column", str(path), 1, column)
        for line in reader:
            yield reader.line_num, line


def _stop(day: "CompiledDay", path: Path, row: int, line: dict[str, str], field: str) -> int:
    found = day.find_stop(line[field])
    if found is None:
        raise SourceError(f"the feed has no stop {line[field]!r}", str(path), row, field)
    return found


def _seconds(path: Path, row: int, line: dict[str, str], field: str) -> int:
    try:
        return int(line[field])
    except ValueError:
        problem = f"{line[field]!r} is not a whole number of seconds"
        raise SourceError(problem, str(path), row, field) from None


def _answering(timetable: "Timetable", kind: str, max_trips: int) -> Callable[[Query], Answer]:
    """Return the function that answers one query, journeys with their legs included."""
    from routing.transit import (
        find_earliest_journey,
        find_journeys,
        list_access,
        list_egress,
        round_workspace,
        scan_workspace,
    )

    rounds = round_workspace(timetable, max_trips)
    scan = scan_workspace(timetable)

    def answer(query: Query) -> Answer:
        access = list_access(timetable, query.source)
        egress = list_egress(timetable, query.target)
        if kind == "earliest":
            found = find_earliest_journey(timetable, access, egress, query.dep_time, scan)
            journeys = [found] if found else []
        else:
            journeys = find_journeys(timetable, access, egress, query.dep_time, max_trips, rounds)
        arrivals = [(journey.n_trips, journey.arr_time) for journey in journeys]
        walks_s = [int(s) for stop, s in zip(*access, strict=True) if stop == query.target]
        if not walks_s:
            return arrivals
        on_foot = query.dep_time + min(walks_s)
        return [(0, on_foot), *(pair for pair in arrivals if pair[1] < on_foot)]

    return answer


def _write_answers(
    path: Path, day: "CompiledDay", queries: list[Query], found: list[Answer]
) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("source", "target", "dep_s", "arrival_s", "pareto"))
        for query, answer in zip(queries, found, strict=True):
            ids = day.stops.id[query.source], day.stops.id[query.target]
            earliest = min((arrival for _, arrival in answer), default="")
            pareto = " ".join(f"{n_trips}:{arrival}" for n_trips, arrival in answer)
            writer.writerow((*ids, query.dep_time, earliest, pareto))


COMMAND = Command(
    name="journeys",
    summary="Answer a file of journey queries and time them",
    description=(
        "A.csv repeats each query with arrival_s (service seconds, empty where nothing leads\n"
        "there) and pareto, pairs of trips:arrival with a blank between; 0 trips is the walk.\n"
        "The time of a query includes its journey in legs."
    ),
    examples=(
        "sokcho journeys sokcho.zip --date 2026-11-23 --queries q.csv --out a.csv",
        "sokcho journeys sokcho.day --kind earliest --queries q.csv --out a.csv",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
