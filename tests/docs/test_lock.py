"""The lock files satisfy pyproject.toml, pin everything by hash and name no registry."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = PROJECT["dependencies"]
EXTRAS = PROJECT["optional-dependencies"]
TESTS = EXTRAS["test"] + EXTRAS["dev"]
LOCKS = ["requirements.lock", "requirements-test.lock", "requirements-bench.lock"]
WANTED = [RUNTIME, RUNTIME + TESTS, RUNTIME + TESTS + EXTRAS["bench"]]


def locked(name: str) -> list[tuple[Requirement, str]]:
    """Return each locked requirement with the text of its hashes."""
    entries = re.findall(r"^(\S[^\\]*)\\\n((?:    --hash=.*\n)+)", (ROOT / name).read_text(), re.M)
    return [(Requirement(requirement), hashes) for requirement, hashes in entries]


@pytest.mark.parametrize(
    ("name", "wanted"),
    list(zip(LOCKS, WANTED, strict=True)),
)
def test_the_lock_satisfies_the_project(name: str, wanted: list[str]) -> None:
    versions = {
        requirement.name: str(requirement.specifier).removeprefix("==")
        for requirement, _ in locked(name)
        if requirement.marker is None or requirement.marker.evaluate()
    }
    for requirement in map(Requirement, wanted):
        assert requirement.name in versions, f"{name} lacks {requirement}; run: make lock"
        assert requirement.specifier.contains(versions[requirement.name]), (
            f"{name} has {requirement.name} {versions[requirement.name]},"
            f" pyproject.toml wants {requirement}; run: make lock"
        )


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_or_its_hash(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    strange = [
        x for x in lines if not re.match(r"[a-z0-9-]+==[^ ]+|    --hash=sha256:[0-9a-f]{64}", x)
    ]
    assert strange == []
    assert len(locked(name)) == sum(not line.startswith(" ") for line in lines)


def test_each_lock_holds_the_one_before() -> None:
    runtime, tests, bench = ({str(requirement) for requirement, _ in locked(x)} for x in LOCKS)
    assert runtime <= tests <= bench
