"""What was applied of real-time messages and what was not, by kind and id.

Rule: every entity of every message ends in exactly one count: applied, or one of the problems.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

#: Ids listed for one kind of problem; the rest is counted.
IDS_LISTED = 20


class Kind(StrEnum):
    """What an entity of a message is."""

    MESSAGE = "message"
    TRIP_UPDATE = "trip_update"
    VEHICLE = "vehicle"
    ALERT = "alert"
    OTHER = "other"


class Problem(StrEnum):
    """Why something was not applied, or not as it stands; the value is a stable code."""

    UNREADABLE = "unreadable"  # the source cannot be had, or is no message
    STALE = "stale"  # older than what is still believed
    DIFFERENTIAL = "differential"  # taken as a full data set
    NOT_SUPPORTED = "not-supported"  # shapes, stops, trip modifications; deleted entities
    UNKNOWN_TRIP = "unknown-trip"  # no trip of this id runs on this day
    AMBIGUOUS_TRIP = "ambiguous-trip"  # more than one run could be meant
    UNKNOWN_ROUTE = "unknown-route"
    UNKNOWN_STOP = "unknown-stop"  # no stop of this id, or the trip does not call there
    NO_TIMES = "no-times"  # an update that says nothing, an added trip without times
    OUT_OF_RANGE = "out-of-range"  # a time or delay that no trip can have
    REPEATED = "repeated"  # a second update of the same trip; the last one counts
    TIMES_GO_BACK = "times-go-back"  # put right: nothing leaves before it came
    UNKNOWN_TARGET = "unknown-target"  # an alert about nothing that is known


@dataclass(frozen=True, slots=True)
class RealtimeFinding:
    """One kind of problem of one kind of entity.

    Attributes
    ----------
    kind
        What had it.
    problem
        What was wrong.
    ids
        The first ids concerned: of trips, stops or entities, as the message names them.
    n_found
        How often it was met.
    """

    kind: Kind
    problem: Problem
    ids: tuple[str, ...]
    n_found: int

    def __str__(self) -> str:
        more = f" and {self.n_found - len(self.ids)} more" if self.n_found > len(self.ids) else ""
        return f"{self.kind} {self.problem}: {', '.join(self.ids)}{more}"


@dataclass
class RealtimeReport:
    """Counts and findings of one application."""

    n_applied: Counter[Kind] = field(default_factory=Counter)
    _ids: dict[tuple[Kind, Problem], list[str]] = field(default_factory=dict)
    _counts: Counter[tuple[Kind, Problem]] = field(default_factory=Counter)

    def applied(self, kind: Kind) -> None:
        """Count an entity that was applied."""
        self.n_applied[kind] += 1

    def add(self, kind: Kind, problem: Problem, about: str) -> None:
        """Record a problem with the id of what it is about."""
        self._counts[kind, problem] += 1
        ids = self._ids.setdefault((kind, problem), [])
        # Ids come from outside; nobody shall fill a log or a page with one.
        if len(ids) < IDS_LISTED:
            ids.append(about[:80])

    def __iter__(self) -> Iterator[RealtimeFinding]:
        for (kind, problem), n_found in self._counts.items():
            yield RealtimeFinding(kind, problem, tuple(self._ids[kind, problem]), n_found)

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {kind}" for kind, n in sorted(self.n_applied.items()))
        return "\n".join([f"applied: {counts or 'nothing'}", *map(str, self)])
