"""Fixtures and settings for every test.

The cache of compiled kernels is chosen here, before the first test module imports numba.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from api.kernel_cache import use_kernel_cache
from tests import tools
from tests.redis_server import RedisServer

REPOSITORY = Path(__file__).parents[1]

# An assert in a helper of any folder here explains itself like that of a test.
pytest.register_assert_rewrite(
    *(f"tests.{folder.name}" for folder in Path(__file__).parent.iterdir() if folder.is_dir())
)

use_kernel_cache()

# A first call may compile a kernel for seconds: a deadline for an example would only make noise.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def shared_folder() -> Path:
    """Return the folder of public test data; skip the test, by name, where it is absent."""
    folder = Path(os.environ.get("SOKCHO_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"public test data is absent: no folder {folder} (SOKCHO_SHARED names it)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in a browser last.

    From the first of them on, Playwright keeps an event loop running in this thread.
    """
    items.sort(key=lambda item: item.path.is_relative_to(REPOSITORY / "tests" / "e2e"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `shared` where the folder is absent."""
    if item.get_closest_marker("shared"):
        shared_folder()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder of public test data, which is not part of the repository."""
    return shared_folder()


@pytest.fixture(scope="session")
def browser_executable() -> Path:
    """Program file of a Chromium; fails where there is none."""
    return tools.get(tools.CHROMIUM)


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """Start a durable Redis server of the test's own, empty, which it may kill and restart."""
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.close()
