"""How a control room's acts are shown: previews, closures, suspensions, rosters, alerts."""

from dataclasses import asdict

import numpy as np

from api.schemas.control import Alerts, AlertView
from api.schemas.room import (
    Closures,
    ClosureView,
    DrivingView,
    Duties,
    DutyView,
    EffectView,
    OutlookView,
    Policies,
    PolicyView,
    PreviewView,
    Suspensions,
    SuspensionView,
)
from api.service import Service
from routing.dispatch.alerts import Alert, Seen, Surroundings, list_alerts
from routing.dispatch.conditions import conditions_of
from routing.dispatch.preview import Effect, Outlook, Preview
from routing.dispatch.state import DayState
from routing.dispatch.values import Closure, Suspension
from routing.road.geometry import Region, distance_m
from routing.types import frozen


def show_preview(service: Service, state: DayState, found: Preview) -> PreviewView:
    """What a command would do."""
    effects = tuple(_effect(service, state, effect) for effect in found.effects)
    hurt = [effect for effect in effects if effect.is_hurt]
    worst_s = max((effect.broken_further_s for effect in hurt), default=0)
    return PreviewView(state.service_date, state.version, len(hurt), worst_s, effects)


def _effect(service: Service, state: DayState, effect: Effect) -> EffectView:
    date, promise = state.service_date, state.bookings[effect.booking_id].promise
    return EffectView(
        effect.booking_id,
        service.views.promise(date, promise),
        _outlook(service, date, effect.before),
        _outlook(service, date, effect.after),
        effect.is_hurt,
        effect.is_lost,
        effect.later_s,
        effect.later_late_s,
    )


def _outlook(service: Service, date: str, outlook: Outlook) -> OutlookView:
    return OutlookView(
        outlook.state,
        outlook.vehicle_id,
        service.time.find_at(date, outlook.pickup_time),
        service.time.find_at(date, outlook.dropoff_time),
        outlook.late_s,
    )


def show_closures(service: Service, state: DayState) -> Closures:
    """Closures of a day, soonest first."""
    closures = sorted(state.closures.values(), key=lambda c: (c.from_time, c.closure_id))
    shown = tuple(_closure(service, state.service_date, closure) for closure in closures)
    return Closures(state.service_date, state.version, shown)


def _closure(service: Service, date: str, closure: Closure) -> ClosureView:
    period = service.views.window(date, closure.from_time, closure.until_time)
    roads = service.area.closed_roads([closure])
    ids = tuple(service.area.roads.edges[index].edge_id for index in roads)
    return ClosureView(closure.closure_id, closure.ring, period, closure.reason, ids)


def show_suspensions(service: Service, state: DayState) -> Suspensions:
    """Suspensions of a day, soonest first."""
    found = sorted(state.suspensions.values(), key=lambda s: (s.from_time, s.suspension_id))
    shown = tuple(_suspension(service, state.service_date, each) for each in found)
    return Suspensions(state.service_date, state.version, shown)


def _suspension(service: Service, date: str, found: Suspension) -> SuspensionView:
    period = service.views.window(date, found.from_time, found.until_time)
    return SuspensionView(found.suspension_id, found.zone_id, period, found.reason)


def show_duties(service: Service, state: DayState) -> Duties:
    """The roster of a day, by vehicle."""
    shown = tuple(show_duty(service, state, vehicle_id) for vehicle_id in sorted(state.plans))
    return Duties(state.service_date, state.version, shown)


def show_duty(service: Service, state: DayState, vehicle_id: str) -> DutyView:
    """A vehicle's day."""
    date, vehicle = state.service_date, state.plans[vehicle_id].vehicle
    drivers = tuple(
        DrivingView(
            span.driver,
            service.time.at(date, span.from_time),
            service.time.at(date, span.until_time),
        )
        for span in state.drivers.get(vehicle_id, ())
    )
    shift = service.views.window(date, vehicle.shift_from, vehicle.shift_until)
    return DutyView(vehicle_id, state.duties[vehicle_id], shift, drivers)


def show_policies(service: Service) -> Policies:
    """The rules that hold today, and all changes."""
    now = service.policies.revision_on(service.time.today())
    known = service.policies.list_revisions()
    today, *revisions = (
        PolicyView(each.effective_date, asdict(each.policy), each.by) for each in (now, *known)
    )
    return Policies(today, tuple(revisions))


def show_alerts(service: Service) -> Alerts:
    """What a control room should look at now."""
    date, now = service.time.today(), service.time.now()
    state = service.loop.committed(date)
    found = list_alerts(state, service.time.now_s(date), _surroundings(service, state))
    shown = tuple(_alert(service, date, alert) for alert in found)
    return Alerts(date, state.version, now, shown)


def _alert(service: Service, date: str, alert: Alert) -> AlertView:
    return AlertView(
        alert.alert_id,
        alert.kind,
        alert.level.name.lower(),  # type: ignore[arg-type]
        service.time.at(date, alert.due_time),
        alert.vehicle_id,
        alert.booking_id,
        alert.amount,
        alert.note,
        alert.incident_id,
    )


def _surroundings(service: Service, state: DayState) -> Surroundings:
    seen = {v: found for v in state.plans if (found := _seen(service, state, v)) is not None}
    live = service.timetables.find_live(state.service_date)
    n_unmatched = 0 if live is None else sum(finding.n_found for finding in live.report)
    return Surroundings(seen, n_feed_unmatched=n_unmatched)


def _seen(service: Service, state: DayState, vehicle_id: str) -> Seen | None:
    report, plan = service.positions.find(vehicle_id), state.plans[vehicle_id]
    if report is None:
        return None
    at_time = service.time.seconds(state.service_date, report.at)
    if not plan.visits or not plan.n_frozen:
        return Seen(at_time)
    line = service.board.drive_line(
        plan.place, plan.visits[0].place, plan.ready_time, conditions_of(state).closures
    )
    lon, lat = np.array(line if len(line) > 1 else (*line, *line)).T
    ends = (frozen(part, np.float64) for part in (lon[:-1], lat[:-1], lon[1:], lat[1:]))
    return Seen(at_time, round(distance_m(Region(*ends), report.lon, report.lat)))
