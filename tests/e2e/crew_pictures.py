"""Pictures of the driver's and the sign-in page; `tests.e2e.screenshots` calls it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect

from tests.e2e.crew import Conduct, driver_page, open_context, staffed

PHONE = {"width": 390, "height": 844}
SHOWN_MS = 600


def take(browser: Browser, images: Path) -> None:
    """Take the pictures: the next visit, at the stop, without a connection, and the sign-in."""
    with TemporaryDirectory() as folder, staffed(Path(folder)) as service:
        rider = service.rider("pictured")
        booking = rider.book(party={"passengers": 3, "seniors": 1})
        service.rider("later").book(origin="VS024", destination="VS048")
        service.advance(1)
        driver = driver_page(browser, service, booking["vehicle_id"], device_scale_factor=2)
        page = driver.page
        expect(page.locator("#next-stop")).to_be_visible()
        page.screenshot(path=images / "driver-next.png")
        driver.button("도착했습니다").click()
        page.wait_for_timeout(SHOWN_MS)
        page.screenshot(path=images / "driver-stop.png")
        page.context.set_offline(True)
        driver.say_code(booking["boarding_code"])
        expect(page.locator(".link")).to_contain_text("연결 없음", timeout=15_000)
        page.screenshot(path=images / "driver-offline.png")
        page.context.close()
        context = open_context(browser, "ko", viewport=PHONE, device_scale_factor=2)
        visitor = Conduct(context.new_page(), service.url)
        vars(service.service.people.first_admin)["_code"] = None
        visitor.open()
        visitor.page.screenshot(path=images / "sign-in.png")
        context.close()
