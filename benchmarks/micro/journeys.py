"""Time of one journey query on the Sokcho feed, beside a floor and, where installed, nigiri."""

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from api.cli.arguments import SOKCHO_SOURCES
from benchmarks.measure import interleaved
from benchmarks.report import Row, Section
from gtfs.build import build_feed
from gtfs.compile import compile_day
from gtfs.compiled import CompiledDay
from gtfs.feed import load_feed
from routing.transit import (
    Offsets,
    find_earliest_journey,
    find_journeys,
    list_access,
    list_egress,
    round_workspace,
    scan_workspace,
)

SERVICE_DATE = date(2026, 11, 23)
N_QUERIES = 1000
SEED = 20261123
HOURS = (6, 21)
DAY_ENDS = 25 * 3600  # service seconds; the last bus is in by then
MAX_TRIPS = 8


class Query(NamedTuple):
    """A question in the forms that the candidates take, made beforehand."""

    access: Offsets
    egress: Offsets
    dep_time: int
    peer: Any = None


def run() -> Section:
    """Measure all candidates on the same queries, taking turns."""
    with tempfile.TemporaryDirectory(prefix="sokcho-bench-") as folder:
        zip_file = Path(folder) / "sokcho.zip"
        build_feed(SOKCHO_SOURCES, zip_file, valid_from=SERVICE_DATE, valid_days=14)
        day = compile_day(load_feed(zip_file), SERVICE_DATE)
        peer = _Peer(zip_file) if find_spec("pynigiri") else None
        return _measure(day, peer)


def _measure(day: CompiledDay, peer: "_Peer | None") -> Section:
    timetable = day.timetable
    rounds, scan = round_workspace(timetable, MAX_TRIPS), scan_workspace(timetable)
    connections = timetable.connections
    candidates: dict[str, Callable[[Query], object]] = {
        "pareto, RAPTOR": lambda q: find_journeys(
            timetable, q.access, q.egress, q.dep_time, MAX_TRIPS, rounds
        ),
        "earliest, connection scan": lambda q: find_earliest_journey(
            timetable, q.access, q.egress, q.dep_time, scan
        ),
        "read each hop of the day": lambda _: _touch(connections.dep_time, connections.arr_time),
    }
    if peer is not None:
        candidates["pareto, nigiri"] = lambda q: peer.ask(q.peer)
    queries = _queries(day, peer)
    for candidate in candidates.values():
        candidate(queries[0])
    times = interleaved(candidates, queries)

    def reached(name: str) -> str:
        n_reached = sum(bool(candidates[name](query)) for query in queries)
        return f"{n_reached} of {N_QUERIES} queries have a journey"

    floor = Row("read each hop of the day", times["read each hop of the day"])
    beside = floor
    if peer is not None:
        name = "pareto, nigiri"
        beside = Row(name, times[name], remark=reached(name))
    rows = [
        Row("pareto, RAPTOR", times["pareto, RAPTOR"], beside, reached("pareto, RAPTOR")),
        Row("earliest, connection scan", times["earliest, connection scan"], floor),
        floor,
    ]
    return Section(
        "Journeys",
        "python -m benchmarks micro.journeys",
        f"Sokcho's buses on {SERVICE_DATE} ({len(connections.dep_time)} hops), random stops,"
        f" departures from {HOURS[0]} to {HOURS[1]} h, seed {SEED}; journeys in legs included,"
        " called from Python. "
        + (
            "The peer answers the same queries, its journeys included."
            if peer
            else "The peer, pynigiri, is not installed here: compared with the floor."
        ),
        rows if beside is floor else [*rows, beside],
    )


@njit(cache=True, nogil=True)
def _touch(dep_time, arr_time):
    total = 0
    for i in range(dep_time.shape[0]):
        total += arr_time[i] - dep_time[i]
    return total


def _queries(day: CompiledDay, peer: "_Peer | None") -> list[Query]:
    rng = np.random.default_rng(SEED)
    used = np.unique(day.timetable.patterns.stop)
    queries = []
    for _ in range(N_QUERIES):
        source, target = (int(stop) for stop in rng.choice(used, 2, replace=False))
        # Whole minutes, for the peer knows no others.
        dep_time = 60 * int(rng.integers(HOURS[0] * 60, HOURS[1] * 60))
        asked = None
        if peer is not None:
            moment = day.service_day.datetime(dep_time)
            ids = day.stops.id[source], day.stops.id[target]
            asked = peer.query(*ids, moment.timestamp(), longest_s=DAY_ENDS - dep_time)
        access = list_access(day.timetable, source)
        queries.append(Query(access, list_egress(day.timetable, target), dep_time, asked))
    return queries


class _Peer:
    """nigiri, by its Python binding."""

    def __init__(self, feed: Path) -> None:
        import pynigiri

        self._nigiri = pynigiri
        until = (SERVICE_DATE + timedelta(days=2)).isoformat()
        source = pynigiri.TimetableSource("sokcho", str(feed))
        self._timetable = pynigiri.load_timetable([source], SERVICE_DATE.isoformat(), until)

    def query(self, source: str, target: str, timestamp: float, longest_s: int) -> Any:
        """Return one Pareto query from a stop to another, which ends with the service day."""
        find, offset = self._timetable.find_location, self._nigiri.Offset
        query = self._nigiri.Query()
        query.start = [offset(find(source), 0)]
        query.destination = [offset(find(target), 0)]
        query.start_time = int(timestamp) // 60
        query.max_transfers = MAX_TRIPS - 1
        query.max_travel_time = longest_s // 60
        query.use_start_footpaths = True
        return query

    def ask(self, query: Any) -> Any:
        """Return its journeys."""
        return self._nigiri.route(self._timetable, query)
