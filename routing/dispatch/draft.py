"""A decision in the making: events so far, and the state that they lead to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from routing.dispatch import events as ev
from routing.dispatch.floors import open_to
from routing.dispatch.lateness import find_lateness, is_news
from routing.dispatch.network import Network
from routing.dispatch.projection import near_pickups, no_earlier
from routing.dispatch.state import Booking, DayState, evolve
from routing.dispatch.values import DutyState, Party, RideBreach
from routing.drt.breach import loosened_times
from routing.drt.model import Insertion, Ride, VehiclePlan, Visit, VisitKind, VisitTime
from routing.drt.schedule import schedule


class Draft:
    """Collects the events of one command; each is folded at once, so rules see the newest state.

    `evolve` refuses an event that the lifecycle does not know, so a draft cannot hold one.
    """

    def __init__(self, state: DayState, now: int, network: Network) -> None:
        self.state = state
        self.now = now
        self.network = network
        self.events: list[ev.Event] = []

    def add(self, *events: ev.Event) -> None:
        """Fold further events; raises `TransitionError` if one cannot happen."""
        for event in events:
            self.state = evolve(self.state, event)
            self.events.append(event)

    def current(self, vehicle_id: str) -> VehiclePlan:
        """The plan of a vehicle with the time that has passed."""
        return self.network.projector.current(self.state.plans[vehicle_id], self.now)

    def keep(self, plan: VehiclePlan, cause: str = "running_late") -> None:
        """Record ``plan`` with its times; what it cannot keep any more becomes a breach."""
        self._record(*loosened_times(self._as_told(plan), self.network.travel), cause)

    def _record(self, plan: VehiclePlan, times: tuple[VisitTime, ...], cause: str) -> None:
        times = as_driven(times, self.state.policy.early_arrival_s)
        self.add(ev.PlanChanged(self.now, plan, times))
        self.tell_lateness(plan, times, cause)

    def tell_lateness(
        self, plan: VehiclePlan, times: tuple[VisitTime, ...], cause: str = "running_late"
    ) -> None:
        """Record what ``plan`` cannot keep of its promises and connections, where it is news."""
        for booking, rule, late_s in list(find_lateness(plan, times, self.state.bookings)):
            if is_news(booking, rule, late_s, self.state.policy.notice_s):
                breach = RideBreach(rule, self.now, late_s, cause)
                self.add(ev.BreachRecorded(self.now, booking.booking_id, breach))

    def _as_told(self, plan: VehiclePlan) -> VehiclePlan:
        # A rider who is told 14:10 and stands at the stop at 14:08 must not have missed it.
        vehicle_id = plan.vehicle.vehicle_id
        state, now = self.state, self.now
        near = near_pickups(state.plans[vehicle_id], state.times[vehicle_id], now, state.policy)
        return no_earlier(plan, near, now, state.policy) if near else plan

    def replan_fleet(self, vehicles: Iterable[str] | None = None) -> Sequence[str]:
        """Load the vehicles on duty into the solver, as they stand now; returns their ids."""
        state, loaded = self.state, self.network.loaded
        chosen = loaded.find_vehicles(state) if vehicles is None else None
        if chosen is None:
            on_duty = DutyState.ON_DUTY
            chosen = [v for v in vehicles or state.plans if state.duties[v] is on_duty]
            loaded.load(state, chosen, is_whole=vehicles is None)
        loaded.bring_to(state, self.now)
        return chosen

    def get_ready(self) -> None:
        """Do before the next request what would else be done while its rider waits."""
        self.replan_fleet()

    def find_insertion(self, ride: Ride, vehicles: Iterable[str] | None = None) -> Insertion | None:
        """The cheapest way to serve ``ride``, all hard rules kept, as things stand now."""
        if not self.replan_fleet(vehicles):
            return None
        return self.network.fleet.cheapest_insertion(ride, now=self.now)

    def find_place(self, ride: Ride, party: Party) -> Insertion | None:
        """As `find_insertion` for a new ride, which leaves the service floors to whom they are for.

        The fleet has been loaded by `replan_fleet`.
        """
        allowed = open_to(self.state, party, ride, self.now)
        return self.network.fleet.cheapest_insertion(ride, allowed=allowed, now=self.now)

    def insert(self, ride: Ride, found: Insertion, cause: str = "running_late") -> None:
        """Record the plan that ``found`` leads to, with the windows that were agreed."""
        agreed = agreed_visits((*self.state.plans[found.vehicle_id].visits, *ride.visits()))
        visits = tuple(as_agreed(visit, agreed) for visit in found.plan.visits)
        plan = replace(self.current(found.vehicle_id), visits=visits)
        if plan == found.plan and self._as_told(plan) is plan:
            self._record(plan, found.times, cause)  # settled already, and found to be sound
        else:
            self.keep(plan, cause)

    def expected_arrival(self, plan: VehiclePlan) -> int:
        """When the vehicle is expected at the first visit of ``plan``, service seconds."""
        return schedule(plan, self.network.travel)[0].arrive

    def find_booking(self, booking_id: str) -> Booking | None:
        """The booking, if there is one of that id."""
        return self.state.bookings.get(booking_id)


def as_driven(times: tuple[VisitTime, ...], early_s: int) -> tuple[VisitTime, ...]:
    """Times of a vehicle that does not stand about at a stop, but leaves when it is time."""
    return tuple(
        time
        if time.arrive >= time.start - early_s
        else VisitTime(time.start - early_s, time.start, time.depart)
        for time in times
    )


def agreed_visits(visits: Iterable[Visit]) -> dict[tuple[VisitKind, str], Visit]:
    """Riders' visits by what happens to whom."""
    return {(v.kind, v.ride_id): v for v in visits if v.kind is not VisitKind.BREAK}


def as_agreed(visit: Visit, agreed: dict[tuple[VisitKind, str], Visit]) -> Visit:
    """A visit of a re-plan with the limit that was agreed.

    A window that was narrowed at its end was so for the re-plan alone; one narrowed at its
    beginning stays so, for the rider was told that time.
    """
    known = agreed.get((visit.kind, visit.ride_id))
    if known is None:
        return visit
    return known if known.earliest >= visit.earliest else replace(known, earliest=visit.earliest)
