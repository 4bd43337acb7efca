"""`sokcho journeys`: answers to a file of queries, and how long they took."""

import argparse
import csv
import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.cli.arguments import iso_date, whole_number
from api.cli.command import Command
from api.cli.progress import counted, with_transfers
from routing.errors import FeedError, SourceError

if TYPE_CHECKING:
    from gtfs.compiled import CompiledDay
    from gtfs.realtime import LiveDay
    from routing.transit import Journey, Offsets


class Found(NamedTuple):
    """What is written about one journey; times in service seconds."""

    n_trips: int
    dep_time: int
    arr_time: int
    is_live: bool = False  # a time of one of its rides is a prediction


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
        choices=("earliest", "pareto", "range"),
        default="pareto",
        help="earliest arrival, arrivals by trips (default), or both over a window of departures",
    )
    parser.add_argument(
        "--footpaths",
        type=Path,
        metavar="F.csv",
        help="from_stop,to_stop,seconds instead of walks within 100 m",
    )
    parser.add_argument(
        "--realtime",
        nargs="+",
        metavar="FILE_OR_URL",
        help="GTFS-Realtime messages: answer as trips run when the newest of them was made",
    )
    parser.add_argument(
        "--max-trips",
        type=whole_number(1),
        default=8,
        metavar="N",
        help="most trips (not earliest; default 8)",
    )
    parser.add_argument(
        "--window-s",
        type=whole_number(0),
        default=7200,
        metavar="W",
        help="length of the window from dep_s on, its end not included (range; default 7200)",
    )
    parser.add_argument(
        "--ignore-blocks",
        action="store_true",
        help="nobody stays seated in a block (of a feed; a snapshot keeps what it has)",
    )


def _run(arguments: argparse.Namespace) -> int:
    import numpy as np

    day = _open_day(arguments.feed, arguments.date, not arguments.ignore_blocks)
    if arguments.footpaths:
        day = _with_footpaths(day, arguments.footpaths)
    if arguments.realtime:
        day = _as_it_runs(day, arguments.realtime)
    if arguments.kind != "earliest" and day.transfers is None:
        day = with_transfers(day)
    queries = _read_queries(arguments.queries, day)
    answer = _answering(day, arguments.kind, arguments.max_trips, arguments.window_s)
    for query in queries[:1]:
        answer(query)  # compiles, or loads the compiled kernels
    # What is loaded stays: the collector need not look through it between two queries.
    gc.collect()
    gc.freeze()
    answers, taken_ns = [], []
    for query in counted(queries, "queries"):
        started = time.perf_counter_ns()
        answers.append(answer(query))
        taken_ns.append(time.perf_counter_ns() - started)
    _write_answers(arguments.out, day, queries, answers, arguments.kind)
    n_reached = sum(bool(found) for found in answers)
    median, p99 = np.percentile(taken_ns, (50, 99)) / 1000 if queries else (0, 0)
    print(
        f"{len(queries)} queries ({arguments.kind}), {n_reached} reached,"
        f" median {median:.1f} us, p99 {p99:.1f} us per query"
    )
    return 0


def _open_day(source: str, service_date: date | None, with_blocks: bool) -> "CompiledDay":
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
    return compile_day(load_feed(source), service_date, with_blocks=with_blocks)


def _with_footpaths(day: "CompiledDay", path: Path) -> "CompiledDay":
    """Return the day with the footpaths of a file in place of its own, not prepared for them."""
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
    return replace(day, timetable=day.timetable._replace(walks=walks), transfers=None)


def _as_it_runs(day: "CompiledDay", sources: Sequence[str]) -> "LiveDay":
    """Return the day with messages applied; what fits nothing goes to stderr."""
    from gtfs.realtime import Updater, read_message

    messages = [read_message(source) for source in sources]
    # Without any word on when they were made, noon is as good as any other moment.
    made_at = max(message.epoch_s for message in messages)
    live = Updater(day).apply(messages, made_at or day.service_day.origin_epoch_s + 12 * 3600)
    print(f"real time {live.report}", file=sys.stderr)
    return live


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


