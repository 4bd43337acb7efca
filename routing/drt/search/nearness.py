"""Which visits lie near which: the order in which ruin looks around."""

from typing import Any

import numpy as np

from routing.types import NONE, Int32Array, frozen

#: A second that must pass between two visits parts them by this many of driving. Without, a
#: ruin takes visits of the same street at other hours, which cannot change places.
GAP_WEIGHT = 0.5


def nearest(distance: Any, first: int, most: int) -> Int32Array:
    """For each node the nearest visits, the nearest first.

    Parameters
    ----------
    distance
        Float64 (m, m) between visits, in any unit.
    first
        Node of the first visit; the nodes before have nothing near.
    most
        How many are kept of each: a ruin takes a few routes and gets no further.

    Returns
    -------
    ndarray
        Frozen int32 (first + m, min(m, most)), nodes; NONE where there are no more.
    """
    m = len(distance)
    k = min(m, most)
    near = np.full((first + m, k), NONE)
    if m:
        some = np.argpartition(distance, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(distance, some, axis=1), axis=1, kind="stable")
        near[first:] = np.take_along_axis(some, order, axis=1) + first
    return frozen(near)
