"""The floor for a booking: the same framework, a POST that does one durable write and no more."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis
from fastapi import FastAPI, Request, Response


def create_app() -> FastAPI:
    """Return an app whose ``POST /`` appends its body to a stream of ``REDIS_URL``."""
    store = redis.from_url(os.environ["REDIS_URL"])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await store.aclose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/")
    async def write(request: Request) -> Response:
        entry = await store.xadd("floor", {"body": await request.body()})
        return Response(json.dumps({"id": str(entry)}), media_type="application/json")

    return app
