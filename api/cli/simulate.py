"""`sokcho simulate`: a whole day of requests, driven in memory by the code of the service."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from api.cli.command import Command
from routing.errors import WorldError

if TYPE_CHECKING:
    from gtfs.demand import AreaDemand
    from routing.simulation.facts import Answer, Executed
    from routing.simulation.report import DayReport, Spread
    from routing.simulation.run import Settings
    from routing.simulation.world import World

#: Counted, not timed, so that the same seed gives the same log: some 20 ms of one core at 20
#: vehicles, where the search makes 60 to 80 iterations in a millisecond. A rider waits for it.
RESCUE_ITERATIONS = 800
#: Some half an hour: room for one ride at more driving than that is taken from several others.
RESCUE_DRIVE_S = 2000
#: Some 10 ms of one core every half minute of the day.
IMPROVE_ITERATIONS = 400
IMPROVE_EVERY_S = 30
RELOCATE_EVERY_S = 60
#: Days of the same kind, made up with other seeds, that tell what to expect.
N_USUAL_DAYS = 10
#: How often the service looks at the clock on a simulated day of an area.
TICK_S = 30


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("world", nargs="?", type=Path, metavar="WORLD.json", help="world to run")
    parser.add_argument("--area", type=Path, metavar="FILE", help="area file, instead of a world")
    parser.add_argument("--day", metavar="KIND", help="of the area: weekday, weekend or peak")
    parser.add_argument("--month", type=int, choices=range(1, 13), metavar="1-12", help="season")
    parser.add_argument("--scenario", metavar="NAME", help="of the area, for example ktx")
    parser.add_argument(
        "--requests", type=Path, metavar="R.csv", help="requests of the area's day, as they came"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of chance (default 0)")
    parser.add_argument(
        "--rescue",
        type=int,
        default=RESCUE_ITERATIONS,
        metavar="N",
        help=f"iterations to make room where a ride fits nowhere (default {RESCUE_ITERATIONS})",
    )
    parser.add_argument(
        "--improve",
        type=int,
        default=IMPROVE_ITERATIONS,
        metavar="N",
        help=f"iterations for a better plan every {IMPROVE_EVERY_S} s"
        f" (default {IMPROVE_ITERATIONS})",
    )
    parser.add_argument(
        "--relocate",
        action="store_true",
        help="let idle vehicles wait where people are expected to call",
    )
    parser.add_argument("--out", type=Path, metavar="LOG.jsonl", help="file to write")


def _run(arguments: argparse.Namespace) -> int:
    from routing.simulation.run import Simulation

    world, settings = _chosen(arguments)
    simulation = Simulation(world, settings)
    began = time.perf_counter()
    facts = _with_progress(simulation.run(), len(world.riders))
    if arguments.out:
        with arguments.out.open("w", encoding="utf-8") as file:
            _write(facts, file)
    else:
        for _ in facts:
            pass
    _print_report(simulation.report(), time.perf_counter() - began)
    return 0


def _chosen(arguments: argparse.Namespace) -> "tuple[World, Settings]":
    from gtfs.world_file import read_world

    if (arguments.world is None) == (arguments.area is None):
        raise WorldError("give either a world file or --area FILE")
    if arguments.world is not None:
        if arguments.day or arguments.requests:
            raise WorldError("--day and --requests go with --area; a world has its own requests")
        return read_world(arguments.world), _settings(arguments)
    return _day_of_area(arguments)


def _day_of_area(arguments: argparse.Namespace) -> "tuple[World, Settings]":
    from gtfs.area import load_area
    from gtfs.demand import load_demand, make_day
    from gtfs.request_file import read_requests

    if bool(arguments.day) == bool(arguments.requests):
        raise WorldError("--area goes with either --day or --requests")
    area = load_area(arguments.area, arguments.scenario)
    demand = load_demand(area)
    if arguments.requests:
        world = read_requests(area, arguments.requests)
    else:
        world = make_day(demand, arguments.day, arguments.seed, arguments.month)
        if arguments.relocate:
            world = _with_usual_day(world, demand, arguments)
        print(demand.file.note_en, file=sys.stderr)
    return world, replace(_settings(arguments), noise=demand.noise, tick_s=TICK_S)


def _with_usual_day(world: "World", demand: "AreaDemand", arguments: argparse.Namespace) -> "World":
    from gtfs.demand import make_day
    from routing.simulation.expectation import usual_day

    seeds = range(arguments.seed + 1, arguments.seed + 1 + N_USUAL_DAYS)
    days = (make_day(demand, arguments.day, seed, arguments.month).riders for seed in seeds)
    return replace(world, usual=usual_day(days, world.travel.n_places))


def _settings(arguments: argparse.Namespace) -> "Settings":
    from routing.simulation.run import Settings

    return Settings(
        seed=arguments.seed,
        rescue_iterations=arguments.rescue,
        rescue_drive_s=RESCUE_DRIVE_S,
        improve_iterations=arguments.improve,
        improve_every_s=IMPROVE_EVERY_S,
        relocate_every_s=RELOCATE_EVERY_S if arguments.relocate else 0,
        stopwatch=time.perf_counter_ns,
    )


def _with_progress(facts: "Iterator[Answer | Executed]", n: int) -> "Iterator[Answer | Executed]":
    from tqdm import tqdm

    from routing.simulation.facts import Answer

    with tqdm(total=n, unit=" requests", disable=None, file=sys.stderr) as bar:
        for fact in facts:
            if isinstance(fact, Answer):
                bar.update()
            yield fact


def _write(facts: "Iterable[Answer | Executed]", file: TextIO) -> None:
    for fact in facts:
        json.dump(_line(fact), file)
        file.write("\n")


def _line(fact: "Answer | Executed") -> dict[str, str | int | float]:
    from routing.simulation.facts import Executed

    if isinstance(fact, Executed):
        return {
            "vehicle": fact.vehicle_id,
            "request": fact.ride_id,
            "visit": fact.kind.name.lower(),
            "place": fact.place,
            "arrive": fact.arrive,
            "depart": fact.depart,
        }
    return {
        "request": fact.request_id,
        "answer": "accepted" if fact.is_accepted else "rejected",
        "time": fact.time,
        "answer_us": fact.answer_ns / 1000,
    }


def _print_report(report: "DayReport", seconds: float) -> None:
    print(
        f"served {report.n_accepted} of {report.n_requests} ({report.served_share:.1%}),"
        f" {report.n_completed} rides completed, {report.n_cancelled} cancelled,"
        f" {report.n_no_show} no-shows"
    )
    print(f"promises broken: {report.n_breached} of {report.n_accepted} bookings")
    print(f"wait    {_minutes(report.wait_s)}")
    print(f"detour  {_minutes(report.detour_s)}")
    print(
        f"driving {report.drive_s / 3600:.1f} h, {report.drive_s_per_served / 60:.2f} min a ride,"
        f" {report.occupancy:.2f} passengers on board"
    )
    answer = report.answer_us
    print(f"answer  p50 {answer.p50:.0f} us, p99 {answer.p99:.0f} us; whole day {seconds:.1f} s")


def _minutes(spread: "Spread") -> str:
    mean, p50, p95, _ = (value / 60 for value in spread)
    return f"mean {mean:.1f} min, median {p50:.1f}, 95 % within {p95:.1f}"


COMMAND = Command(
    name="simulate",
    summary="Run a day of requests in memory and report how it went",
    description="""\
