"""How long a search may last; whoever calls it owns the clock.

A budget is asked between chunks of iterations, with the iterations made so far, and answers
which share of it is used up; 1 or more ends the search. Annealing cools by that share, so a
search depends on its seed and the answers of its budget only.
"""

from collections.abc import Callable

Budget = Callable[[int], float]


def iterations(n: int) -> Budget:
    """A budget of ``n`` iterations; the result then depends on the seed alone.

    Parameters
    ----------
    n
        Iterations; the last chunk may end beyond.

    Returns
    -------
    Budget
        For a search.
    """
    return lambda made: made / n if n > 0 else 1.0
