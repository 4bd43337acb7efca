"""The page against the real service, in a real browser, as riders use it."""

import re
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.rider import DESKTOP, PHONE, RIDE_MS, Rider
from tests.e2e.running import RunningService

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    ("language", "heading", "zones"),
    [
        (None, "어디로 갈까요?", ["역세권", "설악권", "남부권", "도심권", "북부권"]),
        ("en", "Where would you like to go?", ["Seorak", "South", "Downtown", "North"]),
    ],
    ids=["ko", "en"],
)
def test_city_is_drawn_and_explained(
    visit: Visit,
    viewport: dict[str, int],
    language: str | None,
    heading: str,
    zones: list[str],
) -> None:
    rider = visit(language, viewport)
    page = rider.page
    expect(page.locator("html")).to_have_attribute("lang", language or "ko")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("path.zone")).to_have_count(5)
    labels = page.locator(".zone-label").all_inner_texts()
    assert len(labels) == 5
    assert all(any(zone in label for label in labels) for zone in zones)
    assert page.locator("path.road").count() > 100
    assert rider.count_visible_stops() >= 60
    expect(page.locator(".shuttle")).to_have_count(4)
    expect(page.locator(".estimated")).to_contain_text("Estimated" if language else "추정")
    expect(page.locator(".clock time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(page.locator(".demo")).to_contain_text("30")
    assert rider.complaints == []
    rider.check_access()


def test_language_is_remembered(visit: Visit) -> None:
    rider = visit()
    rider.page.get_by_role("button", name="English").click()
    expect(rider.page).to_have_title(re.compile("shuttles on demand"))
    expect(rider.page.locator("html")).to_have_attribute("lang", "en")
    expect(rider.page.locator(".zone-label").first).to_have_text(re.compile("^[A-Za-z ]+$"))
    rider.open()
    expect(rider.page.get_by_role("button", name="Find a shuttle")).to_be_visible()
    assert rider.complaints == []


def test_ride_by_keyboard_alone_from_the_form_to_the_arrival(visit: Visit) -> None:
    rider = visit("en", DESKTOP)
    page, keys = rider.page, rider.page.keyboard
    watch_states(rider)
    rider.tab_to("#place-from")
    keys.type("city hall")
    keys.press("ArrowDown")
    rider.check_access()
    keys.press("Enter")
    rider.tab_to("#place-to")
    keys.type("seoraksan")
    keys.press("Enter")
    rider.tab_to("[aria-label='More: Passengers']")
    keys.press("Enter")
    rider.tab_to("#booking-form [type=submit]")
    keys.press("Enter")
    expect(page.locator("#offers-heading")).to_be_focused()
    rider.check_access()

    def take_first_offer() -> None:
        rider.tab_to(".offer .primary")
        keys.press("Enter")

    ride = rider.until_booked(take_first_offer)
    expect(page.locator("#rides-heading")).to_be_focused()
    expect(ride).to_contain_text("2 people")
    expect(ride).to_contain_text("3,060")
    expect(ride.locator(".connection")).to_have_text("Live")
    rider.check_access()
    expect(ride.get_by_role("heading", name="Your shuttle is here")).to_be_visible(timeout=RIDE_MS)
    rider.check_access()
    expect(ride).to_have_attribute("data-state", "completed", timeout=RIDE_MS)
    expect(page.get_by_role("status").filter(has_text="You have arrived")).to_be_attached()
    rider.check_access()
    seen = page.evaluate("() => window.seenStates")
    assert [state for state in seen if state in ("arrived", "on_board", "completed")] == [
        "arrived",
        "on_board",
        "completed",
    ]
    assert rider.complaints == []


def watch_states(rider: Rider) -> None:
    """Keep each state that a ride on the page goes through."""
    rider.page.evaluate(
        """() => {
          window.seenStates = [];
          new MutationObserver(() => {
            const state = document.querySelector(".ride")?.dataset.state;
            if (state && state !== window.seenStates.at(-1)) window.seenStates.push(state);
          }).observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )


def test_focus_can_be_seen_wherever_it_goes(visit: Visit) -> None:
    rider = visit()
    for _ in range(20):
        rider.page.keyboard.press("Tab")
        shown = rider.page.evaluate(
            """() => {
              const at = document.activeElement;
              const drawn = at.matches("[type=radio]") ? at.nextElementSibling : at;
              const style = getComputedStyle(drawn);
              return [at.outerHTML.slice(0, 80), style.outlineStyle, style.outlineWidth];
            }"""
        )
        assert shown[1:] == ["solid", "3px"], shown


def test_booking_is_cancelled_after_a_question(visit: Visit) -> None:
    rider = visit()
    page = rider.page
    rider.ask_for_trip(at="16:00")
    ride = rider.book()
    ride.get_by_role("button", name="예약 취소").click()
    dialog = page.get_by_role("dialog")
    rider.check_access()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(ride.get_by_role("button", name="예약 취소")).to_be_focused()
    ride.get_by_role("button", name="예약 취소").click()
    dialog.get_by_role("button", name="예, 취소합니다").click()
    expect(ride).to_have_attribute("data-state", "cancelled")
    expect(ride.get_by_role("heading")).to_be_focused()
    expect(ride.get_by_role("button", name="예약 취소")).to_have_count(0)
    rider.check_access()


def test_booking_survives_a_reload_and_is_nobody_elses(visit: Visit) -> None:
    rider = visit()
    rider.ask_for_trip(at="16:00")
    rider.book()
    rider.open()
    rider.page.get_by_role("tab", name="내 예약").click()
    expect(rider.page.locator(".ride")).to_have_count(1)
    expect(rider.page.locator(".ride .connection")).to_have_text("실시간 연결됨")
    stranger = visit()
    stranger.page.get_by_role("tab", name="내 예약").click()
    expect(stranger.page.get_by_text("아직 예약이 없습니다.")).to_be_visible()
    expect(stranger.page.locator(".ride")).to_have_count(0)


def test_many_bookings_leave_room_for_more(visit: Visit, service: RunningService) -> None:
    """Each stream takes one of the six connections that a browser opens."""
    rider = visit()
    rider.ask_for_trip(at="16:00")
    token = rider.page.evaluate("() => localStorage.getItem('sokcho.device-token')")
    for hour in range(11, 18):
        book_by_api(service, token, service.now().replace(hour=hour, minute=0, second=0))
    rider.open()
    rider.page.get_by_role("tab", name="내 예약").click()
    expect(rider.page.locator(".ride")).to_have_count(7)
    rider.page.get_by_role("tab", name="예약하기").click()
    rider.ask_for_trip()


def book_by_api(service: RunningService, token: str, at: datetime) -> None:
    wish = {
        "origin": {"stop_id": "VS001"},
        "destination": {"stop_id": "VS003"},
        "depart_at": at.isoformat(),
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": at.isoformat()}
    body = {"request": wish, "channel": "web"}
    httpx.post(f"{service.url}/v1/bookings", json=body, headers=headers).raise_for_status()


def test_place_is_taken_from_the_map(visit: Visit) -> None:
    rider = visit(None, DESKTOP)
    page = rider.page
    rider.tap_a_stop()
    rider.check_access()
    page.get_by_role("button", name="여기서 출발").click()
    expect(page.locator("#place-from")).not_to_have_value("")
    expect(page.locator(".pin-from")).to_be_visible()


def test_where_i_am_is_used_and_stays_out_of_urls(visit: Visit) -> None:
    rider = visit(
        geolocation={"longitude": 128.5918, "latitude": 38.2070}, permissions=["geolocation"]
    )
    rider.page.get_by_role("button", name="내 위치에서 출발").click()
    expect(rider.page.locator("#place-from")).to_have_value("내 위치")
    rider.choose("to", "해수욕장")
    rider.ask()
    expect(rider.page.locator(".leg-walk").first).to_contain_text("걷기")


def test_without_location_one_is_told_what_to_do(visit: Visit) -> None:
    rider = visit()
    rider.page.get_by_role("button", name="내 위치에서 출발").click()
    expect(rider.page.locator("#place-from-note")).to_contain_text("정류장 이름으로")


def test_shuttles_are_told_in_words_too(visit: Visit) -> None:
    rider = visit("en")
    rider.page.get_by_role("tab", name="Book").press("ArrowLeft")
    expect(rider.page.get_by_role("tab", name="Shuttles")).to_be_focused()
    expect(rider.page.locator(".shuttles article")).to_have_count(4)
    rider.check_access()


@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_cut_off_when_enlarged(visit: Visit, width: int) -> None:
    """1280 px at 200 and 400 % zoom are 640 and 320 px wide (WCAG 2.2, 1.4.10)."""
    rider = visit("en", {"width": width, "height": 400})
    rider.check_access()
    rider.ask_for_trip("city hall", "beach")
    rider.check_access()


def test_dark_scheme_is_as_legible(visit: Visit) -> None:
    rider = visit(None, DESKTOP, color_scheme="dark")
    rider.check_access()
    rider.ask_for_trip()
    rider.check_access()


def test_still_page_for_those_who_ask_for_it(visit: Visit) -> None:
    rider = visit(reduced_motion="reduce")
    moving = rider.page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((node) => {
          const style = getComputedStyle(node);
          return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0
