"""Fixtures of the tests in a browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import launched
from tests.e2e.rider import PHONE, Rider
from tests.e2e.running import RunningService

# A machine that others use, too, is slow at times; what fails, fails later.
expect.set_options(timeout=15_000)

#: Opens the page of a service as a new rider; options are those of a browser context.
Visit = Callable[..., Rider]


@pytest.fixture(scope="session")
def browser(browser_executable: Path) -> Iterator[Browser]:
    """A real headless Chromium for all tests."""
    with launched(browser_executable) as browser:
        yield browser


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service with its shuttles driven, shared by all tests of the page."""
    service = RunningService(tmp_path_factory.mktemp("service"))
    service.start()
    try:
        with service.drivers():
            yield service
    finally:
        service.stop()


@pytest.fixture
def visit(browser: Browser, service: RunningService) -> Iterator[Visit]:
    """Open the page; at the end, the conduct of every page opened is checked."""
    with ExitStack() as stack:
        riders = []

        def open_page(
            language: str | None = None,
            viewport: dict[str, int] = PHONE,
            url: str = "",
            **options: Any,
        ) -> Rider:
            context = browser.new_context(viewport=viewport, **options)
            stack.callback(context.close)
            if language is not None:
                stored = f"localStorage.setItem('sokcho.language', '{language}')"
                context.add_init_script(stored)
            rider = Rider(context.new_page(), url or service.url)
            riders.append(rider)
            rider.open()
            return rider

        yield open_page
        for rider in riders:
            rider.check_conduct()
