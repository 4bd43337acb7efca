"""What everybody may read: the service, its map, its buses; and the page's files."""

import itertools
import json
import zipfile
from datetime import datetime, timedelta
from io import BytesIO

import pytest

from tests.api.http.conftest import driver_of
from tests.api.http.running import START, at, trip

MARKET, SEORAKSAN = (128.5918, 38.2070), (128.4905, 38.1733)


@pytest.fixture
def timetabled(running):
    running.have_timetable()
    return running


def test_the_service_tells_its_time_and_that_it_is_estimated(running, anybody):
    service = anybody.get("/v1/service").json()
    assert datetime.fromisoformat(service["now"]) >= START
    assert service["now"].endswith("+09:00")
    assert (service["estimated"], service["demo"], service["speed"]) == (True, False, 1.0)
    assert service["estimated_note"]["ko"]
    assert service["hours"] == {"service_from": "07:00", "service_until": "21:00"}
    assert service["fares"]["adult"] == 1530


def test_zones_and_roads_are_maps(anybody):
    zones = anybody.get("/v1/zones")
    assert zones.headers["content-type"] == "application/geo+json"
    names = {feature["properties"]["name_ko"] for feature in zones.json()["features"]}
    assert names == {"역세권", "설악권", "남부권", "도심권", "북부권"}
    roads = anybody.get("/v1/roads").json()
    assert {each["geometry"]["type"] for each in roads["features"]} == {"LineString"}


