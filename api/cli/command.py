"""What a subcommand is made of."""

import argparse
from collections.abc import Callable
from typing import NamedTuple


class Command(NamedTuple):
    """One subcommand of `sokcho`."""

    name: str
    #: One line, without a full stop, for the list of commands.
    summary: str
    #: Whole command lines that work as they stand; the first also appears in `sokcho --help`.
    examples: tuple[str, ...]
    #: Adds the command's own arguments.
    add_arguments: Callable[[argparse.ArgumentParser], None]
    #: Does the work and returns the exit code.
    run: Callable[[argparse.Namespace], int]
    #: What the reader must know beyond the summary.
    description: str = ""
