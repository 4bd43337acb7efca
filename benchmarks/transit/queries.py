"""Journeys, windows and one-to-all beside pynigiri, taking turns, on two feeds."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Latency, interleaved
from benchmarks.report import ROOT, Row, Section
from benchmarks.transit.minutes import write_feed
from benchmarks.transit.peer import Peer
from gtfs.build import build_feed
from gtfs.compile import compile_day
from gtfs.compiled import CompiledDay
from gtfs.feed import load_feed
from gtfs.footpaths import Walking
from routing.transit import StopOffsets, csa, raptor, trip_based

SEED, N_QUERIES, WINDOW_S, MAX_TRIPS = 2026, 200, 7200, 8
LARGE = ROOT / ".." / "shared" / "feeds" / "mta_bus_staten_island_2026.zip"

#: Source stop, target stop, service second (a whole minute).
Query = tuple[int, int, int]


@dataclass(frozen=True)
class Case:
    """A day that both engines have read from the same feed of whole minutes."""

    name: str
    day: CompiledDay
    peer: Peer | None
    remark: str


def run() -> Section:
    """Measure every feed that is present."""
    rows = [row for case in _cases() for row in _measure(case)]
    return Section(
        "Transit queries",
        "python -m benchmarks transit.queries",
        f"{N_QUERIES} seeded random queries between served stops too far to walk,"
        " journeys with their legs; times in whole minutes,"
        f" footpaths closed, window {WINDOW_S} s, at most {MAX_TRIPS} trips."
        " The peer is pynigiri (C++, `pip install pynigiri`) in the same process, its query made"
        " beforehand. Ratios compare with it, or with our own connection scan where there is no"
        " peer. ferrobus needs an OpenStreetMap extract of the region and is not part of this run.",
        rows,
    )


def _cases() -> list[Case]:
    with tempfile.TemporaryDirectory() as folder:
        sokcho = Path(folder) / "sokcho.zip"
        build_feed(ROOT / "gtfs" / "sokcho", sokcho, valid_from=date(2026, 11, 1))
        cases = [_case("Sokcho", sokcho, date(2026, 11, 23), Path(folder))]
        if LARGE.exists():
            cases.append(_case("Staten Island", LARGE, date(2026, 9, 10), Path(folder)))
        else:
            print(f"left out: {LARGE.name} is not in ../shared/feeds", file=sys.stderr)
    return cases


def _case(name: str, feed: Path, service_date: date, folder: Path) -> Case:
    minutes = folder / f"{name}-minutes.zip"
    write_feed(compile_day(load_feed(feed), service_date), minutes)
    started = time.perf_counter()
    day = compile_day(load_feed(minutes), service_date, Walking(limit_m=0))
    loaded = time.perf_counter()
    day = day.with_transfers(n_threads=2)
    prepared = time.perf_counter()
    peer = Peer.load(minutes, service_date, day.stops.id)
    remark = (
        f"{len(day.timetable.patterns.arr_time)} stop events; load {loaded - started:.2f} s,"
        f" transfers {prepared - loaded:.2f} s"
        f" (pynigiri {time.perf_counter() - prepared:.2f} s);"
        f" peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    return Case(name, day, peer, remark)


def _measure(case: Case) -> list[Row]:
    ours = _ours(case.day)
    candidates: dict[str, Callable[[Query], Any]] = dict(ours)
    if case.peer is not None:
        candidates |= {
            "pynigiri pareto": case.peer.find_journeys,
            "pynigiri 2 h range": lambda query: case.peer.find_range(query, WINDOW_S),
        }
    queries = _queries(case.day)
    for candidate in candidates.values():
        candidate(queries[0])
    taken = interleaved(candidates, queries)
    wrong = _count_mismatches(case, candidates, queries)
    return _rows(case, taken, wrong)


def _ours(day: CompiledDay) -> dict[str, Callable[[Query], Any]]:
    timetable, transfers = day.timetable, day.transfers
    assert transfers is not None
    offsets = StopOffsets(timetable.walks)
    work = trip_based.trip_workspace(timetable, MAX_TRIPS)
    rounds, scan = raptor.round_workspace(timetable, MAX_TRIPS), csa.scan_workspace(timetable)

    def ends(query: Query) -> tuple[Any, Any]:
        """Access and egress of a query."""
        return offsets.list_access(query[0]), offsets.list_egress(query[1])

    return {
        "pareto": lambda q: trip_based.find_journeys(
            timetable, transfers, *ends(q), q[2], MAX_TRIPS, work
        ),
        "pareto by rounds": lambda q: raptor.find_journeys(
            timetable, *ends(q), q[2], MAX_TRIPS, rounds
        ),
        "2 h range": lambda q: trip_based.find_range_journeys(
            timetable, transfers, *ends(q), q[2], WINDOW_S, MAX_TRIPS, work
        ),
        "earliest": lambda q: csa.find_earliest_journey(timetable, *ends(q), q[2], scan),
        "one to all": lambda q: csa.earliest_arrivals(timetable, ends(q)[0], q[2], scan),
    }


def _queries(day: CompiledDay) -> list[Query]:
    """Random queries that cannot be answered on foot: the peer counts walks as journeys."""
    random = np.random.default_rng(SEED)
    served = np.unique(day.timetable.patterns.stop)
    offsets = StopOffsets(day.timetable.walks)
    queries: list[Query] = []
    while len(queries) < N_QUERIES:
        source, target = (int(stop) for stop in random.choice(served, 2))
        minute = int(random.integers(6 * 60, 21 * 60))
        if target not in offsets.list_access(source).stop:
            queries.append((source, target, minute * 60))
    return queries


def _count_mismatches(
    case: Case, candidates: dict[str, Callable[[Query], Any]], queries: list[Query]
) -> dict[str, int]:
    """Queries on which candidates differ that should agree."""
    answers = {
        name: [candidate(query) for query in queries] for name, candidate in candidates.items()
    }
    pareto = [[(j.n_trips, j.arr_time) for j in found] for found in answers["pareto"]]
    rounds = [[(j.n_trips, j.arr_time) for j in found] for found in answers["pareto by rounds"]]
    first = [[j.arr_time] if j else [] for j in answers["earliest"]]
    wrong = {
        "pareto by rounds": _differ(pareto, rounds),
        "earliest": _differ(first, [[found[-1][1]] if found else [] for found in pareto]),
    }
    if case.peer is not None:
        ranges = [
            sorted((j.dep_time, j.arr_time, j.n_trips) for j in found)
            for found in answers["2 h range"]
        ]
        wrong["pareto"] = _differ(pareto, case.peer.read(answers["pynigiri pareto"]))
        theirs = case.peer.read_ranges(answers["pynigiri 2 h range"])
        wrong["2 h range"] = _differ(ranges, theirs)
    return wrong


def _differ(ours: list[Any], theirs: list[Any]) -> int:
    return sum(a != b for a, b in zip(ours, theirs, strict=True))


def _rows(case: Case, taken: dict[str, Latency], wrong: dict[str, int]) -> list[Row]:
    rows = {name: Row(f"{case.name}: {name}", latency) for name, latency in taken.items()}
    beside = {"pareto": "pynigiri pareto", "2 h range": "pynigiri 2 h range"}
    finished = []
    for name, row in rows.items():
        other = rows.get(beside.get(name, ""))
        if other is None and name in ("pareto", "pareto by rounds"):
            other = rows["earliest"]
        remark = f"{wrong[name]} of {N_QUERIES} answers differ" if name in wrong else ""
        if name == "pareto":
            remark = f"{remark}; {case.remark}".removeprefix("; ")
        if other is not None:
            p99 = row.latency.p99_us / other.latency.p99_us
            remark = f"{remark}; p99 {p99:.2f} of {other.name}".removeprefix("; ")
        finished.append(row._replace(beside=other, remark=remark))
    return finished
