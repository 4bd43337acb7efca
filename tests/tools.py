"""Programs that the tests need and pip cannot bring whole: browser, driver, Redis, curl, Caddy.

`python -m tests.tools` (part of `make test`) finds each on the machine, installs what is missing
where it can, and fails naming what it could not get. Nothing is skipped in silence.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Tool(NamedTuple):
    """A program, how to find it and how to install it."""

    name: str
    #: Environment variable that names the program's file.
    env: str
    #: Returns candidates, the preferred first.
    list_candidates: Callable[[], list[Path]]
    debian_packages: tuple[str, ...]
    #: Arguments of `python -m` that fetch the program without root.
    fetch: tuple[str, ...] = ()
    #: Argument with which it tells its version and ends.
    version: str = "--version"


def _on_path(*commands: str) -> list[Path]:
    return [Path(found) for command in commands if (found := shutil.which(command))]


def _list_drivers() -> list[Path]:
    from playwright._impl._driver import compute_driver_executable

    return [Path(compute_driver_executable()[0])]


def _list_browsers() -> list[Path]:
    browsers = _on_path("chromium", "chromium-browser", "google-chrome")
    if not browsers and find(DRIVER):
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browsers.append(Path(playwright.chromium.executable_path))
    return browsers


DRIVER = Tool("Playwright's driver", "PLAYWRIGHT_NODEJS_PATH", _list_drivers, ("libatomic1",))
CHROMIUM = Tool(
    "Chromium",
    "SOKCHO_CHROMIUM",
    _list_browsers,
    ("chromium",),
    ("playwright", "install", "chromium"),
)
REDIS_SERVER = Tool(
    "Redis server", "SOKCHO_REDIS_SERVER", lambda: _on_path("redis-server"), ("redis-server",)
)
CURL = Tool("curl", "SOKCHO_CURL", lambda: _on_path("curl"), ("curl",))
CADDY = Tool("Caddy", "SOKCHO_CADDY", lambda: _on_path("caddy"), ("caddy",), version="version")
TOOLS = (DRIVER, CHROMIUM, REDIS_SERVER, CURL, CADDY)


def find(tool: Tool) -> Path | None:
    """Return the program's file, or None; a file named in the environment must run."""
    if named := os.environ.get(tool.env):
        if not _runs(Path(named), tool.version):
            raise SystemExit(f"{tool.env}={named} is not a program that runs here")
        return Path(named)
    return next((path for path in tool.list_candidates() if _runs(path, tool.version)), None)


def get(tool: Tool) -> Path:
    """Return the program's file; where there is none, fail saying how to install it."""
    found = find(tool)
    if found is None:
        raise FileNotFoundError(missing(tool))
    return found


def missing(tool: Tool) -> str:
    """Say what is missing and what to do."""
    packages = " ".join(tool.debian_packages)
    fetch = f", or run: .venv/bin/python -m {' '.join(tool.fetch)}" if tool.fetch else ""
    return (
        f"{tool.name} is missing and the tests need it; run: sudo apt-get install -y {packages}"
        f"{fetch}, or name its file in {tool.env}"
    )


def install(absent: list[Tool]) -> None:
    """Try to install the programs: Debian packages when root, else what can be fetched."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [package for tool in absent for package in tool.debian_packages]
        _attempt("apt-get", "-q", "update")
        _attempt("apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages)
    for tool in absent:
        if tool.fetch and find(tool) is None:
            _attempt(sys.executable, "-m", *tool.fetch)


def _runs(program: Path, version: str) -> bool:
    """Whether the program starts; one whose shared libraries are missing does not."""
    try:
        return subprocess.run([program, version], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _attempt(*command: str) -> None:
    """Run a command whose failure shows in what is still missing afterwards."""
    print("==>", *command, flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)


def main() -> int:
    """Find or install every tool; 1 if one is still missing."""
    if absent := [tool for tool in TOOLS if find(tool) is None]:
        install(absent)
    found = {tool: find(tool) for tool in TOOLS}
    for tool, program in found.items():
        print(f"==> {tool.name}: {program or missing(tool)}")  # noqa: T201
    return int(None in found.values())


if __name__ == "__main__":
    sys.exit(main())
