"""`sokcho solve`: the answer that benchmark scripts read."""

import json

import numba
import pytest

from api import cli
from tests.gtfs.test_instance_file import LI_LIM


def solve(tmp_path, text, *more):
    file, out = tmp_path / "one.txt", tmp_path / "out.json"
    file.write_text(text)
    words = ["solve", str(file), "--seconds", "0.2", "--out", str(out), *more]
    return cli.main(words), out


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="searches need the compiler")
@pytest.mark.parametrize("threads", [[], ["--threads", "1"], ["--threads", "2"]])
def test_the_answer_has_what_was_asked_for(tmp_path, capsys, threads):
    code, out = solve(tmp_path, LI_LIM, "--seed", "3", *threads)
    assert code == 0
    assert "one, 1 vehicles, cost 12.0000" in capsys.readouterr().out
    answer = json.loads(out.read_text())
    assert list(answer) == ["instance", "vehicles", "cost", "routes", "trace", "bound"]
    assert answer["instance"] == "one"
    assert answer["vehicles"] == 1
    assert answer["cost"] == 12  # 3 there, 4 along, 5 back
    assert answer["routes"] == [[1, 2]]
    assert answer["bound"]["vehicles"] == answer["vehicles"] == 1
    assert answer["bound"]["cost"] == pytest.approx(12)  # there is one order of two visits
    assert answer["bound"]["gap"] == pytest.approx(0)
    # How far it comes in so short a time depends on the machine.
    stages = [stage for *_, stage in answer["trace"]]
    assert stages == ["construct", "distance"][: len(stages)]
    assert {tuple(entry[1:3]) for entry in answer["trace"]} == {(1, 12)}
    times = [entry[0] for entry in answer["trace"]]
    assert times == sorted(times)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="searches need the compiler")
def test_an_instance_without_solution_is_one_line(tmp_path, capsys):
    code, out = solve(tmp_path, LI_LIM.replace("5 20 1", "1 2 1"))
    assert code == 2
    assert not out.exists()
    assert "no routes that serve everybody were found in 0.2 s" in capsys.readouterr().err


def test_a_bad_file_is_one_line(tmp_path, capsys):
    code, out = solve(tmp_path, "hello\n")
    assert code == 2
    assert not out.exists()
    assert capsys.readouterr().err == f"sokcho: {tmp_path}/one.txt row 1: 'hello' is not a number\n"


def test_seconds_must_be_a_time(capsys):
    with pytest.raises(SystemExit):
        cli.main(["solve", "x.txt", "--seconds", "-1", "--out", "o.json"])
    assert "'-1' is not a number of seconds above 0" in capsys.readouterr().err
