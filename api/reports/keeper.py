"""Reports that the service keeps and has made: in a process of their own, one at a time.

Rule: a report is a folder that appears when it is whole. Its name says the day and the fleet, so
asking twice for the same makes it once.
"""

import asyncio
import logging
import os
import re
import shutil
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from api.trips.timetables import end_with_parent
from gtfs.area import Area
from routing.errors import SokchoError

logger = logging.getLogger(__name__)

_NAME = re.compile(r"nine-minute-(\d{4}-\d\d-\d\d)-(simulated|idle)")


@dataclass(frozen=True, slots=True)
class ReportName:
    """Which report: the day, and whether shuttles are at work in it."""

    service_date: str
    fleet: str

    def __str__(self) -> str:
        return f"nine-minute-{self.service_date}-{self.fleet}"


def write_one(area_file: Path, scenario: str, name: ReportName, folder: Path) -> None:
    """Make a report and put it into place; slow, and imports what the service never does."""
    from api.reports.nine_minute import Question, make_report
    from api.reports.writing import write_report
    from gtfs.area import load_area

    question = Question(
        date.fromisoformat(name.service_date), "idle" if name.fleet == "idle" else "simulated"
    )
    report = make_report(load_area(area_file, scenario), question)
    draft = folder / f"{name}.part"
    shutil.rmtree(draft, ignore_errors=True)
    write_report(report, draft)
    shutil.rmtree(folder / str(name), ignore_errors=True)
    draft.rename(folder / str(name))


class Reports:
    """Makes and finds reports of one area.

    Parameters
    ----------
    area
        The city.
    folder
        Where reports are kept from one start to the next.
    """

    def __init__(self, area: Area, folder: Path) -> None:
        self._area, self._folder = area, folder
        self._task: asyncio.Task[None] | None = None
        self.making: ReportName | None = None
        self.problems: dict[ReportName, str] = {}

    def list_ready(self) -> list[ReportName]:
        """Reports that can be read, newest day first."""
        if not self._folder.is_dir():
            return []
        found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(
            (ReportName(*match.groups()) for match in found if match),
            key=lambda name: (name.service_date, name.fleet),
            reverse=True,
        )

    def find_file(self, name: ReportName, form: str) -> Path | None:
        """A form of a report (csv, md, geojson, svg), where it is ready."""
        path = self._folder / str(name) / f"nine-minute.{form}"
        return path if path.is_file() else None

    def make(self, name: ReportName) -> bool:
        """Begin to make a report; False while another one is being made."""
        if self.making is not None:
            return self.making == name
        self.making = name
        self.problems.pop(name, None)
        self._task = asyncio.create_task(self._make(name))
        return True

    async def close(self) -> None:
        """Give up what is being made."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _make(self, name: ReportName) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        executor = ProcessPoolExecutor(
            max_workers=1,
            mp_context=get_context("spawn"),
            initializer=end_with_parent,
            initargs=(os.getpid(),),
        )
        work = partial(write_one, self._area.source, self._area.scenario, name, self._folder)
        try:
            await asyncio.get_running_loop().run_in_executor(executor, work)
        except (SokchoError, OSError, BrokenExecutor) as error:
            logger.warning("the report %s could not be made: %s", name, error)
            self.problems[name] = str(error)
        finally:
            self.making = None
            executor.shutdown(wait=False, cancel_futures=True)
