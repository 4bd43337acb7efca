import shutil
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from gtfs.area import load_area, road_lines
from routing.dispatch.values import Closure
from routing.drt.model import Break
from routing.errors import AreaError
from routing.policy import RiderClass, ServicePolicy
from routing.road.geometry import straight_m
from routing.road.travel import get_travel_s
from routing.road.walk import get_walk_m, walks_from
from routing.types import NEVER

DATA = Path(__file__).parents[1] / "data"
SOKCHO = Path(__file__).parents[2] / "gtfs" / "sokcho" / "area.toml"
CITY_ZONES = {
    "station": "역세권",
    "seorak": "설악권",
    "south": "남부권",
    "downtown": "도심권",
    "north": "북부권",
}
ABAI = (128.594684, 38.200592)  # Abai Village
LANDING = (128.592208, 38.202881)  # Gaetbae landing, across the harbour mouth


@pytest.fixture(scope="module")
def sokcho():
    return load_area(SOKCHO)


@pytest.fixture(scope="module")
def grid_town():
    return load_area(DATA / "grid_town" / "area.toml")


def test_sokcho_has_its_five_living_zones(sokcho):
    assert {zone.zone_id: zone.name_ko for zone in sokcho.zones} == CITY_ZONES


def test_every_zone_of_sokcho_has_eight_virtual_stops(sokcho):
    stops = sokcho.places.list_virtual_stops()
    assert 80 <= len(stops) <= 100
    assert min(Counter(stop.zone_id for stop in stops).values()) >= 8
    assert all(stop.estimated and stop.name_ko and stop.name_en for stop in stops)
    assert (
        len({stop.name_ko for stop in stops}) == len({stop.name_en for stop in stops}) == len(stops)
    )


def test_matrix_of_sokcho_knows_every_place_and_obeys_the_triangle_inequality(sokcho):
    seconds = sokcho.travel_times.seconds.astype(np.int64)
    assert seconds.shape[1:] == (len(sokcho.places), len(sokcho.places))
    assert (seconds < NEVER).all()
    for via in range(0, len(sokcho.places), 7):
        assert (seconds[:, :, via, None] + seconds[:, None, via, :] >= seconds).all()


def test_places_are_found_by_id_and_index(sokcho):
    places = sokcho.places
    assert [p.kind for p in places.rows] == sorted(
        (p.kind for p in places.rows), key=["virtual_stop", "depot", "road_node"].index
    )
    for index, place in enumerate(places.rows):
        assert places.idx_of[place.place_id] == index
        assert (places.lon[index], places.lat[index]) == (place.lon, place.lat)


def test_nobody_walks_over_the_harbour_from_abai_village_to_the_gaetbae_landing(sokcho):
    assert 320 < straight_m(*ABAI, *LANDING) < 345
    there = get_walk_m(sokcho.ground, *ABAI, *LANDING)
    assert 1700 < there < 2100  # about 1.8 km over the bridge
    assert abs(get_walk_m(sokcho.ground, *LANDING, *ABAI) - there) <= 1


def test_abai_village_and_the_landing_have_stops_of_their_own_side(sokcho):
    stops = sokcho.places.list_virtual_stops()
    lon, lat = ([getattr(stop, name) for stop in stops] for name in ("lon", "lat"))
    near = [stops[i].name_ko for i in walks_from(sokcho.ground, *ABAI, lon, lat, 400)[0]]
    assert near[0] == "아바이마을"
    assert "갯배 선착장" not in near


def test_nobody_walks_over_yeongnang_lake(sokcho):
    north, south = (128.5825, 38.2212), (128.5800, 38.2133)
    assert get_walk_m(sokcho.ground, *north, *south) > 1.4 * straight_m(*north, *south)


def test_walks_along_a_shore_that_is_drawn_short_stay_short(sokcho):
    """Sokcho Beach lies 45 m off the drawn land, 71 m from the big wheel."""
    beach, wheel = (128.603525, 38.190515), (128.602792, 38.190788)
    assert get_walk_m(sokcho.ground, *wheel, *beach) < 100


