"""Blocks, in-seat transfers and transfers of certain routes or trips, from text to journey."""

from datetime import date

import pytest

from gtfs.compile import compile_day
from gtfs.feed import load_feed
from routing.transit import StopOffsets, find_journeys
from tests.gtfs.feeds import TINY, with_changes, write_folder

#: t1: A 08:00 > B 08:10 > C 08:20; t3, 5 minutes later from C to D; t4 from C back to B and A.
ROUTES = TINY["routes.txt"] + "r2,S,2,,3,\n"
TRIPS = """\
route_id,service_id,trip_id,block_id
r1,weekday,t1,b
r2,weekday,t3,{}
r2,weekday,t4,{}
"""
CALLS = (
    "".join(TINY["stop_times.txt"].splitlines(keepends=True)[:4])
    + """\
t3,08:25:00,08:25:00,C,1
t3,08:50:00,08:50:00,D,2
t4,08:26:00,08:26:00,C,1
t4,08:36:00,08:36:00,B,2
t4,08:46:00,08:46:00,A,3
"""
)


@pytest.fixture
def compiled(tmp_path):
    """Compiles the feed with blocks of t3 and t4 and some text of transfers.txt."""

    def compiled(blocks=("", ""), transfers=None, **options):
        changes = {
            "routes.txt": ROUTES,
            "trips.txt": TRIPS.format(*blocks),
            "stop_times.txt": CALLS,
            "transfers.txt": transfers,
        }
        feed = load_feed(write_folder(tmp_path / "feed", with_changes(changes)))
        assert not [str(x) for x in feed.report if "transfers" in str(x)]
        return compile_day(feed, date(2026, 11, 24), **options)

    return compiled


def trips_to(day, target, source="A"):
    """Count of trips and minute of arrival after eight of each journey from A."""
    offsets = StopOffsets(day.timetable.walks)
    access, egress = (
        offsets.list_access(day.find_stop(source)),
        offsets.list_egress(day.find_stop(target)),
    )
    found = find_journeys(day.timetable, access, egress, 8 * 3600)
    return [(x.n_trips, (x.arr_time - 8 * 3600) // 60) for x in found]


def test_riders_stay_seated_in_a_block_that_leads_on(compiled):
    assert trips_to(compiled(), "D") == [(2, 50)]
    assert trips_to(compiled(("b", "")), "D") == [(1, 50)]
    assert trips_to(compiled(("b", ""), with_blocks=False), "D") == [(2, 50)]
    # Back to where it came from, and out again an hour later: nothing to stay for.
    assert len(compiled(("", "b")).timetable.patterns.stay_trip) == 0


def test_transfers_txt_decides_on_seats(compiled):
    header = "from_trip_id,to_trip_id,transfer_type\n"
    assert trips_to(compiled(transfers=header + "t1,t3,4\n"), "D") == [(1, 50)]
    assert trips_to(compiled(("b", ""), header + "t1,t3,5\n"), "D") == [(2, 50)]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("C,C,r1,r2,,,3,", []),
        ("C,C,,,t1,t3,3,", []),
        ("C,C,r2,r1,,,3,", [(2, 50)]),
        ("C,C,r1,r2,,,2,301", []),
        ("C,C,r1,r2,,,2,300", [(2, 50)]),
        ("C,C,,r2,,,3,\nC,C,r1,r2,,,2,200", [(2, 50)]),
        ("C,C,r1,r2,,,2,200\nC,C,,,t1,t3,3,", []),
    ],
)
def test_transfers_of_routes_and_trips(compiled, row, found):
    header = (
        "from_stop_id,to_stop_id,from_route_id,to_route_id,from_trip_id,to_trip_id,"
        "transfer_type,min_transfer_time\n"
    )
    # B and C are in walking distance; without that, the change at C is the only one.
    day = compiled(transfers=header + row + "\nB,C,,,,,3,\n")
    assert trips_to(day, "D") == found
    # A stop that was split is still one stop.
    assert trips_to(day, "C")[0][0] == 1
    assert trips_to(day, "D", source="C") == [(1, 50)]
    assert day.stops.id[day.find_stop("C")] == "C"
    assert {day.stops.id[i] for i in day.list_platforms(day.find_stop("C"))} == {"C"}
