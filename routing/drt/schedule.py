"""When a plan's visits happen and what the plan costs, for plans as values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from routing.drt.model import VehiclePlan, VisitTime
from routing.drt.rows import plan_rows, ready_time, visit_times
from routing.drt.timing import count_seconds, go_straight, settle
from routing.policy import CostWeights
from routing.road.travel import TravelTimes, get_travel_s


def schedule(plan: VehiclePlan, travel: TravelTimes) -> tuple[VisitTime, ...]:
    """The earliest times of the visits of ``plan``; total, whatever the plan breaks.

    A pickup is held back where its rider would otherwise wait aboard beyond ``max_ride_s``.
    Where that cannot help, nothing is held back: the vehicle goes straight on.

    Parameters
    ----------
    plan
        What the vehicle is to do.
    travel
        Travel times of the day.

    Returns
    -------
    tuple of VisitTime
        One for each visit, service seconds; ``NEVER`` from a place on that has no way to it.
    """
    _, row = settled(plan, travel)
    return visit_times(row, len(plan.visits))


def plan_cost(plan: VehiclePlan, travel: TravelTimes, weights: CostWeights) -> float:
    """What ``plan`` costs in weighted seconds, the drive to ``end_place`` included.

    Only differences between plans of the same vehicle at the same moment have a meaning: for a
    rider who is on board already, the ride is counted from ``plan.ready_time``.

    Parameters
    ----------
    plan
        What the vehicle is to do.
    travel
        Travel times of the day.
    weights
        What a second of each kind costs.

    Returns
    -------
    float
        Weighted seconds.
    """
    route, row = settled(plan, travel)
    drive, wait, ride = count_seconds(*travel, route, row)
    return weights.drive * drive + weights.wait * wait + weights.ride * ride


def plans_cost(plans: Sequence[VehiclePlan], travel: TravelTimes, weights: CostWeights) -> float:
    """Sum of `plan_cost` over ``plans``."""
    return sum(plan_cost(plan, travel, weights) for plan in plans)


def leave_time(
    plan: VehiclePlan, times: tuple[VisitTime, ...], travel: TravelTimes, early_s: int
) -> int:
    """When the vehicle must leave so as to be at its first visit ``early_s`` before its start.

    Leaving later than ready costs nothing while the first visit cannot start before, and the
    vehicle remains free for other work until then.

    Parameters
    ----------
    plan
        A plan with at least one visit.
    times
        Its `schedule`.
    travel
        Travel times of the day.
    early_s
        How long before its start the vehicle should be at the visit, seconds.

    Returns
    -------
    int
        Service seconds, never before the vehicle is free to go.

    Raises
    ------
    ValueError
        If the plan has no visit.
    """
    if not plan.visits:
        raise ValueError(f"vehicle {plan.vehicle.vehicle_id} has nowhere to leave for")
    ready = ready_time(plan)
    be_there = times[0].start - early_s
    low, high = ready, max(ready, be_there)
    while low < high:  # arrivals do not fall with departures, so the latest departure is found
        middle = (low + high + 1) // 2
        arrival = middle + get_travel_s(travel, plan.place, plan.visits[0].place, middle)
        low, high = (middle, high) if arrival <= be_there else (low, middle - 1)
    return low


def straight_on(plan: VehiclePlan, travel: TravelTimes) -> tuple[Any, Any]:
    """Route and row of ``plan`` with nothing held back, for whoever judges what is late."""
    route, row = plan_rows(plan)
    go_straight(*travel, route, row)
    return route, row


def settled(plan: VehiclePlan, travel: TravelTimes) -> tuple[Any, Any]:
    """Route and row of ``plan`` with the times that `schedule` tells."""
    route, row = straight_on(plan, travel)
    # Being late for one rider is no reason to keep another one aboard for too long.
    row["latest"] = np.maximum(row["latest"], row["start"])
    settle(*travel, route, row)
    return route, row
