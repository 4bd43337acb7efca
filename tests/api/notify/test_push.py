"""Notes reach the browser that wants them, through a push service, and outlive the process."""

import logging
import re
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.http.auth import Caller, Role
from api.notify.records import Note, NoteKind, Subscription, Target
from api.notify.senders import encrypt, is_allowed
from api.notify.words import WORDS, words_of
from tests.api.http.conftest import driver_of
from tests.api.http.running import Person, Running, caller
from tests.api.notify.push_service import Browser, PushService, from_base64url, push_service

# RFC 8291, Appendix A: the browser's key, and a message to it
_UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
_UA_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
_MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


@pytest.fixture(scope="module")
def pushes():
    with push_service() as service:
        yield service


@pytest.fixture(scope="module")
def telling(tmp_path_factory, pushes: PushService):
    hosts = f"127.0.0.1:{pushes.port}"
    service = Running(tmp_path_factory.mktemp("telling"), push_hosts=hosts).start()
    yield service
    service.stop()


@pytest.fixture
def rider(telling: Running, pushes: PushService) -> Person:
    telling.next_morning()
    return Person(telling, caller(Role.RIDER, uuid.uuid4().hex))


def subscribe(rider: Person, pushes: PushService, language: str = "en") -> Browser:
    browser = Browser()
    body = {"endpoint": pushes.endpoint(browser), "keys": browser.keys, "language": language}
    answer = put(rider, f"/v1/push-subscriptions/{uuid.uuid4()}", body)
    assert answer.status_code == 200, answer.text
    return browser


def put(person: Person, path: str, body: object):
    return person.running.http.put(path, json=body, headers=person.headers)


def test_the_browser_of_the_tests_reads_the_message_of_the_standard() -> None:
    number = int.from_bytes(from_base64url(_UA_PRIVATE), "big")
    browser = Browser(ec.derive_private_key(number, ec.SECP256R1()), from_base64url(_UA_AUTH))
    told = browser.decrypt(from_base64url(_MESSAGE))
    assert told == b"When I grow up, I want to be a watermelon"


def test_a_booking_is_told_in_the_riders_language(rider: Person, pushes: PushService) -> None:
    browser = subscribe(rider, pushes, "ja")
    booking = rider.book()
    (note,) = pushes.notes(browser, 1)
    assert (note["kind"], note["booking_id"]) == ("booked", booking["booking_id"])
    assert note["title"] == "予約しました"
    assert booking["promise"]["pickup"]["earliest_at"][11:16] in note["text"]
    assert booking["boarding_code"] in note["text"]
    sent = pushes.sent_to(browser)[0]
    assert sent.headers["Content-Encoding"] == "aes128gcm"
    assert int(sent.headers["TTL"]) > 3600
    assert booking["booking_id"].encode() not in sent.body


def test_the_push_service_can_tell_who_sends(rider: Person, pushes: PushService) -> None:
    browser = subscribe(rider, pushes)
    rider.book()
    (sent,) = pushes.wait_for(browser, 1)
    token, key = re.fullmatch(r"vapid t=(\S+), k=(\S+)", sent.headers["Authorization"]).groups()
    assert key == rider.get("/v1/push-key").json()["public_key"]
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(key))
    audience = f"http://127.0.0.1:{pushes.port}"
    claims = jwt.decode(token, point, ["ES256"], audience=audience)
    assert claims["exp"] < time.time() + 24 * 3600


def test_a_ride_is_told_from_the_approach_to_the_arrival(
    rider: Person, telling: Running, pushes: PushService
) -> None:
    browser = subscribe(rider, pushes)
    booking = rider.book()
    driver = driver_of(telling, booking["vehicle_id"])
    for _ in range(30):
        telling.advance(60)
        if rider.get(f"/v1/bookings/{booking['booking_id']}").json()["state"] == "approaching":
            break
    manifest = driver.get(f"/v1/vehicles/{booking['vehicle_id']}/manifest").json()
    visit = manifest["visits"][0]["visit_id"]
    answer = driver.post(f"/v1/visits/{visit}/arrive", {})
    assert answer.status_code == 200, answer.text
    kinds = [note["kind"] for note in pushes.notes(browser, 3)]
    assert kinds == ["booked", "approaching", "arrived"]


