"""One service for the whole session; each test has riders of its own."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.http.auth import Role
from tests.api.http.running import Person, Running, caller

GRID_TOWN = Path(__file__).parents[2] / "data" / "grid_town"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Sokcho on an embedded store, at 08:30 of a Monday."""
    service = Running(tmp_path_factory.mktemp("service")).start()
    yield service
    service.stop()


@pytest.fixture
def rider(running: Running) -> Person:
    """A rider whom no other test knows."""
    return Person(running, caller(Role.RIDER, uuid.uuid4().hex))


@pytest.fixture
def other(running: Running) -> Person:
    """Another rider."""
    return Person(running, caller(Role.RIDER, uuid.uuid4().hex))


@pytest.fixture
def dispatcher(running: Running) -> Person:
    """A dispatcher."""
    return Person(running, caller(Role.DISPATCHER))


@pytest.fixture
def anybody(running: Running) -> Person:
    """Somebody without a token."""
    return Person(running, None)


@pytest.fixture
def morning(running: Running) -> Running:
    """The service on a day of the test's own."""
    running.next_morning()
    return running


def driver_of(running: Running, vehicle_id: str) -> Person:
    """The driver of a shuttle."""
    return Person(running, caller(Role.DRIVER, vehicle_id, vehicle_id))


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Another city, whose operator wants half an hour's notice, at ten in the morning."""
    folder = tmp_path_factory.mktemp("town")
    area = shutil.copytree(GRID_TOWN, folder / "area") / "area.toml"
    text = area.read_text("utf-8").replace("[policy]", "[policy]\nmin_notice_s = 1800")
    area.write_text(text, "utf-8")
    start = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Africa/Algiers"))
    service = Running(folder / "data", start, area=area).start()
    yield service
    service.stop()


@pytest.fixture
def townsman(town: Running) -> Person:
    """A rider of the other city."""
    return Person(town, caller(Role.RIDER, uuid.uuid4().hex))
