"""How smooth the console stays: gaps between frames in a real browser while 200 vehicles move."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.console.day import WEB, Day
from benchmarks.measure import Latency, summary
from benchmarks.report import Row, Section
from tests import tools
from tests.e2e.browser import ARGUMENTS

N_VEHICLES = 200
N_BOOKINGS = 800
SETTLE_MS = 5000
WATCH_MS = 15_000
WIDE = {"width": 1600, "height": 900}
#: Goals of the page, milliseconds.
MEDIAN_MS, P95_MS = 50, 100
SEED = 20261123

_GAPS = """(ms) => new Promise((done) => {
  const gaps = [];
  let last = performance.now();
  const until = last + ms;
  const step = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (now < until) requestAnimationFrame(step); else done(gaps);
  };
  requestAnimationFrame(step);
})"""


def run() -> Section:
    """Measure the console, and an empty page of the same browser beside it."""
    with _served(Day(N_VEHICLES, N_BOOKINGS, SEED)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.get(tools.CHROMIUM), args=ARGUMENTS
        )
        try:
            page = browser.new_page(viewport=WIDE)
            page.goto(f"{url}/icon.svg")
            empty = Row("an empty page", _gaps(page))
            page.goto(f"{url}/console.html")
            page.wait_for_selector(".timeline-rows button >> nth=150", state="attached")
            page.wait_for_timeout(SETTLE_MS)
            rows = [_row("the whole room", page, empty)]
            page.locator("#map").press("+")
            page.wait_for_timeout(SETTLE_MS // 2)
            rows.append(_row("the map one step nearer", page, empty))
            page.locator(".timeline-scroll").evaluate("each => each.scrollTo(0, 3000)")
            page.locator("[data-row]").nth(60).click()
            rows.append(_row("rows scrolled, a vehicle chosen", page, empty))
        finally:
            browser.close()
    return Section(
        "Frames of the console",
        "python -m benchmarks console.frames",
        f"Gaps between animation frames in headless Chromium, software rendering, {WIDE['width']} x"
        f" {WIDE['height']}: {N_VEHICLES} vehicles that move each half second, {N_BOOKINGS}"
        f" bookings, plans that change ten times a second; {WATCH_MS // 1000} s each, seed {SEED}."
        f" The goal: median {MEDIAN_MS} ms, p95 {P95_MS} ms. The floor is an empty page in the same"
        " browser.",
        [*rows, empty],
    )


def _row(name: str, page: Page, empty: Row) -> Row:
    latency, p95 = _gaps_and_p95(page)
    return Row(name, latency, empty, f"p95 {p95:.0f} ms")


def _gaps(page: Page) -> Latency:
    return _gaps_and_p95(page)[0]


def _gaps_and_p95(page: Page) -> tuple[Latency, float]:
    gaps_ms = np.array(page.evaluate(_GAPS, WATCH_MS)[1:])
    return summary((gaps_ms * 1e6).astype(np.int64)), float(np.percentile(gaps_ms, 95))


@contextmanager
def _served(day: Day) -> Iterator[str]:
    """The page's own files, and a service of which it notices nothing but its answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """A file, an answer of the service, or its stream."""
            path = self.path.split("?")[0]
            if path == "/v1/desk/events":
                self._stream()
            elif path.startswith("/v1/") or path == "/favicon.ico":
                self._send(day.answer(path), "application/json")
            else:
                self._file(WEB / path.lstrip("/"))

        def _file(self, path: Path) -> None:
            kinds = {".mjs": "text/javascript", ".css": "text/css", ".html": "text/html",
                     ".js": "text/javascript", ".svg": "image/svg+xml"}  # fmt: skip
            self._send(path.read_bytes(), kinds[path.suffix])

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                for text in day.messages():
                    self.wfile.write(text)
                    self.wfile.flush()
            except OSError:
                return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
