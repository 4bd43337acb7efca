"""Browsers that want to be told, by the opaque subject of their owner.

Rule: endpoints and keys are in the store and in no log; nobody but their owner can read them back.
"""

import msgspec

from api.notify.records import Subscription
from api.store.store import Store

#: A person has a phone, a tablet, a computer; what is older than these goes.
MAX_PER_OWNER = 8

_encode = msgspec.json.encode
_decoder = msgspec.json.Decoder(list[Subscription])


class Subscriptions:
    """The subscriptions of one area.

    Parameters
    ----------
    store
        The area's store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list_of(self, owner: str) -> list[Subscription]:
        """Subscriptions of an owner, the latest last."""
        with self._store.reach() as server:
            record = await server.hget(self._store.keys.subscriptions, owner)
        return _decoder.decode(record) if record else []

    async def put(self, owner: str, subscription: Subscription) -> None:
        """Keep a subscription, instead of an earlier one of the same browser."""
        others = await self._others(owner, subscription.subscription_id)
        await self._write(owner, [*others, subscription][-MAX_PER_OWNER:])

    async def remove(self, owner: str, subscription_id: str) -> None:
        """Forget a subscription, if it is there."""
        await self._write(owner, await self._others(owner, subscription_id))

    async def _others(self, owner: str, subscription_id: str) -> list[Subscription]:
        known = await self.list_of(owner)
        return [each for each in known if each.subscription_id != subscription_id]

    async def _write(self, owner: str, subscriptions: list[Subscription]) -> None:
        with self._store.reach() as server:
            if subscriptions:
                await server.hset(self._store.keys.subscriptions, owner, _encode(subscriptions))
            else:
                await server.hdel(self._store.keys.subscriptions, owner)
