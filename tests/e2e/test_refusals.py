"""Each refusal is shown in the page's language, with what to do next."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from api.http.languages import negotiate
from api.http.problems import PROBLEMS, ProblemType
from tests.e2e.conftest import Visit
from tests.e2e.rider import DESKTOP, Rider
from tests.e2e.running import RunningService
from tests.e2e.test_assets import NOT_FOR_RIDERS

pytestmark = pytest.mark.browser

SEOUL = {"longitude": 126.978, "latitude": 37.5665}
IN_THE_MOUNTAINS = {"longitude": 128.45, "latitude": 38.15}
FORGET_WORKERS = """async () => {
  const kept = await navigator.serviceWorker.getRegistrations();
  await Promise.all(kept.map((each) => each.unregister()));
}"""
RIDERS_MEET = [code for code in PROBLEMS if not NOT_FOR_RIDERS.fullmatch(code)]


def expect_refusal(rider: Rider, code: str) -> None:
    expect_words(rider, code)
    rider.check_access()


def expect_words(rider: Rider, code: str) -> None:
    refusal = rider.page.locator(".refusal")
    expect(refusal).to_have_attribute("data-problem", code)
    expect(refusal.get_by_role("heading").first).to_be_focused()


@pytest.mark.parametrize(
    ("where", "code"), [(SEOUL, "out-of-area"), (IN_THE_MOUNTAINS, "no-stop-in-reach")]
)
def test_place_out_of_reach(visit: Visit, where: dict[str, float], code: str) -> None:
    rider = visit(geolocation=where, permissions=["geolocation"])
    rider.page.get_by_role("button", name="내 위치에서 출발").click()
    rider.choose("to", "시청")
    rider.ask()
    expect_refusal(rider, code)


@pytest.mark.parametrize(
    ("day", "time", "code"), [(1, "03:00", "out-of-hours"), (0, "00:30", "in-the-past")]
)
def test_time_that_does_not_work(visit: Visit, day: int, time: str, code: str) -> None:
    rider = visit("en")
    rider.choose("from", "city hall")
    rider.choose("to", "beach")
    rider.page.get_by_text("Depart at").click()
    rider.page.get_by_label("Day").select_option(index=day)
    rider.page.get_by_label("Time", exact=True).fill(time)
    rider.ask()
    expect_refusal(rider, code)


def test_party_that_no_shuttle_takes(visit: Visit) -> None:
    rider = visit("en")
    for _ in range(5):
        rider.page.get_by_role("button", name="More: Passengers").click()
    for _ in range(5):
        rider.page.get_by_role("button", name="More: Wheelchairs").click()
    rider.choose("from", "city hall")
    rider.choose("to", "beach")
    rider.ask()
    expect_refusal(rider, "party-too-large")
    rider.page.get_by_role("button", name="Change the trip").click()
    expect(rider.page.locator("#place-from")).to_be_focused()
    expect(rider.page.locator("#place-from")).to_have_value(re.compile("City Hall"))


def test_form_says_what_is_missing(visit: Visit) -> None:
    rider = visit()
    rider.ask()
    expect(rider.page.locator("#place-from-note")).to_have_text(
        "목록에서 고르거나 지도를 눌러 주세요."
    )
    expect(rider.page.locator("#place-from")).to_be_focused()
    rider.check_access()


def test_list_of_places_closes_behind_one(visit: Visit) -> None:
    """One that is the only match is taken, of several none."""
    rider = visit()
    origin, destination = rider.page.locator("#place-from"), rider.page.locator("#place-to")
    origin.fill("대포")
    expect(rider.page.get_by_role("option").first).to_be_visible()
    origin.press("Tab")
    expect(rider.page.get_by_role("option")).to_have_count(0)
    expect(origin).to_have_value("대포")
    destination.fill("속초시청")
    expect(rider.page.get_by_role("option")).to_have_count(1)
    destination.press("Tab")
    rider.ask()
    expect(rider.page.locator("#place-from-note")).to_contain_text("목록에서 고르거나")
    expect(rider.page.locator("#place-to-note")).to_have_text("")


def test_service_that_does_not_answer(visit: Visit) -> None:
    rider = visit()
    rider.choose("from", "시청")
    rider.choose("to", "해수욕장")
    rider.page.context.set_offline(True)
    rider.ask()
    expect_refusal(rider, "unreachable")
    rider.page.context.set_offline(False)
    rider.page.get_by_role("button", name="다시 찾기").click()
    expect(rider.page.locator("#offers-heading")).to_be_visible()


def test_old_offer_is_replaced_by_a_fresh_one(visit: Visit, service: RunningService) -> None:
    rider = visit()
    rider.ask_for_trip()
    valid_s = 120 / service.speed
    rider.page.wait_for_timeout(1000 * (valid_s + 1))
    rider.page.locator(".offer .primary").first.click()
    expect(rider.page.locator(".offers .notice")).to_contain_text("새로 찾았습니다")
    expect(rider.page.locator("#offers-heading")).to_be_focused()
    rider.book()


def refusing(kind: ProblemType, language: str, **members: Any) -> Callable[[Route], None]:
    """Answer a request as the service refuses it."""
    words = negotiate(language)
    document = {
        "type": kind.uri,
        "title": kind.title.in_language(words),
        "status": kind.status,
        "detail": kind.advice.in_language(words),
        "code": kind.code,
        **members,
    }
    body, content_type = json.dumps(document), "application/problem+json"
    return lambda route: route.fulfill(status=kind.status, body=body, content_type=content_type)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_refusal_has_words_and_a_way_on(visit: Visit, language: str) -> None:
    """Refusals that are rare in life are answered in the service's stead."""
    rider = visit(language, DESKTOP)
    rider.choose("from", "시청")
    rider.choose("to", "해수욕장")
    shown = set()
    for code in RIDERS_MEET:
        rider.page.route("**/v1/trip-requests", refusing(PROBLEMS[code], language))
        rider.page.locator("#booking-form [type=submit], .refusal .quiet").first.click()
        expect_words(rider, code)
        rider.page.unroute("**/v1/trip-requests")
        shown.add(rider.page.locator(".refusal").inner_text())
    assert len(shown) == len(RIDERS_MEET)
    assert not [text for text in shown if "/v1/" in text or "undefined" in text]


