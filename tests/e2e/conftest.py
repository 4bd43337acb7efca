"""Fixtures of the tests in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import launched


@pytest.fixture(scope="session")
def browser(browser_executable: Path) -> Iterator[Browser]:
    """A real headless Chromium for all tests."""
    with launched(browser_executable) as browser:
        yield browser
