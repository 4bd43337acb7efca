"""What is within minutes: bigger with more time, and with the shuttle; never over the water."""

import pytest
from shapely.geometry import Point, shape

from tests.api.http.running import at, place

CITY_HALL = (128.5921, 38.2077)
INLAND = (128.5500, 38.1950)
ABAI = (128.594684, 38.200592)
LANDING = (128.592208, 38.202881)  # Gaetbae landing: 330 m over the harbour mouth, 1.8 km by road


@pytest.fixture
def timetabled(running):
    running.next_morning()
    running.have_timetable()
    return running


def ask(person, origin, **more):
    answer = person.post("/v1/isochrones", {"origin": place(origin), **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()["features"]


def test_more_minutes_reach_more(timetabled, anybody):
    small, large = (ask(anybody, CITY_HALL, minutes=m)[0] for m in (5, 15))
    assert shape(large["geometry"]).buffer(1e-6).contains(shape(small["geometry"]))
    assert large["properties"]["area_km2"] > 2 * small["properties"]["area_km2"] > 0
    assert set(small["properties"]["stop_ids"]) <= set(large["properties"]["stop_ids"])
    assert small["properties"]["estimated"] is True


def test_nine_minutes_on_foot_are_a_disc_of_456_metres_where_no_bus_is(timetabled, anybody):
    """594 m at 1.1 m/s with a detour of 1.3, counted in squares of 100 m; at three in the morning
    there is no bus."""
    night = at(timetabled, 18.5 * 3600)
    (found,) = ask(anybody, INLAND, minutes=9, depart_at=night)
    area = found["properties"]["area_km2"]
    assert area == pytest.approx(3.1416 * 0.457**2, rel=0.1)
    assert shape(found["geometry"]).contains(Point(INLAND))


def test_nobody_walks_over_the_harbour(timetabled, anybody):
    (found,) = ask(anybody, ABAI, minutes=8, depart_at=at(timetabled, 18.5 * 3600))
    assert shape(found["geometry"]).distance(Point(ABAI)) < 0.001
    assert not shape(found["geometry"]).contains(Point(LANDING))


def test_the_shuttle_adds_to_it(timetabled, anybody):
    without, with_shuttle = ask(anybody, "VS048", minutes=15, shuttle=True)
    modes = [f["properties"]["mode"] for f in (without, with_shuttle)]
    assert modes == ["walk_bus", "walk_bus_shuttle"]
    assert with_shuttle["properties"]["area_km2"] > without["properties"]["area_km2"]
    inner, outer = (shape(f["geometry"]) for f in (without, with_shuttle))
    assert outer.buffer(1e-6).contains(inner)


def test_by_stop_and_by_place_are_the_same(timetabled, anybody):
    stop = next(s for s in anybody.get("/v1/stops").json()["stops"] if s["stop_id"] == "VS048")
    by_stop = anybody.get("/v1/isochrones", stop_id="VS048", minutes=7).json()
    by_place = ask(anybody, stop["position"], minutes=7)
    assert by_stop["features"][0]["geometry"] == by_place[0]["geometry"]


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"origin": {"stop_id": "nowhere"}}, 404, "unknown-stop"),
        ({"origin": {"position": [127.0, 37.5]}}, 422, "out-of-area"),
        ({"origin": {"stop_id": "VS048"}, "minutes": 31}, 400, "malformed"),
        ({"minutes": 9}, 400, "malformed"),
    ],
)
def test_what_cannot_be_answered_is_told(timetabled, anybody, body, status, problem):
    answer = anybody.post("/v1/isochrones", body)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(problem)


def test_departures_say_whether_there_are_steps(timetabled, anybody):
    stop = next(s["stop_id"] for s in anybody.get("/v1/stops", kind="bus").json()["stops"])
    (first, *_) = anybody.get("/v1/departures", stop_id=stop).json()["departures"]
    assert first["step_free"] in ("yes", "no", "unknown")
    assert "stop_code" in first
