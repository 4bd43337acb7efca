"""Vehicles that leave service, planned or broken down, and what becomes of their riders."""

from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.conditions import narrowed
from routing.dispatch.decide.booking import give_place
from routing.dispatch.draft import Draft
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.dispatch.values import DutyState
from routing.drt.model import Insertion, Ride, VehiclePlan, VisitKind

#: Lateness that a disrupted ride is searched with, step by step, until a vehicle is found.
LATE_STEPS_S = (10 * 60, 20 * 60, 40 * 60, 80 * 60, 160 * 60)


def withdraw_vehicle(draft: Draft, command: cmd.WithdrawVehicle) -> Rejected | None:
    """Take a vehicle out of service and give its riders to others."""
    plan = draft.state.plans.get(command.vehicle_id)
    if plan is None:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if draft.state.duties[command.vehicle_id] is not DutyState.ON_DUTY:
        return Rejected(RejectReason.WRONG_STATE)
    duty = DutyState.BROKEN_DOWN if command.broken_down else DutyState.OFF_DUTY
    draft.add(ev.DutyChanged(draft.now, command.vehicle_id, duty, command.by))
    stranded = _strand(draft, plan, command)
    for booking_id in stranded:
        rescue(draft, booking_id)
    return None


def _strand(draft: Draft, plan: VehiclePlan, command: cmd.WithdrawVehicle) -> list[str]:
    """Take all rides off the plan that the vehicle cannot end; returns them, urgent first."""
    waiting = [v.ride_id for v in plan.visits if v.kind is VisitKind.PICKUP]
    dropoffs = [v.ride_id for v in plan.visits if v.kind is VisitKind.DROPOFF]
    on_board = [ride_id for ride_id in dropoffs if ride_id not in waiting]
    stranded = [*on_board, *waiting] if command.broken_down else waiting
    cause = "breakdown" if command.broken_down else "withdrawn"
    for booking_id in stranded:
        aboard = booking_id in on_board
        draft.add(ev.RideDisrupted(draft.now, booking_id, aboard, cause))
        if aboard:
            draft.add(
                ev.RideRerouted(draft.now, booking_id, _from_here(draft, booking_id, command))
            )
    _clear(draft, plan, set(stranded), command)
    return stranded


def _from_here(draft: Draft, booking_id: str, command: cmd.WithdrawVehicle) -> Ride:
    """The rest of a ride whose rider was on board, from where the vehicle stands."""
    ride = draft.state.bookings[booking_id].ride
    return replace(
        ride, origin=command.place, earliest_pickup=draft.now, latest_pickup=ride.latest_dropoff
    )


def _clear(draft: Draft, plan: VehiclePlan, gone: set[str], command: cmd.WithdrawVehicle) -> None:
    visits = tuple(
        v for v in plan.visits if v.ride_id not in gone and v.kind is not VisitKind.BREAK
    )
    load = tuple(-sum(v.load[k] for v in visits) for k in range(len(plan.load)))
    cleared = replace(
        plan,
        place=command.place,
        ready_time=draft.now,
        first_arrival=0,
        visits=visits,
        load=load,
        n_frozen=min(1, len(visits)),
        standing=False,
    )
    draft.keep(cleared, "withdrawn")


def return_vehicle(draft: Draft, command: cmd.ReturnVehicle) -> Rejected | None:
    """Put a vehicle back on duty."""
    plan = draft.state.plans.get(command.vehicle_id)
    if plan is None:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    if draft.state.duties[command.vehicle_id] is DutyState.ON_DUTY:
        return Rejected(RejectReason.WRONG_STATE)
    draft.add(ev.DutyChanged(draft.now, command.vehicle_id, DutyState.ON_DUTY, command.by))
    if not plan.visits:
        draft.keep(replace(plan, place=command.place, ready_time=draft.now))
    return None


def rescue(draft: Draft, booking_id: str) -> bool:
    """Find a vehicle for a disrupted ride, inside its promise or as little late as can be."""
    booking = draft.state.bookings[booking_id]
    if give_place(draft, booking):
        return True
    for late_s in LATE_STEPS_S:
        late = _late(booking.ride, draft.now, late_s)
        ride = late if booking.boarded_time is not None else narrowed(draft.state, late)
        found = None if ride is None else draft.find_insertion(ride)
        if ride is not None and found is not None:
            _reroute(draft, booking, ride, found)
            return True
    return False


def _late(ride: Ride, now: int, late_s: int) -> Ride:
    latest = max(ride.latest_pickup, now) + late_s
    return replace(
        ride,
        earliest_pickup=max(ride.earliest_pickup, now),
        latest_pickup=latest,
        latest_dropoff=max(ride.latest_dropoff, latest + ride.pickup_dwell_s + ride.max_ride_s),
    )


def _reroute(draft: Draft, booking: Booking, ride: Ride, found: Insertion) -> None:
    """Keep the new plan's own times as the limits: no later re-plan makes it worse."""
    pickup = found.times[found.pickup_position].start
    dropoff = found.times[found.dropoff_position].arrive
    limited = replace(
        ride,
        latest_pickup=max(booking.ride.latest_pickup, pickup),
        latest_dropoff=max(booking.ride.latest_dropoff, dropoff),
    )
    draft.add(
        ev.RideRerouted(draft.now, booking.booking_id, limited),
        ev.RideScheduled(draft.now, booking.booking_id, found.vehicle_id),
    )
    draft.insert(limited, found, "disruption")
