"""The driver's page in a real browser: a day's work, also without a connection."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from api.http.auth import Role
from routing.dispatch.commands import LockAssignment
from tests.e2e.crew import TABLET, Conduct, DriverPage, Staffed, driver_page, open_context, staffed

pytestmark = pytest.mark.browser

#: Sent again after a second, the page needs a moment.
SOON_MS = 15_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """A service whose clock the tests set."""
    with staffed(tmp_path_factory.mktemp("desk")) as service:
        yield service


@pytest.fixture
def morning(desk: Staffed) -> Staffed:
    """A day of the test's own."""
    desk.next_morning()
    return desk


@pytest.fixture
def drive(browser: Browser, morning: Staffed) -> Iterator[Any]:
    """Open a driver's page; at the end the conduct of each is checked."""
    with ExitStack() as stack:
        opened: list[DriverPage] = []

        def open_page(vehicle_id: str, **options: Any) -> DriverPage:
            driver = driver_page(browser, morning, vehicle_id, **options)
            stack.callback(driver.page.context.close)
            opened.append(driver)
            return driver

        yield open_page
        for driver in opened:
            driver.check_conduct()


def booked(service: Staffed, name: str, **wish: Any) -> tuple[Any, dict[str, Any]]:
    """A rider and their booking, whose shuttle is on its way."""
    rider = service.rider(f"{name}-{service.service.time.today()}")
    booking = rider.book(**wish)
    service.advance(1)
    # The re-optimiser may give it to another shuttle before the page is there.
    date = service.service.time.today()
    service.wait(service.service.loop.submit(date, LockAssignment(booking["booking_id"], "test")))
    return rider, state_of(rider, booking)


def state_of(rider: Any, booking: dict[str, Any]) -> dict[str, Any]:
    view: dict[str, Any] = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    return view


def seconds_from(service: Staffed, text: str) -> float:
    return (datetime.fromisoformat(text) - service.service.time.now()).total_seconds()


def test_a_ride_from_the_manifest_to_the_last_step(morning: Staffed, drive: Any) -> None:
    rider, booking = booked(morning, "ride", party={"passengers": 3, "seniors": 1})
    driver = drive(booking["vehicle_id"])
    page = driver.page
    expect(page.locator("#next-stop")).to_have_text("속초시청")
    expect(page.locator(".parties")).to_contain_text("3명")
    assert page.locator(".navigate").get_attribute("href").startswith("geo:")
    driver.check_access()
    driver.check_targets()
    morning.advance(max(0, seconds_from(morning, booking["expected"]["pickup_at"])))
    driver.button("도착했습니다").click()
    expect(page.locator("#here-stop")).to_have_text("속초시청")
    expect(page.locator(".fare")).to_contain_text("4,590원")
    driver.check_access()
    driver.check_targets()

    code = booking["boarding_code"]
    driver.say_code("12")
    expect(page.locator("#code-note")).to_have_text("숫자 네 자리를 입력해 주세요.")
    driver.say_code(f"{(int(code) + 1) % 10_000:04}")
    expect(page.locator("#code-note")).to_contain_text("여기 예약의 번호가 아닙니다")
    driver.check_access()
    assert state_of(rider, booking)["state"] == "arrived"
    driver.say_code(code)
    expect(page.locator("#next-stop")).to_have_text("속초해수욕장")
    expect(page.locator(".on-board")).to_contain_text("좌석 3")
    driver.check_access()
    morning.advance(400)
    driver.button("도착했습니다").click()
    with driver.told("alight"):
        driver.button("내렸습니다").click()
    expect(page.locator(".link")).to_contain_text("연결됨")
    expect(page.locator("[role=status]", has_text="하차를 기록했습니다")).to_have_count(1)
    assert state_of(rider, booking)["state"] == "completed"
    driver.check_access()


def test_some_of_a_party_and_a_no_show(morning: Staffed, drive: Any) -> None:
    rider, booking = booked(morning, "some", party={"passengers": 4, "children": 2})
    driver = drive(booking["vehicle_id"], language="en", viewport=TABLET)
    page = driver.page
    morning.advance(max(0, seconds_from(morning, booking["expected"]["pickup_at"])))
    driver.button("I have arrived").click()
    driver.button("Some of them").click()
    page.locator(".part [aria-label*='People'] button").first.click()
    driver.check_access()
    with driver.told("board"):
        page.locator(".part .primary").click()
    expect(page.locator(".on-board")).to_contain_text("2 seats")
    after = state_of(rider, booking)
    assert (after["state"], after["party"]["passengers"]) == ("on_board", 2)


