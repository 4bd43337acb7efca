"""What is prediction and what is timetable, and what riders are to know, as it is shown."""

from collections.abc import Iterable
from datetime import UTC, datetime

from api.schemas.common import Name
from api.schemas.transit import PeriodView, ServiceAlertView
from api.schemas.trips import LiveTimes
from api.service import Service
from gtfs.compiled import CompiledDay
from gtfs.realtime import Alert, LiveDay, call_state, list_alerts
from gtfs.realtime.alerts import text_in
from routing.transit import Leg


def live_times(service: Service, date: str, day: CompiledDay, leg: Leg) -> LiveTimes:
    """Which times of a ride are predictions, and what the timetable says."""
    board = call_state(day, leg.trip_idx, leg.board_pos)
    alight = call_state(day, leg.trip_idx, leg.alight_pos)
    return LiveTimes(
        board.is_live,
        alight.is_live,
        find_at(service, date, board.scheduled_dep_time),
        find_at(service, date, alight.scheduled_arr_time),
    )


def find_at(service: Service, date: str, time: int | None) -> datetime | None:
    """A service second as a moment, None for none."""
    return None if time is None else service.time.at(date, time)


def list_ride_alerts(service: Service, day: CompiledDay, leg: Leg) -> list[Alert]:
    """Alerts about a ride: its trip, where it is boarded and where it is left."""
    now = int(service.time.now().timestamp())
    found = [
        *list_alerts(day, now, leg.from_stop, leg.trip_idx),
        *list_alerts(day, now, leg.to_stop, leg.trip_idx),
    ]
    return list({alert.alert_id: alert for alert in found}.values())


def show_alerts(
    service: Service, day: CompiledDay, alerts: Iterable[Alert]
) -> list[ServiceAlertView]:
    """Alerts as riders read them, each once."""
    once = {alert.alert_id: alert for alert in alerts}
    return [_show(service, day, alert) for alert in once.values()]


def _show(service: Service, day: CompiledDay, alert: Alert) -> ServiceAlertView:
    stops = {item.stop for item in alert.selectors if item.stop is not None}
    routes = {item.route for item in alert.selectors if item.route is not None}
    trips = {item.trip for item in alert.selectors if item.trip is not None}
    planned = day.scheduled if isinstance(day, LiveDay) else day

    def in_both(texts: dict[str, str]) -> Name:
        """A text in Korean and English."""
        return Name(text_in(texts, "ko"), text_in(texts, "en"))

    return ServiceAlertView(
        alert_id=alert.alert_id,
        cause=alert.cause,
        effect=alert.effect,
        severity=alert.severity,
        header=in_both(dict(alert.header)),
        description=in_both(dict(alert.description)),
        url=in_both(dict(alert.url)),
        periods=tuple(
            PeriodView(_moment(service, start), _moment(service, end))
            for start, end in alert.periods
        ),
        stop_ids=tuple(day.stops.id[stop] for stop in sorted(stops)),
        route_ids=tuple(day.routes.id[route] for route in sorted(routes)),
        trip_ids=tuple(planned.trips.id[trip] for trip in sorted(trips)),
    )


def _moment(service: Service, epoch_s: int | None) -> datetime | None:
    if epoch_s is None:
        return None
    try:
        return datetime.fromtimestamp(epoch_s, UTC).astimezone(service.time.zone)
    except (OverflowError, ValueError, OSError):
        # Some producers write the end of all time.
        return None
