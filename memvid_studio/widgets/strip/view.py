"""What the strip shows and where: data, zoom, playhead, range. No widget; every rule of the strip is here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from memvid_studio.theme_tokens import Film
from memvid_studio.widgets.strip.calendar import HOUR, Calendar
from memvid_studio.widgets.strip.data import (
    EARLIEST_MS,
    KIND_COUNT,
    Instants,
    Mark,
    Prepared,
    StripData,
    instants,
)
from memvid_studio.widgets.strip.density import buckets
from memvid_studio.widgets.strip.layout import (
    Cell,
    Cluster,
    Flag,
    Measure,
    cells,
    clusters,
    flags,
    wants_cells,
)
from memvid_studio.widgets.strip.scale import PAD_CELL, PAD_LEFT, PAD_RIGHT, Scale, fit, showing

CELL_PITCH = Film().cell_min_pitch
NOW_SNAP = 5
"""Px from now within which a moment is now: nobody hits one pixel."""


@dataclass(frozen=True, slots=True)
class Hover:
    """What lies under the pointer: the bar's or the cell's stretch of time and what happened in it.

    ``first`` and ``after`` are indexes into the additions; ``counts`` go by ``KIND_ORDER``; ``ids`` are the
    owner's, at most 50. ``x`` is the middle in px. ``name`` belongs to a checkpoint or bookmark pointed at.
    """

    start_ms: int
    end_ms: int
    x: float
    first: int
    after: int
    counts: tuple[int, ...]
    changes: int
    removals: int
    hits: int
    ids: tuple[int, ...] = ()
    name: str = ""

    @property
    def total(self) -> int:
        """Additions in the stretch."""
        return self.after - self.first

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened there."""
        return not (self.total or self.changes or self.removals or self.name)


