"""Staff sign in with a password or at a provider, riders with their phone; guessing is slow."""

import re
from datetime import timedelta
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import rsa

from api.accounts import limits, sessions
from api.accounts.accounts import Profile, new_account_id
from api.accounts.passwords import Passwords
from api.http.auth import Role
from tests.api.http.running import Person, Running, caller
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, provided

PASSWORD = "correct horse battery staple"


class Texts:
    """A sender that remembers what it was to bring."""

    sent: ClassVar[list[tuple[str, str]]] = []

    async def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))


@pytest.fixture(scope="module")
def provider():
    with provided() as provider:
        yield provider


@pytest.fixture(scope="module")
def staffed(tmp_path_factory, provider):
    """A service of its own: sign-ins are counted."""
    service = Running(
        tmp_path_factory.mktemp("staffed"),
        public_url="http://placeholder.test",
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        text_sender=f"{__name__}:Texts",
    ).start()
    passwords = service.service.people.passwords
    passwords._hasher = PasswordHasher(1, 8, 1)  # as weak as it gets: tests hash a lot
    passwords._nobodys = passwords._hasher.hash("nobody")
    yield service
    service.stop()


@pytest.fixture
def browser(staffed):
    """A browser: it keeps cookies and says where its requests come from."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    with httpx.Client(base_url=staffed.url, headers=headers) as client:
        yield client


@pytest.fixture
def account(staffed):
    """Make an account with a name that no other test has."""

    def make(role=Role.DISPATCHER, vehicle_id=None):
        people = staffed.service.people
        name = f"somebody-{new_account_id()}"
        profile = Profile(name, role, vehicle_id)
        account_id = new_account_id()
        hashed = people.passwords.hash_now(PASSWORD, name)
        return staffed.wait(people.accounts.create(account_id, profile, hashed))

    return make


def sign_in(browser, name, password=PASSWORD, **headers):
    return browser.post("/v1/sign-in", json={"name": name, "password": password}, headers=headers)


def code(answer):
    return answer.status_code, answer.json()["code"]


# --- passwords ---


def test_a_session_lives_in_a_cookie_that_no_script_reads(browser, account):
    answer = sign_in(browser, account(Role.DRIVER, "SH1").name.upper())  # as it was typed
    assert answer.status_code == 200
    assert answer.json()["role"] == "driver"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.cookies["sokcho"] not in answer.text
    assert browser.get("/v1/vehicles/SH1/manifest").status_code == 200
    assert browser.get("/v1/session").json()["vehicle_id"] == "SH1"
    assert code(browser.get("/v1/plan")) == (403, "forbidden")


def test_over_https_the_cookie_is_bound_to_this_host(staffed, browser, account):
    name = account().name
    # What uvicorn makes of a trusted proxy's word; the tests' server trusts 127.0.0.1.
    answer = sign_in(browser, name, **{"X-Forwarded-Proto": "https"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sokcho=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_signing_out_ends_the_session_in_the_store(browser, account):
    sign_in(browser, account().name)
    token = browser.cookies["sokcho"]
    assert browser.delete("/v1/session").status_code == 204
    assert "sokcho" not in browser.cookies
    stolen = {"Cookie": f"sokcho={token}"}
    assert code(browser.get("/v1/plan", headers=stolen)) == (401, "unauthorised")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "SELF"}, 404),
        ({}, 403),
    ],
)
def test_a_cookie_alone_changes_nothing_from_elsewhere(staffed, account, headers, status):
    with httpx.Client(base_url=staffed.url) as client:
        sign_in(client, account().name)
        sent = {k: staffed.url if v == "SELF" else v for k, v in headers.items()}
        answer = client.post(
            "/v1/bookings/none/cancel", headers={**sent, "Idempotency-Key": "k"}, json={}
        )
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["code"] == "cross-site"
        # a look does no harm
        assert client.get("/v1/plan", headers=sent).status_code == 200


def test_another_site_cannot_sign_somebody_in(browser, account):
    answer = sign_in(browser, account().name, **{"Sec-Fetch-Site": "cross-site"})
    assert code(answer) == (403, "cross-site")


def test_a_wrong_name_and_a_wrong_password_are_told_alike(browser, account):
    name = account().name
    wrong = [sign_in(browser, name, "not this one"), sign_in(browser, f"{name}-nobody")]
    assert [answer.json() for answer in wrong] == [wrong[0].json()] * 2
    assert code(wrong[0]) == (401, "sign-in-failed")


def test_a_streak_of_wrong_passwords_has_to_wait(browser, account):
    name, other = account().name, account().name
    for _ in range(limits.FREE_TRIES):
        assert sign_in(browser, name, "wrong").status_code == 401
    assert sign_in(browser, name, "wrong").status_code == 401  # and starts the wait
    locked = sign_in(browser, name)  # the right one does not help now
    assert code(locked) == (429, "too-many-tries")
    assert 0 < int(locked.headers["retry-after"]) <= limits.FIRST_WAIT_S
    assert sign_in(browser, other).status_code == 200


def test_the_wait_doubles_and_ends(staffed):
    people = staffed.service.people

    async def waits():
        found = []
        for _ in range(limits.FREE_TRIES + 3):
            await people.limits.begin_try("test", "x")
            name = people.limits._names("test", "x")[1]
            with staffed.service.store.reach() as redis:
                found.append(int(await redis.ttl(name)))
                await redis.delete(name)
        return found

    assert staffed.wait(waits())[-4:] == [-2, 30, 60, 120]


def test_knowing_the_password_clears_the_count(browser, account):
    name = account().name
    for _ in range(3):
        for _ in range(limits.FREE_TRIES - 1):
            sign_in(browser, name, "wrong")
        assert sign_in(browser, name).status_code == 200


def test_an_address_that_tries_many_names_has_to_wait(staffed):
    people = staffed.service.people
    with httpx.Client(base_url=staffed.url, headers={"X-Forwarded-For": "203.0.113.9"}) as client:
        for _ in range(31):
            staffed.wait(people.limits.begin_try("sign-in-address", "203.0.113.9", 30))
        assert code(sign_in(client, "anybody")) == (429, "too-many-tries")


def test_a_shut_account_loses_its_sessions(staffed, browser, account):
    admin = Person(staffed, caller(Role.ADMIN))
    made = account()
    sign_in(browser, made.name)
    assert browser.get("/v1/plan").status_code == 200
    body = {"name": made.name, "role": "dispatcher", "disabled": True}
    shut = staffed.http.put(f"/v1/accounts/{made.account_id}", json=body, headers=admin.headers)
    assert shut.json()["disabled"] is True
    assert code(browser.get("/v1/plan")) == (401, "unauthorised")
    assert code(sign_in(browser, made.name)) == (401, "sign-in-failed")


def test_another_password_ends_other_sessions(staffed, browser, account):
    made = account()
    with httpx.Client(base_url=staffed.url) as elsewhere:
        sign_in(elsewhere, made.name)
        sign_in(browser, made.name)
        wrong = {"password": "not it", "new_password": "a new one, longer"}
        assert code(browser.post("/v1/session/password", json=wrong)) == (401, "sign-in-failed")
        weak = {"password": PASSWORD, "new_password": "aaaaaaaaaaaa"}
        assert code(browser.post("/v1/session/password", json=weak)) == (422, "weak-password")
        right = {"password": PASSWORD, "new_password": "a new one, longer"}
        assert browser.post("/v1/session/password", json=right).status_code == 200
        assert browser.get("/v1/plan").status_code == 200
        assert elsewhere.get("/v1/plan").status_code == 401
    assert sign_in(browser, made.name).status_code == 401


def test_a_session_ends_by_itself(staffed, monkeypatch):
    people = staffed.service.people
    short = sessions.Sessions(
        staffed.service.store, people.accounts, timedelta(seconds=-1), people.sessions._now
    )
    monkeypatch.setattr(sessions, "IDLE_S", 1)

    async def look():
        monkeypatch.setattr(short, "_lifetime", timedelta(seconds=3600))
        token, _ = await short.begin(caller(Role.PLANNER))
        assert await short.find(token) is not None
        short.look_anew()
        monkeypatch.setattr(short, "_now", lambda: people.sessions._now() + timedelta(hours=2))
        return await short.find(token)

    assert staffed.wait(look()) is None


def test_passwords_are_hashed_as_the_standard_says():
    hashed = Passwords().hash_now(PASSWORD, "somebody")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hashed != Passwords().hash_now(PASSWORD, "somebody")


def test_only_hashes_are_stored(staffed, browser, account):
    name = account().name
    sign_in(browser, name)
    token = browser.cookies["sokcho"]

    async def everything():
        with staffed.service.store.reach() as redis:
            found = b""
            for key in await redis.keys("*"):
                kind = await redis.type(key)
                found += key + (
                    await redis.get(key) or b""
                    if kind == b"string"
                    else repr(await redis.hgetall(key)).encode()
                    if kind == b"hash"
                    else b""
                )
            return found

    stored = staffed.wait(everything())
    assert b"$argon2id$" in stored
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored


# --- accounts ---


def test_accounts_are_made_and_changed_by_admins(staffed):
    admin = Person(staffed, caller(Role.ADMIN))
    account_id, name = new_account_id(), f"driver-{new_account_id()}"
    path = f"/v1/accounts/{account_id}"

    def put(**body):
        return staffed.http.put(path, json={"name": name, **body}, headers=admin.headers)

    assert code(put(role="driver")) == (422, "account-mismatch")  # no password yet
    assert code(put(role="driver", password="short")) == (422, "weak-password")
    assert code(put(role="driver", password=PASSWORD, vehicle_id="X")) == (404, "unknown-vehicle")
    assert code(put(role="planner", password=PASSWORD, vehicle_id="SH1"))[1] == "account-mismatch"
    assert code(put(role="rider", password=PASSWORD)) == (400, "malformed")
    made = put(role="driver", password=PASSWORD, vehicle_id="SH1")
    assert made.status_code == 200
    assert put(role="driver", vehicle_id="SH2").json()["vehicle_id"] == "SH2"
    listed = admin.get("/v1/accounts").json()["accounts"]
    assert [a["vehicle_id"] for a in listed if a["account_id"] == account_id] == ["SH2"]
    assert "argon2" not in admin.get("/v1/accounts").text
    twin = staffed.http.put(
        f"/v1/accounts/{new_account_id()}",
        json={"name": name.upper(), "role": "driver", "password": PASSWORD},
        headers=admin.headers,
    )
    assert code(twin) == (409, "account-exists")


def test_the_first_administrator_comes_with_the_consoles_code(tmp_path):
    service = Running(tmp_path / "new").start()
    try:
        people = service.service.people
        assert service.http.get("/v1/sign-in").json()["needs_first_admin"] is True
        known = people.first_admin._code
        body = {"code": "not-the-code", "name": "chief", "password": PASSWORD}
        path = "/v1/sign-in/first-admin"
        assert code(service.http.post(path, json=body)) == (422, "wrong-code")
        made = service.http.post(path, json={**body, "code": known.upper()})
        assert made.json()["role"] == "admin"
        assert code(service.http.post(path, json={**body, "code": known})) == (409, "setup-done")
        assert service.http.get("/v1/sign-in").json()["needs_first_admin"] is False
        mine = service.http.get("/v1/accounts").json()["accounts"][0]
        shut = {"name": "chief", "role": "admin", "disabled": True}
        answer = service.http.put(
            f"/v1/accounts/{mine['account_id']}",
            json=shut,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert code(answer) == (409, "last-admin")
    finally:
        service.stop()


def test_only_a_demo_names_accounts(browser):
    assert browser.get("/v1/sign-in").json()["demo_accounts"] == []


# --- the identity provider ---


@pytest.fixture
def at_provider(staffed, provider, browser):
    """Go to the provider and come back with its answer; the last redirect."""
    provider.claims = {"sub": "kim", "roles": ["dispatcher", "planner"]}
    provider.wrong, provider.signing_key = {}, None
    provider.redirect_uri = "http://placeholder.test/v1/sign-in/provider/callback"

    def go(page="", change=lambda query: query, forget=False):
        away = browser.get("/v1/sign-in/provider", params={"page": page})
        assert away.status_code == 302
        back = httpx.get(away.headers["location"])
        query = {k: v[0] for k, v in parse_qs(urlsplit(back.headers["location"]).query).items()}
        if forget:
            browser.cookies.clear()
        return browser.get("/v1/sign-in/provider/callback", params=change(query))

    return go


def test_staff_sign_in_at_the_provider(browser, at_provider):
    back = at_provider("/console")
    assert back.headers["location"] == "/console"
    assert browser.get("/v1/session").json()["role"] == "dispatcher"
    assert browser.get("/v1/plan").status_code == 200


def test_a_driver_of_the_provider_has_a_vehicle(browser, provider, at_provider):
    provider.claims = {"sub": "lee", "roles": "driver", "vehicle_id": "SH2"}
    assert at_provider("https://evil.example/").headers["location"] == "/driver"
    assert browser.get("/v1/vehicles/SH2/manifest").status_code == 200
    assert browser.get("/v1/vehicles/SH1/manifest").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"},
        {"exp": 1_700_000_000}, {"azp": "another"}, {"nonce": None}, {"sub": None},
    ],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_is_refused(browser, provider, at_provider, wrong):
    provider.wrong = wrong
    assert at_provider().headers["location"] == "/sign-in?refused=sign-in-failed"
    assert browser.get("/v1/session").status_code == 401


def test_a_token_signed_by_somebody_else_is_refused(browser, provider, at_provider):
    provider.signing_key = rsa.generate_private_key(65537, 2048)
    assert at_provider().headers["location"] == "/sign-in?refused=sign-in-failed"


def test_keys_may_be_changed_by_the_provider(provider, at_provider, staffed):
    assert at_provider().headers["location"] == "/console"
    staffed.service.people.provider._keys.keys[0]._jwk_data["kid"] = "an old one"
    assert at_provider().headers["location"] == "/console"


def test_who_has_no_role_is_told_so(provider, at_provider):
    provider.claims = {"sub": "park", "roles": ["accountant"]}
    assert at_provider().headers["location"] == "/sign-in?refused=no-role"


def test_an_answer_to_another_browsers_sign_in_is_refused(at_provider):
    assert at_provider(forget=True).headers["location"] == "/sign-in?refused=sign-in-failed"


def test_an_answer_counts_once_and_as_it_is(browser, at_provider):
    changed = at_provider(change=lambda query: query | {"code": "guessed"})
    assert changed.headers["location"] == "/sign-in?refused=sign-in-failed"
    mixed = at_provider(change=lambda query: query | {"iss": "https://evil.example"})
    assert mixed.headers["location"] == "/sign-in?refused=sign-in-failed"
    used = {}
    at_provider(change=lambda query: used.update(query) or query)
    again = browser.get("/v1/sign-in/provider/callback", params=used)
    assert again.headers["location"] == "/sign-in?refused=sign-in-failed"


def test_without_a_provider_there_is_no_such_door(running):
    answer = running.http.get("/v1/sign-in/provider")
    assert code(answer) == (404, "not-found")


# --- phone codes ---


def last_code(staffed):
    return re.search(r"\d{6}", Texts.sent[-1][1]).group()


def ask(browser, phone, language="ko"):
    return browser.post(
        "/v1/phone-codes", json={"phone": phone}, headers={"Accept-Language": language}
    )


def redeem(browser, phone, typed):
    return browser.post("/v1/phone-tokens", json={"phone": phone, "code": typed})


def test_a_phone_opens_the_same_bookings_on_another_device(staffed, browser):
    holders = []
    for phone in ("010-1234-5678", "+82 10 1234 5678"):
        staffed.wait(_no_pause(staffed))
        assert ask(browser, phone).status_code == 202
        assert Texts.sent[-1][0] == "+821012345678"
        token = redeem(browser, phone, last_code(staffed))
        assert token.status_code == 201
        holders.append(staffed.service.tokens.open(token.json()["token"]))
    assert holders[0] == holders[1]
    assert holders[0].role is Role.RIDER
    assert "1234" not in holders[0].subject


async def _no_pause(staffed):
    with staffed.service.store.reach() as redis:
        for key in await redis.keys("*tries:text-pause*"):
            await redis.delete(key)


def test_a_code_works_once_and_not_for_another_number(staffed, browser):
    ask(browser, "010-2222-0001")
    known = last_code(staffed)
    assert code(redeem(browser, "010-2222-0002", known)) == (422, "wrong-code")
    assert redeem(browser, "010-2222-0001", known).status_code == 201
    assert code(redeem(browser, "010-2222-0001", known)) == (422, "wrong-code")


def test_codes_cannot_be_guessed(staffed, browser):
    ask(browser, "010-2222-0003")
    known = last_code(staffed)
    wrong = f"{(int(known) + 1) % 10**6:06}"
    for _ in range(5):
        assert code(redeem(browser, "010-2222-0003", wrong)) == (422, "wrong-code")
    assert code(redeem(browser, "010-2222-0003", known)) == (422, "wrong-code")


def test_texts_are_not_sent_at_will(browser):
    assert ask(browser, "010-2222-0004").status_code == 202
    n_sent = len(Texts.sent)
    again = ask(browser, "010-2222-0004")
    assert code(again) == (429, "too-many-tries")
    assert 0 < int(again.headers["retry-after"]) <= 60
    assert len(Texts.sent) == n_sent


def test_a_text_is_in_the_language_of_the_page(browser):
    ask(browser, "010-2222-0005", "en")
    assert "Your code" in Texts.sent[-1][1]
    assert code(ask(browser, "12")) == (400, "malformed")
    assert code(ask(browser, "not a number")) == (422, "wrong-phone")
