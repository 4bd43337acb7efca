"""What riders and representatives do beyond a booking, at the real page of the real service."""

import json
import re
import uuid
from xml.etree import ElementTree

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from api.http.auth import Role
from tests.e2e.conftest import Visit
from tests.e2e.representative import sign_in
from tests.e2e.rider import PHONE, Rider
from tests.e2e.running import RunningService

pytestmark = pytest.mark.browser

CITY_HALL = {"longitude": 128.5940, "latitude": 38.2085}


def rides(rider: Rider) -> Locator:
    return rider.page.locator("article.ride[data-state]")


@pytest.mark.parametrize(
    ("language", "heading", "story"),
    [("ja", "どちらへ行きますか？", "遅くとも"), ("zh", "您要去哪里？", "最迟")],
)
def test_page_speaks_japanese_and_chinese(
    visit: Visit, language: str, heading: str, story: str
) -> None:
    rider = visit(language)
    page = rider.page
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    rider.check_access()
    rider.ask_for_trip("city hall", "beach", at="16:00")
    expect(page.locator(".story").first).to_contain_text(story)
    rider.check_access()
    rider.book()
    rider.check_access()
    assert rider.complaints == []


def test_board_of_a_stop_opens_by_its_code(visit: Visit, service: RunningService) -> None:
    rider = visit("en")
    rider.open("/s/VS024")
    board = rider.page.locator(".board")
    expect(board.get_by_role("heading", name="Sokcho Beach")).to_be_visible()
    expect(board.locator(".tag-bus").first).to_be_visible()
    rider.check_access()
    board.get_by_role("button", name="Call a shuttle to this stop").click()
    expect(rider.page.locator("#place-to")).to_be_focused()
    expect(rider.page.locator("#place-from")).to_have_value("Sokcho Beach")
    rider.choose("to", "city hall")
    rider.ask()
    expect(rider.page.locator("#offers-heading")).to_be_visible()


def test_code_of_a_stop_that_is_no_more_says_so(visit: Visit) -> None:
    rider = visit("en")
    rider.open("/s/nowhere")
    expect(rider.page.get_by_role("alert")).to_contain_text("no such stop")
    rider.check_access()


