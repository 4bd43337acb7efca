"""Simulated riders: they ask, take the first shuttle offered, and sometimes change plans."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api.demo.client import Client, Refused
from api.demo.streets import Point
from routing.road.geometry import straight_m

#: Mean service seconds between two riders: four shuttles keep room for whoever tries the page.
EVERY_S = 240.0
#: Riders who ask at once, so that somebody who opens the page sees shuttles move.
N_FIRST = 3
#: A destination is the nearest of so many: most rides in a town are short.
N_CHOICES = 4
SHARE_LATER = 0.25  # book for later in the day
SHARE_CANCEL = 0.06
SHARE_WHEELCHAIR = 0.05
SHARE_SENIOR = 0.3  # a fifth and more of the residents are 65 or older; estimated


class Riders:
    """A stream of riders between the virtual stops of the city.

    Parameters
    ----------
    client
        A connection without a token.
    stops
        Positions of the virtual stops by id.
    seed
        Of everything that is left to chance.
    """

    def __init__(self, client: Client, stops: Mapping[str, Point], seed: int) -> None:
        self._client, self._stops = client, stops
        self._chance = random.Random(seed)

    async def run(self) -> None:
        """Send riders, one after another, until cancelled."""
        async with asyncio.TaskGroup() as riders:
            for _ in range(N_FIRST):
                riders.create_task(self._ride())
            while True:
                await self._client.clock.sleep(self._chance.expovariate(1 / EVERY_S))
                riders.create_task(self._ride())

    async def _ride(self) -> None:
        try:
            token = (await self._client.post("/v1/device-tokens"))["token"]
            rider = self._client.with_token(token)
            offers = (await rider.post("/v1/trip-requests", self._wish()))["offers"]
            offer_id = next((o["offer_id"] for o in offers if o["kind"] == "shuttle"), None)
            if offer_id is None:
                return
            booked = await rider.post("/v1/bookings", {"offer_id": offer_id})
            if self._chance.random() < SHARE_CANCEL:
                await self._cancel(rider, booked["booking_id"])
        except Refused:
            return  # no room, too late: real riders meet that, too

    def _wish(self) -> dict[str, Any]:
        origin, *choices = self._chance.sample(sorted(self._stops), 1 + N_CHOICES)
        destination = min(choices, key=lambda stop_id: self._metres(origin, stop_id))
        wish = {
            "origin": {"stop_id": origin},
            "destination": {"stop_id": destination},
            "party": self._party(),
        }
        if self._chance.random() < SHARE_LATER:
            ahead = timedelta(minutes=self._chance.randrange(15, 90))
            wish["depart_at"] = (self._client.clock.now() + ahead).isoformat(timespec="seconds")
        return wish

    def _metres(self, origin: str, destination: str) -> float:
        return float(straight_m(*self._stops[origin], *self._stops[destination]))

    def _party(self) -> dict[str, int]:
        return {
            "passengers": self._chance.choice((1, 1, 1, 2, 2, 3, 4)),
            "wheelchairs": int(self._chance.random() < SHARE_WHEELCHAIR),
            "seniors": int(self._chance.random() < SHARE_SENIOR),
        }

    async def _cancel(self, rider: Client, booking_id: str) -> None:
        await self._client.clock.sleep(self._chance.uniform(30, 300))
        await rider.post(f"/v1/bookings/{booking_id}/cancel", {"reason": "plans_changed"})
