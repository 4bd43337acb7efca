"""HTTP as simulated people speak it: a token, a new key for each wish, patience."""

import uuid
from datetime import datetime
from typing import Any

import httpx

from api.clocks.clock import Clock


class Refused(Exception):  # noqa: N818 (a word of the service, and no failure)
    """The service said no; ``code`` is the last part of the problem's type."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Client:
    """One person's connection to the service.

    Parameters
    ----------
    http
        Shared connections, with the service's address.
    clock
        The demo's clock.
    token
        Who speaks; empty for nobody yet.
    """

    #: Real seconds between tries while the service does not answer.
    PATIENCE_S = (0.5, 1.0, 2.0, 4.0)

    def __init__(self, http: httpx.AsyncClient, clock: Clock, token: str = "") -> None:
        self._http, self.clock, self._token = http, clock, token

    def with_token(self, token: str) -> "Client":
        """The same connection, as somebody else."""
        return Client(self._http, self.clock, token)

    async def get(self, path: str, **query: Any) -> Any:
        """The body of a resource."""
        return _body(await self._send("GET", path, params=query))

    async def get_with_headers(self, path: str) -> tuple[Any, httpx.Headers]:
        """The body of a resource, and what stands above it."""
        answer = await self._send("GET", path)
        return _body(answer), answer.headers

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do something, once, even if it takes several tries."""
        return _body(await self._send("POST", path, json=body or {}, key=str(uuid.uuid4())))

    async def _send(
        self, method: str, path: str, *, key: str = "", **content: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if key:
            headers["Idempotency-Key"] = key
        for pause_s in (*self.PATIENCE_S, None):
            try:
                answer = await self._http.request(method, path, headers=headers, **content)
            except httpx.TransportError:
                if pause_s is None:
                    raise
            else:
                if answer.status_code < httpx.codes.SERVICE_UNAVAILABLE or pause_s is None:
                    return answer
            await self.clock.sleep(pause_s * self.clock.speed)
        raise AssertionError("unreachable")


def _body(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    raise Refused(answer.status_code, str(problem.get("type", "")).rsplit("/", 1)[-1])


def moment(text: str) -> datetime:
    """An RFC 3339 moment of an answer."""
    return datetime.fromisoformat(text)
