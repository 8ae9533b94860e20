"""Units begin where the wall clock says, in any zone, through every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memvid_studio.widgets.strip import calendar as cal
from memvid_studio.widgets.strip.calendar import Base, Calendar, hole_unit, print_unit, starts_larger
from memvid_studio.widgets.strip.data import EARLIEST_MS, LATEST_MS

# Half-hour offsets, summer time in both halves of the year, midnights that do not exist, a day that was skipped.
ZONES = (
    "UTC",
    "Europe/Stockholm",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Africa/Casablanca",
)
UNITS = tuple(dict.fromkeys([unit for unit, _ in cal.HOLES] + [unit for unit, _, _ in cal.PRINTS]))


def ms(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def local_texts(calendar: Calendar, edges) -> list[str]:
    return [calendar.local(int(edge)).strftime("%m-%d %H:%M") for edge in edges]


@given(
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from(UNITS),
    start=st.integers(ms("1972-01-01"), ms("2037-12-31")),
    pieces=st.floats(0.2, 60),
)
def test_edges_are_ascending_cover_the_start_and_lie_on_the_unit(zone, unit, start, pieces):
    calendar = Calendar(ZoneInfo(zone))
    end = start + unit.length * pieces
    edges = calendar.edges(unit, start, end)
    assert len(edges) >= 1
    assert np.all(np.diff(edges) > 0)
    assert edges[0] <= start
    assert edges[-1] <= end
    assert len(edges) == 1 or edges[1] > start, "only the last edge at or before the start"
    for edge in edges[:50]:
        wall = calendar.local(int(edge))
        day_begin = calendar.day_start(wall.toordinal())
        if edge == day_begin:
            continue
        assert unit.base is Base.CLOCK
        in_day = ((wall.hour * 60 + wall.minute) * 60 + wall.second) * 1000 + wall.microsecond // 1000
        assert in_day % unit.step == 0


@given(
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from(UNITS),
    start=st.integers(ms("1980-01-01"), ms("2035-12-31")),
    shift=st.floats(0, 3),
)
def test_edges_do_not_depend_on_where_one_looks_from(zone, unit, start, shift):
    calendar = Calendar(ZoneInfo(zone))
    end = start + 20 * unit.length
    here = calendar.edges(unit, start, end)
    later = calendar.edges(unit, start + shift * unit.length, end)
    assert set(later) <= set(here)


def test_a_day_that_loses_an_hour_has_23_of_them():
    calendar = Calendar(ZoneInfo("Europe/Stockholm"))
    begin, end = ms("2025-03-30T00:00", "Europe/Stockholm"), ms("2025-03-31T00:00", "Europe/Stockholm")
    hours = calendar.edges(cal.H1, begin, end - 1)
    assert len(hours) == 23
    assert local_texts(calendar, hours[:4]) == ["03-30 00:00", "03-30 01:00", "03-30 03:00", "03-30 04:00"]
    assert local_texts(calendar, calendar.edges(cal.H6, begin, end - 1)) == [
        "03-30 00:00",
        "03-30 06:00",
        "03-30 12:00",
        "03-30 18:00",
    ]


def test_a_day_that_gains_an_hour_has_25_of_them():
    calendar = Calendar(ZoneInfo("America/New_York"))
    begin, end = ms("2025-11-02T00:00", "America/New_York"), ms("2025-11-03T00:00", "America/New_York")
    hours = calendar.edges(cal.H1, begin, end - 1)
    assert len(hours) == 25
    assert local_texts(calendar, hours[:4]) == ["11-02 00:00", "11-02 01:00", "11-02 01:00", "11-02 02:00"]


def test_a_midnight_that_is_skipped():
    # In 2018 Brazil went from 23:59:59 on 3 November to 01:00 on the 4th.
    calendar = Calendar(ZoneInfo("America/Sao_Paulo"))
    begin = ms("2018-11-04T01:00", "America/Sao_Paulo")
    assert calendar.day_start(calendar.day_of(begin)) == begin
    quarters = calendar.edges(cal.H6, begin, begin + 22 * cal.HOUR)
    assert local_texts(calendar, quarters) == ["11-04 01:00", "11-04 06:00", "11-04 12:00", "11-04 18:00"]


def test_a_day_that_never_was():
    calendar = Calendar(ZoneInfo("Pacific/Apia"))
    days = calendar.edges(cal.D1, ms("2011-12-29T12:00"), ms("2012-01-02T12:00"))
    assert [calendar.local(int(day)).day for day in days] == [29, 31, 1, 2, 3]


def test_weeks_begin_on_the_day_the_locale_says():
    start, end = ms("2026-03-01"), ms("2026-04-01")
    for weekday in range(7):
        edges = Calendar(UTC, first_weekday=weekday).edges(cal.W1, start, end)
        assert {datetime.fromtimestamp(edge / 1000, UTC).weekday() for edge in edges} == {weekday}


def test_months_and_quarters():
    calendar = Calendar(UTC)
    edges = calendar.edges(cal.QUARTER, ms("2023-02-10"), ms("2024-02-01"))
    assert local_texts(calendar, edges) == [
        f"{m} 00:00" for m in ("01-01", "04-01", "07-01", "10-01", "01-01")
    ]


def test_the_ends_of_the_calendar_raise_nothing():
    calendar = Calendar(ZoneInfo("Asia/Kolkata"))
    for unit in UNITS:
        if unit.length < cal.DAY:
            continue
        assert np.all(np.diff(calendar.edges(unit, EARLIEST_MS - 10**15, EARLIEST_MS + 40 * unit.length)) > 0)
        assert np.all(np.diff(calendar.edges(unit, LATEST_MS - 40 * unit.length, LATEST_MS + 10**15)) > 0)
    assert calendar.edges(cal.D1, EARLIEST_MS - 10**12, EARLIEST_MS - 10**11).size == 0
    assert calendar.local(2**62).year == 9998
    assert calendar.local(-(2**62)).year == 2


def test_the_local_zone_of_the_machine(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        calendar = Calendar()
        assert calendar.offset_ms(ms("2026-01-01")) == 5.5 * cal.HOUR
        assert calendar.edges(cal.D1, ms("2026-01-01"), ms("2026-01-01")) == [ms("2025-12-31T18:30")]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_weekends_are_joined():
    calendar = Calendar(ZoneInfo("Europe/Stockholm"))
    found = calendar.weekends(ms("2026-02-27T12:00"), ms("2026-03-10"))
    assert found == [
        (ms("2026-02-28", "Europe/Stockholm"), ms("2026-03-02", "Europe/Stockholm")),
        (ms("2026-03-07", "Europe/Stockholm"), ms("2026-03-09", "Europe/Stockholm")),
    ]
    friday_off = Calendar(UTC, weekend=frozenset({4, 5}))
    assert friday_off.weekends(ms("2026-03-05"), ms("2026-03-08")) == [(ms("2026-03-06"), ms("2026-03-08"))]


@given(st.floats(0.02, 1e12))
def test_hole_units_keep_their_distance(ms_per_px):
    unit, larger = hole_unit(ms_per_px)
    assert larger.length > unit.length
    if unit != cal.HOLES[-1][0]:
        assert unit.length / ms_per_px >= 8
    smaller = [candidate for candidate, _ in cal.HOLES if candidate.length < unit.length]
    assert all(candidate.length / ms_per_px < 8 for candidate in smaller)


@pytest.mark.parametrize(
    ("ms_per_px", "hole", "larger", "label"),
    [
        (3.2 * cal.YEAR / 1404, cal.W1, cal.MONTH, cal.QUARTER),  # three years, 1,440 px
        (cal.DAY / 96, cal.H3, cal.D1, cal.D1),  # two weeks
        (10 * cal.MINUTE / 233, cal.S30, cal.M10, cal.M10),  # one hour
        (cal.YEAR / 224, cal.MONTH, cal.Y1, cal.HALF),  # three years in half the width
    ],
)
def test_units_of_the_four_usual_zooms(ms_per_px, hole, larger, label):
    assert hole_unit(ms_per_px) == (hole, larger)
    assert print_unit(ms_per_px)[0] == label


def test_labels_keep_more_room_when_the_text_is_larger():
    assert print_unit(cal.YEAR / 432)[0] == cal.QUARTER
    assert print_unit(cal.YEAR / 432, 2.0)[0] == cal.HALF


def test_bright_holes_are_the_first_at_or_after_the_larger_unit():
    calendar = Calendar(UTC)
    weeks = calendar.edges(cal.W1, ms("2023-12-20"), ms("2024-02-15"))
    months = calendar.edges(cal.MONTH, ms("2023-12-20"), ms("2024-02-15"))
    bright = starts_larger(weeks, months)
    names = [calendar.local(int(week)).strftime("%d.%m.") for week in weeks[1:]]
    assert [name for name, flag in zip(names, bright, strict=True) if flag] == ["01.01.", "05.02."]
