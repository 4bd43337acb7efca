"""The report on the 9-minute city: what residents of each living zone reach within nine minutes.

Rule: walks, buses and shuttles are counted door to door, waiting included, from departures spread
over each hour. A shuttle counts where the fleet really has room for one more: by default in the
plans of a simulated day as they stand at that moment, because an idle fleet would flatter.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from api.trips.timetables import FeedJob, compile_days
from gtfs.area import Area
from gtfs.compiled import CompiledDay, load_compiled
from gtfs.demand import load_demand, make_day
from gtfs.living import Living, load_living
from routing.dispatch.commands import OpenDay, RideRequest, StopChoice
from routing.dispatch.decide import decide
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.reach import arrivals_at
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Walk
from routing.errors import AreaError
from routing.intermodal.accessibility import (
    Feet,
    Shares,
    Tally,
    arrivals_at_ends,
    footways,
)
from routing.intermodal.itineraries import Connecting
from routing.road.geometry import FloatArray
from routing.road.walk import walk_s, walks_from
from routing.simulation.run import Settings, Simulation
from routing.transit import reach_workspace
from routing.types import NEVER, Int32Array, frozen

LIMIT_S = 9 * 60
HOUR_S = 3600
BUS_WALK_M = 500  # nine minutes on foot at 4 km/h are 594 m; the bus has to be worth it
MAX_ORIGIN_STOPS = 4

Fleet = Literal["simulated", "idle"]
#: Called with how much of the work is done, 0 to 1.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is about.

    Attributes
    ----------
    service_date
        Day of the timetable.
    fleet
        Whether shuttles have a simulated day's work, or nothing at all to do.
    seed
        Of the simulated day.
    every_s
        Seconds between two departures that are counted.
    """

    service_date: date
    fleet: Fleet = "simulated"
    seed: int = 0
    every_s: int = 600


@dataclass(frozen=True, eq=False)
class NineMinute:
    """The answer: shares by hour, zone and kind, without and with the shuttle."""

    area: Area
    question: Question
    living: Living
    day_kind: str  # of the simulated day; empty for an idle fleet
    hours: tuple[int, ...]
    by_hour: dict[str, tuple[Shares, ...]]  # by mode, for each of ``hours``; last row: the city
    by_day: dict[str, Shares]  # by mode, over the hours of the shuttle
    by_cell: dict[str, FloatArray]  # by mode, share of all destinations, over the same hours


#: Modes, as they are written.
WALK_BUS, WITH_SHUTTLE = "walk_bus", "walk_bus_shuttle"


def make_report(area: Area, question: Question, progress: Progress = lambda _: None) -> NineMinute:
    """Return the report of a city and a day.

    Parameters
    ----------
    area
        A city whose area file names a file of everyday life.
    question
        Which day, and which fleet.
    progress
        Told how much is done.

    Returns
    -------
    NineMinute
        For every hour in which buses run or shuttles are on duty.

    Raises
    ------
    AreaError
        If the city lacks what is needed, or the feed has no such day.
    """
    living, day = load_living(area), _timetable(area, question.service_date)
    hours = _hours(area, day)
    states, day_kind = _states(area, question, _departures(hours, question))
    scene = _Scene(area, living, day)
    kind = [place.kind for place in living.destinations]
    new = [Tally(len(living.lon), kind, len(living.kinds)) for _ in (0, 1)]
    whole, by_hour = dict(zip((WALK_BUS, WITH_SHUTTLE), new, strict=True)), {}
    for n, hour in enumerate(hours):
        tallies = {mode: Tally(len(living.lon), kind, len(living.kinds)) for mode in whole}
        for dep_time in _departures([hour], question):
            for mode, origin, arrivals in scene.departure(dep_time, states[dep_time]):
                tallies[mode].add(origin, arrivals)
                if area.policy.service_from <= dep_time < area.policy.service_until:
                    whole[mode].add(origin, arrivals)
        by_hour[hour] = {mode: _shares(area, living, tally) for mode, tally in tallies.items()}
        progress((n + 1) / len(hours))
    return NineMinute(
        area,
        question,
        living,
        day_kind,
        tuple(hours),
        {mode: tuple(by_hour[hour][mode] for hour in hours) for mode in whole},
        {mode: _shares(area, living, tally) for mode, tally in whole.items()},
        {mode: tally.by_origin() for mode, tally in whole.items()},
    )


def _shares(area: Area, living: Living, tally: Tally) -> Shares:
    """By zone, and in a last row of the whole city."""
    zones = tally.shares(living.residents, living.zone, len(area.zones))
    city = tally.shares(living.residents, np.zeros_like(living.zone), 1)
    return Shares(np.vstack((zones.residents, city.residents)), np.vstack((zones.ends, city.ends)))


def _timetable(area: Area, service_date: date) -> CompiledDay:
    with TemporaryDirectory() as folder:
        job = FeedJob(area.feed, area.scenario, Path(folder), service_date.replace(day=1))
        compile_days(job, [service_date.isoformat()])
        path = job.day_file(service_date.isoformat())
        if not path.exists():
            raise AreaError(f"the feed runs nothing on {service_date}", area.source.name)
        return load_compiled(path)  # mapped: it outlives its folder


