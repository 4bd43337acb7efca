"""Recurring trips: booked as days open, once, across restarts; skipped, ended, refused."""

import uuid
from datetime import date, timedelta

import pytest

from api.care.booker import Booker
from api.http.auth import Role
from tests.api.http.running import Person, Running, caller

_EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    service = Running(tmp_path_factory.mktemp("care")).start()
    yield service
    service.stop()


@pytest.fixture
def rider(running: Running) -> Person:
    running.next_morning()
    return Person(running, caller(Role.RIDER, uuid.uuid4().hex))


def days_ahead(running: Running, days: int) -> str:
    return (date.fromisoformat(running.service.time.today()) + timedelta(days=days)).isoformat()


def wish(running: Running, **more) -> dict:
    return {
        "origin": {"stop_id": "VS048"},
        "destination": {"stop_id": "VS024"},
        "when": "depart",
        "time": "14:00",
        "weekdays": _EVERY_DAY,
        "until": days_ahead(running, 20),
        **more,
    }


def create(person: Person, key: str | None = None, **more) -> dict:
    answer = person.post("/v1/recurring-trips", wish(person.running, **more), key=key)
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(person: Person) -> list[dict]:
    return person.get("/v1/recurring-trips").json()["recurring_trips"]


def look(running: Running) -> None:
    running.wait(Booker(running.service).look())


def statuses(trip: dict) -> list[str]:
    return [each["status"] for each in trip["dates"]]


def active(person: Person) -> list[dict]:
    return person.get("/v1/bookings", status="active").json()["bookings"]


def test_days_that_can_be_booked_are_booked_and_the_others_later(rider: Person) -> None:
    trip = create(rider)
    ahead = rider.get("/v1/service").json()["rules"]["prebook_days"]
    assert statuses(trip) == ["booked"] * (ahead + 1) + ["later"] * (20 - ahead)
    bookings = {each["booking_id"]: each for each in active(rider)}
    assert set(bookings) == {each["booking_id"] for each in trip["dates"] if each["booking_id"]}
    pickups = {each["promise"]["pickup"]["earliest_at"][11:13] for each in bookings.values()}
    assert pickups <= {"13", "14"}


def test_the_next_day_is_booked_when_it_opens_and_none_twice(
    rider: Person, running: Running
) -> None:
    create(rider)
    before = len(active(rider))
    for _ in range(2):
        look(running)
    assert len(active(rider)) == before
    running.next_morning()
    look(running)
    assert statuses(read(rider)[0]).count("booked") == before


def test_only_the_weekdays_that_were_named(rider: Person, running: Running) -> None:
    trip = create(rider, weekdays=[2, 5])
    assert {date.fromisoformat(each["date"]).isoweekday() for each in trip["dates"]} == {2, 5}


def test_a_date_is_skipped_and_taken_up_again(rider: Person) -> None:
    trip = create(rider)
    path, day = f"/v1/recurring-trips/{trip['recurring_id']}/dates", trip["dates"][2]
    skipped = rider.post(path, {"date": day["date"]}).json()
    assert statuses(skipped)[2] == "skipped"
    booking = rider.get(f"/v1/bookings/{day['booking_id']}").json()
    assert booking["state"] == "cancelled"
    later = trip["dates"][-1]["date"]
    assert statuses(rider.post(path, {"date": later}).json())[-1] == "skipped"
    again = rider.post(path, {"date": later, "skip": False}).json()
    assert statuses(again)[-1] == "later"


def test_a_day_that_was_skipped_before_it_opened_is_not_booked(
    rider: Person, running: Running
) -> None:
    trip = create(rider)
    first_closed = next(each["date"] for each in trip["dates"] if each["status"] == "later")
    path = f"/v1/recurring-trips/{trip['recurring_id']}/dates"
    rider.post(path, {"date": first_closed})
    running.next_morning()
    look(running)
    found = {each["date"]: each["status"] for each in read(rider)[0]["dates"]}
    assert found[first_closed] == "skipped"
    assert "booked" not in {
        booking["state"] for booking in active(rider) if booking["service_date"] == first_closed
    }


def test_a_cancelled_day_stays_cancelled(rider: Person, running: Running) -> None:
    trip = create(rider)
    booking_id = trip["dates"][1]["booking_id"]
    rider.post(f"/v1/bookings/{booking_id}/cancel")
    look(running)
    assert statuses(read(rider)[0])[1] == "ended"


def test_an_ended_trip_takes_its_bookings_with_it(rider: Person, running: Running) -> None:
    trip = create(rider)
    path = f"/v1/recurring-trips/{trip['recurring_id']}"
    assert running.http.delete(path, headers=rider.headers).status_code == 204
    assert read(rider) == []
    assert active(rider) == []
    look(running)
    assert active(rider) == []


