"""`sokcho account`: accounts from a shell, with and without a running service."""

import io

import pytest

from api import cli
from api.settings import load_settings


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    def run(*words, typed="correct horse battery staple\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = cli.main(["account", *words, "--data-dir", str(tmp_path)])
        out, err = capsys.readouterr()
        return code, out + err

    load_settings(data_dir=tmp_path)
    return run


def test_the_life_of_an_account(run):
    assert run("list") == (0, "no accounts yet\n")
    code, told = run("add", "chief", "--role", "admin")
    assert (code, told.split()[:3]) == (0, ["made", "chief", "admin"])
    assert run("add", "Kim", "--role", "driver", "--vehicle", "SH1")[0] == 0
    code, told = run("add", "KIM", "--role", "planner")
    assert (code, "Account exists" in told) == (2, True)
    assert run("disable", "kim")[0] == 0
    assert "Kim\tdriver SH1 (disabled)" in run("list")[1]
    assert run("enable", "kim")[0] == 0
    assert run("password", "kim", typed="another good password\n")[0] == 0
    code, told = run("disable", "chief")
    assert (code, "Last administrator" in told) == (2, True)
    code, told = run("password", "nobody")
    assert (code, "no account of that name" in told) == (2, True)
    code, told = run("password", "kim", typed="short\n")
    assert (code, "too weak" in told) == (2, True)
    code, told = run("add", "park", "--role", "planner", "--vehicle", "SH1")
    assert (code, "does not add up" in told) == (2, True)
    assert "correct horse" not in run("list")[1]
