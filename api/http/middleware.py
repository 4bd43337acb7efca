"""What happens to every request: a time limit, safe headers, a count, and never a stack trace."""

import asyncio
import logging
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.errors import Problem, as_problem, problem_response

logger = logging.getLogger(__name__)

#: Everything comes from this server; nothing is run or styled from within the page's text.
_SAFE = (
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; "
        b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"geolocation=(self), camera=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Envelope:
    """Wraps the application. A stream may go on for ever once it has begun to answer.

    Parameters
    ----------
    app
        The application.
    timeout_s
        Longest time until an answer begins, in real seconds.
    max_body_bytes
        Longest body that is read.
    """

    def __init__(self, app: ASGIApp, timeout_s: float, max_body_bytes: int) -> None:
        self._app, self._timeout_s, self._max_body_bytes = app, timeout_s, max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        try:
            async with asyncio.timeout(self._timeout_s) as answer.limit:
                await self._app(scope, _limited(receive, self._max_body_bytes), answer.send)
        except TimeoutError:
            await answer.refuse(Problem("timed-out"), receive)
        except Exception as error:
            # Outermost: what arrives here was raised outside the application's own handlers.
            if answer.has_begun:
                raise
            await answer.refuse(as_problem(error), receive)


def _limited(receive: Receive, max_body_bytes: int) -> Receive:
    """``receive`` that breaks off a body that is too long, whatever its header said."""
    left = max_body_bytes

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return limited


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._began_s = time.perf_counter()
        self.limit: asyncio.Timeout | None = None
        self.has_begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
        await self._send(message)

    def _begin(self, message: MutableMapping[str, Any]) -> None:
        self.has_begun = True
        if self.limit is not None:
            self.limit.reschedule(None)
        message["headers"] = [*message.get("headers", ()), *_SAFE]
        service = getattr(self._scope["app"].state, "service", None)
        if service is not None:
            route = getattr(self._scope.get("route"), "path", "unmatched")
            elapsed_s = time.perf_counter() - self._began_s
            service.metrics.answered(self._scope["method"], route, message["status"], elapsed_s)

    async def refuse(self, problem: Problem, receive: Receive) -> None:
        self.limit = None  # it is over
        if self.has_begun:
            logger.error("an answer broke off: %s", problem.type.code)
            return
        headers = {name.lower(): value for name, value in self._scope["headers"]}
        language = headers.get(b"accept-language", b"").decode("latin-1")
        await problem_response(problem, language)(self._scope, receive, self.send)
