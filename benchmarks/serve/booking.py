"""Latency of a booking over HTTP at 50 a second, beside one durable write by the same framework."""

import asyncio
import json
import random
import tempfile
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import summary
from benchmarks.report import Row, Section
from benchmarks.serve.client import Client, open_loop
from benchmarks.serve.servers import CLOCK_AT, HOST, booking_service, floor_service

RATE_PER_S = 50
N_BOOKINGS = 400  # of a round
N_ROUNDS = 3
SEED = 20261123
CREATED = 201
OK = 200


def run() -> Section:
    """Measure bookings and the floor in turns, in the same seconds."""
    with tempfile.TemporaryDirectory(prefix="sokcho-bench-") as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(folder: Path) -> Section:
    with booking_service(folder / "service") as port, floor_service(folder / "floor") as floor_port:
        async with Client(HOST, port) as guest:
            key = str(uuid.uuid4())
            reply = await guest.request("/v1/device-tokens", idempotency_key=key)
        token = json.loads(reply.body)["token"]
        async with Client(HOST, port, token) as rider, Client(HOST, floor_port) as floor:
            rounds = [await _round(rider, floor, SEED + i) for i in range(N_ROUNDS)]
    booked_ns = np.concatenate([booked for booked, _, _ in rounds])
    floor_ns = np.concatenate([written for _, written, _ in rounds])
    statuses = sum((counts for _, _, counts in rounds), Counter[int]())
    floor_row = Row("POST of one durable write", summary(floor_ns))
    refused = ", ".join(f"{n} x {status}" for status, n in sorted(statuses.items()))
    return Section(
        "Booking over HTTP",
        "python -m benchmarks serve.booking",
        f"`POST /v1/bookings` with an offer, {RATE_PER_S} a second whatever the answers take, over"
        " seven days; the embedded store writes each to disk before it is acknowledged. The floor"
        f" takes {RATE_PER_S} a second in the same seconds: FastAPI, one XADD, the same kind of"
        f" store. {N_ROUNDS} rounds of {N_BOOKINGS}, seed {SEED}, from request sent to reply read,"
        " confirmed bookings only.",
        [Row("booking, confirmed", summary(booked_ns), floor_row, f"answers {refused}"), floor_row],
    )


async def _round(rider: Client, floor: Client, seed: int) -> tuple[Any, Any, Counter[int]]:
    """Return ns of the confirmed bookings and of the floor, and the bookings' status codes."""
    offers = await _offers(rider, random.Random(seed))
    status = np.zeros(len(offers), np.int64)
    booking_ids: list[str] = []

    async def book(i: int) -> None:
        body = json.dumps({"offer_id": offers[i]}).encode()
        reply = await rider.request("/v1/bookings", body, idempotency_key=str(uuid.uuid4()))
        status[i] = reply.status
        if reply.status == CREATED:
            booking_ids.append(json.loads(reply.body)["booking_id"])

    async def write(i: int) -> None:
        reply = await floor.request("/", json.dumps({"offer_id": offers[i]}).encode())
        assert reply.status == OK, reply

    booked_ns, floor_ns = await open_loop([book, write], len(offers), RATE_PER_S)
    for booking_id in booking_ids:
        key = str(uuid.uuid4())
        await rider.request(f"/v1/bookings/{booking_id}/cancel", b"{}", idempotency_key=key)
    return booked_ns[status == CREATED], floor_ns, Counter(status.tolist())


async def _offers(rider: Client, chance: random.Random) -> list[str]:
    """Return offers for trips between random stops, at random hours of the bookable days."""
    reply = await rider.request("/v1/stops?kind=virtual", method="GET")
    stops = [stop["stop_id"] for stop in json.loads(reply.body)["stops"]]
    offers: list[str] = []
    while len(offers) < N_BOOKINGS:
        reply = await rider.request("/v1/trip-requests", _wish(stops, chance))
        if reply.status == OK:
            found = json.loads(reply.body)["offers"]
            offers += [offer["offer_id"] for offer in found if offer["kind"] == "shuttle"][:1]
    return offers


def _wish(stops: Sequence[str], chance: random.Random) -> bytes:
    origin, destination = chance.sample(stops, 2)
    first = datetime.fromisoformat(CLOCK_AT).replace(hour=8, minute=0)
    departs_at = first + timedelta(days=chance.randrange(7), minutes=chance.randrange(11 * 60))
    wish = {
        "origin": {"stop_id": origin},
        "destination": {"stop_id": destination},
        "depart_at": departs_at.isoformat(),
        "party": {"passengers": chance.randint(1, 2)},
    }
    return json.dumps(wish).encode()
