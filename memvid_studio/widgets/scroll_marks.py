"""A scroll bar on its own ground that shows where the hits are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from memvid_studio.theme import theme

_TICK = 3
_REACH = 8
_GAP = 2


class MarkedScrollBar(QScrollBar):
    """A vertical scroll bar with ticks in its track. Give it to ``QAbstractScrollArea.setVerticalScrollBar``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._marks: tuple[float, ...] = ()

    def set_marks(self, marks: Sequence[float]) -> None:
        """Where the hits are, as shares of the whole content from 0 to 1."""
        self._marks = tuple(min(max(mark, 0.0), 1.0) for mark in marks)
        self.update()

    def marks(self) -> tuple[float, ...]:
        """The shares last given."""
        return self._marks

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        ground = QPainter(self)
        ground.fillRect(self.rect(), look.color("sidebar"))
        ground.fillRect(QRectF(0, 0, 1, self.height()), look.color("line"))
        ground.end()
        super().paintEvent(event)
        if not self._marks:
            return
        painter = QPainter(self)
        color = look.color("hitLine")
        room = self.height() - _TICK
        painted = -_TICK - _GAP
        # A thousand hits share a few hundred pixels; a gap lets them be seen as ticks, and the thumb between.
        for y in sorted({round(mark * room) for mark in self._marks}):
            if y >= painted + _TICK + _GAP or y == room:
                painter.fillRect(QRectF(self.width() - _REACH - 1, y, _REACH, _TICK), color)
                painted = y
        painter.end()
