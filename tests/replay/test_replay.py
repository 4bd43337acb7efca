"""Logs recorded in the past: they still load, and fold to what they folded to then."""

from functools import reduce

import msgspec
import pytest

from api.store import codec
from routing.dispatch.state import DayState, commit
from tests.replay.record import LOGS


def commits_of(name):
    lines = (LOGS / name).read_bytes().splitlines()
    return [codec.decode_events(line, f"{name} line {n}") for n, line in enumerate(lines, 1)]


def test_a_recorded_day_folds_to_its_recorded_state():
    state = reduce(commit, commits_of("day.jsonl"), DayState())
    recorded = msgspec.json.decode((LOGS / "day.state.json").read_bytes())
    recorded["fold"] = codec.fold_fingerprint()
    assert state == codec.find_snapshot(msgspec.json.encode(recorded))


@pytest.mark.parametrize("log", sorted(path.name for path in LOGS.glob("events-*.jsonl")))
def test_every_event_ever_written_is_still_read(log):
    version = int(log.removesuffix(".jsonl").split("-")[1])
    kinds = [type(event).__name__ for [event] in commits_of(log)]
    assert sorted(kinds) == sorted(kind for kind, v in codec._VERSIONS if v == version)


def test_what_is_written_now_has_every_field_that_was_recorded():
    """A field may join, with a default; one that goes or is renamed needs a new version."""
    recorded = (LOGS / "events-1.jsonl").read_bytes().splitlines()
    for line, commit_ in zip(recorded, commits_of("events-1.jsonl"), strict=True):
        before, now = msgspec.json.decode(line), msgspec.json.decode(codec.encode_events(commit_))
        assert missing_fields(before, now) == []


def missing_fields(before, now, path="event"):
    """Fields of ``before`` that ``now`` has not, by where they were."""
    if isinstance(before, dict):
        return [
            missing
            for name, part in before.items()
            for missing in (
                missing_fields(part, now[name], f"{path}.{name}")
                if name in now
                else [f"{path}.{name}"]
            )
        ]
    if isinstance(before, list):
        return [m for a, b in zip(before, now, strict=True) for m in missing_fields(a, b, path)]
    return []
