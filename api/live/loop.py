"""The loop of an area: the one place where wishes become facts.

Rule: commands are decided one at a time, in order, and a reader sees nothing that is not
durable. How commands become commits is told in `api.live.writer`.
"""

import asyncio
import contextlib
import gc
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from api.clocks.clock import AreaClock, Clock
from api.live.days import Days
from api.live.deciding import AnswerOf, Decide, Desk, GetReady, Outcome, Wish
from api.live.fanout import Fanout, Subscription
from api.live.networks import Networks
from api.live.rescuer import Rescuer
from api.live.writer import KEEP_DAYS, Writer, repeat
from api.store.errors import IdempotencyInFlight, IdempotencyMismatch
from api.store.records import Contact, Idempotency
from api.store.store import Store
from routing.dispatch.commands import BookRide, Command, ConfirmOffer, OpenDay, Tick
from routing.dispatch.conditions import Conditions, conditions_for, conditions_of
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.rejections import LACKS_ROOM, Rejected, RejectReason
from routing.dispatch.state import Booking, DayState
from routing.errors import StoreUnavailable

#: Least real seconds between two ticks, however fast the clock runs.
MIN_TICK_S = 0.1

#: Bookings that wait for room, on whatever day.
_UNMATCHED = frozenset({BookingState.WAITLISTED, BookingState.BOOKED, BookingState.DISRUPTED})

logger = logging.getLogger(__name__)


