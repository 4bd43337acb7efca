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
    def policies(self) -> str:
        """Hash of service date -> the operator's rules from then on."""
        return f"{{{self.area}}}:policies"

    @property
    def lease(self) -> str:
        """Token of the process that is the area's loop; expires."""
        return f"{{{self.area}}}:lease"

    @property
    def channel(self) -> str:
        """Channel that names each service date and version as it is committed."""
        return f"{{{self.area}}}:commits"

    @property
    def subscriptions(self) -> str:
        """Hash of owner -> browsers that want to be told; in no log."""
        return f"{{{self.area}}}:subscriptions"

    @property
    def notes(self) -> str:
        """Hash of note id -> note on its way."""
        return f"{{{self.area}}}:notes"

    @property
    def notes_due(self) -> str:
        """Sorted set of note ids by the time of their next attempt."""
        return f"{{{self.area}}}:notes-due"

    @property
    def notes_told(self) -> str:
        """Sorted set of note ids that were put, so that none is put twice."""
        return f"{{{self.area}}}:notes-told"

    @property
    def notes_read(self) -> str:
        """Hash of service date -> version up to which its log was read for notes."""
        return f"{{{self.area}}}:notes-read"

    @property
    def recurring(self) -> str:
        """Hash of id -> recurring trip."""
        return f"{{{self.area}}}:recurring"

    @property
    def passengers(self) -> str:
        """Hash of id -> somebody whom a representative books for, without name and number."""
        return f"{{{self.area}}}:passengers"

    @property
    def accounts(self) -> str:
        """Hash of account id -> account of staff, with the hash of its password."""
        return f"{{{self.area}}}:accounts"

    @property
    def account_names(self) -> str:
        """Hash of the name that is typed -> account id."""
        return f"{{{self.area}}}:account-names"

    def session(self, digest: str) -> str:
        """Session of staff, by the hash of its cookie; expires."""
        return f"{{{self.area}}}:session:{digest}"

    def sign_in(self, digest: str) -> str:
        """A sign-in that is at its provider, by the hash of its state; expires."""
        return f"{{{self.area}}}:sign-in:{digest}"

    def phone_code(self, digest: str) -> str:
        """Hash of a rider's one-time code, by the keyed hash of the number; expires."""
        return f"{{{self.area}}}:phone-code:{digest}"

    def tries(self, what: str, digest: str) -> str:
        """Counter of tries at a secret; expires."""
        return f"{{{self.area}}}:tries:{what}:{digest}"

    def wait(self, what: str, digest: str) -> str:
        """Stands while the next try has to wait; expires."""
        return f"{{{self.area}}}:wait:{what}:{digest}"

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
