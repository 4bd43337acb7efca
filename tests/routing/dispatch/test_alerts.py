"""What the control room is shown first."""

from dataclasses import replace

from routing.dispatch import commands as cmd
from routing.dispatch.alerts import AlertKind, Seen, Surroundings, list_alerts
from routing.dispatch.values import Connection, IncidentKind
from tests.routing.dispatch.world import Town


def alerts(town, **around):
    """Kinds and subjects, most urgent first."""
    found = list_alerts(town.state, town.now, Surroundings(**around))
    return [(alert.kind, alert.booking_id or alert.vehicle_id) for alert in found]


def riding(town, booking_id="r"):
    """A ride whose vehicle is under way; which one."""
    town.book(booking_id, 1, 5, depart=town.now)
    town.tick(town.now + 30)
    return town.booking(booking_id).vehicle_id


def test_a_quiet_day_has_none():
    town = Town.opened(2)
    town.book("r", 0, 8, depart=town.now + 3600)
    assert alerts(town) == []


def test_late_at_risk_and_in_good_time():
    town = Town.opened(1)
    vehicle_id = riding(town)
    seen = {vehicle_id: Seen(town.now)}
    assert alerts(town, seen=seen) == []
    promise = town.booking("r").terms.promise
    town.do(cmd.ReportArrival(vehicle_id, promise.pickup_latest - 60))
    assert (AlertKind.PROMISE_AT_RISK, "r") in alerts(town, seen=seen)
    town.do(cmd.ReportArrival(vehicle_id, promise.pickup_latest + 300))
    assert (AlertKind.LATE, "r") in alerts(town, seen=seen)


def test_silent_astray_and_overdue_vehicles():
    town = Town.opened(1)
    vehicle_id = riding(town)
    assert alerts(town, seen={vehicle_id: Seen(town.now, 900)}) == [("off_route", vehicle_id)]
    assert alerts(town, seen={vehicle_id: Seen(town.now - 200)}) == [("offline", vehicle_id)]
    town.now += 4000
    assert ("overdue", vehicle_id) in alerts(town, seen={vehicle_id: Seen(town.now)})


def test_nobody_comes():
    town = Town.opened(1)
    town.book("r", 1, 5, depart=town.now + 1200)
    town.do(cmd.WithdrawVehicle("A", 0, True, "d1"))
    town.book("w", 1, 5, depart=town.now + 1200, waitlist=True)
    found = alerts(town)
    assert ("unmatched", "r") in found
    assert ("breakdown", "A") in found


def test_a_connection_that_will_be_missed():
    town = Town.opened(1)
    town.book("r", 1, 5, depart=town.now + 1200)
    booking = town.booking("r")
    arrival = town.state.times["A"][1].arrive
    for spare_s, expected in ((0, []), (-30, [("connection_at_risk", "r")])):
        connection = Connection("t", "s", arrival + spare_s, feeds=True)
        terms = replace(booking.terms, connection=connection)
        bookings = town.state.bookings.set("r", replace(booking, terms=terms))
        town.state = replace(town.state, bookings=bookings)
        assert alerts(town) == expected


def test_an_emergency_stands_above_all_and_the_sooner_above_the_later():
    town = Town.opened(1)
    vehicle_id = riding(town)
    town.do(cmd.ReportIncident("i1", vehicle_id, IncidentKind.ROAD, "driver:1"))
    town.do(cmd.ReportIncident("i2", vehicle_id, IncidentKind.SOS, "driver:1"))
    late = town.booking("r").terms.promise.pickup_latest + 300
    town.do(cmd.ReportArrival(vehicle_id, late))
    found = list_alerts(town.state, town.now, Surroundings(n_feed_unmatched=3))
    assert (found[0].kind, found[0].incident_id) == (AlertKind.SOS, "i2")
    assert {a.incident_id for a in found if a.kind is AlertKind.INCIDENT} == {"i1"}
    assert found[-1].kind is AlertKind.FEED_UNMATCHED
    assert [a.level for a in found] == sorted(a.level for a in found)
