"""How a vehicle's plan moves on as its driver acts. Pure functions on `VehiclePlan`.

Rule: while a vehicle is under way, or stands at a visit with somebody still to board, alight or
rest, that visit is frozen at the head of its plan. ``ready_time`` is when the vehicle was last
free to go, so all times of the plan follow from the last fact that is known.
"""

from dataclasses import replace

from routing.drt.model import Load, VehiclePlan, Visit, VisitKind
from routing.types import NEVER


def leave(plan: VehiclePlan, time: int) -> VehiclePlan:
    """The vehicle sets out for its first visit at ``time``."""
    return replace(
        plan,
        n_frozen=1,
        ready_time=max(plan.ready_time, time),
        first_arrival=0,
        route_start=min(plan.route_start, time),
        standing=False,
    )


def arrive(plan: VehiclePlan, time: int, together_s: int) -> VehiclePlan:
    """The vehicle stands at its first visit since ``time``.

    Visits that follow at the same place and may begin within ``together_s`` are under way with
    it: their riders see the vehicle, too.
    """
    first = plan.visits[0]
    return replace(
        plan,
        place=first.place,
        ready_time=time,
        first_arrival=time,
        n_frozen=_n_together(plan.visits, max(time, first.earliest) + together_s),
        route_start=min(plan.route_start, time),
        standing=True,
    )


def _n_together(visits: tuple[Visit, ...], until: int) -> int:
    here = visits[0].place
    n = 1
    while n < len(visits) and visits[n].place == here and visits[n].earliest <= until:
        n += 1
    return n


def finish(plan: VehiclePlan, position: int, time: int) -> VehiclePlan:
    """The visit at ``position``, one of those under way, is done at ``time``.

    A rider who boarded is on board for ``max_ride_s`` from then at most, so the drop-off's
    window takes over the ride limit.
    """
    done = plan.visits[position]
    rest = _without(plan.visits, {position})
    if done.kind is VisitKind.PICKUP:
        boarded = max(time, done.earliest + done.dwell_s)
        rest = tuple(_limit_ride(visit, done.ride_id, boarded) for visit in rest)
    n_frozen = plan.n_frozen - 1
    return replace(
        plan,
        visits=rest,
        load=add(plan.load, done.load),
        n_frozen=n_frozen,
        ready_time=max(plan.ready_time, time),
        first_arrival=max(plan.ready_time, time) if n_frozen else 0,
        standing=n_frozen > 0,
    )


def _limit_ride(visit: Visit, ride_id: str, boarded: int) -> Visit:
    if visit.ride_id != ride_id or visit.max_ride_s >= NEVER:
        return visit
    latest = min(visit.latest, boarded + visit.max_ride_s)
    return replace(visit, latest=latest, max_ride_s=int(NEVER))


def drop_ride(plan: VehiclePlan, ride_id: str, arrival: int, time: int) -> VehiclePlan:
    """``plan`` without the visits of a ride that is not on board.

    ``arrival`` is when the vehicle is expected at its first visit. If it is on its way to a
    visit that goes, it can be given other work from there and then on: where it is in between
    is not known for certain.
    """
    gone = {i for i, visit in enumerate(plan.visits) if visit.ride_id == ride_id}
    n_frozen = plan.n_frozen - sum(1 for i in gone if i < plan.n_frozen)
    kept = replace(plan, visits=_without(plan.visits, gone), n_frozen=n_frozen)
    if 0 not in gone or not plan.n_frozen:
        return kept
    if plan.standing:
        ready = max(plan.ready_time, time)
        still = n_frozen > 0
        return replace(kept, ready_time=ready, first_arrival=ready if still else 0, standing=still)
    return replace(kept, place=plan.visits[0].place, ready_time=max(arrival, time), first_arrival=0)


def turn_back(plan: VehiclePlan, ride_id: str, time: int) -> VehiclePlan:
    """``plan`` without a ride that is not on board, its place being out of reach now.

    A vehicle on its way there goes on from where it last was: how far it came is not known.
    """
    gone = {i for i, visit in enumerate(plan.visits) if visit.ride_id == ride_id}
    n_frozen = plan.n_frozen - sum(1 for i in gone if i < plan.n_frozen)
    kept = replace(plan, visits=_without(plan.visits, gone), n_frozen=n_frozen)
    if 0 not in gone or not plan.n_frozen:
        return kept
    return replace(kept, ready_time=max(plan.ready_time, time), first_arrival=0, standing=False)


def hold(plan: VehiclePlan, until: int) -> VehiclePlan:
    """The vehicle may not leave before ``until``."""
    ready = max(plan.ready_time, until)
    return replace(plan, ready_time=ready, first_arrival=ready if plan.n_frozen else 0)


def add(load: Load, change: Load) -> Load:
    """Sum of two loads, dimension by dimension."""
    return tuple(a + b for a, b in zip(load, change, strict=True))


def _without(visits: tuple[Visit, ...], positions: set[int]) -> tuple[Visit, ...]:
    return tuple(visit for i, visit in enumerate(visits) if i not in positions)
