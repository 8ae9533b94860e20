"""The order of titles as people sort them, worked out once per document and kept in memory.

Every title gets a number, its place among all titles seen so far. New ones are merged in; what is asked again costs
an array look-up. A frame never changes its title, so the numbers serve every Moment.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.text import words

BATCH: Final = 4096
"""So many new titles (some 10 ms) are merged before other threads get their turn."""

_MAX_DIGITS: Final = 18
"""Longer rows of digits are names, not numbers."""

_NO_TITLE: Final = "\x04"
"""Behind all others."""

Ids = NDArray[np.int64]


class TitleSource(Protocol):
    """What ordering asks of the store."""

    @property
    def frame_count(self) -> int: ...
    def identity(self, frame_count: int, /) -> str: ...
    def title(self, frame_id: int, /) -> str: ...


class TitleOrder:
    """Numbers for the titles of one capsule. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._identity = ""
        self._keys: list[str] = []
        """Of all titles seen, each once, in order."""
        self._numbers: Ids = np.empty(0, np.int64)
        """By frame id; -1 for those nobody has asked for."""

    def numbers(self, source: TitleSource, documents: Ids) -> Ids:
        """For each of ``documents`` a number that sorts it by title; the same for equal titles."""
        with self._lock:
            if self._count > source.frame_count or source.identity(self._count) != self._identity:
                self._keys, self._numbers = [], np.empty(0, np.int64)
            if len(documents):
                highest = int(documents.max())
                if highest >= len(self._numbers):
                    more = np.full(highest + 1 + highest // 4 - len(self._numbers), -1, np.int64)
                    self._numbers = np.concatenate([self._numbers, more])
                missing = documents[self._numbers[documents] < 0]
                for start in range(0, len(missing), BATCH):
                    self._take(source, missing[start : start + BATCH])
                    time.sleep(0)
            self._count = source.frame_count
            self._identity = source.identity(self._count)
            return self._numbers[documents]

    def _take(self, source: TitleSource, documents: Ids) -> None:
        keys = [title_key(source.title(each)) for each in documents.tolist()]
        known = len(self._keys)
        at = {key: bisect_left(self._keys, key) for key in set(keys)}
        new = sorted(key for key, place in at.items() if place == known or self._keys[place] != key)
        if new:
            places = np.array([at[key] for key in new], np.int64)
            old = np.arange(known)
            moved = old + np.searchsorted(places, old, side="right")
            seen = self._numbers >= 0
            self._numbers[seen] = moved[self._numbers[seen]]
            # Two sorted runs: sorting merges them.
            self._keys += new
            self._keys.sort()
        self._numbers[documents] = [bisect_left(self._keys, key) for key in keys]


def title_key(title: str) -> str:
    """Sorts as people do: page 2 before page 10, whatever case and accents; without a title last."""
    return "\0".join(map(_word_key, words(title))) or _NO_TITLE


def _word_key(word: str) -> str:
    if word.isdecimal() and len(word) <= _MAX_DIGITS:
        digits = str(int(word))
        return f"\x01{len(digits):02}{digits}\x02{word}"
    return "\x03" + word
