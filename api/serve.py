"""Runs the service as a process: address, log format, signals.

Rule: what is wrong at start-up is told in one line, by whoever called; a signal ends the service
in order, with everything acknowledged on disk.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from api.app import create_app
from api.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

#: Real seconds that open streams are given to end once the service is told to.
GRACE_S = 2
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve(settings: Settings) -> None:
    """Serve until a signal ends it.

    Parameters
    ----------
    settings
        All that the environment decides.

    Raises
    ------
    SokchoError
        If the service cannot start with its settings, area, feed or store.
    """
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    # A line for each request of a client is noise.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        lifespan="off",
        log_config=None,
        access_log=settings.log_level == "DEBUG",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_S,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(config, settings))


class _Server(uvicorn.Server):
    """Ends at a signal in order; the signals are taken by `_serve`, for start-up as well."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(config: uvicorn.Config, settings: Settings) -> None:
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    listener = _listen(settings)
    app: Any = config.app
    # Not by uvicorn's lifespan, which would print a traceback of what is one line for people.
    async with app.router.lifespan_context(app):
        host, port = listener.getsockname()[:2]
        logger.info("serving %s on http://%s:%s", settings.area.name, host, port)
        await server.serve(sockets=[listener])


def _listen(settings: Settings) -> socket.socket:
    """Take the address before anything else: a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror});"
            " choose another with SOKCHO_PORT or --port"
        ) from error
    listener.set_inheritable(False)
    return listener
