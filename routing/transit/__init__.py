"""Timetable arrays, journeys and departures of scheduled transit."""

from routing.transit.csa import scan_workspace
from routing.transit.delays import Runs, apply_runs
from routing.transit.departures import Departure, next_departures
from routing.transit.journey import Journey, Leg, LegKind, check_journey
from routing.transit.raptor import find_journeys, round_workspace
from routing.transit.reach import earliest_arrivals, find_earliest_journey, reach_workspace
from routing.transit.timetable import (
    Calls,
    Offsets,
    StopOffsets,
    Timetable,
    build_timetable,
    build_walks,
    get_offsets,
    list_access,
    list_egress,
    step_free,
)
from routing.transit.transfers import Transfers, build_transfers
from routing.transit.trip_based import find_range_journeys, trip_workspace

__all__ = [
    "Calls",
    "Departure",
    "Journey",
    "Leg",
    "LegKind",
    "Offsets",
    "Runs",
    "StopOffsets",
    "Timetable",
    "Transfers",
    "apply_runs",
    "build_timetable",
    "build_transfers",
    "build_walks",
    "check_journey",
    "earliest_arrivals",
    "find_earliest_journey",
    "find_journeys",
    "find_range_journeys",
    "get_offsets",
    "list_access",
    "list_egress",
    "next_departures",
    "reach_workspace",
    "round_workspace",
    "scan_workspace",
    "step_free",
    "trip_workspace",
]