def test_a_repeat_makes_no_second_one_and_another_body_is_refused(rider: Person) -> None:
    key = str(uuid.uuid4())
    first, again = create(rider, key), create(rider, key)
    assert first["recurring_id"] == again["recurring_id"]
    assert len(read(rider)) == 1
    other = rider.post("/v1/recurring-trips", wish(rider.running, time="15:00"), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-mismatch")


def test_strangers_neither_see_nor_end_it(rider: Person, running: Running) -> None:
    trip = create(rider)
    stranger = Person(running, caller(Role.RIDER, uuid.uuid4().hex))
    assert read(stranger) == []
    path = f"/v1/recurring-trips/{trip['recurring_id']}"
    answer = running.http.delete(path, headers=stranger.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-recurring-trip")
    assert len(read(rider)) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"time": "03:00"}, "out-of-hours"),
        ({"until": "2020-01-01"}, "in-the-past"),
        ({"until": "2999-01-01"}, "too-far-ahead"),
        ({"origin": {"stop_id": "nowhere"}}, "unknown-stop"),
        ({"destination": {"stop_id": "VS048"}}, "walk-instead"),
        ({"party": {"passengers": 1, "seniors": 2}}, "party-mismatch"),
    ],
)
def test_what_could_never_be_booked_is_refused_at_once(rider: Person, change, code: str) -> None:
    answer = rider.post("/v1/recurring-trips", wish(rider.running, **change))
    assert answer.json()["code"] == code
    assert read(rider) == []


@pytest.mark.parametrize(
    "change", [{"weekdays": [1, 1]}, {"weekdays": [8]}, {"until": "2026-02-30"}, {"time": "9:30"}]
)
def test_nonsense_is_malformed(rider: Person, change) -> None:
    answer = rider.post("/v1/recurring-trips", wish(rider.running, **change))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_where_there_is_no_room_the_date_waits(rider: Person, running: Running) -> None:
    """Many want the same minute; those for whom there is no seat are on the waiting list."""
    trips = [
        create(rider, weekdays=[date.fromisoformat(days_ahead(running, 1)).isoweekday()],
               until=days_ahead(running, 1), party={"passengers": 8})
        for _ in range(16)
    ]  # fmt: skip
    found = {each for trip in trips for each in statuses(trip)}
    assert found == {"booked", "waitlisted"}, trips


def test_recurring_trips_outlive_a_restart(tmp_path) -> None:
    service = Running(tmp_path).start()
    try:
        trip = create(Person(service, caller(Role.RIDER, "one")))
        start = service.service.time.now() + timedelta(days=1)
    finally:
        service.stop()
    again = Running(tmp_path, start).start()
    try:
        rider = Person(again, caller(Role.RIDER, "one"))
        look(again)
        (known,) = read(rider)
        assert known["recurring_id"] == trip["recurring_id"]
        assert statuses(known).count("booked") == statuses(trip).count("booked")
        assert len({each["booking_id"] for each in active(rider)}) == len(active(rider))
    finally:
        again.stop()


@pytest.fixture
def carer(running: Running) -> Person:
    running.next_morning()
    return Person(running, caller(Role.REPRESENTATIVE, uuid.uuid4().hex))


def keep(carer: Person, name: str, **more) -> dict:
    body = {"contact": {"name": name, "phone": "010-1234-5678"}, **more}
    path = f"/v1/passengers/{uuid.uuid4()}"
    answer = carer.running.http.put(path, json=body, headers=carer.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_representative_keeps_people_whom_nobody_else_sees(
    carer: Person, running: Running
) -> None:
    kept = keep(carer, "김영희", senior=True, wheelchair=True)
    assert carer.get("/v1/passengers").json()["passengers"] == [kept]
    other = Person(running, caller(Role.REPRESENTATIVE, uuid.uuid4().hex))
    assert other.get("/v1/passengers").json()["passengers"] == []
    rider = Person(running, caller(Role.RIDER, uuid.uuid4().hex))
    assert rider.get("/v1/passengers").status_code == 403
    path = f"/v1/passengers/{kept['passenger_id']}"
    assert running.http.delete(path, headers=other.headers).status_code == 204
    assert carer.get("/v1/passengers").json()["passengers"] == [kept]


def test_an_erased_passenger_leaves_no_name_behind(carer: Person, running: Running) -> None:
    kept = keep(carer, "이철수")
    path = f"/v1/passengers/{kept['passenger_id']}"
    assert running.http.delete(path, headers=carer.headers).status_code == 204
    assert carer.get("/v1/passengers").json()["passengers"] == []

    async def everything() -> bytes:
        with running.service.store.reach() as server:
            keys = running.service.store.keys
            parts = [*(await server.hvals(keys.contacts)), *(await server.hvals(keys.passengers))]
            return b"".join(parts)

    assert "이철수".encode() not in running.wait(everything())


def test_care_trips_carry_the_passengers_number_to_each_booking(
    carer: Person, running: Running
) -> None:
    kept = keep(carer, "박순자", senior=True)
    trip = create(carer, passenger_id=kept["passenger_id"], party={"passengers": 1, "seniors": 1})
    booking_id = trip["dates"][0]["booking_id"]
    contact = carer.get(f"/v1/bookings/{booking_id}/contact").json()
    assert contact["name"] == "박순자"
    cancelled = carer.post(f"/v1/bookings/{booking_id}/cancel").json()
    assert cancelled["cancellation"]["by"] == "representative"
    events = Person(running, caller(Role.DISPATCHER)).get("/v1/audit-log")
    assert "박순자" not in events.text


def test_names_are_in_no_record_but_the_vault(carer: Person, running: Running) -> None:
    kept = keep(carer, "최말순")
    create(carer, passenger_id=kept["passenger_id"])

    async def elsewhere() -> bytes:
        with running.service.store.reach() as server:
            keys = running.service.store.keys
            return b"".join(
                [*(await server.hvals(keys.recurring)), *(await server.hvals(keys.passengers))]
            )

    assert "최말순".encode() not in running.wait(elsewhere())
