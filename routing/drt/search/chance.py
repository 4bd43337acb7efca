"""Chance inside kernels: xorshift64*, so that a search depends on its seed and on nothing else.

References
----------
Vigna (2016). An experimental exploration of Marsaglia's xorshift generators, scrambled. ACM
Transactions on Mathematical Software 42. https://doi.org/10.1145/2845077
"""

import numpy as np

from routing.drt.search.kernel import part

_A, _B, _C, _SHIFT = np.uint64(12), np.uint64(25), np.uint64(27), np.uint64(11)
_FACTOR = np.uint64(2685821657736338717)
_SCALE = 1.0 / 9007199254740992.0  # 2 ** -53


@part
def draw(random):
    """A float64 in [0, 1); ``random`` uint64 (1,) is the state."""
    x = random[0]
    x ^= x >> _A
    x ^= x << _B
    x ^= x >> _C
    random[0] = x
    return np.float64((x * _FACTOR) >> _SHIFT) * _SCALE


@part
def draw_below(random, n):
    """An int64 in [0, n)."""
    return np.int64(draw(random) * n)
