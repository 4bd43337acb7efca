"""`sokcho`: help that teaches and answers at once; one line when the input is wrong."""

import shlex
import subprocess
import sys

import pytest

from api import cli
from api.cli.command import Command
from routing.errors import FeedError

#: Modules that cost a tenth of a second or more; help needs none of them.
HEAVY = (
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "gtfs_kit",
    "fastapi",
    "ortools",
    "redis",
    "shapely",
)


def failing(error: BaseException) -> Command:
    """Return a command that raises ``error``."""

    def run(_: object) -> int:
        raise error

    return Command("fail", "Fail", ("sokcho fail",), lambda _: None, run)


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_example_is_a_line_that_parses(command: Command) -> None:
    assert command.examples
    for example in command.examples:
        words = shlex.split(example, comments=True)
        if words[0] == "sokcho":
            assert cli.parser().parse_args(words[1:]).run is command.run
        else:
            assert f"sokcho {command.name}" in example


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_summaries_are_one_line_in_one_manner(command: Command) -> None:
    assert command.summary[0].isupper()
    assert not command.summary.endswith(".")
    assert "\n" not in command.summary


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    for command in cli.COMMANDS:
        assert command.summary in shown
        assert command.examples[0] in shown


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, api.cli; api.cli.parser().format_help();"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_wrong_input_is_one_line_and_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = FeedError("no such stop", "stop_times.txt", 812, "stop_id")
    monkeypatch.setattr(cli, "COMMANDS", (failing(error),))
    assert cli.main(["fail"]) == 2
    shown = capsys.readouterr()
    assert shown.err == "sokcho: stop_times.txt row 812 stop_id: no such stop\n"
    assert shown.out == ""


def test_a_missing_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = FileNotFoundError(2, "No such file or directory", "absent.zip")
    monkeypatch.setattr(cli, "COMMANDS", (failing(error),))
    assert cli.main(["fail"]) == 2
    assert capsys.readouterr().err == "sokcho: absent.zip: No such file or directory\n"


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "COMMANDS", (failing(ZeroDivisionError()),))
    with pytest.raises(ZeroDivisionError):
        cli.main(["fail"])


def test_interruption_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", (failing(KeyboardInterrupt()),))
    assert cli.main(["fail"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_has_gone_is_no_error() -> None:
    script = "import sys, api.cli; sys.exit(api.cli.main(['--help']))"
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} -c {shlex.quote(script)} | true",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
