"""Other solvers as dispatchers: each is asked anew at every request, and its plan is checked.

A peer is given the plans as they stand and the new ride, and answers with plans that serve it
too, or with None. What breaks a rule is refused by `decide`, counts as a refusal and is reported.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np

from routing.dispatch.commands import BookRide, ConfirmOffer, RescueRide
from routing.dispatch.decide import decide
from routing.dispatch.events import Event
from routing.dispatch.proposal import find_proposal, improvable_plans
from routing.dispatch.quote import promised_ride
from routing.dispatch.rejections import Rejected, RejectReason
from routing.drt.model import Load, Ride, Vehicle, VehiclePlan, Visit, VisitKind
from routing.drt.reoptimise import _Model
from routing.drt.rows import loads_along, ready_time
from routing.drt.schedule import schedule
from routing.policy import CostWeights
from routing.road.travel import TravelTimes
from routing.simulation.run import Settings, Simulation
from routing.simulation.world import World

Peer = Callable[[Sequence[VehiclePlan], Ride, TravelTimes], list[VehiclePlan] | None]

ORTOOLS_S = 0.4
VROOM_EXPLORATION = 5
VROOM_S = 2.0


class PeerDay(Simulation):
    """A day on which a peer decides on every request; drivers and checks are ours."""

    def __init__(self, world: World, settings: Settings, peer: Peer) -> None:
        super().__init__(world, settings)
        self.n_broken = 0  # plans that broke a rule, counted as refusals
        self._peer = peer

    def answer(self, command: ConfirmOffer | BookRide, now: int) -> list[Event] | Rejected:
        """Ask the peer; take its plan if it keeps every rule."""
        state = self.state
        plans = improvable_plans(state, now, self.network)
        ride = promised_ride(command.booking_id, command.offer, state.policy)
        found = self._peer(plans, ride, self.world.travel)
        proposal = None if found is None else find_proposal(state.version, plans, found)
        if proposal is None:
            return Rejected(RejectReason.NO_ROOM)
        decision = decide(state, RescueRide(command, proposal), now, self.network)
        self.n_broken += isinstance(decision, Rejected)
        return decision


class _Start(NamedTuple):
    """From where, when and with what a vehicle goes on after what is under way."""

    place: int
    time: int
    load: Load


def _start(plan: VehiclePlan, travel: TravelTimes) -> _Start:
    n = plan.n_frozen
    if not n:
        return _Start(plan.place, ready_time(plan), plan.load)
    depart = schedule(plan, travel)[n - 1].depart
    return _Start(plan.visits[n - 1].place, depart, loads_along(plan)[n])


def _free(plan: VehiclePlan) -> tuple[Visit, ...]:
    return plan.visits[plan.n_frozen :]


def _rides(plans: Sequence[VehiclePlan], ride: Ride) -> Iterator[tuple[Visit, Visit]]:
    """Pickup and drop-off of all whose pickup is not under way, the new ride's last."""
    for plan in plans:
        dropoffs = {v.ride_id: v for v in _free(plan) if v.kind is VisitKind.DROPOFF}
        for visit in _free(plan):
            if visit.kind is VisitKind.PICKUP:
                yield visit, dropoffs[visit.ride_id]
    yield ride.visits()


def _aboard(plan: VehiclePlan) -> Iterator[Visit]:
    """Drop-offs of those who board, or have boarded, whatever is planned."""
    waiting = {v.ride_id for v in _free(plan) if v.kind is VisitKind.PICKUP}
    return (v for v in _free(plan) if v.ride_id not in waiting)


def _latest_dropoff(pickup: Visit, dropoff: Visit) -> int:
    # Who knows no ride limits is given windows that imply them.
    return min(dropoff.latest, pickup.earliest + pickup.dwell_s + dropoff.max_ride_s)


def _with_visits(plan: VehiclePlan, rest: Sequence[Visit]) -> VehiclePlan:
    return replace(plan, visits=(*plan.visits[: plan.n_frozen], *rest))


