"""What a simulated day tells: answers to riders, and visits as they happened."""

from typing import NamedTuple

from routing.drt.model import VisitKind


class Answer(NamedTuple):
    """What a rider was told."""

    request_id: str
    is_accepted: bool
    time: int  # service seconds
    answer_ns: int  # how long it took to decide; 0 without a stopwatch


class Executed(NamedTuple):
    """One visit as it happened; times are service seconds.

    ``arrive`` is when the vehicle is there for this visit: of visits at one place one follows
    the other, and boarding that was held back by plan counts as a later arrival.
    """

    vehicle_id: str
    ride_id: str
    kind: VisitKind
    place: int
    arrive: int
    depart: int
