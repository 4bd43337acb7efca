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
from routing.dispatch.conditions import Conditions, closing, conditions_for, conditions_of
from routing.dispatch.decide import decide
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import Booking, DayState, commit
from routing.dispatch.values import Channel, Party
from routing.drt.check import check_plans
from routing.drt.model import Break, Vehicle
from routing.policy import ServicePolicy
from routing.road.closures import times_with_closures
from routing.road.graph import BOTH, Edges, RoadGraph, road_graph
from routing.road.matrix import SpeedProfile
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


def roads() -> RoadGraph:
    """The town's streets, place ``k`` being the node at [k % 3, k // 3] hundredths of a degree."""
    x, y = np.arange(SIDE * SIDE) % SIDE, np.arange(SIDE * SIDE) // SIDE
    pairs = [
        (a, b) for a in range(9) for b in range(a, 9) if abs(x[a] - x[b]) + abs(y[a] - y[b]) == 1
    ]
    start, end = zip(*pairs, strict=True)
    n = len(pairs)
    edges = Edges(start, end, [EDGE_S * 10] * n, [0] * n, [36] * n, [BOTH] * n)
    return road_graph(x / 100, y / 100, edges)


PROFILE = SpeedProfile(np.array([0], np.int32), np.ones((1, 1)), np.zeros((1, 1)))


def network_under(conditions: Conditions) -> Network:
    """What decides under some conditions."""
    closings = [closing(closure) for closure in conditions.closures]
    times = times_with_closures(roads(), PROFILE, range(SIDE * SIDE), closings)
    return Network(times if closings else travel(), conditions.policy.weights)


def square(place: int, size: float = 0.002) -> tuple[tuple[float, float], ...]:
    """A polygon around one place of the town: whoever is there cannot leave."""
    x, y = (place % SIDE) / 100, (place // SIDE) / 100
    corners = ((-size, -size), (size, -size), (size, size), (-size, size))
    return tuple((x + dx, y + dy) for dx, dy in corners)


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
    conditions: Conditions = field(default_factory=lambda: conditions_of(DayState()))
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
        self.make_network(conditions_for(self.state, command))
        decision = decide(self.state, command, self.now, self.network)
        if isinstance(decision, list) and decision:
            self.log.append(decision)
            self.state = commit(self.state, decision)
        self.make_network(conditions_of(self.state))
        return decision

    def make_network(self, conditions: Conditions) -> None:
        """Have the network of other conditions, if they are others."""
        if conditions != self.conditions:
            self.conditions, self.network = conditions, network_under(conditions)

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
