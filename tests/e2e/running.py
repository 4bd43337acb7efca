"""The real service as a process of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from api.clocks.clock import SystemClock
from api.http.auth import Caller, Role, Tokens

#: A Monday with the morning's buses; the service runs from 07:00.
MORNING = datetime.fromisoformat("2026-11-23T08:30:00+09:00")
#: Service seconds per real second: a ride of a quarter of an hour takes half a minute.
SPEED = 30.0
START_S = 120.0
STOP_S = 20.0


class RunningService:
    """`sokcho serve` on an embedded store in ``folder``, with a clock that begins at ``at``.

    Parameters
    ----------
    folder
        Data folder; kept from one start to the next.
    at
        What the service's clock shows at the first start.
    speed
        Service seconds per real second.
    """

    def __init__(self, folder: Path, at: datetime = MORNING, speed: float = SPEED) -> None:
        self.folder, self.speed = folder, speed
        self._at, self._port = at, free_port()
        self._secret = secrets.token_urlsafe(32)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(self._port)]
        environment = {
            **os.environ,
            "SOKCHO_DATA_DIR": str(self.folder),
            "SOKCHO_SECRET": self._secret,
            "SOKCHO_CLOCK_AT": self._at.isoformat(),
            "SOKCHO_CLOCK_SPEED": str(self.speed),
        }
        self.log = self.folder / "service.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the service did not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it as an operator would, and remember its time."""
        if self._process is None or self._process.poll() is not None:
            return
        self._at = self.now()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(STOP_S)

    def kill(self, *, service: bool, store: bool) -> None:
        """End the service, its embedded store or both, as a power cut of their own would."""
        assert self._process is not None
        self._at = self.now() + timedelta(seconds=self.speed)  # no clock goes back
        children = _children(self._process.pid) if store else []
        if service:
            self._process.kill()
            self._process.wait(STOP_S)
        for pid in children:
            if "valkey" in Path(f"/proc/{pid}/comm").read_text():
                os.kill(pid, signal.SIGKILL)

    def restart(self) -> None:
        """Start it again if it has ended, and wait until it is ready."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        else:
            self._wait_until_ready()

    def now(self) -> datetime:
        """What the service's clock shows."""
        now: str = httpx.get(f"{self.url}/v1/service", timeout=30).json()["now"]
        return datetime.fromisoformat(now)

    def token(self, role: Role, vehicle_id: str | None = None) -> str:
        """A token that the service accepts."""
        tokens = Tokens(self._secret.encode(), SystemClock().now)
        caller = Caller(f"{role.value}:test", role, vehicle_id)
        return tokens.issue(caller, timedelta(days=30))[0]

    @contextmanager
    def drivers(self) -> Iterator[None]:
        """Drivers on all shuttles, in a process of their own."""
        command = [sys.executable, "-m", "tests.e2e.drivers", self.url]
        tokens = {"DRIVER_TOKENS": ",".join(self._driver_tokens())}
        with (self.folder / "drivers.log").open("ab") as log:
            process = subprocess.Popen(command, env={**os.environ, **tokens}, stderr=log)
        try:
            yield
        finally:
            process.kill()
            process.wait(STOP_S)

    def _driver_tokens(self) -> Iterator[str]:
        vehicles = httpx.get(f"{self.url}/v1/vehicles", timeout=5).json()["vehicles"]
        for vehicle_id in (vehicle["vehicle_id"] for vehicle in vehicles):
            yield f"{vehicle_id}={self.token(Role.DRIVER, vehicle_id)}"


def _children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in lists for child in each.read_text().split()]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
