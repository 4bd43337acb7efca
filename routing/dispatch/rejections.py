"""Why a wish was not granted; an expected outcome, so a value and no exception."""

from dataclasses import dataclass
from enum import StrEnum


class RejectReason(StrEnum):
    """Machine codes of refusals; `api/http/errors.py` maps each to a problem type."""

    NO_ROOM = "no-room"
    HELD_BACK = "held-back"
    OUT_OF_AREA = "out-of-area"
    OUT_OF_HOURS = "out-of-hours"
    IN_THE_PAST = "in-the-past"
    TOO_LATE = "too-late"
    TOO_FAR_AHEAD = "too-far-ahead"
    PARTY_TOO_LARGE = "party-too-large"
    NO_STOP_IN_REACH = "no-stop-in-reach"
    WALK_INSTEAD = "walk-instead"
    OFFER_EXPIRED = "offer-expired"
    STALE_OFFER = "stale-offer"
    UNKNOWN_BOOKING = "unknown-booking"
    UNKNOWN_VEHICLE = "unknown-vehicle"
    UNKNOWN_INCIDENT = "unknown-incident"
    UNKNOWN_VISIT = "unknown-visit"
    DUPLICATE_BOOKING = "duplicate-booking"
    WRONG_STATE = "wrong-state"
    NOT_NEXT = "not-next"
    NOT_AT_STOP = "not-at-stop"
    RIDERS_PENDING = "riders-pending"
    TOO_EARLY = "too-early"
    CONTACT_FIRST = "contact-first"
    REVERSAL_TOO_LATE = "reversal-too-late"
    LOCKED = "locked"
    STALE_PLAN = "stale-plan"
    PLAN_INVALID = "plan-invalid"
    DAY_NOT_OPEN = "day-not-open"
    DAY_ALREADY_OPEN = "day-already-open"
    SUSPENDED = "suspended"
    UNKNOWN_CLOSURE = "unknown-closure"
    UNKNOWN_SUSPENSION = "unknown-suspension"
    ROSTER_CONFLICT = "roster-conflict"
    CLOCK_WENT_BACK = "clock-went-back"


#: There is no seat for whoever asks.
FULL = frozenset({RejectReason.NO_ROOM, RejectReason.HELD_BACK})
#: Refusals that moving other rides may turn into room.
LACKS_ROOM = FULL | {RejectReason.STALE_OFFER}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A refusal: why, and what would work instead.

    ``detail`` is for people and names no person. ``alternative_time`` is the nearest earliest
    pickup (service seconds) that would have worked, if one was found.
    """

    reason: RejectReason
    detail: str = ""
    alternative_time: int | None = None
