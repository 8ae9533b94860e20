"""Texts that name a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import EngineError
from engine.when import read_moment

NOW = datetime(2026, 3, 12, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        (" NOW ", NOW),
        ("12", 12),
        ("r12", 12),
        ("revision 12", 12),
        ("10 minutes ago", NOW - timedelta(minutes=10)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("a week ago", NOW - timedelta(weeks=1)),
        ("3 Days Ago", NOW - timedelta(days=3)),
        ("2024-01-15T10:00:00+02:00", datetime(2024, 1, 15, 8, tzinfo=UTC)),
        ("999999 weeks ago", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_is_read(text: str, expected: object) -> None:
    assert read_moment(text, NOW) == expected


def test_a_date_means_its_end() -> None:
    found = read_moment("2024-01-15", NOW)
    assert isinstance(found, datetime)
    assert (found.hour, found.minute, found.second) == (23, 59, 59)
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    "text", ["", "soon", "-3", "2024-13-01", "1 fortnight ago", "ten minutes ago", "12345678901"]
)
def test_is_refused_with_examples(text: str) -> None:
    with pytest.raises(EngineError, match="10 minutes ago"):
        read_moment(text, NOW)
