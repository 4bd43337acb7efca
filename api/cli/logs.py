"""Logs of service days, for the commands that look at them: from the store, or from a file.

A log file holds one commit in a line: ``{"version": 1, "events": [...]}``, the events as in the
store. It holds no name, no phone number and no exact coordinate, for no event does.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.arguments import iso_date
from routing.errors import SourceError, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from api.settings import Settings
    from api.store.records import LoggedCommit
    from api.store.store import Store
    from routing.dispatch.state import DayState


@dataclass(frozen=True, slots=True)
class DayLog:
    """The log of one service day, and the state that the store holds of it."""

    name: str  # service date, or the file
    commits: "tuple[LoggedCommit, ...]"
    stored: "DayState | None" = None  # None for a file

    def fold(self, until: int | None = None) -> "DayState":
        """Return the state after version ``until``, or after the last.

        Raises
        ------
        StoreError
            If a version is missing.
        """
        from routing.dispatch.state import DayState, commit

        state = DayState()
        for logged in self.commits:
            if until is not None and logged.version > until:
                break
            if logged.version != state.version + 1:
                raise StoreError(f"{self.name}: version {state.version + 1} is missing")
            state = commit(state, logged.events)
        return state


def add_store_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which store."""
    parser.add_argument("--area", type=Path, metavar="FILE", help="area file of another city")
    parser.add_argument("--demo", action="store_true", default=None, help="the log of the demo")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of the service")
    parser.add_argument("--date", type=iso_date, help="one service day")


def add_log_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which store, or which file instead."""
    add_store_arguments(parser)
    parser.add_argument("--log", type=Path, metavar="FILE", help="a file of `sokcho export`")


def settings_of(arguments: argparse.Namespace) -> "Settings":
    """Return the settings of the environment with the arguments before them."""
    from api.settings import load_settings

    given = {name: getattr(arguments, name) for name in ("area", "demo", "data_dir")}
    return load_settings(**{name: value for name, value in given.items() if value is not None})


def read_logs(arguments: argparse.Namespace, area_id: str) -> list[DayLog]:
    """Return the logs that the arguments ask for: a file's, a day's or every day's.

    Raises
    ------
    StoreError
        If the store cannot be read, or has no log of that day.
    SourceError
        If the file is no log.
    """
    if getattr(arguments, "log", None) is not None:
        return [DayLog(str(arguments.log), tuple(_parse(arguments.log)))]
    return asyncio.run(_read_store(settings_of(arguments), area_id, arguments.date))


def write_log(path: Path, log: DayLog) -> None:
    """Write a log to a file, one commit in a line."""
    from api.store.codec import encode_events

    with path.open("wb") as file:
        for logged in log.commits:
            events = encode_events(logged.events)
            file.write(b'{"version":%d,"events":%s}\n' % (logged.version, events))


def _parse(path: Path) -> "Iterable[LoggedCommit]":
    from api.store.codec import decode_events
    from api.store.records import LoggedCommit

    for row, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            version, events = int(entry["version"]), json.dumps(entry["events"]).encode()
        except (ValueError, KeyError, TypeError):
            raise SourceError("no commit of a log", str(path), row) from None
        yield LoggedCommit(version, decode_events(events, f"{path} row {row}"))


async def _read_store(settings: "Settings", area_id: str, day: date | None) -> list[DayLog]:
    async with opened(settings, area_id) as store:
        dates = await store.list_dates()
        if day is not None:
            if day.isoformat() not in dates:
                known = ", ".join(dates) or "none"
                raise StoreError(f"there is no log of {day}; there are: {known}")
            dates = [day.isoformat()]
        return [await _read_day(store, service_date) for service_date in dates]


async def _read_day(store: "Store", service_date: str) -> DayLog:
    stored = (await store.load(service_date)).state
    commits: list[LoggedCommit] = []
    while len(commits) < stored.version:
        page = await store.read_events(service_date, len(commits))
        if not page:
            break
        commits += page
    # A service that runs goes on writing meanwhile.
    return DayLog(service_date, tuple(commits[: stored.version]), stored)


@asynccontextmanager
async def opened(
    settings: "Settings", area_id: str, *, make: bool = False
) -> "AsyncIterator[Store]":
    """Open the store, through the server of the service that runs, where one does.

    Raises
    ------
    StoreError
        If there is none yet, and ``make`` does not ask for one.
    """
    from api.served import area_store
    from api.store.store import Store

    store = area_store(settings, area_id)
    if store.server is not None:
        if not make and not store.server.folder.is_dir():
            raise StoreError(f"there is no log in {store.server.folder}; `sokcho serve` makes one")
        running = Store(area_id, url=store.server.url)
        try:
            await running.open()
            store = running
        except StoreUnavailable:
            await store.open()
    else:
        await store.open()
    try:
        yield store
    finally:
        await store.close()