class View:
    """State of one strip. ``playhead`` None is now; ``follows`` is on while everything is kept on the film."""

    def __init__(self, calendar: Calendar, *, pitch: float = 4) -> None:
        self.calendar = calendar
        self.pitch = pitch
        self.prepared = Prepared(StripData())
        self.open = False
        self.now_ms = 0
        self.scale = Scale(-PAD_LEFT, 1.0, 1)
        self.follows = True
        self.playhead: int | None = None
        self.range: tuple[int, int] | None = None
        self.compare: tuple[int, int | None] | None = None
        self.hits: Instants = np.empty(0, np.int64)
        self.current: int | None = None
        self.as_cells = False
        self._clusters: tuple[float, tuple[Cluster, ...]] | None = None

    @property
    def data(self) -> StripData:
        """What was handed over last."""
        return self.prepared.data

    # -------------------------------------------------------------------------------------------- what

    def set_data(self, data: StripData | None) -> None:
        """Take over new data. None: no capsule is open."""
        was_open = self.open
        self.open = data is not None
        self.prepared = Prepared(data if data is not None else StripData())
        self.now_ms = max(self.data.span[1], self.now_ms) if self.open and was_open else self.data.span[1]
        if not self.open:
            self.playhead, self.range, self.compare = None, None, None
            self.set_hits(np.empty(0, np.int64), None)
            self.follows = True
        if not (self.open and was_open):
            self.follows, self.as_cells = True, False
        if self.playhead is not None and self.playhead >= self.now_ms:
            self.playhead = None

    def set_hits(self, hits: Instants, current: int | None) -> None:
        """Results of the search; ``current`` is an index into them as given, in any order."""
        self.current = None
        if current is not None and 0 <= current < len(hits):
            at = int(hits[current])
            self.current = int(np.searchsorted(instants(hits), at))
        self.hits = instants(hits)
        self._clusters = None

    @property
    def first_ms(self) -> int:
        """Where the capsule's life begins."""
        return self.data.first_ms

    @property
    def end_ms(self) -> int:
        """Where what is drawn ends: now, or what claims to be later."""
        return max(self.now_ms, self.data.last_ms)

    @property
    def head_ms(self) -> int:
        """The moment shown."""
        return self.now_ms if self.playhead is None else self.playhead

    @property
    def now_x(self) -> float:
        """Where now lies on the film."""
        return self.scale.x(self.now_ms) if self.open else float(PAD_LEFT)

    @property
    def head_x(self) -> float:
        """Where the playhead stands."""
        return self.scale.x(self.head_ms) if self.open else float(PAD_LEFT)

    # ------------------------------------------------------------------------------------------- where

    def fitted(self) -> Scale:
        """The scale that shows everything."""
        if not self.open:
            return Scale(-PAD_LEFT, 1.0, self.scale.width)
        width = self.scale.width
        cells = 0 < len(self.data) * CELL_PITCH <= width
        return fit(self.first_ms, self.end_ms, width, PAD_CELL if cells else PAD_LEFT)

    def resize(self, width: int) -> None:
        """Another width in px."""
        self.scale = self.scale.resized(max(width, 1))
        if self.follows:
            self.scale = self.fitted()

    def zoomed(self, factor: float, x: float) -> Scale:
        """Closer by ``factor`` at ``x``; not further out than twice everything, or than where one is."""
        most = max(self.fitted().ms_per_px * 2, HOUR / max(self.scale.width, 1), self.scale.ms_per_px)
        return self.kept(self.scale.zoomed(factor, x, most=most))

    def kept(self, scale: Scale) -> Scale:
        """The scale moved so that the capsule cannot be lost from sight."""
        return scale.kept_within(self.first_ms, self.end_ms) if self.open else self.scale

    def spanning(self, extent_ms: float) -> Scale:
        """So much time: up to now if now is shown or follows, else round the playhead."""
        width = self.scale.width
        if self.playhead is None:
            margin = PAD_RIGHT * extent_ms / max(width, 1)
            return showing(self.now_ms + margin - extent_ms, self.now_ms + margin, width)
        return showing(self.playhead - extent_ms / 2, self.playhead + extent_ms / 2, width)

    def revealing(self, ms: int, margin: float = 48) -> Scale:
        """Moved as little as it takes to have an instant on the film."""
        x, width = self.scale.x(ms), self.scale.width
        margin = min(margin, width / 4)
        if x < margin:
            return self.scale.panned(margin - x)
        if x > width - margin:
            # Now may stay nearer to the edge: film beyond it is empty.
            right = min(PAD_RIGHT, margin) if ms >= self.now_ms else margin
            return self.scale.panned(width - right - x) if x > width - right else self.scale
        return self.scale

    def settle_cells(self) -> bool:
        """Choose bars or cells for the scale; True when that changed."""
        before = self.as_cells
        self.as_cells = self.open and wants_cells(
            self.data.times_ms, self.scale, pitch=CELL_PITCH, shown=before
        )
        return self.as_cells != before

    # ---------------------------------------------------------------------------------------- playhead

    def moment_at(self, x: float) -> int | None:
        """The moment a playhead dragged to ``x`` means; None is now. Never later than now, nor off the film."""
        x = min(max(x, 0.0), float(self.scale.width))
        if x >= self.now_x - NOW_SNAP:
            return None
        return self.clamped(round(self.scale.ms(x)))

    def clamped(self, ms: int | None) -> int | None:
        """A moment that can be shown: the future and now itself are now."""
        if ms is None or ms >= self.now_ms:
            return None
        return max(ms, EARLIEST_MS)

    def instant_at(self, x: float) -> int:
        """The instant under ``x``, whether it has been or not."""
        return round(self.scale.ms(x))

    def step_back(self) -> int | None:
        """The last change before the playhead; where there is none, just before the first: an empty capsule."""
        found = self.prepared.stop_before(self.head_ms)
        if found is None:
            return self.playhead
        return self.clamped(found)

    def step_on(self) -> int | None:
        """The first change after the playhead, or now."""
        if self.playhead is None:
            return None
        return self.clamped(self.prepared.stop_after(self.playhead))

    def first_stop(self) -> int | None:
        """The first change there is, or now."""
        return self.clamped(self.prepared.first_stop())

    def next_mark(self, direction: int) -> int | None:
        """The next hit or checkpoint from the playhead; the playhead where there is none."""
        marks = np.unique(
            np.concatenate(
                (
                    self.hits,
                    np.array([mark.ms for mark in (*self.data.checkpoints, *self.data.bookmarks)], np.int64),
                )
            )
        )
        if direction < 0:
            at = int(np.searchsorted(marks, self.head_ms, "left")) - 1
        else:
            at = int(np.searchsorted(marks, self.head_ms, "right"))
        return self.clamped(int(marks[at])) if 0 <= at < len(marks) else self.playhead

    # ------------------------------------------------------------------------------------------- marks

    def clusters(self, reach: float, room: float) -> tuple[Cluster, ...]:
        """Hits merged for the present zoom; kept while only the place changes."""
        if self._clusters is None or self._clusters[0] != self.scale.ms_per_px:
            found = clusters(self.hits, self.current, self.scale.ms_per_px, reach=reach, room=room)
            self._clusters = (self.scale.ms_per_px, tuple(found))
        return self._clusters[1]

    def flags(self, measure: Measure, flag_width: float) -> tuple[Flag, ...]:
        """Checkpoints and bookmarks on the film."""
        return tuple(
            flags(
                self.data.checkpoints,
                self.data.bookmarks,
                self.scale,
                measure,
                flag_width=flag_width,
                now_x=self.now_x,
            )
        )

    def cells(self, width: float) -> list[Cell]:
        """Frames one by one, none while bars are shown."""
        return cells(self.data.times_ms, self.scale, width=width) if self.as_cells else []

    def marks_in_view(self) -> tuple[int, int]:
        """How many hits and how many checkpoints are on the film."""
        low, high = self.scale.origin_ms, self.scale.end_ms
        hits = int(np.searchsorted(self.hits, high, "right") - np.searchsorted(self.hits, low, "left"))
        return hits, sum(low <= mark.ms <= high for mark in self.data.checkpoints)

    # ------------------------------------------------------------------------------------------- hover

    def hover_bar(self, x: float) -> tuple[Hover, tuple[float, float]] | None:
        """What the bar under ``x`` stands for, and where it lies in px."""
        found = buckets(self.scale, self.pitch)
        at = found.at(x)
        if at is None or not self.open:
            return None
        left = found.left + at * found.pitch
        hover = self.hover(int(found.edges[at]), int(found.edges[at + 1]), left + found.pitch / 2)
        return hover, (left, left + found.pitch)

    def hover_cell(self, cell: Cell) -> Hover:
        """What a cell or a stack stands for."""
        times = self.data.times_ms
        return self.hover(int(times[cell.first]), int(times[cell.last]) + 1, cell.x)

    def hover_flag(self, mark: Mark, x: float) -> Hover:
        """What a named moment stands for: itself."""
        return replace(self.hover(mark.ms, mark.ms, x), name=mark.name)

    def hover(self, start_ms: int, end_ms: int, x: float) -> Hover:
        """What happened in [start, end)."""
        data = self.data

        def between(times: Instants) -> tuple[int, int]:
            low, high = np.searchsorted(times, (start_ms, end_ms))
            return int(low), int(high)

        first, after = between(data.times_ms)
        counts = np.bincount(data.kinds[first:after], minlength=KIND_COUNT)[:KIND_COUNT]
        changes, removals, hits = (
            b - a for a, b in map(between, (data.changes_ms, data.removals_ms, self.hits))
        )
        ids = () if data.ids is None else tuple(int(own) for own in data.ids[first : min(after, first + 50)])
        return Hover(
            start_ms,
            end_ms,
            x,
            first,
            after,
            tuple(int(count) for count in counts),
            changes,
            removals,
            hits,
            ids,
        )
