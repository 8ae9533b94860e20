"""The bar over the film: what it says, what it asks for, what it leaves out when it is narrow."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from memvid_studio.widgets.strip.calendar import DAY, YEAR
from memvid_studio.widgets.strip.transport import HAPPENED, SPANS, TransportBar

pytestmark = pytest.mark.gui


@pytest.fixture
def bar(qtbot, look):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1440, 100)
    bar: Any = TransportBar(window)
    bar.resize(1440, bar.sizeHint().height())
    window.show()
    bar.set_moment("Thu 12 Mar 2026, 09:41", 13_274, 12_031, past=False)
    bar.set_span(3.17 * YEAR)
    bar.kept = window  # the fixture's own list of windows holds no reference
    return bar


def test_it_says_moment_revision_and_frames(bar):
    assert bar.texts() == ("Thu 12 Mar 2026, 09:41", "revision 13,274  ·  12,031 frames")
    bar.set_moment("Thu 12 Mar 2026, 09:41", None, 1, past=False)
    assert bar.texts()[1] == "1 frame"
    assert bar._span.text() == "3 years"
    assert bar._facts.accessibleName() == "Thu 12 Mar 2026, 09:41 1 frame"


def test_now_is_offered_only_in_the_past(bar, qtbot):
    asked = []
    bar.nowRequested.connect(lambda: asked.append("now"))
    qtbot.mouseClick(bar._now, Qt.MouseButton.LeftButton)
    assert asked == []
    bar.set_moment("Tue 4 Nov 2025, 16:20", 11_408, 10_377, past=True)
    assert bar._now.kind == "outline"
    qtbot.mouseClick(bar._now, Qt.MouseButton.LeftButton)
    assert asked == ["now"]


def test_every_button_asks_for_its_thing(bar, qtbot):
    asked: list[object] = []
    bar.firstRequested.connect(lambda: asked.append("first"))
    bar.playToggled.connect(lambda direction: asked.append(("play", direction)))
    bar.fitRequested.connect(lambda: asked.append("fit"))
    bar.flagRequested.connect(lambda: asked.append("flag"))
    bar.branchRequested.connect(lambda: asked.append("branch"))
    bar.clockChosen.connect(lambda clock: asked.append(("clock", clock)))
    for button in (bar._first, bar._reverse, bar._play, bar._fit, bar._flag, bar._branch):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bar._clocks.set_current(HAPPENED)
    assert asked == ["first", ("play", -1), ("play", 1), "fit", "flag", "branch", ("clock", HAPPENED)]
    bar.set_clock(0)
    assert asked[-1] == ("clock", HAPPENED), "what the owner sets, the owner knows"


def test_what_plays_can_be_stopped_or_turned(bar, qtbot):
    asked = []
    bar.playToggled.connect(asked.append)
    bar.set_playing(1)
    assert bar._play.accessibleName() == "Pause"
    qtbot.mouseClick(bar._play, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar._reverse, Qt.MouseButton.LeftButton)
    assert asked == [0, -1]
    bar.set_playing(0)
    assert bar._play.accessibleName() == "Play"


def test_menus_offer_spans_and_speeds(bar):
    spans, speeds = [], []
    bar.spanChosen.connect(spans.append)
    bar.speedChosen.connect(speeds.append)
    actions = [action for action in bar._span._menu.actions() if not action.isSeparator()]
    assert [action.text() for action in actions] == [
        "1 hour",
        "1 day",
        "1 week",
        "2 weeks",
        "1 month",
        "3 months",
        "1 year",
        "3 years",
        "Everything",
    ]
    for action in actions:
        action.trigger()
    assert spans == [*SPANS, None]
    bar._speeds[2.0].trigger()
    assert speeds == [2.0]
    assert bar._speed_button.text() == "2×"


def test_keys_in_the_bar(bar, qtbot):
    asked = []
    bar.stepRequested.connect(asked.append)
    bar.nowRequested.connect(lambda: asked.append("now"))
    bar.firstRequested.connect(lambda: asked.append("first"))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_N, Qt.Key.Key_Home, Qt.Key.Key_F):
        qtbot.keyClick(bar, key)
    assert asked == [-1, 1, "now", "first"]


def test_closed_it_is_there_and_off(bar, qtbot):
    bar.set_playing(1)
    bar.set_closed()
    assert bar.texts() == ("No capsule open. The strip fills as memories arrive.", "")
    assert not any(
        button.isEnabled()
        for button in (bar._first, bar._play, bar._reverse, bar._fit, bar._branch, bar._now)
    )
    assert not bar._span.isVisible()
    bar.set_moment("x", 1, 1, past=False)
    assert bar._branch.isEnabled()


def test_a_narrow_bar_leaves_out_what_the_menu_has(bar):
    parts = (bar._clocks, bar._fit, bar._flag, bar._branch)
    left = []
    for width in range(1440, 400, -10):
        bar.resize(width, 40)
        QApplication.processEvents()
        left.append([part.isVisible() for part in parts])
        assert bar._now.isVisible()
        assert bar._now.geometry().right() < width - 11
        moment, everything = bar._facts.wants()
        if width >= 580:
            assert bar._facts.width() >= moment, "the moment is never cut before the bar is very narrow"
        if bar._clocks.isVisible():
            assert bar._facts.width() >= everything
    assert list(dict.fromkeys(map(tuple, left))) == [
        (True, True, True, True),
        (False, True, True, True),
        (False, False, False, True),
        (False, False, False, False),
    ]


def test_it_follows_theme_and_text_size(bar, look):
    assert bar.sizeHint().height() == 40
    look.set_scale(1.5)
    assert bar.sizeHint().height() == 60
    light = bar.grab().toImage().pixelColor(600, 30)
    look.set_dark(True)
    assert bar.grab().toImage().pixelColor(600, 30) == look.color("window") != light


def test_span_in_words(bar):
    bar.set_span(13.6 * DAY)
    assert bar._span.text() == "2 weeks"
