"""Staff at their pages: a service with accounts and a clock set by hand, and a driver's browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from playwright.sync_api import BrowserContext, Page, expect

from api.accounts.accounts import Profile, new_account_id
from api.http.auth import Role
from tests.api.http.running import Person, Running, caller
from tests.e2e.rider import Rider

PASSWORD = "correct horse battery staple"
TABLET = {"width": 800, "height": 1180}
#: Whatever is waited for may take a while where many tests run at once.
expect.set_options(timeout=15_000)


class Staffed(Running):
    """A service in this process, with an account for each role and shuttle."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self.names: set[str] = set()

    def start(self) -> "Staffed":
        super().start()
        self.service.people.passwords._hasher = PasswordHasher(1, 8, 1)  # tests hash a lot
        return self

    def account(self, name: str, role: Role, vehicle_id: str | None = None) -> str:
        """Make an account, once; its name."""
        if name not in self.names:
            people, profile = self.service.people, Profile(name, role, vehicle_id)
            hashed = people.passwords.hash_now(PASSWORD, name)
            self.wait(people.accounts.create(new_account_id(), profile, hashed))
            self.names.add(name)
        return name

    def enter(self, context: BrowserContext, role: Role, vehicle_id: str | None = None) -> None:
        """Give a browser the session of somebody who has signed in."""
        people = self.service.people
        name = self.account(f"{role.value}-{vehicle_id or 'one'}", role, vehicle_id)
        account = self.wait(people.accounts.find_by_name(name))
        token, _ = self.wait(people.begin(account))
        cookie = {"name": "sokcho", "value": token, "url": self.url, "httpOnly": True}
        context.add_cookies([{**cookie, "sameSite": "Strict"}])

    def token(self, role: Role, vehicle_id: str | None = None) -> str:
        """A token that the service accepts."""
        holder = caller(role, vehicle_id or "test", vehicle_id)
        return self.service.tokens.issue(holder, timedelta(days=400))[0]

    def rider(self, name: str) -> Person:
        """A rider without a page."""
        return Person(self, caller(Role.RIDER, name))


@contextmanager
def staffed(folder: Path, **settings: Any) -> Iterator[Staffed]:
    """A service that is stopped at the end."""
    service = Staffed(folder, **settings).start()
    try:
        yield service
    finally:
        service.stop()


class Conduct(Rider):
    """A page of staff, watched as a rider's page is: what it asks for, what the browser says."""

    path = "/sign-in"

    def open(self) -> None:
        """Go to the page and wait until it is there."""
        self.page.goto(f"{self.url}{self.path}")
        expect(self.page.locator("main h1, main h2").first).to_be_attached(timeout=15_000)

    def check_targets(self, least_px: int = 48) -> None:
        """Everything to be touched is large enough for a thumb in a moving car."""
        small: list[str] = self.page.evaluate(
            """(least) => [...document.querySelectorAll(
                "button, a.button, summary, input:not([type=radio])")]
              .filter((node) => node.offsetParent !== null || node.closest("dialog[open]"))
              .map((node) => [node, node.getBoundingClientRect()])
              .filter(([, box]) => box.width && Math.min(box.height, box.width) < least - 0.5)
              .map(([node, box]) => `${node.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)""",
            least_px,
        )
        assert small == []


class DriverPage(Conduct):
    """A driver at the page."""

    path = "/driver"

    def button(self, name: str) -> Any:
        """A button by its words."""
        return self.page.get_by_role("button", name=re.compile(name))

    @contextmanager
    def told(self, act: str) -> Iterator[None]:
        """Wait until the service has answered to an act of this name."""
        with self.page.expect_response(re.compile(f"/{act}$")):
            yield

    def cut_off(self) -> None:
        """Take the connection away; a page that is loaded anew must not get through either."""
        self.page.context.set_offline(True)
        self.page.context.route("**/v1/**", lambda route: route.abort())

    def connect(self) -> None:
        """Give the connection back."""
        self.page.context.unroute("**/v1/**")
        self.page.context.set_offline(False)

    def say_code(self, code: str) -> None:
        """Enter a boarding code."""
        self.page.locator("#boarding-code").fill(code)
        self.button("^탑승$|^Board$").click()


def open_context(browser: Any, language: str = "ko", **options: Any) -> BrowserContext:
    """A fresh browser profile that speaks a language."""
    context: BrowserContext = browser.new_context(**options)
    context.add_init_script(f"localStorage.setItem('sokcho.language', '{language}')")
    return context


def driver_page(browser: Any, service: Staffed, vehicle_id: str, **options: Any) -> DriverPage:
    """The page of a shuttle's driver, signed in, with a position that is allowed."""
    options.setdefault("viewport", {"width": 390, "height": 844})
    context = open_context(browser, options.pop("language", "ko"), **options)
    context.grant_permissions(["geolocation"], origin=service.url)
    context.set_geolocation({"latitude": 38.207, "longitude": 128.5918})
    service.enter(context, Role.DRIVER, vehicle_id)
    page: Page = context.new_page()
    driver = DriverPage(page, service.url)
    driver.open()
    return driver
