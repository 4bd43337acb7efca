"""Pictures of the page for the documents: `python -m tests.e2e.screenshots`.

They show the running service with its drivers and a booked ride; docs/images/page.png is the one
in the README.
"""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect

from api.kernel_cache import use_kernel_cache

use_kernel_cache()  # before anything imports numba

from api.http.auth import Role  # noqa: E402
from tests import tools  # noqa: E402
from tests.e2e.browser import launched  # noqa: E402
from tests.e2e.dispatcher import Api, Dispatcher, book  # noqa: E402
from tests.e2e.rider import PHONE, Rider  # noqa: E402
from tests.e2e.rider_screenshots import take_rider  # noqa: E402
from tests.e2e.running import RunningService  # noqa: E402

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE = {"width": 1200, "height": 760}
#: Others' bookings, so that the shuttles have somewhere to go.
TRIPS = [("시청", "설악산"), ("시외버스", "대포항"), ("해수욕장", "엑스포"), ("관광수산", "척산")]
UNDER_WAY_MS = 6000
#: Corners around a stop, degrees.
SQUARE = [(-0.003, -0.002), (0.003, -0.002), (0.003, 0.002), (-0.003, 0.002)]
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


#: Rides that others have booked, by stop and by how long from now, minutes.
RIDES = [
    ("VS048", "VS024", 2), ("VS001", "VS030", 6), ("VS012", "VS048", 12), ("VS020", "VS005", 18),
    ("VS033", "VS010", 25), ("VS024", "VS001", 30), ("VS007", "VS040", 36), ("VS030", "VS015", 44),
    ("VS018", "VS002", 52), ("VS044", "VS026", 60), ("VS005", "VS035", 66), ("VS010", "VS020", 75),
]  # fmt: skip


def take_console(browser: Browser, service: RunningService) -> None:
    """Take the pictures of the control room: a busy quarter of an hour with a road closed."""
    for origin, destination, minutes in RIDES:
        at = (service.now() + timedelta(minutes=minutes)).isoformat()
        with suppress(AssertionError, StopIteration):  # no room is as good a story
            book(service, origin, destination, depart_at=at)
    operator = Api(service, Role.DISPATCHER)
    lon, lat = operator.get("/v1/stops/VS010")["position"]
    ring = [[lon + dx, lat + dy] for dx, dy in SQUARE]
    operator.post("/v1/closures", {"ring": ring, "reason": "works"})
    operator.post("/v1/vehicles/SH3/breakdown")
    for language, name in (("en", "console.png"), ("ko", "console.ko.png")):
        desk = Dispatcher(browser, service, language=language).open()
        desk.page.wait_for_timeout(UNDER_WAY_MS)
        plan = operator.get("/v1/plan")
        busiest = max(plan["vehicles"], key=lambda each: len(each["visits"]))["vehicle_id"]
        desk.page.locator(".timeline-rows").get_by_role("button", name=busiest).click()
        desk.page.wait_for_timeout(MOVED_MS)
        desk.page.screenshot(path=IMAGES / name)
        if language == "en":
            _preview(desk, busiest)
        desk.context.close()


def _preview(desk: Dispatcher, vehicle_id: str) -> None:
    detail = desk.page.locator(".detail")
    detail.get_by_role("button", name="Take off duty").click()
    dialog = desk.page.locator("dialog.preview")
    expect(dialog.locator(".verdict")).to_be_visible(timeout=15_000)
    dialog.screenshot(path=IMAGES / "console-preview.png")


def take_crew(browser: Browser) -> None:
    """Take those of the driver's and the sign-in page."""
    from tests.e2e.crew_pictures import take as take_pictures

    take_pictures(browser, IMAGES)


def main() -> None:
    """Start a service, let its shuttles be driven, and take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        service = RunningService(Path(folder), speed=10.0)
        service.start()
        try:
            with service.drivers(), launched(tools.get(tools.CHROMIUM)) as browser:
                take_console(browser, service)
                take(browser, service.url)
                take_crew(browser)
                take_rider(browser, service, IMAGES, visit)
        finally:
            service.stop()


if __name__ == "__main__":
    main()
