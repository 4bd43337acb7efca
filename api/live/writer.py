"""The one writer of an area: decides what waits, commits it, and only then tells.

Rule: nobody is told an outcome before everything that it rests on is durable. What arrives
while a commit is on its way goes together into the next one. When a commit fails, nobody of it
is acknowledged and the days are again what the log says.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import Iterable, Sequence

from api.clocks.clock import AreaClock
from api.live.days import Days
from api.live.deciding import Desk, Group, Outcome, Wish
from api.live.fanout import CommittedEvents, Fanout
from api.store.errors import AlreadyAnswered, IdempotencyMismatch
from api.store.records import CommitBatch, DayCommit, Idempotency, StoredAnswer
from api.store.store import LEASE_S, Store
from routing.dispatch.state import DayState
from routing.errors import StoreError, StoreUnavailable, VersionConflict

#: Commands decided together at most, so that a burst does not hold up everything else.
MAX_GROUP = 64
#: Commands that may wait; more are turned away at once.
MAX_WAITING = 4096
#: Commits between two snapshots of a day.
SNAPSHOT_EVERY = 200
#: Days back that are kept in memory, for who looks up a past booking.
KEEP_DAYS = 7
#: Real seconds between two attempts to reach the store.
RETRY_S = 0.5

logger = logging.getLogger(__name__)


class Writer:
    """Takes wishes in order and turns them into commits.

    Parameters
    ----------
    store
        The area's log, open.
    desk
        What it takes to decide.
    days
        The durable states, which only the writer changes.
    clock
        The area's time.
    fanout
        Told of each commit.
    """

    def __init__(
        self, store: Store, desk: Desk, days: Days, clock: AreaClock, fanout: Fanout
    ) -> None:
        self._store, self._desk, self._days = store, desk, days
        self._clock, self._fanout = clock, fanout
        self._waiting: deque[Wish] = deque()
        self._woken = asyncio.Event()
        self._snapshots: dict[str, int] = {}
        self._lease = secrets.token_hex(8)
        self._trouble = ""
        self._broken = False  # the connection, not only the lease
        self._closing = False
        self._written = asyncio.Event()  # nothing more will be written but snapshots
        self._tasks: list[asyncio.Task[None]] = []
        self.ready = False

    async def start(self) -> None:
        """Read the log and begin; raises `StoreError` if the log cannot be read."""
        await self._take_over()
        self._tasks = [asyncio.create_task(work) for work in (self._write(), self._keep_lease())]

    async def close(self) -> None:
        """Decide what waits, write snapshots, give the lease back."""
        self._closing = True
        self._woken.set()
        await asyncio.gather(*self._tasks[:1])
        self._written.set()
        # not cancelled: a Redis client may swallow that, and a command on its way would go on
        await asyncio.gather(*self._tasks[1:])
        if self.ready:
            self.ready = False
            try:
                await self._write_snapshots()
                await self._store.release_lease(self._lease)
            except StoreError as error:
                logger.warning("no snapshots were written at the end: %s", error)

    def put(self, wish: Wish) -> None:
        """Let ``wish`` wait for its turn.

        Raises
        ------
        StoreUnavailable
            If no commands are taken.
        """
        if not self.ready or self._closing:
            raise StoreUnavailable("no commands are taken at the moment; try again")
        if len(self._waiting) >= MAX_WAITING:
            raise StoreUnavailable("too many commands wait; try again")
        self._waiting.append(wish)
        self._woken.set()

    # --- writing ---

    async def _write(self) -> None:
        while not (self._closing and not self._waiting):
            if not self.ready:
                await self._recover()
            elif not self._waiting:
                self._woken.clear()
                await self._woken.wait()
            else:
                n = min(len(self._waiting), MAX_GROUP)
                await self._serve([self._waiting.popleft() for _ in range(n)])

    async def _serve(self, wishes: Sequence[Wish]) -> None:
        """Decide, commit, tell; once more from the log if another writer was first."""
        try:
            try:
                await self._decide_and_commit(wishes)
            except VersionConflict as conflict:
                logger.warning("%s; deciding again from the log", conflict)
                await self._load_days({date for wish in wishes for date, _ in wish.parts})
                await self._decide_and_commit(wishes)
        except StoreError as error:
            self._stand_down(str(error))
            _fail(wishes, str(error))
        except Exception:  # an error of ours must not end the loop: it starts again from the log
            logger.exception("a group of commands could not be served")
            self._stand_down("an error of the service itself")
            _fail(wishes, "the service met an error of its own; try again")

    async def _decide_and_commit(self, wishes: Sequence[Wish]) -> None:
        while True:
            group = Group(self._desk)
            for wish in wishes:
                group.take(wish)
            batch = group.batch(self._is_snapshot_due)
            try:
                if batch is not None:
                    await self._commit(group, batch)
            except AlreadyAnswered as found:
                self._tell_repeats(wishes, found)
            else:
                self._adopt(group, batch or CommitBatch())
                return

    async def _commit(self, group: Group, batch: CommitBatch) -> None:
        """Write a group; while the disk is at work, prepare the next decision."""
        writing = asyncio.ensure_future(self._store.commit(batch))
        await asyncio.sleep(0)  # the bytes are on their way
        try:
            group.get_ready()
        except Exception:  # it only saves time; the commit stands for itself
            logger.exception("the next decision could not be prepared")
        await writing

    def _adopt(self, group: Group, batch: CommitBatch) -> None:
        for day in batch.days:
            events = [event for commit in day.commits for event in commit]
            self._days.advance(day.service_date, group.ahead[day.service_date], events)
            if day.snapshot is not None:
                self._snapshots[day.service_date] = day.version
        for wish, outcome in group.outcomes:
            wish.settle(outcome)
        for day in batch.days:
            for version, commit in enumerate(day.commits, day.base_version + 1):
                self._fanout.put(CommittedEvents(day.service_date, version, commit))

    def _tell_repeats(self, wishes: Sequence[Wish], found: AlreadyAnswered) -> None:
        for wish in wishes:
            if wish.idempotency is None or wish.idempotency not in found.answers:
                continue
            state = self._days.state(wish.parts[-1][0])
            try:
                wish.settle(repeat(wish.idempotency, found.answers[wish.idempotency], state))
            except IdempotencyMismatch as error:
                wish.fail(error)

    def _is_snapshot_due(self, service_date: str, version: int) -> bool:
        return version - self._snapshots.get(service_date, 0) >= SNAPSHOT_EVERY

    async def _write_snapshots(self) -> None:
        for service_date in self._days:
            state = self._days.state(service_date)
            if state.version > self._snapshots.get(service_date, 0):
                day = DayCommit(service_date, state.version, (), state)
                await self._store.commit(CommitBatch((day,)))

    # --- the store comes and goes ---

    def _stand_down(self, why: str, *, broken: bool = True) -> None:
        self._note(why)
        self.ready, self._broken = False, broken
        self._woken.set()

    async def _recover(self) -> None:
        """Reach the store again and read the log; who waits is told to come back."""
        try:
            if self._broken:
                await self._store.open()
                self._broken = False
            await self._take_over()
        except StoreError as error:
            self._broken = True
            self._note(str(error))
        if self.ready:
            logger.info("commands are taken again")
            return
        _fail(self._waiting, "no commands are taken at the moment; try again")
        self._waiting.clear()
        if not self._closing:
            await asyncio.sleep(RETRY_S)

    async def _take_over(self) -> None:
        """Become the area's loop, unless another process is."""
        if not await self._store.hold_lease(self._lease):
            self._note("another process serves the area; waiting to take over")
            return
        since = self._clock.date_after(-KEEP_DAYS)
        await self._load_days(d for d in await self._store.list_dates() if d >= since)
        self.ready, self._trouble = True, ""

    async def _load_days(self, service_dates: Iterable[str]) -> None:
        for service_date in service_dates:
            loaded = await self._store.load(service_date)
            self._days.load(service_date, loaded.state)
            self._snapshots[service_date] = loaded.snapshot_version

    async def _keep_lease(self) -> None:
        while not await self._is_written_within(LEASE_S / 3):
            if self.ready:
                try:
                    if not await self._store.hold_lease(self._lease):
                        self._stand_down("another process took the area over", broken=False)
                except StoreError as error:
                    self._stand_down(str(error))

    async def _is_written_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._written.wait(), seconds)
        return self._written.is_set()

    def _note(self, trouble: str) -> None:
        """Log why no commands are taken, once."""
        if trouble != self._trouble:
            logger.warning("no commands are taken: %s", trouble)
        self._trouble = trouble


def repeat(idempotency: Idempotency, stored: StoredAnswer, state: DayState) -> Outcome:
    """Outcome of a request that was answered before.

    Raises
    ------
    IdempotencyMismatch
        If it was another request under the same key.
    """
    if stored.digest != idempotency.digest:
        raise IdempotencyMismatch("the key was used for another request")
    return Outcome((), state, stored.answer, replayed=True)


def _fail(wishes: Iterable[Wish], why: str) -> None:
    """Tell everybody that nothing was acknowledged."""
    for wish in tuple(wishes):
        wish.fail(StoreUnavailable(why))
