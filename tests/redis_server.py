"""A real Redis server for a test: started, killed and restarted at will, durable at each write."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests import tools

STARTS_WITHIN_S = 10.0


class RedisServer:
    """Debian's redis-server on a unix socket in a folder of its own."""

    def __init__(self) -> None:
        # Not pytest's folder: a unix socket's path holds 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="sokcho-redis-"))
        self.socket = self.folder / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL for ``REDIS_URL`` or ``redis.from_url``."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start the server on what its folder holds and wait until it answers."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "logfile": str(self.folder / "redis.log"),
        }
        arguments = [word for key, value in options.items() for word in (f"--{key}", value)]
        self.process = subprocess.Popen([tools.get(tools.REDIS_SERVER), *arguments])
        self._wait_until_ready()

    def kill(self) -> None:
        """Kill the server as a power cut of its process would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        self.socket.unlink(missing_ok=True)

    def close(self) -> None:
        """Kill the server and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder)

    def _wait_until_ready(self) -> None:
        import redis

        assert self.process is not None
        deadline = time.monotonic() + STARTS_WITHIN_S
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            while self.process.poll() is None and time.monotonic() < deadline:
                try:
                    client.ping()
                    return
                except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
                    time.sleep(0.01)
        log = (self.folder / "redis.log").read_text()
        raise RuntimeError(f"redis-server did not answer within {STARTS_WITHIN_S} s:\n{log}")
