"""Many texts in two arrays, so that a mapped file holds them without being parsed."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import overload

import numpy as np

from routing.types import frozen


class Strings(Sequence[str]):
    """Texts as one block of UTF-8 and offsets; decoded one at a time.

    Parameters
    ----------
    text
        All texts, one after the other, UTF-8, shape (bytes,).
    ptr
        Offsets into ``text``, shape (n + 1,).
    """

    def __init__(self, text: np.ndarray, ptr: np.ndarray) -> None:
        self.text, self.ptr = text, ptr

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Strings":
        """Pack a sequence of texts."""
        encoded = [text.encode() for text in texts]
        ptr = np.concatenate(([0], np.cumsum([len(item) for item in encoded], dtype=np.int64)))
        return cls(frozen(np.frombuffer(b"".join(encoded), np.uint8), np.uint8), frozen(ptr))

    def __len__(self) -> int:
        return len(self.ptr) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        at %= len(self)
        return self.text[self.ptr[at] : self.ptr[at + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        whole, ptr = self.text.tobytes(), self.ptr.tolist()
        return (whole[a:b].decode() for a, b in pairwise(ptr))
