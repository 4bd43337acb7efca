"""Bytes of events, snapshots, answers and contacts."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from api.store import codec
from api.store.records import Answer, Contact, StoredAnswer
from routing.dispatch.events import PlanChanged
from routing.dispatch.state import Booking, DayState
from routing.drt.model import Vehicle, VehiclePlan, Visit, VisitKind, VisitTime
from routing.errors import StoreError
from tests.stores import policies, values_of


@pytest.mark.parametrize("kind", codec.EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_every_event_comes_back_as_it_was(kind):
    @settings(max_examples=25)
    @given(st.lists(values_of(kind), max_size=3))
    def comes_back(events):
        assert codec.decode_events(codec.encode_events(events), "here") == tuple(events)

    comes_back()


@settings(max_examples=40)
@given(st.data())
def test_a_state_comes_back_as_it_was(data):
    def maps(kind):
        return st.dictionaries(st.text(max_size=5), values_of(kind), max_size=2).map(Map)

    state = DayState(
        version=data.draw(st.integers(0, 10**6)),
        service_date="2026-11-23",
        policy=data.draw(policies()),
        bookings=data.draw(maps(Booking)),
        plans=data.draw(maps(VehiclePlan)),
        times=data.draw(maps(tuple[VisitTime, ...])),
        changed=data.draw(maps(int)),
    )
    assert codec.find_snapshot(codec.encode_snapshot(state)) == state


def test_a_snapshot_of_other_folding_code_is_not_used(monkeypatch):
    written = codec.encode_snapshot(DayState(version=3))
    assert codec.find_snapshot(written) == DayState(version=3)
    monkeypatch.setattr(codec, "fold_fingerprint", lambda: "another")
    assert codec.find_snapshot(written) is None


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b'[{"type":"RideTeleported","v":1,"time":1}]', "RideTeleported version 1"),
        (b'[{"type":"RideUnscheduled","v":99,"time":1}]', "RideUnscheduled version 99"),
        (b'[{"type":"RideUnscheduled","v":1,"time":1}]', "booking_id"),
        (b'[{"time":1}]', "type"),
        (b"[", "truncated"),
        (b"{}", "array"),
    ],
)
def test_what_cannot_be_read_is_named(data, named):
    with pytest.raises(StoreError, match=named) as caught:
        codec.decode_events(data, "log of 2026-11-23, version 7")
    assert "log of 2026-11-23, version 7" in str(caught.value)


def test_answers_and_contacts_come_back():
    stored = StoredAnswer("d1", Answer(201, b'{"\xff', (("ETag", '"7"'),)))
    assert codec.decode_answer(codec.encode_answer(stored)) == stored
    contact = Contact("김속초", "010-0000-0000")
    assert codec.decode_contact(codec.encode_contact(contact)) == contact


def test_a_contact_shows_in_no_message():
    assert "김속초" not in repr(Contact("김속초", "010"))
    with pytest.raises(StoreError) as caught:
        codec.decode_contact('{"name":"김속초","phone":1}'.encode())
    assert "김속초" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_plan_of_sixteen_visits_is_written_within_thirty_microseconds():
    vehicle = Vehicle("SH1", 0, 0, 25_200, 75_600, ((14, 0), (10, 1)))
    visits = tuple(Visit(VisitKind.PICKUP, f"b{i}", i, i, i + 9, 30, (1, 0)) for i in range(16))
    times = tuple(VisitTime(i, i, i + 30) for i in range(16))
    event = PlanChanged(30_000, VehiclePlan(vehicle, 3, 30_000, (0, 0), visits), times)
    best_s = min(timeit.repeat(lambda: codec.encode_events([event]), number=200, repeat=20)) / 200
    assert best_s < 30e-6
