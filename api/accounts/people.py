"""Everything about who people are, put together once, and how staff sign in with a password."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.accounts.accounts import Account, Accounts, Profile, new_account_id
from api.accounts.first_admin import FirstAdmin
from api.accounts.limits import Limits
from api.accounts.passwords import Passwords
from api.accounts.phone_codes import PhoneCodes
from api.accounts.provider import Provider
from api.accounts.sessions import Session, Sessions
from api.http.auth import Role, derive_key
from api.http.errors import Problem
from api.senders import load_sender
from api.settings import Settings
from api.store.store import Store

logger = logging.getLogger(__name__)

#: Sign-ins that fail from one address, which many people may share, before it has to wait.
FREE_PER_ADDRESS = 30
#: Of the demo's accounts, which everybody can read on its sign-in page.
DEMO_PASSWORD = "sokcho-demo-2026"


@dataclass(frozen=True, slots=True)
class People:
    """Who people are, in one area."""

    accounts: Accounts
    sessions: Sessions
    passwords: Passwords
    limits: Limits
    provider: Provider
    phone_codes: PhoneCodes
    first_admin: FirstAdmin

    async def sign_in(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """Start a session for who knows the password of an account.

        Raises
        ------
        Problem
            ``sign-in-failed``, the same for a wrong name, a wrong password and a shut account;
            ``too-many-tries`` while the account or the address has to wait.
        """
        await self.limits.begin_try("sign-in-address", address, FREE_PER_ADDRESS)
        await self.limits.begin_try("sign-in", name.strip().casefold())
        account = await self.accounts.find_by_name(name)
        is_known = await self.passwords.verify(
            account.password_hash if account is not None else None, password
        )
        if account is None or not is_known or account.disabled:
            raise Problem("sign-in-failed")
        await self.limits.forgive("sign-in", name.strip().casefold())
        await self.limits.give_back("sign-in-address", address)
        return await self.begin(account)

    async def begin(self, account: Account) -> tuple[str, Session]:
        """Start a session of an account."""
        return await self.sessions.begin(account.caller, account.account_id, account.generation)


def build_people(settings: Settings, secret: bytes, store: Store) -> People:
    """Return the people of one area.

    Raises
    ------
    SokchoError
        If the settings of the provider or of the sender cannot be used.
    """
    accounts, passwords = Accounts(store), Passwords()
    limits = Limits(store, derive_key(secret, "limits"))
    sender = load_sender(settings.text_sender)
    return People(
        accounts=accounts,
        sessions=Sessions(
            store, accounts, timedelta(hours=settings.session_hours), lambda: datetime.now(UTC)
        ),
        passwords=passwords,
        limits=limits,
        provider=Provider(settings, store),
        phone_codes=PhoneCodes(store, limits, sender, derive_key(secret, "phones")),
        first_admin=FirstAdmin(accounts, passwords, limits),
    )


def demo_profiles(vehicle_ids: list[str]) -> list[Profile]:
    """Return the demo's accounts: one for each role, and a driver for each shuttle."""
    drivers = [Profile(f"driver-{v.lower()}", Role.DRIVER, v) for v in vehicle_ids]
    others = (Role.DISPATCHER, Role.REPRESENTATIVE, Role.PLANNER, Role.ADMIN)
    return [*drivers, *(Profile(role.value, role) for role in others)]


async def add_demo_accounts(people: People, vehicle_ids: list[str]) -> None:
    """Make the demo's accounts where they are missing."""
    known = {account.name for account in await people.accounts.list_all()}
    for profile in demo_profiles(vehicle_ids):
        if profile.name not in known:
            password_hash = await people.passwords.hash(DEMO_PASSWORD, profile.name)
            await people.accounts.create(new_account_id(), profile, password_hash)


async def greet_operator(people: People, settings: Settings, vehicle_ids: list[str]) -> None:
    """Tell on the console how to come in for the first time."""
    where = settings.public_url or f"http://{settings.host}:{settings.port}"
    if settings.demo:
        await add_demo_accounts(people, vehicle_ids)
        names = ", ".join(profile.name for profile in demo_profiles(vehicle_ids))
        logger.info("DEMO accounts at %s/sign-in: %s", where, names)
        logger.info("DEMO password of all of them: %s", DEMO_PASSWORD)
        return
    code = await people.first_admin.look()
    if code is not None and not people.provider.is_there:
        logger.warning(
            "no administrator yet: open %s/sign-in and enter the code %s (or run"
            " `sokcho account add NAME --role admin`)",
            where,
            code,
        )
