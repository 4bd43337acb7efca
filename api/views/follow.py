"""What followers are told: a booking's own events, and for staff those of a whole day.

Rule: an event on the wire says what happened, when, and to which booking or vehicle. Owners,
contacts and exact places are not in it.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from api.http.responses import encode
from api.http.sse import message
from api.live.fanout import CommittedEvents, Dropped
from api.schemas.control import AuditEntry
from api.service import Service
from routing.dispatch.events import BroadcastSent, DayOpened, Event, PlanChanged
from routing.dispatch.visits import visit_id

#: Fields that are internal (places, solver limits) or say who somebody is.
_WITHHELD = (
    "time", "owner", "ride", "by", "plan", "times", "vehicles", "places", "booking_ids",
)  # fmt: skip
_MOMENTS = {"from_time": "from_at", "until_time": "until_at", "known_time": "known_at"}
_PAGE = 200


def event_id(service_date: str, version: int) -> str:
    """Id of the last message of a commit."""
    return f"{service_date}:{version}"


def read_event_id(text: str) -> tuple[str, int] | None:
    """Service date and version of an id; None for an id that is not ours."""
    service_date, _, version = text.partition(":")
    if len(service_date) == 10 and version.isascii() and version.isdigit() and len(version) < 10:
        return service_date, int(version)
    return None


async def booking_messages(
    service: Service, booking_id: str, last_event_id: str | None
) -> AsyncIterator[bytes]:
    """Yield what was missed since ``last_event_id``, the booking as it is, and what follows.

    Parameters
    ----------
    service
        The area.
    booking_id
        A booking that is in memory.
    last_event_id
        Header of a client that was cut off.

    Yields
    ------
    bytes
        Messages named by the event's type with its facts, and `booking` with the whole booking.
    """
    with service.loop.subscribe() as commits:
        found = service.loop.find_booking(booking_id)
        if found is None:
            return
        date, seen = found[0], service.loop.committed(found[0]).version
        async for missed in _missed(service, date, last_event_id, seen):
            for event in _of_booking(missed.events, booking_id):
                yield _event_message(service, date, missed.version, event)
        shown = _shown(service, booking_id)
        yield message("booking", shown, event_id(date, seen))
        async for commit in commits:
            if isinstance(commit, Dropped):
                return
            if commit.service_date != date or commit.version <= seen:
                continue
            for event in _of_booking(commit.events, booking_id):
                yield _event_message(service, date, commit.version, event)
            now_shown = _shown(service, booking_id)
            if now_shown != shown:
                shown = now_shown
                yield message("booking", shown, event_id(date, commit.version))


def _shown(service: Service, booking_id: str) -> bytes:
    found = service.loop.find_booking(booking_id)
    assert found is not None  # a booking never leaves the log of a day in memory
    return encode(service.views.booking(service.loop.committed(found[0]), booking_id))


def _of_booking(events: tuple[Event, ...], booking_id: str) -> Iterator[Event]:
    return (
        event
        for event in events
        if getattr(event, "booking_id", None) == booking_id
        or booking_id in getattr(event, "booking_ids", ())
    )


def _event_message(service: Service, date: str, version: int, event: Event) -> bytes:
    entry = audit_entry(service, date, version, event)
    return message(entry.type, encode(entry))


async def _missed(
    service: Service, date: str, last_event_id: str | None, until: int
) -> AsyncIterator[CommittedEvents]:
    """Commits of a day after the one that the client saw last; none for a new client."""
    known = read_event_id(last_event_id) if last_event_id else None
    if known is None:
        return
    after = known[1] if known[0] == date else 0
    while after < until:
        logged = await service.store.read_events(date, after, _PAGE)
        for commit in logged:
            if commit.version <= until:
                yield CommittedEvents(date, commit.version, commit.events)
        if len(logged) < _PAGE:
            return
        after = logged[-1].version


async def day_messages(
    service: Service, date: str, last_event_id: str | None
) -> AsyncIterator[bytes]:
    """Yield every event of today, after those that a client has seen, and then as they happen."""
    with service.loop.subscribe() as commits:
        seen = service.loop.committed(date).version
        async for missed in _missed(service, date, last_event_id, seen):
            for text in _commit_messages(service, missed):
                yield text
        async for commit in commits:
            if isinstance(commit, Dropped):
                return
            if commit.version > seen or commit.service_date != date:
                for text in _commit_messages(service, commit):
                    yield text


def _commit_messages(service: Service, commit: CommittedEvents) -> Iterator[bytes]:
    date, version = commit.service_date, commit.version
    *before, last = commit.events
    for event in before:
        yield _event_message(service, date, version, event)
    entry = audit_entry(service, date, version, last)
    yield message(entry.type, encode(entry), event_id(date, version))


def audit_entry(service: Service, date: str, version: int, event: Event) -> AuditEntry:
    """Return an event as it may be read by staff."""
    at = service.time.at(date, event.time)
    return AuditEntry(version, type(event).__name__, at, _facts(service, date, event))


def _facts(service: Service, date: str, event: Event) -> dict[str, Any]:
    def in_time(seconds: int) -> datetime:
        return service.time.at(date, seconds)

    if isinstance(event, DayOpened):
        return {"vehicle_ids": [vehicle.vehicle_id for vehicle in event.vehicles]}
    if isinstance(event, PlanChanged):
        vehicle_id = event.plan.vehicle.vehicle_id
        visits = [visit_id(visit, vehicle_id) for visit in event.plan.visits]
        return {"vehicle_id": vehicle_id, "visit_ids": visits}
    facts: dict[str, Any] = msgspec.to_builtins(event)
    terms = facts.pop("terms", None)
    if terms is not None:
        facts |= _terms(terms, in_time)
    if "at_time" in facts:
        facts["acted_at"] = in_time(facts.pop("at_time"))
    if "held" in facts:
        facts |= _held(facts.pop("held"), in_time)
    for name in ("shift_from", "shift_until"):
        if name in facts:
            facts[name] = in_time(facts[name])
    if isinstance(event, BroadcastSent):
        facts["n_told"] = len(event.booking_ids)
    shown: dict[str, Any] = _shown_facts(facts, in_time)
    return shown


def _shown_facts(facts: Any, in_time: Callable[[int], datetime]) -> Any:
    """``facts`` without what is withheld, at any depth, and with moments for service seconds."""
    if isinstance(facts, list):
        return [_shown_facts(each, in_time) for each in facts]
    if not isinstance(facts, dict):
        return facts
    return {
        _MOMENTS.get(name, name): in_time(value)
        if name in _MOMENTS
        else _shown_facts(value, in_time)
        for name, value in facts.items()
        if name not in _WITHHELD
    }


def _held(held: Mapping[str, Any], in_time: Callable[[int], datetime]) -> dict[str, Any]:
    trip = held["connection"]
    known = ("trip_id", "stop_id", "feeds", "is_cancelled")
    expected = trip["time"] if trip["reported_time"] is None else trip["reported_time"]
    at = {"at": in_time(trip["time"]), "expected_at": in_time(expected)}
    promise = {f"{name}_at": in_time(seconds) for name, seconds in held["promise"].items()}
    return {"connection": {name: trip[name] for name in known} | at, "promise": promise}


def _terms(terms: Mapping[str, Any], in_time: Callable[[int], datetime]) -> dict[str, Any]:
    promise = {f"{name}_at": in_time(seconds) for name, seconds in terms["promise"].items()}
    return {"party": terms["party"], "promise": promise, "fare": terms["fare_won"]}
