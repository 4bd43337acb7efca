"""The Sokcho feed as both scenarios build it, read back as plain text."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from gtfs.build import BuildReport, build_feed

SOURCES = Path(__file__).parents[3] / "gtfs" / "sokcho"
VALID_FROM = date(2026, 11, 23)

Row = Mapping[str, str]


class BuiltFeed(NamedTuple):
    """A feed, and every table of it as text."""

    path: Path
    report: BuildReport
    tables: Mapping[str, Sequence[Row]]  # by file name without .txt

    def by_id(self, table: str, field: str) -> dict[str, Row]:
        """Rows of a table by a field that is unique in it."""
        return {row[field]: row for row in self.tables[table]}

    def calls(self) -> dict[str, list[Row]]:
        """Rows of stop_times by trip_id, in file order."""
        calls: dict[str, list[Row]] = {}
        for row in self.tables["stop_times"]:
            calls.setdefault(row["trip_id"], []).append(row)
        return calls


def read_tables(path: Path) -> dict[str, list[Row]]:
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(".txt"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode(), newline=""))
            )
            for name in archive.namelist()
        }


def build(folder: Path, scenario: str | None) -> BuiltFeed:
    path = folder / f"{scenario}.zip"
    report = build_feed(SOURCES, path, scenario=scenario, valid_from=VALID_FROM)
    return BuiltFeed(path, report, read_tables(path))


@pytest.fixture(scope="session")
def base_feed(tmp_path_factory: pytest.TempPathFactory) -> BuiltFeed:
    """The network as it is, valid for a year from 2026-11-23."""
    return build(tmp_path_factory.mktemp("feed"), None)


@pytest.fixture(scope="session")
def ktx_feed(tmp_path_factory: pytest.TempPathFactory) -> BuiltFeed:
    """The network with the planned station."""
    return build(tmp_path_factory.mktemp("feed"), "ktx")


@pytest.fixture(params=["base_feed", "ktx_feed"])
def feed(request: pytest.FixtureRequest) -> BuiltFeed:
    """Both feeds, one after the other."""
    built: BuiltFeed = request.getfixturevalue(request.param)
    return built


def seconds(clock: str) -> int:
    """Service seconds of HH:MM:SS."""
    hours, minutes, rest = (int(part) for part in clock.split(":"))
    return hours * 3600 + minutes * 60 + rest
