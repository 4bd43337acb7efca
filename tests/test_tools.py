"""A missing program is named with the command that brings it; it is never skipped."""

import sys
from pathlib import Path

import pytest

from tests import tools
from tests.redis_server import RedisServer

NOWHERE = tools.Tool("Abacus", "SOKCHO_ABACUS", lambda: [Path("no-such-abacus")], ("abacus",))


def test_a_missing_program_fails_naming_its_package() -> None:
    with pytest.raises(FileNotFoundError, match=r"Abacus is missing.*apt-get install -y abacus"):
        tools.get(NOWHERE)


def test_a_named_program_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOKCHO_ABACUS", sys.executable)
    assert tools.get(NOWHERE) == Path(sys.executable)


def test_a_named_file_that_is_no_program_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOKCHO_ABACUS", "/etc/hostname-that-is-absent")
    with pytest.raises(SystemExit, match="not a program that runs here"):
        tools.find(NOWHERE)


def test_the_redis_server_keeps_what_it_acknowledged(redis_server: RedisServer) -> None:
    import redis

    with redis.from_url(redis_server.url) as client:
        client.set("kept", "yes")
    redis_server.kill()
    redis_server.start()
    with redis.from_url(redis_server.url) as client:
        assert client.get("kept") == b"yes"