def test_map_bytes_come_zipped_and_only_once(running):
    plain = running.http.get("/v1/zones", headers={"Accept-Encoding": "identity"})
    zipped = running.http.get("/v1/zones", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content
    again = running.http.get("/v1/zones", headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_stops_are_found_in_both_languages_and_by_page(anybody):
    everything = anybody.get("/v1/stops").json()
    assert everything["next_cursor"] is None
    assert {stop["kind"] for stop in everything["stops"]} == {"virtual", "bus"}
    ids = [stop["stop_id"] for stop in everything["stops"]]
    paged, cursor = [], ""
    while cursor is not None:
        page = anybody.get("/v1/stops", limit=50, cursor=cursor).json()
        paged += [stop["stop_id"] for stop in page["stops"]]
        cursor = page["next_cursor"]
    assert paged == ids
    for words in ("해수욕장", "sokcho beach", "SokchoBeach", "VS024"):
        found = anybody.get("/v1/stops", q=words, kind="virtual").json()["stops"]
        assert "VS024" in {stop["stop_id"] for stop in found}, words
    assert anybody.get("/v1/stops/VS024").json()["estimated"] is True


def test_stops_nearby_come_nearest_first(anybody):
    found = anybody.post("/v1/stops", {"position": MARKET, "walk_m": 800}).json()["stops"]
    walks = [each["walk_m"] for each in found]
    assert walks == sorted(walks)
    assert 0 < walks[-1] <= 800
    only = anybody.post("/v1/stops", {"position": MARKET, "kind": "bus", "limit": 2}).json()
    assert {each["stop"]["kind"] for each in only["stops"]} == {"bus"}
    away = anybody.post("/v1/stops", {"position": (127.0, 37.5)})
    assert away.json()["code"] == "out-of-area"


def test_departures_by_stop_and_by_place(timetabled, anybody):
    board = anybody.get("/v1/departures", stop_id="SK049", limit=5).json()["departures"]
    times = [each["departs_at"] for each in board]
    assert len(times) == 5
    assert times == sorted(times)
    assert times[0] >= at(timetabled, 0)
    assert board[0]["route"]["headsign"]["en"]
    near = anybody.post("/v1/departures", {"position": MARKET, "limit": 5}).json()["departures"]
    assert near
    assert {each["stop_id"] for each in near} - {"SK049"}
    nowhere = anybody.post("/v1/departures", {"position": (128.47, 38.155)}).json()
    assert nowhere == {"departures": [], "alerts": []}


def test_journeys_by_stop_and_by_place(timetabled, anybody):
    by_stop = anybody.get("/v1/journeys", origin="SK049", destination="SK001").json()["journeys"]
    by_place = anybody.post(
        "/v1/journeys",
        {"origin": {"position": MARKET}, "destination": {"position": SEORAKSAN}},
    ).json()["journeys"]
    for journeys in (by_stop, by_place):
        assert journeys
        for journey in journeys:
            legs = journey["legs"]
            assert (legs[0]["departs_at"], legs[-1]["arrives_at"]) == (
                journey["departs_at"],
                journey["arrives_at"],
            )
            assert sum(leg["mode"] == "bus" for leg in legs) == journey["n_trips"]
            joints = [(a["arrives_at"], b["departs_at"]) for a, b in itertools.pairwise(legs)]
            assert all(arrive <= depart for arrive, depart in joints)


def test_bus_and_shuttle_are_offered_together(timetabled, rider):
    timetabled.next_morning()
    timetabled.have_timetable()
    offers = rider.offers(origin=MARKET, destination=SEORAKSAN)
    kinds = [offer["kind"] for offer in offers]
    assert kinds[0] == "shuttle"
    assert "bus" in kinds
    bus = offers[kinds.index("bus")]
    assert (bus["offer_id"], bus["promise"], bus["fare"]) == (None, None, None)


def test_a_shuttle_feeds_a_bus_that_leaves_the_city(timetabled, rider):
    timetabled.next_morning()
    timetabled.have_timetable()
    outside = next(
        stop["stop_id"]
        for stop in rider.get("/v1/stops", kind="bus").json()["stops"]
        if stop["zone_id"] is None
    )
    answer = rider.post("/v1/trip-requests", trip("VS085", outside, depart_at=at(timetabled, 600)))
    assert answer.status_code == 200, answer.text
    offer = next(o for o in answer.json()["offers"] if o["kind"] == "shuttle_bus")
    modes = [leg["mode"] for leg in offer["legs"] if leg["mode"] != "walk"]
    assert modes[0] == "shuttle"
    assert set(modes[1:]) == {"bus"}
    booked = rider.post("/v1/bookings", {"offer_id": offer["offer_id"]}).json()
    assert booked["connection"]["feeds"] is True
    bus = next(leg for leg in offer["legs"] if leg["mode"] == "bus")
    assert booked["connection"]["trip_id"] == bus["route"]["trip_id"]
    assert booked["promise"]["dropoff_latest_at"] < bus["departs_at"]


def test_a_late_bus_moves_the_shuttle_that_feeds_it(timetabled, rider, dispatcher):
    """As reported by a dispatcher; rider, driver and control room see the same."""
    timetabled.next_morning()
    timetabled.have_timetable()
    booked = book_to_the_coach(timetabled, rider)
    trip, promise = booked["connection"], booked["promise"]
    assert trip["status"] == "held"
    assert trip["expected_at"] == trip["at"]
    late = datetime.fromisoformat(trip["at"]) + timedelta(minutes=7)
    bus = {"trip_id": trip["trip_id"], "stop_id": trip["stop_id"]}
    answer = dispatcher.post("/v1/trip-reports", bus | {"expected_at": late.isoformat()})
    assert answer.status_code == 200, answer.text
    (held,) = answer.json()["connections"]
    assert held["connection"] == trip | {"expected_at": late.isoformat()}
    assert dispatcher.get("/v1/connections").json() == answer.json()
    now = rider.get(f"/v1/bookings/{booked['booking_id']}").json()
    assert now["connection"] == held["connection"]
    moved = datetime.fromisoformat(promise["dropoff_latest_at"]) + timedelta(minutes=7)
    assert now["promise"]["dropoff_latest_at"] == moved.isoformat()
    driver = driver_of(timetabled, booked["vehicle_id"])
    manifest = driver.get(f"/v1/vehicles/{booked['vehicle_id']}/manifest").json()
    assert manifest["visits"][1]["connection"] == held["connection"]
    assert manifest["visits"][1]["window"]["latest_at"] == moved.isoformat()


def test_a_bus_that_does_not_run_is_told_to_who_hangs_on_it(timetabled, rider, dispatcher):
    timetabled.next_morning()
    timetabled.have_timetable()
    booked = book_to_the_coach(timetabled, rider)
    trip = booked["connection"]
    bus = {"trip_id": trip["trip_id"], "stop_id": trip["stop_id"]}
    driver = driver_of(timetabled, booked["vehicle_id"])
    shown = driver.post("/v1/trip-reports", bus | {"cancelled": True}).json()
    assert [c["connection"]["status"] for c in shown["connections"]] == ["cancelled"]
    now = rider.get(f"/v1/bookings/{booked['booking_id']}").json()
    assert [(b["rule"], b["cause"]) for b in now["breaches"]] == [("connection", "trip_cancelled")]
    log = dispatcher.get("/v1/audit-log").json()["entries"]
    (entry,) = [e for e in log if e["type"] == "ConnectionMoved"]
    assert entry["facts"]["source"] == "driver"
    assert entry["facts"]["connection"]["is_cancelled"] is True
    assert driver.post("/v1/trip-reports", bus).status_code == 400
    assert rider.post("/v1/trip-reports", bus | {"cancelled": True}).status_code == 403


def book_to_the_coach(timetabled, rider):
    """A shuttle to a coach that leaves the city."""
    outside = next(
        stop["stop_id"]
        for stop in rider.get("/v1/stops", kind="bus").json()["stops"]
        if stop["zone_id"] is None
    )
    answer = rider.post("/v1/trip-requests", trip("VS085", outside, depart_at=at(timetabled, 600)))
    assert answer.status_code == 200, answer.text
    offer = next(o for o in answer.json()["offers"] if o["kind"] == "shuttle_bus")
    return rider.post("/v1/bookings", {"offer_id": offer["offer_id"]}).json()


def test_the_feed_can_be_fetched(anybody):
    feed = anybody.get("/v1/gtfs.zip")
    assert feed.headers["content-type"] == "application/zip"
    assert "stop_times.txt" in zipfile.ZipFile(BytesIO(feed.content)).namelist()


def test_vehicles_show_where_they_are_and_nothing_of_who(morning, rider, anybody):
    booking = rider.book()
    shown = anybody.get("/v1/vehicles").json()
    mine = next(v for v in shown["vehicles"] if v["vehicle_id"] == booking["vehicle_id"])
    assert mine["next_visits"][0]["stop"]["stop_id"] == booking["origin"]["stop"]["stop_id"]
    assert booking["booking_id"] not in json.dumps(shown)
    driver = driver_of(morning, booking["vehicle_id"])
    reports = [
        {"at": at(morning, -20), "position": [128.5921, 38.2081], "heading": 90.0},
        {"at": at(morning, -40), "position": [128.5930, 38.2090]},
        {"at": at(morning, 600), "position": [128.6, 38.2]},
    ]
    path = f"/v1/vehicles/{booking['vehicle_id']}/positions"
    taken = driver.post(path, {"positions": reports})
    assert (taken.status_code, taken.json()) == (202, {"accepted": 2})
    assert driver.post(path, {"positions": reports}).json() == {"accepted": 0}
    moved = next(
        v
        for v in anybody.get("/v1/vehicles").json()["vehicles"]
        if v["vehicle_id"] == booking["vehicle_id"]
    )
    assert moved["position"]["position"] == [128.5921, 38.2081]
    assert (moved["position"]["source"], moved["position"]["heading"]) == ("reported", 90.0)


def test_a_late_position_tells_the_rider(morning, rider):
    booking = rider.book(depart_at=at(morning, 1200))
    driver = driver_of(morning, booking["vehicle_id"])
    path = f"/v1/bookings/{booking['booking_id']}"
    morning.advance(1150)  # it had to leave before now
    told = rider.get(path).json()["expected"]["pickup_at"]
    far = {"positions": [{"at": at(morning, 0), "position": SEORAKSAN}]}
    assert driver.post(f"/v1/vehicles/{booking['vehicle_id']}/positions", far).status_code == 202
    after = rider.get(path).json()
    assert after["expected"]["pickup_at"] > told
    assert [breach["cause"] for breach in after["breaches"]] != []


def test_health_and_counters(running, anybody, rider):
    rider.post("/v1/trip-requests", trip(party={"passengers": 99}))
    assert anybody.get("/healthz").json() == {"status": "alive"}
    assert anybody.get("/readyz").json() == {"status": "ready"}
    text = anybody.get("/metrics").text
    assert 'sokcho_refusals_total{code="party-too-large"}' in text
    assert 'route="/v1/trip-requests"' in text


def test_the_page_and_its_headers(running, anybody):
    page = anybody.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    script = anybody.get("/js/rider/main.mjs")
    assert script.headers["content-type"].startswith("text/javascript")
    docs = anybody.get("/docs")
    assert "/v1/bookings/{booking_id}/amend" in docs.text
    assert "http" not in docs.text.replace("http-equiv", "")
    assert anybody.get("/../settings.py").status_code == 404
