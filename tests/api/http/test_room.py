"""The control room over HTTP: previews that hold, closures, suspensions, rosters, rules, news."""

import csv
import io

import httpx

from api.http.auth import Role
from tests.api.http.running import Person, at, caller

#: Around the market, where VS048 is.
MARKET = "VS048"
HOUR = 3600


def ring_around(running, stop_id, size=0.0012):
    """A square around a stop."""
    lon, lat = running.service.stops.find(stop_id).position
    corners = ((-size, -size), (size, -size), (size, size), (-size, size))
    return [[lon + dx, lat + dy] for dx, dy in corners]


def etag(answer):
    """If-Match of an answer."""
    return {"If-Match": answer.headers["etag"]}


def test_a_move_is_done_as_it_was_previewed(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, HOUR))
    target = "SH1" if booking["vehicle_id"] != "SH1" else "SH2"
    wish = {"booking_id": booking["booking_id"], "vehicle_id": target}
    shown = dispatcher.post("/v1/assignments/preview", wish)
    assert shown.status_code == 200, shown.text
    assert shown.json()["effects"][0]["after"]["vehicle_id"] == target
    path = f"/v1/assignments/{booking['booking_id']}/move"
    other = {"If-Match": '"something else"'}
    refused = dispatcher.post(path, {"vehicle_id": target}, headers=other)
    assert (refused.status_code, refused.json()["code"]) == (412, "stale-version")
    moved = dispatcher.post(path, {"vehicle_id": target}, headers=etag(shown))
    assert moved.json()["vehicle_id"] == target


def test_a_closure_reaches_offers_riders_and_the_log_and_can_be_lifted(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, 1200))
    wish = {"ring": ring_around(morning, MARKET), "until_at": at(morning, 4 * HOUR)}
    shown = dispatcher.post("/v1/closures/preview", wish)
    assert shown.json()["n_hurt"] == 1
    assert shown.json()["effects"][0]["booking_id"] == booking["booking_id"]
    assert dispatcher.get("/v1/closures").json()["closures"] == []
    closed = dispatcher.post("/v1/closures", wish, headers=etag(shown))
    assert closed.status_code == 201, closed.text
    [closure] = closed.json()["closures"]
    assert closure["road_ids"]
    told = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert told["breaches"] or told["state"] == "disrupted"
    again = rider.post(f"/v1/bookings/{booking['booking_id']}/offers")
    assert again.status_code in (200, 422)  # nothing leaves from behind the closure, but a bus
    path = f"/v1/closures/{closure['closure_id']}/reopen"
    assert dispatcher.post(path).json()["closures"] == []
    assert dispatcher.post(path).json()["code"] == "unknown-closure"
    assert rider.get(f"/v1/bookings/{booking['booking_id']}").json()["vehicle_id"]


def test_a_suspension_lists_whom_it_concerns_and_tells_them(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, 1200))
    wish = {"until_at": at(morning, 2 * HOUR), "reason": "snow"}
    shown = dispatcher.post("/v1/suspensions/preview", wish).json()
    assert [(e["booking_id"], e["is_lost"]) for e in shown["effects"]] == [
        (booking["booking_id"], True)
    ]
    [suspension] = dispatcher.post("/v1/suspensions", wish).json()["suspensions"]
    told = rider.get(f"/v1/bookings/{booking['booking_id']}").json()
    assert told["cancellation"] == {"by": "operator", "reason": "suspended", "fault": "operator"}
    refused = rider.post("/v1/trip-requests", {
        "origin": {"stop_id": MARKET}, "destination": {"stop_id": "VS024"}
    })  # fmt: skip
    assert refused.json()["code"] == "suspended"
    assert refused.json()["alternatives"][0]["kind"] == "time"
    offers = rider.post(f"/v1/bookings/{booking['booking_id']}/offers")
    assert offers.json().get("code", "suspended") == "suspended"
    path = f"/v1/suspensions/{suspension['suspension_id']}/resume"
    assert dispatcher.post(path).json()["suspensions"] == []
    offers = rider.post(f"/v1/bookings/{booking['booking_id']}/offers").json()["offers"]
    assert rider.post("/v1/bookings", {"offer_id": offers[0]["offer_id"]}).status_code == 201
    undone = dispatcher.post(f"/v1/bookings/{booking['booking_id']}/reversal")
    assert undone.json()["state"] == "scheduled"
    nowhere = dispatcher.post("/v1/suspensions", {"zone_id": "moon"})
    assert nowhere.json()["code"] == "unknown-zone"


