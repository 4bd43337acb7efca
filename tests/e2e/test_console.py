"""The console in a real browser: the whole story, and each thing that a control room does."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from api.http.auth import Role
from tests.e2e.axe import violations
from tests.e2e.crew import Staffed, driver_page, open_context, staffed
from tests.e2e.dispatcher import Api, Dispatcher, book
from tests.e2e.rider import Rider
from tests.e2e.running import RunningService

pytestmark = pytest.mark.browser

MARKET, BEACH = "VS048", "VS024"
SOON_MS = 20_000


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """A service whose clock and shuttles are moved by the tests alone."""
    with staffed(tmp_path_factory.mktemp("quiet")) as service:
        service.rider("first").offers()  # the first search of all loads what it needs
        yield service


@pytest.fixture
def desk(browser: Browser, quiet: Staffed) -> Iterator[Dispatcher]:
    """A dispatcher at the console, in English; how the page behaved is checked at the end."""
    person = Dispatcher(browser, quiet).open()
    yield person
    person.check()
    person.context.close()


def do_previewed(desk: Dispatcher, verdict: str) -> None:
    """Read the preview, see that axe has nothing to say of it, and do it."""
    dialog = desk.page.locator("dialog.preview")
    expect(dialog.locator(".verdict")).to_contain_text(re.compile(verdict), timeout=SOON_MS)
    assert violations(desk.page) == []
    dialog.get_by_role("button", name="Do it").click()
    expect(dialog).to_be_hidden(timeout=SOON_MS)


def test_the_whole_story(browser: Browser, quiet: Staffed, desk: Dispatcher) -> None:
    """A rider books, the dispatcher sees and moves, a driver drives, the rider is told, done."""
    context = open_context(browser, "en", viewport={"width": 390, "height": 800})
    rider = Rider(context.new_page(), quiet.url)
    rider.open()
    rider.ask_for_trip("시청", "해수욕장", at="10:00")
    rider.book()
    ride = rider.page.locator("#view-rides")
    [booking] = Api(quiet, Role.DISPATCHER).get("/v1/bookings?status=active")["bookings"]
    booking_id, first = booking["booking_id"], booking["vehicle_id"]

    shown = desk.show_booking(booking_id)
    expect(shown).to_contain_text(first)
    second = "SH2" if first != "SH2" else "SH3"
    shown.get_by_label("Give to vehicle").select_option(second)
    shown.get_by_role("button", name="Preview").click()
    do_previewed(desk, "every promise is kept")
    expect(shown).to_contain_text(second, timeout=SOON_MS)
    expect(ride).to_contain_text(second[-1], timeout=SOON_MS)

    words = {"text_ko": "눈이 옵니다.", "text_en": "It snows.", "vehicle_id": second}
    assert Api(quiet, Role.DISPATCHER).post("/v1/broadcasts", words)["n_told"] == 1
    expect(ride.locator(".notice")).to_have_text("It snows.", timeout=SOON_MS)

    driver = driver_page(browser, quiet, second, language="en")
    quiet.advance(90 * 60)
    driver.button("I have arrived").click()
    expect(shown.locator("h2")).to_contain_text("at the stop", timeout=SOON_MS)
    driver.say_code(booking["boarding_code"])
    expect(shown.locator("h2")).to_contain_text("on board", timeout=SOON_MS)
    expect(ride).to_contain_text("On board", timeout=SOON_MS)
    quiet.advance(8 * 60)
    driver.button("I have arrived").click()
    driver.button("They are off").first.click()
    expect(shown.locator("h2")).to_contain_text("completed", timeout=SOON_MS)
    expect(ride).to_contain_text("You have arrived", timeout=SOON_MS)
    expect(desk.tab("log").locator("tbody")).to_contain_text("alighted", timeout=SOON_MS)
    quiet.next_morning()
    context.close()
    driver.page.context.close()


def test_a_booking_by_phone_keeps_the_contact_apart(desk: Dispatcher) -> None:
    form = desk.tab("phone")
    for end, typed in (("from", "market"), ("to", "beach")):
        field = form.locator(f"#place-{end}")
        field.fill(typed)
        field.press("ArrowDown")
        field.press("Enter")
    form.get_by_label("Name", exact=True).fill("홍길동")
    form.get_by_label("Phone number").fill("010-1234-5678")
    form.get_by_role("button", name="Find shuttles").click()
    expect(form.locator("#offers-heading")).to_be_visible(timeout=SOON_MS)
    assert violations(desk.page) == []
    form.get_by_role("button", name="Book this").first.click()
    detail = desk.page.locator(".detail")
    expect(detail).to_contain_text("phone", timeout=SOON_MS)
    detail.get_by_role("button", name="Show name and number").click()
    expect(detail).to_contain_text("홍길동")
    found = desk.tab("bookings")
    found.get_by_label("Name or phone").fill("길동")
    found.get_by_role("button", name="Search", exact=True).click()
    expect(found.locator("tbody tr")).to_have_count(1)
    assert not [url for url in desk.requested if "%ED%99%8D" in url or "1234" in url]
    detail.get_by_role("button", name="Cancel the booking").click()
    expect(detail.locator("h2")).to_contain_text("cancelled", timeout=SOON_MS)
    detail.get_by_role("button", name="Undo the ending").click()
    expect(detail.locator("h2")).to_contain_text(
        re.compile("scheduled|approaching"), timeout=SOON_MS
    )
    detail.get_by_role("button", name="Cancel the booking").click()


def test_a_closure_is_drawn_previewed_done_and_lifted(quiet: Staffed, desk: Dispatcher) -> None:
    booking = book(quiet, MARKET, BEACH)
    work = desk.tab("measures")
    closing = work.locator("section").first
    closing.get_by_role("button", name="Draw on the map").click()
    desk.page.locator("#map").click(position={"x": 60, "y": 200})
    desk.page.get_by_role("button", name="Corner in the middle").click()
    expect(desk.page.locator(".draw-bar")).to_contain_text("2 corners")
    assert violations(desk.page) == []
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator(".draw-bar")).to_be_hidden()
    closing.get_by_label("Around a stop").select_option(MARKET)
    closing.get_by_role("button", name="Preview").click()
    do_previewed(desk, "1 promise would be broken|promises would be broken")
    expect(closing.locator(".standing li")).to_have_count(1, timeout=SOON_MS)
    expect(desk.page.locator(".alerts")).to_contain_text(
        re.compile("No vehicle|Late"), timeout=SOON_MS
    )
    assert violations(desk.page) == []
    rider_sees = Api(quiet, Role.DISPATCHER).get(f"/v1/bookings/{booking['booking_id']}")
    assert rider_sees["breaches"] or rider_sees["state"] == "disrupted"
    closing.get_by_role("button", name="Open again").click()
    expect(closing.locator(".standing")).to_be_hidden(timeout=SOON_MS)
    Api(quiet, Role.DISPATCHER).post(f"/v1/bookings/{booking['booking_id']}/cancel")


def test_a_breakdown_gives_riders_on_board_to_another(quiet: Staffed, desk: Dispatcher) -> None:
    booking = book(quiet, "VS001", "VS030")
    vehicle_id = booking["vehicle_id"]
    driver = Api(quiet, Role.DRIVER, vehicle_id)
    for act in ("arrive", "board"):
        driver.post(f"/v1/visits/{booking['booking_id']}.pickup/{act}")
    desk.page.locator(".timeline-rows").get_by_role("button", name=vehicle_id).click()
    detail = desk.page.locator(".detail")
    expect(detail).to_contain_text("1 of")
    detail.get_by_role("button", name="Broken down").click()
    do_previewed(desk, "rider would notice|promise")
    expect(detail.locator("h2")).to_contain_text("broken down", timeout=SOON_MS)
    expect(desk.page.locator(".alerts")).to_contain_text("Broken down", timeout=SOON_MS)
    after = Api(quiet, Role.DISPATCHER).get(f"/v1/bookings/{booking['booking_id']}")
    assert after["vehicle_id"] not in (None, vehicle_id)
    detail.get_by_role("button", name="Put back on duty").click()
    do_previewed(desk, "No rider")
    expect(detail.locator("h2")).to_contain_text("on duty", timeout=SOON_MS)


def test_a_suspension_shows_whom_it_concerns(quiet: Staffed, desk: Dispatcher) -> None:
    at = (quiet.service.time.now() + timedelta(hours=3, minutes=30)).isoformat()
    booking = book(quiet, MARKET, BEACH, depart_at=at)
    section = desk.tab("measures").locator("section").nth(1)
    section.get_by_label("From").fill("11:30")
    section.get_by_label("Until").fill("12:30")
    section.get_by_role("button", name="Preview").click()
    expect(desk.page.locator("dialog.preview tbody")).to_contain_text("loses the ride")
    do_previewed(desk, "1 promise would be broken")
    expect(section.locator(".standing li")).to_have_count(1, timeout=SOON_MS)
    told = Api(quiet, Role.DISPATCHER).get(f"/v1/bookings/{booking['booking_id']}")
    assert told["cancellation"]["reason"] == "suspended"
    section.get_by_role("button", name="Resume").click()
    expect(section.locator(".standing")).to_be_hidden(timeout=SOON_MS)


def test_news_roster_and_rules(desk: Dispatcher) -> None:
    news = desk.tab("measures").locator("section").nth(2)
    news.get_by_label("In Korean").fill("눈이 옵니다.")
    news.get_by_label("In English").fill("It snows.")
    news.get_by_role("button", name="Send").click()
    expect(news.locator(".notice")).to_contain_text("told", timeout=SOON_MS)
    roster = desk.tab("roster")
    roster.get_by_role("button", name="Change the day of SH4").click()
    roster.get_by_role("button", name="Add a driver").click()
    roster.locator("fieldset input").first.fill("driver:kim")
    assert violations(desk.page) == []
    roster.get_by_role("button", name="Preview").click()
    do_previewed(desk, "No rider")
    expect(roster.locator("tbody")).to_contain_text("driver:kim", timeout=SOON_MS)
    rules = desk.tab("rules")
    rules.get_by_label("New value").fill("-5")
    rules.get_by_role("button", name="Change").click()
    expect(rules.locator("[role=alert]")).to_contain_text("max_wait_s is negative")
    assert violations(desk.page) == []
    rules.get_by_label("New value").fill("1200")
    rules.get_by_role("button", name="Change").click()
    expect(rules.locator(".standing")).to_contain_text("from 2026-", timeout=SOON_MS)


def places_of_a_round(page) -> set[str]:
    """Parts of the room that the tab key comes through, until it has been around."""
    seen, first = [], None
    for _ in range(120):
        page.keyboard.press("Tab")
        at = page.evaluate("""[
            document.activeElement.closest('.room > section')?.className ?? '',
            document.activeElement.outerHTML.slice(0, 120)]""")
        first = first or at
        if seen and at == first:
            break
        seen.append(at)
    return {place for place, _ in seen}


def test_by_keyboard_alone(desk: Dispatcher) -> None:
    page = desk.page
    page.keyboard.press("Alt+h")
    expect(page.locator("dialog.help")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+t")
    expect(page.locator("#timeline-rows")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2")).to_contain_text("SH2")
    page.keyboard.press("Escape")
    expect(page.locator(".detail")).to_be_hidden()
    page.keyboard.press("Alt+s")
    expect(page.locator("#search-text")).to_be_focused()
    page.keyboard.press("Alt+3")
    expect(page.locator("#tab-measures")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-roster")).to_be_focused()
    assert places_of_a_round(page) >= {"room-map", "room-time", "room-work"}
    page.locator(".timeline-head button").click()
    expect(page.locator(".timeline-table")).to_be_visible()


@pytest.mark.parametrize("options", [
    {"language": "ko", "color_scheme": "dark"},
    {"language": "ko", "viewport": {"width": 800, "height": 450}},  # a desk's screen at 200 %
    {"language": "en", "viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce"},
])  # fmt: skip
def test_every_tab_is_accessible_and_nothing_is_cut_off(
    browser: Browser, quiet: Staffed, options: dict
) -> None:
    desk = Dispatcher(browser, quiet, **options).open()
    for name in ("bookings", "phone", "measures", "roster", "rules", "log"):
        desk.tab(name)
        assert violations(desk.page) == [], name
        assert desk.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    desk.check()
    desk.context.close()


def test_who_may_not_is_told_so(browser: Browser, quiet: Staffed) -> None:
    headers = {"Authorization": f"Bearer {quiet.token(Role.DRIVER, 'SH1')}"}
    context = browser.new_context(extra_http_headers=headers)
    page = context.new_page()
    page.goto(f"{quiet.url}/console")
    expect(page.get_by_role("alert")).to_contain_text("관제실 화면입니다")
    context.close()


def test_a_restart_is_survived_and_nothing_is_lost(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = RunningService(tmp_path_factory.mktemp("restart"), speed=1.0)
    service.start()
    try:
        desk = Dispatcher(browser, service).open()
        service.kill(service=True, store=False)
        expect(desk.page.locator(".top-connection.is-lost")).to_be_visible(timeout=SOON_MS)
        service.restart()
        booking = book(service, MARKET, BEACH)
        expect(desk.page.locator(".top-connection.is-live")).to_be_visible(timeout=60_000)
        code = booking["booking_id"][-5:].upper()
        expect(desk.page.locator("#view-bookings tbody")).to_contain_text(code, timeout=SOON_MS)
        desk.context.close()
    finally:
        service.stop()
