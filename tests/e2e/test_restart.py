"""The service goes away and comes back under an open page."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Route, expect

from api.http.auth import Role
from tests.e2e.conftest import Visit
from tests.e2e.running import RunningService

pytestmark = pytest.mark.browser


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[RunningService]:
    """A service of the test's own, at the speed of life, which it may stop."""
    service = RunningService(tmp_path, speed=1.0)
    service.start()
    try:
        yield service
    finally:
        service.stop()


def test_page_takes_up_the_thread_after_a_restart(visit: Visit, fragile: RunningService) -> None:
    rider = visit("en", url=fragile.url)
    rider.ask_for_trip("city hall", "beach", at="16:00")
    ride = rider.book()
    live = ride.locator(".connection")
    expect(live).to_have_text("Live")
    fragile.stop()
    expect(live).to_contain_text("reconnecting")
    rider.check_access()
    fragile.start()
    expect(live).to_have_text("Live", timeout=30_000)
    expect(ride).to_have_attribute("data-state", "scheduled")
    cancel_by_dispatcher(fragile)
    expect(ride).to_have_attribute("data-state", "cancelled")


def cancel_by_dispatcher(service: RunningService) -> None:
    token = service.token(Role.DISPATCHER)
    with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}) as http:
        (booking,) = http.get("/v1/bookings").json()["bookings"]
        path = f"/v1/bookings/{booking['booking_id']}/cancel"
        http.post(path, headers={"Idempotency-Key": "test"}).raise_for_status()


def test_poor_connection_neither_loses_nor_doubles_a_booking(
    visit: Visit, fragile: RunningService
) -> None:
    """Once the request is lost on its way, once the answer is; offers live as long as in life."""
    rider = visit("en", url=fragile.url)
    page = rider.page

    def lose_request(route: Route) -> None:
        route.abort()

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    for count, lose in enumerate((lose_request, lose_answer), start=1):
        rider.ask_for_trip("city hall", "beach", at=f"{13 + count}:00")
        page.context.route("**/v1/bookings", lose)
        page.locator(".offer .primary").first.click()
        refusal = page.locator(".refusal")
        expect(refusal).to_have_attribute("data-problem", "pending", timeout=20_000)
        rider.check_access()
        page.context.unroute("**/v1/bookings")
        rider.open()
        page.get_by_role("tab", name="My rides").click()
        expect(page.locator(".ride[data-state]")).to_have_count(count, timeout=20_000)
        expect(page.get_by_text("still being sent")).to_have_count(0)
        page.get_by_role("tab", name="Book").click()
    token = page.evaluate("() => localStorage.getItem('sokcho.device-token')")
    headers = {"Authorization": f"Bearer {token}"}
    listed = httpx.get(f"{fragile.url}/v1/bookings", headers=headers).json()["bookings"]
    assert len(listed) == 2
