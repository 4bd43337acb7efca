"""Days to simulate for an area, made up from its demand file.

Rule: what is assumed about demand stands in the demand file and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gtfs.area import Area
from gtfs.area_file import AreaFile
from gtfs.builder.files import SourceFile, read_toml
from gtfs.demand_file import BurstTable, DayTable, DemandFile, Weights
from gtfs.roads import clock_seconds
from gtfs.zones import read_polygons
from routing.simulation.chance import RoadNoise
from routing.simulation.demand import Burst, Demand, FloatArray, Flow, Habits, make_riders
from routing.simulation.world import Rider, World

HOURS = 24
MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class AreaDemand:
    """What an area file says about demand, with the area that it is of."""

    area: Area
    file: DemandFile
    at: SourceFile
    districts: Mapping[str, Any]  # shapes by name

    @property
    def noise(self) -> RoadNoise:
        """How driving differs from the plan."""
        road = self.file.road
        return RoadNoise(road.drive_sd, road.late_share, road.late_mean_s)


def load_demand(area: Area) -> AreaDemand:
    """Return what the area file says about demand.

    Parameters
    ----------
    area
        A city.

    Returns
    -------
    AreaDemand
        As it stands in the file; `make_day` finds what does not fit the city.

    Raises
    ------
    AreaError
        If there is no demand file or it cannot be used.
    """
    here, file = area.source.parent, read_toml(area.source, AreaFile)
    if not file.demand:
        raise SourceFile(area.source.name).error(
            "names no demand file; name one, or give requests as a file", "demand"
        )
    shapes = {name: shape for name, _, shape in read_polygons(here / file.zones.polygons)}
    demand = read_toml(here / file.demand, DemandFile)
    return AreaDemand(area, demand, SourceFile(file.demand), shapes)


def make_day(demand: AreaDemand, day: str, seed: int, month: int | None = None) -> World:
    """Return a made-up day of a city.

    Parameters
    ----------
    demand
        What to expect.
    day
        A kind of day of the demand file.
    seed
        The same seed gives the same riders.
    month
        1 to 12; None for the month that the file gives for this kind of day.

    Returns
    -------
    World
        With the area's fleet, rules and driving times.

    Raises
    ------
    AreaError
        If there is no such kind of day, or a stop, district or hour is none of the city's.
    """
    table = demand.file.days.get(day)
    if table is None:
        known = ", ".join(demand.file.days)
        raise demand.at.error(f"{day} is no kind of day; there are {known}", "day")
    season = demand.file.season.visitors[(month or table.month) - 1]
    policy, habits = demand.area.policy, demand.file.habits
    low, high = habits.prebooked_lead_min
    made = Demand(
        flows=_flows(demand, table, season),
        bursts=_bursts(demand),
        habits=Habits(
            prebooked_share=habits.prebooked_share,
            prebooked_lead_s=(low * MINUTE_S, high * MINUTE_S),
            arrive_by_share=habits.arrive_by_share,
            notice_s=habits.notice_min * MINUTE_S,
            party=tuple(habits.party),
            wheelchair_share=habits.wheelchair_share,
            senior_share=habits.senior_share,
            cancel_share=habits.cancel_share,
            no_show_share=habits.no_show_share,
            late_share=habits.late_share,
            late_mean_s=habits.late_mean_s,
        ),
        earliest=policy.service_from,
        latest=policy.service_until,
    )
    return area_world(demand.area, make_riders(made, seed))


def area_world(area: Area, riders: tuple[Rider, ...]) -> World:
    """A day of ``area`` with these riders."""
    names = ("seats", "wheelchairs")
    return World(area.travel_times, area.policy, names, area.fleet, riders)


def _flows(demand: AreaDemand, day: DayTable, season: float) -> tuple[Flow, ...]:
    residents, visitors = demand.file.residents, demand.file.visitors
    homes = _district_weights(demand, residents.homes)
    errands = _stop_weights(demand, residents.errands, "residents.errands")
    places = _stop_weights(demand, visitors.places, "visitors.places")
    n_visitors = day.requests * day.visitor_share * season
    n_residents = day.requests * (1 - day.visitor_share)
    n_homeward = n_residents * residents.homeward_share
    outward = _hours(demand, residents.outward_hours, "residents.outward_hours")
    homeward = _hours(demand, residents.homeward_hours, "residents.homeward_hours")
    touring = _hours(demand, visitors.hours, "visitors.hours")
    return (
        Flow("outward", n_residents - n_homeward, homes, errands, outward, True),
        Flow("homeward", n_homeward, errands, homes, homeward, True),
        Flow("visitors", n_visitors, places, places, touring),
    )


def _bursts(demand: AreaDemand) -> tuple[Burst, ...]:
    homes = _district_weights(demand, demand.file.residents.homes)
    places = _stop_weights(demand, demand.file.visitors.places, "visitors.places")
    return tuple(
        _burst(demand, table, homes / homes.sum(), places / places.sum())
        for table in demand.file.bursts
        if table.scenario in ("", demand.area.scenario)
    )


def _burst(demand: AreaDemand, table: BurstTable, homes: FloatArray, places: FloatArray) -> Burst:
    first, last = clock_seconds(table.first), clock_seconds(table.last)
    return Burst(
        table.name,
        _stop(demand, table.stop, f"burst {table.name}"),
        tuple(range(first, last + 1, table.every_min * MINUTE_S)),
        table.requests,
        table.visitor_share * places + (1 - table.visitor_share) * homes,
    )


def _hours(demand: AreaDemand, weights: Weights, field: str) -> FloatArray:
    hours = np.zeros(HOURS)
    for hour, weight in weights.items():
        if not (hour.isdecimal() and int(hour) < HOURS):
            raise demand.at.error(f"{hour} is no hour from 0 to 23", field)
        hours[int(hour)] = weight
    return _positive(demand, hours, field)


def _stop_weights(demand: AreaDemand, weights: Weights, field: str) -> FloatArray:
    found = np.zeros(len(demand.area.places))
    for stop_id, weight in weights.items():
        found[_stop(demand, stop_id, field)] = weight
    return _positive(demand, found, field)


def _stop(demand: AreaDemand, stop_id: str, field: str) -> int:
    place = demand.area.places.idx_of.get(stop_id)
    if place is None or place >= demand.area.places.n_virtual_stops:
        raise demand.at.error(f"{stop_id} is no virtual stop of {demand.area.area_id}", field)
    return place


def _district_weights(demand: AreaDemand, weights: Weights) -> FloatArray:
    """Weights of places: that of each district, spread evenly over its virtual stops."""
    field = "residents.homes"
    for name in weights:
        if name not in demand.districts:
            raise demand.at.error(f"{name} is none of the districts", field)
    found = np.zeros(len(demand.area.places))
    homes = [_nearest_district(demand, stop.lon, stop.lat) for stop in _stops(demand)]
    for name, weight in weights.items():
        if name in homes:
            found[[place for place, home in enumerate(homes) if home == name]] = (
                weight / homes.count(name)
            )
    return _positive(demand, found, field)


def _stops(demand: AreaDemand) -> tuple[Any, ...]:
    return demand.area.places.list_virtual_stops()


def _nearest_district(demand: AreaDemand, lon: float, lat: float) -> str:
    point = shapely.Point(lon, lat)
    return min(demand.districts, key=lambda name: demand.districts[name].distance(point))


def _positive(demand: AreaDemand, weights: FloatArray, field: str) -> FloatArray:
    if np.count_nonzero(weights) < 2:
        raise demand.at.error("gives weight to fewer than two", field)
    return weights
