"""Every command, setting, make target and endpoint is documented where people look for it."""

import re
from pathlib import Path

import pytest

from api import cli
from api.settings import Settings

ROOT = Path(__file__).parents[2]
CLI_README = (ROOT / "api" / "cli" / "README.md").read_text("utf-8")


def rows(text: str, heading: str) -> list[tuple[str, ...]]:
    """Return the cells of the table whose first heading this is."""
    table = text[text.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")) for line in table]


def test_commands_are_listed_in_their_order() -> None:
    listed = [name for name, _ in rows(CLI_README, "command")]
    assert listed == [command.name for command in cli.COMMANDS]


def test_settings_are_listed_in_their_order() -> None:
    listed = [name for name, *_ in rows(CLI_README, "variable")]
    expected = [
        "REDIS_URL" if name == "redis_url" else f"SOKCHO_{name.upper()}"
        for name in Settings.model_fields
    ]
    assert listed == [*expected, "NUMBA_CACHE_DIR"]


def test_defaults_are_the_real_ones() -> None:
    """Where a default is a number or a word, the table says the same."""
    for name, default, _ in rows(CLI_README, "variable"):
        field = Settings.model_fields.get(name.removeprefix("SOKCHO_").lower())
        if field is not None and isinstance(field.default, bool):
            assert default == ("yes" if field.default else "no")
        elif field is not None and isinstance(field.default, int | float):
            assert float(default) == field.default


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "lock", "setup-test"])
def test_make_targets_explain_themselves(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}:.*## \w", makefile, re.M), f"make {target} has no explanation"


def test_every_endpoint_says_what_it_does() -> None:
    from api.app import create_app

    schema = create_app(Settings()).openapi()
    undocumented = [
        f"{method.upper()} {path}"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if not (operation.get("summary") and operation.get("responses"))
    ]
    assert undocumented == []
    assert len(schema["paths"]) > 1