def test_a_roster_names_drivers_and_hours_and_refuses_nonsense(morning, dispatcher):
    hours = {"from_at": at(morning, 0), "until_at": at(morning, 4 * HOUR)}
    wish = {
        "shift_from": at(morning, -HOUR), "shift_until": at(morning, 6 * HOUR),
        "drivers": [{"driver": "driver:kim", **hours}],
    }  # fmt: skip
    assert dispatcher.post("/v1/duties/SH1/preview", wish).json()["n_hurt"] == 0
    assert dispatcher.post("/v1/duties/SH1", wish).json()["drivers"][0]["driver"] == "driver:kim"
    conflict = dispatcher.post("/v1/duties/SH2", wish)
    assert (conflict.status_code, conflict.json()["code"]) == (422, "roster-conflict")
    assert "SH1" in conflict.json()["cause"]
    duties = {d["vehicle_id"]: d for d in dispatcher.get("/v1/duties").json()["duties"]}
    assert [span["driver"] for span in duties["SH1"]["drivers"]] == ["driver:kim"]
    assert duties["SH2"]["drivers"] == []
    assert dispatcher.post("/v1/duties/SH9", wish).json()["code"] == "unknown-vehicle"


def test_rules_change_from_a_date_on_and_say_what_is_wrong(morning, rider, dispatcher):
    today = morning.service.time.today()
    before = dispatcher.get("/v1/policies").json()["today"]["policy"]
    for changes, words in (
        ({"max_wait": 5}, "no such rule"),
        ({"max_wait_s": -5}, "max_wait_s is negative"),
        ({"max_wait_s": "soon"}, "max_wait_s"),
        ({"weights": {"drive": -1}}, "weights"),
    ):
        wish = {"effective_date": today, "changes": changes}
        refused = dispatcher.post("/v1/policies", wish)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-policy")
        assert words in refused.json()["cause"]
    assert dispatcher.get("/v1/policies").json()["today"]["policy"] == before
    wish = {"effective_date": today, "changes": {"max_party": 2}}
    changed = dispatcher.post("/v1/policies", wish)
    assert changed.json()["today"]["policy"] == {**before, "max_party": 2}
    party = rider.post("/v1/trip-requests", {
        "origin": {"stop_id": MARKET}, "destination": {"stop_id": "VS024"},
        "party": {"passengers": 3},
    })  # fmt: skip
    assert party.json()["code"] == "party-too-large"
    past = {"effective_date": "2020-01-01", "changes": {"max_party": 8}}
    assert dispatcher.post("/v1/policies", past).json()["code"] == "in-the-past"
    wish["changes"] = {"max_party": before["max_party"]}
    assert dispatcher.post("/v1/policies", wish).status_code == 201


def test_a_broadcast_reaches_riders_on_their_own_streams(morning, rider, other, dispatcher):
    booking = rider.book(depart_at=at(morning, HOUR))
    path = f"/v1/bookings/{booking['booking_id']}/events"
    with httpx.stream("GET", morning.url + path, headers=rider.headers, timeout=10) as stream:
        lines = stream.iter_lines()
        next(line for line in lines if line.startswith("event: booking"))
        words = {"text_ko": "폭설로 늦습니다.", "text_en": "Snow: we run late."}
        sent = dispatcher.post("/v1/broadcasts", words)
        assert sent.json()["n_told"] == 1
        next(line for line in lines if line == "event: BroadcastSent")
        data = next(line for line in lines if line.startswith("data: "))
    assert "Snow: we run late." in data
    assert booking["booking_id"] not in data
    nobody = dispatcher.post("/v1/broadcasts", {**words, "zone_id": "a", "vehicle_id": "b"})
    assert nobody.json()["code"] == "malformed"


