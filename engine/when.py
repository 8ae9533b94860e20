"""Texts that name a moment: ISO dates and times, ``now``, and ``10 minutes ago``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from engine.errors import EngineError

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_AGO: Final = re.compile(r"(\d{1,6}|an?)\s+(second|minute|hour|day|week)s?\s+ago")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_REVISION: Final = re.compile(r"(?:revision\s+|r)?(\d{1,9})")


def read_moment(text: str, now: datetime) -> datetime | int:
    """The time or revision that ``text`` names. A date means its end; a time without zone is local.

    Raises EngineError for anything else.
    """
    phrase = text.strip().lower()
    if phrase == "now":
        return now
    revision = _REVISION.fullmatch(phrase)
    if revision:
        return int(revision.group(1))
    ago = _AGO.fullmatch(phrase)
    if ago:
        count = 1 if ago.group(1) in ("a", "an") else int(ago.group(1))
        try:
            return now - timedelta(seconds=count * _SECONDS[ago.group(2)])
        except OverflowError:
            return datetime.min.replace(tzinfo=now.tzinfo)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise EngineError(
            f"“{text}” names no moment. Write a revision (12), a date (2026-03-12), a time (2026-03-12T09:41) "
            "or “10 minutes ago”."
        ) from None
    if _DAY.fullmatch(phrase):
        found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found if found.tzinfo is not None else found.astimezone()
