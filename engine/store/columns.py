"""Growing numeric columns that many threads read while one appends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Column:
    """A numpy array that grows at the end. A view taken earlier stays valid and keeps its length."""

    __slots__ = ("_count", "_data")

    def __init__(self, dtype: npt.DTypeLike, data: npt.ArrayLike | None = None) -> None:
        start = np.zeros(0, dtype) if data is None else np.array(data, dtype)
        self._count = len(start)
        self._data: npt.NDArray[Any] = start

    def __len__(self) -> int:
        return self._count

    def append(self, value: Any) -> None:
        if self._count == len(self._data):
            grown = np.zeros(max(64, self._count * 3 // 2), self._data.dtype)
            grown[: self._count] = self._data[: self._count]
            self._data = grown
        self._data[self._count] = value
        self._count += 1

    def __setitem__(self, index: int, value: Any) -> None:
        if not 0 <= index < self._count:
            raise IndexError(index)
        self._data[index] = value

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < self._count:
            raise IndexError(index)
        return self._data[index]

    @property
    def view(self) -> npt.NDArray[Any]:
        """Everything appended so far, without copying. Not to be written to."""
        data, count = self._data, self._count
        return data[:count]
