"""What the strip draws: sorted arrays of instants, and nothing that knows an engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from memvid_studio.theme_tokens import KIND_ORDER

Instants = npt.NDArray[np.int64]
"""Milliseconds since 1970 (UTC), ascending."""

KIND_COUNT = len(KIND_ORDER)

# Years 2 to 9998: what a calendar can name with room on both sides for a time zone and for padding. A file
# may claim any number; outside of this an instant is drawn at the end of time that it ran off.
EARLIEST_MS = -62_104_060_800_000
LATEST_MS = 253_339_228_800_000


def instants(values: Iterable[int] | npt.NDArray[np.generic]) -> Instants:
    """Any integers as ascending instants within the calendar."""
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.int64)
    array = np.clip(array, EARLIEST_MS, LATEST_MS)
    return array if is_ascending(array) else np.sort(array)


def is_ascending(array: Instants) -> bool:
    """Whether no element is smaller than the one before it."""
    return bool(np.all(array[1:] >= array[:-1]))


def _none() -> Instants:
    return np.empty(0, np.int64)


def _no_kinds() -> npt.NDArray[np.uint8]:
    return np.empty(0, np.uint8)


@dataclass(frozen=True, slots=True)
class Mark:
    """A named instant: a checkpoint or a bookmark."""

    ms: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class StripData:
    """A capsule's life on one clock. Frozen: hand over a new one when something happened.

    ``times_ms`` and ``kinds`` belong together (additions; kinds are indexes into ``KIND_ORDER``), ``ids`` too
    if it is given: whatever the owner wants back when a frame is activated. ``span`` is (first instant, now).
    """

    times_ms: Instants = field(default_factory=_none)
    kinds: npt.NDArray[np.uint8] = field(default_factory=_no_kinds)
    changes_ms: Instants = field(default_factory=_none)
    removals_ms: Instants = field(default_factory=_none)
    checkpoints: tuple[Mark, ...] = ()
    bookmarks: tuple[Mark, ...] = ()
    span: tuple[int, int] = (0, 0)
    ids: npt.NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls,
        times_ms: Iterable[int] | npt.NDArray[np.generic],
        kinds: Iterable[int] | npt.NDArray[np.generic],
        *,
        changes_ms: Iterable[int] | npt.NDArray[np.generic] = (),
        removals_ms: Iterable[int] | npt.NDArray[np.generic] = (),
        checkpoints: Iterable[tuple[int, str]] = (),
        bookmarks: Iterable[tuple[int, str]] = (),
        span: tuple[int, int],
        ids: Iterable[int] | npt.NDArray[np.generic] | None = None,
    ) -> StripData:
        """From whatever is at hand: sorted here, clipped to the calendar, unknown kinds taken as ``other``.

        Raises ValueError when ``times_ms``, ``kinds`` and ``ids`` differ in length.
        """
        times = np.clip(_int64(times_ms), EARLIEST_MS, LATEST_MS)
        index = np.minimum(_int64(kinds).astype(np.uint64), KIND_COUNT - 1).astype(np.uint8)
        own = None if ids is None else _int64(ids)
        if len(index) != len(times) or (own is not None and len(own) != len(times)):
            raise ValueError(f"{len(times)} times, {len(index)} kinds, {0 if own is None else len(own)} ids")
        if not is_ascending(times):
            order = np.argsort(times, kind="stable")
            times, index = times[order], index[order]
            own = None if own is None else own[order]
        first, now = (min(max(ms, EARLIEST_MS), LATEST_MS) for ms in span)
        return cls(
            times,
            index,
            instants(changes_ms),
            instants(removals_ms),
            _marks(checkpoints),
            _marks(bookmarks),
            (min(first, now), max(first, now)),
            own,
        )

    def __len__(self) -> int:
        return len(self.times_ms)

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever happened."""
        return not (len(self.times_ms) or len(self.changes_ms) or len(self.removals_ms))

    @property
    def last_ms(self) -> int:
        """The end of what is drawn: now, or the last addition where a clock runs ahead of now."""
        return max([self.span[1], *(int(a[-1]) for a in (self.times_ms,) if len(a))])

    @property
    def first_ms(self) -> int:
        """The beginning of what is drawn."""
        arrays = (self.times_ms, self.changes_ms, self.removals_ms)
        return min([self.span[0], *(int(a[0]) for a in arrays if len(a))])


class Prepared:
    """StripData with what drawing asks for again and again, computed at the first need."""

    def __init__(self, data: StripData) -> None:
        self.data = data

    @cached_property
    def by_kind(self) -> tuple[Instants, ...]:
        """The additions of each kind, ascending."""
        times, kinds = self.data.times_ms, self.data.kinds
        # By index: three times as quick as by mask.
        return tuple(times[np.flatnonzero(kinds == kind)] for kind in range(KIND_COUNT))

    @cached_property
    def stops(self) -> Instants:
        """Every instant at which something happened, once. Looking up one neighbour does without this list."""
        merged = np.concatenate(self._kinds_of_stop)
        merged.sort(kind="stable")  # three runs to merge, not a heap to sort
        return merged[np.concatenate(([True], merged[1:] > merged[:-1]))] if len(merged) else merged

    @property
    def _kinds_of_stop(self) -> tuple[Instants, Instants, Instants]:
        return self.data.times_ms, self.data.changes_ms, self.data.removals_ms

    def stop_before(self, ms: int) -> int | None:
        """The last change before an instant."""
        found = [
            int(times[at - 1])
            for times in self._kinds_of_stop
            if (at := int(np.searchsorted(times, ms, "left")))
        ]
        return max(found, default=None)

    def stop_after(self, ms: int) -> int | None:
        """The first change after an instant."""
        found = [
            int(times[at])
            for times in self._kinds_of_stop
            if (at := int(np.searchsorted(times, ms, "right"))) < len(times)
        ]
        return min(found, default=None)

    def first_stop(self) -> int | None:
        """The first change there is."""
        return min((int(times[0]) for times in self._kinds_of_stop if len(times)), default=None)

    def counts_between(self, start_ms: int, end_ms: int) -> tuple[int, ...]:
        """Additions of each kind in [start, end)."""
        pair = np.array((start_ms, end_ms), np.int64)
        return tuple(int(np.diff(np.searchsorted(times, pair))[0]) for times in self.by_kind)


def _int64(values: Iterable[int] | npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    return np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.int64)


def _marks(pairs: Iterable[tuple[int, str]]) -> tuple[Mark, ...]:
    return tuple(sorted((Mark(min(max(ms, EARLIEST_MS), LATEST_MS), name) for ms, name in pairs), key=_ms_of))


def _ms_of(mark: Mark) -> int:
    return mark.ms
