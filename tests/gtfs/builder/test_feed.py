"""What the Sokcho feed must say, whoever reads it."""

import re
import tomllib
from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from gtfs.build import build_feed
from gtfs.check_feed import check_feed, count_errors
from gtfs.roads import read_roads
from routing.road.geometry import straight_m
from routing.road.snap import snap
from tests.gtfs.builder.conftest import SOURCES, VALID_FROM, seconds

#: Published runs a day of September 2020 (Gangwon Ilbo 2020-09-14); V5 of 2026-03.
PUBLISHED_RUNS = {("7",): 42, ("9",): 70, ("3", "3-1"): 22, ("88",): 9, ("55",): 61, ("99",): 37}
#: Buses on these routes, same source.
PUBLISHED_BUSES = {("7",): 7, ("9",): 14, ("3", "3-1"): 3, ("88",): 1, ("55",): 3, ("99",): 2}
CITY_ROUTES = {"7", "9", "3", "3-1", "88", "55", "99", "V5"}
#: No source names a bus stop's own position; these are sourced as facilities.
TERMINALS = {"TM01", "ST01", "ST02"}


def departures(feed, route_id, direction_id, service_id):
    """First departures of a direction on a day with ``service_id``, ascending."""
    calls = feed.calls()
    return sorted(
        seconds(calls[trip["trip_id"]][0]["departure_time"])
        for trip in feed.tables["trips"]
        if (trip["route_id"], trip["direction_id"]) == (route_id, str(direction_id))
        and trip["service_id"] in (service_id, "daily")
    )


def test_both_validators_find_no_error_and_no_real_warning(feed):
    notices = check_feed(feed.path, VALID_FROM)
    assert count_errors(notices) == 0
    # the one warning asks for mixed case, which Hangul does not have
    assert {notice.code for notice in notices} <= {"mixed_case_recommended_field"}
    assert {notice.validator for notice in notices} == {"gtfs-validator", "gtfs-guru"}


@pytest.mark.parametrize("service_id", ["weekday", "holiday"])
@pytest.mark.parametrize("direction_id", [0, 1])
def test_runs_a_day_are_the_published_ones(base_feed, service_id, direction_id):
    for routes, runs in PUBLISHED_RUNS.items():
        n = sum(len(departures(base_feed, r, direction_id, service_id)) for r in routes)
        assert n == runs, routes


@pytest.mark.shared
def test_runs_a_day_agree_with_the_collected_facts(base_feed, shared_dir):
    facts = (shared_dir / "sokcho" / "route_facts.csv").read_text(encoding="utf-8")
    found = dict(re.findall(r"^([\d/-]+),runs_per_day,(\d+),runs,2020-09 normal", facts, re.M))
    assert len(found) == len(PUBLISHED_RUNS)
    for routes, runs in PUBLISHED_RUNS.items():
        matching = [n for name, n in found.items() if routes[0] in name.split("/")]
        assert matching == [str(runs)]


def test_eight_city_patterns_in_both_directions(base_feed):
    stops = {}
    for trip_id, calls in base_feed.calls().items():
        stops.setdefault(tuple(call["stop_id"] for call in calls), []).append(trip_id)
    trips = base_feed.by_id("trips", "trip_id")
    patterns = {
        (trips[ids[0]]["route_id"], trips[ids[0]]["direction_id"]) for ids in stops.values()
    }
    assert patterns == {(r, d) for r in CITY_ROUTES | {"EX-SEOUL"} for d in "01"}
    assert len(stops) == len(patterns)


def test_published_departures(base_feed):
    for service_id in ("weekday", "holiday"):
        assert departures(base_feed, "7", 1, service_id)[-1] == seconds("19:54:00")
        assert departures(base_feed, "3-1", 1, service_id)[-1] == seconds("19:30:00")


def test_village_bus_runs_once_on_weekdays_at_the_published_times(base_feed):
    calls = base_feed.calls()
    ends = {
        trip["direction_id"]: (calls[trip["trip_id"]][0], calls[trip["trip_id"]][-1])
        for trip in base_feed.tables["trips"]
        if trip["route_id"] == "V5"
    }
    times = {d: (a["departure_time"], b["arrival_time"]) for d, (a, b) in ends.items()}
    assert times == {"0": ("07:35:00", "08:20:00"), "1": ("08:20:00", "09:10:00")}
    assert departures(base_feed, "V5", 0, "holiday") == []


