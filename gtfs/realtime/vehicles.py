"""Where vehicles are, and what that says about trips that nobody sends predictions of."""

from dataclasses import dataclass

import numpy as np
from google.transit import gtfs_realtime_pb2 as realtime

from gtfs.realtime.match import Matcher
from gtfs.realtime.report import Kind, Problem, RealtimeReport
from gtfs.realtime.trips import LiveCalls, scheduled_calls
from routing.transit.delays import spread_delays
from routing.types import NONE

_Status = realtime.VehiclePosition
# A vehicle that is so long overdue is not late: it is no longer on this trip, s.
_LONGEST_LAG_S = 3 * 3600


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A vehicle on a trip of the day.

    Attributes
    ----------
    vehicle_id
        Id or label, as riders see it.
    trip
        Trip of the scheduled day.
    lon
        Degrees; None where only the stop is known.
    lat
        Degrees; None where only the stop is known.
    bearing
        Degrees clockwise from north; None where it is not known.
    pos
        Position along the trip of the call that it is at, or comes to next; None where not known.
    is_at_stop
        Whether it stands there.
    epoch_s
        When it was there, Unix seconds.
    occupancy
        How full it is, in the words of GTFS Realtime, or empty.
    """

    vehicle_id: str
    trip: int
    lon: float | None
    lat: float | None
    bearing: float | None
    pos: int | None
    is_at_stop: bool
    epoch_s: int
    occupancy: str


class VehicleReader:
    """Reads vehicle positions of one day.

    Parameters
    ----------
    matcher
        Of the scheduled day.
    now_s
        Now, in seconds of that day.
    report
        Takes what could not be applied.
    """

    def __init__(self, matcher: Matcher, now_s: int, report: RealtimeReport) -> None:
        self._matcher, self._now_s, self._report = matcher, now_s, report
        self.vehicles: list[VehicleView] = []

    def read(self, vehicle: realtime.VehiclePosition, made_at: int) -> None:
        """Take one position of a message made at ``made_at``, Unix seconds."""
        name = vehicle.vehicle.id or vehicle.vehicle.label or vehicle.trip.trip_id or "(no id)"
        if not vehicle.HasField("trip"):
            self._report.add(Kind.VEHICLE, Problem.UNKNOWN_TRIP, name)
            return
        trip = self._matcher.find(vehicle.trip, self._now_s)
        if isinstance(trip, Problem):
            self._report.add(Kind.VEHICLE, trip, vehicle.trip.trip_id or name)
            return
        where = vehicle.position if vehicle.HasField("position") else None
        if where is not None and not (abs(where.latitude) <= 90 and abs(where.longitude) <= 180):
            where = None
        pos = self._position(vehicle, scheduled_calls(self._matcher.day, trip))
        occupancy = ""
        if vehicle.HasField("occupancy_status"):
            occupancy = _Status.OccupancyStatus.Name(vehicle.occupancy_status).lower()
        has_bearing = where is not None and where.HasField("bearing")
        self.vehicles.append(
            VehicleView(
                vehicle_id=name[:80],
                trip=trip,
                lon=None if where is None else float(where.longitude),
                lat=None if where is None else float(where.latitude),
                bearing=float(where.bearing) if where is not None and has_bearing else None,
                pos=pos,
                is_at_stop=vehicle.current_status == _Status.STOPPED_AT,
                epoch_s=int(vehicle.timestamp) or made_at,
                occupancy=occupancy,
            )
        )
        self._report.applied(Kind.VEHICLE)

    def _position(self, vehicle: realtime.VehiclePosition, calls: LiveCalls) -> int | None:
        if vehicle.HasField("current_stop_sequence"):
            at = np.flatnonzero(calls.sequence == vehicle.current_stop_sequence)
            if len(at):
                return int(at[0])
        stop = self._matcher.day.find_stop(vehicle.stop_id) if vehicle.stop_id else None
        places = self._matcher.day.timetable.walks.place[calls.stop]
        at = np.flatnonzero(places == (NONE if stop is None else stop))
        # A loop passes a stop twice; then the stop alone does not tell.
        return int(at[0]) if len(at) == 1 else None


def delayed_by_position(matcher: Matcher, vehicle: VehicleView) -> LiveCalls | None:
    """Calls of a trip whose vehicle is overdue: as late as it is seen to be, at least.

    Parameters
    ----------
    matcher
        Of the scheduled day.
    vehicle
        Where it is.

    Returns
    -------
    LiveCalls or None
        None where the position says nothing about the times.
    """
    if vehicle.pos is None or not vehicle.epoch_s:
        return None
    day, pos = matcher.day, vehicle.pos
    calls = scheduled_calls(day, vehicle.trip)
    seen = vehicle.epoch_s - day.service_day.origin_epoch_s
    due = int((calls.dep_time if vehicle.is_at_stop else calls.arr_time)[pos])
    late_s = max(0, seen - due)
    if late_s > _LONGEST_LAG_S or (not late_s and seen < calls.dep_time[0]):
        # Another trip's vehicle, or one that waits at its first stop.
        return None
    said = np.full((2, len(calls.stop)), NONE, np.int32)
    said[:, pos] = late_s
    times = spread_delays(calls.arr_time, calls.dep_time, said, int(NONE))
    return calls._replace(arr_time=times.arr_time, dep_time=times.dep_time, is_live=times.is_live)
