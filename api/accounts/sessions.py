"""Sessions of staff: an opaque cookie, kept as its hash, ended by time, by sign-out or by an admin.

Decision: a cookie that no script can read (HttpOnly, SameSite=Strict), looked up in the store, and
not a signed token in the page: a stolen page cannot take it away, an event stream sends it by
itself, and shutting an account shuts its sessions at once. Its price is a look at the store, at
most every `TRUSTED_S` seconds a session.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from api.accounts.accounts import Accounts
from api.http.auth import Caller, Role
from api.store.store import Store

#: Without a request for this long a session ends.
IDLE_S = 2 * 3600
#: What was looked up is believed for this long, real seconds.
TRUSTED_S = 5.0
MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in, and until when at the latest. ``account_id`` is None for a provider's."""

    subject: str
    role: Role
    vehicle_id: str | None
    account_id: str | None
    generation: int
    ends_at: datetime

    @property
    def caller(self) -> Caller:
        """Who acts."""
        return Caller(self.subject, self.role, self.vehicle_id)


_decode = msgspec.json.Decoder(Session).decode


class Sessions:
    """The sessions of one area.

    Parameters
    ----------
    store
        The area's store.
    accounts
        Says whether an account still stands.
    lifetime
        Longest life of a session.
    now
        Wall clock, aware.
    """

    def __init__(
        self, store: Store, accounts: Accounts, lifetime: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._store, self._accounts = store, accounts
        self._lifetime, self._now = lifetime, now
        self._known: dict[str, tuple[float, Session]] = {}

    async def begin(
        self, caller: Caller, account_id: str | None = None, generation: int = 0
    ) -> tuple[str, Session]:
        """Start a session; its token, for the cookie alone, and what it is."""
        token = secrets.token_urlsafe(32)
        ends_at = self._now().replace(microsecond=0) + self._lifetime
        session = Session(
            caller.subject, caller.role, caller.vehicle_id, account_id, generation, ends_at
        )
        life_s = min(IDLE_S, int(self._lifetime.total_seconds()))
        with self._store.reach() as redis:
            record = msgspec.json.encode(session)
            await redis.set(self._store.keys.session(_digest(token)), record, ex=life_s)
        return token, session

    async def find(self, token: str) -> Session | None:
        """The session of a cookie, kept alive by this; None if it has ended."""
        digest, now = _digest(token), self._now()
        known = self._known.get(digest)
        if known is not None and now.timestamp() - known[0] < TRUSTED_S:
            return known[1] if now < known[1].ends_at else None
        session = await self._look_up(digest, now)
        self._known.pop(digest, None)
        if session is not None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[digest] = (now.timestamp(), session)
        return session

    async def _look_up(self, digest: str, now: datetime) -> Session | None:
        name = self._store.keys.session(digest)
        with self._store.reach() as redis:
            record = await redis.getex(name, ex=IDLE_S)
        session = _decode(record) if record else None
        if session is None or now >= session.ends_at or not await self._stands(session):
            return None
        return session

    async def _stands(self, session: Session) -> bool:
        if session.account_id is None:
            return True
        account = await self._accounts.find(session.account_id)
        return (
            account is not None
            and not account.disabled
            and account.generation == session.generation
        )

    async def end(self, token: str) -> None:
        """Sign out."""
        digest = _digest(token)
        self._known.pop(digest, None)
        with self._store.reach() as redis:
            await redis.delete(self._store.keys.session(digest))

    def look_anew(self) -> None:
        """Believe nothing that was looked up: an account was changed here."""
        self._known.clear()


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
