"""`sokcho check`, `replay` and `export` on a log in a store, while it is served, and in a file."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import cli
from api.store.records import CommitBatch, DayCommit
from api.store.store import Store
from gtfs.area import load_area
from routing.dispatch import commands as cmd
from routing.dispatch.decide import decide
from routing.dispatch.network import Network
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Channel

AREA = Path(__file__).parents[2] / "data" / "grid_town" / "area.toml"
DAY = "2026-11-23"
HOUR_S = 3600


@pytest.fixture(scope="module")
def commits() -> tuple[tuple[object, ...], ...]:
    """A day that is opened, and one booking."""
    area = load_area(AREA)
    network = Network(area.travel_times, area.policy.weights)
    request = cmd.RideRequest(
        (cmd.StopChoice(0),), (cmd.StopChoice(3),), depart_from=area.policy.service_from + HOUR_S
    )
    wishes = [
        cmd.OpenDay(DAY, area.policy, area.fleet),
        cmd.BookRide("b1", request, "owner", Channel.API, 0),
    ]
    state, log = DayState(), []
    for wish in wishes:
        events = decide(state, wish, area.policy.service_from, network)
        assert isinstance(events, list)
        state = commit(state, events)
        log.append(tuple(events))
    return tuple(log)


@pytest.fixture
def data_dir(tmp_path: Path, commits: tuple[tuple[object, ...], ...]) -> Path:
    """Data folder of a service that has stopped."""
    folder = tmp_path / "data"

    async def write() -> None:
        async with Store(load_area(AREA).area_id, folder=folder / "store") as store:
            await store.commit(CommitBatch((DayCommit(DAY, 0, commits),)))  # type: ignore[arg-type]

    asyncio.run(write())
    return folder


@pytest.fixture
def served(data_dir: Path) -> Iterator[Path]:
    """Data folder of a service that runs: its lock is held and its server answers."""
    store = Store(load_area(AREA).area_id, folder=data_dir / "store")
    with asyncio.Runner() as runner:
        runner.run(store.open())
        yield data_dir
        runner.run(store.close())


def run(command: str, data_dir: Path, *options: str) -> int:
    return cli.main([command, "--area", str(AREA), "--data-dir", str(data_dir), *options])


def test_check_finds_nothing_in_a_sound_day(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", data_dir, "--every-version") == 0
    assert f"{DAY}: version 2, 1 bookings on" in capsys.readouterr().out


def test_a_log_is_read_while_the_service_runs(
    served: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", served) == 0
    assert "no findings" in capsys.readouterr().out


def test_export_and_replay_tell_the_same(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("replay", data_dir, "--quiet") == 0
    stored = capsys.readouterr().out
    assert run("export", data_dir, "--date", DAY, "--out", str(tmp_path / "logs")) == 0
    file = tmp_path / "logs" / f"{DAY}.jsonl"
    assert f"{file}: 2 commits" in capsys.readouterr().out
    assert cli.main(["replay", "--log", str(file), "--quiet"]) == 0
    assert capsys.readouterr().out == stored.replace(DAY, str(file), 1)
    assert run("check", data_dir, "--log", str(file)) == 0


def test_replay_stops_where_it_is_told(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", data_dir, "--until", "1") == 0
    told = capsys.readouterr().out
    assert "DayOpened" in told
    assert "RideBooked" not in told
    assert told.rstrip().endswith("no bookings")


def test_replay_tells_one_booking(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", data_dir, "--booking", "b1") == 0
    lines = capsys.readouterr().out.splitlines()[:-1]
    assert [line.split()[-2] for line in lines] == ["RideBooked", "RideScheduled"]


def test_check_finds_what_was_planted(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("export", data_dir, "--out", str(tmp_path))
    file = tmp_path / f"{DAY}.jsonl"
    # The vehicle forgets the ride that it has promised.
    opened, booked = map(json.loads, file.read_text().splitlines())
    for event in booked["events"]:
        if event["type"] == "PlanChanged":
            event["plan"]["visits"], event["times"] = [], []
    file.write_text(f"{json.dumps(opened)}\n{json.dumps(booked)}\n")
    capsys.readouterr()
    assert run("check", data_dir, "--log", str(file)) == 1
    assert "b1: is scheduled and should be planned" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{}\n", "row 1: no commit of a log"),
        ('{"version":2,"events":[]}\n', "version 1 is missing"),
        (
            '{"version":1,"events":[{"type":"Nonsense","v":1}]}\n',
            "Nonsense version 1 is unknown",
        ),
    ],
)
def test_a_damaged_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    assert cli.main(["replay", "--log", str(tmp_path / "log.jsonl")]) == 2
    assert complaint in capsys.readouterr().err


def test_a_store_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", tmp_path / "absent") == 2
    assert "there is no log in" in capsys.readouterr().err
    assert not (tmp_path / "absent").exists()


def test_a_day_without_a_log_is_named(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", data_dir, "--date", "2020-01-01") == 2
    assert f"there is no log of 2020-01-01; there are: {DAY}" in capsys.readouterr().err
