"""The command `sokcho`: one module for each subcommand, found in ``COMMANDS``.

A module here imports only what its ``--help`` needs; the work is imported when it runs, so that
help answers at once. What goes wrong through the input is one line on stderr and exit code 2.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from api.cli import (
    account,
    build_feed,
    check,
    check_feed,
    compile,
    export,
    import_feed,
    journeys,
    replay,
    report,
    serve,
    simulate,
    solve,
    token,
    warm_kernels,
)
from api.cli.command import Command
from api.kernel_cache import use_kernel_cache
from routing.errors import SokchoError

COMMANDS: tuple[Command, ...] = (
    serve.COMMAND,
    token.COMMAND,
    account.COMMAND,
    check.COMMAND,
    replay.COMMAND,
    export.COMMAND,
    build_feed.COMMAND,
    check_feed.COMMAND,
    import_feed.COMMAND,
    compile.COMMAND,
    journeys.COMMAND,
    simulate.COMMAND,
    solve.COMMAND,
    report.COMMAND,
    warm_kernels.COMMAND,
)

DESCRIPTION = """\
Sokcho Transit: buses and shared shuttles of a city, from GTFS feed to booked ride."""

FAILED = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : Sequence of str, optional
        Words after `sokcho`; those of the process by default.

    Returns
    -------
    int
        0 done, 1 done and the answer is bad (a check that found something), 2 could not be done,
        130 interrupted.
    """
    chosen = parser().parse_args(arguments)
    try:
        use_kernel_cache()
        return int(chosen.run(chosen))
    except SokchoError as error:
        print(f"sokcho: {error}", file=sys.stderr)
    except BrokenPipeError:
        # The reader (`head`) has gone; the interpreter must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.filename is None:
            raise
        print(f"sokcho: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return FAILED


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command; each sets ``run`` on its result."""
    root = argparse.ArgumentParser(
        prog="sokcho",
        description=DESCRIPTION,
        epilog=_first_steps(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=f"{command.summary}.\n\n{command.description}".rstrip(),
            epilog="examples:\n" + "\n".join(f"  {example}" for example in command.examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return root


def _first_steps() -> str:
    examples = [f"  {command.examples[0]}" for command in COMMANDS]
    return "\n".join(["examples:", *examples, "", "`sokcho COMMAND --help` explains a command."])
