"""The first administrator: let in by a code that only who runs the service can read.

Rule: a service without an administrator cannot be taken over by whoever finds its page first.
"""

import secrets
from hmac import compare_digest

from api.accounts.accounts import Account, Accounts, Profile, new_account_id
from api.accounts.limits import Limits
from api.accounts.passwords import Passwords
from api.http.auth import Role
from api.http.errors import Problem


class FirstAdmin:
    """The door that is open until there is an administrator."""

    def __init__(self, accounts: Accounts, passwords: Passwords, limits: Limits) -> None:
        self._accounts, self._passwords, self._limits = accounts, passwords, limits
        self._code: str | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether the door is open."""
        return self._code is not None

    async def look(self) -> str | None:
        """Return a new code, for the console, if there is no administrator."""
        self._code = None
        if not await self._accounts.has_admin():
            self._code = "-".join(secrets.token_hex(2) for _ in range(4))
        return self._code

    async def come_in(self, code: str, name: str, password: str) -> Account:
        """Make the first administrator's account.

        Raises
        ------
        Problem
            ``setup-done`` if there is one; ``wrong-code``; ``too-many-tries``; ``weak-password``.
        """
        if self._code is None or await self._accounts.has_admin():
            self._code = None
            raise Problem("setup-done")
        await self._limits.begin_try("first-admin", "")
        if not compare_digest(code.strip().lower().encode(), self._code.encode()):
            raise Problem("wrong-code")
        password_hash = await self._passwords.hash(password, name)
        profile = Profile(name, Role.ADMIN)
        account = await self._accounts.create(new_account_id(), profile, password_hash)
        self._code = None
        await self._limits.forgive("first-admin", "")
        return account
