"""The strip as a screen reader meets it."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtGui import QAccessible

from memvid_studio.widgets.strip.calendar import YEAR
from memvid_studio.widgets.strip.data import StripData
from tests.unit.studio.strip.conftest import NOW, life

pytestmark = pytest.mark.gui


def test_it_is_a_slider_whose_value_is_the_moment_in_words(make_strip):
    strip = make_strip(life(300, checkpoints=[(NOW - YEAR, "x")]))
    found = QAccessible.queryAccessibleInterface(strip)
    assert found.role() == QAccessible.Role.Slider
    assert found.text(QAccessible.Text.Name) == "Timeline"
    value = found.valueInterface()
    assert value.currentValue() == found.text(QAccessible.Text.Value) == "now, Thu 12 Mar 2026, 09:41"
    strip.set_playhead(NOW - YEAR)
    assert value.currentValue() == "Wed 12 Mar 2025, 03:51"
    strip.set_hits(np.array([NOW - YEAR, NOW - 2]))
    assert found.text(QAccessible.Text.Description) == "2 results, 1 checkpoint in view"


def test_it_can_be_moved_from_change_to_change(make_strip):
    at = [NOW - 3000, NOW - 2000, NOW - 1000]
    strip = make_strip(StripData.of(at, [0, 0, 0], span=(at[0], NOW)))
    moved = []
    strip.playheadMoved.connect(moved.append)
    value = QAccessible.queryAccessibleInterface(strip).valueInterface()
    assert (value.minimumValue(), value.maximumValue(), value.minimumStepSize()) == (0, 3, 1)
    for step in (1, 99, -5, "nonsense"):
        value.setCurrentValue(step)
    assert moved == [at[1], None, at[0]]


def test_without_a_capsule_it_says_so(make_strip):
    found = QAccessible.queryAccessibleInterface(make_strip(None))
    assert found.text(QAccessible.Text.Value) == "No capsule open"


def test_being_read_does_not_keep_a_strip_alive(look):
    from memvid_studio.widgets.strip.strip import TimelineStrip

    for _ in range(5):
        strip = TimelineStrip()
        value = QAccessible.queryAccessibleInterface(strip).valueInterface()
        assert value.currentValue() == "No capsule open"
        gone = weakref.ref(strip)
        del strip
        gc.collect()
        assert gone() is None
