"""Instants and spans as the strip writes them: ticks, pills, cards, the span menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QDate, QDateTime, QLocale, QTime

from memvid_studio import words
from memvid_studio.theme_tokens import KIND_ORDER
from memvid_studio.widgets.strip.calendar import DAY, HOUR, MINUTE, SECOND, YEAR, Base, Calendar, Unit
from memvid_studio.words import tr

MONTH_MS = YEAR // 12
WEEK = 7 * DAY
_ABOUT_ONE = 0.08


def _format(when: datetime, pattern: str) -> str:
    stamp = QDateTime(
        QDate(when.year, when.month, when.day),
        QTime(when.hour, when.minute, when.second, when.microsecond // 1000),
    )
    return QLocale().toString(stamp, pattern)


def moment(ms: int, calendar: Calendar) -> str:
    """Tue 4 Nov 2025, 16:20: how the window says which moment it shows."""
    return _format(calendar.local(ms), "ddd d MMM yyyy, HH:mm")


def pill(ms: int, extent_ms: float, calendar: Calendar) -> str:
    """The moment on the playhead: as exact as the zoom lets one point."""
    when = calendar.local(ms)
    if extent_ms < 20 * SECOND:
        return _format(when, "HH:mm:ss.zzz")
    if extent_ms < 12 * HOUR:
        return _format(when, "HH:mm:ss")
    if extent_ms < 90 * DAY:
        return _format(when, "ddd d MMM yyyy, HH:mm")
    return _format(when, "d MMM yyyy, HH:mm")


def tick(ms: int, unit: Unit, calendar: Calendar) -> str:
    """What is printed beside the tick where a unit begins; the larger unit that begins there, if one does."""
    when = calendar.local(ms)
    if unit.base is Base.CLOCK:
        return _clock_tick(when, unit.step)
    if unit.base is Base.MONTH:
        whole_years = unit.step % 12 == 0 or when.month == 1
        return _format(when, "yyyy") if whole_years else _format(when, "MMM")
    if unit.base is Base.WEEK:
        return _format(when, "d MMM yyyy" if when.month == 1 and when.day <= 7 else "d MMM")
    if when.day == 1:
        return _format(when, "ddd d MMM yyyy" if when.month == 1 else "ddd d MMM")
    return _format(when, "ddd d")


def _clock_tick(when: datetime, step: int) -> str:
    in_day = when.hour * HOUR + when.minute * MINUTE + when.second * SECOND + when.microsecond // 1000
    if in_day == 0:
        return _format(when, "ddd d MMM")
    if in_day % MINUTE == 0:
        return _format(when, "HH:mm")
    if in_day % SECOND == 0:
        return _format(when, "HH:mm:ss")
    return _format(when, "HH:mm:ss.z" if step % 100 == 0 else "HH:mm:ss.zzz")


def between(start_ms: int, end_ms: int, calendar: Calendar) -> str:
    """A stretch of time, each part of the date once: "9 to 12 Jun 2025", "Tue 3 Mar 2026, 14:00 to 14:20"."""
    first, last = calendar.local(start_ms), calendar.local(max(end_ms - 1, start_ms))
    to = tr("{from} to {to}")
    if end_ms - start_ms >= 20 * HOUR:
        if first.date() == last.date():
            return _format(first, "ddd d MMM yyyy")
        pattern = "d MMM yyyy"
        if first.year == last.year:
            pattern = "d" if first.month == last.month else "d MMM"
        return to.replace("{from}", _format(first, pattern)).replace("{to}", _format(last, "d MMM yyyy"))
    clock = "HH:mm" if end_ms - start_ms >= 2 * MINUTE else "HH:mm:ss"
    if end_ms - start_ms < 2 * SECOND:
        clock = "HH:mm:ss.zzz"
    begin = _format(first, f"ddd d MMM yyyy, {clock}")
    # The end is the instant the next stretch begins with: "14:00 to 14:20" reads better than "to 14:19".
    until = calendar.local(end_ms)
    end = _format(until, clock if until.date() == first.date() else f"ddd d MMM, {clock}")
    return to.replace("{from}", begin).replace("{to}", end)


def span(ms: float) -> str:
    """How much time is on the film: "3 years", "2 weeks", "5 minutes". Rounded to what one would say."""
    units = (
        (SECOND, tr("{n} second"), tr("{n} seconds"), 99 * SECOND),
        (MINUTE, tr("{n} minute"), tr("{n} minutes"), 99 * MINUTE),
        (HOUR, tr("{n} hour"), tr("{n} hours"), 40 * HOUR),
        (DAY, tr("{n} day"), tr("{n} days"), 13 * DAY),
        (WEEK, tr("{n} week"), tr("{n} weeks"), 9 * WEEK),
        (MONTH_MS, tr("{n} month"), tr("{n} months"), 22 * MONTH_MS),
        (YEAR, tr("{n} year"), tr("{n} years"), float("inf")),
    )
    for size, one, many, _up_to in units:
        if abs(ms / size - 1) < _ABOUT_ONE:
            return words.counted(1, one, many)
    size, one, many = next((size, one, many) for size, one, many, up_to in units if ms < up_to)
    return words.counted(max(round(ms / size), 1), one, many)


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind's name in a count, for one and for many."""

    one: str
    many: str


def _kinds() -> tuple[KindWords, ...]:
    known = {
        "document": KindWords(tr("{n} document"), tr("{n} documents")),
        "text": KindWords(tr("{n} text"), tr("{n} texts")),
        "table": KindWords(tr("{n} table"), tr("{n} tables")),
        "audio": KindWords(tr("{n} recording"), tr("{n} recordings")),
        "image": KindWords(tr("{n} image"), tr("{n} images")),
        "other": KindWords(tr("{n} other"), tr("{n} other")),
    }
    return tuple(known[kind] for kind in KIND_ORDER)


def kinds(counts: tuple[int, ...], at_most: int = 3) -> str:
    """24 texts, 17 images, 12 documents, 8 more: the commonest kinds first."""
    kind_words = _kinds()
    present = sorted((kind for kind in range(len(counts)) if counts[kind]), key=lambda kind: -counts[kind])
    said = present if len(present) <= at_most else present[:at_most]
    parts = [words.counted(counts[kind], kind_words[kind].one, kind_words[kind].many) for kind in said]
    rest = sum(counts[kind] for kind in present[len(said) :])
    if rest:
        parts.append(tr("{n} more").replace("{n}", words.number(rest)))
    return ", ".join(parts)