def test_seoul_express_every_20_to_30_minutes_from_6_to_half_past_23(base_feed):
    for direction_id in (0, 1):
        times = departures(base_feed, "EX-SEOUL", direction_id, "weekday")
        assert (times[0], times[-1]) == (6 * 3600, 23 * 3600 + 30 * 60)
        assert all(20 * 60 <= b - a <= 30 * 60 for a, b in pairwise(times))
    last = max(base_feed.tables["stop_times"], key=lambda row: row["arrival_time"])
    assert last["arrival_time"] == "26:00:00"


def test_times_ascend_and_speeds_are_those_of_a_city_bus(feed):
    routes = {t["trip_id"]: t["route_id"] for t in feed.tables["trips"]}
    for trip_id, calls in feed.calls().items():
        for before, after in pairwise(calls):
            drive_s = seconds(after["arrival_time"]) - seconds(before["departure_time"])
            assert drive_s > 0
            if routes[trip_id] in CITY_ROUTES | {"K1"}:
                metres = float(after["shape_dist_traveled"]) - float(before["shape_dist_traveled"])
                assert 5 <= metres / drive_s * 3.6 <= 60, (trip_id, after["stop_id"])
        assert all(seconds(c["arrival_time"]) <= seconds(c["departure_time"]) for c in calls)


def test_coaches_and_trains_go_at_the_speed_of_such(ktx_feed):
    """Straight-line speeds, which real ones exceed by the detour of the way."""
    stops = ktx_feed.by_id("stops", "stop_id")
    for route_id, ends, slowest, fastest in (
        ("EX-SEOUL", ("SE01", "TM01"), 50, 100),
        ("KTX", ("YS01", "SK067"), 80, 250),
    ):
        a, b = (
            (float(stops[stop_id]["stop_lon"]), float(stops[stop_id]["stop_lat"]))
            for stop_id in ends
        )
        kilometres = straight_m(*a, *b) / 1000
        for minutes in trip_minutes(ktx_feed, route_id, 0, *ends):
            assert slowest <= kilometres / minutes * 60 <= fastest


def trip_minutes(feed, route_id, direction_id, origin, destination):
    """Minutes from one stop to another, over all trips of a direction."""
    calls = feed.calls()
    minutes = []
    for trip in feed.tables["trips"]:
        if (trip["route_id"], trip["direction_id"]) == (route_id, str(direction_id)):
            at = {call["stop_id"]: call for call in calls[trip["trip_id"]]}
            ends = at[origin]["departure_time"], at[destination]["arrival_time"]
            minutes.append((seconds(ends[1]) - seconds(ends[0])) / 60)
    return minutes


def test_running_times_are_near_the_known_ones(base_feed):
    """Express terminal to Sogongwon 30 min (travellers; a map says 50), Haksapyeong 25 min."""
    up = trip_minutes(base_feed, "7", 0, "SK025", "SK001")
    assert min(up) >= 25
    assert max(up) <= 45
    out = trip_minutes(base_feed, "3-1", 0, "SK051", "SK079")
    assert min(out) >= 20
    assert max(out) <= 33


def buses_needed(runs, layover_s=120):
    """Least vehicles for (departure, end, arrival, other end) runs that turn at the ends."""
    idle: Counter[str] = Counter()
    coming: list[tuple[int, str]] = []
    n_buses = 0
    for departure, start, arrival, end in sorted(runs):
        for ready in [bus for bus in coming if bus[0] <= departure]:
            coming.remove(ready)
            idle[ready[1]] += 1
        if idle[start]:
            idle[start] -= 1
        else:
            n_buses += 1
        coming.append((arrival + layover_s, end))
    return n_buses


@pytest.mark.parametrize("service_id", ["weekday", "holiday"])
def test_no_more_buses_than_published(base_feed, service_id):
    """The published fleet drives this timetable: counts read as round trips fit it."""
    calls = base_feed.calls()
    for routes, n_buses in PUBLISHED_BUSES.items():
        runs = [
            (
                seconds(calls[trip["trip_id"]][0]["departure_time"]),
                calls[trip["trip_id"]][0]["stop_id"],
                seconds(calls[trip["trip_id"]][-1]["arrival_time"]),
                calls[trip["trip_id"]][-1]["stop_id"],
            )
            for trip in base_feed.tables["trips"]
            if trip["route_id"] in routes and trip["service_id"] in (service_id, "daily")
        ]
        assert buses_needed(runs) <= n_buses, routes


