"""The service and its floor as processes, each on a durable store of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

HOST = "127.0.0.1"
#: A Monday morning before the service begins: every hour of the day can be booked.
CLOCK_AT = "2026-11-23T06:30:00+09:00"
STARTS_WITHIN_S = 120.0


@contextmanager
def booking_service(folder: Path) -> Iterator[int]:
    """Run the service of Sokcho on an embedded store; yields its port."""
    port = _free_port()
    command = ["-m", "api.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    environment = {"SOKCHO_CLOCK_AT": CLOCK_AT, "SOKCHO_LOG_LEVEL": "WARNING"}
    with _running(command, environment, f"http://{HOST}:{port}/readyz"):
        yield port


@contextmanager
def floor_service(folder: Path) -> Iterator[int]:
    """Run the floor on the same kind of store, with the same durability; yields its port."""
    from api.store.server import EmbeddedServer

    store = EmbeddedServer(folder)
    store.start()
    port = _free_port()
    app = "benchmarks.serve.floor_app:create_app"
    command = ["-m", "uvicorn", "--factory", app, "--port", str(port), "--log-level", "warning"]
    try:
        with _running(
            [*command, "--no-access-log"],
            {"REDIS_URL": store.url},
            f"http://{HOST}:{port}/openapi.json",
        ):
            yield port
    finally:
        store.stop()


@contextmanager
def _running(command: list[str], environment: dict[str, str], ready_url: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *command], env={**os.environ, **environment})
    try:
        _wait_for(process, ready_url)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server for {url} ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within {STARTS_WITHIN_S} s")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
