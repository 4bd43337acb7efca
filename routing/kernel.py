"""The decorator of kernels that allocate nothing.

``_nrt=False`` compiles without numba's reference counting. A kernel that takes its arrays in
NamedTuples counts each array at each use otherwise, and where a loop branches numba cannot take
these counts out again: nine tenths of a trip-based query were counting. What counts nothing
cannot allocate or return an array either; numba refuses to compile it.
"""

from typing import Any

from numba import njit

kernel: Any = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
