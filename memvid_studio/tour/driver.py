"""Hands and eyes: real events into real widgets, waiting, checking, pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QWidget

from memvid_studio.app import Studio

_POLL_MS = 15


class TourFailure(Exception):
    """A step did not do what it says."""


class Driver:
    """One window under control. ``folder`` is where pictures go."""

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.studio = studio
        self.window = studio.window
        self.folder = folder
        self.pictures: list[Path] = []
        self.problems: list[str] = []
        studio.context.told.connect(lambda title, text: self.problems.append(f"{title}: {text}"))

    # ---------------------------------------------------------------------------------------------- waiting

    def pause(self, milliseconds: int) -> None:
        """Lets the window live."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()  # unlike QTest.qWait this lets other threads run meanwhile

    def wait(self, what: str, ready: Callable[[], object], seconds: float = 15.0) -> None:
        """Until ``ready()`` is true. Raises :class:`TourFailure` naming what was waited for."""
        give_up = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > give_up:
                raise TourFailure(f"waited {seconds:g} s for {what}")
            self.pause(_POLL_MS)

    def activate(self) -> None:
        """The window is the one in use. Without a window manager nobody gives that back after a dialog."""

        def active() -> bool:
            if not self.window.isActiveWindow():
                self.window.activateWindow()
            return self.window.isActiveWindow()

        self.pause(100)
        self.wait("the window to be active", active, 5)

    def check(self, what: str, holds: object, found: object = "") -> None:
        """Raises :class:`TourFailure` unless it holds."""
        if not holds:
            raise TourFailure(f"{what}; found {found!r}" if found != "" else what)

    def no_problems(self) -> None:
        """The window has not complained."""
        self.check("the window reported a problem", not self.problems, "; ".join(self.problems))

    # ---------------------------------------------------------------------------------------------- pictures

    def picture(self, name: str, *, dark: bool = False, settle_ms: int = 350) -> None:
        """Saves the window; with ``dark`` once more in dark colours."""
        self.pause(settle_ms)
        self._save(f"{name}.png" if not dark else f"{name}-light.png")
        if dark:
            self.studio.theme.set_dark(True)
            self.pause(settle_ms)
            self._save(f"{name}-dark.png")
            self.studio.theme.set_dark(False)
            self.pause(50)

    def _save(self, name: str) -> None:
        path = self.folder / name
        self.check(f"{name} could not be saved in {self.folder}", self.window.grab().save(str(path)))
        self.pictures.append(path)

    # ------------------------------------------------------------------------------------------ mouse, keys

    def key(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        widget: QWidget | None = None,
    ) -> None:
        """A key, to what has the focus."""
        QTest.keyClick(widget or QApplication.focusWidget() or self.window, key, modifiers)

    def control(self, key: Qt.Key, *, shift: bool = False) -> None:
        """Ctrl and a key, perhaps with Shift."""
        modifiers = Qt.KeyboardModifier.ControlModifier
        if shift:
            modifiers |= Qt.KeyboardModifier.ShiftModifier
        self.key(key, modifiers)

    def type(self, text: str, *, delay_ms: int = 12) -> None:
        """Letters one by one, the window living in between."""
        for letter in text:
            target = QApplication.focusWidget()
            if target is None:
                raise TourFailure(f"nothing has the focus to type {text!r} into")
            if letter == "\n":
                QTest.keyClick(target, Qt.Key.Key_Return)
            else:
                QTest.keyClicks(target, letter)
            self.pause(delay_ms)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """The left button, in the middle of a widget or at a place in it."""
        self.check(f"{type(widget).__name__} is not visible", widget.isVisible())
        QTest.mouseClick(
            widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center()
        )

    def click_row(self, view: QListView, row: int) -> None:
        """A row of a list, scrolled into sight."""
        index = view.model().index(row, 0)
        self.check(f"the list has no row {row}", index.isValid())
        view.scrollTo(index)
        self.pause(30)
        self.click(view.viewport(), view.visualRect(index).center())

    def drag(self, widget: QWidget, start: QPoint, end: QPoint, *, steps: int = 24) -> None:
        """Press, move in steps, release."""
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mousePress(widget, button, none, start)
        for step in range(1, steps + 1):
            x = start.x() + (end.x() - start.x()) * step // steps
            y = start.y() + (end.y() - start.y()) * step // steps
            QTest.mouseMove(widget, QPoint(x, y))
            self.pause(8)
        QTest.mouseRelease(widget, button, none, end)

    # ------------------------------------------------------------------------------------------------ drops

    def hold(self, paths: list[Path]) -> QMimeData:
        """Files dragged in from outside, over the middle of the window, not let go yet."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        enter = QDragEnterEvent(
            self.window.rect().center(), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, _NONE
        )
        QApplication.sendEvent(self.window, enter)
        self.check("the window does not take what is dragged over it", enter.isAccepted())
        move = QDragMoveEvent(
            self.window.rect().center(), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, _NONE
        )
        QApplication.sendEvent(self.window, move)
        return mime

    def let_go(self, mime: QMimeData) -> None:
        """The files are dropped."""
        drop = QDropEvent(
            QPointF(self.window.rect().center()),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            _NONE,
        )
        QApplication.sendEvent(self.window, drop)
        self.check("the drop was not taken", drop.isAccepted())


_NONE = Qt.KeyboardModifier.NoModifier
