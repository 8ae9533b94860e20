"""Numbers and dates in words."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QLocale

from memvid_studio import words


@pytest.fixture
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (1234, "1.2 KB"),
        (412_000, "412 KB"),
        (12_345_678, "12.3 MB"),
        (999_600, "1.0 MB"),
        (1_840_000_000, "1.84 GB"),
        (5_000_000_000_000_000, "5,000 TB"),
    ],
)
def test_sizes(value, shown):
    assert words.size(value) == shown


def test_moments_are_local(berlin):
    when = datetime(2025, 11, 4, 23, 20, 7, tzinfo=UTC)
    assert words.moment(when) == "Wed 5 Nov 2025, 00:20"
    assert words.moment(when, seconds=True) == "Wed 5 Nov 2025, 00:20:07"
    assert words.day(when) == "5 Nov 2025"
    assert words.clock(when) == "00:20"
    assert words.from_ms(words.to_ms(when)) == when


def test_numbers_follow_the_locale():
    assert words.number(12031) == "12,031"
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert words.number(12031) == "12.031"
    assert words.counted(1, "{n} page", "{n} pages") == "1 page"
    assert words.counted(1200, "{n} page", "{n} pages") == "1.200 pages"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (3, "a few seconds"),
        (34, "about 30 s"),
        (118, "about 2 min"),
        (5000, "about 83 min"),
        (7300, "about 2 h"),
    ],
)
def test_durations_are_rough(seconds, shown):
    assert words.about(seconds) == shown


def test_names_keep_their_ending():
    assert words.shortened("short.pdf", 20) == "short.pdf"
    cut = words.shortened("A very long name of a report from 2024.pdf", 20)
    assert len(cut) == 20
    assert cut.startswith("A very")
    assert cut.endswith("24.pdf")


def test_a_value_in_a_query():
    assert words.query_value("mill") == "mill"
    assert words.query_value("upper weir") == '"upper weir"'
    assert words.query_value('say "no"') == '"say \\"no\\""'
    assert words.query_value("a:b") == '"a:b"'
    assert words.took(0.83) == "0.8 ms"
    assert words.took(1400) == "1.4 s"


def test_a_name_is_one_line():
    assert words.one_line("Control\tTab\nNew\x00line\u2028here ") == "Control Tab New line here"
    assert words.one_line("report\u202efdp.exe") == "report fdp.exe"
    family = "👩\u200d👧 हिन्दी"
    assert words.one_line(family) == family
    assert words.quoted("a\nb") == "“a b”"
