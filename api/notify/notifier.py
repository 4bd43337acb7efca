"""From the committed log to riders' devices.

Rule: two tasks that share nothing but the outbox. One reads the log and puts notes; the other
hands over what is due. Either may die at any moment: what was committed is told, once or, where a
reply was lost, once more under the same id.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b

from api.live.fanout import CommittedEvents, Dropped
from api.live.loop import AreaLoop
from api.notify.composing import Composer, Told
from api.notify.outbox import Outbox
from api.notify.records import Note, NoteKind, Target
from api.notify.senders import Handed, Sender
from api.notify.subscriptions import Subscriptions
from api.store.store import Store
from routing.dispatch.commands import RecordContact
from routing.dispatch.values import Actor
from routing.errors import StoreError

logger = logging.getLogger(__name__)

#: Real seconds between two looks at what is due.
LOOK_S = 1.0
RETRY_S = 2.0
_PAGE = 200
#: Commits without a note after which it is remembered how far the log was read.
REMEMBER_EVERY = 500
#: A commit of a demo runs ahead of the wall clock; a note is kept at least so long, real seconds.
MIN_KEPT_S = 60.0


class Notifier:
    """Tells riders of one area.

    Parameters
    ----------
    loop
        Whose commits are told.
    store
        The log, the outbox and the vault.
    composer
        What is told.
    senders
        By means, ``push`` and ``text``.
    """

    def __init__(
        self, loop: AreaLoop, store: Store, composer: Composer, senders: Mapping[str, Sender]
    ) -> None:
        self._loop, self._store, self._composer = loop, store, composer
        self._senders = senders
        self._outbox, self._subscriptions = Outbox(store), Subscriptions(store)
        self._read: dict[str, int] = {}
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Read and hand over until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep(self._read_on))
            tasks.create_task(self._keep(self._hand_over_on))

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except StoreError as error:
                logger.warning("notes wait for the store: %s", error)
            except Exception:  # telling goes on whatever one note brings
                logger.exception("telling riders met an error")
            await asyncio.sleep(RETRY_S)

    # --- reading the log ---

    async def _read_on(self) -> None:
        """Catch up with the log, then follow it; only where this process is the area's loop."""
        if not self._loop.ready:
            return
        with self._loop.subscribe() as commits:
            for service_date in self._loop.list_dates():
                await self._catch_up(service_date)
            async for commit in commits:
                if isinstance(commit, Dropped):
                    return
                await self._take(commit)

    async def _catch_up(self, service_date: str) -> None:
        after = await self._outbox.find_version(service_date)
        self._read[service_date] = after
        while logged := await self._store.read_events(service_date, after, _PAGE):
            for each in logged:
                await self._take(CommittedEvents(service_date, each.version, each.events))
            after = logged[-1].version

    async def _take(self, commit: CommittedEvents) -> None:
        date, version = commit.service_date, commit.version
        if version <= self._read.get(date, 0):
            return
        state = self._loop.committed(date)
        notes = [
            note
            for at, told in enumerate(self._composer.compose(state, commit.events))
            for note in await self._notes(f"{date}:{version}:{at}", date, told)
        ]
        if notes or version - self._read.get(date, 0) >= REMEMBER_EVERY:
            await self._outbox.put(date, version, notes, time.time())
            self._read[date] = version
            self._woken.set()

    async def _notes(self, event_id: str, date: str, told: Told) -> list[Note]:
        left_s = told.wanted_s - (self._loop.now(date) - told.time)
        if left_s <= 0:
            return []
        expires = time.time() + max(MIN_KEPT_S, left_s)
        return [
            Note(
                _note_id(event_id, target), told.kind, told.booking_id, target, told.facts, expires
            )
            for target in await self._targets(told)
        ]

    async def _targets(self, told: Told) -> list[Target]:
        browsers = await self._subscriptions.list_of(told.owner)
        targets = [Target("push", told.owner, each.subscription_id) for each in browsers]
        contact = await self._store.find_contact(told.booking_id)
        if contact is not None and contact.phone:
            targets.append(Target("text", told.owner))
        return targets

    # --- handing over ---

    async def _hand_over_on(self) -> None:
        while True:
            due = await self._outbox.claim(time.time())
            await asyncio.gather(*map(self._hand_over_in_order, _by_target(due)))
            if not due:
                self._woken.clear()
                await _wait(self._woken, LOOK_S)

    async def _hand_over_in_order(self, notes: list[Note]) -> None:
        for note in notes:
            await self._hand_over(note)

    async def _hand_over(self, note: Note) -> None:
        now = time.time()
        if now >= note.expires:
            await self._outbox.finish(note)
            return
        result = await self._senders[note.target.means].send(note, now)
        if result.handed is Handed.LATER:
            await self._outbox.postpone(note, now, result.wait_s)
            return
        await self._outbox.finish(note)
        if result.handed is Handed.OVER and note.kind is NoteKind.ARRIVED:
            await self._record_contact(note)

    async def _record_contact(self, note: Note) -> None:
        """That a rider was told of the shuttle at the stop is a contact attempted."""
        found = self._loop.find_booking(note.booking_id)
        if found is not None and self._loop.ready:
            means = "push" if note.target.means == "push" else "message"
            command = RecordContact(note.booking_id, Actor.SYSTEM, means)
            await self._loop.submit(found[0], command)


def _by_target(notes: list[Note]) -> list[list[Note]]:
    """Notes of each target, in their order: who is here is not told after that on its way."""
    found: dict[Target, list[Note]] = {}
    for note in notes:
        found.setdefault(note.target, []).append(note)
    return list(found.values())


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def _note_id(event_id: str, target: Target) -> str:
    named = f"{event_id}:{target.means}:{target.subscription_id}"
    return blake2b(named.encode(), digest_size=12).hexdigest()
