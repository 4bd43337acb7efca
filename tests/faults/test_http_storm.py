"""Riders storm the service while its processes are killed: what was acknowledged is there."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from tests.e2e.running import MORNING, RunningService

N_RIDERS = 8
ROUND_S = 3.0
STOPS = [f"VS{number:03}" for number in range(1, 90)]

ENDED = {"completed", "cancelled", "no_show", "rejected"}


@dataclass
class Rider:
    """Somebody who books, cancels and changes, and remembers what they were told."""

    token: str
    chance: random.Random
    told: dict[str, str] = field(default_factory=dict)  # booking id -> last acknowledged state
    unsure: set[str] = field(default_factory=set)  # bookings with an act that got no answer

    async def storm(self, http: httpx.AsyncClient) -> None:
        """Act at random until cancelled."""
        while True:
            try:
                await self._act(http)
            except httpx.TransportError:
                await asyncio.sleep(0.05)

    async def _act(self, http: httpx.AsyncClient) -> None:
        alive = [b for b, state in self.told.items() if state not in ENDED]
        if alive and self.chance.random() < 0.3:
            await self._cancel(http, self.chance.choice(alive))
        else:
            await self._book(http)

    async def _book(self, http: httpx.AsyncClient) -> None:
        origin, destination = self.chance.sample(STOPS, 2)
        later = MORNING + timedelta(minutes=self.chance.randrange(30, 11 * 60))
        wish = {
            "origin": {"stop_id": origin},
            "destination": {"stop_id": destination},
            "depart_at": later.isoformat(),
        }
        answer = await self._post(http, "/v1/bookings", {"request": wish})
        if answer.status_code == httpx.codes.CREATED:
            booking = answer.json()
            self.told[booking["booking_id"]] = booking["state"]

    async def _cancel(self, http: httpx.AsyncClient, booking_id: str) -> None:
        self.unsure.add(booking_id)
        answer = await self._post(http, f"/v1/bookings/{booking_id}/cancel", {})
        if answer.is_success:
            self.told[booking_id] = answer.json()["state"]
            self.unsure.discard(booking_id)

    async def _post(self, http: httpx.AsyncClient, path: str, body: object) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid.UUID(int=self.chance.getrandbits(128)))}
        return await http.post(path, json=body, headers=headers | self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """Who they are."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.mark.parametrize("victim", ["service", "store", "both"])
def test_every_acknowledged_booking_outlives_any_kill(tmp_path, victim):
    service = RunningService(tmp_path, speed=1.0)
    service.start()
    try:
        riders = asyncio.run(_storm(service, victim))
    finally:
        service.stop()
    n_told = sum(len(rider.told) for rider in riders)
    assert n_told > N_RIDERS


async def _storm(service: RunningService, victim: str) -> list[Rider]:
    limits = httpx.Limits(max_connections=2 * N_RIDERS)
    async with httpx.AsyncClient(base_url=service.url, timeout=30, limits=limits) as http:
        riders = [await _rider(http, seed) for seed in range(N_RIDERS)]
        storms = [asyncio.create_task(rider.storm(http)) for rider in riders]
        await asyncio.sleep(ROUND_S)
        service.kill(service=victim != "store", store=victim != "service")
        for storm in storms:
            storm.cancel()
        await asyncio.gather(*storms, return_exceptions=True)
        await asyncio.to_thread(service.restart)
        for rider in riders:
            await _assert_nothing_is_lost(http, rider)
    return riders


async def _rider(http: httpx.AsyncClient, seed: int) -> Rider:
    token = (await http.post("/v1/device-tokens")).json()["token"]
    return Rider(token, random.Random(seed))


async def _assert_nothing_is_lost(http: httpx.AsyncClient, rider: Rider) -> None:
    for booking_id, told in rider.told.items():
        answer = await http.get(f"/v1/bookings/{booking_id}", headers=rider.headers)
        assert answer.status_code == httpx.codes.OK, booking_id
        found = answer.json()["state"]
        if told in ENDED:
            assert found == told
        elif found in ENDED:
            assert booking_id in rider.unsure  # the cancellation was carried out, unheard
