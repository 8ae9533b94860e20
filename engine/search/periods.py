"""Dates as people write them in a query, as precise as they wrote them. UTC unless they say otherwise."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Final

_PERIOD: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?P<zone>[Zz]|[+-][01]\d:?[0-5]\d)?)?)?)?",
    re.ASCII,
)

EXAMPLES: Final = "2024, 2024-03, 2024-03-09 or 2024-03-09T14:30:00Z"


def read_period(text: str) -> tuple[int, int] | None:
    """The first and the last second of a year, month, day, minute or second; None if ``text`` is no date."""
    match = _PERIOD.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        None if match[name] is None else int(match[name])
        for name in ("year", "month", "day", "hour", "minute", "second")
    )
    if year is None:
        return None
    try:
        start = datetime(
            year,
            1 if month is None else month,
            1 if day is None else day,
            hour or 0,
            minute or 0,
            second or 0,
            tzinfo=UTC,
        )
    except ValueError:
        return None
    if month is None:
        length = timedelta(days=366 if calendar.isleap(year) else 365)
    elif day is None:
        length = timedelta(days=calendar.monthrange(year, month)[1])
    elif hour is None:
        length = timedelta(days=1)
    else:
        length = timedelta(minutes=1) if second is None else timedelta(seconds=1)
    first = int((start - _EPOCH).total_seconds()) - _zone_seconds(match["zone"])
    return first, first + int(length.total_seconds()) - 1


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _zone_seconds(zone: str | None) -> int:
    if zone is None or zone in "Zz":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)


def read_bounds(first: str, last: str) -> tuple[int | None, int | None] | None:
    """The seconds from the beginning of ``first`` to the end of ``last``, None where open (``*``).

    None as a whole if one of them is no date.
    """
    low = high = None
    if first != "*":
        period = read_period(first)
        if period is None:
            return None
        low = period[0]
    if last != "*":
        period = read_period(last)
        if period is None:
            return None
        high = period[1]
    return low, high
