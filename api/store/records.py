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


#: Korean family names of two syllables; all others have one.
_LONG_FAMILY_NAMES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")


def given_name(name: str) -> str:
    """Return what a driver calls out: the given name of a Korean, the first word of others."""
    first, *more = name.split() or [""]
    is_hangul = all("가" <= letter <= "힣" for letter in first)
    if not is_hangul or not first:
        return first
    if more:
        return more[0]  # 홍 길동
    n_family = 2 if len(first) > 2 and first.startswith(_LONG_FAMILY_NAMES) else 1
    return first[n_family:] if 3 <= len(first) <= 5 else first


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
