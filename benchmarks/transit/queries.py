"""Journeys, windows and one-to-all beside pynigiri and ferrobus, taking turns, on three feeds."""

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
import numpy.typing as npt

from benchmarks.measure import Latency, summary, taken_ns
from benchmarks.report import ROOT, Row, Section
from benchmarks.transit.ferrobus_peer import FerrobusPeer
from benchmarks.transit.metro import write_metro
from benchmarks.transit.minutes import write_feed
from benchmarks.transit.peer import Peer
from benchmarks.transit.plot import plot_latencies
from gtfs.build import build_feed
from gtfs.compile import compile_day
from gtfs.compiled import CompiledDay, load_compiled, save_compiled
from gtfs.feed import load_feed
from gtfs.footpaths import Walking
from routing.transit import StopOffsets, csa, raptor, reach, trip_based
from tests.naive import naive_transit

SEED, N_QUERIES, N_LONG_QUERIES, WINDOW_S, MAX_TRIPS, BLOCK = 2026, 1000, 200, 7200, 8, 20
NINE_MINUTES_S = 540
#: Queries of the smallest feed that the slow twin answers too.
N_TWIN = 40
LARGE = ROOT / ".." / "shared" / "feeds" / "mta_bus_staten_island_2026.zip"
#: What each of ours is compared with.
BESIDE = {
    "pareto": "pynigiri pareto",
    "2 h range": "pynigiri 2 h range",
    "one to all": "ferrobus one to all",
    "earliest": "earliest, no journey",
}

#: Source stop, target stop, service second (a whole minute).
Query = tuple[int, int, int]
Candidates = dict[str, Callable[[Query], Any]]


@dataclass(frozen=True)
class Case:
    """A day that all engines have read from the same feed of whole minutes."""

    name: str
    day: CompiledDay
    peer: Peer | None
    ferrobus: FerrobusPeer | None
    remark: str