def test_sheet_of_a_stop_is_a_picture_with_its_names_and_address(service: RunningService) -> None:
    answer = httpx.get(f"{service.url}/v1/stops/VS024/sheet.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    texts = [node.text for node in ElementTree.fromstring(answer.text).iter() if node.text]
    assert {"속초해수욕장", "Sokcho Beach"} <= set(texts)
    assert any(f"{service.url}/s/VS024" in text for text in texts)
    assert httpx.get(f"{service.url}/v1/stops/nowhere/sheet.svg").status_code == 404


def choose_first(page: Page, end: str, typed: str) -> None:
    page.locator(f"#place-{end}").fill(typed)
    page.locator(f"#place-{end}").press("Enter")


def test_easy_view_needs_few_steps(visit: Visit) -> None:
    rider = visit("ko")
    page = rider.page
    rider.open("/?easy")
    expect(page.get_by_role("heading", name="어디로 가세요?")).to_be_visible()
    size = page.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert size >= 20
    rider.check_access()
    choose_first(page, "to", "해수욕장")
    expect(page.get_by_role("heading", name="어디에서 타세요?")).to_be_focused()
    choose_first(page, "from", "시청")
    expect(page.get_by_role("heading", name="지금 부를까요?")).to_be_focused()
    rider.check_access()
    page.get_by_role("button", name="셔틀 찾기", exact=True).click()
    expect(page.locator(".offer")).to_have_count(1)
    rider.check_access()
    rider.book()
    rider.check_access()
    rider.open()
    expect(page.get_by_role("button", name="속초해수욕장")).to_be_visible()
    page.get_by_role("button", name="쉬운 화면").click()
    expect(page.get_by_role("heading", name="어디로 갈까요?")).to_be_visible()


def test_district_is_found_and_its_middle_stop_named(visit: Visit) -> None:
    rider = visit("en")
    rider.choose("from", "joyang-dong")
    field = rider.page.locator("#place-from")
    expect(field).to_have_value(re.compile(r"^Joyang-dong \(.+\)$"))


def test_walk_to_the_stop_is_told_and_drawn(visit: Visit) -> None:
    rider = visit("en", geolocation=CITY_HALL, permissions=["geolocation"])
    page = rider.page
    page.get_by_role("button", name="From where I am").click()
    expect(page.locator("#place-from")).to_have_value("Where I am")
    rider.choose("to", "beach")
    rider.ask()
    ride = rider.book()
    expect(ride.locator(".way-there")).to_contain_text(re.compile("Walk (north|south|east|west)"))
    expect(page.locator("path.walk-line")).to_have_count(1)
    expect(ride.locator(".code strong")).to_have_text(re.compile(r"^\d{4}$"))
    rider.check_access()


def test_ride_is_changed_and_stays_one(visit: Visit) -> None:
    rider = visit("en")
    page = rider.page
    rider.ask_for_trip("city hall", "beach", at="15:00")
    ride = rider.book()
    ride.get_by_role("button", name="Change").click()
    expect(page.get_by_text("You are changing the ride")).to_be_visible()
    expect(page.locator("#place-from")).to_have_value("City Hall")
    rider.check_access()
    page.locator("[type=time]").fill("17:00")
    rider.ask()
    page.get_by_role("button", name="Change to this").first.click()
    expect(rides(rider)).to_have_count(1)
    expect(rides(rider).first).to_contain_text(re.compile("pickup 1[67]:"))


def test_way_back_is_filled_in(visit: Visit) -> None:
    rider = visit("en")
    rider.ask_for_trip("city hall", "beach", at="13:00")
    rider.book().get_by_role("button", name="Return trip").click()
    expect(rider.page.locator("#place-from")).to_have_value("Sokcho Beach")
    expect(rider.page.locator("#place-to")).to_have_value("City Hall")
    expect(rider.page.locator("[type=time]")).to_have_value(re.compile("^15:"))


def test_weekly_trip_is_set_up_skipped_and_ended(visit: Visit) -> None:
    rider = visit("en")
    page = rider.page
    rider.ask_for_trip("city hall", "beach", at="16:00")
    rider.book().get_by_role("button", name="Every week").click()
    dialog = page.get_by_role("dialog")
    rider.check_access()
    dialog.get_by_text("Wed").click()
    dialog.get_by_role("button", name="Set it up").click()
    dates = page.locator(".date")
    expect(dates.first).to_be_visible()
    rider.check_access()
    booked = page.locator(".date-booked").count()
    assert booked >= 2
    page.get_by_role("button", name=re.compile("^Skip: ")).last.click()
    expect(page.locator(".date-skipped")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Travel: ")).click()
    expect(page.locator(".date-skipped")).to_have_count(0)
    page.get_by_role("button", name="End this").click()
    page.get_by_role("button", name="Yes, end them").click()
    expect(page.locator(".date")).to_have_count(0)


def fill(service: RunningService, hour: int) -> None:
    """Book parties of eight around one time until there is no room."""
    for minute in (0, 15, 30, 45, 30):
        at = service.now().replace(hour=hour, minute=minute, second=0)
        while book_eight(service, at.isoformat()):
            pass


def book_eight(service: RunningService, at: str) -> bool:
    token = service.token(Role.DISPATCHER)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
    wish = {
        "origin": {"stop_id": "VS048"},
        "destination": {"stop_id": "VS024"},
        "depart_at": at,
        "party": {"passengers": 8},
    }
    path = f"{service.url}/v1/bookings"
    answer = httpx.post(path, json={"request": wish}, headers=headers, timeout=30)
    assert answer.status_code == 201 or answer.json()["code"] == "no-room"
    return answer.status_code == 201


def test_where_there_is_no_room_one_can_wait_and_is_told(
    visit: Visit, service: RunningService
) -> None:
    fill(service, 19)
    rider = visit("en")
    page = rider.page
    rider.choose("from", "city hall")
    rider.choose("to", "sokcho beach")
    page.locator("[name=when][value=depart] + span").click()
    page.locator("[type=time]").fill("19:30")
    for _ in range(7):
        page.get_by_role("button", name="More: Passengers").click()
    # a bus for a part of the way would still be offered: here the rider hears of shuttles alone
    refusal = httpx.get(f"{service.url}/v1/problems/no-room").json()
    problem = {"code": "no-room", "title": refusal["title"]["en"], "detail": "", "status": 422}
    page.context.route("**/v1/trip-requests", lambda route: route.fulfill(status=422, json=problem))
    rider.ask()
    expect(page.locator(".refusal")).to_have_attribute("data-problem", "no-room")
    rider.check_access()
    page.get_by_role("button", name="Wait for a seat").click()
    ride = rides(rider).first
    expect(ride).to_have_attribute("data-state", "waitlisted")
    rider.check_access()
    give_room(service)
    expect(ride).to_have_attribute("data-state", "scheduled", timeout=30_000)
    expect(page.get_by_role("status").filter(has_text="Your ride is booked")).to_be_attached()


def give_room(service: RunningService) -> None:
    """Cancel parties of eight that are still to come."""
    headers = {"Authorization": f"Bearer {service.token(Role.DISPATCHER)}"}
    with httpx.Client(base_url=service.url, headers=headers, timeout=30) as http:
        for booking in http.get("/v1/bookings?status=active&limit=200").json()["bookings"]:
            if booking["party"]["passengers"] == 8 and booking["state"] == "scheduled":
                path = f"/v1/bookings/{booking['booking_id']}/cancel"
                http.post(path, headers={"Idempotency-Key": str(uuid.uuid4())})


def test_one_tap_leads_to_the_nearest_time(visit: Visit) -> None:
    rider = visit("en")
    page = rider.page
    rider.choose("from", "city hall")
    rider.choose("to", "beach")
    page.locator("[name=when][value=depart] + span").click()
    page.locator("[type=time]").fill("00:30")
    rider.ask()
    expect(page.locator(".refusal")).to_have_attribute("data-problem", "in-the-past")
    page.get_by_role("button", name="Look again, leaving now").click()
    expect(page.locator("#offers-heading")).to_be_visible()


def wait_for_worker(page: Page) -> None:
    page.wait_for_function(
        """async () => {
          const cache = await caches.open("sokcho-1");
          return (await cache.keys()).some(({ url }) => url.endsWith("/js/rider/app.mjs"));
        }"""
    )


def test_bookings_are_shown_without_a_connection(visit: Visit) -> None:
    rider = visit("en")
    page = rider.page
    rider.ask_for_trip("city hall", "beach", at="16:00")
    rider.book()
    wait_for_worker(page)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("tab", name="My rides").click()
    expect(rides(rider)).to_have_count(1)
    expect(page.get_by_text("No connection: this is what was last known")).to_be_visible()
    expect(rides(rider).locator(".code strong")).to_be_visible()
    rider.check_access()
    page.context.set_offline(False)
    expect(page.get_by_text("No connection: this is what was last known")).to_have_count(0)


def test_note_is_shown_when_it_comes_and_replaces_the_one_before(visit: Visit) -> None:
    rider = visit("en", permissions=["notifications"])
    page = rider.page
    wait_for_worker(page)
    devtools = page.context.new_cdp_session(page)
    devtools.send("ServiceWorker.enable")
    registration = page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    ids: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: ids.extend(each["registrationId"] for each in event["registrations"]),
    )
    devtools.send("ServiceWorker.disable")
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    assert registration == f"{rider.url}/"
    note = {
        "booking_id": "b1",
        "language": "en",
        "kind": "approaching",
        "title": "Near",
        "text": "a",
    }
    for title in ("Near", "Here"):
        data = json.dumps(note | {"title": title})
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": rider.url, "registrationId": ids[-1], "data": data},
        )
        page.wait_for_timeout(500)
    shown = page.evaluate(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications())
             .map(({ title, body }) => [title, body])"""
    )
    assert shown == [["Here", "a"]]


@pytest.fixture
def representative(visit: Visit, service: RunningService) -> Rider:
    """Somebody who has signed in as a representative, at the page for representatives."""
    rider = visit("en", PHONE)
    sign_in(rider, service)
    return rider


def test_representative_books_for_somebody_once_and_every_week(representative: Rider) -> None:
    page = representative.page
    page.get_by_role("tab", name="People").click()
    representative.check_access()
    page.get_by_role("textbox", name="Name").fill("김영희")
    page.get_by_role("textbox", name="Phone number").fill("010-1234-5678")
    page.get_by_label("Uses a wheelchair").check()
    page.get_by_role("button", name="Add to the list").click()
    expect(page.locator(".person")).to_contain_text("김영희")
    representative.check_access()
    page.get_by_role("button", name="Book: 김영희").click()
    expect(page.get_by_label("For whom?")).to_have_value(re.compile("."))
    representative.ask_for_trip("city hall", "beach", at="16:00")
    ride = representative.book()
    expect(ride).to_contain_text("for 김영희")
    expect(ride).to_contain_text("Wheelchairs 1")
    representative.check_access()
    ride.get_by_role("button", name="Every week").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("For whom?").select_option(label="김영희")
    dialog.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("for 김영희").nth(1)).to_be_visible()
    ride.get_by_role("button", name="Cancel this ride").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(ride).to_have_attribute("data-state", "cancelled")
    stored = page.evaluate("() => JSON.stringify(localStorage)")
    assert "김영희" not in stored
    assert "1234-5678" not in stored


def test_nobody_else_gets_to_the_page_of_representatives(visit: Visit) -> None:
    rider = visit("en")
    rider.page.goto(f"{rider.url}/care")
    expect(rider.page.get_by_role("link", name="Sign in")).to_have_attribute(
        "href", "/sign-in?page=/care"
    )
    rider.check_access()
