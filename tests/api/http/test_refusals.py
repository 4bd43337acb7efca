"""Each refusal has a problem type of its own, says what to do next, and gives nothing back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from api.http.problems import PROBLEMS
from api.trips.offers import OfferTokens
from routing.dispatch.rejections import RejectReason
from tests.api.http.conftest import driver_of
from tests.api.http.running import at, trip

SEA = (128.64, 38.21)
NO_STOP = (128.47, 38.155)  # in the mountains, within the city
SEOUL = (126.978, 37.566)


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    problem = answer.json()
    kind = PROBLEMS[code]
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/v1/problems/{code}"
    assert problem["status"] == status == kind.status
    assert (problem["title"], problem["detail"]) == (kind.title.en, kind.advice.en)
    return problem


def test_every_reason_of_the_core_is_published(anybody):
    published = {each["code"] for each in anybody.get("/v1/problems").json()["problems"]}
    assert {reason.value for reason in RejectReason} <= published
    for code in published:
        assert anybody.get(f"/v1/problems/{code}").json()["code"] == code
    refused(anybody.get("/v1/problems/nonsense"), 404, "not-found")


def test_problems_speak_the_language_that_is_asked_for(running, anybody):
    def title(accept_language):
        answer = anybody.get("/v1/nothing", headers={"Accept-Language": accept_language})
        assert answer.headers["content-language"] in ("ko", "en")
        return answer.json()["title"]

    kind = PROBLEMS["not-found"]
    assert title("en-US,en;q=0.9,ko;q=0.5") == kind.title.en
    for korean in ("ko", "ko-KR,en;q=0.1", "", "de,fr", "en;q=0", "*", "en;q=x"):
        assert title(korean) == kind.title.ko, korean


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"origin": SEOUL}, 422, "out-of-area"),
        ({"destination": SEA}, 422, "out-of-area"),
        ({"origin": NO_STOP}, 422, "no-stop-in-reach"),
        ({"origin": "nowhere"}, 404, "unknown-stop"),
        ({"destination": "VS048"}, 422, "walk-instead"),
        ({"party": {"passengers": 9}}, 422, "party-too-large"),
        ({"party": {"passengers": 3, "wheelchairs": 2}}, 422, "party-too-large"),
        ({"party": {"passengers": 1, "wheelchairs": 2}}, 422, "party-mismatch"),
        ({"party": {"passengers": 1, "seniors": 1, "children": 1}}, 422, "party-mismatch"),
        ({"depart_at": "2020-01-01T09:00:00+09:00"}, 422, "in-the-past"),
        ({"depart_at": "0001-01-01T00:00:00+14:00"}, 422, "in-the-past"),
        ({"arrive_by": "9999-12-31T23:59:59-12:00"}, 422, "too-far-ahead"),
    ],
)
def test_wishes_that_cannot_be_met(rider, wish, status, code):
    refused(rider.post("/v1/trip-requests", trip(**wish)), status, code)
    refused(rider.post("/v1/bookings", {"request": trip(**wish)}), status, code)


def test_times_that_cannot_be_met(morning, rider):
    def ask(**when):
        return rider.post("/v1/trip-requests", trip(**when))

    refused(ask(depart_at=at(morning, -600)), 422, "in-the-past")
    assert ask(depart_at=at(morning, -60)).status_code == 200  # "now", on a slow screen
    refused(ask(depart_at=at(morning, 14 * 3600)), 422, "out-of-hours")
    early = refused(ask(depart_at=at(morning, 20 * 3600)), 422, "out-of-hours")
    assert early["alternatives"][0]["depart_at"].endswith("T07:00:00+09:00")
    refused(ask(depart_at=at(morning, 8 * 24 * 3600)), 422, "too-far-ahead")
    assert ask(depart_at=at(morning, 7 * 24 * 3600)).status_code == 200


def test_too_late_to_book_where_the_operator_wants_notice(town, townsman):
    soon = trip("S1", "S2", depart_at=at(town, 3600))
    assert townsman.post("/v1/trip-requests", soon).status_code == 200
    problem = refused(townsman.post("/v1/trip-requests", trip("S1", "S2")), 422, "too-late")
    assert problem["alternatives"][0]["depart_at"] == at(town, 1800)


def test_a_refusal_names_the_nearest_stop_or_the_bus(rider):
    far = refused(rider.post("/v1/trip-requests", trip(origin=NO_STOP)), 422, "no-stop-in-reach")
    assert far["field"] == "origin"
    assert all(each["kind"] in ("stop", "bus") for each in far["alternatives"])
    away = refused(rider.post("/v1/trip-requests", trip(destination=SEOUL)), 422, "out-of-area")
    assert away["alternatives"] == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        trip() | {"surprise": 1},
        trip(depart_at=1_700_000_000),
        trip(depart_at="2026-11-23"),
        trip(depart_at="2026-11-23T09:00:00"),
        trip(depart_at="2026-11-23T09:00:00+09:00", arrive_by="2026-11-23T10:00:00+09:00"),
        trip(party={"passengers": 0}),
        trip(party={"passengers": "2"}),
        trip(party={"passengers": 1.5}),
        trip(party={"passengers": True}),
        trip(origin=(38.207, 128.59)),
        trip(origin=(128.59,)),
        {"origin": {}, "destination": {"stop_id": "VS024"}},
        {"origin": {"stop_id": "VS048", "position": [128.59, 38.2]}, "destination": {}},
    ],
)
def test_malformed_wishes(rider, body):
    problem = refused(rider.post("/v1/trip-requests", body), 400, "malformed")
    assert problem["errors"]
    assert "surprise" not in str(problem)


@pytest.mark.parametrize("text", ['{"origin": ', "\x00", '{"origin": NaN}', "[" * 2000])
def test_text_that_is_no_json(running, rider, text):
    headers = rider.headers | {"Content-Type": "application/json"}
    answer = running.http.post("/v1/trip-requests", content=text, headers=headers)
    refused(answer, 400, "malformed")


def test_wrong_media_type_and_too_large(running, rider):
    form = running.http.post("/v1/trip-requests", data={"origin": "x"}, headers=rider.headers)
    refused(form, 415, "unsupported-media-type")
    headers = rider.headers | {"Content-Type": "application/json"}
    large = running.http.post("/v1/trip-requests", content=b" " * 70_000, headers=headers)
    refused(large, 413, "payload-too-large")

    def chunks():
        for _ in range(70):
            yield b" " * 1000

    chunked = running.http.post("/v1/trip-requests", content=chunks(), headers=headers)
    refused(chunked, 413, "payload-too-large")


def test_methods_and_paths_that_do_not_exist(running, anybody):
    answer = running.http.delete("/v1/bookings", headers=anybody.headers)
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, POST"
    refused(running.http.patch("/v1/service", headers=anybody.headers), 405, "method-not-allowed")
    refused(anybody.get("/v1/nothing"), 404, "not-found")
    refused(anybody.get("/nothing.html"), 404, "not-found")


def test_offers_expire_and_a_fresh_one_comes_along(morning, rider):
    offer = rider.offers()[0]
    morning.advance(morning.service.area.policy.offer_valid_s + 1)
    late = rider.post("/v1/bookings", {"offer_id": offer["offer_id"]})
    problem = refused(late, 409, "offer-expired")
    fresh = rider.post("/v1/bookings", {"offer_id": problem["offers"][0]["offer_id"]})
    assert fresh.status_code == 201


def test_a_stale_offer_comes_with_fresh_ones(morning, rider, other):
    party = {"passengers": 8}
    wish = {"party": party, "depart_at": at(morning, 3600)}
    early = rider.offers(**wish)[0]
    while other.post("/v1/bookings", {"request": trip(**wish)}).status_code == 201:
        pass
    problem = refused(
        rider.post("/v1/bookings", {"offer_id": early["offer_id"]}), 409, "stale-offer"
    )
    assert problem.get("offers") or problem["alternatives"]


def test_offers_that_are_not_ours(rider, running):
    offer_id = rider.offers()[0]["offer_id"]
    signed = urlsafe_b64decode(offer_id)
    cheaper = signed.replace(b'"fare_won":1530', b'"fare_won":1000')
    assert cheaper != signed
    token = rider.headers["Authorization"].split()[1]
    for forged in ("x", "xxxx", offer_id[:-4], offer_id[4:], "가", token):
        refused(rider.post("/v1/bookings", {"offer_id": forged}), 422, "invalid-offer")
    changed = urlsafe_b64encode(cheaper).decode()
    refused(rider.post("/v1/bookings", {"offer_id": changed}), 422, "invalid-offer")
    other = OfferTokens(b"another secret").sign(running.service.offers.open(offer_id))
    refused(rider.post("/v1/bookings", {"offer_id": other}), 422, "invalid-offer")


def test_one_offer_is_one_booking(morning, rider, other):
    offer_id = rider.offers()[0]["offer_id"]
    assert rider.post("/v1/bookings", {"offer_id": offer_id}).status_code == 201
    refused(rider.post("/v1/bookings", {"offer_id": offer_id}), 409, "duplicate-booking")
    refused(other.post("/v1/bookings", {"offer_id": offer_id}), 409, "duplicate-booking")


def test_unknown_ids(running, rider, dispatcher):
    refused(rider.get("/v1/bookings/b000"), 404, "unknown-booking")
    refused(rider.post("/v1/bookings/b000/cancel"), 404, "unknown-booking")
    refused(rider.get("/v1/bookings/b000/events"), 404, "unknown-booking")
    refused(dispatcher.get("/v1/vehicles/SH9/manifest"), 404, "unknown-vehicle")
    refused(dispatcher.post("/v1/visits/b000.pickup/arrive"), 404, "unknown-visit")
    refused(dispatcher.post("/v1/assignments/b000/lock"), 404, "unknown-booking")
    refused(rider.get("/v1/stops/nowhere"), 404, "unknown-stop")
    refused(rider.get("/v1/departures", stop_id="nowhere"), 404, "unknown-stop")
    refused(dispatcher.get("/v1/plan", date="2001-01-01"), 422, "day-not-open")


def test_acts_in_the_wrong_state_or_order(morning, rider, other, dispatcher):
    first = rider.book()
    driver = driver_of(morning, first["vehicle_id"])
    visit = f"/v1/visits/{first['booking_id']}"
    refused(driver.post(f"{visit}.pickup/board"), 409, "not-at-stop")
    refused(driver.post(f"{visit}.dropoff/arrive"), 409, "not-next")
    assert driver.post(f"{visit}.pickup/arrive").status_code == 200
    refused(driver.post(f"{visit}.pickup/arrive"), 409, "wrong-state")
    refused(driver.post(f"{visit}.dropoff/arrive"), 409, "riders-pending")
    assert driver.post(f"{visit}.pickup/board").status_code == 200
    problem = refused(driver.post(f"{visit}.pickup/board"), 409, "wrong-state")
    assert problem["state"] == "on_board"
    refused(rider.post(f"/v1/bookings/{first['booking_id']}/cancel"), 409, "wrong-state")
    refused(dispatcher.post(f"/v1/bookings/{first['booking_id']}/reversal"), 409, "wrong-state")


def test_an_undo_that_comes_too_late(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, 5 * 3600))
    rider.post(f"/v1/bookings/{booking['booking_id']}/cancel")
    morning.advance(3700)
    answer = dispatcher.post(f"/v1/bookings/{booking['booking_id']}/reversal")
    refused(answer, 409, "reversal-too-late")


def test_a_request_that_takes_too_long(running, rider, monkeypatch):
    import asyncio

    async def slow():
        await asyncio.sleep(60)

    impatient = running.app.middleware_stack
    while type(impatient).__name__ != "Envelope":
        impatient = impatient.app
    monkeypatch.setattr(impatient, "_timeout_s", 0.05)
    monkeypatch.setattr(running.service.store, "ping", slow)
    answer = rider.get("/readyz")
    refused(answer, 504, "timed-out")


def test_an_error_of_our_own_tells_nothing(running, rider, monkeypatch, caplog):
    async def fail():
        raise RuntimeError("".join(("sec", "ret")))

    monkeypatch.setattr(running.service.store, "ping", fail)
    answer = rider.get("/readyz")
    refused(answer, 500, "internal")
    assert "secret" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
