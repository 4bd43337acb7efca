"""Simulated drivers: they follow the manifest, as a real one would with a phone in hand."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from api.demo.client import Client, Refused, moment
from api.demo.streets import Point, Way, find_way
from gtfs.area import Area

#: Real seconds between two looks at the manifest and two positions.
LOOK_S = 1.0
#: How much earlier or later than planned a drive ends, as a share of its time.
NOISE = 0.08
#: Header of a manifest that a driver's page follows.
FOLLOWED = "Sokcho-Followed"


class Driver:
    """The driver of one shuttle.

    Parameters
    ----------
    client
        A connection with the driver's token.
    vehicle_id
        The shuttle.
    area
        The city, for its streets.
    seed
        Of everything that is left to chance.
    """

    def __init__(self, client: Client, vehicle_id: str, area: Area, seed: int) -> None:
        self._client, self._vehicle_id, self._area = client, vehicle_id, area
        self._chance = random.Random(seed)
        self._position: Point | None = None

    async def run(self) -> None:
        """Drive until cancelled."""
        while True:
            with suppress(Refused):  # the plan moved on meanwhile: look again
                await self._act()
            await self._look_again()

    async def _look_again(self) -> None:
        await self._client.clock.sleep(LOOK_S * self._client.clock.speed)

    async def _act(self) -> None:
        where = f"/v1/vehicles/{self._vehicle_id}/manifest"
        manifest, headers = await self._client.get_with_headers(where)
        if FOLLOWED in headers:
            self._position = None
            return  # a person is at the wheel
        visits = [visit for visit in manifest["visits"] if visit["under_way"]]
        if not visits:
            return
        if manifest["standing"]:
            await self._serve(visits[0])
        else:
            await self._drive(visits[0])

    async def _drive(self, visit: dict[str, Any]) -> None:
        """Go to a visit along the streets, telling positions on the way, and arrive."""
        left_at, way = self._now(), await self._find_way(visit)
        planned_s = (moment(visit["arrives_at"]) - left_at).total_seconds()
        drive_s = max(1.0, planned_s * (1 + self._chance.uniform(-NOISE, NOISE)))
        while (gone_s := (self._now() - left_at).total_seconds()) < drive_s:
            await self._tell(way.at(gone_s / drive_s))
            await self._look_again()
        await self._tell(way.points[-1])
        await self._post(visit, "arrive")

    async def _find_way(self, visit: dict[str, Any]) -> Way:
        lon, lat = visit["stop"]["position"]
        if self._position is None:
            self._position = await self._last_position()
        return find_way(self._area, self._position, (lon, lat))

    async def _last_position(self) -> Point:
        vehicles = (await self._client.get("/v1/vehicles"))["vehicles"]
        mine = next(v for v in vehicles if v["vehicle_id"] == self._vehicle_id)
        lon, lat = mine["position"]["position"]
        return lon, lat

    async def _tell(self, position: Point) -> None:
        self._position = position
        report = {"at": self._now().isoformat(), "position": list(position)}
        await self._client.post(
            f"/v1/vehicles/{self._vehicle_id}/positions", {"positions": [report]}
        )

    async def _serve(self, visit: dict[str, Any]) -> None:
        """Stay as long as planned, then let the party on or off."""
        wait_s = (moment(visit["departs_at"]) - self._now()) / timedelta(seconds=1)
        if wait_s > 0:
            await self._client.clock.sleep(wait_s)
        acts = {"pickup": "board", "dropoff": "alight", "break": "complete"}
        await self._post(visit, acts[visit["kind"]])

    async def _post(self, visit: dict[str, Any], act: str) -> None:
        await self._client.post(f"/v1/visits/{visit['visit_id']}/{act}")

    def _now(self) -> datetime:
        return self._client.clock.now()
