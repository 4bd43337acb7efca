"""The booking by curl in the README, as it stands there, against the running service."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests import tools

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def script(service):
    """The README's lines, with the address of this service."""
    block = re.search(r"```sh\n(BASE=.*?)```", README.read_text(), re.DOTALL)
    assert block is not None
    return block[1].replace("http://127.0.0.1:8000", service.url)


def test_the_booking_by_curl_is_promised(script):
    curl = tools.get(tools.CURL)
    assert curl.name == "curl"
    done = subprocess.run(["sh", "-e"], input=script, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    booking = json.loads(done.stdout)
    assert booking["state"] in {"scheduled", "approaching"}
    assert booking["party"]["passengers"] == 2
    assert booking["promise"]["pickup"]["latest_at"] < booking["promise"]["dropoff_latest_at"]
