"""What a driver does at a stop and on the way, over HTTP."""

import hashlib
from datetime import datetime, timedelta

import pytest

from api.http.auth import Role
from api.store.records import given_name
from tests.api.http.conftest import driver_of
from tests.api.http.running import Person, at, caller


@pytest.fixture
def at_stop(morning, rider):
    """A booking whose shuttle has come: booking, driver, path of its pickup."""
    booking = rider.book(party={"passengers": 3, "seniors": 1, "children": 1})
    driver = driver_of(morning, booking["vehicle_id"])
    morning.advance(1)
    path = f"/v1/visits/{booking['booking_id']}.pickup"
    wait_s = datetime.fromisoformat(booking["expected"]["pickup_at"]) - morning.service.time.now()
    morning.advance(max(0.0, wait_s.total_seconds()))
    assert driver.post(f"{path}/arrive").status_code == 200
    return booking, driver, path


def manifest(driver, booking):
    return driver.get(f"/v1/vehicles/{booking['vehicle_id']}/manifest").json()


def pickup_of(found):
    return next(visit for visit in found["visits"] if visit["kind"] == "pickup")


def test_riders_see_their_code_and_drivers_can_check_it_without_a_connection(at_stop, rider):
    booking, driver, _ = at_stop
    code = rider.get(f"/v1/bookings/{booking['booking_id']}").json()["boarding_code"]
    assert len(code) == 4
    shown = driver.get(f"/v1/vehicles/{booking['vehicle_id']}/manifest").text
    assert f'"{code}"' not in shown
    named = f"{booking['booking_id']}:{code}".encode()
    known = pickup_of(manifest(driver, booking))["boarding_check"]
    assert hashlib.sha256(named).hexdigest().startswith(known)


