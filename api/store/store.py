"""The log of an area: one class over a Redis server, embedded or not.

Rule: a commit is one script in one round trip, and its outcome is known. A reply that is lost
is looked up in the log before anybody is told anything; before that the fence is moved, so that
a command still on its way can no longer be carried out.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from redis.exceptions import RedisError

from api.store import codec
from api.store.connect import Client, connect
from api.store.errors import AlreadyAnswered, CommitUnknown
from api.store.keys import Keys
from api.store.records import (
    CommitBatch,
    Contact,
    DayCommit,
    Idempotency,
    LoadedDay,
    LoggedCommit,
    StoredAnswer,
)
from api.store.script import Script
from api.store.server import EmbeddedServer
from routing.dispatch.state import DayState, commit
from routing.errors import SokchoError, StoreError, StoreUnavailable, VersionConflict

#: Repeats of a request are answered from the record for this long.
ANSWERS_KEPT_S = 26 * 3600
LEASE_S = 10.0
_TIMEOUT_S = 5.0
_PAGE = 500
_HERE = Path(__file__).parent


class Store:
    """Logs, answers on record, contacts and the lease of one area.

    Parameters
    ----------
    area
        Id of the service area.
    folder
        Where the embedded server keeps its data; used where ``url`` is empty.
    url
        A Redis server to use instead.
    allow_volatile
        Accept a server that could lose what it acknowledged.
    timeout_s
        Seconds to wait for a reply.
    """

    def __init__(
        self,
        area: str,
        *,
        folder: Path | None = None,
        url: str = "",
        allow_volatile: bool = False,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        if not url and folder is None:
            raise ValueError("a store needs a folder or a url")
        self.keys = Keys(area)
        self.server = EmbeddedServer(folder) if folder is not None and not url else None
        self._url, self._allow_volatile, self._timeout_s = url, allow_volatile, timeout_s
        self._client: Client | None = None
        self._fence = "0"
        self._commit, self._lease = Script(_HERE / "commit.lua"), Script(_HERE / "lease.lua")

    async def open(self) -> None:
        """Start the embedded server, or reach the one named; also after it has died.

        Raises
        ------
        StoreError
            If it cannot be used.
        """
        await self._disconnect()
        try:
            if self.server is not None:
                await asyncio.to_thread(self.server.start)
            url = self.server.url if self.server is not None else self._url
            self._client = await connect(
                url, timeout_s=self._timeout_s, allow_volatile=self._allow_volatile
            )
        except StoreError:
            # a server of ours that does not answer is started afresh the next time
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of the server, and stop it if it is ours."""
        await self._disconnect()
        if self.server is not None:
            await asyncio.to_thread(self.server.stop)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def ping(self) -> None:
        """Return if the store answers.

        Raises
        ------
        StoreUnavailable
            If it does not.
        """
        with _reaching():
            await self._connected.ping()

    @contextlib.contextmanager
    def reach(self) -> Iterator[Any]:
        """Reach the server for what is no part of the log, such as sessions.

        Raises
        ------
        StoreUnavailable
            If it does not answer.
        """
        with _reaching():
            yield self._connected

    # --- the log ---

    async def list_dates(self) -> list[str]:
        """Service dates that have a log, in order."""
        with _reaching():
            names = await self._connected.hkeys(self.keys.versions)
        return sorted(name.decode() for name in names)

    async def load(self, service_date: str) -> LoadedDay:
        """State of a service day: its snapshot and every event since, folded.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        StoreError
            If the log cannot be read or has a gap.
        """
        with _reaching():
            fence = await self._connected.get(self.keys.fence)
            version = int(await self._connected.hget(self.keys.versions, service_date) or 0)
            snapshot = await self._connected.get(self.keys.snapshot(service_date))
        self._fence = (fence or b"0").decode()
        state = (codec.find_snapshot(snapshot) if snapshot else None) or DayState()
        snapshot_version = state.version
        async for logged in self._events_after(service_date, state.version):
            state = _fold(state, logged, service_date)
        if state.version < version:
            raise StoreError(
                f"the log of {service_date} ends at version {state.version}, "
                f"but {version} were committed"
            )
        return LoadedDay(state, snapshot_version)

    async def read_events(
        self, service_date: str, after_version: int = 0, limit: int = _PAGE
    ) -> list[LoggedCommit]:
        """At most ``limit`` commits of a day, in order, after a version.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        StoreError
            If an entry cannot be read.
        """
        with _reaching():
            entries = await self._connected.xrange(
                self.keys.events(service_date), f"{after_version + 1}-0", "+", limit
            )
        return [_logged(service_date, entry_id, parts) for entry_id, parts in entries]

    async def commit(self, batch: CommitBatch) -> None:
        """Write all of ``batch``, or nothing; return when it is durable.

        Raises
        ------
        VersionConflict
            If another writer was first; nothing was written.
        AlreadyAnswered
            If some of the requests have an answer on record; nothing was written.
        CommitUnknown
            If the reply was lost and the log cannot be read now.
        StoreUnavailable
            If nothing was written because the store does not work.
        """
        token = secrets.token_hex(8)
        keys, args = self._parcel(batch, token)
        for _ in range(2):
            try:
                reply = await self._commit.run(self._connected, keys, [self._fence, *args])
            except (RedisError, OSError) as error:
                if await self._settle(batch, token, error):
                    return
                continue
            if reply[0] == b"committed" or await self._is_written(batch, token):
                return
            raise _refusal(reply, batch)
        raise StoreUnavailable("the store did not take the commit; nothing was written, try again")

    async def find_answer(self, idempotency: Idempotency) -> StoredAnswer | None:
        """Answer on record for a request, None if there is none.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        with _reaching():
            record = await self._connected.get(self.keys.answer(idempotency))
        return codec.decode_answer(record) if record else None

    # --- the contact vault ---

    async def find_contact(self, booking_id: str) -> Contact | None:
        """Contact of a booking, None if there is none.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        with _reaching():
            record = await self._connected.hget(self.keys.contacts, booking_id)
        return codec.decode_contact(record) if record else None

    async def put_contact(self, booking_id: str, contact: Contact) -> None:
        """Keep the contact of a booking, instead of an earlier one.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        await self.commit(CommitBatch(contacts=((booking_id, contact),)))

    async def erase_contact(self, booking_id: str) -> bool:
        """Erase the contact of a booking; whether there was one.

        The server's files forget it when they are next rewritten.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        with _reaching():
            return bool(await self._connected.hdel(self.keys.contacts, booking_id))

    async def find_contacts(self, booking_ids: Sequence[str]) -> dict[str, Contact]:
        """Contacts of those of some bookings that have one.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        if not booking_ids:
            return {}
        with _reaching():
            records = await self._connected.hmget(self.keys.contacts, list(booking_ids))
        found = zip(booking_ids, records, strict=True)
        return {name: codec.decode_contact(record) for name, record in found if record}

    # --- the operator's rules ---

    async def read_policies(self) -> list[bytes]:
        """Every change of the rules, as it was kept.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        with _reaching():
            return list(await self._connected.hvals(self.keys.policies))

    async def put_policies(self, by_date: Mapping[str, bytes]) -> None:
        """Keep changes of the rules, all or none.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        with _reaching():
            await self._connected.hset(self.keys.policies, mapping=dict(by_date))

    # --- the lease ---

    async def hold_lease(self, token: str, ttl_s: float = LEASE_S) -> bool:
        """Take or keep the lease of the area; False if somebody else holds it.

        An embedded store serves one process, so a lease found there is of a dead one.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        act = "take" if self.server is not None else "hold"
        fence = await self._run_lease(act, token, ttl_s)
        if fence < 0:
            return False
        self._fence = str(fence)
        return True

    async def release_lease(self, token: str) -> None:
        """Give the lease back, if held.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        await self._run_lease("release", token, LEASE_S)

    # --- inside ---

    @property
    def _connected(self) -> Any:
        # not Client: its stubs cannot know that replies come undecoded
        if self._client is None:
            raise StoreUnavailable("the store is not open")
        return self._client

    async def _disconnect(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()

    async def _run_lease(self, act: str, token: str, ttl_s: float) -> int:
        keys = [self.keys.lease, self.keys.fence]
        with _reaching():
            fence: int = await self._lease.run(
                self._connected, keys, [act, token, int(ttl_s * 1000)]
            )
        return fence

    async def _events_after(self, service_date: str, version: int) -> AsyncIterator[LoggedCommit]:
        while page := await self.read_events(service_date, version):
            for logged in page:
                yield logged
            version = page[-1].version

    def _parcel(self, batch: CommitBatch, token: str) -> tuple[list[str], list[Any]]:
        """Keys and arguments (all but the fence) as `commit.lua` describes them."""
        keys = [self.keys.fence, self.keys.versions, self.keys.contacts]
        args: list[Any] = [self.keys.channel, token, ANSWERS_KEPT_S]
        args += [len(batch.days), len(batch.answers), len(batch.contacts)]
        for day in batch.days:
            keys += [self.keys.events(day.service_date), self.keys.snapshot(day.service_date)]
            args += _day_arguments(day)
        for idempotency, answer in batch.answers:
            keys.append(self.keys.answer(idempotency))
            args.append(codec.encode_answer(StoredAnswer(idempotency.digest, answer)))
        for booking_id, contact in batch.contacts:
            args += [booking_id, codec.encode_contact(contact)]
        return keys, args

    async def _settle(self, batch: CommitBatch, token: str, error: Exception) -> bool:
        """Whether a commit without a reply was written; it cannot be any more after this."""
        for revive in (False, True):
            try:
                if revive:
                    await self.open()
                self._fence = str(await self._connected.incr(self.keys.fence))
                return await self._is_written(batch, token)
            except (RedisError, OSError, StoreError):
                continue
        raise CommitUnknown(
            f"the store broke off during a commit ({error}); the log must be read again"
        ) from error

    async def _is_written(self, batch: CommitBatch, token: str) -> bool:
        for day in batch.days:
            if day.commits:
                entry = f"{day.base_version + 1}-0"
                key = self.keys.events(day.service_date)
                found = await self._connected.xrange(key, entry, entry)
                return bool(found) and found[0][1][b"t"] == token.encode()
        return False


@contextlib.contextmanager
def _reaching() -> Iterator[None]:
    """Turn the client's errors into ours."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable(f"the store does not answer ({error})") from error


