"""How the kernels of the search are compiled.

Rule: they allocate nothing. Without numba's run-time memory the compiler refuses whatever would,
and it counts no references to arrays, which made an iteration three times as long.
"""

from collections.abc import Callable
from typing import Any

from numba import njit

kernel: Callable[[Callable[..., Any]], Any] = njit(  # type: ignore[call-overload]
    cache=True, nogil=True, _nrt=False
)
