"""What a party pays for a shuttle."""

from gtfs.area import Fares
from routing.dispatch.values import Party

ADULT, SENIOR, CHILD = "adult", "senior", "child"


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
    adult = fares.amounts.get(ADULT, max(fares.amounts.values(), default=0))
    n_adults = party.passengers - party.seniors - party.children
    return (
        n_adults * adult
        + party.seniors * fares.amounts.get(SENIOR, adult)
        + party.children * fares.amounts.get(CHILD, adult)
    )
