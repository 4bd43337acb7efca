"""Each endpoint names its roles, and everybody else is refused; ids open nothing."""

import re
import time
from datetime import timedelta

import jwt
import pytest

from api.http.auth import Caller, Role, Tokens
from api.http.openapi import api_routes
from tests.api.http.conftest import driver_of
from tests.api.http.running import SECRET, Person, at, caller

#: Open to everybody; all others name their roles.
PUBLIC = {
    "/v1/service", "/v1/zones", "/v1/roads", "/v1/stops", "/v1/stops/{stop_id}",
    "/v1/stops/{stop_id}/sheet.svg", "/v1/districts", "/v1/push-key",
    "/v1/problems", "/v1/problems/{code}", "/v1/device-tokens", "/v1/vehicles",
    "/v1/sign-in", "/v1/sign-in/first-admin", "/v1/sign-in/provider",
    "/v1/sign-in/provider/callback", "/v1/phone-codes", "/v1/phone-tokens",
    "/v1/vehicles/events", "/v1/departures", "/v1/journeys", "/v1/isochrones", "/v1/service-alerts",
    "/v1/gtfs.zip",
    "/healthz", "/readyz", "/metrics",
}  # fmt: skip


def operations(running):
    document = running.http.get("/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def test_the_document_has_every_endpoint(running):
    """A route of the API that the document leaves out would be tested by nobody."""
    document = running.http.get("/openapi.json").json()["paths"]
    documented = {(path, method) for path, item in document.items() for method in item}
    routes = {(r.path, m.lower()) for r in api_routes() for m in r.methods or () if m != "HEAD"}
    assert routes == documented
    assert {path for path, _ in documented} >= PUBLIC
    pages = [getattr(route, "path", "") for route in running.app.router.routes]
    assert not [path for path in pages if path.startswith("/v1")]


def test_the_document_names_the_roles_of_every_endpoint(running):
    for method, path, operation in operations(running):
        open_to_all = path in PUBLIC
        assert ("x-roles" not in operation) == open_to_all, (method, path)
        assert ("security" not in operation) == open_to_all, (method, path)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_other_role_is_refused_everywhere(running, role):
    person = Person(running, None if role is None else caller(role, vehicle_id="SH1"))
    refused, refused_paths = 0, []
    for method, path, operation in operations(running):
        if path in PUBLIC or (role is not None and role.value in operation["x-roles"]):
            continue
        headers = person.headers | {"Idempotency-Key": "k", "Content-Type": "application/json"}
        content = None if method in ("get", "delete") else b"{}"
        where = re.sub(r"\{\w+\}", "SH1", path)
        answer = running.http.request(method, where, headers=headers, content=content)
        expected = (401, "unauthorised") if role is None else (403, "forbidden")
        assert (answer.status_code, answer.json()["code"]) == expected, (method, path)
        refused += 1
        refused_paths.append(path)
    assert (refused == 0) == (role is Role.ADMIN)
    if role is Role.DISPATCHER:
        assert set(refused_paths) == {"/v1/accounts", "/v1/accounts/{account_id}"}


def test_admins_may_do_everything(running):
    assert all(
        "admin" in operation["x-roles"]
        for _, path, operation in operations(running)
        if path not in PUBLIC
    )


def test_a_booking_id_opens_nothing(morning, rider, other):
    booking = rider.book(depart_at=at(morning, 3600))
    path = f"/v1/bookings/{booking['booking_id']}"
    representative = Person(morning, caller(Role.REPRESENTATIVE))
    for stranger in (other, representative):
        for answer in (
            stranger.get(path),
            stranger.get(f"{path}/events"),
            stranger.get(f"{path}/contact"),
            stranger.post(f"{path}/cancel"),
            stranger.post(f"{path}/amend", {"offer_id": "x"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-booking")
        assert stranger.get("/v1/bookings").json()["bookings"] == []
    assert rider.get(path).status_code == 200


def test_drivers_touch_their_own_vehicle_only(morning, rider):
    booking = rider.book()
    mine = booking["vehicle_id"]
    stranger = driver_of(morning, "SH1" if mine != "SH1" else "SH2")
    assert stranger.get(f"/v1/vehicles/{mine}/manifest").status_code == 403
    report = {"positions": [{"at": at(morning, 0), "position": [128.59, 38.2]}]}
    assert stranger.post(f"/v1/vehicles/{mine}/positions", report).status_code == 403
    assert stranger.post(f"/v1/vehicles/{mine}/breakdown").status_code == 403
    acted = stranger.post(f"/v1/visits/{booking['booking_id']}.pickup/arrive")
    assert (acted.status_code, acted.json()["code"]) == (404, "unknown-visit")
    contact = stranger.get(f"/v1/bookings/{booking['booking_id']}/contact")
    assert (contact.status_code, contact.json()["code"]) == (404, "unknown-booking")
    nobody = Person(morning, caller(Role.DRIVER))  # a driver without a vehicle
    assert nobody.get(f"/v1/vehicles/{mine}/manifest").status_code == 403


def test_the_contact_is_for_those_on_the_way(morning, rider, dispatcher):
    offer_id = rider.offers()[0]["offer_id"]
    contact = {"name": "홍길동", "phone": "+82 10 1234 5678"}
    booking = rider.post("/v1/bookings", {"offer_id": offer_id, "contact": contact}).json()
    path = f"/v1/bookings/{booking['booking_id']}/contact"
    driver = driver_of(morning, booking["vehicle_id"])
    assert all(who.get(path).json() == contact for who in (rider, dispatcher))
    assert driver.get(path).json() == contact | {"name": "길동"}
    rider.post(f"/v1/bookings/{booking['booking_id']}/cancel")
    assert driver.get(path).status_code == 404
    assert morning.http.delete(path, headers=rider.headers).status_code == 204
    assert rider.get(path).json()["code"] == "not-found"


def test_tokens_that_are_not_ours(running):
    now = running.service.tokens._now
    holder = caller(Role.ADMIN)
    expired, _ = running.service.tokens.issue(holder, timedelta(seconds=-1))
    forged, _ = Tokens(b"another secret", now).issue(holder, timedelta(days=1))
    unsigned = jwt.encode({"sub": "x", "role": "admin", "exp": time.time() + 60}, "", "none")
    claims = {"sub": "x", "role": "king", "aud": "sokcho-transit", "exp": int(time.time()) + 60}
    odd = jwt.encode(claims, running.service.tokens._key, "HS256")
    offer_like = jwt.encode(claims, SECRET, "HS256")
    for token in (expired, forged, unsigned, odd, offer_like, "x", "a.b.c"):
        answer = running.http.get("/v1/plan", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised"), token
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert running.http.get("/v1/plan", headers={"Authorization": "Basic x"}).status_code == 401


def test_a_device_token_is_a_riders_own(running, anybody):
    first, second = (anybody.post("/v1/device-tokens") for _ in range(2))
    assert first.status_code == 201
    opened = [running.service.tokens.open(answer.json()["token"]) for answer in (first, second)]
    assert all(isinstance(each, Caller) and each.role is Role.RIDER for each in opened)
    assert opened[0].subject != opened[1].subject
