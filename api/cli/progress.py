"""Progress of long work on stderr, where somebody is there to see it."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from gtfs.compiled import CompiledDay

Item = TypeVar("Item")


def bar(total: int, words: str) -> Any:
    """Return a progress bar of ``total`` steps; it stays unseen where stderr is no terminal."""
    from tqdm import tqdm

    return tqdm(total=total, desc=words, file=sys.stderr, disable=not sys.stderr.isatty())


def counted(items: Sequence[Item], words: str) -> Iterator[Item]:
    """Yield the items and count them; what is shown is drawn between them, a few times a second."""
    with bar(len(items), words) as progress:
        for item in items:
            yield item
            progress.update()


def with_transfers(day: "CompiledDay") -> "CompiledDay":
    """Return the day prepared for the trip-based search, on every core."""
    from routing.transit import build_transfers

    with bar(100, "transfers") as progress:

        def done(share: float) -> None:
            """Move the bar to a share of the whole."""
            progress.update(round(100 * share) - progress.n)

        transfers = build_transfers(day.timetable, os.cpu_count() or 1, done)
    return replace(day, transfers=transfers)
