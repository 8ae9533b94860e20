from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.search.periods import read_bounds, read_period


def seconds(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2024", (2024, 1, 1), (2025, 1, 1)),
        ("2023", (2023, 1, 1), (2024, 1, 1)),
        ("2024-02", (2024, 2, 1), (2024, 3, 1)),
        ("2024-2", (2024, 2, 1), (2024, 3, 1)),
        ("2024-12", (2024, 12, 1), (2025, 1, 1)),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
        (" 1965-06-01 ", (1965, 6, 1), (1965, 6, 2)),
        ("2024-03-09T14:30", (2024, 3, 9, 14, 30), (2024, 3, 9, 14, 31)),
        ("2024-03-09 14:30", (2024, 3, 9, 14, 30), (2024, 3, 9, 14, 31)),
        ("2024-03-09T14:30:05Z", (2024, 3, 9, 14, 30, 5), (2024, 3, 9, 14, 30, 6)),
        ("2024-03-09T14:30:05.999Z", (2024, 3, 9, 14, 30, 5), (2024, 3, 9, 14, 30, 6)),
        ("2024-03-09T14:30:05+02:00", (2024, 3, 9, 12, 30, 5), (2024, 3, 9, 12, 30, 6)),
        ("2024-03-09T14:30-0130", (2024, 3, 9, 16, 0), (2024, 3, 9, 16, 1)),
    ],
)
def test_a_period_is_as_long_as_it_is_precise(
    text: str, first: tuple[int, ...], after: tuple[int, ...]
) -> None:
    assert read_period(text) == (seconds(*first), seconds(*after) - 1)


def test_the_last_year_there_is() -> None:
    assert read_period("9999") == (seconds(9999, 1, 1), seconds(9999, 12, 31, 23, 59, 59))


@pytest.mark.parametrize(
    "text",
    ["", "*", "24", "20240", "2024-", "2024-00", "2024-13", "2023-02-29", "2024-01-01T25:00", "0000", "soon",
     "2024-01-01T10", "2024-01-00", "2024-01-01T10:00+99:00", "２０２４"],
)  # fmt: skip
def test_no_date(text: str) -> None:
    assert read_period(text) is None


def test_bounds() -> None:
    assert read_bounds("*", "*") == (None, None)
    assert read_bounds("2024", "*") == (seconds(2024, 1, 1), None)
    assert read_bounds("*", "2024-01") == (None, seconds(2024, 2, 1) - 1)
    assert read_bounds("2024", "soon") is None
    assert read_bounds("soon", "2024") is None
