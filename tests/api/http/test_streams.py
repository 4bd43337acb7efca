"""Streams tell what happens as it happens, and after a break what was missed."""

import json
from contextlib import contextmanager

from tests.api.http.conftest import driver_of
from tests.api.http.running import at


class Stream:
    """Reads server-sent events one by one."""

    def __init__(self, response):
        self._lines = response.iter_lines()

    def next(self):
        name, ident, data = None, None, None
        for line in self._lines:
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("id: "):
                ident = line[4:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and data is not None:
                return name, ident, data
        raise AssertionError("the stream ended")

    def until(self, wanted):
        seen = []
        while not seen or seen[-1][0] != wanted:
            seen.append(self.next())
        return seen


@contextmanager
def following(person, path, last_event_id=None):
    headers = person.headers | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    with person.running.http.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


def test_a_booking_is_followed_and_taken_up_again(morning, rider):
    booking = rider.book()
    path = f"/v1/bookings/{booking['booking_id']}/events"
    driver = driver_of(morning, booking["vehicle_id"])
    visit = f"/v1/visits/{booking['booking_id']}.pickup"
    with following(rider, path) as stream:
        name, last_id, shown = stream.next()
        assert (name, shown["booking_id"]) == ("booking", booking["booking_id"])
        morning.advance(120)
        driver.post(f"{visit}/arrive")
        seen = stream.until("VisitArrived")
        name, arrived_id, shown = stream.next()
        assert (name, shown["state"]) == ("booking", "arrived")
        assert "VehicleApproached" in {each[0] for each in seen}
    driver.post(f"{visit}/board")
    with following(rider, path, arrived_id) as stream:
        missed = stream.until("booking")
        assert [each[0] for each in missed] == ["RiderBoarded", "booking"]
        assert missed[-1][2]["state"] == "on_board"
    with following(rider, path, last_id) as stream:
        everything = [each[0] for each in stream.until("booking")]
        assert {"VisitArrived", "RiderBoarded"} <= set(everything)


def test_ids_that_are_not_ours_begin_anew(morning, rider):
    booking = rider.book(depart_at=at(morning, 3600))
    for odd in ("x", "2026-11-23", "2026-11-23:x", "9" * 60):
        with following(rider, f"/v1/bookings/{booking['booking_id']}/events", odd) as stream:
            assert stream.next()[0] == "booking"


def test_the_fleet_is_followed(morning, rider, anybody):
    with following(anybody, "/v1/vehicles/events") as stream:
        first = {stream.next()[2]["vehicle_id"] for _ in range(4)}
        assert first == {"SH1", "SH2", "SH3", "SH4"}
        booking = rider.book(depart_at=at(morning, 3600))
        name, _, vehicle = stream.next()
        while vehicle["vehicle_id"] != booking["vehicle_id"] or not any(
            visit["kind"] == "pickup" for visit in vehicle["next_visits"]
        ):
            name, _, vehicle = stream.next()
        assert name == "vehicle"


def test_staff_follow_the_whole_day(morning, rider, dispatcher):
    with following(dispatcher, "/v1/events") as stream:
        booking = rider.book(depart_at=at(morning, 3600))
        commit = stream.until("RideBooked")[-1:]
        while commit[-1][1] is None:  # the id stands on the last message of a commit
            commit.append(stream.next())
        assert [each[0] for each in commit] == ["RideBooked", "RideScheduled", "PlanChanged"]
        ident = commit[-1][1]
    rider.post(f"/v1/bookings/{booking['booking_id']}/cancel")
    with following(dispatcher, "/v1/events", ident) as stream:
        assert stream.next()[0] == "RideCancelled"
