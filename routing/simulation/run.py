"""A simulated day: riders ask, drivers drive, and the code that decides is the live one.

Rule: the state changes only by `decide` and `commit`. Time is the time of the next event in a
queue; nothing here reads a clock. The same world, strategy and seed give the same log.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import NamedTuple

from routing.dispatch import commands as cmd
from routing.dispatch import events as ev
from routing.dispatch.decide import decide
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.proposal import find_improvement, find_rescue
from routing.dispatch.rejections import LACKS_ROOM, Rejected, RejectReason
from routing.dispatch.relocation import find_relocation
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Actor, Cancellation
from routing.drt.search.budget import iterations
from routing.errors import PlanError
from routing.simulation.chance import Chance, RoadNoise
from routing.simulation.drivers import Drivers, executed
from routing.simulation.expectation import Expectation
from routing.simulation.facts import Answer, Executed
from routing.simulation.report import DayReport, Odometer, Tally
from routing.simulation.world import World, asking
from routing.types import NEVER

Fact = Answer | Executed

CANCELLED = Cancellation(Actor.RIDER, "plans_changed", Actor.RIDER)


class _What(IntEnum):
    """Kinds of events; of those at one second, riders come first."""

    ASK = 0
    CANCEL = 1
    ACT = 2
    TICK = 3
    IMPROVE = 4
    RELOCATE = 5


class _Due(NamedTuple):
    time: int
    what: _What
    order: int  # of scheduling: ties are broken the same way each time
    who: str  # request or vehicle


@dataclass(frozen=True, slots=True)
class Settings:
    """How a day is simulated.

    Attributes
    ----------
    seed
        Of everything that is left to chance.
    noise
        How driving differs from the plan; None if it does not.
    tick_s
        The service looks at the clock so often; 0 for no more than it must.
    rescue_iterations
        Of the search for room when a ride fits nowhere; 0 for no rescue.
    rescue_drive_s
        Room is not made for a ride at the price of more driving than this, seconds.
    improve_iterations
        Of each search for a better plan; 0 for none.
    improve_every_s
        A better plan is sought so often, in the time of the day.
    relocate_every_s
        It is asked so often whether an idle vehicle should wait elsewhere; 0 for never.
    stopwatch
        Nanoseconds of some clock, for the time that answers take; None leaves them out.
    """

    seed: int = 0
    noise: RoadNoise | None = None
    tick_s: int = 0
    rescue_iterations: int = 0
    rescue_drive_s: int = int(NEVER)
    improve_iterations: int = 0
    improve_every_s: int = 120
    relocate_every_s: int = 0
    stopwatch: Callable[[], int] | None = None


@dataclass(slots=True)
class _Queue:
    """What is still to happen, in order of time."""

    heap: list[_Due] = field(default_factory=list)
    current: dict[str, _Due] = field(default_factory=dict)  # next act, by vehicle
    order: Iterator[int] = field(default_factory=count)

    def push(self, time: int, what: _What, who: str) -> _Due:
        due = _Due(time, what, next(self.order), who)
        heapq.heappush(self.heap, due)
        return due

    @property
    def is_busy(self) -> bool:
        """Whether anything but what comes round by itself is still to happen."""
        return bool(self.current) or any(due.what < _What.TICK for due in self.heap)

    def pop(self) -> _Due | None:
        """The next event that has not been replaced."""
        while self.heap:
            due = heapq.heappop(self.heap)
            if due.what is not _What.ACT or self.current.get(due.who) is due:
                return due
        return None


class Simulation:
    """One service day of a world.

    Attributes
    ----------
    world
        A world that `check_world` has passed.
    settings
        How to simulate it.
    """

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        self.world = world
        self.settings = settings or Settings()
        self.network = Network(world.travel, world.policy.weights)
        self.state = DayState()
        self._riders = {rider.request_id: rider for rider in world.riders}
        noise, seed = self.settings.noise, self.settings.seed
        chance = Chance(noise, seed) if noise else None
        self._drivers = Drivers(world.travel, self._riders, chance)
        self._queue = _Queue()
        self._expectation = Expectation(world.travel.n_places, world.usual)
        self._tally, self._odometer = Tally(world), Odometer(world.travel)

    def run(self) -> Iterator[Fact]:
        """Let the day happen.

        Yields
        ------
        Answer or Executed
            In order of time.

        Raises
        ------
        PlanError
            If a driver who follows the plan is refused: an error of this system.
        """
        self._open()
        while (due := self._queue.pop()) is not None:
            for fact in _HAPPENS[due.what](self, due):
                self._tally.note(fact)
                yield fact
        self._odometer.go_home()

    def report(self) -> DayReport:
        """The indicators of the day; complete when `run` has ended."""
        return self._tally.report(self.state, self._odometer)

    def _open(self) -> None:
        riders, vehicles = self.world.riders, self.world.vehicles
        starts = [r.called_time for r in riders] + [v.shift_from for v in vehicles]
        begins = min(starts, default=0)
        self._do(cmd.OpenDay("simulated", self.world.policy, vehicles), begins)
        for rider in riders:
            self._queue.push(rider.called_time, _What.ASK, rider.request_id)
        if self.settings.tick_s:
            self._queue.push(begins, _What.TICK, "")
        if self.settings.improve_iterations:
            self._queue.push(begins, _What.IMPROVE, "")
        if self.settings.relocate_every_s:
            self._queue.push(begins, _What.RELOCATE, "")

    def _ask(self, due: _Due) -> Iterator[Fact]:
        rider = self._riders[due.who]
        self._expectation.note(rider, due.time)
        command = asking(rider, self.world, due.time)
        # The service does this as soon as the last answer is out.
        Draft(self.state, self.state.now, self.network).get_ready()
        watch = self.settings.stopwatch
        began = watch() if watch else 0
        decision = self.answer(command, due.time)
        taken = watch() - began if watch else 0
        is_accepted = not isinstance(decision, Rejected)
        if not isinstance(decision, Rejected):
            self._commit(decision)
            if rider.cancel_time is not None:
                cancel_time = max(rider.cancel_time, due.time)
                self._queue.push(cancel_time, _What.CANCEL, rider.request_id)
        yield Answer(rider.request_id, is_accepted, due.time, taken)

    def answer(
        self, command: cmd.ConfirmOffer | cmd.BookRide, now: int
    ) -> list[ev.Event] | Rejected:
        """What is decided on a wish: room for it as plans are, else room made by the search.

        Parameters
        ----------
        command
            The wish.
        now
            Service seconds.

        Returns
        -------
        list of Event or Rejected
            As of `decide`, which has checked them.

        Raises
        ------
        PlanError
            If the search proposes what `decide` refuses: an error of this system.
        """
        decision = decide(self.state, command, now, self.network)
        n_iterations = self.settings.rescue_iterations
        if not (n_iterations and isinstance(decision, Rejected) and decision.reason in LACKS_ROOM):
            return decision
        budget = iterations(n_iterations)
        rescue = find_rescue(
            self.state,
            command,
            now,
            self.network,
            seed=self.settings.seed,
            budget=budget,
            most_drive_s=self.settings.rescue_drive_s,
        )
        if rescue is None:
            return decision
        rescued = decide(self.state, rescue, now, self.network)
        if isinstance(rescued, Rejected):
            raise PlanError(f"a rescue at {now} was refused: {rescued.reason} {rescued.detail}")
        return rescued

    def _improve(self, due: _Due) -> Iterator[Fact]:
        budget = iterations(self.settings.improve_iterations)
        proposal = find_improvement(
            self.state, due.time, self.network, seed=self.settings.seed, budget=budget
        )
        if proposal is not None:
            self._do(proposal, due.time)
        if self._queue.is_busy:
            self._queue.push(due.time + self.settings.improve_every_s, _What.IMPROVE, "")
        yield from ()

    def _relocate(self, due: _Due) -> Iterator[Fact]:
        expected = self._expectation.at(due.time)
        command = find_relocation(self.state, due.time, self.network, expected)
        if command is not None:
            decision = decide(self.state, command, due.time, self.network)
            if isinstance(decision, Rejected):
                _expect(decision, RejectReason.PLAN_INVALID, "a relocation")
            else:
                self._commit(decision)
        if self._queue.is_busy:
            self._queue.push(due.time + self.settings.relocate_every_s, _What.RELOCATE, "")
        yield from ()

    def _cancel(self, due: _Due) -> Iterator[Fact]:
        decision = decide(self.state, cmd.CancelRide(due.who, CANCELLED), due.time, self.network)
        if isinstance(decision, Rejected):
            _expect(decision, RejectReason.WRONG_STATE, "a cancellation")  # is on board already
        else:
            self._commit(decision)
        yield from ()

    def _act(self, due: _Due) -> Iterator[Fact]:
        act = self._drivers.next_act(self.state, due.who)
        assert act is not None  # a plan that changes replaces the event
        ended = executed(self.state, act.command, due.time)
        self._do(act.command, due.time)
        if self._queue.current.get(due.who) is due:  # nothing came of it: look again
            self._schedule(due.who, due.time + 1)
        if ended is not None:
            yield ended

    def _tick(self, due: _Due) -> Iterator[Fact]:
        self._do(cmd.Tick(), due.time)
        if self._queue.is_busy:
            self._queue.push(due.time + self.settings.tick_s, _What.TICK, "")
        yield from ()

    def _do(self, command: cmd.Command, now: int) -> None:
        decision = decide(self.state, command, now, self.network)
        if isinstance(decision, Rejected):
            why = f"{decision.reason} {decision.detail}".rstrip()
            raise PlanError(f"{type(command).__name__} at {now} was refused: {why}")
        self._commit(decision)

    def _commit(self, events: list[ev.Event]) -> None:
        if not events:
            return
        self.state = commit(self.state, events)
        self._odometer.note(events)
        for vehicle_id in _touched(events):
            self._schedule(vehicle_id, self.state.now)

    def _schedule(self, vehicle_id: str, now: int) -> None:
        act = self._drivers.next_act(self.state, vehicle_id)
        if act is None:
            self._queue.current.pop(vehicle_id, None)
        else:
            due = self._queue.push(max(act.time, now), _What.ACT, vehicle_id)
            self._queue.current[vehicle_id] = due


_HAPPENS: dict[_What, Callable[[Simulation, _Due], Iterator[Fact]]] = {
    _What.ASK: Simulation._ask,
    _What.CANCEL: Simulation._cancel,
    _What.ACT: Simulation._act,
    _What.TICK: Simulation._tick,
    _What.IMPROVE: Simulation._improve,
    _What.RELOCATE: Simulation._relocate,
}


def _touched(events: Iterable[ev.Event]) -> dict[str, None]:
    """Vehicles whose plan changed, in order."""
    return {e.plan.vehicle.vehicle_id: None for e in events if isinstance(e, ev.PlanChanged)}


def _expect(refused: Rejected, reason: RejectReason, what: str) -> None:
    if refused.reason is not reason:
        raise PlanError(f"{what} was refused: {refused.reason} {refused.detail}")
