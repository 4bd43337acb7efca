"""Ruin & recreate over vehicle routes: better plans, room for a ride, the field's instances."""

from routing.drt.search.budget import Budget, iterations
from routing.drt.search.improve import Improved, improve, rescue
from routing.drt.search.instance import Instance, check_routes
from routing.drt.search.static import Solved, solve, warm_up

__all__ = [
    "Budget",
    "Improved",
    "Instance",
    "Solved",
    "check_routes",
    "improve",
    "iterations",
    "rescue",
    "solve",
    "warm_up",
]
