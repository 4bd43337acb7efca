"""A wish is granted once, however often it is sent."""

import re
from concurrent.futures import ThreadPoolExecutor

from tests.api.http.conftest import driver_of
from tests.api.http.running import at


def test_a_repeat_gets_the_same_answer_to_the_byte(morning, rider):
    body = {"offer_id": rider.offers()[0]["offer_id"]}
    first = rider.post("/v1/bookings", body, key="k")
    morning.advance(300)  # the offer has ended meanwhile, the answer has not
    again = rider.post("/v1/bookings", body, key="k")
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, ANY)
    for name in ("etag", "location"):
        assert again.headers[name] == first.headers[name]
    assert first.headers["location"] == f"/v1/bookings/{first.json()['booking_id']}"


class _Any:
    def __eq__(self, other):
        return True

    __hash__ = None


ANY = _Any()


def test_every_change_wants_a_key(running, rider, dispatcher):
    document = running.http.get("/openapi.json").json()
    asked = 0
    for path, item in document["paths"].items():
        headers = {p["name"] for p in item.get("post", {}).get("parameters", ())}
        if "Idempotency-Key" in headers:
            asked += 1
            url = re.sub(r"\{\w+\}", "SH1", path)
            answer = running.http.post(url, json={}, headers=dispatcher.headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "missing-idempotency-key")
    assert asked >= 15
    empty = rider.post("/v1/bookings", {}, headers={"Idempotency-Key": ""})
    assert (empty.status_code, empty.json()["code"]) == (400, "missing-idempotency-key")
    long = rider.post("/v1/bookings", {}, key="k" * 129)
    assert (long.status_code, long.json()["code"]) == (400, "malformed")


def test_posts_without_a_key_store_nothing(running):
    document = running.http.get("/openapi.json").json()
    free = {
        path
        for path, item in document["paths"].items()
        if "post" in item
        and "Idempotency-Key" not in {p["name"] for p in item["post"].get("parameters", ())}
    }
    sign_in = {"/v1/phone-codes", "/v1/phone-tokens", "/v1/session/password"}
    sign_in |= {path for path in free if path.startswith("/v1/sign-in")}
    assert {path for path in free if not path.endswith("/preview")} - sign_in == {
        "/v1/bookings/search",
        "/v1/bookings/{booking_id}/offers",
        "/v1/device-tokens",
        "/v1/isochrones",
        "/v1/reports/nine-minute",
        "/v1/stops",
        "/v1/trip-requests",
        "/v1/departures",
        "/v1/journeys",
        "/v1/vehicles/{vehicle_id}/positions",  # each report has its own time; repeats are dropped
    }


def test_a_key_is_for_one_wish_of_one_caller(morning, rider, other):
    booking = rider.book()
    path = f"/v1/bookings/{booking['booking_id']}/cancel"
    assert rider.post(path, {"reason": "mistake"}, key="mine").status_code == 200
    mismatch = rider.post(path, {"reason": "weather"}, key="mine")
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "idempotency-key-mismatch")
    elsewhere = rider.post("/v1/bookings", {"offer_id": "x"}, key="mine")
    assert elsewhere.status_code == 422
    assert other.post("/v1/bookings", {"offer_id": _offer(other)}, key="mine").status_code == 201


def _offer(rider):
    return rider.offers()[0]["offer_id"]


def test_many_at_once_book_once(morning, rider):
    body = {"offer_id": _offer(rider)}
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: rider.post("/v1/bookings", body, key="k"), range(16)))
    codes = {answer.json().get("code") for answer in answers}
    assert codes <= {None, "idempotency-key-in-flight"}
    booked = {answer.content for answer in answers if answer.status_code == 201}
    assert len(booked) == 1
    assert len(rider.get("/v1/bookings").json()["bookings"]) == 1


def test_a_refusal_is_not_kept(morning, rider):
    wish = {"depart_at": at(morning, 3600)}
    offer_id = rider.offers(**wish)[0]["offer_id"]
    booking = rider.post("/v1/bookings", {"offer_id": offer_id}, key="a").json()
    driver = driver_of(morning, booking["vehicle_id"])
    path = f"/v1/visits/{booking['booking_id']}.pickup/board"
    assert driver.post(path, key="board").status_code == 409
    morning.advance(3700)
    driver.post(f"/v1/visits/{booking['booking_id']}.pickup/arrive")
    assert driver.post(path, key="board").status_code == 200


def test_versions(morning, rider):
    booking = rider.book(depart_at=at(morning, 3600))
    path = f"/v1/bookings/{booking['booking_id']}"
    first = rider.get(path)
    same = rider.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    stale = rider.post(f"{path}/cancel", headers={"If-Match": '"0123"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    match = {"If-Match": f'W/"x", {first.headers["etag"]}'}
    done = rider.post(f"{path}/cancel", key="once", headers=match)
    assert done.status_code == 200
    assert done.headers["etag"] == rider.get(path).headers["etag"] != first.headers["etag"]
    # A repeat is no new wish: its If-Match was right when it was made.
    assert rider.post(f"{path}/cancel", key="once", headers=match).content == done.content


def test_the_plan_has_a_version_too(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, 3600))
    path = f"/v1/assignments/{booking['booking_id']}"
    read = dispatcher.get("/v1/plan").headers["etag"]
    rider.book(depart_at=at(morning, 7200))
    stale = dispatcher.post(f"{path}/lock", headers={"If-Match": read})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    read = dispatcher.get("/v1/plan").headers["etag"]
    assert dispatcher.post(f"{path}/lock", headers={"If-Match": read}).status_code == 200
