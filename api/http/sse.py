"""Event streams (WHATWG HTML, server-sent events) that stay open and can be taken up again.

Rule: an id stands on the last message of a commit only, so a client that was cut off in the
middle of one is told all of it again, and never less.
"""

import asyncio
from collections.abc import AsyncIterator

from prometheus_client import Gauge
from starlette.responses import StreamingResponse

#: Proxies drop connections that are silent for long. Real seconds.
HEARTBEAT_S = 15.0
_HEARTBEAT = b": still here\n\n"


def message(name: str, data: bytes, event_id: str | None = None) -> bytes:
    """One message; ``data`` is JSON without line breaks."""
    ident = f"id: {event_id}\n".encode() if event_id is not None else b""
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), ident, data)


def stream(messages: AsyncIterator[bytes], n_open: Gauge) -> StreamingResponse:
    """Return an answer that goes on as long as the client listens.

    Parameters
    ----------
    messages
        What to send, as it comes.
    n_open
        Counts the streams that are open.

    Returns
    -------
    StreamingResponse
        With a comment now and then, so that nobody takes it for dead.
    """
    return StreamingResponse(
        _kept_alive(messages, n_open),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def pause(seconds: float) -> None:
    """Wait between two looks at something, in real seconds."""
    await asyncio.sleep(seconds)


async def _kept_alive(messages: AsyncIterator[bytes], n_open: Gauge) -> AsyncIterator[bytes]:
    coming: asyncio.Future[bytes] | None = None
    n_open.inc()
    try:
        # The first bytes go out at once, so that a client knows that it is connected.
        yield _HEARTBEAT
        while True:
            coming = coming or asyncio.ensure_future(anext(messages))
            done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT_S)
            if not done:
                yield _HEARTBEAT
                continue
            try:
                yield coming.result()
            except StopAsyncIteration:
                return
            coming = None
    finally:
        n_open.dec()
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        close = getattr(messages, "aclose", None)
        if close is not None:
            await asyncio.gather(close(), return_exceptions=True)
