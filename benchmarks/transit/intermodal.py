"""What it costs to come to the bus by shuttle: 200 stops asked of the plan, then the search."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from immutables import Map

from benchmarks.measure import interleaved
from benchmarks.micro.insertion import make_world
from benchmarks.report import Row, Section
from benchmarks.transit.queries import LARGE
from gtfs.compile import compile_day
from gtfs.compiled import CompiledDay
from gtfs.feed import load_feed
from routing.dispatch.commands import OpenDay, RideRequest, StopChoice
from routing.dispatch.decide import decide
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.reach import arrivals_at
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.drt.schedule import schedule
from routing.policy import ServicePolicy
from routing.transit import StopOffsets, get_offsets, raptor, trip_based
from routing.types import NEVER, frozen

N_ASKED, N_QUERIES, SEED = 200, 200, 1
FLEETS = ((4, 4), (20, 16))  # vehicles, visits of each
MAX_TRIPS = 8
NINE = 9 * 3600

#: Source stop, target stop, shuttle place of the source.
Query = tuple[int, int, int]


def run() -> Section:
    """Measure on the large feed; nothing without it."""
    rows = list(_measure()) if LARGE.exists() else []
    return Section(
        "Shuttle to the bus",
        "python -m benchmarks transit.intermodal",
        f"Pareto journeys between {N_QUERIES} seeded pairs of stops of Staten Island at 09:00."
        f" Bus only: from the stops in walking distance. By shuttle: the {N_ASKED} stops nearest to"
        " the source are asked of a fleet's plan (one kernel call, every arrival a feasible"
        " insertion) and become the access of the same search. At fixed times: as many stops"
        " without asking. The service searches by rounds.",
        rows,
    )


def _measure() -> Iterator[Row]:
    day = compile_day(load_feed(LARGE), date(2026, 9, 10)).with_transfers(n_threads=2)
    queries = _queries(day)
    for n_vehicles, n_visits in FLEETS:
        draft = _make_draft(n_vehicles, n_visits)
        candidates = _candidates(day, draft)
        for candidate in candidates.values():
            candidate(queries[0])
        taken = interleaved(candidates, queries, rounds=2)
        size = f"{n_vehicles} vehicles x {n_visits} visits"
        for method in ("rounds", "trip-based"):
            alone = Row(f"bus only, {method}, {size}", taken[f"bus only, {method}"])
            yield alone
            for name in (f"{N_ASKED} stops at fixed times", f"{N_ASKED} stops by shuttle"):
                yield Row(f"{name}, {method}, {size}", taken[f"{name}, {method}"], alone)
        yield Row(f"asking alone, {size}", taken["asking alone"])


def _make_draft(n_vehicles: int, n_visits: int) -> Draft:
    """A fleet at work at nine."""
    travel, plans, _ = make_world(n_vehicles, n_visits, 1, SEED)
    network = Network(travel)
    vehicles = tuple(plan.vehicle for plan in plans)
    opened = decide(DayState(), OpenDay("bench", ServicePolicy(), vehicles), 0, network)
    assert not isinstance(opened, Rejected)
    at_nine = [_shifted(plan) for plan in plans]
    state = replace(
        commit(DayState(), opened),
        plans=Map((plan.vehicle.vehicle_id, plan) for plan in at_nine),
        times=Map((plan.vehicle.vehicle_id, schedule(plan, travel)) for plan in at_nine),
    )
    return Draft(state, NINE, network)


def _shifted(plan: Any) -> Any:
    """A plan of the first hours of a day as one from nine on."""
    visits = tuple(
        replace(visit, earliest=visit.earliest + NINE, latest=visit.latest + NINE)
        for visit in plan.visits
    )
    vehicle = replace(plan.vehicle, shift_until=24 * 3600)
    return replace(plan, vehicle=vehicle, ready_time=NINE, visits=visits)


def _queries(day: CompiledDay) -> list[Query]:
    rng = np.random.default_rng(SEED)
    served = np.unique(day.timetable.patterns.stop)
    pairs = rng.choice(served, (N_QUERIES, 2))
    return [(int(a), int(b), int(rng.integers(0, N_ASKED))) for a, b in pairs]


def _candidates(day: CompiledDay, draft: Draft) -> dict[str, Callable[[Query], Any]]:
    timetable, transfers = day.timetable, day.transfers
    assert transfers is not None
    walks = StopOffsets(timetable.walks)
    rounds = raptor.round_workspace(timetable, MAX_TRIPS)
    trips = trip_based.trip_workspace(timetable, MAX_TRIPS)
    places = frozen(np.arange(N_ASKED))
    near = _nearest(day)

    def by_rounds(access: Any, target: int) -> Any:
        """Journeys by rounds."""
        egress = walks.list_egress(target)
        return raptor.find_journeys(timetable, access, egress, NINE, MAX_TRIPS, rounds)

    def by_trips(access: Any, target: int) -> Any:
        """Journeys by trips."""
        egress = walks.list_egress(target)
        return trip_based.find_journeys(
            timetable, transfers, access, egress, NINE, MAX_TRIPS, trips
        )

    def ask(query: Query) -> Any:
        """When the fleet can be at each place."""
        request = RideRequest((StopChoice(N_ASKED + query[2]),), (), depart_from=NINE)
        fresh = Draft(draft.state, NINE, draft.network)
        return arrivals_at(fresh, request, places)

    def shuttled(query: Query) -> Any:
        """The access by shuttle."""
        there = ask(query)
        known = there < NEVER
        stops = near[query[0]][known]
        return get_offsets(stops, there[known] - NINE, timetable.n_stops)

    def fixed(query: Query) -> Any:
        """As many stops, six to twenty minutes away."""
        seconds = 360 + np.arange(N_ASKED) * 840 // N_ASKED
        return get_offsets(near[query[0]], seconds, timetable.n_stops)

    found: dict[str, Callable[[Query], Any]] = {"asking alone": ask}
    for method, search in (("rounds", by_rounds), ("trip-based", by_trips)):
        found |= {
            f"bus only, {method}": lambda q, s=search: s(walks.list_access(q[0]), q[1]),
            f"{N_ASKED} stops at fixed times, {method}": lambda q, s=search: s(fixed(q), q[1]),
            f"{N_ASKED} stops by shuttle, {method}": lambda q, s=search: s(shuttled(q), q[1]),
        }
    return found


def _nearest(day: CompiledDay) -> Any:
    """The nearest stops of each stop, shape (s, N_ASKED)."""
    x = day.stops.lon * np.cos(np.radians(np.mean(day.stops.lat)))
    distance = np.hypot(x[:, np.newaxis] - x, day.stops.lat[:, np.newaxis] - day.stops.lat)
    return np.argsort(distance, axis=1)[:, :N_ASKED]
