"""`sokcho serve`: the service."""

import argparse
from pathlib import Path

from api.cli.command import Command

#: Arguments that are settings of the service; what is not given stays with the environment.
SETTINGS = ("area", "demo", "host", "port", "data_dir")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--area", type=Path, metavar="FILE", help="area file of another city")
    parser.add_argument(
        "--demo", action="store_true", default=None, help="a demo day, simulated, sped up"
    )
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default 8000)")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of store and secret")


def _run(arguments: argparse.Namespace) -> int:
    from api.serve import serve
    from api.settings import load_settings

    given = {name: getattr(arguments, name) for name in SETTINGS}
    serve(load_settings(**{name: value for name, value in given.items() if value is not None}))
    return 0


COMMAND = Command(
    name="serve",
    summary="Serve a city: API, page and shuttles",
    description=(
        "Without arguments: Sokcho, by the wall clock, on an embedded store in your data folder.\n"
        "REDIS_URL names a Redis server instead. Every setting is also an environment variable\n"
        "SOKCHO_<NAME>; api/cli/README.md lists them. An argument goes before the environment."
    ),
    examples=(
        "sokcho serve --demo",
        "sokcho serve --area city.toml --port 8080",
        "sokcho serve --host 0.0.0.0 --data-dir /srv/sokcho",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
