"""Programs that the tests need and pip cannot install: a browser and a real Redis server.

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
    #: Names searched for on the PATH.
    commands: tuple[str, ...]
    debian_packages: tuple[str, ...]
    #: Last place to look; returns None where there is nothing.
    find_elsewhere: Callable[[], Path | None] = lambda: None
    #: Arguments of `python -m` that fetch the program without root.
    fetch: tuple[str, ...] = ()


def find_playwright_chromium() -> Path | None:
    """Return the browser that Playwright has downloaded for itself, if it has."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = Path(playwright.chromium.executable_path)
    return browser if browser.is_file() else None


CHROMIUM = Tool(
    "Chromium",
    "SOKCHO_CHROMIUM",
    ("chromium", "chromium-browser", "google-chrome"),
    ("chromium",),
    find_playwright_chromium,
    ("playwright", "install", "chromium"),
)
REDIS_SERVER = Tool("Redis server", "SOKCHO_REDIS_SERVER", ("redis-server",), ("redis-server",))
TOOLS = (CHROMIUM, REDIS_SERVER)


def find(tool: Tool) -> Path | None:
    """Return the program's file, or None; a file named in the environment must exist."""
    if named := os.environ.get(tool.env):
        if not os.access(named, os.X_OK):
            raise SystemExit(f"{tool.env}={named} is not a program")
        return Path(named)
    for command in tool.commands:
        if found := shutil.which(command):
            return Path(found)
    return tool.find_elsewhere()


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
        f"{tool.name} is missing, the tests need it; run: sudo apt-get install -y {packages}"
        f"{fetch}, or name its file in {tool.env}"
    )


def install(absent: list[Tool]) -> None:
    """Try to install the programs: Debian packages when root, else what can be fetched."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [package for tool in absent for package in tool.debian_packages]
        _run("apt-get", "-q", "update")
        _run("apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages)
    for tool in absent:
        if tool.fetch and find(tool) is None:
            _run(sys.executable, "-m", *tool.fetch)


def _run(*command: str) -> None:
    """Run a command whose failure shows in what is still missing afterwards."""
    print("==>", *command, flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)


def main() -> int:
    """Find or install every tool; 1 if one is still missing."""
    if absent := [tool for tool in TOOLS if find(tool) is None]:
        install(absent)
    for tool in TOOLS:
        print(f"==> {tool.name}: {find(tool) or missing(tool)}")  # noqa: T201
    return int(any(find(tool) is None for tool in TOOLS))


if __name__ == "__main__":
    sys.exit(main())
