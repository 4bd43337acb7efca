"""How the kernels of the search are compiled.

Rule: they allocate nothing. Without numba's run-time memory the compiler refuses whatever would,
and it counts no references to arrays, which made an iteration three times as long.
"""

from collections.abc import Callable
from typing import Any

from numba import njit

_options = {"cache": True, "nogil": True, "_nrt": False}

#: What Python calls.
kernel: Callable[[Callable[..., Any]], Any] = njit(**_options)  # type: ignore[call-overload]
#: What kernels call. A call hands over each array as seven words, and a search has dozens of
#: arrays: short functions would spend most of their time on that.
part: Callable[[Callable[..., Any]], Any] = njit(  # type: ignore[call-overload]
    forceinline=True, **_options
)