def test_a_wrong_code_boards_nobody(at_stop, rider):
    booking, driver, path = at_stop
    code = booking["boarding_code"]
    wrong = f"{(int(code) + 1) % 10_000:04}"
    refused = driver.post(f"{path}/board", {"code": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong-boarding-code")
    assert rider.get(f"/v1/bookings/{booking['booking_id']}").json()["state"] == "arrived"
    assert driver.post(f"{path}/board", {"code": code}).status_code == 200
    assert rider.get(f"/v1/bookings/{booking['booking_id']}").json()["state"] == "on_board"


def test_what_is_due_is_told_by_concession_and_follows_who_came(at_stop, rider):
    booking, driver, path = at_stop
    fare = pickup_of(manifest(driver, booking))["fare"]
    assert {line["kind"]: line["riders"] for line in fare["lines"]} == {
        "adult": 1, "senior": 1, "child": 1
    }  # fmt: skip
    assert fare["amount"] == sum(line["riders"] * line["each"] for line in fare["lines"])
    too_many = driver.post(f"{path}/board", {"party": {"passengers": 4}})
    assert too_many.json()["code"] == "party-too-large"
    body = {"party": {"passengers": 2, "seniors": 1}}
    assert driver.post(f"{path}/board", body).json()["on_board"]["seats"] == 2
    after = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert after["party"]["passengers"] == 2
    child = next(line["each"] for line in fare["lines"] if line["kind"] == "child")
    assert after["fare"]["amount"] == fare["amount"] - child


def test_a_no_show_says_when_it_is_allowed(at_stop, morning):
    booking, driver, path = at_stop
    visit = pickup_of(manifest(driver, booking))
    refused = driver.post(f"{path}/no-show").json()
    assert (refused["code"], refused["possible_at"]) == ("too-early", visit["no_show_from"])
    assert visit["waits_until"] >= visit["no_show_from"]
    allowed = datetime.fromisoformat(visit["no_show_from"])
    morning.advance((allowed - morning.service.time.now()).total_seconds())
    assert driver.post(f"{path}/no-show").json()["code"] == "contact-first"
    driver.post(f"{path}/contact", {"means": "call"})
    assert pickup_of(manifest(driver, booking))["contacted"] is True
    assert driver.post(f"{path}/no-show").status_code == 200


def test_a_day_without_a_connection_is_told_later_and_twice(at_stop, morning, rider):
    booking, driver, path = at_stop
    boarded = at(morning, 30)
    dropoff = path.replace("pickup", "dropoff")
    arrived, alighted = at(morning, 400), at(morning, 420)
    morning.advance(1500)
    acts = [
        (f"{path}/board", {"at": boarded, "code": booking["boarding_code"]}, "k1"),
        (f"{dropoff}/arrive", {"at": arrived}, "k2"),
        (f"{dropoff}/alight", {"at": alighted}, "k3"),
    ]
    first = [driver.post(where, body, key=f"{path}{key}") for where, body, key in acts]
    again = [driver.post(where, body, key=f"{path}{key}") for where, body, key in acts]
    assert [each.status_code for each in first] == [200] * 3
    assert [each.content for each in again] == [each.content for each in first]
    after = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert (after["state"], after["boarded_at"], after["alighted_at"]) == (
        "completed", boarded, alighted
    )  # fmt: skip


def test_a_walk_up_rides_at_once(morning):
    driver = driver_of(morning, "SH1")
    path = "/v1/vehicles/SH1/walk-ups"
    body = {"destination": {"stop_id": "VS024"}, "party": {"passengers": 2, "seniors": 1}}
    taken = driver.post(path, body, key="walk-1")
    assert taken.status_code == 200, taken.text
    assert taken.json()["on_board"]["seats"] == 2
    assert driver.post(path, body, key="walk-1").content == taken.content
    visit = next(visit for visit in taken.json()["visits"] if visit["booking_id"])
    assert (visit["kind"], visit["channel"], visit["booking_state"]) == (
        "dropoff", "walk_up", "on_board"
    )  # fmt: skip
    nowhere = driver.post(path, {"destination": {"stop_id": "nowhere"}})
    assert nowhere.json()["code"] == "unknown-stop"
    crowd = driver.post(path, {**body, "party": {"passengers": 40}})
    assert crowd.json()["code"] in ("party-too-large", "not-at-stop")


def test_nobody_books_as_a_walk_up(rider):
    body = {"offer_id": rider.offers()[0]["offer_id"], "channel": "walk_up"}
    assert rider.post("/v1/bookings", body).status_code == 400


def test_a_call_for_help_is_with_the_dispatcher_at_once(morning, dispatcher):
    driver = driver_of(morning, "SH2")
    made = driver.post("/v1/vehicles/SH2/incidents", {"kind": "sos", "at": at(morning, -30)})
    assert made.status_code == 201
    incident = made.json()
    assert incident["happened_at"] < incident["reported_at"]
    listed = dispatcher.get("/v1/incidents").json()["incidents"]
    assert listed[0] == incident
    log = dispatcher.get("/v1/audit-log", limit=500).json()["entries"]
    assert any(entry["type"] == "IncidentReported" for entry in log)
    closed = dispatcher.post(f"/v1/incidents/{incident['incident_id']}/close")
    assert closed.json()["closed_at"] is not None
    again = dispatcher.post(f"/v1/incidents/{incident['incident_id']}/close")
    assert again.json()["code"] == "wrong-state"
    assert dispatcher.post("/v1/incidents/none/close").json()["code"] == "unknown-incident"
    stranger = driver_of(morning, "SH1")
    refused = stranger.post("/v1/vehicles/SH2/incidents", {"kind": "sos"})
    assert refused.status_code == 403


def test_a_manifest_is_followed(morning, rider):
    driver = driver_of(morning, "SH1")
    seen = []
    where = f"{morning.url}/v1/vehicles/SH1/manifest/events"
    with morning.http.stream("GET", where, headers=driver.headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                seen.append(line)
                if len(seen) == 1:
                    body = {"destination": {"stop_id": "VS024"}}
                    assert driver.post("/v1/vehicles/SH1/walk-ups", body).status_code == 200
                else:
                    break
    assert '"kind":"dropoff"' not in seen[0]
    assert '"kind":"dropoff"' in seen[1]


def test_a_manifest_says_whether_somebody_follows_it(morning):
    driver = driver_of(morning, "SH3")
    path = f"{morning.url}/v1/vehicles/SH3/manifest"
    assert "sokcho-followed" not in driver.get("/v1/vehicles/SH3/manifest").headers
    with morning.http.stream("GET", f"{path}/events", headers=driver.headers) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("data:"))
        assert driver.get("/v1/vehicles/SH3/manifest").headers["sokcho-followed"] == "yes"


def test_the_roster_gives_a_driver_the_days_vehicle(morning, dispatcher):
    driver = Person(morning, caller(Role.DRIVER, "rostered"))
    assert driver.get("/v1/vehicles/SH2/manifest").status_code == 403
    day = morning.service.time.now()
    begin, end = day.isoformat(), (day + timedelta(hours=9)).isoformat()
    span = {"driver": "driver:rostered", "from_at": begin, "until_at": end}
    body = {"shift_from": begin, "shift_until": end, "drivers": [span]}
    set_ = dispatcher.post("/v1/duties/SH2", body)
    assert set_.status_code == 200, set_.text
    assert driver.get("/v1/session").json()["vehicle_id"] == "SH2"
    assert driver.get("/v1/vehicles/SH2/manifest").status_code == 200
    assert driver.get("/v1/vehicles/SH1/manifest").status_code == 403
    morning.advance(10.2 * 3600)
    assert driver.get("/v1/vehicles/SH2/manifest").status_code == 403


def test_drivers_get_the_given_name_only(morning, rider):
    contact = {"name": "홍길동", "phone": "+82 10 1234 5678"}
    offer = rider.offers()[0]["offer_id"]
    booking = rider.post("/v1/bookings", {"offer_id": offer, "contact": contact}).json()
    driver = driver_of(morning, booking["vehicle_id"])
    path = f"/v1/bookings/{booking['booking_id']}/contact"
    assert driver.get(path).json()["name"] == "길동"
    assert rider.get(path).json()["name"] == "홍길동"


@pytest.mark.parametrize(
    ("name", "called"),
    [("홍길동", "길동"), ("남궁옥분", "옥분"), ("이산", "이산"), ("홍 길동", "길동"),
     ("Ada Lovelace", "Ada"), ("", "")],
)  # fmt: skip
def test_given_names(name, called):
    assert given_name(name) == called


def test_times_far_off_are_set_right(at_stop, morning, rider):
    booking, driver, path = at_stop
    future = (morning.service.time.now() + timedelta(days=400)).isoformat()
    assert driver.post(f"{path}/board", {"at": future}).status_code == 200
    after = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert after["boarded_at"] <= at(morning, 1)
