"""How many of what, and how high that is drawn: buckets anchored to time, heights by one fixed formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from memvid_studio.theme_tokens import FILM_CLIP_PERCENTILE, FILM_EXPONENT
from memvid_studio.widgets.strip.data import Instants
from memvid_studio.widgets.strip.scale import Scale

Counts = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.int64]

ANCHOR_MS: Final = 345_600_000
"""Monday 5 January 1970, 00:00 UTC: every bucket of every zoom is counted from there."""


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Equal stretches of time ``pitch`` px wide. Bucket i runs from ``edges[i]`` up to ``edges[i + 1]``.

    The edges depend on the zoom alone, never on where the film stands: panning moves bars, it does not
    change them. ``left`` is the x of the first edge.
    """

    edges: Instants
    left: float
    pitch: float

    def __len__(self) -> int:
        return len(self.edges) - 1

    def at(self, x: float) -> int | None:
        """The bucket under a pixel."""
        found = int((x - self.left) // self.pitch)
        return found if 0 <= found < len(self) else None

    def count(self, times_ms: Instants) -> Counts:
        """How many of the ascending instants fall into each bucket."""
        return np.diff(np.searchsorted(times_ms, self.edges)).astype(np.int64)


def buckets(scale: Scale, pitch: float, *, anchor_ms: int = ANCHOR_MS) -> Buckets:
    """The buckets that touch the film at this scale."""
    length = pitch * scale.ms_per_px
    first = int(np.floor((scale.origin_ms - anchor_ms) / length))
    count = int(np.ceil(scale.width / pitch)) + 1
    exact = anchor_ms + np.arange(first, first + count + 1, dtype=np.float64) * length
    # Instants are whole milliseconds: an edge between two of them does the work of the later one.
    edges = np.ceil(exact).astype(np.int64)
    return Buckets(edges, float(scale.x(exact[0].item())), pitch)


def reference(counts: Counts) -> float:
    """The count that reaches full height: the 99.5th percentile of the buckets that hold something."""
    filled = counts[counts > 0]
    return max(float(np.percentile(filled, FILM_CLIP_PERCENTILE)), 1.0) if len(filled) else 1.0


def heights(counts: Counts, full_at: float, *, limit: int, per_item: int, least: int, ratio: float) -> Pixels:
    """Bar heights in device pixels: min(limit, per_item * n, limit * (n / full_at) ^ 0.4), at least ``least``."""
    share = np.power(counts / full_at, FILM_EXPONENT)
    logical = np.minimum(np.minimum(float(limit), per_item * counts), limit * share)
    logical = np.where(counts > 0, np.maximum(logical, least), 0.0)
    return np.rint(logical * ratio).astype(np.int64)


def stack(by_kind: Counts, total: Pixels, least: int) -> Pixels:
    """The upper ends of the parts of each bar, bottom to top, in device pixels.

    ``by_kind`` has shape (kinds, buckets), ``total`` the heights of the bars. Shares are linear, but a kind
    that is there gets ``least`` pixels; a bar too low for that grows.
    """
    sums = np.maximum(by_kind.sum(axis=0), 1)
    total = np.maximum(total, (by_kind > 0).sum(axis=0) * least)
    parts = np.where(by_kind > 0, np.maximum(by_kind * total // sums, least), 0)
    columns = np.arange(by_kind.shape[1])
    for _ in range(by_kind.shape[0]):
        missing = total - parts.sum(axis=0)
        if not missing.any():
            break
        largest = parts.argmax(axis=0)
        grown = parts[largest, columns] + missing
        parts[largest, columns] = np.where(total > 0, np.maximum(grown, least), 0)
    return np.cumsum(parts, axis=0)