def test_bookings_are_found_by_code_stop_state_and_vault(morning, rider, dispatcher):
    offer = rider.offers(depart_at=at(morning, HOUR))[0]
    contact = {"name": "홍길동", "phone": "010-1234-5678"}
    body = {"offer_id": offer["offer_id"], "contact": contact}
    booking_id = rider.post("/v1/bookings", body).json()["booking_id"]

    def found(**wish):
        answer = dispatcher.post("/v1/bookings/search", wish)
        assert answer.status_code == 200, answer.text
        return [booking["booking_id"] for booking in answer.json()["bookings"]]

    assert found() == found(text=booking_id[:8]) == found(text=MARKET.lower()) == [booking_id]
    assert found(contact="길동") == found(contact="1234 5678") == [booking_id]
    assert found(contact="김철수") == found(text="nowhere") == found(states=["completed"]) == []
    assert found(states=["scheduled"]) == [booking_id]
    assert rider.post("/v1/bookings/search", {}).json()["code"] == "forbidden"


def test_the_audit_log_says_who_and_exports(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, HOUR))
    dispatcher.post(f"/v1/assignments/{booking['booking_id']}/lock", {"note": "=same-driver"})
    dispatcher.post(f"/v1/assignments/{booking['booking_id']}/lock", {"note": "same-driver"})

    def entries(**query):
        return dispatcher.get("/v1/audit-log", limit=500, **query).json()["entries"]

    [locked] = entries(kind="AssignmentLocked")
    assert locked["actor"] == dispatcher.caller.subject
    assert {e["type"] for e in entries(actor="dispatcher")} == {"AssignmentLocked"}
    mine = entries(subject_id=booking["booking_id"])
    assert {e["facts"]["booking_id"] for e in mine} == {booking["booking_id"]}
    exported = dispatcher.get("/v1/audit-log.csv")
    assert exported.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert len(rows) == len(entries())
    assert any(row["type"] == "AssignmentLocked" and row["actor"] for row in rows)
    assert rider.caller.subject not in exported.text


def test_alerts_and_the_desk_show_what_is_urgent(morning, rider, dispatcher):
    booking = rider.book()
    vehicle_id = booking["vehicle_id"]
    morning.advance(600)
    dispatcher.post(f"/v1/vehicles/{vehicle_id}/breakdown")
    alerts = dispatcher.get("/v1/alerts").json()["alerts"]
    found = {(alert["kind"], alert["vehicle_id"]) for alert in alerts}
    assert ("breakdown", vehicle_id) in found
    levels = [alert["level"] for alert in alerts]
    assert levels == sorted(levels, key=["emergency", "act", "watch", "know"].index)
    seen = set()
    url, headers = f"{morning.url}/v1/desk/events", dispatcher.headers
    with httpx.stream("GET", url, headers=headers, timeout=10) as stream:
        for line in stream.iter_lines():
            if line.startswith("event: "):
                seen.add(line[7:])
            if "ready" in seen:
                break
    assert seen == {"day", "manifest", "booking", "places", "alerts", "kpis", "ready"}


def test_a_vehicle_is_taken_off_as_previewed(morning, rider, dispatcher):
    booking = rider.book(depart_at=at(morning, HOUR))
    vehicle_id = booking["vehicle_id"]
    path = f"/v1/vehicles/{vehicle_id}"
    shown = dispatcher.post(f"{path}/preview", {"act": "off"})
    assert [e["booking_id"] for e in shown.json()["effects"]] == [booking["booking_id"]]
    assert dispatcher.post(f"{path}/off", headers=etag(shown)).json()["duty"] == "off_duty"
    back = dispatcher.post(f"{path}/preview", {"act": "on"})
    assert dispatcher.post(f"{path}/on", headers=etag(back)).json()["duty"] == "on_duty"
    driver = Person(morning, caller(Role.DRIVER, "x", vehicle_id))
    assert driver.post(f"{path}/preview", {"act": "off"}).json()["code"] == "forbidden"