def test_who_was_told_that_the_shuttle_is_there_counts_as_contacted(
    rider: Person, telling: Running, pushes: PushService
) -> None:
    test_a_ride_is_told_from_the_approach_to_the_arrival(rider, telling, pushes)
    booking_id = rider.get("/v1/bookings").json()["bookings"][0]["booking_id"]
    until = time.monotonic() + 40
    while time.monotonic() < until:
        _, booking = telling.service.loop.find_booking(booking_id)
        if booking.contacted_time is not None:
            return
        time.sleep(0.05)
    raise AssertionError("no contact was recorded")


def test_a_cancellation_by_the_operator_is_told_and_one_by_the_rider_is_not(
    rider: Person, telling: Running, pushes: PushService
) -> None:
    browser = subscribe(rider, pushes)
    own, others = rider.book(), rider.book()
    rider.post(f"/v1/bookings/{own['booking_id']}/cancel")
    dispatcher = Person(telling, caller(Role.DISPATCHER))
    dispatcher.post(f"/v1/bookings/{others['booking_id']}/cancel", {"reason": "weather"})
    notes = pushes.notes(browser, 3)
    assert [note["kind"] for note in notes] == ["booked", "booked", "cancelled"]
    assert notes[2]["booking_id"] == others["booking_id"]


def test_what_the_push_service_did_not_take_is_sent_again(
    rider: Person, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.notify.outbox.FIRST_PAUSE_S", 0.2)
    browser = subscribe(rider, pushes)
    pushes.answers[browser.path] = [503, 429]
    rider.book()
    notes = pushes.notes(browser, 3)
    assert len({note["id"] for note in notes}) == 1


def test_a_browser_that_is_gone_is_forgotten(
    rider: Person, telling: Running, pushes: PushService
) -> None:
    browser = subscribe(rider, pushes)
    pushes.answers[browser.path] = [410]
    rider.book()
    pushes.wait_for(browser, 1)
    owner = rider.caller.subject
    until = time.monotonic() + 40
    while telling.wait(telling.service.subscriptions.list_of(owner)):
        assert time.monotonic() < until
        time.sleep(0.05)
    rider.book()
    time.sleep(0.5)
    assert len(pushes.sent_to(browser)) == 1


def test_nobody_is_told_who_does_not_want_it(rider: Person, pushes: PushService) -> None:
    subscription_id = str(uuid.uuid4())
    gone = Browser()
    body = {"endpoint": pushes.endpoint(gone), "keys": gone.keys}
    put(rider, f"/v1/push-subscriptions/{subscription_id}", body)
    path = f"/v1/push-subscriptions/{subscription_id}"
    assert rider.running.http.delete(path, headers=rider.headers).status_code == 204
    stranger = Person(rider.running, caller(Role.RIDER, uuid.uuid4().hex))
    browser = subscribe(stranger, pushes)
    rider.book()
    booking = stranger.book()
    (note,) = pushes.notes(browser, 1)
    time.sleep(0.3)
    assert pushes.sent_to(gone) == []
    assert note["booking_id"] == booking["booking_id"]


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:444/x", False),
        ("https://169.254.169.254/latest", False),
        ("http://127.0.0.1:6379/", False),
        ("http://127.0.0.1:99999/", False),
        ("nonsense", False),
    ],
)
def test_notes_go_to_known_push_services_only(endpoint: str, allowed: bool) -> None:
    hosts = "fcm.googleapis.com, *.push.services.mozilla.com"
    assert is_allowed(endpoint, hosts) is allowed


@pytest.mark.parametrize("what", ["endpoint", "p256dh", "auth"])
def test_a_wrong_subscription_is_refused(rider: Person, pushes: PushService, what: str) -> None:
    browser = Browser()
    body = {"endpoint": pushes.endpoint(browser), "keys": browser.keys}
    if what == "endpoint":
        body["endpoint"] = "https://example.org/push"
    else:
        body["keys"] |= {what: "AAAA"}
    answer = put(rider, f"/v1/push-subscriptions/{uuid.uuid4()}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "push-not-allowed")


def test_every_note_has_words_in_every_language_and_keeps_to_its_facts() -> None:
    facts = {"stop": {"ko": "시청", "en": "City Hall"}, "text": {"ko": "눈", "en": "Snow"}}
    facts |= dict.fromkeys(("day", "from", "until", "time", "vehicle", "minutes", "code"), "7")
    for language, words in WORDS.items():
        assert set(words) == set(NoteKind), language
        for kind in NoteKind:
            note = Note("n", kind, "b", Target("push", "o"), facts)
            title, text = words_of(note, language)
            assert title
            assert text
            assert "{" not in title + text


def test_same_content_is_sealed_anew_each_time() -> None:
    browser = Browser()
    subscription = Subscription("s", "https://x", **browser.keys)
    sealed = [encrypt(b"content", subscription) for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert [browser.decrypt(each) for each in sealed] == [b"content"] * 2


def owner_of(service: Running, phone: str) -> str:
    """Who has proved to have this number."""
    return service.service.people.phone_codes.subject_of(phone)


class Phones:
    """A sender that keeps what it was given."""

    sent: list[tuple[str, str]] = []  # noqa: RUF012

    async def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))


