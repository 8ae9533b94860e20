"""Widgets on a window that has the focus, with the real fonts and style."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from memvid_studio.theme import Theme, install
from memvid_studio.widgets import paint


@pytest.fixture(autouse=True)
def look(qapp) -> Iterator[Theme]:
    """The theme, as it was before each test: light, now, text size 1, without motion."""
    look = install(qapp)
    look.set_reduced_motion(True)
    yield look
    look.set_dark(False)
    look.set_past(False)
    look.set_scale(1.0)
    look.set_reduced_motion(False)


@pytest.fixture
def stage(qtbot) -> Callable[..., QWidget]:
    """Puts widgets under one another on an active window and returns the window."""
    windows: list[QWidget] = []

    def build(*widgets: QWidget, width: int = 640, height: int = 480) -> QWidget:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        window.resize(width, height)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        # Activation gave the focus to the first of them, for no reason of the test's.
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()
        return window

    return build


@pytest.fixture
def cut(monkeypatch) -> list[str]:
    """Collects every text that painting had to shorten."""
    shortened: list[str] = []

    class Watching(QFontMetricsF):
        def elidedText(self, text, mode, width, flags=0):
            shown = super().elidedText(text, mode, width, flags)
            if shown != text:
                shortened.append(text)
            return shown

    monkeypatch.setattr(paint, "QFontMetricsF", Watching)
    return shortened