def run() -> Section:
    """Measure every feed that is present."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, feed, service_date in _feeds(Path(folder)):
            rows += _measure(_case(name, feed, service_date, Path(folder)))
    return Section(
        "Transit queries",
        "python -m benchmarks transit.queries",
        f"{N_QUERIES} seeded random queries ({N_LONG_QUERIES} of windows and one to all) between"
        " served stops too far to walk, journeys with their legs; times in whole minutes,"
        f" footpaths closed, window {WINDOW_S} s, at most {MAX_TRIPS} trips. All engines are in one"
        f" process and take turns of {BLOCK} queries. The peers are pynigiri (C++), its query made"
        " beforehand, and ferrobus (Rust), asked for routes to all stops, with a street from stop"
        " to stop. Metro is made by `benchmarks/transit/metro.py`, a weekday of a feed of 8 million"
        " stop_times. 'earliest' is the scan with its journey, beside the same without. Plots:"
        " `benchmarks/plots/transit-*.png`.",
        rows,
    )


def _feeds(folder: Path) -> list[tuple[str, Path, date]]:
    sokcho, metro = folder / "sokcho.zip", folder / "metro.zip"
    build_feed(ROOT / "gtfs" / "sokcho", sokcho, valid_from=date(2026, 11, 1))
    write_metro(metro, ("weekday",))
    found = [("Sokcho", sokcho, date(2026, 11, 23)), ("Metro", metro, date(2026, 9, 10))]
    if LARGE.exists():
        found.insert(1, ("Staten Island", LARGE, date(2026, 9, 10)))
    else:
        print(f"left out: {LARGE.name} is not in ../shared/feeds", file=sys.stderr)
    return found


def _case(name: str, feed: Path, service_date: date, folder: Path) -> Case:
    minutes, file = folder / f"{name}-minutes.zip", folder / f"{name}.day"
    # Blocks would give trips that the written feed has no word for.
    write_feed(compile_day(load_feed(feed), service_date, with_blocks=False), minutes)
    clock = _Stopwatch()
    day = compile_day(load_feed(minutes), service_date, Walking(limit_m=0))
    loaded = clock.lap()
    day = day.with_transfers(n_threads=2)
    prepared = clock.lap()
    save_compiled(file, day)
    clock.lap()
    day = load_compiled(file)
    opened = clock.lap()
    peer = Peer.load(minutes, service_date, day.stops.id)
    nigiri = clock.lap()
    ferrobus = FerrobusPeer.load(minutes, day)
    patterns, transfers = day.timetable.patterns, day.transfers
    assert transfers is not None
    n_events = len(patterns.arr_time)
    remark = (
        f"{n_events} stop events; load {loaded[0]:.2f} s, transfers and bounds {prepared[0]:.2f} s,"
        f" opening the snapshot of {file.stat().st_size / 1e6:.0f} MB {1000 * opened[0]:.0f} ms;"
        f" pynigiri loads in {nigiri[0]:.2f} s and takes {nigiri[1]:.0f} MB more,"
        f" ferrobus {clock.lap()[0]:.2f} s; bytes a stop event: rounds and one to all"
        f" {sum(array.nbytes for array in patterns) / n_events:.1f},"
        f" scan {sum(array.nbytes for array in day.timetable.connections) / n_events:.1f} more,"
        f" transfers and bounds {sum(array.nbytes for array in transfers) / n_events:.1f};"
        f" peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    return Case(name, day, peer, ferrobus, remark)


class _Stopwatch:
    """Seconds, and megabytes that the process has grown by, since the last look."""

    def __init__(self) -> None:
        self._last = time.perf_counter(), _resident_mb()

    def lap(self) -> tuple[float, float]:
        """Return both, and begin anew."""
        now, before = (time.perf_counter(), _resident_mb()), self._last
        self._last = now
        return now[0] - before[0], now[1] - before[1]


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _measure(case: Case) -> list[Row]:
    short, long = _ours(case.day)
    if case.peer is not None:
        peer = case.peer
        short["pynigiri pareto"] = peer.find_journeys
        long["pynigiri 2 h range"] = lambda query: peer.find_range(query, WINDOW_S)
    if case.ferrobus is not None:
        long["ferrobus one to all"] = case.ferrobus.find_all
    queries = _queries(case.day)
    taken: dict[str, npt.NDArray[np.int64]] = {}
    for candidates, cases in ((short, queries), (long, queries[:N_LONG_QUERIES])):
        for candidate in candidates.values():
            candidate(cases[0])
        taken |= taken_ns(candidates, cases, block=BLOCK)
    wrong = _list_mismatches(case, short | long, queries)
    plot_latencies(case.name, taken)
    return _rows(case, {name: summary(durations) for name, durations in taken.items()}, wrong)


def _ours(day: CompiledDay) -> tuple[Candidates, Candidates]:
    """Return what answers short queries, and what answers windows and one to all."""
    timetable, transfers = day.timetable, day.transfers
    assert transfers is not None
    offsets = StopOffsets(timetable.walks)
    work = trip_based.trip_workspace(timetable, MAX_TRIPS)
    rounds, scan = raptor.round_workspace(timetable, MAX_TRIPS), csa.scan_workspace(timetable)
    reached = reach.reach_workspace(timetable)

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
        "earliest": lambda q: csa.find_earliest_journey(timetable, *ends(q), q[2], scan),
        "earliest, no journey": lambda q: csa.find_arrival(timetable, *ends(q), q[2], scan),
        "earliest by reach": lambda q: reach.find_earliest_journey(
            timetable, *ends(q), q[2], reached
        ),
        "9-minute isochrone": lambda q: reach.earliest_arrivals(
            timetable, ends(q)[0], q[2], reached, NINE_MINUTES_S
        ),
    }, {
        "2 h range": lambda q: trip_based.find_range_journeys(
            timetable, transfers, *ends(q), q[2], WINDOW_S, MAX_TRIPS, work
        ),
        "one to all": lambda q: reach.earliest_arrivals(timetable, ends(q)[0], q[2], reached),
        "one to all by scan": lambda q: csa.earliest_arrivals(timetable, ends(q)[0], q[2], scan),
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


def _list_mismatches(case: Case, all_of: Candidates, queries: list[Query]) -> dict[str, str]:
    """Say of each candidate on how many queries it differs from one that should agree."""

    def answers(name: str, n: int = N_QUERIES) -> list[Any]:
        """Return what a candidate says to the first queries."""
        return [all_of[name](query) for query in queries[:n]]

    pareto = [[(j.n_trips, j.arr_time) for j in found] for found in answers("pareto")]
    rounds = [[(j.n_trips, j.arr_time) for j in found] for found in answers("pareto by rounds")]
    last = [[found[-1][1]] if found else [] for found in pareto]
    reached, scanned = (
        [arrivals.tolist() for arrivals in answers(name, N_LONG_QUERIES)]
        for name in ("one to all", "one to all by scan")
    )
    wrong = {
        "pareto by rounds": _differ(pareto, rounds),
        "one to all": f"{_differ(reached, scanned)} from the scan",
    }
    for name in ("earliest", "earliest by reach"):
        first = [[j.arr_time] if j else [] for j in answers(name)]
        wrong[name] = _differ(first, last)
    if case.peer is not None:
        ranges = [
            sorted((j.dep_time, j.arr_time, j.n_trips) for j in found)
            for found in answers("2 h range", N_LONG_QUERIES)
        ]
        theirs = case.peer.read_ranges(answers("pynigiri 2 h range", N_LONG_QUERIES))
        wrong["2 h range"] = f"{_differ(ranges, theirs)} from pynigiri"
        found = case.peer.read(answers("pynigiri pareto"))
        wrong["pareto"] = f"{_differ(pareto, found)} from pynigiri"
    if len(case.day.timetable.patterns.trip_pattern) < 1000:
        slow = [_slow_pareto(case.day, query) for query in queries[:N_TWIN]]
        wrong["pareto"] = f"{wrong.get('pareto', '')}, {_differ(pareto, slow)} from the slow twin"
    return wrong


def _slow_pareto(day: CompiledDay, query: Query) -> list[tuple[int, int]]:
    offsets = StopOffsets(day.timetable.walks)
    ends = [
        list(zip(side.stop.tolist(), side.seconds.tolist(), strict=True))
        for side in (offsets.list_access(query[0]), offsets.list_egress(query[1]))
    ]
    network = naive_transit.network_of(day.timetable)
    return naive_transit.pareto(network, *ends, query[2], MAX_TRIPS)


def _differ(ours: list[Any], theirs: list[Any]) -> str:
    """Count answers that differ; a shorter list is compared with as many."""
    n = min(len(ours), len(theirs))
    return f"{sum(a != b for a, b in zip(ours[:n], theirs[:n], strict=True))} of {n} answers differ"


def _rows(case: Case, taken: dict[str, Latency], wrong: dict[str, str]) -> list[Row]:
    rows = {name: Row(f"{case.name}: {name}", latency) for name, latency in taken.items()}
    finished = []
    for name, row in rows.items():
        other = rows.get(BESIDE.get(name, ""))
        remarks = [wrong[name]] if name in wrong else []
        if name == "pareto":
            remarks.append(case.remark)
        if other is not None:
            p99 = row.latency.p99_us / other.latency.p99_us
            remarks.append(f"p99 {p99:.2f} of {other.name}")
        finished.append(row._replace(beside=other, remark="; ".join(remarks)))
    return finished
