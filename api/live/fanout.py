"""Committed events for whoever listens in this process.

Rule: a listener never holds up the loop. Each has a bounded queue; who falls behind is dropped,
is told so by a last `Dropped`, and catches up from the log.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Self

from routing.dispatch.events import Event


@dataclass(frozen=True, slots=True)
class CommittedEvents:
    """The events of one commit, durable; ``version`` is the day's version after them."""

    service_date: str
    version: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """The last item of a listener that fell behind; the log has what it missed."""


class Subscription:
    """Commits from the moment it was made; iterate it, and close it when done.

    Iteration ends when it is closed, when the loop ends, or after a `Dropped`.
    """

    def __init__(self, fanout: "Fanout", limit: int) -> None:
        self._fanout, self._limit = fanout, limit
        self._items: deque[CommittedEvents | Dropped] = deque()
        self._ended = False
        self._woken = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> CommittedEvents | Dropped:
        while not self._items:
            if self._ended:
                raise StopAsyncIteration
            self._woken.clear()
            await self._woken.wait()
        return self._items.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; what waits is forgotten."""
        self._items.clear()
        self._end()

    def _put(self, item: CommittedEvents) -> None:
        if len(self._items) < self._limit:
            self._items.append(item)
            self._woken.set()
        else:
            self._items.clear()
            self._items.append(Dropped())
            self._end()

    def _end(self) -> None:
        self._ended = True
        self._woken.set()
        self._fanout.forget(self)


class Fanout:
    """All subscriptions of a loop.

    Parameters
    ----------
    limit
        Commits that may wait for one listener.
    """

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._listeners: set[Subscription] = set()

    def subscribe(self) -> Subscription:
        """Listen from now on."""
        listener = Subscription(self, self._limit)
        self._listeners.add(listener)
        return listener

    def put(self, item: CommittedEvents) -> None:
        """Hand a commit to every listener."""
        for listener in tuple(self._listeners):
            listener._put(item)

    def forget(self, listener: Subscription) -> None:
        """Hand nothing more to ``listener``."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """End every subscription once what waits for it was read."""
        for listener in tuple(self._listeners):
            listener._end()
