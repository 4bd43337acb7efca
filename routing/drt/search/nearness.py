"""Which visits lie near which: the order in which ruin looks around."""

from typing import Any

import numpy as np

from routing.types import NONE, Int32Array, frozen

#: A ruin looks at strings of a few routes; further away it never gets.
N_NEAREST = 300


def nearest(distance: Any, first: int) -> Int32Array:
    """For each node the nearest visits, the nearest first.

    Parameters
    ----------
    distance
        Float64 (m, m) between visits, in any unit.
    first
        Node of the first visit; the nodes before have nothing near.

    Returns
    -------
    ndarray
        Frozen int32 (first + m, min(m, N_NEAREST)), nodes; NONE where there are no more.
    """
    m = len(distance)
    k = min(m, N_NEAREST)
    near = np.full((first + m, k), NONE)
    if m:
        some = np.argpartition(distance, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(distance, some, axis=1), axis=1, kind="stable")
        near[first:] = np.take_along_axis(some, order, axis=1) + first
    return frozen(near)
