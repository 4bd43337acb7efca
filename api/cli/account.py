"""`sokcho account`: accounts of staff, also while the service runs."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from api.cli.command import Command

if TYPE_CHECKING:
    from api.accounts.accounts import Account, Accounts
    from api.accounts.passwords import Passwords

Act: TypeAlias = "Callable[[Accounts, Passwords, argparse.Namespace], Awaitable[str]]"

ROLES = ("representative", "driver", "dispatcher", "planner", "admin")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(title="acts", metavar="ACT", required=True)
    add = _act(acts, "add", "make an account", _add)
    add.add_argument("--role", required=True, choices=ROLES, help="what the holder may do")
    add.add_argument("--vehicle", metavar="ID", help="the vehicle that a driver drives")
    _act(acts, "list", "list the accounts", _list, named=False)
    _act(acts, "disable", "shut an account; its sessions end", _disable)
    _act(acts, "enable", "open an account that was shut", _enable)
    _act(acts, "password", "set another password; sessions end", _password)


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    act: Act,
    *,
    named: bool = True,
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
    if named:
        parser.add_argument("name", help="the name to sign in with")
    parser.add_argument("--area", type=Path, metavar="FILE", help="area file of another city")
    parser.add_argument("--demo", action="store_true", default=None, help="accounts of the demo")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of the service")
    parser.set_defaults(act=act)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from api.accounts.accounts import Accounts
    from api.accounts.passwords import Passwords
    from api.cli.logs import opened, settings_of
    from api.http.errors import Problem
    from api.served import served_area
    from api.settings import SettingsError

    async def act() -> str:
        settings = settings_of(arguments)
        async with opened(settings, served_area(settings).area_id, make=True) as store:
            told: str = await arguments.act(Accounts(store), Passwords(), arguments)
            return told

    try:
        print(asyncio.run(act()))
    except Problem as problem:
        raise SettingsError(f"{problem.type.title.en}: {problem.type.advice.en}") from None
    return 0


def _read_password() -> str:
    """A password from the terminal, twice, or from a pipe; never from the command line."""
    from api.settings import SettingsError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("password: ")
    if getpass.getpass("again: ") != password:
        raise SettingsError("the two passwords differ; nothing was changed")
    return password


async def _get(accounts: "Accounts", name: str) -> "Account":
    from api.settings import SettingsError

    account = await accounts.find_by_name(name)
    if account is None:
        raise SettingsError("there is no account of that name; `sokcho account list` shows all")
    return account


async def _add(accounts: "Accounts", passwords: "Passwords", chosen: argparse.Namespace) -> str:
    from api.accounts.accounts import Profile, new_account_id
    from api.http.auth import Role

    profile = Profile(chosen.name, Role(chosen.role), chosen.vehicle)
    profile.check()
    password_hash = passwords.hash_now(_read_password(), chosen.name)
    account = await accounts.create(new_account_id(), profile, password_hash)
    return f"made {_line(account)}"


async def _list(accounts: "Accounts", _: "Passwords", chosen: argparse.Namespace) -> str:
    found = await accounts.list_all()
    return "\n".join(map(_line, found)) or "no accounts yet"


async def _disable(accounts: "Accounts", _: "Passwords", chosen: argparse.Namespace) -> str:
    return await _shut(accounts, chosen.name, True)


async def _enable(accounts: "Accounts", _: "Passwords", chosen: argparse.Namespace) -> str:
    return await _shut(accounts, chosen.name, False)


async def _shut(accounts: "Accounts", name: str, is_shut: bool) -> str:
    from dataclasses import replace

    account = await _get(accounts, name)
    changed = await accounts.change(account, replace(account.profile, disabled=is_shut))
    return f"changed {_line(changed)}"


async def _password(
    accounts: "Accounts", passwords: "Passwords", chosen: argparse.Namespace
) -> str:
    account = await _get(accounts, chosen.name)
    password_hash = passwords.hash_now(_read_password(), account.name)
    changed = await accounts.change(account, account.profile, password_hash)
    return f"changed {_line(changed)}"


def _line(account: "Account") -> str:
    vehicle = f" {account.vehicle_id}" if account.vehicle_id else ""
    shut = " (disabled)" if account.disabled else ""
    return f"{account.name}\t{account.role.value}{vehicle}{shut}\t{account.caller.subject}"


COMMAND = Command(
    name="account",
    summary="Make, list, shut and change accounts of staff",
    description=(
        "Works on the store of the service, also while it runs; sessions of an account that is\n"
        "shut end within seconds. The password is asked for, or read from a pipe."
    ),
    examples=(
        "sokcho account list",
        "sokcho account add chief --role admin",
        "sokcho account add driver-1 --role driver --vehicle SH1",
        "sokcho account disable driver-1",
        "sokcho account password chief",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