def _day_arguments(day: DayCommit) -> list[Any]:
    snapshot = codec.encode_snapshot(day.snapshot) if day.snapshot is not None else b""
    events = [codec.encode_events(events) for events in day.commits]
    return [day.service_date, day.base_version, snapshot, len(events), *events]


def _refusal(reply: Sequence[bytes], batch: CommitBatch) -> StoreError:
    kind, *details = reply
    if kind == b"conflict":
        service_date, version = (part.decode() for part in details)
        return VersionConflict(f"the log of {service_date} stands at version {version}")
    if kind == b"fenced":
        return VersionConflict("another writer took over")
    answered = {
        idempotency: codec.decode_answer(record)
        for (idempotency, _), record in zip(batch.answers, details, strict=True)
        if record
    }
    return AlreadyAnswered(answered)


def _logged(service_date: str, entry_id: bytes, parts: dict[bytes, bytes]) -> LoggedCommit:
    version = int(entry_id.split(b"-")[0])
    events = codec.decode_events(parts[b"e"], f"log of {service_date}, version {version}")
    return LoggedCommit(version, events)


def _fold(state: DayState, logged: LoggedCommit, service_date: str) -> DayState:
    if logged.version != state.version + 1:
        raise StoreError(f"the log of {service_date} has a gap after version {state.version}")
    try:
        return commit(state, logged.events)
    except (SokchoError, KeyError) as error:
        raise StoreError(
            f"the log of {service_date} contradicts itself at version {logged.version}: {error}"
        ) from error
