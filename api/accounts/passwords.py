"""Passwords of staff: argon2id, the same effort for a name that nobody has.

Source of the parameters: RFC 9106, the second recommended option (64 MiB, 3 passes), as
argon2-cffi has them by default.
"""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.http.errors import Problem

MIN_LENGTH, MAX_LENGTH = 10, 128
MIN_DIFFERENT = 5
#: Hashing at once: each takes 64 MiB and a core.
AT_ONCE = 2


class Passwords:
    """Hashes and verifies, off the loop's thread."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash("the password of nobody")
        self._room = asyncio.Semaphore(AT_ONCE)

    def hash_now(self, password: str, name: str) -> str:
        """Hash for the store, at once.

        Raises
        ------
        Problem
            ``weak-password`` if it is short, plain, or the account's own name.
        """
        is_long = MIN_LENGTH <= len(password) <= MAX_LENGTH
        is_plain = len(set(password)) < MIN_DIFFERENT or name.casefold() in password.casefold()
        if not is_long or is_plain:
            raise Problem("weak-password", {"min_length": MIN_LENGTH})
        return self._hasher.hash(password)

    async def hash(self, password: str, name: str) -> str:
        """As `hash_now`, without holding anybody up."""
        async with self._room:
            return await asyncio.to_thread(self.hash_now, password, name)

    async def verify(self, known: str | None, password: str) -> bool:
        """Whether ``password`` is the one that ``known`` was made of; takes as long for None."""
        async with self._room:
            return await asyncio.to_thread(self._verify, known, password)

    def _verify(self, known: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(known or self._nobodys, password) and known is not None
        except (VerificationError, InvalidHashError):
            return False
