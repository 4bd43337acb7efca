"""`sokcho simulate`: logs in the published format, judged by somebody else's reading of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api import cli

AREA = Path(__file__).parents[3] / "gtfs" / "sokcho" / "area.toml"
WORLD = {
    "matrix_s": [[0, 60, 120], [60, 0, 60], [120, 60, 0]],
    "dwell_s": 30,
    "vehicles": [{"id": "v", "start": 0, "end": 0, "shift": [0, 9000], "capacity": {"seats": 2}}],
    "requests": [
        {
            "id": name,
            "called_time": 0,
            "origin": 1,
            "destination": 2,
            "earliest_pickup": 600,
            "latest_pickup": 900,
            "max_ride_s": 400,
            "load": {"seats": seats},
        }
        for name, seats in (("a", 1), ("b", 3))
    ],
}


def simulate(*arguments):
    return cli.main(["simulate", *map(str, arguments)])


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def without_time_taken(path):
    return [{k: v for k, v in line.items() if k != "answer_us"} for line in lines(path)]


def test_the_log_is_as_published(tmp_path, capsys):
    world, log = tmp_path / "world.json", tmp_path / "log.jsonl"
    world.write_text(json.dumps(WORLD))
    assert simulate(world, "--seed", 1, "--out", log) == 0
    assert without_time_taken(log) == [
        {"request": "a", "answer": "accepted", "time": 0},
        {"request": "b", "answer": "rejected", "time": 0},
        {
            "vehicle": "v",
            "request": "a",
            "visit": "pickup",
            "place": 1,
            "arrive": 600,
            "depart": 630,
        },
        {
            "vehicle": "v",
            "request": "a",
            "visit": "dropoff",
            "place": 2,
            "arrive": 690,
            "depart": 720,
        },
    ]
    assert all(line["answer_us"] > 0 for line in lines(log) if "answer" in line)
    shown = capsys.readouterr().out
    assert "served 1 of 2 (50.0%)" in shown
    assert "promises broken: 0 of 1" in shown


def test_a_bad_world_is_one_line(tmp_path, capsys):
    world = tmp_path / "world.json"
    world.write_text(json.dumps(WORLD | {"dwell_s": -1}))
    assert simulate(world) == 2
    assert capsys.readouterr().err == "sokcho: world.json dwell_s: is negative\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give either a world file or --area FILE"),
        (["w.json", "--area", AREA], "give either a world file or --area FILE"),
        (["w.json", "--day", "peak"], "--day and --requests go with --area"),
        (["--area", AREA], "--area goes with either --day or --requests"),
        (["--area", AREA, "--day", "doomsday"], "doomsday is no kind of day; there are weekday"),
        (["absent.json"], "absent.json: No such file"),
    ],
)
def test_what_does_not_go_together_is_said(arguments, says, capsys):
    assert simulate(*arguments) == 2
    assert says in capsys.readouterr().err


def test_a_day_of_sokcho(tmp_path, capsys):
    logs = [tmp_path / f"{k}.jsonl" for k in range(2)]
    for log in logs:
        arguments = ("--day", "weekday", "--seed", 3, "--rescue", 0, "--improve", 0)
        assert simulate("--area", AREA, *arguments, "--out", log) == 0
    assert without_time_taken(logs[0]) == without_time_taken(logs[1])
    shown = capsys.readouterr()
    assert "Demand is an assumption" in shown.err
    assert "no-shows" in shown.out


def test_requests_of_a_file(tmp_path):
    asked, log = tmp_path / "asked.csv", tmp_path / "log.jsonl"
    asked.write_text(
        "request_id,called_time,origin,destination,depart_from,arrive_by,wheelchairs\n"
        "b,08:30:00,VS024,VS046,,09:30:00,1\n"
        "a,08:00:00,VS046,VS024,08:10:00,,\n"
    )
    assert simulate("--area", AREA, "--requests", asked, "--out", log) == 0
    answers = [line for line in lines(log) if "answer" in line]
    assert [(a["request"], a["answer"], a["time"]) for a in answers] == [
        ("a", "accepted", 8 * 3600),
        ("b", "accepted", 8 * 3600 + 1800),
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a,08:00:00,VS999,VS024,08:10:00,", "row 2 origin: 'VS999' is no virtual stop of sokcho"),
        ("a,8,VS046,VS024,08:10:00,", "row 2 called_time: '8' is not a time like 07:30:00"),
        ("a,,VS046,VS024,08:10:00,", "row 2 called_time: is empty"),
        ("a,08:00:00,VS046,VS024,,", "row 2 depart_from: give either depart_from or arrive_by"),
    ],
)
def test_a_bad_request_is_named(tmp_path, row, says, capsys):
    asked = tmp_path / "asked.csv"
    asked.write_text(f"request_id,called_time,origin,destination,depart_from,arrive_by\n{row}\n")
    assert simulate("--area", AREA, "--requests", asked) == 2
    assert capsys.readouterr().err == f"sokcho: asked.csv {says}\n"


def test_an_unknown_column_is_named(tmp_path, capsys):
    asked = tmp_path / "asked.csv"
    asked.write_text("request_id,called_time,origin,destination,name\n")
    assert simulate("--area", AREA, "--requests", asked) == 2
    assert "row 1 name: is unknown" in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.parametrize(
    ("extra", "search"),
    [
        (("--seed", 11, "--requests", 150, "--vehicles", 4, "--asym"), (0, 0)),
        (("--seed", 12, "--requests", 90, "--vehicles", 8, "--asym", "--peak"), (40, 40)),
    ],
)
def test_the_published_checker_finds_nothing(tmp_path, shared_dir, extra, search):
    world, log = tmp_path / "world.json", tmp_path / "log.jsonl"
    tool(shared_dir, "make_world.py", world, *extra)
    rescue, improve = search
    arguments = ("--seed", 1, "--rescue", rescue, "--improve", improve, "--out", log)
    assert simulate(world, *arguments) == 0
    assert "violations 0" in tool(shared_dir, "check_world.py", world, log)


def tool(shared_dir, name, *arguments):
    command = [sys.executable, shared_dir / "worlds" / name, *arguments]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True
    ).stdout