def test_a_guest_without_a_page_is_told_by_text_and_no_log_has_the_number(
    tmp_path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    Phones.sent.clear()
    service = Running(tmp_path, text_sender=f"{__name__}:Phones").start()
    try:
        desk = Person(service, caller(Role.DISPATCHER))
        offer = desk.offers()[0]["offer_id"]
        contact = {"name": "김영희", "phone": "010-1234-5678"}
        body = {"offer_id": offer, "channel": "phone", "contact": contact}
        assert desk.post("/v1/bookings", body).status_code == 201
        until = time.monotonic() + 40
        while not Phones.sent:
            assert time.monotonic() < until
            time.sleep(0.05)
        guest = Person(service, Caller(owner_of(service, "+821012345678"), Role.RIDER))
        (booking,) = guest.get("/v1/bookings").json()["bookings"]
        cancelled = guest.post(f"/v1/bookings/{booking['booking_id']}/cancel").json()
        assert cancelled["cancellation"]["by"] == "rider"
    finally:
        service.stop()
    ((phone, text),) = Phones.sent
    assert phone == "+821012345678"
    assert "예약되었습니다" in text
    assert "김영희" not in text
    assert "1234" not in caplog.text


def test_notes_outlive_a_restart_and_are_told_once(tmp_path, pushes: PushService) -> None:
    """The push service is away when the ride is booked, and the process ends before it is back."""
    hosts = f"127.0.0.1:{pushes.port}"
    service = Running(tmp_path, push_hosts=hosts).start()
    rider = Person(service, caller(Role.RIDER, "one"))
    browser = subscribe(rider, pushes)
    pushes.answers[browser.path] = [503] * 50
    booking = rider.book()
    pushes.wait_for(browser, 1)
    start = service.service.time.now()
    service.stop()
    pushes.got.clear()
    pushes.answers.clear()
    again = Running(tmp_path, start, push_hosts=hosts).start()
    try:
        (note,) = pushes.notes(browser, 1)
        time.sleep(1.0)
        assert len(pushes.sent_to(browser)) == 1
    finally:
        again.stop()
    assert note["booking_id"] == booking["booking_id"]


def test_what_was_committed_just_before_the_end_is_told_by_the_next_process(
    tmp_path, pushes: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is the source: a process that never got to put its notes has lost none."""
    hosts = f"127.0.0.1:{pushes.port}"

    async def sleeps(*_: object) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr("api.notify.notifier.Notifier._take", sleeps)
        service = Running(tmp_path, push_hosts=hosts).start()
        rider = Person(service, caller(Role.RIDER, "one"))
        browser = subscribe(rider, pushes)
        rider.book()
        start = service.service.time.now()
        service.stop()
    assert pushes.sent_to(browser) == []
    again = Running(tmp_path, start, push_hosts=hosts).start()
    try:
        (note,) = pushes.notes(browser, 1)
    finally:
        again.stop()
    assert note["kind"] == "booked"


def test_a_broadcast_is_told_like_everything_else(rider: Person, pushes: PushService) -> None:
    browser = subscribe(rider, pushes, "ko")
    booking = rider.book()
    dispatcher = Person(rider.running, caller(Role.DISPATCHER))
    words = {"text_ko": "폭설로 늦습니다.", "text_en": "Snow: we run late."}
    assert dispatcher.post("/v1/broadcasts", words).json()["n_told"] == 1
    news = pushes.notes(browser, 2)[1]
    assert (news["kind"], news["text"]) == ("news", "폭설로 늦습니다.")
    assert news["booking_id"] == booking["booking_id"]
