"""What a console follows: all of today at first, and then whatever changes, as it is.

Rule: a message says how something is, never how it changed, so a console that was cut off and
asks again has lost nothing. States are persistent values, so what changed is told by identity.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from api.http.responses import encode
from api.http.sse import message, pause
from api.service import Service
from api.views.kpis import figures
from api.views.room import show_alerts, show_closures, show_duties, show_suspensions
from routing.dispatch.state import DayState

#: Real seconds between two looks at the day.
LOOK_S = 0.5
#: Looks between two of what takes longer to make, and that nobody waits for.
_RARELY = 4


@dataclass(slots=True)
class _Shown:
    """What one console has been shown."""

    state: DayState = field(default_factory=DayState)
    sent: dict[str, bytes] = field(default_factory=dict)


async def desk_messages(service: Service) -> AsyncIterator[bytes]:
    """Yield all of today, then what changes; begins anew with the next service day."""
    shown, n_looks = _Shown(), 0
    while True:
        state = service.loop.committed(service.time.today())
        if state.service_date != shown.state.service_date:
            shown = _Shown()
        for text in _changes(service, shown, state, rarely=n_looks % _RARELY == 0):
            yield text
        if not n_looks:
            yield message("ready", encode({"version": state.version}))
        shown.state, n_looks = state, n_looks + 1
        await pause(LOOK_S)


def _changes(service: Service, shown: _Shown, state: DayState, *, rarely: bool) -> Iterator[bytes]:
    yield from _news(shown, "day", _day(service, state, shown))
    yield from _manifests(service, shown.state, state)
    yield from _bookings(service, shown.state, state)
    yield from _news(shown, "places", _places(service))
    if rarely:
        yield from _news(shown, "alerts", _without_time(show_alerts(service)))
        yield from _news(shown, "kpis", encode(figures(state, service.metrics.refusals())))


def _news(shown: _Shown, name: str, data: bytes | None) -> Iterator[bytes]:
    if data is not None and shown.sent.get(name) != data:
        shown.sent[name] = data
        yield message(name, data)


def _day(service: Service, state: DayState, shown: _Shown) -> bytes | None:
    """Closures, suspensions and roster; None while the state's own are the same objects."""
    before = shown.state
    same = (
        before.closures is state.closures
        and before.suspensions is state.suspensions
        and before.drivers is state.drivers
        and before.duties is state.duties
        and before.service_date == state.service_date
    )
    if same:
        return None
    return encode(
        {
            "service_date": state.service_date,
            "closures": show_closures(service, state).closures,
            "suspensions": show_suspensions(service, state).suspensions,
            "duties": show_duties(service, state).duties,
        }
    )


def _manifests(service: Service, before: DayState, state: DayState) -> Iterator[bytes]:
    bookings_changed = (
        {
            booking.vehicle_id
            for booking_id, booking in state.bookings.items()
            if before.bookings.get(booking_id) is not booking
        }
        if before.bookings is not state.bookings
        else set()
    )
    for vehicle_id, plan in state.plans.items():
        same = (
            before.plans.get(vehicle_id) is plan
            and before.times.get(vehicle_id) is state.times[vehicle_id]
            and before.duties.get(vehicle_id) is state.duties[vehicle_id]
            and vehicle_id not in bookings_changed
        )
        if not same:
            yield message("manifest", encode(service.views.manifest(state, vehicle_id)))


def _bookings(service: Service, before: DayState, state: DayState) -> Iterator[bytes]:
    for booking_id, booking in state.bookings.items():
        old = before.bookings.get(booking_id)
        vehicle_id = booking.vehicle_id
        retimed = vehicle_id is not None and (
            before.times.get(vehicle_id) is not state.times[vehicle_id]
        )
        if old is not booking or (retimed and booking.ended_time is None):
            yield message("booking", encode(service.views.booking(state, booking_id)))


def _places(service: Service) -> bytes:
    """Where every vehicle is, in few bytes: id, lon, lat, heading, whether it was reported."""
    rows = [
        (
            view.vehicle_id,
            *view.position.position,
            view.position.heading,
            view.position.source == "reported",
        )
        for view in service.board.show().vehicles
    ]
    return encode(rows)


def _without_time(alerts: Any) -> bytes:
    return encode(alerts.alerts)
