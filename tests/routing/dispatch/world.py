"""A small town to dispatch in.

::

    0 --- 1 --- 2        every edge takes 120 s, at any time of day
    |     |     |        vehicles stand at 0 (A) and 8 (B)
    3 --- 4 --- 5
    |     |     |
    6 --- 7 --- 8
"""

from dataclasses import dataclass, field

import numpy as np

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide import decide
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import Booking, DayState, commit
from routing.dispatch.values import Channel, Party
from routing.drt.check import check_plans
from routing.drt.model import Break, Vehicle
from routing.policy import ServicePolicy
from routing.road.travel import TravelTimes, static

EDGE_S = 120
SIDE = 3
START = 8 * 3600
POLICY = ServicePolicy()


def travel() -> TravelTimes:
    """Manhattan distances on the town's grid."""
    x, y = np.arange(SIDE * SIDE) % SIDE, np.arange(SIDE * SIDE) // SIDE
    hops = abs(x[:, None] - x) + abs(y[:, None] - y)
    return static(hops * EDGE_S)


def vehicles(n: int = 2, *, breaks: bool = False) -> tuple[Vehicle, ...]:
    """Shuttles with 4 seats, or 2 and a wheelchair place."""
    rest = (Break(4, START + 1200, START + 4800, 900),) if breaks else ()
    homes = (0, 8, 4)
    return tuple(
        Vehicle(
            vehicle_id="ABC"[k],
            start_place=homes[k],
            end_place=homes[k],
            shift_from=7 * 3600,
            shift_until=21 * 3600,
            configurations=((4, 0), (2, 1)),
            breaks=rest,
        )
        for k in range(n)
    )


@dataclass
class Town:
    """A service day that is driven command by command, with its log kept."""

    state: DayState = field(default_factory=DayState)
    network: Network = field(default_factory=lambda: Network(travel()))
    log: list[list[ev.Event]] = field(default_factory=list)
    now: int = START

    @classmethod
    def opened(cls, n_vehicles: int = 2, *, breaks: bool = False) -> "Town":
        """A town whose day is open since 08:00."""
        town = cls()
        town.do(cmd.OpenDay("2026-11-23", POLICY, vehicles(n_vehicles, breaks=breaks)))
        return town

    def do(self, command: cmd.Command, at: int | None = None) -> list[ev.Event] | Rejected:
        """Decide and, unless refused, commit."""
        self.now = self.now if at is None else at
        decision = decide(self.state, command, self.now, self.network)
        if isinstance(decision, list) and decision:
            self.log.append(decision)
            self.state = commit(self.state, decision)
        return decision

    def tick(self, at: int) -> list[ev.Event]:
        """Let time pass up to ``at``."""
        decision = self.do(cmd.Tick(), at)
        assert isinstance(decision, list)
        return decision

    def book(
        self,
        booking_id: str,
        origin: int,
        destination: int,
        *,
        party: Party | None = None,
        depart: int | None = None,
        waitlist: bool = False,
    ) -> list[ev.Event] | Rejected:
        """One-step booking between two places."""
        request = cmd.RideRequest(
            origins=(cmd.StopChoice(origin),),
            destinations=(cmd.StopChoice(destination),),
            party=party or Party(),
            depart_from=self.now if depart is None else depart,
        )
        wish = cmd.BookRide(booking_id, request, "owner", Channel.API, 1530, waitlist)
        return self.do(wish)

    def booking(self, booking_id: str) -> Booking:
        """The booking as it stands."""
        return self.state.bookings[booking_id]

    def violations(self) -> list[object]:
        """What the independent checker says of all plans as they stand now."""
        current = [self.network.projector.current(p, self.now) for p in self.state.plans.values()]
        return list(check_plans(current, self.network.travel))