class _Resolve(_Model):
    """The model of plans of which the last holds who is served by nobody yet."""

    def _routes(self) -> Iterator[list[int]]:
        *served, _ = super()._routes()
        yield from served
        yield []


def ask_ortools(
    plans: Sequence[VehiclePlan], ride: Ride, travel: TravelTimes
) -> list[VehiclePlan] | None:
    """OR-Tools' routing model with guided local search from the plans as they are."""
    first = plans[0].vehicle
    # What the model cannot complete stays as it was: the ride in a vehicle without seats.
    nobody = (0,) * first.n_dimensions
    ghost = Vehicle("", ride.origin, ride.origin, 0, first.shift_until, (nobody,))
    waiting = VehiclePlan(ghost, ride.origin, 0, nobody, ride.visits())
    model = _Resolve([*plans, waiting], travel, CostWeights())
    *proposed, last = model.solve(ORTOOLS_S, 0)
    return None if last.visits else proposed


def ask_vroom(
    plans: Sequence[VehiclePlan], ride: Ride, travel: TravelTimes
) -> list[VehiclePlan] | None:
    """VROOM from scratch; of ride limits it is told windows that imply them."""
    import vroom

    starts = [_start(plan, travel) for plan in plans]
    pairs = list(_rides(plans, ride))
    aboard = [(v, visit) for v, plan in enumerate(plans) for visit in _aboard(plan)]
    visits = [visit for pair in pairs for visit in pair] + [visit for _, visit in aboard]
    places = [*(v.place for v in visits), *(s.place for s in starts)]
    places += [plan.vehicle.end_place for plan in plans]
    n, first = len(plans), len(visits)
    problem = vroom.Input()
    problem.set_durations_matrix("car", travel.seconds[0][np.ix_(places, places)].astype(np.uint32))
    for v, (plan, start) in enumerate(zip(plans, starts, strict=True)):
        window = vroom.TimeWindow(start.time, max(plan.vehicle.shift_until, start.time))
        problem.add_vehicle(
            vroom.Vehicle(
                v,
                start=first + v,
                end=first + n + v,
                capacity=list(plan.vehicle.configurations[0]),
                skills={v},
                time_window=window,
            )
        )
    for k, (pickup, dropoff) in enumerate(pairs):
        windows = (pickup.earliest, pickup.latest), (0, _latest_dropoff(pickup, dropoff))
        steps = [
            vroom.ShipmentStep(
                2 * k + end,
                location=2 * k + end,
                default_service=visit.dwell_s,
                time_windows=[vroom.TimeWindow(*window)],
            )
            for end, (visit, window) in enumerate(zip((pickup, dropoff), windows, strict=True))
        ]
        problem.add_job(vroom.Shipment(*steps, amount=vroom.Amount(list(pickup.load))))
    for k, (v, visit) in enumerate(aboard, 2 * len(pairs)):
        problem.add_job(
            vroom.Job(
                k,
                location=k,
                default_service=visit.dwell_s,
                delivery=vroom.Amount([-amount for amount in visit.load]),
                skills={v},
                time_windows=[vroom.TimeWindow(0, visit.latest)],
            )
        )
    solved = problem.solve(VROOM_EXPLORATION, 1, timedelta(seconds=VROOM_S)).to_dict()
    if solved["unassigned"]:
        return None
    rest: dict[int, list[Visit]] = {v: [] for v in range(n)}
    for route in solved["routes"]:
        steps = (step for step in route["steps"] if step["type"] not in ("start", "end"))
        rest[route["vehicle"]] = [visits[step["id"]] for step in steps]
    return [_with_visits(plan, rest[v]) for v, plan in enumerate(plans)]


