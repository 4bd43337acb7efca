"""What a control room should look at, most urgent first.

Rule: everything that is called urgent is called so here, from the state of the day, what was last
seen of its vehicles, and the time; no page and no endpoint ranks alerts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from routing.dispatch.lateness import connection_status
from routing.dispatch.lifecycle import ENDED, BookingState
from routing.dispatch.preview import outlook
from routing.dispatch.state import Booking, DayState
from routing.dispatch.values import DispatchStatus, DutyState, IncidentKind
from routing.drt.model import VehiclePlan

#: A vehicle under way that has not been heard of for so long is offline.
OFFLINE_S = 180
#: A vehicle so far from the way that it was to take is off it.
OFF_ROUTE_M = 400
#: A promise with less slack than this is at risk.
AT_RISK_S = 120
#: A vehicle that should have acted so long ago is overdue.
OVERDUE_S = 180


class Level(IntEnum):
    """How soon somebody should act; the lower the sooner."""

    EMERGENCY = 0  # now: people may be in danger
    ACT = 1  # a promise is broken, or nobody comes
    WATCH = 2  # a promise may be broken
    KNOW = 3  # worth knowing


class AlertKind(StrEnum):
    """What is wrong."""

    SOS = "sos"
    INCIDENT = "incident"
    BREAKDOWN = "breakdown"
    LATE = "late"
    UNMATCHED = "unmatched"
    OVERDUE = "overdue"
    OFFLINE = "offline"
    OFF_ROUTE = "off_route"
    CONNECTION_AT_RISK = "connection_at_risk"
    PROMISE_AT_RISK = "promise_at_risk"
    WAITLISTED = "waitlisted"
    FEED_UNMATCHED = "feed_unmatched"


LEVELS: Mapping[AlertKind, Level] = {
    AlertKind.SOS: Level.EMERGENCY,
    AlertKind.INCIDENT: Level.ACT,
    AlertKind.BREAKDOWN: Level.ACT,
    AlertKind.LATE: Level.ACT,
    AlertKind.UNMATCHED: Level.ACT,
    AlertKind.OVERDUE: Level.WATCH,
    AlertKind.OFFLINE: Level.WATCH,
    AlertKind.OFF_ROUTE: Level.WATCH,
    AlertKind.CONNECTION_AT_RISK: Level.WATCH,
    AlertKind.PROMISE_AT_RISK: Level.WATCH,
    AlertKind.WAITLISTED: Level.KNOW,
    AlertKind.FEED_UNMATCHED: Level.KNOW,
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at. ``due_time`` is when it bites; of equals the sooner comes first."""

    kind: AlertKind
    due_time: int  # service seconds
    vehicle_id: str | None = None
    booking_id: str | None = None
    amount: int = 0  # seconds late, seconds of slack, metres off, how many; by kind
    note: str = ""  # what an incident is, by its code
    incident_id: str | None = None

    @property
    def level(self) -> Level:
        """How soon somebody should act."""
        return LEVELS[self.kind]

    @property
    def alert_id(self) -> str:
        """The same as long as it is about the same."""
        return ":".join(
            filter(None, (self.kind, self.vehicle_id, self.booking_id, self.incident_id))
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last seen of a vehicle."""

    at_time: int  # service seconds
    off_m: int = 0  # metres from the way that it was to take


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a state does not say: what is seen and heard of outside."""

    seen: Mapping[str, Seen] = field(default_factory=dict)  # by vehicle id
    n_feed_unmatched: int = 0  # trips of the real-time feed that the timetable does not know


def list_alerts(state: DayState, now: int, around: Surroundings) -> tuple[Alert, ...]:
    """Everything that a control room should look at, most urgent first.

    Parameters
    ----------
    state
        The service day.
    now
        Service seconds.
    around
        What was last seen of vehicles, and what else is known.

    Returns
    -------
    tuple of Alert
        By level, then by when it bites, then by how much.
    """
    found = [
        *_of_incidents(state),
        *_of_bookings(state, now),
        *(a for v in state.plans for a in _of_vehicle(state, v, now, around.seen.get(v))),
    ]
    if around.n_feed_unmatched:
        found.append(Alert(AlertKind.FEED_UNMATCHED, now, amount=around.n_feed_unmatched))
    return tuple(sorted(found, key=_most_urgent_first))


def _most_urgent_first(alert: Alert) -> tuple[int, int, int, str]:
    return alert.level, alert.due_time, -alert.amount, alert.alert_id


def _of_incidents(state: DayState) -> Iterator[Alert]:
    """What drivers reported and nobody has closed."""
    for incident in state.incidents.values():
        if incident.closed_time is None:
            is_sos = incident.kind is IncidentKind.SOS
            yield Alert(
                AlertKind.SOS if is_sos else AlertKind.INCIDENT,
                incident.at_time,
                incident.vehicle_id,
                note=incident.kind,
                incident_id=incident.incident_id,
            )


def _of_bookings(state: DayState, now: int) -> Iterator[Alert]:
    for booking in state.bookings.values():
        if booking.state in ENDED:
            continue
        if booking.state is BookingState.WAITLISTED:
            yield _alert(AlertKind.WAITLISTED, booking, booking.ride.latest_pickup)
        elif booking.status is DispatchStatus.UNMATCHED:
            due = max(now, booking.ride.earliest_pickup)
            yield _alert(AlertKind.UNMATCHED, booking, due)
        else:
            yield from _of_promise(state, booking)


def _alert(kind: AlertKind, booking: Booking, due_time: int, amount: int = 0) -> Alert:
    return Alert(kind, due_time, booking.vehicle_id, booking.booking_id, amount)


def _of_promise(state: DayState, booking: Booking) -> Iterator[Alert]:
    expected, promise = outlook(state, booking), booking.promise
    ends = [(expected.dropoff_time, promise.dropoff_latest)]
    if booking.boarded_time is None:
        ends.insert(0, (expected.pickup_time, promise.pickup_latest))
    known = [(time, latest) for time, latest in ends if time is not None]
    if not known or booking.state is BookingState.ARRIVED:
        return
    if expected.late_s >= state.policy.notice_s:
        yield _alert(AlertKind.LATE, booking, known[0][0], expected.late_s)
    else:
        time, latest = min(known, key=lambda end: end[1] - end[0])
        if latest - time < AT_RISK_S:
            yield _alert(AlertKind.PROMISE_AT_RISK, booking, time, max(0, latest - time))
    yield from _of_connection(state, booking)


def _of_connection(state: DayState, booking: Booking) -> Iterator[Alert]:
    trip = booking.connection
    if trip is not None and connection_status(state, booking) != "held":
        yield _alert(AlertKind.CONNECTION_AT_RISK, booking, trip.expected_time)


def _of_vehicle(state: DayState, vehicle_id: str, now: int, seen: Seen | None) -> Iterator[Alert]:
    plan, duty = state.plans[vehicle_id], state.duties[vehicle_id]
    if duty is DutyState.BROKEN_DOWN:
        yield Alert(AlertKind.BREAKDOWN, now, vehicle_id, amount=sum(plan.load))
    if duty is not DutyState.ON_DUTY or not plan.visits:
        return
    overdue_s = now - _should_have_acted(state, plan)
    if plan.n_frozen and overdue_s > OVERDUE_S:
        yield Alert(AlertKind.OVERDUE, now, vehicle_id, amount=overdue_s)
    if not plan.n_frozen:
        return
    if seen is None or now - seen.at_time > OFFLINE_S:
        silent_s = now - (plan.ready_time if seen is None else seen.at_time)
        if silent_s > OFFLINE_S:
            yield Alert(AlertKind.OFFLINE, now, vehicle_id, amount=silent_s)
    elif seen.off_m > OFF_ROUTE_M and not plan.standing:
        yield Alert(AlertKind.OFF_ROUTE, now, vehicle_id, amount=seen.off_m)


def _should_have_acted(state: DayState, plan: VehiclePlan) -> int:
    """When the driver of a vehicle under way was to report something at the latest."""
    first, time = plan.visits[0], state.times[plan.vehicle.vehicle_id][0]
    if plan.standing:
        return max(time.depart, min(first.latest, time.depart + state.policy.wait_s))
    return time.arrive