def test_shapes_start_and_end_at_their_stops_and_rise(feed):
    stops = feed.by_id("stops", "stop_id")
    shapes = {}
    for point in feed.tables["shapes"]:
        shapes.setdefault(point["shape_id"], []).append(point)
    calls = feed.calls()
    drawn = {trip["shape_id"]: calls[trip["trip_id"]] for trip in feed.tables["trips"]}
    drawn.pop("", None)
    assert set(shapes) == set(drawn)
    for shape_id, points in shapes.items():
        along = [float(point["shape_dist_traveled"]) for point in points]
        assert along == sorted(set(along))
        assert float(drawn[shape_id][-1]["shape_dist_traveled"]) == along[-1]
        at_distance = dict(zip(along, points, strict=True))
        for call in drawn[shape_id]:
            point, stop = at_distance[float(call["shape_dist_traveled"])], stops[call["stop_id"]]
            assert _apart_m(point, stop) <= 100, (shape_id, call["stop_id"])


@pytest.mark.parametrize(("name", "scenario"), [("base_feed", ""), ("ktx_feed", "ktx")])
def test_shapes_run_along_open_roads(request, name, scenario):
    files = (SOURCES / f for f in ("road_nodes.csv", "road_edges.csv", "road_speeds.toml"))
    roads = read_roads(*files, scenarios={scenario})
    shapes = request.getfixturevalue(name).tables["shapes"]
    lon, lat = (
        np.array([float(point[f"shape_pt_{axis}"]) for point in shapes]) for axis in ("lon", "lat")
    )
    same = np.array([a["shape_id"] == b["shape_id"] for a, b in pairwise(shapes)])
    between = [(values[:-1] + values[1:])[same] / 2 for values in (lon, lat)]
    assert snap(roads.graph, lon, lat).access_m.max() < 1
    assert snap(roads.graph, *between).access_m.max() < 1


def _apart_m(point, stop):
    lon, lat = float(point["shape_pt_lon"]), float(point["shape_pt_lat"])
    return straight_m(lon, lat, float(stop["stop_lon"]), float(stop["stop_lat"]))


def test_whatever_is_estimated_says_so(feed):
    english = {
        (row["table_name"], row["field_name"], row["record_id"]): row["translation"]
        for row in feed.tables["translations"]
    }
    info = feed.tables["feed_info"][0]
    assert "추정" in info["feed_publisher_name"]
    assert "estimated" in english["feed_info", "feed_publisher_name", ""]
    assert "estimated" in info["feed_version"]
    for stop in feed.tables["stops"]:
        if stop["stop_id"] not in TERMINALS:
            assert "추정" in stop["stop_desc"]
            assert "Estimated" in english["stops", "stop_desc", stop["stop_id"]]
    for route in feed.tables["routes"]:
        assert "추정" in route["route_desc"]
        assert "Estimated" in english["routes", "route_desc", route["route_id"]]
    assert {row["timepoint"] for row in feed.tables["stop_times"]} == {"0"}
    assert any("추정" in row["organization_name"] for row in feed.tables["attributions"])
    assert any("국토지리정보원" in row["organization_name"] for row in feed.tables["attributions"])


def test_every_name_has_an_english_one(feed):
    by_record = {
        (row["table_name"], row["field_name"], row["record_id"])
        for row in feed.tables["translations"]
    }
    by_value = {(r["field_name"], r["field_value"]) for r in feed.tables["translations"]}
    for stop in feed.tables["stops"]:
        assert ("stops", "stop_name", stop["stop_id"]) in by_record
    for route in feed.tables["routes"]:
        assert ("routes", "route_long_name", route["route_id"]) in by_record
    for trip in feed.tables["trips"]:
        assert ("trip_headsign", trip["trip_headsign"]) in by_value
    for product in feed.tables["fare_products"]:
        assert "Single ride" in product["fare_product_name"]
    assert not [r for r in feed.tables["translations"] if re.search("[가-힣]", r["translation"])]


def test_terminals_are_stations_with_their_stops(base_feed):
    stops = base_feed.by_id("stops", "stop_id")
    stations = {s["stop_name"]: i for i, s in stops.items() if s["location_type"] == "1"}
    members = {s["stop_id"]: s["parent_station"] for s in stops.values() if s["parent_station"]}
    assert set(stations) == {"속초고속버스터미널", "속초시외버스터미널"}
    assert set(members.values()) == set(stations.values())


