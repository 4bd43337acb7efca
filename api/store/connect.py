"""Clients of a Redis server, and the refusal of one that could lose what it acknowledged.

Rule: a booking that was confirmed is on disk. Whoever runs a server that does not promise this
says so by name (``SOKCHO_ALLOW_VOLATILE_STORE=1``).
"""

import logging
from collections.abc import Mapping
from typing import Any, TypeAlias

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from routing.errors import StoreError, StoreUnavailable

ALLOW_VOLATILE = "SOKCHO_ALLOW_VOLATILE_STORE"
OLDEST_SERVER = (7, 0)

#: What a server's settings must be.
DURABLE: Mapping[str, str] = {
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory-policy": "noeviction",
}

Client: TypeAlias = "Redis | RedisCluster"

logger = logging.getLogger(__name__)


async def connect(url: str, *, timeout_s: float, allow_volatile: bool = False) -> Client:
    """Client of the server, or of the cluster that it is part of.

    It never sends a command twice by itself: whether to ask again is for who knows the command.

    Parameters
    ----------
    url
        ``redis://``, ``rediss://`` or ``unix://``.
    timeout_s
        Seconds to wait for a connection or a reply.
    allow_volatile
        Accept a server that could lose what it acknowledged.

    Returns
    -------
    Client
        Connected.

    Raises
    ------
    StoreUnavailable
        If it does not answer.
    StoreError
        If the URL is none, or the server is too old or not durable.
    """
    options: dict[str, Any] = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
    }
    try:
        single: Redis = Redis.from_url(url, **options)
    except ValueError as error:
        raise StoreError(f"REDIS_URL cannot be used: {error}") from error
    try:
        info = await single.info()
        _check_age(info)
        await _check_durable(single, allow_volatile)
        if not int(info.get("cluster_enabled", 0)) or url.startswith("unix:"):
            return single
        await single.aclose()
        cluster = RedisCluster.from_url(url, **options)
        await cluster.initialize()
    except RedisError as error:
        await single.aclose()
        raise StoreUnavailable(f"the store does not answer ({error}); is it running?") from error
    except StoreError:
        await single.aclose()
        raise
    return cluster


def _check_age(info: Mapping[str, Any]) -> None:
    found = str(info["redis_version"])
    if tuple(int(part) for part in found.split(".")[:2]) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        raise StoreError(f"REDIS_URL is a server of version {found}; {oldest} or later is needed")


async def _check_durable(client: Redis, allow_volatile: bool) -> None:
    problem = await _find_volatility(client)
    if problem is None:
        return
    if not allow_volatile:
        raise StoreError(
            f"REDIS_URL could lose confirmed bookings: {problem}; set it right on the server, "
            f"or accept the loss with {ALLOW_VOLATILE}=1"
        )
    logger.warning("the store could lose confirmed bookings: %s", problem)


async def _find_volatility(client: Redis) -> str | None:
    """What makes the server lose an acknowledged write, None if nothing does."""
    try:
        found = await client.config_get(*DURABLE)
    except ResponseError as error:
        return f"its settings cannot be read ({error})"
    wrong = [
        f"{name} is {found.get(name, 'unknown')}, not {value}"
        for name, value in DURABLE.items()
        if found.get(name) != value
    ]
    return ", ".join(wrong) or None
