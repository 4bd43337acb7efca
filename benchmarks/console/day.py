"""A day of many vehicles, as the console's stream tells it; made up, from a seed."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from gtfs.area import load_area, road_lines

WEB = Path(__file__).parents[2] / "api" / "web"
AREA = Path(__file__).parents[2] / "gtfs" / "sokcho" / "area.toml"
NOW = datetime.fromisoformat("2026-11-23T08:30:00+09:00")
#: Real seconds between two reports of all positions, as the service sends them.
REPORT_S = 0.5
N_VISITS = 8
#: Plans that change between two reports: ten a second.
N_CHANGES = 5
STEP = 0.0004


class Day:
    """Vehicles that wander about, their visits, bookings and alerts.

    Parameters
    ----------
    n_vehicles
        How many of them.
    n_bookings
        Rides of the day, each on a vehicle.
    seed
        Of everything that is drawn.
    """

    def __init__(self, n_vehicles: int, n_bookings: int, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        area = load_area(AREA)
        self._stops = [
            {"stop_id": p.place_id, "name": {"ko": p.name_ko, "en": p.name_en},
             "position": [p.lon, p.lat], "estimated": True, "kind": "virtual",
             "zone_id": p.zone_id, "accuracy_m": 10}
            for p in area.places.list_virtual_stops()
        ]  # fmt: skip
        self._vehicles = [f"V{k + 1}" for k in range(n_vehicles)]
        places = np.array([stop["position"] for stop in self._stops])
        self._at = places[self._random.integers(len(places), size=n_vehicles)].copy()
        self._heading = self._random.uniform(0, 2 * np.pi, n_vehicles)
        self._bookings = {
            booking["booking_id"]: booking for booking in map(self._booking, range(n_bookings))
        }
        zones = [
            {"type": "Feature", "geometry": zone.geometry,
             "properties": {"zone_id": zone.zone_id, "name_ko": zone.name_ko,
                            "name_en": zone.name_en}}
            for zone in area.zones
        ]  # fmt: skip
        self._answers = {
            "/v1/session": {"role": "dispatcher", "vehicle_id": None},
            "/v1/service": _service(area.bbox),
            "/v1/zones": {"type": "FeatureCollection", "features": zones},
            "/v1/roads": road_lines(area),
            "/v1/stops": {"stops": self._stops, "next_cursor": None},
        }

    def answer(self, path: str) -> bytes:
        """Body of what the page asks for at its start."""
        return json.dumps(self._answers.get(path, {})).encode()

    def messages(self) -> Iterator[bytes]:
        """The stream: everything, then what changes, for as long as somebody reads."""
        yield _message("day", {"service_date": "2026-11-23", "closures": [], "suspensions": [],
                               "duties": []})  # fmt: skip
        for vehicle in range(len(self._vehicles)):
            yield _message("manifest", self._manifest(vehicle))
        for booking in self._bookings.values():
            yield _message("booking", booking)
        yield _message("alerts", self._alerts())
        yield _message("ready", {"version": 1})
        while True:
            yield _message("places", self._move())
            for vehicle in self._random.integers(len(self._vehicles), size=N_CHANGES).tolist():
                yield _message("manifest", self._manifest(vehicle))
            time.sleep(REPORT_S)

    def _move(self) -> list[Any]:
        self._heading += self._random.normal(0, 0.4, len(self._heading))
        self._at += STEP * np.column_stack([np.sin(self._heading), np.cos(self._heading)])
        degrees = np.degrees(self._heading) % 360
        return [
            [name, *at, round(angle), True]
            for name, at, angle in zip(
                self._vehicles, self._at.round(6).tolist(), degrees.tolist(), strict=True
            )
        ]

    def _booking(self, k: int) -> dict[str, Any]:
        origin, destination = self._random.choice(len(self._stops), 2, replace=False).tolist()
        pickup = NOW + timedelta(minutes=float(self._random.uniform(0, 180)))
        return {
            "booking_id": f"b{k:05}", "state": "scheduled", "dispatch_status": "matched",
            "channel": "web", "vehicle_id": self._vehicles[k % len(self._vehicles)],
            "origin": {"stop": self._stops[origin]},
            "destination": {"stop": self._stops[destination]},
            "party": {"passengers": 1, "wheelchairs": 0, "seniors": 0, "children": 0},
            "promise": {"pickup": {"earliest_at": _iso(pickup), "latest_at": _iso(pickup, 10)},
                        "dropoff_latest_at": _iso(pickup, 30)},
            "expected": {"pickup_at": _iso(pickup, 2), "dropoff_at": _iso(pickup, 20)},
            "breaches": [], "cancellation": None,
        }  # fmt: skip

    def _manifest(self, vehicle: int) -> dict[str, Any]:
        name = self._vehicles[vehicle]
        own = [b for b in self._bookings.values() if b["vehicle_id"] == name][: N_VISITS // 2]
        visits = [
            self._visit(booking, kind, k * 9.0 + float(self._random.uniform(0, 4)))
            for k, (booking, kind) in enumerate(
                (booking, kind) for booking in own for kind in ("pickup", "dropoff")
            )
        ]
        hours = {"earliest_at": _iso(NOW, -60), "latest_at": _iso(NOW, 600)}
        return {
            "vehicle_id": name, "duty": "on_duty", "standing": False, "shift": hours,
            "on_board": {"seats": 2, "wheelchairs": 0},
            "layouts": [{"seats": 14, "wheelchairs": 0}], "visits": visits,
        }  # fmt: skip

    def _visit(self, booking: dict[str, Any], kind: str, minutes: float) -> dict[str, Any]:
        end = booking["origin" if kind == "pickup" else "destination"]
        return {
            "visit_id": f"{booking['booking_id']}.{kind}", "kind": kind, "stop": end["stop"],
            "window": {"earliest_at": _iso(NOW, minutes), "latest_at": _iso(NOW, minutes + 8)},
            "arrives_at": _iso(NOW, minutes), "starts_at": _iso(NOW, minutes),
            "departs_at": _iso(NOW, minutes + 1), "locked": False,
            "booking_id": booking["booking_id"],
        }  # fmt: skip

    def _alerts(self) -> list[dict[str, Any]]:
        return [
            {"alert_id": f"late:{k}", "kind": "late", "level": "act", "due_at": _iso(NOW, k),
             "vehicle_id": self._vehicles[k], "booking_id": f"b{k:05}", "amount": 240, "note": "",
             "incident_id": None}
            for k in range(20)
        ]  # fmt: skip


def _iso(at: datetime, minutes: float = 0) -> str:
    return (at + timedelta(minutes=minutes)).isoformat()


def _message(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def _service(bbox: tuple[float, float, float, float]) -> dict[str, Any]:
    return {
        "area": {"bbox": bbox, "time_zone": "Asia/Seoul"}, "now": NOW.isoformat(), "speed": 1.0,
        "demo": False, "estimated": True, "estimated_note": {"ko": "추정", "en": "Made up."},
        "rules": {"prebook_days": 7}, "attribution": [],
    }  # fmt: skip
