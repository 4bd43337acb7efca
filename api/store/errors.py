"""What can go wrong between a decision and its record, besides `routing.errors.StoreError`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from routing.errors import SokchoError, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from api.store.records import Idempotency, StoredAnswer


class CommitUnknown(StoreUnavailable):
    """The store did not say whether it wrote, and cannot be asked now; read the log again."""

    code: ClassVar[str] = "commit_unknown"


class AlreadyAnswered(StoreError):  # noqa: N818 (names the situation)
    """Nothing was written, because an answer is on record for some requests of the batch."""

    code: ClassVar[str] = "already_answered"

    def __init__(self, answers: "Mapping[Idempotency, StoredAnswer]") -> None:
        self.answers = answers
        super().__init__(f"{len(answers)} requests were answered before")


class IdempotencyInFlight(SokchoError):  # noqa: N818
    """The same request is being worked on; ask again in a moment."""

    code: ClassVar[str] = "idempotency_in_flight"


class IdempotencyMismatch(SokchoError):  # noqa: N818
    """The key was used for another request; a new request needs a new key."""

    code: ClassVar[str] = "idempotency_mismatch"
