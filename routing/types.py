"""Units, sentinels and array helpers shared by every kernel.

One clock: int32 service seconds since the service-day origin (noon minus 12 h), so 25:30:00
is 91_800. One length: int32 metres. Nothing in ``routing`` knows dates, zones or formats.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Int32Array: TypeAlias = npt.NDArray[np.int32]

#: Later than any time of day. Half of int32's range, so ``NEVER + NEVER`` still fits.
NEVER = np.int32((2**31 - 1) // 2)

#: "No index". Not -1: numba reads ``a[-1]`` as the last element, even with bounds checks on.
NONE = np.int32(-(2**31))


def frozen(values: Any, dtype: Any = np.int32) -> npt.NDArray[Any]:
    """Return ``values`` as a read-only, C-contiguous array (one numba type for everybody)."""
    array = np.array(values, dtype=dtype, order="C")
    array.setflags(write=False)
    return array