def test_a_no_show_is_guarded_and_says_when(morning: Staffed, drive: Any) -> None:
    rider, booking = booked(morning, "missing")
    driver = drive(booking["vehicle_id"])
    page = driver.page
    morning.advance(max(0, seconds_from(morning, booking["expected"]["pickup_at"])))
    driver.button("도착했습니다").click()
    page.locator("summary").click()
    missing = driver.button("안 나타남으로 기록")
    expect(missing).to_be_disabled()
    expect(page.locator(".missing .hint")).to_contain_text("부터 기록할 수 있습니다")
    driver.button("이름과 전화 보기").click()
    expect(page.locator(".missing .told")).to_contain_text("연락처가 없습니다")
    driver.check_access()
    driver.button("연락을 시도했습니다").click()
    expect(driver.button("연락 시도 기록됨")).to_be_disabled()
    morning.advance(200)
    page.reload()
    page.locator("summary").click()
    with driver.told("no-show"):
        driver.button("안 나타남으로 기록").click()
    expect(page.locator(".at-stop")).to_have_count(0)
    assert state_of(rider, booking)["state"] == "no_show"


def test_the_name_is_hidden_until_it_is_asked_for(morning: Staffed, drive: Any) -> None:
    rider = morning.rider("named")
    offer = rider.offers()[0]["offer_id"]
    contact = {"name": "홍길동", "phone": "010-1234-5678"}
    body = {"offer_id": offer, "contact": contact}
    booking = rider.post("/v1/bookings", body).json()
    morning.advance(max(1, seconds_from(morning, booking["expected"]["pickup_at"])))
    driver = drive(booking["vehicle_id"])
    driver.button("도착했습니다").click()
    page = driver.page
    page.locator("summary").click()
    assert "길동" not in page.content()
    driver.button("이름과 전화 보기").click()
    expect(page.locator(".contact")).to_contain_text("길동")
    assert "홍길동" not in page.content()
    assert page.locator(".contact a").get_attribute("href") == "tel:010-1234-5678"
    driver.check_access()


def test_a_day_without_a_connection_is_caught_up(morning: Staffed, drive: Any) -> None:
    """Arrive, board, restart the page, go on and alight, all offline; then all of it is told."""
    rider, booking = booked(morning, "offline")
    driver = drive(booking["vehicle_id"])
    page = driver.page
    expect(page.locator("#next-stop")).to_have_text("속초시청")
    # The riders' page has a worker of its own, for all of the origin: the two keep apart.
    riders = page.context.new_page()
    riders.goto(morning.url)
    riders.evaluate("navigator.serviceWorker.ready")
    riders.close()
    page.wait_for_timeout(500)  # the worker keeps the page's files
    morning.advance(max(0, seconds_from(morning, booking["expected"]["pickup_at"])))
    page.reload()  # the page's clock is the service's again
    expect(page.locator("#next-stop")).to_have_text("속초시청")
    left_at = morning.service.time.now()

    driver.cut_off()
    driver.button("도착했습니다").click()
    driver.say_code("0000" if booking["boarding_code"] != "0000" else "1111")
    expect(page.locator("#code-note")).to_contain_text("번호가 아닙니다")  # known without asking
    driver.say_code(booking["boarding_code"])
    expect(page.locator(".link")).to_contain_text("연결 없음", timeout=SOON_MS)
    expect(page.locator(".link")).to_contain_text("보낼 기록 2건")
    page.reload()
    expect(page.locator("#next-stop")).to_have_text("속초해수욕장")
    expect(page.locator(".link")).to_contain_text("보낼 기록 2건")
    driver.check_access()
    driver.button("도착했습니다").click()
    driver.button("내렸습니다").click()
    expect(page.locator(".link")).to_contain_text("보낼 기록 4건")
    assert state_of(rider, booking)["state"] in ("scheduled", "approaching")

    morning.advance(1500)
    driver.connect()
    page.wait_for_function("() => !document.querySelector('.count-waiting')", timeout=SOON_MS)
    expect(page.locator(".link")).to_contain_text("연결됨", timeout=SOON_MS)
    expect(page.locator(".refusal")).to_have_count(0)
    after = state_of(rider, booking)
    assert after["state"] == "completed"
    happened = [
        datetime.fromisoformat(after[n]) for n in ("arrived_at", "boarded_at", "alighted_at")
    ]
    assert happened == sorted(happened)
    # They happened while nobody knew, and not when they became known.
    assert all(at - left_at < timedelta(seconds=120) for at in happened)


def test_what_the_service_cannot_take_is_told_in_words(morning: Staffed, drive: Any) -> None:
    rider, booking = booked(morning, "gone")
    driver = drive(booking["vehicle_id"])
    page = driver.page
    expect(page.locator("#next-stop")).to_have_text("속초시청")
    driver.cut_off()
    driver.button("도착했습니다").click()
    assert rider.post(f"/v1/bookings/{booking['booking_id']}/cancel").status_code == 200
    driver.connect()
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("‘도착’ 기록이 받아들여지지 않았습니다", timeout=SOON_MS)
    expect(refusal).to_contain_text("속초시청")
    driver.check_access()
    driver.button("확인했습니다").first.click()
    expect(refusal).to_have_count(0)


