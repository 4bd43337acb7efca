"""Names of everything in the store.

Rule: every key of an area carries ``{area}``, so that all of them live in one slot of a Redis
Cluster and one script may touch them. No key holds personal data.
"""

import hashlib
from dataclasses import dataclass

from api.store.records import Idempotency


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one area."""

    area: str

    def __post_init__(self) -> None:
        if not self.area or not self.area.isprintable() or set(self.area) & set("{} "):
            raise ValueError(
                f"an area's id is not empty and has no braces or blanks: {self.area!r}"
            )

    @property
    def fence(self) -> str:
        """Counter; a commit sent before it last moved is refused."""
        return f"{{{self.area}}}:fence"

    @property
    def versions(self) -> str:
        """Hash of service date -> version of its log."""
        return f"{{{self.area}}}:versions"

    @property
    def contacts(self) -> str:
        """Hash of booking id -> contact: the vault, apart from every log."""
        return f"{{{self.area}}}:contacts"

    @property
    def lease(self) -> str:
        """Token of the process that is the area's loop; expires."""
        return f"{{{self.area}}}:lease"

    @property
    def channel(self) -> str:
        """Channel that names each service date and version as it is committed."""
        return f"{{{self.area}}}:commits"

    def events(self, service_date: str) -> str:
        """Stream of the day's commits; the entry of version n has id ``n-0``."""
        return f"{{{self.area}}}:{service_date}:events"

    def snapshot(self, service_date: str) -> str:
        """The day's state at some version, to start a replay from."""
        return f"{{{self.area}}}:{service_date}:snapshot"

    def answer(self, idempotency: Idempotency) -> str:
        """Answer on record for one request of one caller; expires."""
        named = f"{idempotency.caller}\0{idempotency.key}".encode()
        return f"{{{self.area}}}:answer:{hashlib.sha256(named).hexdigest()[:32]}"