@pytest.mark.parametrize(
    ("lon", "lat", "zone_id"),
    [
        (128.5916, 38.2076, "downtown"),  # city hall
        (128.5612, 38.1900, "station"),  # planned station, Nohak-dong east of the cut
        (128.5411, 38.1903, "seorak"),  # Cheoksan hot spring, Nohak-dong west of the cut
        (128.4905, 38.1733, "seorak"),  # Seoraksan
        (128.6035, 38.1905, "south"),  # the beach, 45 m off the drawn land
        (128.5880, 38.2266, "north"),  # Jangsa port
        (128.6600, 38.2000, None),  # sea
        (128.4985, 38.2107, None),  # Delpino, Goseong
    ],
)
def test_zones_of_sokcho_hold_the_places_that_they_are_known_for(sokcho, lon, lat, zone_id):
    zone = sokcho.zone_at(lon, lat)
    assert (zone and zone.zone_id) == zone_id
    assert sokcho.contains(lon, lat) == (zone_id is not None)


def test_no_crack_between_zones_is_wider_than_their_margin(sokcho):
    city = shapely.union_all([shape(zone.geometry) for zone in sokcho.zones])
    cracks = [shapely.Polygon(ring) for part in city.geoms for ring in part.interiors]
    radii = [shapely.maximum_inscribed_circle(crack).length for crack in cracks]
    assert max(radii, default=0) * 111_195 < sokcho.zone_margin_m


def test_sokcho_says_what_is_estimated(sokcho):
    assert sokcho.estimated
    assert "추정" in sokcho.note_ko
    assert "estimated" in sokcho.note_en
    assert "국토지리정보원" in sokcho.attribution[0]
    assert "추정" in sokcho.fares.note_ko
    assert sokcho.fares.amounts["adult"] == 1530


def test_a_shuttle_costs_what_the_bus_costs(sokcho):
    with (SOKCHO.parent / "fares.toml").open("rb") as file:
        bus = {
            rider["rider_category_id"]: rider["card"]
            for rider in tomllib.load(file)["rider_category"]
        }
    assert {kind: sokcho.fares.amounts[kind] for kind in bus} == bus


def test_fleet_of_sokcho_is_the_pilot(sokcho):
    assert [vehicle.vehicle_id for vehicle in sokcho.fleet] == ["SH1", "SH2", "SH3", "SH4"]
    starts = {rest.earliest for vehicle in sokcho.fleet for rest in vehicle.breaks}
    assert len(starts) == 4  # they take turns
    for vehicle in sokcho.fleet:
        assert vehicle.configurations == ((14, 0), (10, 1))
        assert (vehicle.shift_from, vehicle.shift_until) == (7 * 3600, 21 * 3600)
        assert sokcho.places[vehicle.start_place].kind == "depot"


def test_rules_of_sokcho_are_the_defaults_of_the_service(sokcho):
    assert sokcho.policy == ServicePolicy()


def test_the_station_has_a_stop_in_its_scenario_only(sokcho):
    ktx = load_area(SOKCHO, "ktx")
    names = [{stop.name_ko for stop in area.places.list_virtual_stops()} for area in (sokcho, ktx)]
    assert names[1] - names[0] == {"속초역(KTX 예정)"}
    assert (sokcho.scenario, ktx.scenario) == ("", "ktx")


def test_roads_are_lines_for_the_page(sokcho):
    lines = road_lines(sokcho)["features"]
    assert len(lines) == 133
    west, south, east, north = sokcho.bbox
    for line in lines:
        assert line["properties"]["estimated"]
        for lon, lat in line["geometry"]["coordinates"]:
            assert west < lon < east
            assert south < lat < north
    assert sum(not line["properties"]["open"] for line in lines) == 2


def test_zones_are_closed_rings_for_the_page(sokcho):
    for zone in sokcho.zones:
        assert zone.geometry["type"] == "MultiPolygon"
        for polygon in zone.geometry["coordinates"]:
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in polygon)


def test_another_city_is_another_file(grid_town):
    """S3 stands 250 m along the south road; the yard is two blocks from S1, at 100 s each."""
    at = grid_town.places.idx_of
    travel = grid_town.travel_times
    eight = 8 * 3600
    assert get_travel_s(travel, at["S1"], at["S2"], eight) == 400
    assert get_travel_s(travel, at["S1"], at["S3"], eight) == 50
    assert get_travel_s(travel, at["S1"], at["D"], eight) == 200
    assert not grid_town.estimated
    assert [p.estimated for p in grid_town.places.list_virtual_stops()] == [False, False, True]
    assert [p.zone_id for p in grid_town.places.list_virtual_stops()] == ["west", "east", "west"]
    assert grid_town.feed.path == DATA / "grid_town" / "feed"


