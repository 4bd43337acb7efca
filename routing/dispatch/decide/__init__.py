"""The one door: every wish goes through `decide`, which answers with facts or a refusal.

Rule: `decide` reads a state and changes nothing. Its events are already known to fold: the
lifecycle table was asked for each. What it answers depends on its arguments alone.
"""

from collections.abc import Callable
from typing import Any

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide import (
    at_stop,
    booking,
    clock,
    connection,
    control,
    disruption,
    driving,
    relocation,
    replan,
    reversal,
)
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import DayState
from routing.errors import TransitionError

Handler = Callable[[Draft, Any], Rejected | None]

_HANDLERS: dict[type, Handler] = {
    cmd.OpenDay: clock.open_day,
    cmd.Tick: clock.tick,
    cmd.ConfirmOffer: booking.confirm_offer,
    cmd.BookRide: booking.book_ride,
    cmd.AmendRide: booking.amend_ride,
    cmd.CancelRide: booking.cancel_ride,
    cmd.ArriveVisit: driving.arrive_visit,
    cmd.BoardRider: driving.board_rider,
    cmd.AlightRider: driving.alight_rider,
    cmd.FinishBreak: driving.finish_break,
    cmd.MissRider: driving.miss_rider,
    cmd.RecordContact: driving.record_contact,
    cmd.WalkUp: at_stop.walk_up,
    cmd.ReportIncident: driving.report_incident,
    cmd.CloseIncident: driving.close_incident,
    cmd.ReportArrival: driving.report_arrival,
    cmd.ReportTrip: connection.report_trip,
    cmd.LockAssignment: replan.lock_assignment,
    cmd.UnlockAssignment: replan.unlock_assignment,
    cmd.MoveRide: replan.move_ride,
    cmd.ProposePlan: replan.propose_plan,
    cmd.RescueRide: replan.rescue_ride,
    cmd.RelocateVehicle: relocation.relocate_vehicle,
    cmd.ReverseNoShow: reversal.reverse_no_show,
    cmd.ReverseCancellation: reversal.reverse_cancellation,
    cmd.WithdrawVehicle: disruption.withdraw_vehicle,
    cmd.ReturnVehicle: disruption.return_vehicle,
    cmd.CloseRoads: control.close_roads,
    cmd.ReopenRoads: control.reopen_roads,
    cmd.SuspendService: control.suspend_service,
    cmd.ResumeService: control.resume_service,
    cmd.SetRoster: control.set_roster,
    cmd.ChangePolicy: control.change_policy,
    cmd.Broadcast: control.broadcast,
}


def decide(
    state: DayState, command: cmd.Command, now: int, network: Network
) -> list[ev.Event] | Rejected:
    """The events that ``command`` leads to at ``now``, or why it is refused.

    Parameters
    ----------
    state
        The service day, with everything decided so far folded in.
    command
        The wish.
    now
        Service seconds; never before the last event of the day.
    network
        Travel times and solver memory of this day, made for
        `routing.dispatch.conditions.conditions_for` this state and command.

    Returns
    -------
    list of Event or Rejected
        The list may be empty: nothing had to change.
    """
    if not state.is_open and not isinstance(command, cmd.OpenDay):
        return Rejected(RejectReason.DAY_NOT_OPEN)
    if now < state.now:
        return Rejected(RejectReason.CLOCK_WENT_BACK, f"{now} is before {state.now}")
    draft = Draft(state, now, network)
    try:
        refusal = _HANDLERS[type(command)](draft, command)
    except TransitionError as problem:
        return Rejected(RejectReason.WRONG_STATE, str(problem))
    return draft.events if refusal is None else refusal
