"""Pictures of what riders and representatives see, in Korean and English."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.representative import add_person, sign_in
from tests.e2e.rider import PHONE, Rider
from tests.e2e.running import RunningService

Visit = Callable[[Browser, str, str, dict[str, int], int], Rider]

#: Where one types from and to, and people, by language.
_PLACES = {"ko": ("시청", "해수욕장"), "en": ("city hall", "sokcho beach")}
_PEOPLE = {
    "ko": (("김영희", "010-0000-0001"), ("이철수", "010-0000-0002")),
    "en": (("Kim Younghee", "010-0000-0001"), ("Lee Cheolsu", "010-0000-0002")),
}
_MOVED_MS = 1200


def take_rider(browser: Browser, service: RunningService, images: Path, visit: Visit) -> None:
    """Take a picture of each view: form, offers, ride, weekly, board, easy, refusal, people."""
    for language in ("ko", "en"):
        rider = visit(browser, service.url, language, PHONE, 2)

        def shoot(name: str, top: str = "", rider: Rider = rider, language: str = language) -> None:
            target = rider.page.locator(top) if top else rider.page.locator("header")
            target.first.evaluate(
                "node => scrollTo(0, node.getBoundingClientRect().y + scrollY - 8)"
            )
            rider.page.wait_for_timeout(_MOVED_MS)
            rider.page.screenshot(path=images / f"{name}.{language}.png")

        _take_views(rider, shoot, *_PLACES[language])
        _take_care(rider, service, shoot, language)
        rider.page.context.close()


def _take_views(rider: Rider, shoot: Callable[..., None], origin: str, destination: str) -> None:
    page = rider.page
    shoot("rider-form")
    rider.ask_for_trip(origin, destination, at="00:30", expected=".refusal")
    shoot("rider-refusal", ".summary")
    rider.open()
    rider.ask_for_trip(origin, destination, at="11:00")
    shoot("rider-offers", ".summary")
    ride = rider.book()
    shoot("rider-ride", "#rides-heading")
    ride.locator(".ride-actions button").last.click()
    page.locator("dialog .weekdays span").nth(2).click()
    page.locator("dialog [type=submit]").click()
    page.locator(".date").first.wait_for()
    shoot("rider-weekly", "#recurring-heading")
    rider.open("/s/VS024")
    shoot("rider-stop", ".tabs")
    rider.open("/?easy")
    shoot("rider-easy")
    rider.open("/?easy=0")


def _take_care(
    rider: Rider, service: RunningService, shoot: Callable[..., None], language: str
) -> None:
    sign_in(rider, service)
    for name, phone in _PEOPLE[language]:
        add_person(rider, name, phone)
    shoot("care-people", ".tabs")