def test_a_vehicle_follows_the_roads_between_places(grid_town):
    """From S1 in a corner to S3, 250 m along the south road: a straight piece of it."""
    at = grid_town.places.idx_of
    line = grid_town.drive_line(at["S1"], at["S3"], 0)
    assert np.array(line) == pytest.approx(np.array([(3.0, 30.0), (3.0026, 30.0)]))
    across = grid_town.drive_line(at["S1"], at["S2"], 0)
    assert (across[0], across[-1]) == ((3.0, 30.0), (3.0104, 30.009))
    metres = sum(straight_m(*a, *b) for a, b in pairwise(across))
    assert metres == pytest.approx(2000, rel=0.01)
    assert grid_town.drive_line(at["D"], at["D"], 0) == ((3.0052, 30.0045),)


def closure_around(lon, lat, size=0.0005):
    """A square that is closed from 09:00 to 10:00."""
    corners = ((-size, -size), (size, -size), (size, size), (-size, size))
    ring = tuple((lon + dx, lat + dy) for dx, dy in corners)
    return Closure("x", ring, 9 * 3600, 10 * 3600, "works")


def test_closed_roads_are_driven_around_while_they_are_closed(grid_town):
    """From N00 to N02 along the south road, 1,000 m; with N01 closed around the block, 2,000 m."""
    at, closure = grid_town.places.idx_of, closure_around(3.0052, 30.0)
    ends = at["N00"], at["N02"]
    travel = grid_town.travel_under([closure])
    direct_s, later_s = (
        get_travel_s(grid_town.travel_times, *ends, hour * 3600) for hour in (9, 10)
    )
    assert abs(get_travel_s(travel, *ends, 9 * 3600) - 2 * direct_s) <= 1  # rounded down
    assert get_travel_s(travel, *ends, 10 * 3600) == later_s
    assert grid_town.travel_under([]) is grid_town.travel_times
    around = grid_town.drive_line(*ends, 9 * 3600, (closure,))
    assert (3.0052, 30.0) not in around
    assert (3.0052, 30.0045) in around
    assert (3.0052, 30.0) in grid_town.drive_line(*ends, 11 * 3600, (closure,))
    closed = [grid_town.roads.edges[k].edge_id for k in grid_town.closed_roads([closure])]
    assert closed == ["E1", "E2", "E9"]
    walled_in = closure_around(3.0, 30.0, 0.001)  # no way at all: the line is that of open roads
    assert grid_town.drive_line(*ends, 9 * 3600, (walled_in,))[0] == (3.0, 30.0)


def test_road_nodes_need_not_be_places(town):
    text = (town / "area.toml").read_text(encoding="utf-8")
    text = text.replace("max_snap_m", "nodes_as_places = false\nmax_snap_m")
    (town / "area.toml").write_text(text, encoding="utf-8")
    area = load_area(town / "area.toml")
    assert [place.place_id for place in area.places.rows] == ["S1", "S2", "S3", "D"]
    assert area.travel_times.n_places == 4
    assert get_travel_s(area.travel_times, 0, 1, 8 * 3600) == 400


def test_a_scenario_opens_its_roads(grid_town):
    """The diagonal of 1,400 m at half of 72 km/h: 140 s at 08:00 instead of 400."""
    built = load_area(grid_town.source, "bypass")
    at = built.places.idx_of
    assert get_travel_s(built.travel_times, at["S1"], at["S2"], 8 * 3600) == 140
    with pytest.raises(AreaError, match="scenario: tunnel is no scenario of this area"):
        load_area(grid_town.source, "tunnel")


def test_duty_and_rules_of_another_city(grid_town):
    (vehicle,) = grid_town.fleet
    depot = grid_town.places.idx_of["D"]
    assert vehicle.shift_until == 25 * 3600 + 1800
    assert vehicle.breaks == (Break(depot, 12 * 3600, 13 * 3600, 1200),)
    assert vehicle.max_route_s == 36_000
    assert grid_town.policy.service_until == 25 * 3600
    assert grid_town.policy.walk_m == 300
    assert grid_town.policy.weights.wait == 0.5
    assert grid_town.policy.dwell_s == ServicePolicy().dwell_s