def test_fares(base_feed):
    fares = base_feed.by_id("fare_attributes", "fare_id")
    assert {fare["price"] for fare in fares.values()} == {"1530"}
    rules = base_feed.by_id("fare_rules", "route_id")
    assert fares[rules["7"]["fare_id"]]["transfers"] == "1"
    assert fares[rules["7"]["fare_id"]]["transfer_duration"] == str(90 * 60)
    assert fares[rules["9"]["fare_id"]]["transfers"] == "0"
    assert "EX-SEOUL" not in rules
    products = {
        (p["rider_category_id"], p["fare_media_id"]): p["amount"]
        for p in base_feed.tables["fare_products"]
    }
    assert products["adult", "card"] == "1530"
    assert products["adult", "cash"] == "1700"
    assert len(products) == 6
    transfers = base_feed.tables["fare_transfer_rules"]
    assert [t["from_leg_group_id"] for t in transfers] == ["city-card"]
    for category in base_feed.tables["rider_categories"]:
        estimated = "추정" in category["rider_category_name"]
        assert estimated == (category["rider_category_id"] != "adult")


def test_shuttle_costs_what_the_city_bus_costs_by_card():
    """The area file and the feed's sources state the fare for their own readers."""
    area = tomllib.loads((SOURCES / "area.toml").read_text(encoding="utf-8"))
    fares = tomllib.loads((SOURCES / "fares.toml").read_text(encoding="utf-8"))
    amounts = area["fares"]["amounts"]
    for category in fares["rider_category"]:
        assert amounts[category["rider_category_id"]] == category["card"]


def test_station_scenario_adds_twenty_trains_and_a_bus_to_each(base_feed, ktx_feed):
    trains = [t for t in ktx_feed.tables["trips"] if t["route_id"] == "KTX"]
    assert Counter(t["direction_id"] for t in trains) == {"0": 10, "1": 10}
    assert {t["service_id"] for t in trains} == {"daily"}
    assert ktx_feed.by_id("routes", "route_id")["KTX"]["route_type"] == "2"
    assert set(trip_minutes(ktx_feed, "KTX", 0, "YS01", "SK067")) == {99}
    added = {t["trip_id"] for t in ktx_feed.tables["trips"]} - {
        t["trip_id"] for t in base_feed.tables["trips"]
    }
    assert {trip_id.split("-")[0] for trip_id in added} == {"KTX", "K1"}


def test_link_bus_meets_each_train(ktx_feed):
    calls = ktx_feed.calls()
    at_station = {}
    for trip in ktx_feed.tables["trips"]:
        for call in calls[trip["trip_id"]]:
            if call["stop_id"] == "SK067":
                key = trip["route_id"], trip["direction_id"]
                at_station.setdefault(key, []).append(seconds(call["departure_time"]))
    for train, bus in zip(*(sorted(at_station[r, "0"]) for r in ("KTX", "K1")), strict=True):
        assert 5 * 60 <= bus - train <= 20 * 60
    for train, bus in zip(*(sorted(at_station[r, "1"]) for r in ("KTX", "K1")), strict=True):
        assert 5 * 60 <= train - bus <= 35 * 60


def test_base_feed_does_not_mention_the_plan(base_feed):
    text = str(base_feed.tables)
    assert not re.search("KTX|ktx|Yongsan|용산|planned|계획|속초역|rail|철도", text)


def test_same_input_gives_the_same_bytes(base_feed, tmp_path):
    again = tmp_path / "again" / "feed.zip"
    report = build_feed(SOURCES, again, valid_from=VALID_FROM)
    assert again.read_bytes() == base_feed.path.read_bytes()
    assert report == base_feed.report._replace(path=again)
    assert [path.name for path in again.parent.iterdir()] == ["feed.zip"]


def test_report_counts_what_the_feed_holds(feed):
    report = feed.report
    assert report.n_trips == len(feed.tables["trips"])
    assert report.n_stops == len(feed.tables["stops"])
    assert report.n_routes == len(feed.tables["routes"])
    assert report.n_departures["7", 0, "daily"] == 42
    assert report.valid_until == date(2027, 11, 22)
    assert report.estimated
