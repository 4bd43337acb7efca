"""A wire between a store and its server that loses what it is told to lose."""

import asyncio
import contextlib
from pathlib import Path
from typing import NamedTuple

#: Bytes by which a commit is known on the wire: no other request holds them.
MARK = b"commits"


class _Late(NamedTuple):
    end: asyncio.StreamWriter
    data: bytes


class Wire:
    """Carries bytes to the server behind ``server`` until `on_commit` says otherwise.

    ``on_commit`` is asked at the next request that is a commit, once:
    "lose reply" breaks the line after the server has carried it out, "lose request" before it
    gets there, and "late" breaks the line and delivers the request when `deliver` is called.
    """

    def __init__(self, server: Path, path: Path) -> None:
        self.server, self.path = server, path
        self.on_commit = ""
        self.late: list[_Late] = []
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """URL of this end."""
        return f"unix://{self.path}"

    async def __aenter__(self) -> "Wire":
        self._listener = await asyncio.start_unix_server(self._carry, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listener is not None
        self._listener.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for late in self.late:
            late.end.close()
            await late.end.wait_closed()

    async def deliver(self) -> None:
        """Deliver the late requests, and wait until the server has dealt with them."""
        for late in self.late:
            late.end.write(late.data)
        await asyncio.sleep(0.05)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, there = await asyncio.open_unix_connection(self.server)
        replies = asyncio.create_task(_pump(far, back))
        for task in (replies, asyncio.current_task()):
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self._requests(near, back, there, replies)
        replies.cancel()
        for end in (back, there):
            if end not in [late.end for late in self.late]:
                end.close()

    async def _requests(
        self,
        near: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        there: asyncio.StreamWriter,
        replies: "asyncio.Task[None]",
    ) -> None:
        while data := await near.read(1 << 20):
            act = self.on_commit if MARK in data else ""
            if act:
                self.on_commit = ""
            if act == "late":
                self.late.append(_Late(there, data))
                return
            if act == "lose request":
                return
            if act == "lose reply":
                replies.cancel()
            there.write(data)
            await there.drain()
            if act == "lose reply":
                await asyncio.sleep(0.05)
                return


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(1 << 20):
            sink.write(data)
            await sink.drain()
