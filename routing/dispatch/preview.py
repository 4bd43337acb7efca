"""What a command would do to riders, before it is done: decided on the snapshot, and thrown away.

Rule: a preview is `decide` and nothing else, so what it shows is what would happen at that moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from routing.dispatch.commands import Command
from routing.dispatch.decide import decide
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import Booking, DayState, commit
from routing.dispatch.visits import find_dropoff, find_pickup


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a rider may expect, as a state has it; times are service seconds."""

    state: BookingState
    vehicle_id: str | None
    pickup_time: int | None  # None once on board, or on no vehicle
    dropoff_time: int | None
    late_s: int  # beyond what was promised first, at pickup or drop-off, whichever is worse


@dataclass(frozen=True, slots=True)
class Effect:
    """How a command changes what one rider may expect."""

    booking_id: str
    before: Outlook
    after: Outlook

    @property
    def is_lost(self) -> bool:
        """Whether the rider has no vehicle any more, or no booking."""
        served = self.before.vehicle_id is not None or self.before.state not in ENDED
        gone = self.after.state in ENDED and self.after.state is not BookingState.COMPLETED
        dropped = self.after.vehicle_id is None and self.before.vehicle_id is not None
        return served and (gone or dropped)

    @property
    def later_late_s(self) -> int:
        """By how much the promise is broken further; 0 if it is not."""
        return max(0, self.after.late_s - self.before.late_s)

    @property
    def later_s(self) -> int:
        """By how much the rider is at their destination later; negative if earlier."""
        before, after = self.before.dropoff_time, self.after.dropoff_time
        return 0 if before is None or after is None else after - before

    @property
    def is_hurt(self) -> bool:
        """Whether a promise is broken, or broken further."""
        return self.is_lost or self.later_late_s > 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What a command would do; ``effects`` are of riders who would notice, most hurt first."""

    version: int
    effects: tuple[Effect, ...]

    @property
    def hurt(self) -> tuple[Effect, ...]:
        """Those whose promise would be broken, or broken further."""
        return tuple(effect for effect in self.effects if effect.is_hurt)

    @property
    def gist(self) -> tuple[tuple[str, BookingState, str | None, int], ...]:
        """What must stay true for the preview to stand: who ends where, late by which minute."""
        return tuple(
            sorted(
                (e.booking_id, e.after.state, e.after.vehicle_id, e.after.late_s // 60)
                for e in self.effects
            )
        )


def preview(state: DayState, command: Command, now: int, network: Network) -> Preview | Rejected:
    """What ``command`` would do to riders at ``now``, or why it would be refused.

    Parameters
    ----------
    state
        A committed state.
    command
        The wish.
    now
        Service seconds.
    network
        As for `decide`.

    Returns
    -------
    Preview or Rejected
        Every rider whose vehicle or state would change, or whose times would by as much as they
        are told of.
    """
    events = decide(state, command, now, network)
    if isinstance(events, Rejected):
        return events
    effects = _effects(state, commit(state, events))
    return Preview(state.version, tuple(sorted(effects, key=_most_hurt_first)))


def outlook(state: DayState, booking: Booking) -> Outlook:
    """What a rider may expect, as ``state`` has it."""
    pickup = dropoff = None
    vehicle_id = booking.vehicle_id
    if vehicle_id is not None and booking.state not in ENDED:
        visits, times = state.plans[vehicle_id].visits, state.times[vehicle_id]
        at_pickup = find_pickup(visits, booking.booking_id)
        at_dropoff = find_dropoff(visits, booking.booking_id)
        pickup = None if at_pickup is None else times[at_pickup].start
        dropoff = None if at_dropoff is None else times[at_dropoff].arrive
    promise = booking.promise
    met = pickup if booking.boarded_time is None else None
    late_s = max(
        0,
        0 if met is None else met - promise.pickup_latest,
        0 if dropoff is None else dropoff - promise.dropoff_latest,
    )
    return Outlook(booking.state, vehicle_id, pickup, dropoff, late_s)


def _effects(before: DayState, after: DayState) -> Iterator[Effect]:
    notice_s = before.policy.notice_s
    for booking_id, old in before.bookings.items():
        if old.state in ENDED and after.bookings[booking_id] is old:
            continue
        effect = Effect(
            booking_id, outlook(before, old), outlook(after, after.bookings[booking_id])
        )
        if _is_noticed(effect, notice_s):
            yield effect


def _is_noticed(effect: Effect, notice_s: int) -> bool:
    before, after = effect.before, effect.after
    if (before.state, before.vehicle_id) != (after.state, after.vehicle_id):
        return True
    times = (before.pickup_time, after.pickup_time), (before.dropoff_time, after.dropoff_time)
    return any(a is not None and b is not None and abs(a - b) >= notice_s for a, b in times)


def _most_hurt_first(effect: Effect) -> tuple[bool, int, int, str]:
    return not effect.is_lost, -effect.later_late_s, -effect.later_s, effect.booking_id
