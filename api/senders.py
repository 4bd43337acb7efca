"""How texts reach phones: the one interface, and the sender that prints them.

`SOKCHO_TEXT_SENDER` names what brings texts to people's phones, as ``module:name``; what it names
is called without arguments and gives a `TextSender`. By default texts go to the console, for
trials: the number masked, as no number belongs into a log.
"""

import importlib
import sys
from typing import Protocol

from routing.errors import SokchoError

CONSOLE = "console"


class SenderError(SokchoError):
    """A text could not be handed on; the message holds neither number nor text."""

    code = "sender_failed"


class TextSender(Protocol):
    """Hands short texts to whoever brings them to phones (SMS, Alimtalk)."""

    async def send(self, phone: str, text: str) -> None:
        """Hand on one text, or raise `SenderError`; ``phone`` is E.164, such as +821012345678."""


class ConsoleSender:
    """Writes texts to standard error."""

    async def send(self, phone: str, text: str) -> None:
        """Write one text, the number masked."""
        sys.stderr.write(f"[text to {mask(phone)}] {text}\n")
        sys.stderr.flush()


def mask(phone: str) -> str:
    """Return enough of a number to tell two of them apart in a trial."""
    return f"{phone[:3]}…{phone[-2:]}"


def load_sender(name: str) -> TextSender:
    """Return the sender that ``module:name`` makes, or the console's.

    Raises
    ------
    SenderError
        If there is none of that name.
    """
    if name == CONSOLE:
        return ConsoleSender()
    module, _, attribute = name.partition(":")
    try:
        sender: TextSender = getattr(importlib.import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise SenderError(
            f"SOKCHO_TEXT_SENDER={name} cannot be used ({error}); write module:name"
        ) from error
    return sender