def _hours(area: Area, day: CompiledDay) -> list[int]:
    """Hours in which some bus leaves or shuttles pick up."""
    policy, departs = area.policy, day.timetable.connections.dep_time
    first = min(policy.service_from, *departs[:1].tolist() or [policy.service_from])
    last = max(policy.service_until, *departs[-1:].tolist() or [0])
    return list(range(max(first, 0) // HOUR_S, min(last // HOUR_S + 1, 24)))


def _departures(hours: Sequence[int], question: Question) -> list[int]:
    step = question.every_s
    # In the middle of each step: the full hour, when many buses leave, is no fair sample.
    return [h * HOUR_S + t for h in hours for t in range(step // 2, HOUR_S, step)]


def _states(
    area: Area, question: Question, times: Sequence[int]
) -> tuple[dict[int, DayState], str]:
    """The fleet's day as it stands at each time, and what kind of day it is."""
    if question.fleet == "idle":
        network = Network(area.travel_times, area.policy.weights)
        opened = decide(DayState(), OpenDay("idle", area.policy, area.fleet), 0, network)
        assert not isinstance(opened, Rejected)
        return dict.fromkeys(times, commit(DayState(), opened)), ""
    kind = "weekend" if question.service_date.weekday() >= 5 else "weekday"
    demand = load_demand(area)
    world = make_day(demand, kind, question.seed, question.service_date.month)
    simulation = Simulation(world, Settings(question.seed, demand.noise, tick_s=60))
    return dict(_as_time_passes(simulation, times)), kind


def _as_time_passes(simulation: Simulation, times: Sequence[int]) -> Iterator[tuple[int, DayState]]:
    """The state of a simulated day at each time: the last one that is no later."""
    waiting, before = list(times), simulation.state
    for _ in simulation.run():
        while waiting and simulation.state.now > waiting[0]:
            yield waiting.pop(0), before
        before = simulation.state
    yield from ((time, simulation.state) for time in waiting)


class _Scene:
    """Walks of a city, and what is asked of its buses and shuttles."""

    def __init__(self, area: Area, living: Living, day: CompiledDay) -> None:
        self._area, self._day = area, day
        self._network = Network(area.travel_times, area.policy.weights)
        self._workspace = reach_workspace(day.timetable)
        stops = area.places.list_virtual_stops()
        self._places = frozen(np.arange(len(stops)))
        self._feet = _feet(area, living, day)
        self._origins = [
            self._choices(lon, lat)
            for lon, lat in zip(living.lon.tolist(), living.lat.tolist(), strict=True)
        ]

    def _choices(self, lon: float, lat: float) -> tuple[StopChoice, ...]:
        """Shuttle stops within the operator's walk of a door, nearest first."""
        policy, places = self._area.policy, self._area.places
        n = len(self._places)
        near, metres = walks_from(
            self._area.ground, lon, lat, places.lon[:n], places.lat[:n], policy.walk_m
        )
        seconds = walk_s(metres, policy.walk_speed_m_per_s)
        rows = list(zip(near.tolist(), seconds.tolist(), metres.tolist(), strict=True))
        return tuple(StopChoice(place, Walk(s, m)) for place, s, m in rows[:MAX_ORIGIN_STOPS])

    def departure(self, dep_time: int, state: DayState) -> Iterator[tuple[str, int, Int32Array]]:
        """Arrivals at the destinations from every origin, by mode and origin."""
        draft = Draft(state, max(dep_time, state.now), self._network)
        for origin in range(len(self._origins)):
            by_bus = self._arrivals(origin, dep_time, None)
            yield WALK_BUS, origin, by_bus
            by_shuttle = self._by_shuttle(draft, origin, dep_time)
            if (by_shuttle > dep_time + LIMIT_S).all():
                yield WITH_SHUTTLE, origin, by_bus
            else:
                yield WITH_SHUTTLE, origin, self._arrivals(origin, dep_time, by_shuttle)

    def _arrivals(self, origin: int, dep_time: int, by_shuttle: Int32Array | None) -> Int32Array:
        return arrivals_at_ends(
            self._day.timetable, self._feet, origin, dep_time, LIMIT_S, by_shuttle, self._workspace
        )

    def _by_shuttle(self, draft: Draft, origin: int, dep_time: int) -> Int32Array:
        if not self._origins[origin]:
            return np.full(len(self._places), NEVER, np.int32)
        request = RideRequest(self._origins[origin], (), depart_from=dep_time)
        return arrivals_at(draft, request, self._places)


def _feet(area: Area, living: Living, day: CompiledDay) -> Feet:
    speed, ground = area.policy.walk_speed_m_per_s, area.ground
    n = area.places.n_virtual_stops
    doors = (living.lon, living.lat)
    ends = tuple(
        np.array([getattr(place, axis) for place in living.destinations]) for axis in ("lon", "lat")
    )
    stops, places = (day.stops.lon, day.stops.lat), (area.places.lon[:n], area.places.lat[:n])
    limit_m = int(LIMIT_S * speed)
    spare_s = Connecting().buffer_s
    return Feet(
        direct=footways(ground, doors, (ends[0], ends[1]), limit_m, speed),
        access=footways(ground, doors, stops, BUS_WALK_M, speed),
        egress=footways(ground, stops, (ends[0], ends[1]), BUS_WALK_M, speed),
        change=footways(ground, places, stops, BUS_WALK_M, speed, spare_s),
        alight=footways(ground, places, (ends[0], ends[1]), BUS_WALK_M, speed),
        n_ends=len(living.destinations),
    )
