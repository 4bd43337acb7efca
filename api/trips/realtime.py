"""Real time from outside: messages are fetched, applied to a copy of today, and swapped in.

Rule: nothing that fails here stops a query. A source that cannot be had keeps its last message
until that is too old to be believed; then the schedule holds again. What matched nothing is
counted, logged when the counts change, and shown to dispatchers.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from api.clocks.service_time import ServiceTime
from api.http.metrics import Metrics
from api.settings import Settings
from api.trips.timetables import Timetables
from gtfs.area import Area, RealtimeSource
from gtfs.compiled import CompiledDay
from gtfs.realtime import LiveDay, Message, Updater, read_message
from gtfs.source import shown_url
from routing.errors import FeedError

logger = logging.getLogger(__name__)


def realtime_source(settings: Settings, area: Area) -> RealtimeSource:
    """Where messages come from: the environment goes before the area file."""
    given = area.realtime
    if settings.realtime is None:
        return given
    sources = tuple(settings.realtime.get_secret_value().split())
    return RealtimeSource(sources, given.poll_s, given.max_age_s)


@dataclass
class _Source:
    """One source and what it said last."""

    where: str
    message: Message | None = None
    read_at: datetime | None = None
    problem: str = ""

    @property
    def shown(self) -> str:
        """Its name without keys."""
        return shown_url(self.where) if "://" in self.where else self.where.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class SourceState:
    """How a source is doing."""

    name: str
    read_at: datetime | None  # last time that it could be read
    made_at: datetime | None  # when its last message was made, by its own word
    problem: str  # empty where all is well


class Realtime:
    """Keeps today's timetable as it really runs.

    Parameters
    ----------
    source
        Where messages come from.
    timetables
        Of the service.
    time
        The service's own time.
    metrics
        Takes the counts.
    """

    def __init__(
        self, source: RealtimeSource, timetables: Timetables, time: ServiceTime, metrics: Metrics
    ) -> None:
        self.poll_s = source.poll_s
        self._max_age_s = source.max_age_s
        self._sources = [_Source(where) for where in source.sources]
        self._timetables, self._time, self._metrics = timetables, time, metrics
        self._updater: Updater | None = None
        self._logged: dict[tuple[str, str], int] = {}

    @property
    def is_wanted(self) -> bool:
        """Whether there is any source."""
        return bool(self._sources)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self.poll()
            except Exception:
                # A message that breaks this one must not end the next.
                logger.exception("real time could not be applied")
            await asyncio.sleep(self.poll_s)

    async def poll(self) -> LiveDay | None:
        """Fetch all sources and have today's timetable run as they say.

        Returns
        -------
        LiveDay or None
            None where there is no timetable of today.
        """
        await asyncio.gather(*(asyncio.to_thread(self._read, each) for each in self._sources))
        today = self._time.today()
        day = self._timetables.find_planned(today)
        if day is None:
            return None
        now = int(self._time.now().timestamp())
        live = await asyncio.to_thread(self._applied, day, now)
        self._timetables.set_live(today, live)
        self._tell(live, now)
        if day.transfers is not None:
            # Searches by rounds answer until these are ready.
            live = await asyncio.to_thread(live.with_transfers)
            self._timetables.set_live(today, live)
        return live

    def list_sources(self) -> list[SourceState]:
        """How each source is doing."""
        return [
            SourceState(
                each.shown,
                each.read_at,
                datetime.fromtimestamp(each.message.epoch_s, self._time.zone)
                if each.message is not None and each.message.epoch_s
                else None,
                each.problem,
            )
            for each in self._sources
        ]

    def _read(self, source: _Source) -> None:
        try:
            source.message = read_message(source.where)
        except FeedError as error:
            source.problem = str(error)
            return
        source.problem = ""
        source.read_at = self._time.now()

    def _applied(self, day: CompiledDay, now: int) -> LiveDay:
        if self._updater is None or self._updater.day is not day:
            self._updater = Updater(day, self._max_age_s)
        messages = [each.message for each in self._sources if self._is_recent(each, now)]
        failed = [each.shown for each in self._sources if each.problem]
        return self._updater.apply([m for m in messages if m is not None], now, failed)

    def _is_recent(self, source: _Source, now: int) -> bool:
        """Whether a message that does not say when it was made may still be believed."""
        read_at = source.read_at
        return read_at is not None and now - int(read_at.timestamp()) <= self._max_age_s

    def _tell(self, live: LiveDay, now: int) -> None:
        counts = counts_of(live)
        self._metrics.realtime(counts)
        self._metrics.realtime_age.set(now - live.made_at if live.made_at else -1)
        problems = {key: n for key, n in counts.items() if key[1] != "applied"}
        if problems != self._logged:
            said = ", ".join(f"{kind} {outcome}: {n}" for (kind, outcome), n in problems.items())
            logger.warning("real time that was not applied: %s", said or "none any more")
            self._logged = problems


def counts_of(live: LiveDay) -> dict[tuple[str, str], int]:
    """Count of entities by kind and outcome."""
    applied = {(str(kind), "applied"): n for kind, n in live.report.n_applied.items()}
    return applied | {(str(f.kind), str(f.problem)): f.n_found for f in live.report}
