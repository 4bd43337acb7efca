"""Pictures of the page for the documents: `python -m tests.e2e.screenshots`.

They show the running service with its drivers and a booked ride; docs/images/page.png is the one
in the README.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from tests import tools
from tests.e2e.browser import launched
from tests.e2e.rider import PHONE, Rider
from tests.e2e.running import RunningService

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE = {"width": 1200, "height": 760}
#: Others' bookings, so that the shuttles have somewhere to go.
TRIPS = [("시청", "설악산"), ("시외버스", "대포항"), ("해수욕장", "엑스포"), ("관광수산", "척산")]
UNDER_WAY_MS = 6000
#: The map moves for a moment.
MOVED_MS = 1500


def visit(browser: Browser, url: str, language: str, viewport: dict[str, int], scale: int) -> Rider:
    """Open the page of ``url`` as a new rider."""
    context = browser.new_context(viewport=viewport, device_scale_factor=scale)
    context.add_init_script(f"localStorage.setItem('sokcho.language', '{language}')")
    rider = Rider(context.new_page(), url)
    rider.open()
    return rider


def take(browser: Browser, url: str) -> None:
    """Take all pictures."""
    for origin, destination in TRIPS:
        other = visit(browser, url, "ko", PHONE, 1)
        other.ask_for_trip(origin, destination)
        other.book()
        other.page.context.close()
    desktop = visit(browser, url, "en", WIDE, 1)
    desktop.page.wait_for_timeout(UNDER_WAY_MS)
    desktop.ask_for_trip("city hall", "seoraksan")
    desktop.page.locator(".panel").evaluate("panel => panel.scrollTo(0, 0)")
    desktop.page.wait_for_timeout(MOVED_MS)
    desktop.page.screenshot(path=IMAGES / "page.png")
    phone = visit(browser, url, "ko", PHONE, 2)
    phone.ask_for_trip("시청", "해수욕장")
    phone.book()
    phone.page.evaluate("scrollTo(0, 0)")
    phone.page.wait_for_timeout(MOVED_MS)
    phone.page.screenshot(path=IMAGES / "page-phone.png")


def main() -> None:
    """Start a service, let its shuttles be driven, and take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        service = RunningService(Path(folder), speed=10.0)
        service.start()
        try:
            with service.drivers(), launched(tools.get(tools.CHROMIUM)) as browser:
                take(browser, service.url)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
