"""The service goes away and comes back under an open page."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

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
