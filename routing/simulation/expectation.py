"""What a simulated service expects: from other days where it has seen any, else from today so far.

Rule: nobody's future is peeked at. Riders who call long before are no surprise to wait for.
"""

from collections.abc import Iterable

import numpy as np

from routing.dispatch.relocation import HORIZON_S, FloatArray
from routing.simulation.world import ExactWish, Rider

#: Who leaves later than so many seconds after calling needs no vehicle near by.
AT_ONCE_S = 900
#: What was seen today counts half after so long.
_HALF_LIFE_S = 3600.0
_DAY_S = 36 * 3600


def usual_day(days: Iterable[Iterable[Rider]], n_places: int) -> FloatArray:
    """Pickups at once in each half hour of a day, on average over ``days``.

    Parameters
    ----------
    days
        Riders of each of them.
    n_places
        Of the travel times.

    Returns
    -------
    ndarray
        Float64 (n_slots, n_places), pickups in ``HORIZON_S``.
    """
    counts, n_days = np.zeros((_DAY_S // HORIZON_S, n_places)), 0
    for riders in days:
        n_days += 1
        for rider in riders:
            if (call := _call_at_once(rider)) is not None:
                time, place = call
                counts[min(max(time // HORIZON_S, 0), len(counts) - 1), place] += 1
    return counts / max(n_days, 1)


def _call_at_once(rider: Rider) -> tuple[int, int] | None:
    """When and where a rider wants to be fetched who does not plan ahead."""
    wish = rider.wish
    if isinstance(wish, ExactWish):
        time, place = wish.earliest_pickup, wish.origin
    elif wish.depart_from is not None and wish.origins:
        time, place = wish.depart_from, wish.origins[0].place
    else:
        return None
    return (time, place) if time - rider.called_time <= AT_ONCE_S else None


class Expectation:
    """Who is expected to call soon, by place.

    Parameters
    ----------
    n_places
        Of the travel times.
    usual
        As of `usual_day`; None if no other day is known.
    """

    def __init__(self, n_places: int, usual: FloatArray | None = None) -> None:
        self._usual = usual
        self._seen = np.zeros(n_places)  # halved every half-life
        self._rate = 0.0  # the same without places
        self._seen_at = 0
        self._n_places = n_places

    def note(self, rider: Rider, now: int) -> None:
        """Take note of somebody who calls."""
        if (call := _call_at_once(rider)) is not None:
            self._age(now)
            self._seen[call[1]] += 1.0
            self._rate += 1.0

    def at(self, now: int) -> FloatArray:
        """How many are expected to call within ``HORIZON_S``: float64 (n_places,)."""
        if self._usual is not None:
            slot, share = divmod(now / HORIZON_S, 1.0)
            this, following = (min(int(slot) + k, len(self._usual) - 1) for k in (0, 1))
            return np.asarray(self._usual[this] * (1 - share) + self._usual[following] * share)
        self._age(now)
        # One call from everywhere keeps few calls from meaning too much.
        by_place = self._seen + 1.0
        n_expected = self._rate * HORIZON_S * np.log(2.0) / _HALF_LIFE_S
        return np.asarray(by_place * (n_expected / by_place.sum()))

    def _age(self, now: int) -> None:
        factor = 0.5 ** (max(now - self._seen_at, 0) / _HALF_LIFE_S)
        self._seen *= factor
        self._rate *= factor
        self._seen_at = now
