"""Room for a ride that fits nowhere as the plans stand, looked for beside the loop.

Rule: a search never holds up the next booking. It works in a thread (its kernels let go of
Python's lock) on the state that refused the ride; what it finds comes back as a command and is
checked against the state of the moment, like anybody's wish.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from routing.dispatch.commands import BookRide, ConfirmOffer, Offer, RescueRide, RideRequest
from routing.dispatch.network import Network
from routing.dispatch.proposal import find_rescue, quote_rescue
from routing.dispatch.state import DayState
from routing.drt.search.budget import Budget

#: Who comes when so many wait is not looked for: the refusal stands, and is at least quick.
MOST_WAITING = 8

Found = TypeVar("Found")


class Rescuer:
    """Looks for room, one ride at a time.

    Parameters
    ----------
    seconds
        Real seconds that one search may take.
    clock
        Real seconds of some clock that never goes back.
    """

    def __init__(self, *, seconds: float = 0.05, clock: Callable[[], float] = monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rescue")
        self._n_waiting = 0
        self._network: Network | None = None

    def close(self) -> None:
        """End the thread; waits for a search that is under way."""
        self._thread.shutdown(cancel_futures=True)

    async def find(
        self, state: DayState, wish: ConfirmOffer | BookRide, now: int, network: Network
    ) -> RescueRide | None:
        """The command that serves ``wish`` by moving others; None if no way was found in time.

        Parameters
        ----------
        state
            The service day that refused ``wish`` for want of room.
        wish
            What was refused.
        now
            Service seconds.
        network
            Of that day; only its travel times and weights are read.

        Returns
        -------
        RescueRide or None
            For the loop.
        """
        return await self._search(
            lambda own: find_rescue(
                state, wish, now, own, seed=state.version, budget=self._budget()
            ),
            network,
        )

    async def quote(
        self, state: DayState, request: RideRequest, now: int, network: Network
    ) -> Offer | None:
        """The offer of a ride for which others would be moved; parameters as `find`."""
        return await self._search(
            lambda own: quote_rescue(
                state, request, now, own, seed=state.version, budget=self._budget()
            ),
            network,
        )

    async def _search(
        self, work: Callable[[Network], Found | None], network: Network
    ) -> Found | None:
        if self._n_waiting >= MOST_WAITING:
            return None
        self._n_waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, lambda: work(self._own(network)))
        finally:
            self._n_waiting -= 1

    def _own(self, network: Network) -> Network:
        """A network of this thread: the loop's remembers while it decides."""
        known = self._network
        if known is None or known.travel is not network.travel:
            known = self._network = Network(network.travel, network.weights)
        return known

    def _budget(self) -> Budget:
        started = self._clock()
        return lambda _: (self._clock() - started) / self._seconds