def test_a_city_without_roads_drives_straight_and_says_so():
    """S1 to S2 are 1,415 m apart; x 1.5 at 10 m/s = 212 s and a bit."""
    area = load_area(DATA / "straight_town" / "area.toml")
    assert get_travel_s(area.travel_times, 0, 1, 0) == 213
    assert area.estimated
    assert road_lines(area)["features"] == []
    assert len(area.places) == 4
    assert area.drive_line(0, 1, 0) == ((3.0, 30.0), (3.0104, 30.009))
    assert area.travel_under([closure_around(3.0, 30.0)]) is area.travel_times
    assert get_walk_m(area.ground, 3.0, 30.0, 3.0, 30.001) == 145  # 111.2 m x 1.3


def test_floors_of_the_operator_are_read(town):
    add_floor(town, 'classes = ["senior", "wheelchair"]', 'from_time = "09:00"', "n_vehicles = 2")
    (floor,) = load_area(town / "area.toml").policy.floors
    assert floor.classes == (RiderClass.SENIOR, RiderClass.WHEELCHAIR)
    assert (floor.from_time, floor.n_vehicles) == (9 * 3600, 2)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('classes = ["tourist"]', r"policy.*tourist"),
        ("classes = []", r"policy.floors.classes is empty"),
        ('classes = ["senior"]\nfrom_time = "late"', r"policy.floors.from_time: is 'late'"),
        ('classes = ["senior"]\nseats = 3', r"policy.floors.seats: is unknown"),
    ],
)
def test_a_floor_with_a_fault_is_refused_by_name(town, line, problem):
    add_floor(town, line)
    with pytest.raises(AreaError, match=problem):
        load_area(town / "area.toml")


def add_floor(town, *lines):
    file = town / "area.toml"
    text = "\n".join(["[[policy.floors]]", *lines])
    file.write_text(file.read_text("utf-8") + "\n" + text + "\n", "utf-8")


