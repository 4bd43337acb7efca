"""A rider at the page: what one does with it, and what one must never see."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, expect

from tests.e2e.axe import violations

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
#: A ride may be booked for a quarter of an hour ahead and take half an hour.
RIDE_MS = 120_000
MAX_TABS = 60
#: At a fast clock an offer is old within seconds.
MAX_OFFERS = 5
SHOWN_MS = 150
#: What the browser itself says of an answer that is not 2xx.
REFUSED = "Failed to load resource"


class Rider:
    """One person with one browser.

    Parameters
    ----------
    page
        A fresh page.
    url
        Address of the service.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        self.requested: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        self.requested.append(request.url)

    def open(self, path: str = "/") -> None:
        """Go to the page and wait until the shuttles are on the map."""
        self.page.goto(f"{self.url}{path}")
        expect(self.page.locator(".shuttle").first).to_be_visible(timeout=15_000)

    def choose(self, end: str, typed: str) -> None:
        """Type a place and take the first that is found."""
        field = self.page.locator(f"#place-{end}")
        field.fill(typed)
        field.press("ArrowDown")
        field.press("Enter")
        expect(field).to_have_attribute("aria-expanded", "false")

    def ask(self) -> None:
        """Send the form."""
        self.page.locator("#booking-form [type=submit]").click()

    def ask_for_trip(
        self,
        origin: str = "시청",
        destination: str = "해수욕장",
        at: str | None = None,
        expected: str = "#offers-heading",
    ) -> None:
        """Ask for offers between two stops, now or for a departure at a time of today."""
        self.choose("from", origin)
        self.choose("to", destination)
        if at is not None:
            self.page.locator("[name=when][value=depart] + span").click()
            self.page.locator("[type=time]").fill(at)
        self.ask()
        expect(self.page.locator(expected)).to_be_visible()

    def book(self) -> Locator:
        """Take the first offer that can be booked; the ride."""
        return self.until_booked(self.page.locator(".offer .primary").first.click)

    def until_booked(self, act: Callable[[], None]) -> Locator:
        """Do ``act`` again while old offers are replaced by fresh ones; the ride."""
        ride = self.page.locator(".ride").first
        for _ in range(MAX_OFFERS):
            act()
            self.page.wait_for_timeout(SHOWN_MS)
            expect(self.page.locator(".offer [aria-disabled=true]")).to_have_count(0)
            if ride.is_visible():
                break
        expect(ride).to_be_visible()
        return ride

    def count_visible_stops(self) -> int:
        """How many stops of shuttles are drawn inside the map."""
        count: int = self.page.evaluate(
            """() => {
              const map = document.querySelector(".map-canvas").getBoundingClientRect();
              const isInside = ({ x, y, width }) => width > 0
                && x > map.left && x < map.right && y > map.top && y < map.bottom;
              return [...document.querySelectorAll("path.stop:not(.stop-bus)")]
                .filter((stop) => isInside(stop.getBoundingClientRect())).length;
            }"""
        )
        return count

    def tap_a_stop(self) -> None:
        """Tap a stop of shuttles that nothing else covers."""
        x, y = self.page.evaluate(
            """() => [...document.querySelectorAll("path.stop:not(.stop-bus)")].map((stop) => {
              const box = stop.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2, stop];
            }).find(([x, y, stop]) => document.elementFromPoint(x, y) === stop).slice(0, 2)"""
        )
        self.page.mouse.click(x, y)

    def tab_to(self, selector: str) -> None:
        """Reach an element by the tabulator key alone."""
        for _ in range(MAX_TABS):
            if self.page.locator(f"{selector}:focus").count():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    def check_access(self) -> None:
        """Nobody is shut out: axe finds nothing, and nothing has to be scrolled sideways."""
        # What fades in is faint for a moment.
        still = "() => document.getAnimations().every((each) => each.playState !== 'running')"
        self.page.wait_for_function(still)
        assert violations(self.page) == []
        wider = "() => document.documentElement.scrollWidth - window.innerWidth"
        assert self.page.evaluate(wider) <= 0

    def check_conduct(self) -> None:
        """It spoke to its own service alone, with nothing personal in a URL, and broke nothing."""
        host = urlsplit(self.url).netloc
        assert {urlsplit(url).netloc for url in self.requested} == {host}
        assert not [url for url in self.requested if re.search(r"\d+\.\d{3,}|ey[JI]\w{10}", url)]
        assert [text for text in self.complaints if not text.startswith(REFUSED)] == []
