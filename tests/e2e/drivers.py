"""Simulated drivers on all shuttles and nobody else: `python -m tests.e2e.drivers URL`.

DRIVER_TOKENS holds `vehicle=token`, comma-separated.
"""

import asyncio
import os
import sys
from typing import Any

import httpx

from api.kernel_cache import use_kernel_cache


async def drive(url: str, tokens: dict[str, str]) -> None:
    """Drive all shuttles until killed."""
    from api.demo.client import Client, moment
    from api.demo.days import FollowedClock
    from api.demo.driver import Driver
    from api.settings import SOKCHO
    from gtfs.area import load_area

    area = load_area(SOKCHO)
    async with httpx.AsyncClient(base_url=url, timeout=10.0) as http, asyncio.TaskGroup() as group:
        service: dict[str, Any] = (await http.get("/v1/service")).json()
        client = Client(http, FollowedClock(moment(service["now"]), service["speed"]))
        for seed, (vehicle_id, token) in enumerate(tokens.items()):
            driver = Driver(client.with_token(token), vehicle_id, area, seed)
            group.create_task(driver.run())


if __name__ == "__main__":
    use_kernel_cache()  # before the first import of numba
    pairs = (item.partition("=") for item in os.environ["DRIVER_TOKENS"].split(","))
    asyncio.run(drive(sys.argv[1], {vehicle_id: token for vehicle_id, _, token in pairs}))
