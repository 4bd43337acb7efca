"""The people whom a representative books for.

Rule: name and number are in the contact vault; what stands here says who keeps them and what they
need in a shuttle, and is found by its keeper alone.
"""

from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from api.store.records import Contact
from api.store.store import Store

#: A care home of that many residents is a large one.
MAX_PER_KEEPER = 300

_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Passenger:
    """What somebody needs; the name is apart."""

    passenger_id: str
    wheelchair: bool = False
    senior: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class KnownPassenger:
    """Somebody with name and number. Does not print."""

    passenger: Passenger
    contact: Contact


_decoder = msgspec.json.Decoder(list[Passenger])


class Passengers:
    """All passengers of all representatives of one area.

    Parameters
    ----------
    store
        The area's store and vault.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list_of(self, keeper: str) -> list[KnownPassenger]:
        """Everybody whom a representative keeps, in the order of their coming."""
        return [
            KnownPassenger(each, await self.find_contact(keeper, each.passenger_id) or Contact())
            for each in await self._kept(keeper)
        ]

    async def find_contact(self, keeper: str, passenger_id: str) -> Contact | None:
        """Name and number of somebody; None if there is nobody."""
        return await self._store.find_contact(_vault_name(keeper, passenger_id))

    async def put(self, keeper: str, passenger: Passenger, contact: Contact) -> bool:
        """Keep somebody, instead of an earlier entry; False if the list is full."""
        kept = {each.passenger_id: each for each in await self._kept(keeper)}
        if passenger.passenger_id not in kept and len(kept) >= MAX_PER_KEEPER:
            return False
        kept[passenger.passenger_id] = passenger
        await self._store.put_contact(_vault_name(keeper, passenger.passenger_id), contact)
        await self._write(keeper, list(kept.values()))
        return True

    async def erase(self, keeper: str, passenger_id: str) -> None:
        """Forget somebody, name and number too."""
        kept = [p for p in await self._kept(keeper) if p.passenger_id != passenger_id]
        await self._write(keeper, kept)
        await self._store.erase_contact(_vault_name(keeper, passenger_id))

    async def _kept(self, keeper: str) -> list[Passenger]:
        with self._store.reach() as server:
            record = await server.hget(self._store.keys.passengers, keeper)
        return _decoder.decode(record) if record else []

    async def _write(self, keeper: str, kept: list[Passenger]) -> None:
        with self._store.reach() as server:
            await server.hset(self._store.keys.passengers, keeper, _encode(kept))


def _vault_name(keeper: str, passenger_id: str) -> str:
    """Name in the vault, that nobody but this keeper leads to; booking ids look different."""
    return "passenger:" + blake2b(f"{keeper}\0{passenger_id}".encode(), digest_size=12).hexdigest()
