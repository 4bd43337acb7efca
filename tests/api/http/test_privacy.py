"""Names, numbers and exact places stay where they belong: in the vault, or nowhere."""

import logging

from tests.api.http.conftest import driver_of
from tests.api.http.running import at

NAME, PHONE = "개구리왕눈이", "010-9876-5432"
#: Told nobody else, and exact to the centimetre.
HOME = (128.5917307, 38.2073109)
SECRETS = (NAME, PHONE, "98765432", "128.5917307", "38.2073109")


async def _everything(store):
    """Every key of the store with all that it holds, as bytes."""
    client = store._connected
    found = {}
    for key in await client.keys("*"):
        kind = await client.type(key)
        if kind == b"stream":
            found[key] = repr(await client.xrange(key)).encode("unicode_escape")
        elif kind == b"hash":
            found[key] = repr(await client.hgetall(key)).encode("unicode_escape")
        elif kind == b"zset":
            found[key] = repr(await client.zrange(key, 0, -1)).encode("unicode_escape")
        elif kind == b"set":
            found[key] = repr(await client.smembers(key)).encode("unicode_escape")
        else:
            found[key] = await client.get(key) or b""  # it may have expired meanwhile
    return found


def _holds(content, secret):
    forms = (secret.encode(), repr(secret.encode()).encode(), secret.encode("unicode_escape"))
    return any(form.strip(b"b'") in content for form in forms)


def test_only_the_vault_knows_who_rides(morning, rider, dispatcher, anybody, caplog):
    caplog.set_level(logging.DEBUG)
    offers = rider.offers(origin=HOME, depart_at=at(morning, 60))
    contact = {"name": NAME, "phone": PHONE}
    body = {"offer_id": offers[0]["offer_id"], "contact": contact}
    booking = rider.post("/v1/bookings", body).json()
    bad = {"offer_id": "x", "contact": {"name": NAME * 50, "phone": PHONE}}
    refusal = rider.post("/v1/bookings", bad)
    assert refusal.status_code == 400
    rider.post("/v1/stops", {"position": HOME})
    driver = driver_of(morning, booking["vehicle_id"])
    morning.advance(200)
    driver.post(f"/v1/visits/{booking['booking_id']}.pickup/arrive")
    rider.post(f"/v1/bookings/{booking['booking_id']}/cancel")

    stored = morning.wait(_everything(morning.service.store))
    vault = morning.service.store.keys.contacts.encode()
    shown = {
        "log": caplog.text,
        "refusal": refusal.text,
        "booking": rider.get(f"/v1/bookings/{booking['booking_id']}").text,
        "audit": dispatcher.get("/v1/audit-log", limit=500).text,
        "plan": dispatcher.get("/v1/plan").text,
        "vehicles": anybody.get("/v1/vehicles").text,
        "metrics": anybody.get("/metrics").text,
    }
    for secret in SECRETS:
        for key, content in stored.items():
            assert key == vault or not _holds(content, secret), (key, secret)
        for where, text in shown.items():
            assert secret not in text, (where, secret)
    # The search has teeth: it finds the secret where it is.
    assert _holds(stored[vault], PHONE)
    assert booking["booking_id"] not in shown["metrics"]
    assert rider.caller.subject not in "".join(shown.values())


def test_no_url_takes_a_place_or_a_person(running):
    document = running.http.get("/openapi.json").json()
    for path, item in document["paths"].items():
        for operation in item.values():
            named = {p["name"] for p in operation.get("parameters", ()) if p["in"] != "header"}
            assert not named & {"lat", "lon", "position", "name", "phone", "contact"}, path
