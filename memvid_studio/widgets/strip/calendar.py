"""The clock the holes are: calendar units, where they begin in a time zone, which ones a zoom can show.

Positions are true: a day with 23 hours has 23 hour holes, months have their own lengths. Pure Python and
NumPy; instants are milliseconds since 1970 (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from functools import lru_cache
from typing import Final

import numpy as np

from memvid_studio.widgets.strip.data import EARLIEST_MS, LATEST_MS, Instants

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
YEAR: Final = 31_556_952_000
_FIRST_DAY: Final = date(2, 1, 1).toordinal()
_LAST_DAY: Final = date(9999, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Base(Enum):
    """What a unit is counted in."""

    CLOCK = "clock"
    """Milliseconds of the day; the step divides a day."""
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Unit:
    """A calendar unit: ``step`` milliseconds, days, weeks or months. ``length`` is its usual extent in ms."""

    base: Base
    step: int
    length: int


def _clock(ms: int) -> Unit:
    return Unit(Base.CLOCK, ms, ms)


def _months(count: int) -> Unit:
    return Unit(Base.MONTH, count, count * YEAR // 12)


MS, MS10, MS100 = _clock(1), _clock(10), _clock(100)
S1, S5, S10, S30 = _clock(SECOND), _clock(5 * SECOND), _clock(10 * SECOND), _clock(30 * SECOND)
M1, M5, M10, M15 = _clock(MINUTE), _clock(5 * MINUTE), _clock(10 * MINUTE), _clock(15 * MINUTE)
M30, H1, H3, H6 = _clock(30 * MINUTE), _clock(HOUR), _clock(3 * HOUR), _clock(6 * HOUR)
H12, D1, W1 = _clock(12 * HOUR), Unit(Base.DAY, 1, DAY), Unit(Base.WEEK, 1, 7 * DAY)
MONTH, QUARTER, HALF, Y1 = _months(1), _months(3), _months(6), _months(12)
Y2, Y5, Y10, Y25, Y100, Y500, Y1000 = (_months(12 * n) for n in (2, 5, 10, 25, 100, 500, 1000))

# Each with the unit whose beginning is a bright hole.
HOLES: Final[tuple[tuple[Unit, Unit], ...]] = (
    (MS, MS10),
    (MS10, MS100),
    (MS100, S1),
    (S1, S10),
    (S5, M1),
    (S30, M10),
    (M1, M10),
    (M5, H1),
    (M15, H3),
    (H1, D1),
    (H3, D1),
    (H6, D1),
    (D1, W1),
    (W1, MONTH),
    (MONTH, Y1),
    (QUARTER, Y1),
    (Y1, Y10),
    (Y10, Y100),
    (Y100, Y1000),
)

# Each with the unit whose beginning is printed bold, and the least distance in px its labels need at 100 %.
PRINTS: Final[tuple[tuple[Unit, Unit, int], ...]] = (
    (MS10, MS100, 104),
    (MS100, S1, 104),
    (S1, M1, 88),
    (S5, M1, 88),
    (S10, M1, 88),
    (S30, M1, 88),
    (M1, H1, 96),
    (M5, H1, 120),
    (M10, H1, 72),
    (M30, H1, 72),
    (H1, D1, 64),
    (H3, D1, 64),
    (H6, D1, 64),
    (H12, D1, 64),
    (D1, MONTH, 64),
    (W1, MONTH, 56),
    (MONTH, Y1, 48),
    (QUARTER, Y1, 60),
    (HALF, Y1, 48),
    (Y1, Y10, 48),
    (Y2, Y10, 48),
    (Y5, Y25, 48),
    (Y10, Y100, 48),
    (Y25, Y100, 48),
    (Y100, Y1000, 48),
    (Y500, Y1000, 48),
    (Y1000, Y1000, 48),
)


def hole_unit(ms_per_px: float, min_pitch: float = 8.0) -> tuple[Unit, Unit]:
    """The smallest unit whose holes are at least ``min_pitch`` px apart, and the one its bright holes begin."""
    for unit, larger in HOLES:
        if unit.length >= min_pitch * ms_per_px:
            return unit, larger
    return HOLES[-1]


def print_unit(ms_per_px: float, text_scale: float = 1.0) -> tuple[Unit, Unit]:
    """The smallest unit whose labels have room at this zoom, and the one printed bold."""
    for unit, larger, room in PRINTS:
        if unit.length >= room * text_scale * ms_per_px:
            return unit, larger
    return PRINTS[-1][0], PRINTS[-1][1]


class Calendar:
    """Where units begin in one time zone. ``zone`` None is the local time of the machine.

    ``first_weekday`` and ``weekend`` count days as Python does: 0 is Monday.
    """

    def __init__(
        self,
        zone: tzinfo | None = None,
        *,
        first_weekday: int = 0,
        weekend: frozenset[int] = frozenset({5, 6}),
    ) -> None:
        self.zone = zone
        self.first_weekday = first_weekday
        self.weekend = weekend
        self._day_start = lru_cache(maxsize=1 << 16)(self._find_day_start)

    def local(self, ms: float) -> datetime:
        """An instant as wall clock time, pulled into the calendar where it runs out of it."""
        ms = min(max(ms, EARLIEST_MS), LATEST_MS)
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(self.zone)

    def offset_ms(self, ms: float) -> int:
        """How far the wall clock is ahead of UTC at an instant."""
        offset = self.local(ms).utcoffset()
        return 0 if offset is None else round(offset.total_seconds() * 1000)

    def day_of(self, ms: float) -> int:
        """The ordinal of the local day an instant lies in."""
        return min(max(self.local(ms).toordinal(), _FIRST_DAY), _LAST_DAY)

    def day_start(self, ordinal: int) -> int:
        """The instant at which a local day begins; where midnight is skipped, the instant of the skip."""
        return self._day_start(min(max(ordinal, _FIRST_DAY), _LAST_DAY))

    def _find_day_start(self, ordinal: int) -> int:
        midnight = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), tzinfo=self.zone)
        return round(midnight.timestamp() * 1000)

    def edges(self, unit: Unit, start_ms: float, end_ms: float) -> Instants:
        """Beginnings of the unit from the last one at or before ``start_ms`` to the last at or before ``end_ms``.

        Strictly ascending. Empty only when ``end_ms`` lies before everything the calendar knows.
        """
        start, end = max(start_ms, EARLIEST_MS), min(end_ms, LATEST_MS)
        if end < start:
            return np.empty(0, np.int64)
        if unit.base is Base.CLOCK:
            found = self._clock_edges(unit.step, start, end)
        elif unit.base is Base.MONTH:
            found = self._month_edges(unit.step, start, end)
        else:
            found = self._day_edges(7 if unit.base is Base.WEEK else unit.step, unit, start, end)
        found = np.unique(found[found <= end])
        return found[max(int(np.searchsorted(found, start, "right")) - 1, 0) :]

    def _day_edges(self, step: int, unit: Unit, start: float, end: float) -> Instants:
        anchor = 1 + self.first_weekday if unit.base is Base.WEEK else 1
        first = self.day_of(start)
        first -= (first - anchor) % step
        days = range(first, self.day_of(end) + 1, step)
        return np.array([self.day_start(day) for day in days], np.int64)

    def _month_edges(self, step: int, start: float, end: float) -> Instants:
        first, last = self.local(start), self.local(end)
        month = first.year * 12 + first.month - 1
        month -= month % step
        found = [
            self.day_start(date(max(at // 12, 1), at % 12 + 1, 1).toordinal())
            for at in range(month, last.year * 12 + last.month, step)
        ]
        return np.array(found, np.int64)

    def _clock_edges(self, step: int, start: float, end: float) -> Instants:
        # A day is the frame: within it the offset changes at most once, and every step divides 24 hours.
        parts: list[Instants] = []
        for day in range(self.day_of(start), self.day_of(end) + 1):
            begin, after = self.day_start(day), self.day_start(day + 1)
            low, high = max(begin, int(start) - step), min(after, int(end) + 1)
            if after - begin == DAY:
                low = begin + (low - begin) // step * step
                parts.append(np.arange(low, high, step, dtype=np.int64))
            elif begin < after:
                parts.append(self._edges_of_odd_day(begin, after, low, high, step))
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _edges_of_odd_day(self, begin: int, after: int, low: int, high: int, step: int) -> Instants:
        before, later = self.offset_ms(begin), self.offset_ms(after - 1)
        turn = after
        if before != later:
            still, turn = begin, after - 1
            while turn - still > 1:
                middle = (still + turn) // 2
                still, turn = (middle, turn) if self.offset_ms(middle) == before else (still, middle)
        head = [begin] if low <= begin else []
        first = low + (-(low + before)) % step
        second = max(low, turn) + (-(max(low, turn) + later)) % step
        return np.concatenate(
            (
                np.array(head, np.int64),
                np.arange(first, min(high, turn), step, dtype=np.int64),
                np.arange(second, high, step, dtype=np.int64),
            )
        )

    def weekends(self, start_ms: float, end_ms: float) -> list[tuple[int, int]]:
        """The days off between two instants, neighbours joined, each as (begin, end)."""
        found: list[tuple[int, int]] = []
        for day in range(self.day_of(start_ms), self.day_of(end_ms) + 1):
            if (day - 1) % 7 not in self.weekend:
                continue
            begin, after = self.day_start(day), self.day_start(day + 1)
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], after)
            else:
                found.append((begin, after))
        return found


def starts_larger(smaller: Instants, larger: Instants) -> list[bool]:
    """For each of ``smaller`` after the first: whether it is the first one at or after one of ``larger``."""
    count = np.searchsorted(larger, smaller, "right")
    return [bool(flag) for flag in count[1:] != count[:-1]]
