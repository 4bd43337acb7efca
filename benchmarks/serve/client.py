"""A lean HTTP/1.1 client, so that what is measured is the server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Self

import httptools
import numpy as np
import numpy.typing as npt


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class _Connection(asyncio.Protocol):
    """One kept-alive connection that carries one request at a time."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._reply: asyncio.Future[Reply] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._reply and not self._reply.done():
            self._reply.set_exception(error or ConnectionResetError("the server hung up"))

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        assert self._reply is not None
        self._reply.set_result(Reply(self._parser.get_status_code(), b"".join(self._chunks)))

    async def send(self, message: bytes) -> Reply:
        self._chunks, self._parser = [], httptools.HttpResponseParser(self)
        self._reply = asyncio.get_running_loop().create_future()
        self.transport.write(message)
        return await self._reply


class Client:
    """As many kept-alive connections to one server as requests are under way."""

    def __init__(self, host: str, port: int, token: str = "") -> None:
        self._address = (host, port)
        self._idle: list[_Connection] = []
        self._head = f"Host: {host}:{port}\r\nContent-Type: application/json\r\n"
        if token:
            self._head += f"Authorization: Bearer {token}\r\n"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._idle:
            connection.transport.close()

    async def request(
        self, path: str, body: bytes = b"", method: str = "POST", idempotency_key: str = ""
    ) -> Reply:
        """Send one request over an idle connection, or a new one, and return the reply."""
        # The server has closed those that were idle for some seconds.
        self._idle = [idle for idle in self._idle if not idle.transport.is_closing()]
        if not self._idle:
            loop = asyncio.get_running_loop()
            _, made = await loop.create_connection(_Connection, *self._address)
            self._idle.append(made)
        connection = self._idle.pop()
        key = f"Idempotency-Key: {idempotency_key}\r\n" if idempotency_key else ""
        line = f"{method} {path} HTTP/1.1\r\n{self._head}{key}Content-Length: {len(body)}\r\n\r\n"
        reply = await connection.send(line.encode() + body)
        self._idle.append(connection)
        return reply


Send = Callable[[int], Awaitable[None]]


async def open_loop(senders: Sequence[Send], n: int, rate_per_s: float) -> npt.NDArray[np.int64]:
    """Call each sender ``n`` times at a fixed rate, taking turns, whatever the answers take.

    Parameters
    ----------
    senders : Sequence of callable
        Each sends its i-th request and waits for the reply.
    n : int
        Requests of each sender.
    rate_per_s : float
        Arrivals per second of each sender; theirs lie evenly between one another's.

    Returns
    -------
    ndarray of int64
        Shape (senders, n), ns from when a request was sent to its reply. The next is sent whether
        or not the reply is there, so a server that stalls is charged for all who wait meanwhile.
    """
    taken_ns = np.empty((len(senders), n), np.int64)
    period_ns = int(1e9 / rate_per_s / len(senders))

    async def send(sender: int, i: int, sent_ns: int) -> None:
        await senders[sender](i)
        taken_ns[sender, i] = time.perf_counter_ns() - sent_ns

    start_ns = time.perf_counter_ns() + period_ns
    async with asyncio.TaskGroup() as tasks:
        for arrival in range(n * len(senders)):
            i, sender = divmod(arrival, len(senders))
            due_ns = start_ns + arrival * period_ns
            await asyncio.sleep(max(0, due_ns - time.perf_counter_ns()) / 1e9)
            # Not `due_ns`: the timer's millisecond of lateness is ours, not the server's.
            tasks.create_task(send(sender, i, time.perf_counter_ns()))
    return taken_ns
