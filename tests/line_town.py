"""A town on a line: six places a minute apart, two shuttles, the service's real rules.

::

    place   0 ---- 1 ---- 2 ---- 3 ---- 4 ---- 5        60 s each
            SH1                                SH2
"""

from typing import Any

import numpy as np

from api.clocks.clock import Clock, FakeClock
from api.live.loop import AreaLoop
from api.store.store import Store
from routing.dispatch import commands as cmd
from routing.dispatch.decide import decide
from routing.dispatch.network import Network
from routing.dispatch.values import Party
from routing.drt.model import Vehicle
from routing.policy import ServicePolicy
from routing.road.travel import static
from tests.toy_rules import MORNING, SEOUL

PLACES = 6
MINUTE = 60
TRAVEL = static(np.abs(np.subtract.outer(range(PLACES), range(PLACES))) * MINUTE)


def roster(service_date: str) -> cmd.OpenDay:
    """A shuttle at each end."""
    vehicles = tuple(
        Vehicle(name, place, place, 7 * 3600, 22 * 3600, ((14, 0), (10, 1)))
        for name, place in (("SH1", 0), ("SH2", PLACES - 1))
    )
    return cmd.OpenDay(service_date, ServicePolicy(), vehicles)


def ride(
    booking_id: str, origin: int, destination: int, depart_from: int, **party: int
) -> cmd.BookRide:
    """A wish to ride between two places, leaving no earlier than ``depart_from``."""
    request = cmd.RideRequest(
        (cmd.StopChoice(origin),),
        (cmd.StopChoice(destination),),
        Party(**party),
        depart_from=depart_from,
    )
    return cmd.BookRide(booking_id, request, "owner")


def town_loop(store: Store, clock: Clock | None = None, **changes: Any) -> AreaLoop:
    """A loop of the town, at half past eight."""
    parts = {"zone": SEOUL, "roster": roster, "network": lambda _: Network(TRAVEL)} | changes
    return AreaLoop(store, decide, clock or FakeClock(MORNING), **parts)
