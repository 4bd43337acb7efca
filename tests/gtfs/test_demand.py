"""Demand of an area: Sokcho's is complete, and what does not fit the city is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from gtfs.area import load_area
from gtfs.demand import load_demand, make_day
from routing.errors import AreaError
from routing.simulation.world import check_world

AREA = Path(__file__).parents[2] / "gtfs" / "sokcho" / "area.toml"
GRID_TOWN = Path(__file__).parents[1] / "data" / "grid_town" / "area.toml"


@pytest.fixture(scope="module")
def sokcho():
    return load_demand(load_area(AREA))


def count(demand, day, month=None):
    """Riders of a few days, so that chance matters little."""
    return sum(len(make_day(demand, day, seed, month).riders) for seed in range(5)) / 5


@pytest.mark.parametrize("day", ["weekday", "weekend", "peak"])
def test_a_day_of_sokcho_is_a_world(sokcho, day):
    world = make_day(sokcho, day, 1)
    check_world(world)
    n_stops = sokcho.area.places.n_virtual_stops
    for rider in world.riders:
        assert 0 <= rider.wish.origins[0].place < n_stops
        assert rider.wish.origins != rider.wish.destinations


def test_days_differ_and_so_do_seasons(sokcho):
    assert count(sokcho, "weekday") < count(sokcho, "weekend") < count(sokcho, "peak")
    assert count(sokcho, "weekend", 3) < count(sokcho, "weekend", 5)


def test_the_same_seed_gives_the_same_day(sokcho):
    assert make_day(sokcho, "peak", 7).riders == make_day(sokcho, "peak", 7).riders


def test_trains_come_in_their_scenario_only(sokcho):
    planned = load_demand(load_area(AREA, "ktx"))
    assert count(planned, "weekday") > count(sokcho, "weekday") + 30
    station = planned.area.places.idx_of["VS066"]
    riders = make_day(planned, "weekday", 1).riders
    assert any(rider.wish.origins[0].place == station for rider in riders)


def test_it_says_that_it_is_an_assumption(sokcho):
    assert "assumption" in sokcho.file.note_en
    assert "가정" in sokcho.file.note_ko


def test_an_area_without_demand_says_so():
    with pytest.raises(AreaError, match=r"area\.toml demand: names no demand file"):
        load_demand(load_area(GRID_TOWN))


def damaged(demand, **tables):
    return replace(demand, file=changed(demand.file, **tables))


def test_what_does_not_fit_the_city_is_named(sokcho):
    residents, visitors = sokcho.file.residents, sokcho.file.visitors
    for tables, says in (
        ({"residents": changed(residents, homes={"서울": 1.0})}, "residents.homes: 서울 is none"),
        ({"residents": changed(residents, errands={"VS999": 1.0})}, "errands: VS999 is no virtual"),
        ({"residents": changed(residents, errands={"VS001": 1.0})}, "fewer than two"),
        ({"visitors": changed(visitors, hours={"25": 1.0})}, "visitors.hours: 25 is no hour"),
        ({"bursts": [changed(sokcho.file.bursts[0], stop="x")]}, "burst express coaches: x is no"),
    ):
        with pytest.raises(AreaError, match=says):
            make_day(damaged(sokcho, **tables), "weekday", 1)


def test_an_unknown_day_is_named(sokcho):
    with pytest.raises(AreaError, match="doomsday is no kind of day; there are weekday, weekend"):
        make_day(sokcho, "doomsday", 1)
