"""Loading feeds beside pynigiri, cutting a city out of a country, and applying real time.

Each measurement of a feed is a process of its own, so that its peak of memory is its own, too.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from google.transit import gtfs_realtime_pb2 as realtime

from api.kernel_cache import use_kernel_cache
from benchmarks.measure import Latency, interleaved, summary
from benchmarks.report import ROOT, Row, Section
from benchmarks.transit.country import Country, write_country
from benchmarks.transit.metro import write_metro
from gtfs.compile import compile_day
from gtfs.compiled import CompiledDay
from gtfs.feed import load_feed
from gtfs.realtime import Message, Updater, parse_message

LARGE = ROOT / ".." / "shared" / "feeds" / "mta_bus_staten_island_2026.zip"
LARGE_DATE, METRO_DATE = date(2026, 9, 10), date(2026, 11, 24)
SEED, N_ROUNDS, N_UPDATES = 2026, 3, 300
#: 20.2 million stop_times.
COUNTRY = Country(n_cities=160, lines=60, trips=70, calls=30)
CITY = "128.42,38.11,128.65,38.26"


def run() -> Section:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as folder:
        metro, country = Path(folder) / "metro.zip", Path(folder) / "country.zip"
        write_metro(metro)
        n_calls = write_country(country, COUNTRY)
        rows = [*_load("metro area", metro, METRO_DATE)]
        if LARGE.exists():
            rows += [*_load("Staten Island", LARGE, LARGE_DATE), *_realtime()]
        else:
            print(f"left out: {LARGE.name} is not in ../shared/feeds", file=sys.stderr)
        taken, peak = _in_child("cut", country)
        remark = f"{n_calls:,} stop_times; peak of the process {peak} MB"
        rows.append(Row("import-feed of a made country", taken, remark=remark))
    return Section(
        "Feeds",
        "python -m benchmarks transit.feeds",
        f"Load: zip to checked tables and the timetable of one day, {N_ROUNDS} rounds taking turns,"
        " each in a process of its own that has loaded a small feed before. pynigiri loads all"
        " of the calendar, as our feed holds it. The metro area and the country are made"
        f" (`benchmarks/transit`), seeds fixed. Real time: {N_UPDATES} trips of a day are late, one"
        " word about each or one about every stop ahead; read, matched, applied.",
        rows,
    )


def _load(name: str, feed: Path, day: date) -> list[Row]:
    taken: dict[str, list[int]] = {"ours": [], "pynigiri": []}
    peaks: dict[str, int] = {}
    for _ in range(N_ROUNDS):
        for engine, found in taken.items():
            try:
                seconds, peaks[engine] = _in_child(engine, feed, day.isoformat())
            except subprocess.CalledProcessError:
                print(f"left out: {engine} cannot be measured", file=sys.stderr)
                continue
            found.append(int(seconds.median_us * 1000))
    rows = {
        engine: Row(f"{name}: load, {engine}", summary(np.array(found)),
                    remark=f"peak of the process {peaks[engine]} MB")
        for engine, found in taken.items() if found
    }  # fmt: skip
    beside = rows.get("pynigiri")
    return [row._replace(beside=None if row is beside else beside) for row in rows.values()]


def _in_child(*words: object) -> tuple[Latency, int]:
    """Time and peak of one act in a fresh process, MB."""
    command = [sys.executable, "-m", "benchmarks.transit.feeds", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found = json.loads(done.stdout.splitlines()[-1])
    return summary(np.array([found["ns"]])), found["peak_mb"]


def _act(words: list[str]) -> Callable[[], Any]:
    """What a child does, with all of its imports done."""
    kind, feed = words[0], words[1]
    if kind == "ours":
        # What a first load imports and compiles is no part of the second.
        from gtfs.build import build_feed

        small = Path(tempfile.mkdtemp()) / "small.zip"
        build_feed(ROOT / "gtfs" / "sokcho", small, valid_from=date(2026, 11, 1))
        compile_day(load_feed(small), date(2026, 11, 23))
        return lambda: compile_day(load_feed(feed), date.fromisoformat(words[2]))
    if kind == "pynigiri":
        import pynigiri

        # The whole of both calendars lies within nine months of either date.
        first = date.fromisoformat(words[2]) - timedelta(days=90)
        span = first.isoformat(), (first + timedelta(days=300)).isoformat()
        source = pynigiri.TimetableSource("feed", feed, pynigiri.LoaderConfig())
        return lambda: pynigiri.load_timetable([source], *span, pynigiri.FinalizeOptions())
    from gtfs.clip import PROFILES, Order, import_feed, read_region

    out = Path(feed).with_name("city.zip")
    order = Order(read_region(CITY), PROFILES["ktdb"], date(2026, 11, 24))
    return lambda: import_feed(feed, out, order)


def _realtime() -> list[Row]:
    day = compile_day(load_feed(LARGE), LARGE_DATE)
    updater, now = Updater(day), day.service_day.origin_epoch_s + 9 * 3600
    texts = {
        "one word a trip": _late_trips(day, now, every_stop=False),
        "a word for every stop": _late_trips(day, now, every_stop=True),
    }
    sizes = {name: len(updater.apply([_parsed(data)], now).runs) for name, data in texts.items()}
    taken = interleaved(
        {
            name: lambda _, data=data: updater.apply([_parsed(data)], now)
            for name, data in texts.items()
        },
        list(range(20)),
    )
    return [
        Row(f"Staten Island: real time, {name}", taken[name], remark=f"{sizes[name]} trips applied,"
            f" {len(texts[name])} bytes")
        for name in texts
    ]  # fmt: skip


def _parsed(data: bytes) -> Message:
    return parse_message(data, "trips.pb")


def _late_trips(day: CompiledDay, now: int, every_stop: bool) -> bytes:
    random = np.random.default_rng(SEED)
    patterns, origin_s = day.timetable.patterns, day.service_day.origin_epoch_s
    message = realtime.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.timestamp = now
    for trip in random.choice(day.timetable.n_trips, N_UPDATES, replace=False):
        update = message.entity.add(id=str(trip)).trip_update
        update.trip.trip_id = day.trips.id[int(trip)]
        events = range(int(patterns.trip_event_ptr[trip]), int(patterns.trip_event_ptr[trip + 1]))
        late_s, start = int(random.integers(-60, 600)), int(random.integers(0, len(events) - 1))
        for event in events[start : None if every_stop else start + 1]:
            said = update.stop_time_update.add(stop_sequence=int(day.sequence[event]))
            said.arrival.time = origin_s + int(patterns.arr_time[event]) + late_s
            said.departure.time = origin_s + int(patterns.dep_time[event]) + late_s
    return message.SerializeToString()


if __name__ == "__main__":
    use_kernel_cache()
    act = _act(sys.argv[1:])
    started = time.perf_counter_ns()
    kept = act()
    taken_ns = time.perf_counter_ns() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"ns": taken_ns, "peak_mb": peak_mb}))
