"""A dispatcher at the console: what one does with it, and what one must never see."""

import uuid
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

from api.http.auth import Role
from tests.e2e.axe import violations
from tests.e2e.crew import Staffed, open_context
from tests.e2e.running import RunningService

Service = RunningService | Staffed

DESK = {"width": 1600, "height": 900}
#: What the browser itself says of an answer that is not 2xx.
REFUSED = "Failed to load resource"


class Dispatcher:
    """One person with one browser, signed in.

    Parameters
    ----------
    browser
        Where the page is opened.
    service
        The service.
    options
        Of the browser's context.
    """

    def __init__(
        self, browser: Browser, service: Service, *, language: str = "en", **options: Any
    ) -> None:
        options.setdefault("viewport", DESK)
        if not isinstance(service, Staffed):  # a process of its own, where nobody has an account
            token = service.token(Role.DISPATCHER)
            options["extra_http_headers"] = {"Authorization": f"Bearer {token}"}
        self.context = open_context(browser, language, **options)
        if isinstance(service, Staffed):
            service.enter(self.context, Role.DISPATCHER)
        self.page: Page = self.context.new_page()
        self.service = service
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"} and REFUSED not in message.text:
            self.complaints.append(message.text)

    def open(self) -> "Dispatcher":
        """Go to the console and wait until it is live."""
        self.page.goto(f"{self.service.url}/console")
        expect(self.page.locator(".top-connection.is-live")).to_be_visible(timeout=20_000)
        expect(self.page.locator(".timeline-rows button").first).to_be_visible(timeout=20_000)
        return self

    def tab(self, name: str) -> Locator:
        """Go to a tab of the work panel; its view."""
        self.page.locator(f"#tab-{name}").click()
        return self.page.locator(f"#view-{name}")

    def show_booking(self, booking_id: str) -> Locator:
        """Choose a booking in the table; what is shown of it."""
        code = booking_id[-5:].upper()
        table = self.tab("bookings")
        table.locator(".filters button").last.click()
        table.get_by_role("button", name=code, exact=True).click(timeout=15_000)
        return self.page.locator(".detail")

    def check(self) -> None:
        """Nothing went wrong that nobody was told of, and axe finds nothing."""
        assert self.complaints == []
        assert violations(self.page) == []


class Api:
    """Somebody who speaks to the service without a page."""

    def __init__(
        self, service: Service, role: Role = Role.RIDER, vehicle_id: str | None = None
    ) -> None:
        self.url = service.url
        self.headers = {"Authorization": f"Bearer {service.token(role, vehicle_id)}"}

    def get(self, path: str) -> Any:
        """What is there."""
        answer = httpx.get(self.url + path, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        """Do something once."""
        headers = {**self.headers, "Idempotency-Key": str(uuid.uuid4())}
        answer = httpx.post(self.url + path, json=body, headers=headers, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json()


def book(service: Service, origin: str, destination: str, **wish: Any) -> dict[str, Any]:
    """A ride booked by somebody else."""
    rider = Api(service)
    trip = {"origin": {"stop_id": origin}, "destination": {"stop_id": destination}, **wish}
    offers = rider.post("/v1/trip-requests", trip)["offers"]
    offer_id = next(offer["offer_id"] for offer in offers if offer["offer_id"])
    booking: dict[str, Any] = rider.post("/v1/bookings", {"offer_id": offer_id})
    return booking
