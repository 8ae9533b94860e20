"""Instants to pixels: monotone, invertible, exact under panning and zooming."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memvid_studio.widgets.strip.calendar import DAY, HOUR, MINUTE, YEAR
from memvid_studio.widgets.strip.data import EARLIEST_MS, LATEST_MS
from memvid_studio.widgets.strip.scale import (
    MAX_MS_PER_PX,
    MIN_MS_PER_PX,
    PAD_CELL,
    PAD_LEFT,
    PAD_RIGHT,
    Scale,
    fit,
    showing,
)

NOW = 1_773_304_860_000
scales = st.builds(
    Scale,
    origin_ms=st.floats(-1e13, 1e13),
    ms_per_px=st.floats(MIN_MS_PER_PX, 1e9),
    width=st.integers(1, 8000),
)
instants = st.integers(-(10**13), 10**13)


@given(scales, instants, instants)
def test_later_is_further_right(scale, a, b):
    if a > b:
        a, b = b, a
    assert scale.x(a) <= scale.x(b)


@given(scales, st.floats(-100, 8100))
def test_pixel_to_instant_and_back(scale, x):
    # An instant today takes 41 bits of a double's 53: what is left is far below a pixel.
    assert scale.x(scale.ms(x)) == pytest.approx(x, abs=0.2)


@given(scales, st.floats(-5000, 5000), instants)
def test_panning_moves_everything_by_the_same_pixels(scale, dx, ms):
    assert scale.panned(dx).x(ms) - scale.x(ms) == pytest.approx(dx, abs=0.25 + abs(scale.x(ms)) * 1e-12)


@given(scales, st.floats(0.01, 100), st.floats(0, 8000))
def test_zooming_keeps_the_instant_under_the_cursor(scale, factor, x):
    zoomed = scale.zoomed(factor, x)
    assert MIN_MS_PER_PX <= zoomed.ms_per_px <= MAX_MS_PER_PX
    assert zoomed.x(scale.ms(x)) == pytest.approx(x, abs=0.3)


def test_zoom_stops_at_its_ends():
    scale = Scale(0.0, 1.0, 1000)
    assert scale.zoomed(1e9, 500).ms_per_px == MIN_MS_PER_PX
    assert scale.zoomed(1e-30, 500).ms_per_px == MAX_MS_PER_PX
    assert scale.zoomed(1e-30, 500, most=77.0).ms_per_px == 77.0


@given(st.integers(0, 40 * YEAR), st.integers(8, 6000))
def test_everything_fits_and_now_has_film_after_it(span, width):
    scale = fit(NOW - span, NOW, width)
    assert 0 < scale.x(NOW - span) <= PAD_LEFT + 1e-4
    assert scale.x(NOW) < width
    if width > 200:
        assert scale.x(NOW) <= width - PAD_RIGHT + 1e-4


def test_three_years_reach_to_the_margin():
    scale = fit(NOW - 3 * YEAR, NOW, 1440)
    assert scale.x(NOW - 3 * YEAR) == pytest.approx(20)
    assert scale.x(NOW) == pytest.approx(1396)


def test_a_cell_at_the_beginning_has_room():
    assert fit(NOW - YEAR, NOW, 1440, PAD_CELL).x(NOW - YEAR) == pytest.approx(28)


@pytest.mark.parametrize("age", [0, 5, 60, 5 * 60, 59 * 60, 7 * 3600, 23 * 3600])
def test_a_young_capsule_stands_still_while_now_moves_on(age):
    first = NOW - age * 1000
    here = fit(first, NOW, 1440)
    share = (here.x(NOW) - PAD_LEFT) / (1440 - PAD_LEFT - PAD_RIGHT)
    assert share <= 0.99
    assert age < 45 or share > 0.7, "most of the film is exposed"
    later = [fit(first, NOW + seconds * 1000, 1440) for seconds in range(60)]
    assert len({scale.ms_per_px for scale in later}) <= 4


@given(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
def test_any_two_instants_can_be_fitted(a, b):
    scale = fit(max(min(a, b), EARLIEST_MS), min(max(a, b), LATEST_MS), 1440)
    assert MIN_MS_PER_PX <= scale.ms_per_px <= MAX_MS_PER_PX


def test_showing_is_exact():
    scale = showing(NOW - HOUR, NOW, 1200)
    assert scale.x(NOW - HOUR) == pytest.approx(0, abs=1e-6)
    assert scale.x(NOW) == pytest.approx(1200, abs=1e-6)
    assert showing(NOW, NOW, 1200).ms_per_px == MIN_MS_PER_PX


def test_a_wider_window_shows_more_on_the_left():
    wider = Scale(0.0, 10.0, 100).resized(150)
    assert (wider.origin_ms, wider.end_ms) == (-500.0, 1000.0)


def test_the_film_cannot_be_lost():
    scale = Scale(0.0, HOUR, 1000)
    first, last = 10_000 * HOUR, 11_000 * HOUR
    assert scale.kept_within(first, last).x(first) == pytest.approx(500)
    assert scale.panned(-(10**6)).kept_within(first, last).x(last) == pytest.approx(500)
    inside = Scale(10_300.0 * HOUR, HOUR, 1000)
    assert inside.kept_within(first, last) == inside


@given(scales, st.floats(0, 1))
def test_between_two_scales(scale, share):
    other = scale.zoomed(3.0, scale.width / 3)
    mixed = scale.mixed(other, share)
    low, high = sorted((scale.ms_per_px, other.ms_per_px))
    assert low * 0.999 <= mixed.ms_per_px <= high * 1.001
    # Halfway through a zoom at the cursor the cursor's instant has not moved either.
    assert mixed.x(scale.ms(scale.width / 3)) == pytest.approx(scale.width / 3, abs=0.5)
    assert scale.mixed(other, 1.0) == other


def test_arrays_and_numbers_agree():
    scale = Scale(5.0, 2.0, 10)
    assert scale.x(np.array([5, 7, 9])).tolist() == [scale.x(5), scale.x(7), scale.x(9)]


def test_a_day_is_no_longer_young():
    assert fit(NOW - 2 * DAY, NOW, 1440).x(NOW) == pytest.approx(1396)
    assert fit(NOW - 10 * MINUTE, NOW, 1440).x(NOW) < 1396
