"""The road of a booking, end to end over HTTP, and what else can become of it."""

import json

from tests.api.http.conftest import driver_of
from tests.api.http.running import at, trip


def trip_in(running, seconds, **party):
    return trip(depart_at=at(running, seconds), party=party or {"passengers": 1})


def act(driver, booking, visit, what, body=None):
    answer = driver.post(f"/v1/visits/{booking['booking_id']}.{visit}/{what}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_ride_from_request_to_completed(morning, rider):
    booking = rider.book(party={"passengers": 2})
    assert booking["state"] == "scheduled"
    path = f"/v1/bookings/{booking['booking_id']}"
    driver = driver_of(morning, booking["vehicle_id"])

    morning.advance(120)
    assert rider.get(path).json()["state"] == "approaching"

    manifest = act(driver, booking, "pickup", "arrive")
    assert manifest["standing"]
    arrived = rider.get(path).json()
    assert arrived["state"] == "arrived"
    assert arrived["arrived_at"]

    morning.advance(30)
    manifest = act(driver, booking, "pickup", "board")
    assert manifest["on_board"] == {"seats": 2, "wheelchairs": 0}
    aboard = rider.get(path).json()
    assert (aboard["state"], aboard["expected"]["pickup_at"]) == ("on_board", None)

    morning.advance(480)
    act(driver, booking, "dropoff", "arrive")
    act(driver, booking, "dropoff", "alight")
    ended = rider.get(path).json()
    assert ended["state"] == "completed"
    assert ended["breaches"] == []


def test_a_wheelchair_takes_its_place_and_pays_no_more(morning, rider):
    booking = rider.book(party={"passengers": 2, "wheelchairs": 1, "children": 1})
    fares = morning.service.area.fares.amounts
    assert booking["fare"] == {"amount": fares["adult"] + fares["child"], "currency": "KRW"}
    driver = driver_of(morning, booking["vehicle_id"])
    morning.advance(120)
    act(driver, booking, "pickup", "arrive")
    manifest = act(driver, booking, "pickup", "board")
    assert manifest["on_board"] == {"seats": 1, "wheelchairs": 1}


def test_a_no_show_is_guarded_by_time_and_by_contact(morning, rider, dispatcher):
    booking = rider.book()
    path = f"/v1/visits/{booking['booking_id']}.pickup"
    driver = driver_of(morning, booking["vehicle_id"])
    assert driver.post(f"{path}/no-show").json()["code"] == "not-at-stop"
    morning.advance(60)
    act(driver, booking, "pickup", "arrive")

    early = driver.post(f"{path}/no-show")
    assert (early.status_code, early.json()["code"]) == (409, "too-early")
    assert early.json()["possible_at"]
    morning.advance(600)
    assert driver.post(f"{path}/no-show").json()["code"] == "contact-first"
    assert driver.post(f"{path}/contact", {"means": "call"}).status_code == 200
    assert driver.post(f"{path}/no-show").status_code == 200
    assert rider.get(f"/v1/bookings/{booking['booking_id']}").json()["state"] == "no_show"

    undone = dispatcher.post(f"/v1/bookings/{booking['booking_id']}/reversal")
    assert undone.json()["state"] == "arrived"
    act(driver, booking, "pickup", "board")


def test_cancel_and_its_reversal(morning, rider, dispatcher):
    booking = rider.book()
    path = f"/v1/bookings/{booking['booking_id']}"
    cancelled = rider.post(f"{path}/cancel", {"reason": "plans_changed"}).json()
    assert cancelled["state"] == "cancelled"
    assert cancelled["cancellation"] == {"by": "rider", "reason": "plans_changed", "fault": "rider"}
    again = rider.post(f"{path}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    assert rider.post(f"{path}/reversal").json()["code"] == "forbidden"
    assert dispatcher.post(f"{path}/reversal").json()["state"] == "scheduled"


def test_amend_on_the_same_day_keeps_the_id(morning, rider):
    booking = rider.book()
    later = rider.offers(depart_at=at(morning, 7200))[0]
    answer = rider.post(
        f"/v1/bookings/{booking['booking_id']}/amend", {"offer_id": later["offer_id"]}
    )
    amended = answer.json()
    assert (answer.status_code, amended["booking_id"]) == (200, booking["booking_id"])
    assert amended["promise"] == later["promise"]


def test_amend_to_another_day_moves_the_booking_whole(morning, rider):
    contact = {"name": "홍길동", "phone": "010-1234-5678"}
    offer_id = rider.offers()[0]["offer_id"]
    booking = rider.post("/v1/bookings", {"offer_id": offer_id, "contact": contact}).json()
    tomorrow = rider.offers(depart_at=at(morning, 24 * 3600))[0]
    moved = rider.post(
        f"/v1/bookings/{booking['booking_id']}/amend", {"offer_id": tomorrow["offer_id"]}
    ).json()
    assert moved["state"] == "scheduled"
    assert moved["service_date"] > booking["service_date"]
    old = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert (old["state"], old["cancellation"]["reason"]) == ("cancelled", "amended")
    assert rider.get(f"/v1/bookings/{moved['booking_id']}/contact").json() == contact
    mine = rider.get("/v1/bookings", status="active").json()["bookings"]
    assert [each["booking_id"] for each in mine] == [moved["booking_id"]]


def test_booking_in_one_step_and_the_waiting_list(morning, rider):
    booking = rider.post("/v1/bookings", {"request": trip_in(morning, 3600)}).json()
    assert booking["state"] == "scheduled"
    for _ in range(40):
        answer = rider.post("/v1/bookings", {"request": trip_in(morning, 3600, passengers=8)})
        if answer.status_code != 201:
            break
    assert answer.json()["code"] == "no-room"
    assert answer.json()["alternatives"][0]["kind"] == "time"
    waiting = rider.post(
        "/v1/bookings", {"request": trip_in(morning, 3600, passengers=8), "waitlist": True}
    )
    assert (waiting.status_code, waiting.json()["state"]) == (201, "waitlisted")


def test_a_dispatcher_moves_and_locks(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, 3600))
    path = f"/v1/assignments/{booking['booking_id']}"
    other = "SH1" if booking["vehicle_id"] != "SH1" else "SH2"
    moved = dispatcher.post(f"{path}/move", {"vehicle_id": other})
    assert (moved.status_code, moved.json()["vehicle_id"]) == (200, other)
    assert (
        dispatcher.post(f"{path}/lock", {"note": "same-driver"}).json()["dispatch_status"]
        == "locked"
    )
    assert dispatcher.post(f"{path}/unlock").json()["dispatch_status"] == "matched"
    unknown = dispatcher.post(f"{path}/move", {"vehicle_id": "SH99"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-vehicle")


def test_a_breakdown_gives_riders_to_others_and_back_on_duty(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, 3600))
    vehicle = booking["vehicle_id"]
    down = dispatcher.post(f"/v1/vehicles/{vehicle}/breakdown", {"place": {"stop_id": "VS024"}})
    assert (down.status_code, down.json()["duty"]) == (200, "broken_down")
    after = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert after["state"] == "scheduled"
    assert after["vehicle_id"] != vehicle
    assert dispatcher.post(f"/v1/vehicles/{vehicle}/on").json()["duty"] == "on_duty"
    assert dispatcher.post(f"/v1/vehicles/{vehicle}/off").json()["duty"] == "off_duty"
    again = dispatcher.post(f"/v1/vehicles/{vehicle}/off")
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    dispatcher.post(f"/v1/vehicles/{vehicle}/on")


def test_plan_figures_and_audit_log_name_nobody(morning, rider, dispatcher):
    booking = rider.book()
    plan = dispatcher.get("/v1/plan")
    visits = [v["booking_id"] for each in plan.json()["vehicles"] for v in each["visits"]]
    assert visits.count(booking["booking_id"]) == 2
    assert dispatcher.get("/v1/kpis").json()["n_bookings"] >= 1
    log = dispatcher.get("/v1/audit-log", limit=500)
    kinds = [entry["type"] for entry in log.json()["entries"]]
    assert {"DayOpened", "RideBooked", "RideScheduled", "PlanChanged"} <= set(kinds)
    assert rider.caller.subject not in json.dumps([plan.json(), log.json()])
