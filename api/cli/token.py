"""`sokcho token`: a signed token for staff or for a try by hand."""

import argparse
import secrets
import sys
from datetime import timedelta
from pathlib import Path

from api.cli.command import Command

ROLES = ("rider", "representative", "driver", "dispatcher", "planner", "admin")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, choices=ROLES, help="what the holder may do")
    parser.add_argument("--vehicle", metavar="ID", help="the vehicle that a driver drives")
    parser.add_argument(
        "--subject", help="opaque id of the holder, never a name; a random one by default"
    )
    parser.add_argument(
        "--days", type=float, default=1.0, help="how long the token is valid (default 1)"
    )
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of the service")


def _run(arguments: argparse.Namespace) -> int:
    from api.clocks.clock import SystemClock
    from api.http.auth import Caller, Role, Tokens
    from api.settings import SettingsError, load_settings, signing_secret

    role = Role(arguments.role)
    if (role is Role.DRIVER) != (arguments.vehicle is not None):
        raise SettingsError("a driver's token, and no other, names a vehicle: --vehicle SH1")
    chosen = {"data_dir": arguments.data_dir} if arguments.data_dir else {}
    secret, _ = signing_secret(load_settings(**chosen))
    subject = arguments.subject or f"{role.value}:{secrets.token_hex(8)}"
    tokens = Tokens(secret, SystemClock().now)
    token, expires_at = tokens.issue(
        Caller(subject, role, arguments.vehicle), timedelta(days=arguments.days)
    )
    print(token)
    print(f"{role.value} {subject}, valid until {expires_at:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    return 0


COMMAND = Command(
    name="token",
    summary="Issue a signed token for a role",
    description=(
        "Signs with the secret of the service (SOKCHO_SECRET, or the one in its data folder), so\n"
        "whoever can read that may act in any role. The token goes to stdout, the rest to stderr."
    ),
    examples=(
        "sokcho token --role dispatcher",
        "sokcho token --role driver --vehicle SH1 --days 7",
        'curl -H "Authorization: Bearer $(sokcho token --role dispatcher)" localhost:8000/v1/plan',
    ),
    add_arguments=_add_arguments,
    run=_run,
)