The code that answers, plans and keeps promises is the one of the service; only time is made up.
The same world and seed give the same log.

A world is JSON: matrix_s (rows of seconds, or the name of a .npy file beside it), dwell_s,
vehicles [{id, start, end, shift: [from, until], capacity: {seats: 8, ...}}] and requests [{id,
called_time, origin, destination, earliest_pickup, latest_pickup, max_ride_s, load: {seats: 1}}];
times in service seconds, places as indices of the matrix. called_time is when a request becomes
known; a visit starts no earlier than its earliest time.

LOG.jsonl has a line for each answer {request, answer: accepted or rejected, time, answer_us}
and for each visit that was made {vehicle, request, visit: pickup or dropoff, place, arrive,
depart}. The ride lasts from the end of boarding to the arrival at the drop-off; answer_us is the
time from the question to the answer, rescue included.

A day of an area is made up from its demand file (estimated) or read from a CSV file with the
columns request_id, called_time, origin, destination (virtual stops), depart_from or arrive_by, and
if wanted passengers, wheelchairs, seniors, residents, cancel_time, late_s, shows_up; times as
07:30:00.

--relocate sends idle vehicles where people are expected to call: from ten other days of the area
where there is a demand file, else from who has called so far that day. It is off by default: on
worlds with demand from everywhere it costs driving and serves hardly anybody more.

--rescue 0 --improve 0 is greedy insertion: rides are only ever fitted into plans as they are.""",
    examples=(
        "sokcho simulate world.json --seed 1 --out log.jsonl",
        "sokcho simulate world.json --seed 1 --rescue 0 --improve 0",
        "sokcho simulate --area gtfs/sokcho/area.toml --day weekend --seed 1",
        "sokcho simulate --area gtfs/sokcho/area.toml --requests asked.csv --out log.jsonl",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
