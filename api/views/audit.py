"""Who did what: events with their actors, filtered, and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from api.schemas.control import AuditedEntry
from api.service import Service
from api.store.records import LoggedCommit
from api.views.follow import audit_entry
from routing.dispatch import events as ev
from routing.dispatch.events import Event
from routing.dispatch.values import Actor, Channel

#: Who stands behind an event that names nobody.
_ACTORS: Mapping[type, str] = {
    ev.RideBooked: Actor.RIDER.value,
    ev.RideWaitlisted: Actor.RIDER.value,
    ev.RideAmended: Actor.RIDER.value,
    ev.VisitArrived: Actor.DRIVER.value,
    ev.RiderBoarded: Actor.DRIVER.value,
    ev.RiderAlighted: Actor.DRIVER.value,
    ev.RiderMissed: Actor.DRIVER.value,
}
COLUMNS = ("version", "at", "actor", "type", "booking_id", "vehicle_id", "facts")


def actor_of(event: Event) -> str:
    """Who did it: the subject of a member of staff, or a role, or ``system``."""
    by = getattr(event, "by", None)
    if by is None and isinstance(event, ev.RideCancelled):
        by = event.cancellation.by
    if isinstance(event, ev.RideBooked | ev.RideWaitlisted) and event.channel is Channel.PHONE:
        by = event.owner  # the member of staff who took the call
    if by is None:
        by = _ACTORS.get(type(event), Actor.SYSTEM.value)
    return by.value if isinstance(by, Actor) else str(by)


def audited(
    service: Service,
    date: str,
    commits: Iterable[LoggedCommit],
    *,
    actor: str = "",
    kind: str = "",
    subject_id: str = "",
) -> Iterator[AuditedEntry]:
    """Yield the entries of some commits that a filter lets through, in order.

    Parameters
    ----------
    service
        The area.
    date
        Service date of the commits.
    commits
        What was logged.
    actor
        Part of who did it; empty for all.
    kind
        Event type; empty for all.
    subject_id
        A booking or vehicle; empty for all.

    Yields
    ------
    AuditedEntry
        With facts that name no person.
    """
    for commit in commits:
        for event in commit.events:
            who = actor_of(event)
            if actor and actor not in who:
                continue
            if kind and type(event).__name__ != kind:
                continue
            entry = audit_entry(service, date, commit.version, event)
            facts = entry.facts
            ids = (facts.get("booking_id"), facts.get("vehicle_id"))
            if not subject_id or subject_id in ids:
                yield AuditedEntry(entry.version, entry.type, entry.at, who, facts)


def as_csv(entries: Iterable[AuditedEntry]) -> bytes:
    """A table (RFC 4180) with a byte-order mark, so that spreadsheets read Korean right."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for entry in entries:
        rows.writerow(map(_cell, _row(entry)))
    return text.getvalue().encode("utf-8-sig")


def _row(entry: AuditedEntry) -> tuple[Any, ...]:
    facts = dict(entry.facts)
    ids = facts.pop("booking_id", ""), facts.pop("vehicle_id", "")
    rest = msgspec.json.encode(facts).decode() if facts else ""
    return entry.version, entry.at.isoformat(), entry.actor, entry.type, *ids, rest


def _cell(value: Any) -> str:
    # A spreadsheet would take such a text for a formula.
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
