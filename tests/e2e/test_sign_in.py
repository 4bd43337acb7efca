"""The sign-in page: each way in, and what happens to who cannot come in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from api.http.auth import Role
from tests.e2e.crew import PASSWORD, Conduct, Staffed, open_context, staffed
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provided

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """An identity provider."""
    with provided() as provider:
        yield provider


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Staffed]:
    """A service without an administrator yet, at which staff of the provider may sign in."""
    settings = {
        "oidc_issuer": provider.url, "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET, "public_url": "http://127.0.0.1:1",
    }  # fmt: skip
    with staffed(tmp_path_factory.mktemp("house"), **settings) as service:
        # Which port is free is known only now.
        vars(service.settings)["public_url"] = service.url
        provider.redirect_uri = f"{service.url}/v1/sign-in/provider/callback"
        yield service


@pytest.fixture
def visitor(browser: Browser, house: Staffed) -> Iterator[Conduct]:
    """Somebody in front of the sign-in page."""
    context = open_context(browser, viewport={"width": 390, "height": 844})
    visitor = Conduct(context.new_page(), house.url)
    visitor.open()
    yield visitor
    context.close()


def fill(visitor: Conduct, name: str, password: str) -> None:
    form = visitor.page.locator("#sign-in")
    form.locator("[name=name]").fill(name)
    form.locator("[name=password]").fill(password)
    form.locator("[type=submit]").click()


def test_the_first_administrator(house: Staffed, visitor: Conduct) -> None:
    page = visitor.page
    form = page.locator("#first-admin")
    visitor.check_access()
    visitor.check_targets(44)
    for code in ("0000-0000-0000-0000", house.service.people.first_admin._code or ""):
        form.locator("[name=code]").fill(code)
        form.locator("[name=name]").fill("chief")
        form.locator("[name=password]").fill(PASSWORD)
        form.locator("[type=submit]").click()
        if code.startswith("0000"):
            expect(form.locator(".told")).to_contain_text("인증번호")
            visitor.check_access()
    page.wait_for_url(re.compile("/console$"))
    page.goto(f"{house.url}/sign-in")
    expect(page.locator("main")).to_contain_text("chief · 관리자")
    visitor.check_access()
    visitor.check_conduct()


def test_a_password_by_keyboard_alone_in_english(house: Staffed, browser: Browser) -> None:
    house.account("driver-7", Role.DRIVER, "SH1")
    context = open_context(browser, "en", color_scheme="dark")
    visitor = Conduct(context.new_page(), house.url)
    visitor.path = "/sign-in?page=%2Fdriver"
    visitor.open()
    page = visitor.page
    visitor.check_access()
    visitor.tab_to("#sign-in [name=name]")
    page.keyboard.type("driver-7")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in .told")).to_contain_text("Name or password is wrong")
    expect(page.locator("#sign-in .told")).to_be_focused()
    visitor.check_access()
    visitor.tab_to("#sign-in [name=name]")
    page.keyboard.press("Control+A")
    page.keyboard.type("driver-7")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.url}/driver")
    expect(page.locator(".vehicle")).to_have_text("SH1")
    cookies = context.cookies()
    assert [(c["name"], c["httpOnly"], c["sameSite"]) for c in cookies] == [
        ("sokcho", True, "Strict")
    ]
    assert page.evaluate("document.cookie") == ""
    context.close()


def test_who_guesses_has_to_wait(house: Staffed, visitor: Conduct) -> None:
    house.account("planner-7", Role.PLANNER)
    for _ in range(6):
        fill(visitor, "planner-7", "a wrong guess")
        expect(visitor.page.locator("#sign-in .told")).to_contain_text("맞지 않습니다")
        visitor.page.locator("#sign-in [name=name]").fill("")
    fill(visitor, "planner-7", PASSWORD)
    expect(visitor.page.locator("#sign-in .told")).to_contain_text("1분 안에 풀립니다")
    visitor.check_access()


def test_a_provider_and_the_way_out(house: Staffed, provider: Provider, visitor: Conduct) -> None:
    provider.claims = {"sub": "lee", "roles": ["driver"], "vehicle_id": "SH2"}
    page = visitor.page
    page.get_by_role("link", name="기관 계정으로 로그인").click()
    page.wait_for_url(f"{house.url}/driver")
    expect(page.locator(".vehicle")).to_have_text("SH2")
    page.get_by_role("button", name="설정").click()
    page.get_by_role("button", name="로그아웃").click()
    page.wait_for_url(re.compile("/sign-in"))
    expect(page.locator("#sign-in")).to_be_visible()
    assert page.context.cookies() == []


def test_who_has_no_role_is_told_so(house: Staffed, provider: Provider, visitor: Conduct) -> None:
    provider.claims = {"sub": "park", "roles": []}
    visitor.page.get_by_role("link", name="기관 계정으로 로그인").click()
    expect(visitor.page.locator(".notice")).to_contain_text("맡은 역할이 없습니다")
    visitor.check_access()


def test_a_password_is_changed(house: Staffed, visitor: Conduct) -> None:
    house.account("dispatcher-7", Role.DISPATCHER)
    page = visitor.page
    fill(visitor, "dispatcher-7", PASSWORD)
    page.wait_for_url(re.compile("/console$"))
    page.goto(f"{house.url}/sign-in")
    form = page.locator("#password-change")
    form.locator("[name=password]").fill(PASSWORD)
    form.locator("[name=next]").fill("another good password")
    form.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("비밀번호를 바꾸었습니다")
    visitor.check_access()
    page.get_by_role("button", name="로그아웃").click()
    fill(visitor, "dispatcher-7", "another good password")
    page.wait_for_url(re.compile("/console$"))


def test_only_our_own_pages_are_gone_to(house: Staffed, visitor: Conduct) -> None:
    house.account("representative-7", Role.REPRESENTATIVE)
    visitor.page.goto(f"{house.url}/sign-in?page=%2F%2Fevil.example")
    fill(visitor, "representative-7", PASSWORD)
    visitor.page.wait_for_url(f"{house.url}/care")