def test_a_new_booking_makes_itself_seen(morning: Staffed, drive: Any) -> None:
    _, booking = booked(morning, "first")
    driver = drive(booking["vehicle_id"])
    page = driver.page
    expect(page.locator("#next-stop")).to_be_visible()
    page.locator(".top").click()  # sound may begin after a touch
    expect(page.locator(".link")).to_contain_text("연결됨")
    page.wait_for_timeout(500)
    manifest = f"/v1/vehicles/{booking['vehicle_id']}/manifest"
    for n in range(12):
        booked(morning, f"more{n}", origin="VS024", destination="VS048")
        plan = page.evaluate("path => fetch(path).then((answer) => answer.json())", manifest)
        if len({visit["booking_id"] for visit in plan["visits"]} - {None}) > 1:
            break
    expect(page.locator(".change-note")).to_contain_text("새 예약", timeout=SOON_MS)
    assert page.locator(".changes").get_attribute("aria-live") == "assertive"
    driver.check_access()
    driver.button("확인했습니다").click()
    expect(page.locator(".change-note")).to_have_count(0)


def test_a_walk_up_by_keyboard_alone(morning: Staffed, drive: Any) -> None:
    driver = drive("SH1")
    page = driver.page
    expect(page.locator(".idle h2")).to_be_visible()
    driver.check_access()
    driver.tab_to(".bottom button")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_be_visible()
    driver.check_access()
    driver.check_targets()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    driver.tab_to(".bottom button")
    page.keyboard.press("Enter")
    page.keyboard.type("해수욕장")
    page.keyboard.press("Enter")
    driver.tab_to("dialog [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#next-stop")).to_have_text("속초해수욕장", timeout=SOON_MS)
    expect(page.locator(".on-board")).to_contain_text("좌석 1")
    driver.tab_to(".next .primary")
    page.keyboard.press("Enter")
    driver.tab_to(".leaving button")
    page.keyboard.press("Enter")
    expect(page.locator(".leaving")).to_have_count(0)


def test_a_call_for_help_reaches_the_control_room(morning: Staffed, drive: Any) -> None:
    driver = drive("SH2", language="en", color_scheme="dark")
    page = driver.page
    expect(page.locator(".idle h2")).to_be_visible()
    driver.check_access()
    driver.button("^SOS$").click()
    driver.check_access()
    with driver.told("incidents"):
        driver.button("Call for help now").click()
    expect(page.locator("dialog")).to_have_count(0)
    driver.button("^Incident$").click()
    driver.check_access()
    with driver.told("incidents"):
        driver.button("Road blocked").click()
    state = morning.service.loop.committed(morning.service.time.today())
    assert sorted(each.kind for each in state.incidents.values()) == ["road", "sos"]


def test_positions_are_told_in_bodies(morning: Staffed, drive: Any) -> None:
    driver = drive("SH3")
    with driver.page.expect_request(re.compile("/positions$"), timeout=SOON_MS) as found:
        driver.page.context.set_geolocation({"latitude": 38.2055, "longitude": 128.5921})
    told = [report["position"] for report in found.value.post_data_json["positions"]]
    assert all(position in ([128.5918, 38.207], [128.5921, 38.2055]) for position in told)
    driver.page.wait_for_timeout(300)
    assert morning.service.positions.find("SH3") is not None


def test_settings_and_languages(morning: Staffed, drive: Any) -> None:
    _, booking = booked(morning, "menu")
    driver = drive(booking["vehicle_id"])
    driver.button("설정").click()
    driver.check_access()
    driver.check_targets()
    driver.page.locator("label", has_text="카카오맵").click()
    driver.page.locator("label", has_text="English").click()
    driver.button("Close").click()
    href = driver.page.locator(".navigate").get_attribute("href")
    assert href.startswith("kakaomap://route?ep=38.")
    expect(driver.page.locator(".kind")).to_contain_text("Go and pick up")


def test_the_page_is_for_drivers_with_a_vehicle(browser: Browser, morning: Staffed) -> None:
    for role, text in ((Role.DISPATCHER, "기사 계정이 아닙니다"), (Role.DRIVER, "차량이 없습니다")):
        context = open_context(browser)
        morning.enter(context, role)
        staff = Conduct(context.new_page(), morning.url)
        staff.page.goto(f"{morning.url}/driver")
        expect(staff.page.locator("main")).to_contain_text(text)
        staff.check_access()
        context.close()
    context = open_context(browser)
    page = context.new_page()
    page.goto(f"{morning.url}/driver")
    page.wait_for_url(re.compile(r"/sign-in\?page=%2Fdriver$"))
    context.close()


def test_a_session_that_ends_keeps_what_was_done(morning: Staffed, drive: Any) -> None:
    rider, booking = booked(morning, "signed-out")
    driver = drive(booking["vehicle_id"])
    page = driver.page
    expect(page.locator("#next-stop")).to_be_visible()
    page.context.clear_cookies()
    driver.button("도착했습니다").click()
    expect(page.locator(".refusal")).to_contain_text("로그인이 끝났습니다", timeout=SOON_MS)
    driver.check_access()
    assert state_of(rider, booking)["state"] != "arrived"
    morning.enter(page.context, Role.DRIVER, booking["vehicle_id"])
    with driver.told("arrive"):
        page.goto(f"{morning.url}/driver")
    expect(page.locator("#here-stop")).to_be_visible()
    assert state_of(rider, booking)["state"] == "arrived"
