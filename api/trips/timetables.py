"""Bus timetables of the coming days, compiled in another process and opened here.

Rule: the service never imports what reads GTFS (pandas and its friends take a second and
hundreds of megabytes). It opens compiled days, which are mapped files.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path

from gtfs.area import Area, FeedSource
from gtfs.compiled import FORMAT_VERSION, CompiledDay, load_compiled
from gtfs.realtime import LiveDay
from routing.errors import FeedError

logger = logging.getLogger(__name__)

#: A feed that we build ourselves begins with a month and lasts beyond the longest prebooking.
_BUILT_DAYS = 400


@dataclass(frozen=True, slots=True)
class FeedJob:
    """What another process needs to compile days of a feed."""

    source: FeedSource
    scenario: str
    folder: Path
    valid_from: date

    @property
    def key(self) -> str:
        """Changes when the feed's files do, or the layout of compiled days."""
        head = f"{FORMAT_VERSION}\n{self.scenario}\n{self.valid_from}\n"
        digest = blake2b(head.encode(), digest_size=8)
        for path in _files(self.source):
            stat = path.stat()
            digest.update(f"{path}\n{stat.st_size} {stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    @property
    def built_feed(self) -> Path:
        """The zip file of a feed that is built from plain-text sources."""
        return self.folder / f"feed-{self.key}.zip"

    def day_file(self, service_date: str) -> Path:
        """The compiled form of one day."""
        return self.folder / f"{self.key}-{service_date}.day"


def _files(source: FeedSource) -> list[Path]:
    top = source.path or source.builder
    if top is None:
        return []
    return sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else [top]


def compile_days(job: FeedJob, service_dates: Sequence[str]) -> None:
    """Write the compiled form of each day that the feed's calendar holds. Slow; imports pandas.

    The first trips of the day after belong to each, so that a journey may run past the last one.

    Parameters
    ----------
    job
        The feed, and where to write.
    service_dates
        Days to compile.

    Raises
    ------
    FeedError
        If the feed cannot be used at all.
    AreaError
        If the sources of a feed that is to be built cannot be used.
    """
    from gtfs.build import build_feed
    from gtfs.compile import compile_day
    from gtfs.compiled import save_compiled
    from gtfs.feed import load_feed

    job.folder.mkdir(parents=True, exist_ok=True)
    if job.source.builder is not None and not job.built_feed.exists():
        build_feed(
            job.source.builder,
            job.built_feed,
            scenario=job.scenario or None,
            valid_from=job.valid_from,
            valid_days=_BUILT_DAYS,
        )
    where = job.source.path or job.source.url or job.built_feed
    feed = load_feed(where)
    first, last = feed.dates
    for service_date in service_dates:
        day = date.fromisoformat(service_date)
        if first <= day <= last:
            save_compiled(job.day_file(service_date), compile_day(feed, day, days_after=1))


class Timetables:
    """The compiled days that the service answers from.

    Parameters
    ----------
    area
        The city; names its feed.
    folder
        Where compiled days are kept from one start to the next.
    """

    def __init__(self, area: Area, folder: Path) -> None:
        self._area, self._folder = area, folder
        self._days: dict[str, CompiledDay | None] = {}
        self._live: dict[str, LiveDay] = {}
        self._feed_file: Path | None = None

    async def prepare(self, service_dates: Sequence[str]) -> None:
        """Have each of these days ready, compiling those that are not.

        Parameters
        ----------
        service_dates
            Consecutive days, today first; earlier ones are forgotten.

        Raises
        ------
        FeedError
            If the feed cannot be used.
        AreaError
            If the sources of a feed that is to be built cannot be used.
        """
        job = self._job(service_dates[0])
        wanted = [day for day in service_dates if self._days.get(day) is None]
        missing = [day for day in wanted if not job.day_file(day).exists()]
        if missing:
            logger.info("compiling the timetable of %s to %s", missing[0], missing[-1])
            await _in_another_process(job, missing)
        for day in wanted:
            self._days[day] = _load(job.day_file(day))
        for past in [day for day in self._days if day < service_dates[0]]:
            del self._days[past]
            self._live.pop(past, None)
        self._feed_file = job.built_feed if job.source.builder is not None else job.source.path

    def find(self, service_date: str) -> CompiledDay | None:
        """The timetable of a day as it runs, if the feed has one and it is ready."""
        return self._live.get(service_date) or self._days.get(service_date)

    def find_planned(self, service_date: str) -> CompiledDay | None:
        """The timetable of a day as planned, if the feed has one and it is ready."""
        return self._days.get(service_date)

    def find_live(self, service_date: str) -> LiveDay | None:
        """The timetable of a day with real time applied, if any came."""
        return self._live.get(service_date)

    def set_live(self, service_date: str, live: LiveDay) -> None:
        """Have whoever asks from now on find the day as it runs.

        Those who are asking keep the day that they found: nothing in it changes.
        """
        if live.scheduled is self._days.get(service_date):
            self._live[service_date] = live

    def find_any(self) -> CompiledDay | None:
        """Some day's timetable; the stops are the same in all of them."""
        return next((day for day in self._days.values() if day is not None), None)

    def read_feed(self) -> bytes | None:
        """The feed as a zip file, where it is one here."""
        if self._feed_file is None or not self._feed_file.is_file():
            return None
        return self._feed_file.read_bytes()

    def _job(self, first_date: str) -> FeedJob:
        month = date.fromisoformat(first_date).replace(day=1)
        return FeedJob(self._area.feed, self._area.scenario, self._folder, month)


def _load(file: Path) -> CompiledDay | None:
    return load_compiled(file) if file.exists() else None


def end_with_parent(parent: int) -> None:
    """Have this process end once its parent has: an executor's process waits for work for ever."""

    def watch() -> None:
        """Look every second whether the parent still is."""
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


async def _in_another_process(job: FeedJob, service_dates: Sequence[str]) -> None:
    loop = asyncio.get_running_loop()
    executor = ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=end_with_parent,
        initargs=(os.getpid(),),
    )
    try:
        await loop.run_in_executor(executor, compile_days, job, list(service_dates))
    except (OSError, BrokenExecutor) as error:
        raise FeedError(f"the timetable could not be compiled ({error})") from error
    finally:
        await asyncio.to_thread(executor.shutdown)