def test_other_time_is_one_press_away(visit: Visit, service: RunningService) -> None:
    rider = visit("en")
    rider.choose("from", "city hall")
    rider.choose("to", "beach")
    later = service.now().replace(hour=15, minute=40, second=0)
    alternatives = [{"kind": "time", "depart_at": later.isoformat()}]
    refuse = refusing(PROBLEMS["no-room"], "en", alternatives=alternatives)
    rider.page.route("**/v1/trip-requests", refuse, times=1)
    rider.ask()
    expect_refusal(rider, "no-room")
    rider.page.get_by_role("button", name="Look again, leaving 15:40").click()
    expect(rider.page.locator("#offers-heading")).to_be_focused()
    expect(rider.page.locator(".summary")).to_contain_text("15:40")
    expect(rider.page.locator(".offer h3").first).to_contain_text(re.compile(r"15:[45]\d"))


def test_page_that_cannot_start_says_so_and_tries_again(visit: Visit) -> None:
    rider = visit()
    # A page kept for times without a connection would start all the same.
    rider.page.evaluate(FORGET_WORKERS)
    unavailable = refusing(PROBLEMS["store-unavailable"], "ko")
    rider.page.route("**/v1/service", unavailable)
    rider.page.reload()
    expect(rider.page.get_by_role("alert")).to_be_visible()
    rider.check_access()
    rider.page.unroute("**/v1/service")
    rider.page.get_by_role("button", name="다시 시도").click()
    expect(rider.page.locator("#place-from")).to_be_visible()