class AreaLoop:
    """Decides the commands of one area and keeps its days.

    Parameters
    ----------
    store
        The area's log, open.
    decide
        ``decide(state, command, now, network)``, as `routing.dispatch.decide.decide`.
    clock
        What time it is.
    zone
        Time zone of the area.
    roster
        The `OpenDay` of a service date.
    network
        The travel times and solver memory of a service day under some conditions; called once
        for each day and conditions, in whatever thread.
    get_ready
        Called with a changed state and its network while its commit is being written.
    rescuer
        Looks for room for a ride that was refused for want of it; without one, it stays refused.
    """

    def __init__(
        self,
        store: Store,
        decide: Decide,
        clock: Clock,
        *,
        zone: ZoneInfo,
        roster: Callable[[str], OpenDay],
        network: Callable[[Conditions], Any],
        get_ready: GetReady | None = None,
        rescuer: Rescuer | None = None,
    ) -> None:
        self._store, self._clock, self._rescuer = store, clock, rescuer
        self._time = AreaClock(clock, zone)
        self._roster = roster
        self._networks = Networks(network)
        self._days = Days(self._time)
        self._fanout = Fanout()
        desk = Desk(decide, self._days.state, self._time.now, self._networks.get, roster, get_ready)
        self._writer = Writer(store, desk, self._days, self._time, self._fanout)
        self._in_flight: dict[Idempotency, str] = {}
        self._timer: asyncio.Task[None] | None = None

    # --- life ---

    @property
    def ready(self) -> bool:
        """Whether commands are taken: the store answers and this process is the area's loop."""
        return self._writer.ready

    async def start(self) -> None:
        """Read the log, open today and begin to take commands.

        Where another process is the area's loop, this one waits to take over and is not `ready`.

        Raises
        ------
        StoreError
            If the log cannot be read.
        CommandError
            If today cannot be opened.
        """
        await self._writer.start()
        if self.ready:
            await self.open_day(self.today())
        self._timer = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Decide what waits, write snapshots, and give the lease back."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
        await self._writer.close()
        self._fanout.close()

    # --- commands ---

    async def submit(
        self,
        service_date: str,
        command: Command,
        *,
        idempotency: Idempotency | None = None,
        answer: AnswerOf | None = None,
        contact: Contact | None = None,
    ) -> Outcome:
        """Decide a command; return when what became of it is durable.

        A refusal is not kept on record: nothing happened, and the same request may be granted
        when it is repeated.

        Parameters
        ----------
        service_date
            ``YYYY-MM-DD``; the day is opened if its log has not begun.
        command
            The wish.
        idempotency
            The request as its caller named it; needs ``answer``.
        answer
            Makes the answer that is put on record for repeats, from the events and the state.
            Not asked about a refusal.
        contact
            Goes to the vault with the booking that the command names.

        Returns
        -------
        Outcome
            The events, or why it was refused, or the answer on record.

        Raises
        ------
        StoreUnavailable
            If nothing could be acknowledged; whether it happened, a repeat with the same key
            will tell.
        IdempotencyInFlight
            If the same request is being decided.
        IdempotencyMismatch
            If the key was used for another request.
        CommandError
            If the day cannot be opened.
        """
        return await self._submit(((service_date, command),), idempotency, answer, contact)

    async def submit_pair(
        self,
        first: tuple[str, Command],
        second: tuple[str, Command],
        *,
        idempotency: Idempotency | None = None,
        answer: AnswerOf | None = None,
        contact: Contact | None = None,
    ) -> Outcome:
        """Decide two commands of different days; both are granted, or neither.

        As `submit`; the outcome has the events of both, and the state of the second's day.
        """
        if first[0] == second[0]:
            raise ValueError("a pair of commands is of two service days")
        return await self._submit((first, second), idempotency, answer, contact)

    async def open_day(self, service_date: str) -> DayState:
        """State of a day, which is opened if its log has not begun.

        A day that is over, or too far ahead, is not opened: its state stays empty.

        Raises
        ------
        StoreUnavailable
            If it cannot be written.
        CommandError
            If the day cannot be opened.
        """
        if not self.committed(service_date).is_open:
            await self.submit(service_date, Tick())
        return self.committed(service_date)

    # --- reading ---

    def committed(self, service_date: str) -> DayState:
        """Last durable state of a day; empty if it is not open."""
        return self._days.state(service_date)

    def list_dates(self) -> list[str]:
        """Service dates in memory, in order."""
        return sorted(self._days)

    def find_booking(self, booking_id: str) -> tuple[str, Booking] | None:
        """Service date and booking, None if no day in memory has it."""
        return self._days.find_booking(booking_id)

    def subscribe(self) -> Subscription:
        """Every commit from now on, as soon as it is durable."""
        return self._fanout.subscribe()

    def now(self, service_date: str) -> int:
        """Service seconds on a day; they never go back, whatever the clock does."""
        return self._time.now(service_date)

    def today(self) -> str:
        """The service date that the clock shows."""
        return self._time.today()

    def network(self, service_date: str) -> Any:
        """Network of a day as it is committed, for use in the loop's thread."""
        return self._networks.get(service_date, conditions_of(self.committed(service_date)))

    async def network_for(self, service_date: str, command: Command) -> Any:
        """Network to decide ``command`` with as things stand; made beside the loop if it is new.

        Whoever changes conditions asks for it first, so that nobody waits while it is made.
        """
        conditions = conditions_for(self.committed(service_date), command)
        return await self._networks.prepare(service_date, conditions)

    # --- inside: one command ---

    async def _submit(
        self,
        parts: tuple[tuple[str, Command], ...],
        idempotency: Idempotency | None,
        answer: AnswerOf | None,
        contact: Contact | None,
    ) -> Outcome:
        if idempotency is not None and answer is None:
            raise ValueError("a request with a key needs an answer to keep")
        if contact is not None and not hasattr(parts[-1][1], "booking_id"):
            raise ValueError("a contact belongs to a booking, and the command names none")
        future = asyncio.get_running_loop().create_future()
        wish = Wish(parts, future, idempotency, answer, contact)
        if idempotency is None:
            return await self._ask_or_rescue(wish)
        with self._only_one(idempotency):
            return await self._ask_once(wish, idempotency)

    async def _ask_once(self, wish: Wish, idempotency: Idempotency) -> Outcome:
        """Ask; the commit finds a request that was granted before, so look only at a refusal."""
        outcome = await self._ask_or_rescue(wish)
        if isinstance(outcome.decision, Rejected):
            stored = await self._store.find_answer(idempotency)
            if stored is not None:
                return repeat(idempotency, stored, outcome.state)
        return outcome

    async def _ask_or_rescue(self, wish: Wish) -> Outcome:
        """Ask; where there is no room, have some made and ask for that."""
        outcome = await self._ask(wish)
        if len(wish.parts) > 1 or not _lacks_room(outcome):
            return outcome
        ((service_date, command),) = wish.parts
        if self._rescuer is None or not isinstance(command, BookRide | ConfirmOffer):
            return outcome
        now, network = self.now(service_date), self.network(service_date)
        rescue = await self._rescuer.find(outcome.state, command, now, network)
        if rescue is None:
            return outcome
        future = asyncio.get_running_loop().create_future()
        rescued = await self._ask(replace(wish, parts=((service_date, rescue),), future=future))
        # meanwhile a vehicle may have moved on; then the refusal stands as it was
        return outcome if isinstance(rescued.decision, Rejected) else rescued

    async def _ask(self, wish: Wish) -> Outcome:
        for service_date, _ in wish.parts:
            if refusal := self._refuse_date(service_date):
                return Outcome(refusal, DayState())
        self._writer.put(wish)
        return await wish.future

    @contextlib.contextmanager
    def _only_one(self, idempotency: Idempotency) -> Iterator[None]:
        digest = self._in_flight.get(idempotency)
        if digest is not None:
            if digest == idempotency.digest:
                raise IdempotencyInFlight("the same request is being worked on; ask again soon")
            raise IdempotencyMismatch("the key is in use for another request")
        self._in_flight[idempotency] = idempotency.digest
        try:
            yield
        finally:
            del self._in_flight[idempotency]

    def _refuse_date(self, service_date: str) -> Rejected | None:
        """Only a day in memory, or one that may be booked, can be meant."""
        if service_date in self._days:
            return None
        today = self.today()
        ahead = (date.fromisoformat(service_date) - date.fromisoformat(today)).days
        if ahead < 0:
            return Rejected(RejectReason.DAY_NOT_OPEN)
        if ahead > self._roster(today).policy.prebook_days:
            return Rejected(RejectReason.TOO_FAR_AHEAD)
        return None

    # --- inside: time ---

    async def _tick(self) -> None:
        every_s = max(1.0, MIN_TICK_S * self._clock.speed)
        while True:
            await self._clock.sleep(every_s)
            if self.ready:
                try:
                    await self._tick_days()
                except StoreUnavailable as error:
                    logger.warning("a tick was not recorded: %s", error)
                except Exception:  # the timer outlives what goes wrong with one tick
                    logger.exception("a tick failed")

    async def _tick_days(self) -> None:
        today = self.today()
        self._forget_old_days()
        for service_date in {today, *self._days}:
            if service_date == today or self._needs_tick(service_date, today):
                await self.submit(service_date, Tick())

    def _needs_tick(self, service_date: str, today: str) -> bool:
        """Whether time matters to another day: riders wait for room, or a night service runs."""
        states = self._days.booking_states(service_date)
        if service_date > today:
            return bool(states & _UNMATCHED)
        return service_date == self._time.date_after(-1) and bool(states - ENDED)

    def _forget_old_days(self) -> None:
        oldest = self._time.date_after(-KEEP_DAYS)
        for service_date in self._days:
            if service_date < oldest:
                self._days.drop(service_date)
                self._networks.drop(service_date)


def _lacks_room(outcome: Outcome) -> bool:
    return isinstance(outcome.decision, Rejected) and outcome.decision.reason in LACKS_ROOM


def settle_memory() -> None:
    """Call once all is loaded and warm; collections then look only at what is new.

    A full collection of all that a service has loaded stalls it for 50 to 100 ms.
    """
    gc.collect()
    gc.freeze()
