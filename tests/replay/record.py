"""Record the logs that every later release must be able to read.

`python -m tests.replay.record` writes files only where there are none, and appends event types
that are new: what was recorded once is never recorded again. A new version of an event gets a
new file.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from itertools import count
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from api.store import codec
from api.store.records import Commit
from routing.dispatch import commands as cmd
from routing.dispatch.decide import decide
from routing.dispatch.network import Network
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Actor, Cancellation
from routing.dispatch.visits import visit_id
from routing.drt.model import VisitKind
from routing.policy import ServicePolicy
from tests.line_town import MINUTE, TRAVEL, ride, roster
from tests.toy_rules import DATE

LOGS = Path(__file__).parent / "logs"
HALF_PAST_EIGHT = 30_600

_ACTS = {VisitKind.PICKUP: cmd.BoardRider, VisitKind.DROPOFF: cmd.AlightRider}


class Story:
    """A day in the making."""

    def __init__(self) -> None:
        self.state, self.now = DayState(), HALF_PAST_EIGHT
        self.commits: list[Commit] = []
        self._network = Network(TRAVEL)

    def ask(self, command: cmd.Command) -> None:
        """Decide a command, which must be granted."""
        events = decide(self.state, command, self.now, self._network)
        assert not isinstance(events, Rejected), (command, events)
        if events:
            self.commits.append(tuple(events))
            self.state = commit(self.state, events)

    def drive(self, vehicle_id: str) -> None:
        """Bring a vehicle to the end of its next visit."""
        first = self.state.plans[vehicle_id].visits[0]
        name = visit_id(first, vehicle_id)
        self.now = max(self.now, self.state.times[vehicle_id][0].arrive, first.earliest)
        self.ask(cmd.Tick())
        self.ask(cmd.ArriveVisit(vehicle_id, name))
        self.ask(_ACTS[first.kind](vehicle_id, name))


def tell() -> Story:
    """A day with rides that end well, and some that do not."""
    story = Story()
    story.ask(roster(DATE))
    soon = story.now + 10 * MINUTE
    story.ask(ride("b1", 0, 3, soon))
    story.ask(ride("b2", 1, 4, soon, passengers=3, wheelchairs=1))
    story.ask(ride("b3", 5, 2, soon + 30 * MINUTE))
    story.ask(ride("b4", 4, 0, soon + 40 * MINUTE, passengers=2, seniors=2))
    story.ask(cmd.LockAssignment("b3", "dispatcher-1", "asked for it"))
    story.ask(cmd.UnlockAssignment("b3", "dispatcher-1"))
    story.ask(cmd.RecordContact("b4", Actor.SYSTEM, "push"))
    story.ask(cmd.CancelRide("b4", Cancellation(Actor.RIDER, "changed-mind", Actor.RIDER)))
    for vehicle_id in ("SH1", "SH2"):
        while story.state.plans[vehicle_id].visits[:3]:
            story.drive(vehicle_id)
    story.ask(ride("b5", 2, 5, story.now + 20 * MINUTE))
    carrier = story.state.bookings["b5"].vehicle_id
    assert carrier is not None
    story.drive(carrier)
    story.now += MINUTE
    story.ask(cmd.WithdrawVehicle(carrier, 3, True, "dispatcher-1"))
    story.ask(cmd.ReturnVehicle(carrier, 3, "dispatcher-1"))
    return story


def sample(hint: Any, numbers: Any) -> Any:
    """A plain value of a type, all of its fields set."""
    if is_dataclass(hint) and isinstance(hint, type):
        if hint is ServicePolicy:
            return replace(ServicePolicy(), dwell_s=next(numbers))
        hints = get_type_hints(hint)
        return hint(**{item.name: sample(hints[item.name], numbers) for item in fields(hint)})
    if isinstance(hint, UnionType):
        return sample(get_args(hint)[0], numbers)
    if get_origin(hint) is tuple:
        return tuple(sample(part, numbers) for part in get_args(hint) if part is not Ellipsis)
    if issubclass(hint, Enum):
        return list(hint)[-1]
    return hint is not bool and hint(next(numbers))


def samples() -> list[Commit]:
    """One commit for each event type, with that one event."""
    numbers = count(1)
    return [(sample(kind, numbers),) for kind in codec.EVENT_TYPES]


def _write(name: str, text: str) -> None:
    path = LOGS / name
    if not path.exists():
        path.write_text(text, "utf-8")


def _lines(commits: Iterable[Commit]) -> str:
    return "".join(f"{codec.encode_events(commit).decode()}\n" for commit in commits)


def _append_new_types(name: str) -> None:
    path = LOGS / name
    known = {msgspec.json.decode(line)[0]["type"] for line in path.read_bytes().splitlines()}
    new = [commit for commit in samples() if type(commit[0]).__name__ not in known]
    path.write_text(path.read_text("utf-8") + _lines(new), "utf-8")


def main() -> None:
    """Write what is missing."""
    story = tell()
    state = msgspec.json.decode(codec.encode_snapshot(story.state))
    del state["fold"]  # says which code folded it, which is what the test varies
    _write("day.jsonl", _lines(story.commits))
    _write("day.state.json", msgspec.json.format(msgspec.json.encode(state)).decode() + "\n")
    _write("events-1.jsonl", _lines(samples()))
    _append_new_types("events-1.jsonl")


if __name__ == "__main__":
    main()
