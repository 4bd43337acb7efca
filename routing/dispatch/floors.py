"""Service floors: vehicles that residents, seniors and wheelchair users find free in a peak.

Rule: a floor holds vehicles back from everybody else's new rides until shortly before the
latest pickup. What was promised before, or repaired after a disruption, may be on any vehicle.
"""

from routing.dispatch.state import DayState
from routing.dispatch.values import DutyState, Party
from routing.drt.model import Ride
from routing.policy import RiderClass, ServiceFloor


def open_to(state: DayState, party: Party, ride: Ride, now: int) -> frozenset[str] | None:
    """Vehicles that may take a new ride; None for all of them.

    Parameters
    ----------
    state
        The service day.
    party
        Who wants to ride.
    ride
        From where to where, and when.
    now
        Service seconds.

    Returns
    -------
    frozenset of str or None
        Vehicle ids on duty.
    """
    if not state.policy.floors:
        return None
    closed = {
        vehicle_id
        for floor, held in held_vehicles(state)
        if _holds(floor, ride, now) and not _protects(floor, party)
        for vehicle_id in held
    }
    return frozenset(_on_duty(state)) - closed if closed else None


def held_vehicles(state: DayState) -> list[tuple[ServiceFloor, frozenset[str]]]:
    """Each floor with its vehicles: those on duty from the last id down, each for one floor.

    A floor for wheelchair users takes vehicles that have a place for one.
    """
    free = _on_duty(state)
    found = []
    for floor in state.policy.floors:
        fit = [v for v in free if RiderClass.WHEELCHAIR not in floor.classes or _lifts(state, v)]
        held = frozenset(fit[: floor.n_vehicles])
        free = [vehicle_id for vehicle_id in free if vehicle_id not in held]
        found.append((floor, held))
    return found


def _on_duty(state: DayState) -> list[str]:
    duties = state.duties.items()
    return sorted((v for v, duty in duties if duty is DutyState.ON_DUTY), reverse=True)


def _lifts(state: DayState, vehicle_id: str) -> bool:
    return any(
        layout[1:] and layout[1] for layout in state.plans[vehicle_id].vehicle.configurations
    )


def _holds(floor: ServiceFloor, ride: Ride, now: int) -> bool:
    """Asked of the whole window: a promise, being narrower, never meets a floor anew."""
    meets = ride.earliest_pickup < floor.until_time and ride.latest_pickup >= floor.from_time
    return meets and ride.latest_pickup - now > floor.release_s


def _protects(floor: ServiceFloor, party: Party) -> bool:
    has = {
        RiderClass.RESIDENT: party.residents,
        RiderClass.SENIOR: party.seniors,
        RiderClass.WHEELCHAIR: party.wheelchairs,
    }
    return any(has[each] for each in floor.classes)


def exchange_groups(state: DayState, now: int) -> list[frozenset[str]]:
    """Vehicles on duty among which a re-plan may move rides: those held back, and the others.

    A re-plan across the border would fill the held vehicles with whom they are held back from,
    and the next of these would find room on the others.
    """
    on_duty = frozenset(_on_duty(state))
    held = frozenset(
        vehicle_id
        for floor, vehicles in held_vehicles(state)
        if now < floor.until_time
        for vehicle_id in vehicles
    )
    return [group for group in (on_duty - held, held) if group]
