"""Which of several ways to travel are worth telling: none of them beaten in everything."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from routing.transit.journey import Journey, LegKind

T = TypeVar("T")


class Criteria(NamedTuple):
    """What a way to travel is judged by."""

    dep_time: int  # service seconds, leaving the own place; the later the better
    arr_time: int  # service seconds, expected at the own destination
    n_vehicles: int  # boarded on the way
    walk_s: int = 0  # on foot in all


def beats(one: Criteria, other: Criteria) -> bool:
    """Whether ``one`` is as good in everything and better in something."""
    as_good = (
        one.dep_time >= other.dep_time
        and one.arr_time <= other.arr_time
        and one.n_vehicles <= other.n_vehicles
        and one.walk_s <= other.walk_s
    )
    return as_good and one != other


def unbeaten(ways: Sequence[T], criteria: Callable[[T], Criteria]) -> list[T]:
    """The Pareto set of ``ways``, soonest arrival first.

    Parameters
    ----------
    ways
        Ways to make one trip.
    criteria
        What each is judged by.

    Returns
    -------
    list
        Those that no other beats; of equal ones the first.
    """
    judged = [(criteria(way), way) for way in ways]
    kept: dict[Criteria, T] = {}
    for mine, way in judged:
        if mine not in kept and not any(beats(other, mine) for other, _ in judged):
            kept[mine] = way
    return [kept[mine] for mine in sorted(kept, key=lambda c: (c.arr_time, c.n_vehicles))]


def on_foot_s(journey: Journey) -> int:
    """Seconds of a bus journey that are walked, its ends included."""
    return sum(leg.arr_time - leg.dep_time for leg in journey.legs if leg.kind is not LegKind.RIDE)


def of_journey(journey: Journey) -> Criteria:
    """What a journey by bus alone is judged by."""
    return Criteria(journey.dep_time, journey.arr_time, journey.n_trips, on_foot_s(journey))