def _answering(
    day: "CompiledDay", kind: str, max_trips: int, window_s: int
) -> Callable[[Query], list[Found]]:
    """Return the function that answers one query, journeys with their legs included."""
    from gtfs.realtime import LiveDay, call_state
    from routing.transit import StopOffsets

    def is_live(journey: "Journey") -> bool:
        """Whether a time at which somebody boards or alights is a prediction."""
        return has_live and any(
            call_state(day, ride.trip_idx, pos).is_live
            for ride in journey.rides
            for pos in (ride.board_pos, ride.alight_pos)
        )

    has_live = isinstance(day, LiveDay)
    offsets = StopOffsets(day.timetable.walks)
    search = _searching(day, kind, max_trips, window_s)

    def answer(query: Query) -> list[Found]:
        access = offsets.list_access(query.source)
        journeys = search(access, offsets.list_egress(query.target), query.dep_time)
        found = [
            Found(journey.n_trips, journey.dep_time, journey.arr_time, is_live(journey))
            for journey in journeys
        ]
        walks_s = [s for stop, s in zip(*map(list, access), strict=True) if stop == query.target]
        if not walks_s:
            return found
        return _beside_walking(found, query.dep_time, int(min(walks_s)), kind)

    return answer


def _searching(
    day: "CompiledDay", kind: str, max_trips: int, window_s: int
) -> "Callable[[Offsets, Offsets, int], list[Journey]]":
    from routing.transit import csa, trip_based

    timetable, transfers = day.timetable, day.transfers
    if kind == "earliest" or transfers is None:
        scan = csa.scan_workspace(timetable)

        def earliest(access: "Offsets", egress: "Offsets", dep_time: int) -> "list[Journey]":
            found = csa.find_earliest_journey(timetable, access, egress, dep_time, scan)
            return [found] if found else []

        return earliest
    work = trip_based.trip_workspace(timetable, max_trips)
    if kind == "range":
        return lambda access, egress, dep_time: trip_based.find_range_journeys(
            timetable, transfers, access, egress, dep_time, window_s, max_trips, work
        )
    return lambda access, egress, dep_time: trip_based.find_journeys(
        timetable, transfers, access, egress, dep_time, max_trips, work
    )


def _beside_walking(found: list[Found], dep_time: int, walk_s: int, kind: str) -> list[Found]:
    """Return the walk that leaves at once, and the journeys that beat walking."""
    walk = Found(0, dep_time, dep_time + walk_s)
    if kind == "range":
        return [walk, *(item for item in found if item.arr_time < item.dep_time + walk_s)]
    return [walk, *(item for item in found if item.arr_time < walk.arr_time)]


def _write_answers(
    path: Path, day: "CompiledDay", queries: list[Query], answers: list[list[Found]], kind: str
) -> None:
    from gtfs.realtime import LiveDay

    has_live = isinstance(day, LiveDay)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        live = ("live",) if has_live else ()
        writer.writerow(("source", "target", "dep_s", "arrival_s", "pareto", *live))
        for query, found in zip(queries, answers, strict=True):
            ids = day.stops.id[query.source], day.stops.id[query.target]
            earliest = min((item.arr_time for item in found), default="")
            row = (*ids, query.dep_time, earliest, " ".join(_texts(found, kind)))
            live = (" ".join("live" if x.is_live else "scheduled" for x in found),)
            writer.writerow((*row, *live) if has_live else row)


def _texts(found: list[Found], kind: str) -> Iterator[str]:
    for item in found:
        if kind == "range":
            yield f"{item.dep_time}>{item.arr_time}x{item.n_trips}"
        else:
            yield f"{item.n_trips}:{item.arr_time}"


COMMAND = Command(
    name="journeys",
    summary="Answer a file of journey queries and time them",
    description=(
        "A.csv repeats each query with arrival_s (service seconds, empty where nothing leads\n"
        "there) and pareto, pairs of trips:arrival with a blank between; 0 trips is the walk.\n"
        "Of a range, pareto holds departure>arrivalxtrips for each journey that leaves within the\n"
        "window and that none beats, not even one that leaves later. The time of a query includes\n"
        "its journeys in legs; what a snapshot of `compile` has prepared need not be made first.\n"
        "With --realtime a column says of each pair whether any of its times is a prediction, and\n"
        "what of the messages fits nothing goes to stderr."
    ),
    examples=(
        "sokcho journeys sokcho.zip --date 2026-11-23 --queries q.csv --out a.csv",
        "sokcho journeys sokcho.day --kind earliest --queries q.csv --out a.csv",
        "sokcho journeys sokcho.day --kind range --window-s 86400 --queries q.csv --out a.csv",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