def ask_lns(
    plans: Sequence[VehiclePlan], ride: Ride, travel: TravelTimes
) -> list[VehiclePlan] | None:
    """``pdptw-lns-solver``, its heuristic; of ride limits it is told windows that imply them."""
    from online_lns_solver import OnlineLNSSolver

    names = {v.ride_id: k for k, v in enumerate(_all_visits(plans, ride))}
    limits = {p.ride_id: _latest_dropoff(p, d) for p, d in _rides(plans, ride)}
    solver = OnlineLNSSolver(dwell_pickup=ride.pickup_dwell_s, dwell_alight=ride.dropoff_dwell_s)
    pickup, dropoff = ride.visits()
    seats, wheelchairs = ride.load
    payload = {
        "depot": {"pt": _point(plans[0].vehicle.start_place)},
        "driver_runs": [_run(v, plan, names, limits, travel) for v, plan in enumerate(plans)],
        "requests": [
            {
                "booking_id": names[ride.ride_id],
                "am": seats,
                "wc": wheelchairs,
                "pickup_pt": _point(pickup.place),
                "dropoff_pt": _point(dropoff.place),
                "pickup_time_window_start": pickup.earliest,
                "pickup_time_window_end": pickup.latest,
                "dropoff_time_window_start": 0,
                "dropoff_time_window_end": limits[ride.ride_id],
            }
        ],
        "travel_time_matrix": travel.seconds[0],
    }
    runs, unserved = solver.solve_pdptw_heuristic(payload)
    if unserved:
        return None
    known = {(names[v.ride_id], v.kind.name.lower()): v for v in _all_visits(plans, ride)}
    found = list(plans)
    for run in runs:
        done = run["state"]["locations_already_serviced"]
        stops = run["manifest"][done:]
        v = int(run["state"]["run_id"])
        rest = [known[int(stop["booking_id"]), stop["action"]] for stop in stops]
        found[v] = _with_visits(plans[v], rest)
    return found


def _all_visits(plans: Sequence[VehiclePlan], ride: Ride) -> list[Visit]:
    return [visit for plan in plans for visit in plan.visits] + list(ride.visits())


def _point(place: int) -> dict[str, float]:
    return {"lat": 0.0, "lon": float(place), "node_id": place}


def _run(
    v: int, plan: VehiclePlan, names: Mapping[str, int], limits: Mapping[str, int], travel: Any
) -> dict[str, Any]:
    start = _start(plan, travel)
    boarded = [
        _stop(v, names, replace(d, kind=VisitKind.PICKUP, place=start.place), (0, start.time))
        for d in _aboard(plan)
    ]
    ahead = [
        _stop(v, names, visit, (visit.earliest, limits.get(visit.ride_id, visit.latest)))
        if visit.kind is VisitKind.DROPOFF
        else _stop(v, names, visit, (visit.earliest, visit.latest))
        for visit in _free(plan)
    ]
    seats, wheelchairs = plan.vehicle.configurations[0]
    state = {
        "run_id": v,
        "start_time": plan.vehicle.shift_from,
        "end_time": plan.vehicle.shift_until,
        "am_capacity": seats,
        "wc_capacity": wheelchairs,
        "locations_already_serviced": len(boarded),
        "location_dt_seconds": start.time,
        "loc": _point(start.place),
        "total_locations": len(boarded) + len(ahead),
    }
    return {"state": state, "manifest": [*boarded, *ahead]}


def _stop(
    v: int, names: Mapping[str, int], visit: Visit, window: tuple[int, int]
) -> dict[str, Any]:
    seats, wheelchairs = map(abs, visit.load)
    return {
        "run_id": v,
        "booking_id": names[visit.ride_id],
        "order": 0,
        "action": visit.kind.name.lower(),
        "loc": _point(visit.place),
        "scheduled_time": window[0],
        "am": seats,
        "wc": wheelchairs,
        "time_window_start": window[0],
        "time_window_end": window[1],
    }


PEERS: Mapping[str, Peer] = {
    f"OR-Tools re-solve, {ORTOOLS_S * 1000:.0f} ms": ask_ortools,
    f"VROOM (pyvroom), exploration {VROOM_EXPLORATION}": ask_vroom,
    "pdptw-lns-solver, heuristic": ask_lns,
}
