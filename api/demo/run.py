"""The cast of a demo day: one driver a shuttle and a stream of riders, in a process of its own."""

import asyncio
import multiprocessing
import signal
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from api.demo.client import Client, moment
from api.demo.days import FollowedClock
from api.demo.driver import Driver
from api.demo.rider import Riders
from gtfs.area import load_area

SEED = 20261123
#: Real seconds between two looks at the service's clock.
FOLLOW_S = 10.0


def start_demo(address: str, area: Path, driver_tokens: Mapping[str, str]) -> BaseProcess:
    """Start the cast in a spawned process, which ends with this one.

    Parameters
    ----------
    address
        Where the service answers, such as ``http://127.0.0.1:8000``.
    area
        The area file, for the streets.
    driver_tokens
        A driver's token for each vehicle id.

    Returns
    -------
    BaseProcess
        Already running.
    """
    process = multiprocessing.get_context("spawn").Process(
        target=_main, args=(address, area, dict(driver_tokens)), name="demo", daemon=True
    )
    process.start()
    return process


def _main(address: str, area: Path, driver_tokens: dict[str, str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service says when the day is over
    asyncio.run(play(address, area, driver_tokens))


async def play(address: str, area_file: Path, driver_tokens: Mapping[str, str]) -> None:
    """Drive and ride until cancelled."""
    area = load_area(area_file)
    async with httpx.AsyncClient(base_url=address, timeout=10.0) as http:
        service = await _wait_for(http)
        clock = FollowedClock(moment(service["now"]), service["speed"])
        client = Client(http, clock)
        stops = (await client.get("/v1/stops", kind="virtual"))["stops"]
        async with asyncio.TaskGroup() as cast:
            cast.create_task(_follow(client, clock))
            for number, (vehicle_id, token) in enumerate(sorted(driver_tokens.items())):
                driver = Driver(client.with_token(token), vehicle_id, area, SEED + number)
                cast.create_task(driver.run())
            positions = {stop["stop_id"]: tuple(stop["position"]) for stop in stops}
            riders = Riders(client, positions, SEED)
            cast.create_task(riders.run())


async def _follow(client: Client, clock: FollowedClock) -> None:
    while True:
        await asyncio.sleep(FOLLOW_S)
        clock.follow(moment((await client.get("/v1/service"))["now"]))


async def _wait_for(http: httpx.AsyncClient, tries: int = 600) -> Any:
    for _ in range(tries):
        try:
            ready = await http.get("/readyz")
            if ready.is_success:
                return (await http.get("/v1/service")).json()
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError("the service did not become ready")
