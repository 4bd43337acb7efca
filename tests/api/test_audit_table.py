"""The log as a table: nothing that a spreadsheet would take for a formula."""

import csv
import io
from datetime import UTC, datetime

from api.schemas.control import AuditedEntry
from api.views.audit import COLUMNS, actor_of, as_csv
from routing.dispatch import events as ev
from routing.dispatch.values import Actor, Cancellation

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def rows_of(*entries):
    return list(csv.reader(io.StringIO(as_csv(entries).decode("utf-8-sig"))))


def test_a_row_names_who_what_and_whom():
    facts = {"booking_id": "b1", "note": "same-driver"}
    head, row = rows_of(AuditedEntry(7, "AssignmentLocked", AT, "staff:kim", facts))
    assert tuple(head) == COLUMNS
    assert row == ["7", AT.isoformat(), "staff:kim", "AssignmentLocked", "b1", "",
                   '{"note":"same-driver"}']  # fmt: skip


def test_no_cell_is_a_formula():
    for text in ("=1+1", "+1", "-1", "@x"):
        _, row = rows_of(AuditedEntry(1, text, AT, text, {"vehicle_id": text}))
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_every_event_has_an_actor():
    cancelled = ev.RideCancelled(0, "b1", Cancellation(Actor.RIDER, "mistake"))
    assert actor_of(cancelled) == "rider"
    assert actor_of(ev.RoadsReopened(0, "c1", "staff:kim")) == "staff:kim"
    assert actor_of(ev.RiderBoarded(0, "b1", 0)) == "driver"
    assert actor_of(ev.VehicleApproached(0, "b1")) == "system"
