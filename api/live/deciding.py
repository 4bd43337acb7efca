"""Decisions in memory, ahead of the log: what goes into the next commit together.

Rule: nothing here is true until the commit is durable. States are persistent values, so to
give a group up is to forget it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from api.store.records import (
    Answer,
    Commit,
    CommitBatch,
    Contact,
    DayCommit,
    Idempotency,
)
from routing.dispatch.commands import Command, OpenDay, RescueRide
from routing.dispatch.conditions import Conditions, conditions_for, conditions_of
from routing.dispatch.events import Event
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.errors import CommandError

#: `routing.dispatch.decide.decide`: state, command, now, network.
Decide: TypeAlias = Callable[[DayState, Command, int, Any], Sequence[Event] | Rejected]
AnswerOf: TypeAlias = Callable[[tuple[Event, ...] | Rejected, DayState], Answer]
#: Does for a state and its network what the next decision would else do while somebody waits.
GetReady: TypeAlias = Callable[[DayState, Any], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command.

    ``state`` is the durable state that the decision was made on or led to; ``answer`` is on
    record if the request had a key; ``replayed`` means that it was answered before, and then
    there are no events.
    """

    decision: tuple[Event, ...] | Rejected
    state: DayState
    answer: Answer | None = None
    replayed: bool = False


@dataclass(eq=False, slots=True)
class Wish:
    """A command, or two that are granted together, waiting to be decided."""

    parts: tuple[tuple[str, Command], ...]  # by service date
    future: asyncio.Future[Outcome]
    idempotency: Idempotency | None = None
    answer_of: AnswerOf | None = None
    contact: Contact | None = None

    def settle(self, outcome: Outcome) -> None:
        """Tell who waits, unless they have gone."""
        if not self.future.done():
            self.future.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """Tell who waits that it failed, unless they have gone."""
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(slots=True)
class Desk:
    """What it takes to decide: the rules, the durable days and the time."""

    decide: Decide
    committed: Callable[[str], DayState]
    now: Callable[[str], int]  # service seconds on a day
    network: Callable[[str, Conditions], Any]
    roster: Callable[[str], OpenDay]
    get_ready: GetReady | None = None


@dataclass(slots=True)
class Group:
    """Commands decided one after the other, each on the state that those before lead to."""

    desk: Desk
    ahead: dict[str, DayState] = field(default_factory=dict)
    commits: dict[str, list[Commit]] = field(default_factory=dict)
    answers: list[tuple[Idempotency, Answer]] = field(default_factory=list)
    contacts: list[tuple[str, Contact]] = field(default_factory=list)
    outcomes: list[tuple[Wish, Outcome]] = field(default_factory=list)

    def take(self, wish: Wish) -> None:
        """Decide ``wish``. What it raises goes to who waits, and leaves nothing behind."""
        if wish.future.done():
            return
        try:
            outcome, staged = self._decide(wish)
        except Exception as error:  # noqa: BLE001 (one command's error must not end the loop)
            wish.fail(error)
            return
        for service_date, state, events in staged:
            self._append(service_date, state, events)
        if not isinstance(outcome.decision, Rejected):
            self._keep(wish, outcome)
        self.outcomes.append((wish, outcome))

    def batch(self, snapshot_due: Callable[[str, int], bool]) -> CommitBatch | None:
        """All that is to be written; None if there is nothing."""
        if not (self.commits or self.answers or self.contacts):
            return None
        days = tuple(
            self._day_commit(service_date, commits, snapshot_due)
            for service_date, commits in self.commits.items()
        )
        return CommitBatch(days, tuple(self.answers), tuple(self.contacts))

    def get_ready(self) -> None:
        """Prepare the next decision on each day that this group has changed."""
        if self.desk.get_ready is None:
            return
        for service_date, state in self.ahead.items():
            network = self.desk.network(service_date, conditions_of(state))
            self.desk.get_ready(state, network)

    def _decide(self, wish: Wish) -> tuple[Outcome, list[tuple[str, DayState, Commit]]]:
        staged: list[tuple[str, DayState, Commit]] = []
        state = DayState()
        for service_date, command in wish.parts:
            state = self._opened(service_date)
            decision = self._ask(service_date, state, command)
            if isinstance(decision, Rejected):
                return Outcome(decision, state), []
            if decision:
                state = commit(state, decision)
                staged.append((service_date, state, decision))
        events = tuple(event for _, _, part in staged for event in part)
        answer = wish.answer_of(events, state) if wish.answer_of is not None else None
        return Outcome(events, state, answer), staged

    def _ask(self, service_date: str, state: DayState, command: Command) -> Commit | Rejected:
        now = max(self.desk.now(service_date), state.now)
        network = self.desk.network(service_date, conditions_for(state, command))
        decision = self.desk.decide(state, command, now, network)
        return decision if isinstance(decision, Rejected) else tuple(decision)

    def _opened(self, service_date: str) -> DayState:
        """The state ahead; a day whose log has not begun is opened, as a commit of its own."""
        state = self.ahead.get(service_date) or self.desk.committed(service_date)
        if state.is_open:
            return state
        events = self._ask(service_date, state, self.desk.roster(service_date))
        if isinstance(events, Rejected):
            raise CommandError(f"{service_date} cannot be opened: {events.reason} {events.detail}")
        state = commit(state, events)
        self._append(service_date, state, events)
        return state

    def _append(self, service_date: str, state: DayState, events: Commit) -> None:
        self.ahead[service_date] = state
        self.commits.setdefault(service_date, []).append(events)

    def _keep(self, wish: Wish, outcome: Outcome) -> None:
        if wish.idempotency is not None and outcome.answer is not None:
            self.answers.append((wish.idempotency, outcome.answer))
        if wish.contact is not None:
            self.contacts.append((_booking_id(wish), wish.contact))

    def _day_commit(
        self, service_date: str, commits: list[Commit], snapshot_due: Callable[[str, int], bool]
    ) -> DayCommit:
        state = self.ahead[service_date]
        snapshot = state if snapshot_due(service_date, state.version) else None
        return DayCommit(service_date, state.version - len(commits), tuple(commits), snapshot)


def _booking_id(wish: Wish) -> str:
    _, command = wish.parts[-1]
    if isinstance(command, RescueRide):
        command = command.confirm
    booking_id: str = getattr(command, "booking_id", "")
    return booking_id