@pytest.fixture
def town(tmp_path):
    return Path(shutil.copytree(DATA / "grid_town", tmp_path / "town"))


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("area.toml", "currency", "curency", r"area.toml fares\.?.*curency"),
        ("area.toml", "walk_m = 300", "walk_km = 300", r"area.toml policy.walk_km: is unknown"),
        ("area.toml", "wait = 0.5", "weight = 0.5", r"policy.weights.weight: is unknown"),
        ("area.toml", "walk_m = 300", 'walk_m = "far"', r"area.toml policy.*walk_m"),
        ("area.toml", "walk_m = 300", "walk_m = -1", r"policy.*walk_m is negative"),
        ("area.toml", '"25:00"', '"late"', r"policy.service_until: is 'late', not a time"),
        ("area.toml", '"25:00"', '"05:00"', r"service_from is not before"),
        ("area.toml", "languages", "#languages", r"area.toml.*languages"),
        ("area.toml", '"nodes.csv"', '"gone.csv"', r"gone.csv: cannot be read"),
        ("area.toml", 'path = "feed"', 'path = "gone"', r"feed.path: gone does not exist"),
        ("area.toml", 'path = "feed"', "", r"feed: give exactly one"),
        ("area.toml", 'path = "feed"', 'path = "feed"\nurl = "x"', r"feed: give exactly one"),
        ("area.toml", "Africa/Algiers", "Africa/Atlantis", r"timezone: Africa/Atlantis is no"),
        ("area.toml", "2.99, 29.99, 3.02", "3.02, 29.99, 2.99", r"bbox: is empty"),
        ("area.toml", "centre = [3.0052", "centre = [4.0052", r"centre: lies outside"),
        ("area.toml", "centre = [3.0052", "centre = [190.0", r"centre"),
        ("area.toml", 'depot = "D"', 'depot = "X"', r"vehicle V1.depot: X is no depot"),
        ("area.toml", 'depot = "D"', 'depot = "N00"', r"vehicle V1.depot: N00 is no depot"),
        ("area.toml", '"25:30"]', '"05:30"]', r"vehicle V1.shift: ends before"),
        ("area.toml", '"13:00"', '"11:00"', r"vehicle V1.breaks: does not fit"),
        ("area.toml", "[3, 1]", "[3, -1]", r"vehicle.*configurations"),
        ("area.toml", "[roads]", "[straight]\nspeed_kmh = 9\n[roads]", r"either \[roads\] or"),
        ("area.toml", "estimated = false", "estimated = true", r"note_ko: say what is estimated"),
        ("area.toml", "max_snap_m = 50", "max_snap_m = 5", r"S3 is 11 m from the nearest"),
        ("area.toml", "lat = 30.0045", "lat = 31.0045", r"D is .* m from the nearest open road"),
        ("area.toml", 'depot_id = "D"', 'depot_id = "S1"', r"S1 names two places"),
        ("area.toml", '["bypass"]', '["tunnel"]', r"edges.csv edge E13 scenario: bypass is no"),
        ("stops.csv", "S2,", "S1,", r"S1 names two places"),
        ("stops.csv", "30.0090,3.0104", "30.0090,3.1104", r"row 3 lon: S2 lies in no zone"),
        ("stops.csv", "30.0090", "north", r"stops.csv row 3 lat"),
        ("zones.toml", '"마을", east_of', '"도시", east_of', r"zone east.parts: 도시 is not in"),
        (
            "zones.toml",
            "east_of = 3.0052",
            "east_of = 3.0042",
            r"zone.parts: east and west overlap",
        ),
        ("zones.toml", "east_of = 3.0052", "east_of = 4.0", r"zone east.parts: is empty"),
        ("districts.geojson", "Polygon", "LineString", r"districts.geojson row 0"),
        ("districts.geojson", "[2.999, 30.01], [2", "[3.0, 29.0], [2", r"row 0 geometry: is not"),
        ("districts.geojson", "features", "feature", r"no readable GeoJSON"),
    ],
)
def test_what_is_wrong_is_named(town, file, old, new, problem):
    text = (town / file).read_text(encoding="utf-8")
    assert old in text
    (town / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AreaError, match=problem):
        load_area(town / "area.toml")


def test_land_and_water_are_the_two_kinds(town):
    text = (town / "area.toml").read_text(encoding="utf-8")
    walking = '[walking]\nland = "land.geojson"\n\n[zones]'
    (town / "area.toml").write_text(text.replace("[zones]", walking), encoding="utf-8")
    pond = (town / "districts.geojson").read_text(encoding="utf-8")
    (town / "land.geojson").write_text(pond.replace("name_ko", "kind"), encoding="utf-8")
    with pytest.raises(AreaError, match=r"land.geojson row 0 kind: is '마을', not land or water"):
        load_area(town / "area.toml")
    pond = pond.replace('"name_ko": "마을"', '"kind": "water"').replace("3.0114", "3.0052")
    (town / "land.geojson").write_text(pond, encoding="utf-8")
    area = load_area(town / "area.toml")
    over_the_pond = get_walk_m(area.ground, 3.0026, 30.0010, 3.0026, 30.0035)
    assert over_the_pond > 1.5 * straight_m(3.0026, 30.0010, 3.0026, 30.0035)


def test_a_missing_area_file_is_named(tmp_path):
    with pytest.raises(AreaError, match=r"area.toml: cannot be read"):
        load_area(tmp_path / "area.toml")


def test_vehicles_have_ids_of_their_own(town):
    text = (town / "area.toml").read_text(encoding="utf-8")
    vehicle = text[text.index("[[vehicle]]") : text.index("[policy]")]
    (town / "area.toml").write_text(text.replace(vehicle, vehicle * 2), encoding="utf-8")
    with pytest.raises(AreaError, match="V1 stands twice"):
        load_area(town / "area.toml")


def test_a_one_way_trap_is_refused(town):
    """Both ways out of N22 become ways in."""
    text = (town / "edges.csv").read_text(encoding="utf-8")
    rows = [r.replace(",500,0,", ",500,1,") if ",N22," in r else r for r in text.splitlines()]
    (town / "edges.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(AreaError, match="no open road leads from S2 to S1"):
        load_area(town / "area.toml")
