"""What riders meet when the store dies under the service, and when the service itself restarts."""

import os
import signal
import time

import pytest

from api.http.auth import Role
from tests.api.http.running import Person, Running, caller


@pytest.fixture
def frail(tmp_path):
    service = Running(tmp_path).start()
    yield service
    service.stop()


def test_a_dead_store_is_told_and_nothing_is_acknowledged(frail, monkeypatch):
    rider = Person(frail, caller(Role.RIDER))
    body = {"offer_id": rider.offers()[0]["offer_id"]}
    store = frail.service.store

    async def closed():
        from routing.errors import StoreUnavailable

        raise StoreUnavailable("the test keeps it away")

    monkeypatch.setattr(store, "open", closed)
    os.kill(store.server.pid, signal.SIGKILL)
    answer = rider.post("/v1/bookings", body, key="k")
    assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert rider.get("/readyz").status_code == 503
    assert rider.get("/v1/bookings").json()["bookings"] == []
    assert rider.get("/v1/vehicles").status_code == 200

    monkeypatch.undo()
    deadline = time.monotonic() + 20
    while rider.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, "the service did not come back"
        time.sleep(0.1)
    assert rider.post("/v1/bookings", body, key="k").status_code == 201


def test_a_restart_resumes_where_it_was(tmp_path):
    first = Running(tmp_path).start()
    rider = Person(first, caller(Role.RIDER))
    body = {"offer_id": rider.offers()[0]["offer_id"]}
    booked = rider.post("/v1/bookings", body, key="k")
    seen = rider.get(f"/v1/bookings/{booked.json()['booking_id']}").content
    first.stop()

    second = Running(tmp_path).start()
    try:
        rider = Person(second, caller(Role.RIDER))
        assert rider.get(f"/v1/bookings/{booked.json()['booking_id']}").content == seen
        again = rider.post("/v1/bookings", body, key="k")
        assert (again.status_code, again.content) == (201, booked.content)
        assert len(rider.get("/v1/bookings").json()["bookings"]) == 1
    finally:
        second.stop()
