"""What the store is given and gives back."""

from dataclasses import dataclass, field
from typing import TypeAlias

from routing.dispatch.events import Event
from routing.dispatch.state import DayState

#: The events of one decision; one version of a day's log.
Commit: TypeAlias = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request as its caller named it. Equal caller and key mean the same request.

    ``digest`` is of the body: another digest under the same key is a mistake of the caller.
    """

    caller: str
    key: str
    digest: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, as it went out and goes out again to a repeat."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer on record, with the digest of the request that it answered."""

    digest: str
    answer: Answer


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How to reach a rider. Kept in the vault alone; does not print."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DayCommit:
    """Commits to append to one service day whose log stands at ``base_version``.

    ``snapshot`` is the state after them, where one is due.
    """

    service_date: str
    base_version: int
    commits: tuple[Commit, ...] = ()
    snapshot: DayState | None = None

    @property
    def version(self) -> int:
        """Version of the day once this is written."""
        return self.base_version + len(self.commits)


@dataclass(frozen=True, slots=True)
class CommitBatch:
    """All that is written together, or not at all."""

    days: tuple[DayCommit, ...] = ()
    answers: tuple[tuple[Idempotency, Answer], ...] = ()
    contacts: tuple[tuple[str, Contact], ...] = ()  # by booking id


@dataclass(frozen=True, slots=True)
class LoadedDay:
    """A day as its log has it, and the version of the snapshot that it was folded from."""

    state: DayState
    snapshot_version: int = 0


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """One commit of a day's log: the version that it made, and its events."""

    version: int
    events: Commit
