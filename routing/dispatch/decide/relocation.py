"""An idle vehicle goes where people are expected to call."""

from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch.draft import Draft
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.values import DutyState
from routing.drt.check import check_plan
from routing.drt.model import VehiclePlan
from routing.drt.schedule import schedule
from routing.road.travel import get_travel_s


def relocate_vehicle(draft: Draft, command: cmd.RelocateVehicle) -> Rejected | None:
    """Send an idle vehicle to a place, if nobody's time moves for it.

    From then on it is free to go from there; on its way it can be given nothing else, for where
    it is in between is not known for certain.
    """
    vehicle_id, travel = command.vehicle_id, draft.network.travel
    if draft.state.duties.get(vehicle_id) is not DutyState.ON_DUTY:
        return Rejected(RejectReason.UNKNOWN_VEHICLE)
    plan = draft.current(vehicle_id)
    is_away = plan.n_frozen or plan.ready_time > draft.now
    if is_away or not 0 <= command.place < travel.n_places:
        return Rejected(RejectReason.WRONG_STATE)
    arrival = draft.now + get_travel_s(travel, plan.place, command.place, draft.now)
    moved = replace(
        plan,
        place=command.place,
        ready_time=arrival,
        route_start=min(plan.route_start, draft.now),
    )
    if not _is_home_in_time(moved, draft) or check_plan(moved, travel):
        return Rejected(RejectReason.PLAN_INVALID, "the vehicle would come too late")
    told = [time.start for time in draft.state.times[vehicle_id]]
    if [time.start for time in schedule(moved, travel)] != told:
        return Rejected(RejectReason.PLAN_INVALID, "somebody would be fetched at another time")
    draft.keep(moved)
    return None


def _is_home_in_time(plan: VehiclePlan, draft: Draft) -> bool:
    # The way home of a vehicle without visits is nobody's limit but this one's.
    home_s = get_travel_s(draft.network.travel, plan.place, plan.vehicle.end_place, plan.ready_time)
    return plan.ready_time + home_s <= plan.vehicle.shift_until
