"""schemathesis against the running service: all checks, our refusals declared in its config."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.http.auth import Role
from tests.api.http.running import Person, Running, caller

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    service = Running(tmp_path_factory.mktemp("contract")).start()
    yield service
    service.stop()


@pytest.mark.parametrize(("role", "seed"), [(Role.DISPATCHER, 1), (Role.RIDER, 2)])
def test_no_check_fails(fresh, tmp_path, role, seed):
    token = Person(fresh, caller(role)).headers["Authorization"].split()[1]
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={REPOSITORY / 'schemathesis.toml'}",
            "run",
            f"{fresh.url}/openapi.json",
            "--checks=all",
            f"--seed={seed}",
            "--max-examples=2",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        env={**os.environ, "SOKCHO_TOKEN": token},
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
