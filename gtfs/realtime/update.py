"""Messages -> a live day: what a service does each time new ones have come."""

from collections.abc import Iterable, Sequence

from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.compiled import CompiledDay
from gtfs.realtime.alerts import Alert, read_alert
from gtfs.realtime.day import LiveDay, live_day
from gtfs.realtime.match import Matcher
from gtfs.realtime.message import Message
from gtfs.realtime.report import Kind, Problem, RealtimeReport
from gtfs.realtime.trips import Changes, TripReader
from gtfs.realtime.vehicles import VehicleReader, VehicleView, delayed_by_position

#: Predictions older than this are worth less than the schedule, s.
MAX_AGE_S = 900
_KNOWN = ("trip_update", "vehicle", "alert")


class Updater:
    """Applies messages to one day; each time to the day as planned, never on top of the last.

    Parameters
    ----------
    day
        The day as planned.
    max_age_s
        Older messages are not applied, s.
    """

    def __init__(self, day: CompiledDay, max_age_s: int = MAX_AGE_S) -> None:
        self.day = day
        self._matcher = Matcher(day)
        self._max_age_s = max_age_s

    def apply(
        self, messages: Iterable[Message], now_epoch_s: int, failed: Sequence[str] = ()
    ) -> LiveDay:
        """The day as the messages say that it runs.

        Parameters
        ----------
        messages
            All that are known at the moment; of two about one trip, the last one counts.
        now_epoch_s
            Now, Unix seconds.
        failed
            Sources that could not be read, for the report.

        Returns
        -------
        LiveDay
            A copy; the planned day stays as it is.
        """
        report = RealtimeReport()
        for source in failed:
            report.add(Kind.MESSAGE, Problem.UNREADABLE, source)
        now_s = now_epoch_s - self.day.service_day.origin_epoch_s
        trips = TripReader(self._matcher, now_s, report)
        vehicles = VehicleReader(self._matcher, now_s, report)
        alerts: list[Alert] = []
        made_at = 0
        for message in messages:
            if not self._is_believed(message, now_epoch_s, report):
                continue
            made_at = max(made_at, message.epoch_s)
            for entity in message.feed.entity:
                alert = self._take(entity, message, trips, vehicles, now_s, report)
                if alert is not None:
                    alerts.append(alert)
        _add_overdue(self._matcher, trips, vehicles.vehicles)
        return live_day(self.day, trips.changes, alerts, vehicles.vehicles, report, made_at)

    def _is_believed(self, message: Message, now_epoch_s: int, report: RealtimeReport) -> bool:
        age_s = now_epoch_s - message.epoch_s
        if message.epoch_s and age_s > self._max_age_s:
            report.add(Kind.MESSAGE, Problem.STALE, f"{message.source} ({age_s} s old)")
            return False
        if message.feed.header.incrementality == realtime.FeedHeader.DIFFERENTIAL:
            report.add(Kind.MESSAGE, Problem.DIFFERENTIAL, message.source)
        report.applied(Kind.MESSAGE)
        return True

    def _take(
        self,
        entity: realtime.FeedEntity,
        message: Message,
        trips: TripReader,
        vehicles: VehicleReader,
        now_s: int,
        report: RealtimeReport,
    ) -> Alert | None:
        name = entity.id or "(no id)"
        if entity.is_deleted or not any(entity.HasField(field) for field in _KNOWN):
            report.add(Kind.OTHER, Problem.NOT_SUPPORTED, name)
            return None
        if entity.HasField("trip_update"):
            trips.read(entity.trip_update)
        if entity.HasField("vehicle"):
            vehicles.read(entity.vehicle, message.epoch_s)
        if entity.HasField("alert"):
            return read_alert(name, entity.alert, self._matcher, now_s, report)
        return None


def _add_overdue(matcher: Matcher, trips: TripReader, vehicles: Sequence[VehicleView]) -> None:
    """Delay the trips whose vehicles are overdue and of which no prediction has come."""
    changes: Changes = trips.changes
    for vehicle in vehicles:
        key = f"={vehicle.trip}"
        if key in changes.runs or vehicle.trip in changes.cancelled:
            continue
        calls = delayed_by_position(matcher, vehicle)
        if calls is not None:
            changes.runs[key] = trips.run_of(vehicle.trip, calls)
