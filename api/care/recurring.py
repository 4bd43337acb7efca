"""Recurring trips as they are kept: a wish for certain weekdays, until a date.

Rule: a recurring trip is no booking. Each of its days is booked like any other ride when the day
can be booked, under an id that follows from the trip and the date: twice is once.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import msgspec

from api.store.store import Store
from routing.dispatch.values import Channel, Party

_encode = msgspec.json.encode
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RecurringTrip:
    """From stop to stop, at a time of the service day, on some weekdays."""

    recurring_id: str
    owner: str
    origin: str  # stop id
    destination: str  # stop id
    when: Literal["depart", "arrive"]
    time_s: int  # service seconds
    weekdays: tuple[int, ...]  # ISO 8601: 1 Monday .. 7 Sunday
    first: str  # YYYY-MM-DD
    until: str  # YYYY-MM-DD, included
    party: Party = Party()
    channel: Channel = Channel.WEB
    passenger_id: str | None = None  # of whom, where a representative booked
    skipped: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)  # why a date is not booked
    digest: str = ""  # of the request that made it

    def dates(self, first: str, last: str) -> list[str]:
        """Its dates from ``first`` to ``last``, skipped ones too."""
        day = date.fromisoformat(max(first, self.first))
        end = date.fromisoformat(min(last, self.until))
        found = []
        while day <= end:
            if day.isoweekday() in self.weekdays:
                found.append(day.isoformat())
            day += _DAY
        return found

    def booking_key(self, service_date: str) -> str:
        """What the id of the booking of a date follows from."""
        return f"recurring:{self.recurring_id}:{service_date}"


_decoder = msgspec.json.Decoder(RecurringTrip)


class RecurringTrips:
    """All recurring trips of one area.

    Parameters
    ----------
    store
        The area's store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list_all(self) -> list[RecurringTrip]:
        """Every one, by id."""
        with self._store.reach() as server:
            records = await server.hvals(self._store.keys.recurring)
        return sorted(map(_decoder.decode, records), key=lambda trip: trip.recurring_id)

    async def list_of(self, owner: str) -> list[RecurringTrip]:
        """Those of an owner."""
        return [trip for trip in await self.list_all() if trip.owner == owner]

    async def find(self, recurring_id: str) -> RecurringTrip | None:
        """One by its id."""
        with self._store.reach() as server:
            record = await server.hget(self._store.keys.recurring, recurring_id)
        return _decoder.decode(record) if record else None

    async def put(self, trip: RecurringTrip) -> None:
        """Keep it, as it is now."""
        with self._store.reach() as server:
            await server.hset(self._store.keys.recurring, trip.recurring_id, _encode(trip))

    async def remove(self, recurring_id: str) -> None:
        """Forget it."""
        with self._store.reach() as server:
            await server.hdel(self._store.keys.recurring, recurring_id)
