"""The service as tests use it: a real server in a thread, a real store, a clock set by hand."""

import asyncio
import shutil
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import httpx
import uvicorn

from api.app import create_app
from api.clocks.clock import FakeClock
from api.http.auth import Caller, Role
from api.service import Service
from api.settings import Settings
from routing.dispatch.commands import Tick

SEOUL = ZoneInfo("Asia/Seoul")
#: A Monday on which the service runs.
START = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL)
SECRET = "a secret of the tests, which nobody else knows 0123456789"

T = TypeVar("T")


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals are pytest's."""


class Running:
    """One service in a thread of its own."""

    #: Timetables that another one has compiled already, by area file.
    _compiled: ClassVar[dict[Path, Path]] = {}

    def __init__(self, data_dir: Path, start: datetime = START, **settings: Any) -> None:
        self.clock = FakeClock(start)
        self.settings = Settings(data_dir=data_dir, secret=SECRET, port=0, **settings)
        self._timetables = data_dir / "timetables"
        if (known := self._compiled.get(self.settings.area)) and not self._timetables.exists():
            shutil.copytree(known, self._timetables)
        self.app = create_app(self.settings, self.clock)
        self._began, self._ends = threading.Event(), asyncio.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> "Running":
        self._thread.start()
        self._began.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        self._compiled.setdefault(self.settings.area, self._timetables)
        self.http = httpx.Client(base_url=self.url, timeout=20)
        return self

    def stop(self) -> None:
        self.http.close()
        self._loop.call_soon_threadsafe(self._ends.set)
        self._thread.join()

    @property
    def service(self) -> Service:
        service: Service = self.app.state.service
        return service

    def call(self, act: Callable[[], T]) -> T:
        """Do something in the service's own thread."""

        async def do() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(10)

    def wait(self, coroutine: Any) -> Any:
        """Wait for something in the service's own thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def advance(self, seconds: float) -> None:
        """Let time pass, and the loop notice it."""
        self.call(lambda: self.clock.advance(seconds))
        self.wait(self.service.loop.submit(self.service.time.today(), Tick()))

    def next_morning(self) -> None:
        """Go to 08:30 of the next day: an empty fleet, nothing booked."""
        now = self.service.time.now()
        morning = (now + timedelta(days=1)).replace(hour=8, minute=30, second=0)
        self.advance((morning - now).total_seconds())

    def have_timetable(self) -> None:
        """Days pass in no time here; their timetables come as fast as they can."""
        if self.service.timetables.find(self.service.time.today()) is None:
            first = self.service.time.now().date()
            days = [(first + timedelta(days=ahead)).isoformat() for ahead in range(30)]
            self.wait(self.service.timetables.prepare(days))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        config = uvicorn.Config(
            self.app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=1
        )
        server = _Server(config)
        server.capture_signals = suppress  # type: ignore[method-assign]
        try:
            async with self.app.router.lifespan_context(self.app):
                serving = asyncio.create_task(server.serve())
                while not server.started:
                    await asyncio.sleep(0.01)
                port = server.servers[0].sockets[0].getsockname()[1]
                self.url = f"http://127.0.0.1:{port}"
                self._began.set()
                await self._ends.wait()
                server.should_exit = True
                await serving
        except BaseException as error:
            self._error = error
            if self._began.is_set():
                raise
        finally:
            self._began.set()


class Person:
    """Somebody who uses the service."""

    def __init__(self, running: Running, caller: Caller | None, language: str = "en") -> None:
        self.running, self.caller = running, caller
        self.headers = {"Accept-Language": language}
        if caller is not None:
            token, _ = running.service.tokens.issue(caller, timedelta(days=400))
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        all_headers = self.headers | (headers or {})
        return self.running.http.get(path, params=query, headers=all_headers)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        all_headers = self.headers | {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.running.http.post(path, json=body, headers=all_headers | (headers or {}))

    # --- what riders do often ---

    def offers(self, **wish: Any) -> list[dict[str, Any]]:
        answer = self.post("/v1/trip-requests", trip(**wish))
        assert answer.status_code == 200, answer.text
        offers: list[dict[str, Any]] = answer.json()["offers"]
        return offers

    def book(self, **wish: Any) -> dict[str, Any]:
        answer = self.post("/v1/bookings", {"offer_id": self.offers(**wish)[0]["offer_id"]})
        assert answer.status_code == 201, answer.text
        booking: dict[str, Any] = answer.json()
        return booking


def trip(origin: Any = "VS048", destination: Any = "VS024", **more: Any) -> dict[str, Any]:
    """Body of a trip request; ends are stop ids or points."""
    return {"origin": place(origin), "destination": place(destination), **more}


def place(end: Any) -> dict[str, Any]:
    """A stop by its id, or a point."""
    return {"stop_id": end} if isinstance(end, str) else {"position": list(end)}


def caller(role: Role, name: str = "one", vehicle_id: str | None = None) -> Caller:
    """Somebody in a role."""
    return Caller(f"{role.value}:{name}", role, vehicle_id)


def at(running: Running, seconds: float) -> str:
    """The moment that is ``seconds`` from now, as it goes over the wire."""
    return (running.service.time.now() + timedelta(seconds=seconds)).isoformat()
