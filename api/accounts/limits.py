"""Slows down whoever guesses, and whoever asks too often.

Rule: a try is counted before it is made, by one command of the store, so tries at the same time
gain nothing. Who tried is kept as a keyed hash: no name, number or address is in the store.
"""

from hmac import digest

from api.http.errors import Problem
from api.store.store import Store

#: After this many failures each further try has to wait, twice as long each time.
FREE_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900
#: Failures are forgotten after this long without another.
FORGOTTEN_S = 3600


class Limits:
    """Counters of one area.

    Parameters
    ----------
    store
        The area's store.
    key
        Hides who is counted.
    """

    def __init__(self, store: Store, key: bytes) -> None:
        self._store, self._key = store, key

    async def begin_try(self, what: str, who: str, free: int = FREE_TRIES) -> None:
        """Count a try at a secret before it is looked at.

        Parameters
        ----------
        what
            The kind of secret.
        who
            Whose it is, or who tries.
        free
            Failures without a wait.

        Raises
        ------
        Problem
            ``too-many-tries`` with Retry-After, while the next try has to wait.
        """
        tries, wait = self._names(what, who)
        with self._store.reach() as redis:
            n_tries = int(await redis.incr(tries))
            await redis.expire(tries, FORGOTTEN_S)
            if n_tries <= free:
                return
            wait_s = min(FIRST_WAIT_S * 2 ** min(n_tries - free - 1, 10), LONGEST_WAIT_S)
            if await redis.set(wait, b"", ex=wait_s, nx=True):
                return
            # A try that is not made is no failure: knocking does not lengthen the wait.
            await redis.decr(tries)
            left_s = int(await redis.ttl(wait))
        raise _too_many(left_s)

    async def forgive(self, what: str, who: str) -> None:
        """Forget the failures: the secret was known."""
        with self._store.reach() as redis:
            for name in self._names(what, who):
                await redis.delete(name)

    async def give_back(self, what: str, who: str) -> None:
        """Take back one counted try of an address that many people share."""
        tries, wait = self._names(what, who)
        with self._store.reach() as redis:
            await redis.decr(tries)
            await redis.delete(wait)

    async def spend(self, what: str, who: str, limit: int, window_s: int) -> None:
        """Count one of ``limit`` acts within ``window_s`` seconds.

        Raises
        ------
        Problem
            ``too-many-tries`` with Retry-After, if there were as many already.
        """
        name = self._names(what, who)[0]
        with self._store.reach() as redis:
            n_acts = int(await redis.incr(name))
            await redis.expire(name, window_s, nx=True)
            left_s = int(await redis.ttl(name))
        if n_acts > limit:
            raise _too_many(left_s)

    def _names(self, what: str, who: str) -> tuple[str, str]:
        hidden = digest(self._key, f"{what}\0{who}".encode(), "sha256").hex()[:32]
        keys = self._store.keys
        return keys.tries(what, hidden), keys.wait(what, hidden)


def _too_many(left_s: int) -> Problem:
    left_s = max(1, left_s)
    return Problem("too-many-tries", {"retry_after_s": left_s}, {"Retry-After": str(left_s)})
