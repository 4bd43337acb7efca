"""What riders are told, and where."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

#: Languages that riders are told in.
NoteLanguage: TypeAlias = Literal["ko", "en", "ja", "zh"]


class NoteKind(StrEnum):
    """What is told."""

    BOOKED = "booked"
    SEAT_FOUND = "seat_found"
    NO_SEAT = "no_seat"
    CHANGED = "changed"
    APPROACHING = "approaching"
    ARRIVED = "arrived"
    LATE = "late"
    DISRUPTED = "disrupted"
    CANCELLED = "cancelled"
    MISSED = "missed"
    CONNECTION = "connection"
    NEWS = "news"


@dataclass(frozen=True, slots=True, repr=False)
class Subscription:
    """A browser that wants to be told (W3C Push API). Does not print.

    ``p256dh`` and ``auth`` are its keys of RFC 8291, unpadded base64url.
    """

    subscription_id: str
    endpoint: str
    p256dh: str
    auth: str
    language: NoteLanguage = "ko"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a note goes: a browser of an owner by its subscription, or a booking's phone."""

    means: Literal["push", "text"]
    owner: str
    subscription_id: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One note for one target. Holds no name, number or exact place.

    ``note_id`` is the same for a repeat, so that nothing is told twice. ``facts`` fill the words:
    texts by name, or texts by language by name.
    """

    note_id: str
    kind: NoteKind
    booking_id: str
    target: Target
    facts: dict[str, str | dict[str, str]] = field(default_factory=dict)
    expires: float = 0.0  # Unix time; after that nobody wants to know
    attempts: int = 0
