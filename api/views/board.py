"""The shuttles of today as everybody may see them, shown once for all who look."""

from datetime import datetime
from functools import lru_cache

import msgspec
import numpy as np

from api.clocks.service_time import ServiceTime
from api.live.loop import AreaLoop
from api.live.positions import Positions
from api.schemas.vehicles import NextVisit, VehiclePosition, Vehicles, VehicleView
from api.trips.places import Stops
from api.views.committed import kind_of
from gtfs.area import Area
from routing.dispatch.conditions import conditions_of
from routing.dispatch.state import DayState
from routing.drt.model import VehiclePlan
from routing.road.geometry import straight_m

N_NEXT_VISITS = 4
#: A report older than this says less than the plan. Service seconds.
STALE_S = 180


class VehicleBoard:
    """Where the shuttles are and where they go next.

    Parameters
    ----------
    area
        The city, for the lines that vehicles follow.
    loop
        The area's loop.
    time
        The service's time.
    stops
        Places.
    positions
        What drivers reported.
    """

    def __init__(
        self, area: Area, loop: AreaLoop, time: ServiceTime, stops: Stops, positions: Positions
    ) -> None:
        self._loop, self._time, self._stops, self._positions = loop, time, stops, positions
        self.drive_line = lru_cache(maxsize=256)(area.drive_line)
        self._shown_key: tuple[str, int, int, datetime] | None = None
        self._shown: dict[str, bytes] = {}

    def show(self) -> Vehicles:
        """All shuttles of today, now."""
        now, date = self._time.now(), self._time.today()
        state = self._loop.committed(date)
        return Vehicles(
            service_date=date,
            version=state.version,
            now=now,
            vehicles=tuple(
                self._vehicle(state, vehicle_id, now) for vehicle_id in sorted(state.plans)
            ),
        )

    def encoded(self) -> dict[str, bytes]:
        """`show`, as JSON by vehicle; encoded once for all streams."""
        date, now = self._time.today(), self._time.now()
        key = (date, self._loop.committed(date).version, self._positions.n_reports, now)
        if key != self._shown_key:
            views = self.show().vehicles
            self._shown = {view.vehicle_id: msgspec.json.encode(view) for view in views}
            self._shown_key = key
        return self._shown

    def _vehicle(self, state: DayState, vehicle_id: str, now: datetime) -> VehicleView:
        plan, times = state.plans[vehicle_id], state.times[vehicle_id]
        rows = list(zip(plan.visits, times, strict=True))[:N_NEXT_VISITS]
        return VehicleView(
            vehicle_id=vehicle_id,
            duty=state.duties[vehicle_id],
            position=self._position(state, plan, now),
            standing=plan.standing,
            next_visits=tuple(
                NextVisit(
                    kind_of(visit),
                    self._stops.ref(visit.place),
                    self._time.at(state.service_date, time.arrive),
                )
                for visit, time in rows
            ),
        )

    def _position(self, state: DayState, plan: VehiclePlan, now: datetime) -> VehiclePosition:
        report = self._positions.find(plan.vehicle.vehicle_id)
        if report is not None and (now - report.at).total_seconds() <= STALE_S:
            at = report.at.astimezone(self._time.zone)
            return VehiclePosition(
                (round(report.lon, 6), round(report.lat, 6)), at, "reported", report.heading
            )
        return VehiclePosition(self._planned_point(state, plan, now), now, "planned", None)

    def _planned_point(
        self, state: DayState, plan: VehiclePlan, now: datetime
    ) -> tuple[float, float]:
        """Along the roads between where it was and where it goes, by time."""
        if not plan.visits:
            return self._stops.point(plan.place)
        target = plan.visits[0].place
        if plan.standing:
            return self._stops.point(target)
        if not plan.n_frozen:
            return self._stops.point(plan.place)
        arrive = state.times[plan.vehicle.vehicle_id][0].arrive
        now_s = self._time.seconds(state.service_date, now)
        share = (now_s - plan.ready_time) / max(1, arrive - plan.ready_time)
        closures = conditions_of(state).closures
        line = self.drive_line(plan.place, target, plan.ready_time, closures)
        return _along(line, share)


def _along(line: tuple[tuple[float, float], ...], share: float) -> tuple[float, float]:
    """The point at a share of the length of a line."""
    lon, lat = np.array(line).T
    along = np.concatenate(([0.0], np.cumsum(straight_m(lon[:-1], lat[:-1], lon[1:], lat[1:]))))
    at = min(1.0, max(0.0, share)) * along[-1]
    return round(float(np.interp(at, along, lon)), 6), round(float(np.interp(at, along, lat)), 6)
