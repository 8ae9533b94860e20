"""What stands where on the film, before a pixel is painted: prints, hits, flags, cells.

Pure computation. Whatever depends on distances is worked out for the zoom and not for the place, so that
panning carries marks along unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from memvid_studio.widgets.strip.data import Instants, Mark
from memvid_studio.widgets.strip.scale import Scale

Measure = Callable[[str, bool], float]
"""The width in px of a text, bold or not."""

PRINT_GAP: Final = 6
"""From a tick to its label, and at least from a label to the next tick."""
NAME_GAP: Final = 5
_NAME_REACH: Final = 400
"""Px left of the film from which a name may still reach in."""
STACK_EDGES: Final = 3


@dataclass(frozen=True, slots=True)
class Print:
    """A tick in the lower edge and the label right of it; ``text`` is empty where none fits."""

    ms: int
    text: str
    bold: bool


def prints(
    ticks: Sequence[tuple[int, str, bool]], scale: Scale, measure: Measure, gap: float = PRINT_GAP
) -> list[Print]:
    """Which of the labels can stay. Bold ones choose first; a label never crosses the next tick's label."""
    taken: list[tuple[float, float]] = []
    kept: set[int] = set()
    for want_bold in (True, False):
        for at, (ms, text, bold) in enumerate(ticks):
            if bold is not want_bold:
                continue
            left = scale.x(ms)
            right = left + gap + measure(text, bold)
            fits = right <= scale.width and all(
                right + gap <= other_left or left >= other_right + gap for other_left, other_right in taken
            )
            if fits:
                taken.append((left, right))
                kept.add(at)
    return [Print(ms, text if at in kept else "", bold) for at, (ms, text, bold) in enumerate(ticks)]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Hits too close to be told apart: the mean instant, how many, whether the current one is among them.

    ``first`` is the index of its first hit; ``room`` says whether a number can stand beside it.
    """

    ms: float
    count: int
    first: int
    current: bool
    room: bool


def clusters(
    hits: Instants, current: int | None, ms_per_px: float, *, reach: float = 10, room: float = 26
) -> list[Cluster]:
    """Hits with less than ``reach`` px between them joined, for the whole capsule at one zoom."""
    if not len(hits):
        return []
    limit = reach * ms_per_px
    cuts = np.flatnonzero(np.diff(hits) >= limit) + 1
    starts: list[int] = []
    for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(hits)], strict=True):
        # A long chain of neighbours would swallow the film: it is cut where it has grown to the reach.
        at = begin
        while at < end:
            starts.append(at)
            at = max(int(np.searchsorted(hits[begin:end], hits[at] + limit, "left")) + begin, at + 1)
    ends = [*starts[1:], len(hits)]
    means = [float(hits[a]) + float(np.mean(hits[a:b] - hits[a])) for a, b in zip(starts, ends, strict=True)]
    nexts = [*means[1:], float("inf")]
    return [
        Cluster(mean, b - a, a, current is not None and a <= current < b, after - mean >= room * ms_per_px)
        for a, b, mean, after in zip(starts, ends, means, nexts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Flag:
    """A checkpoint or bookmark at ``x``; ``name`` is empty where it would run into a neighbour.

    ``leftward``: flag and name lie left of the pole, since to the right they would run into now.
    """

    x: float
    name: str
    mark: Mark
    bookmark: bool
    leftward: bool = False


def flags(
    checkpoints: Sequence[Mark],
    bookmarks: Sequence[Mark],
    scale: Scale,
    measure: Measure,
    *,
    flag_width: float = 9,
    now_x: float = float("inf"),
) -> list[Flag]:
    """Flags on the film and a little left of it, whose names may still reach in. Names that collide are left out."""
    both = sorted(
        [(mark, False) for mark in checkpoints] + [(mark, True) for mark in bookmarks],
        key=lambda pair: pair[0].ms,
    )
    places = [scale.x(mark.ms) for mark, _ in both] + [float("inf")]
    found: list[Flag] = []
    free_from = float("-inf")
    for at, (mark, bookmark) in enumerate(both):
        x = places[at]
        if x > scale.width + flag_width:
            break
        if x < -_NAME_REACH:
            continue
        wide = flag_width + NAME_GAP + measure(mark.name, False)
        # A checkpoint made just now stands at now: its name has the whole past to lie over.
        leftward = x <= now_x + 1 and x + wide + PRINT_GAP > now_x
        if leftward:
            fits = x - wide >= free_from + PRINT_GAP and x + 1 <= places[at + 1]
            free_from = x
        else:
            fits = x + wide + PRINT_GAP <= places[at + 1]
            free_from = x + (wide if fits else flag_width)
        found.append(Flag(x, mark.name if fits else "", mark, bookmark, leftward))
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """A frame or a stack of frames as a cell: ``x`` its middle, ``first``..``last`` its additions (inclusive)."""

    x: float
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def edges(self) -> int:
        """How many edges show behind the cell."""
        return min(self.count, STACK_EDGES) - 1


def visible_range(times_ms: Instants, scale: Scale, margin: float = 0) -> tuple[int, int]:
    """Indexes [first, after) of the instants on the film, ``margin`` px more on both sides."""
    low, high = np.searchsorted(
        times_ms, (np.ceil(scale.ms(-margin)), np.floor(scale.ms(scale.width + margin)) + 1)
    )
    return int(low), int(high)


def wants_cells(times_ms: Instants, scale: Scale, *, pitch: float = 28, shown: bool = False) -> bool:
    """Whether each frame has ``pitch`` px on the film. Once they are ``shown``, cells stay until a third is lost.

    Fewer frames than that do not flip back and forth while the film is panned along a crowded place.
    """
    first, after = visible_range(times_ms, scale)
    count = after - first
    needed = pitch * (2 / 3 if shown else 1)
    return (count == 0 and shown) or 0 < count * needed <= scale.width


def cells(
    times_ms: Instants, scale: Scale, *, width: float = 44, gap: float = 4, stack_gap: float = 14
) -> list[Cell]:
    """Cells on the film from left to right; additions whose cells would overlap share one, at the first's place.

    A stack keeps ``stack_gap`` to the next cell, for the edges behind it and its count.

    Worked out from a stretch of time fixed by the zoom, so that panning does not regroup them.
    """
    page = 4096 * scale.ms_per_px
    begin = (np.floor(scale.origin_ms / page) - 1) * page
    low = int(np.searchsorted(times_ms, np.ceil(begin)))
    high = visible_range(times_ms, scale, width)[1]
    reach, stacked = ((width + free) * scale.ms_per_px for free in (gap, stack_gap))
    found: list[Cell] = []
    at = low
    while at < high:
        after = max(int(np.searchsorted(times_ms, times_ms[at] + reach, "left")), at + 1)
        if after - at > 1:
            after = int(np.searchsorted(times_ms, times_ms[at] + stacked, "left"))
        x = scale.x(int(times_ms[at]))
        if x >= -(width + 16):
            found.append(Cell(x, at, after - 1))
        at = after
    return found


def dominant(kinds: npt.NDArray[np.uint8], first: int, last: int) -> int:
    """The kind a stack shows: the commonest of its frames."""
    return int(np.bincount(kinds[first : last + 1]).argmax())
