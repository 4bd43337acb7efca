"""When a shuttle will be at its next visit, from where it was last seen."""

from api.service import Service
from routing.dispatch.state import DayState
from routing.road.travel import get_travel_s

#: Seconds for one metre between a reported point and the nearest place of the matrix.
_APPROACH_S_PER_M = 0.12


def expected_arrival(service: Service, state: DayState, vehicle_id: str) -> int | None:
    """Return the expected arrival at the visit under way.

    Parameters
    ----------
    service
        The area.
    state
        Today.
    vehicle_id
        A vehicle of its roster.

    Returns
    -------
    int or None
        Service seconds; None where the vehicle is not on its way or was not seen.
    """
    plan, report = state.plans[vehicle_id], service.positions.find(vehicle_id)
    if report is None or plan.standing or not plan.n_frozen:
        return None
    seen = service.time.seconds(state.service_date, report.at)
    if seen < plan.ready_time:
        return None
    place, metres = service.stops.nearest_place_m(report.lon, report.lat)
    to_road_s = round(metres * _APPROACH_S_PER_M)
    target = plan.visits[0].place
    travel = service.loop.network(state.service_date).travel
    return seen + to_road_s + get_travel_s(travel, place, target, seen)
