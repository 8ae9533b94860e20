"""Numbers, sizes, dates and moments in words, by the user's locale.

Datetimes are aware (UTC) and shown in local time. Nothing here needs a QApplication.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]+")
"""Overrides of the writing direction among them: with one a name reads as another."""
_TOKEN = re.compile(r"[\w.-]+", re.UNICODE)


def tr(text: str) -> str:
    """The text in the user's language. For places that are no QObject."""
    return QCoreApplication.translate("Studio", text)


def settle_locale() -> None:
    """The user's locale; where none is set (the C locale has no separators and no words), English."""
    system = QLocale.system()
    if system.language() == QLocale.Language.C:
        system = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    QLocale.setDefault(system)


def number(value: int) -> str:
    """12031 -> 12,031."""
    return QLocale().toString(int(value))


def one_line(text: str) -> str:
    """Any name as one line: line breaks and control characters are spaces, of which one is enough."""
    return " ".join(_CONTROL.sub(" ", text).split())


def counted(count: int, one: str, many: str) -> str:
    """``one`` or ``many`` with ``{n}`` replaced by the number, both already translated."""
    return (one if count == 1 else many).replace("{n}", number(count))


def size(byte_count: int) -> str:
    """1843200000 -> 1.84 GB: three digits that matter, decimal units as file managers show them."""
    value = float(byte_count)
    if value < 1000:
        return tr("{n} bytes").replace("{n}", number(int(value)))
    unit = "KB"
    for name in ("KB", "MB", "GB", "TB"):
        value /= 1000
        unit = name
        if value < 999.5:
            break
    decimals = 0 if value >= 99.5 else 1 if value >= 9.95 else 2 if unit in {"GB", "TB"} else 1
    return f"{QLocale().toString(value, 'f', decimals)} {unit}"


def local(when: datetime) -> datetime:
    """The same instant in the user's time zone."""
    return when.astimezone()


def _qdate(when: datetime) -> QDate:
    here = local(when)
    return QDate(here.year, here.month, here.day)


def day(when: datetime) -> str:
    """18 Sep 2024."""
    return QLocale().toString(_qdate(when), "d MMM yyyy")


def clock(when: datetime, *, seconds: bool = False) -> str:
    """09:41 or 09:41:07."""
    here = local(when)
    return QLocale().toString(QTime(here.hour, here.minute, here.second), "HH:mm:ss" if seconds else "HH:mm")


def moment(when: datetime, *, seconds: bool = False) -> str:
    """Tue 4 Nov 2025, 16:20."""
    here = local(when)
    stamp = QDateTime(_qdate(when), QTime(here.hour, here.minute, here.second))
    return QLocale().toString(stamp, "ddd d MMM yyyy, HH:mm:ss" if seconds else "ddd d MMM yyyy, HH:mm")


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_ms(when: datetime) -> int:
    """An aware datetime as milliseconds since 1970."""
    return round(when.timestamp() * 1000)


def about(seconds: float) -> str:
    """A duration nobody should take to the second: "about 2 min"."""
    if seconds < 10:
        return tr("a few seconds")
    if seconds < 50:
        return tr("about {n} s").replace("{n}", number(int(round(seconds, -1))))
    if seconds < 5400:
        return tr("about {n} min").replace("{n}", number(max(1, round(seconds / 60))))
    return tr("about {n} h").replace("{n}", number(round(seconds / 3600)))


def took(milliseconds: float) -> str:
    """0.8 ms, 23 ms, 1.4 s."""
    if milliseconds < 10:
        return f"{QLocale().toString(milliseconds, 'f', 1)} ms"
    if milliseconds < 1000:
        return f"{number(round(milliseconds))} ms"
    return f"{QLocale().toString(milliseconds / 1000, 'f', 1)} s"


def quoted(name: str) -> str:
    """A name in typographic quotes, in one line."""
    return f"“{one_line(name)}”"


def shortened(text: str, length: int) -> str:
    """At most ``length`` characters, the middle left out: file names keep beginning and ending."""
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


def query_value(value: str) -> str:
    """A value as it stands behind ``tag:`` in a query: quoted when it is more than one word."""
    if _TOKEN.fullmatch(value):
        return value
    return '"' + value.replace('"', '\\"') + '"'
