"""The embedded server: one process a folder, nobody else, orphans stopped."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from api.store import server as server_module
from api.store.server import EmbeddedServer
from routing.errors import StoreError

START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from api.store.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def server(tmp_path):
    server = EmbeddedServer(tmp_path / "store")
    server.start()
    yield server
    server.stop()


def client(server):
    return redis.Redis(unix_socket_path=str(server.socket))


def orphan(folder: Path) -> int:
    """Leave a server behind as a killed process would; its process id."""
    command = [sys.executable, "-c", START_AND_DIE, str(folder)]
    return int(subprocess.run(command, capture_output=True, text=True).stdout)


def is_alive(pid: int) -> bool:
    # a killed orphan of a container without a reaping init stays as a zombie
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_is_durable_and_closed_to_others(server):
    with client(server) as connection:
        config = connection.config_get("*")
    assert config["appendonly"] == "yes"
    assert config["appendfsync"] == "always"
    assert config["port"] == "0"
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_a_folder_serves_one_process(server):
    with pytest.raises(StoreError, match=f"{server.folder} is in use by another process; stop"):
        EmbeddedServer(server.folder).start()


def test_it_starts_again_on_what_was_written(server):
    with client(server) as connection:
        connection.set("a", "1")
    server.stop()
    assert server.pid is None
    server.start()
    with client(server) as connection:
        assert connection.get("a") == b"1"


def test_start_revives_a_server_that_died(server):
    with client(server) as connection:
        connection.set("a", "1")
    os.kill(server.pid, signal.SIGKILL)
    server._process.wait()
    assert server.pid is None
    server.start()
    with client(server) as connection:
        assert connection.get("a") == b"1"


@pytest.mark.parametrize("stopped", [False, True])
def test_an_orphan_is_stopped(tmp_path, stopped, monkeypatch):
    pid = orphan(tmp_path)
    assert is_alive(pid)
    if stopped:
        monkeypatch.setattr(server_module, "STOPS_WITHIN_S", 0.2)
        os.kill(pid, signal.SIGSTOP)
    server = EmbeddedServer(tmp_path)
    try:
        server.start()
        assert not is_alive(pid)
        assert server.pid not in (None, pid)
    finally:
        server.stop()


def test_a_long_path_is_no_hindrance(tmp_path):
    folder = tmp_path / ("long" * 40)
    server = EmbeddedServer(folder)
    server.start()
    short = server.socket.parent
    with client(server) as connection:
        connection.set("a", "1")
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    server.stop()
    assert not short.exists()
    assert (folder / "appendonlydir").is_dir()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/store cannot be used"):
        EmbeddedServer(tmp_path / "file" / "store").start()


def test_a_server_that_does_not_start_says_why(tmp_path):
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    server = EmbeddedServer(tmp_path)
    with pytest.raises(StoreError, match=r"did not start; .*server.log ends (.*\n)*.*manifest"):
        server.start()
    server.stop()


def test_ctrl_c_is_not_meant_for_the_server(server):
    assert os.getpgid(server.pid) != os.getpgid(os.getpid())


def test_it_stops_soon(server):
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < server_module.STOPS_WITHIN_S / 2
