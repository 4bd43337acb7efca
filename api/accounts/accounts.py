"""Local accounts of staff and representatives, in the store.

Rule: an account is known outside by its opaque id; its name is for signing in and is in no log,
event or URL. Every change that should end its sessions moves ``generation``.
"""

import secrets
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from api.http.auth import Caller, Role
from api.http.errors import Problem
from api.store.store import Store

#: Riders need no account.
ROLES = tuple(role for role in Role if role is not Role.RIDER)


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """One account. Does not print."""

    account_id: str
    name: str
    role: Role
    vehicle_id: str | None  # of a driver
    password_hash: str
    disabled: bool
    generation: int
    changed_at: datetime

    @property
    def caller(self) -> Caller:
        """Who acts when somebody signed in with this account acts."""
        return Caller(f"account:{self.account_id}", self.role, self.vehicle_id)

    @property
    def profile(self) -> "Profile":
        """What an administrator decided about it."""
        return Profile(self.name, self.role, self.vehicle_id, self.disabled)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an administrator decides about an account, its password apart."""

    name: str
    role: Role
    vehicle_id: str | None = None
    disabled: bool = False

    def check(self) -> None:
        """Raise ``account-mismatch`` unless a driver, and nobody else, may have a vehicle."""
        if self.role is Role.RIDER or (self.vehicle_id and self.role is not Role.DRIVER):
            raise Problem("account-mismatch")


_decode = msgspec.json.Decoder(Account).decode


def new_account_id() -> str:
    """Return an id for a new account."""
    return secrets.token_hex(8)


def as_typed(name: str) -> str:
    """Return the form of a name that is compared: as typed on any keyboard."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


class Accounts:
    """The accounts of one area."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, account_id: str) -> Account | None:
        """The account of that id."""
        with self._store.reach() as redis:
            record = await redis.hget(self._store.keys.accounts, account_id)
        return _decode(record) if record else None

    async def find_by_name(self, name: str) -> Account | None:
        """The account that signs in with ``name``."""
        with self._store.reach() as redis:
            account_id = await redis.hget(self._store.keys.account_names, as_typed(name))
        return await self.find(account_id.decode()) if account_id else None

    async def list_all(self) -> list[Account]:
        """Every account, by name."""
        with self._store.reach() as redis:
            records = await redis.hvals(self._store.keys.accounts)
        return sorted(map(_decode, records), key=lambda account: as_typed(account.name))

    async def has_admin(self) -> bool:
        """Whether somebody could let others in."""
        return any(a.role is Role.ADMIN and not a.disabled for a in await self.list_all())

    async def create(self, account_id: str, profile: Profile, password_hash: str) -> Account:
        """Add an account.

        Raises
        ------
        Problem
            ``account-exists`` if the name is taken; ``account-mismatch`` if it makes no sense.
        """
        profile.check()
        await self._claim(profile.name, account_id)
        account = Account(
            account_id,
            profile.name.strip(),
            profile.role,
            profile.vehicle_id,
            password_hash,
            profile.disabled,
            0,
            datetime.now(UTC),
        )
        await self._put(account)
        return account

    async def change(
        self, account: Account, profile: Profile, password_hash: str | None = None
    ) -> Account:
        """Replace what is known of an account; its sessions end where that takes rights away.

        Raises
        ------
        Problem
            ``last-admin`` if nobody could administer any more; ``account-exists`` if a new name
            is taken; ``account-mismatch`` if it makes no sense.
        """
        profile.check()
        await self._keep_an_admin(account, profile)
        if as_typed(profile.name) != as_typed(account.name):
            await self._claim(profile.name, account.account_id)
            with self._store.reach() as redis:
                await redis.hdel(self._store.keys.account_names, as_typed(account.name))
        rights = (account.role, account.vehicle_id, account.disabled)
        is_less = rights != (profile.role, profile.vehicle_id, profile.disabled)
        changed = replace(
            account,
            name=profile.name.strip(),
            role=profile.role,
            vehicle_id=profile.vehicle_id,
            disabled=profile.disabled,
            password_hash=password_hash or account.password_hash,
            generation=account.generation + int(is_less or password_hash is not None),
            changed_at=datetime.now(UTC),
        )
        await self._put(changed)
        return changed

    async def _keep_an_admin(self, account: Account, profile: Profile) -> None:
        if profile.role is Role.ADMIN and not profile.disabled:
            return
        others = (a for a in await self.list_all() if a.account_id != account.account_id)
        is_admin = account.role is Role.ADMIN and not account.disabled
        if is_admin and not any(a.role is Role.ADMIN and not a.disabled for a in others):
            raise Problem("last-admin")

    async def _claim(self, name: str, account_id: str) -> None:
        names = self._store.keys.account_names
        with self._store.reach() as redis:
            if await redis.hsetnx(names, as_typed(name), account_id):
                return
            holder = (await redis.hget(names, as_typed(name)) or b"").decode()
            # A process that ended between claim and account leaves a name that nobody has.
            if holder != account_id and await redis.hexists(self._store.keys.accounts, holder):
                raise Problem("account-exists")
            await redis.hset(names, as_typed(name), account_id)

    async def _put(self, account: Account) -> None:
        with self._store.reach() as redis:
            await redis.hset(
                self._store.keys.accounts, account.account_id, msgspec.json.encode(account)
            )
