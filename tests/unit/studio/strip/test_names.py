"""Instants and spans in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from memvid_studio.widgets.strip import calendar as cal
from memvid_studio.widgets.strip import names
from memvid_studio.widgets.strip.calendar import DAY, HOUR, MINUTE, SECOND, YEAR, Calendar

ZONE = ZoneInfo("Europe/Stockholm")
CALENDAR = Calendar(ZONE)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "unit", "text"),
    [
        ("2026-01-01", cal.QUARTER, "2026"),
        ("2025-04-01", cal.QUARTER, "Apr"),
        ("2025-02-01", cal.MONTH, "Feb"),
        ("2020-01-01", cal.Y10, "2020"),
        ("2026-02-27", cal.D1, "Fri 27"),
        ("2026-03-01", cal.D1, "Sun 1 Mar"),
        ("2026-01-01", cal.D1, "Thu 1 Jan 2026"),
        ("2026-03-02", cal.W1, "2 Mar"),
        ("2026-01-05", cal.W1, "5 Jan 2026"),
        ("2026-03-03T13:40", cal.M10, "13:40"),
        ("2026-03-03T00:00", cal.H3, "Tue 3 Mar"),
        ("2026-03-03T14:02:30", cal.S30, "14:02:30"),
        ("2026-03-03T14:02:30.200", cal.MS100, "14:02:30.2"),
        ("2026-03-03T14:02:30.210", cal.MS10, "14:02:30.210"),
    ],
)
def test_ticks(at, unit, text):
    assert names.tick(ms(at), unit, CALENDAR) == text


@pytest.mark.parametrize(
    ("extent", "text"),
    [
        (3 * YEAR, "3 Mar 2026, 14:02"),
        (14 * DAY, "Tue 3 Mar 2026, 14:02"),
        (HOUR, "14:02:18"),
        (10 * SECOND, "14:02:18.250"),
    ],
)
def test_the_pill_is_as_exact_as_the_zoom(extent, text):
    assert names.pill(ms("2026-03-03T14:02:18.250"), extent, CALENDAR) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2025-06-09T06:00", "2025-06-12T18:00", "9 to 12 Jun 2025"),
        ("2025-05-30", "2025-06-03", "30 May to 2 Jun 2025"),
        ("2025-12-30", "2026-01-03", "30 Dec 2025 to 2 Jan 2026"),
        ("2026-03-03", "2026-03-04", "Tue 3 Mar 2026"),
        ("2026-03-03T14:00", "2026-03-03T15:00", "Tue 3 Mar 2026, 14:00 to 15:00"),
        ("2026-03-03T23:00", "2026-03-04T01:00", "Tue 3 Mar 2026, 23:00 to Wed 4 Mar, 01:00"),
        ("2026-03-03T14:00:05", "2026-03-03T14:00:20", "Tue 3 Mar 2026, 14:00:05 to 14:00:20"),
    ],
)
def test_stretches_name_each_part_of_the_date_once(start, end, text):
    assert names.between(ms(start), ms(end), CALENDAR) == text


@pytest.mark.parametrize(
    ("extent", "text"),
    [
        (30 * SECOND, "30 seconds"),
        (5.1 * MINUTE, "5 minutes"),
        (HOUR, "1 hour"),
        (1.5 * HOUR, "90 minutes"),
        (DAY, "1 day"),
        (7 * DAY, "1 week"),
        (names.MONTH_MS, "1 month"),
        (2 * HOUR, "2 hours"),
        (1.7 * DAY, "2 days"),
        (14 * DAY, "2 weeks"),
        (YEAR, "1 year"),
        (3.17 * YEAR, "3 years"),
        (0.2, "1 second"),
    ],
)
def test_spans(extent, text):
    assert names.span(extent) == text


def test_kinds_in_words():
    assert names.kinds((12, 24, 4, 0, 17, 4)) == "24 texts, 17 images, 12 documents, 8 more"
    assert names.kinds((1, 0, 0, 1, 0, 0)) == "1 document, 1 recording"
    assert names.kinds((0, 0, 0, 0, 0, 0)) == ""


def test_moment():
    assert names.moment(ms("2025-11-04T16:20"), CALENDAR) == "Tue 4 Nov 2025, 16:20"
