"""What a party pays for a shuttle."""

from typing import Literal

from gtfs.area import Fares
from routing.dispatch.values import Party

RiderKind = Literal["adult", "senior", "child"]
ADULT: RiderKind = "adult"
SENIOR: RiderKind = "senior"
CHILD: RiderKind = "child"


def fare_of(fares: Fares, party: Party) -> int:
    """Return the fare of the whole party, in whole units of the area's currency.

    Parameters
    ----------
    fares
        Amounts per head, by kind of rider; a kind that is missing pays as an adult.
    party
        Who travels.

    Returns
    -------
    int
        The sum.
    """
    return sum(n_riders * each for _, n_riders, each in fare_lines(fares, party))


def fare_lines(fares: Fares, party: Party) -> list[tuple[RiderKind, int, int]]:
    """Return what the fare of a party is made of: kind of rider, how many, how much each."""
    adult = fares.amounts.get(ADULT, max(fares.amounts.values(), default=0))
    heads: dict[RiderKind, int] = {
        ADULT: party.passengers - party.seniors - party.children,
        SENIOR: party.seniors,
        CHILD: party.children,
    }
    return [(kind, n, fares.amounts.get(kind, adult)) for kind, n in heads.items() if n]
