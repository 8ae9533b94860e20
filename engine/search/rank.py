"""In which order documents are shown, and which of their parts stands for them.

A document is as good as its best part, for all the words together; words in its title come on top. Equals are
ordered by their own time, newest first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TITLE_BOOST: Final = 1.5
"""A title is short and chosen by somebody; BM25 knows only that it is short."""

PART_TITLE_BOOST: Final = 0.5
"""A heading of a part helps to find it, but often repeats the title of the document."""

SORTS: Final = ("relevance", "newest", "oldest", "title")

Ids = NDArray[np.int64]
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Best:
    """What stands for a document among its frames, and how many of them match like it."""

    frame_id: int
    match_count: int
    has_text: bool
    """Its text matches, not only a title."""


class Scores:
    """Weights of frames, gathered into documents. ``text``, ``title``: per frame id, zero for no match."""

    def __init__(self, document_of: Ids, text: Weights, title: Weights) -> None:
        matched = np.flatnonzero((text > 0) | (title > 0))
        owners = document_of[matched]
        self._frames = matched[owners >= 0]
        self._owners = owners[owners >= 0]
        self._is_own = self._frames == self._owners
        self._has_text = text[self._frames] > 0
        titles = title[self._frames]
        self._weights = text[self._frames] + np.where(self._is_own, 0, np.float32(PART_TITLE_BOOST) * titles)
        self.documents: Weights = np.zeros(len(document_of), np.float32)
        """Per document id."""
        np.maximum.at(self.documents, self._owners, self._weights)
        self.documents[self._frames[self._is_own]] += TITLE_BOOST * titles[self._is_own]

    def of(self, document: int) -> float:
        return float(self.documents[document])

    def best(self, documents: Ids) -> list[Best]:
        """For each of ``documents`` the part whose text fits best. If there is none: the document itself, if its
        own text matches, then the part with the best heading, then the document for whatever other reason.
        """
        chosen = np.flatnonzero(np.isin(self._owners, documents))
        chosen = chosen[np.argsort(self._owners[chosen], kind="stable")]
        owners = self._owners[chosen]
        lows, highs = (np.searchsorted(owners, documents, side) for side in ("left", "right"))
        return [
            self._best_among(int(document), chosen[low:high])
            for document, low, high in zip(documents, lows, highs, strict=True)
        ]

    def _best_among(self, document: int, at: Ids) -> Best:
        is_part = ~self._is_own[at]
        has_text = self._has_text[at]
        for among, is_text in ((is_part & has_text, True), (has_text, True), (is_part, False)):
            found = at[among]
            if len(found):
                best = found[int(np.argmax(self._weights[found]))]
                return Best(int(self._frames[best]), len(found), is_text)
        return Best(document, 1, has_text=False)


def order_documents(
    documents: Ids, scores: Weights, times: Ids, title_numbers: Callable[[Ids], Ids], sort: str, limit: int
) -> Ids:
    """The first ``limit`` of ``documents`` by ``sort``, one of SORTS; ValueError for another.

    ``scores``, ``times``: per frame id. ``title_numbers`` gives numbers that sort documents by title.
    """
    if sort not in SORTS:
        raise ValueError(f"sort is one of {', '.join(SORTS)}, not {sort!r}")
    limit = max(0, min(limit, len(documents)))
    if not limit:
        return documents[:0]
    if sort == "title":
        return _first(documents, (title_numbers(documents), documents), limit)
    times = times[documents]
    if sort == "oldest":
        return _first(documents, (times, documents), limit)
    if sort == "newest":
        return _first(documents, (-times, -documents), limit)
    return _first(documents, (-scores[documents], -times, -documents), limit)


def _first(documents: Ids, keys: tuple[NDArray[Any], ...], limit: int) -> Ids:
    """The ``limit`` documents with the smallest keys, the first key counting most."""
    if len(documents) > 4 * limit:
        # Sorting all for the sake of a few would take longest; whoever ties with the last stays in.
        bar = np.partition(keys[0], limit - 1)[limit - 1]
        inside = keys[0] <= bar
        documents, keys = documents[inside], tuple(key[inside] for key in keys)
    order = np.lexsort(keys[::-1])
    return documents[order[:limit]]
