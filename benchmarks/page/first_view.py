"""How heavy the rider's page is at the first visit, and how soon one can type where to go."""

import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import Latency, summary
from benchmarks.report import Row, Section
from benchmarks.serve.servers import HOST, booking_service
from tests import tools
from tests.e2e.browser import ARGUMENTS

N_VISITS = 12
PHONE = {"width": 360, "height": 740}
#: Goals of the page.
KILOBYTES, INTERACTIVE_MS = 300, 1500
#: What the map is drawn from, and what everybody reads of the service.
DATA = "/v1/"

#: Until the form takes what is typed; and the bytes that came, as they were sent.
_READY = "#place-from"
_LOADED = """() => performance.getEntries()
  .filter(({ entryType }) => entryType === "resource" || entryType === "navigation")
  .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])"""


def run() -> Section:
    """Visit the page anew again and again, and an empty document of the same service beside it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        booking_service(Path(folder)) as port,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=tools.get(tools.CHROMIUM), args=ARGUMENTS
        )
        try:
            url = f"http://{HOST}:{port}"
            _visit(browser, f"{url}/", _READY)  # the service's own first answers
            empty = [_visit(browser, f"{url}/icon.svg", "svg")[0] for _ in range(N_VISITS)]
            visits = [_visit(browser, f"{url}/", _READY) for _ in range(N_VISITS)]
            easy = [_visit(browser, f"{url}/?easy", "#place-to")[0] for _ in range(N_VISITS)]
        finally:
            browser.close()
    kilobytes = visits[0][1] / 1000
    floor = Row("one small picture of the same service", _latency(empty))
    page = [ms for ms, _ in visits]
    return Section(
        "First view of the rider's page",
        "python -m benchmarks page.first_view",
        f"From the navigation until the form takes input, in a fresh context of headless Chromium"
        f" with nothing cached, {PHONE['width']} x {PHONE['height']}, {N_VISITS} visits; the first"
        f" view loads {kilobytes:.0f} kB as sent, without what the map is drawn from. The goals:"
        f" {KILOBYTES} kB, {INTERACTIVE_MS} ms.",
        [
            Row("the page until one can type", _latency(page), floor),
            Row("the easy view until one can type", _latency(easy), floor),
            floor,
        ],
    )


def _visit(browser: Browser, url: str, ready: str) -> tuple[float, int]:
    """Milliseconds until ``ready`` is there, and bytes of the page itself."""
    context = browser.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        page.wait_for_selector(ready, state="attached")
        ms = page.evaluate("() => performance.now()")
        loaded = page.evaluate(_LOADED)
        return ms, sum(size for path, size in loaded if not path.startswith(DATA))
    finally:
        context.close()


def _latency(ms: list[float]) -> Latency:
    return summary((np.array(ms) * 1e6).astype(np.int64))
