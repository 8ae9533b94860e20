"""A scroll bar that also shows where the found words are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QStyle, QStyleOptionSlider, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import panel

_TRACK = 12
_TICK_HEIGHT = 3
_TICK_WIDTH = 8


class MarkScrollBar(QScrollBar):
    """Track 12, thumb 6, and a tick per mark; ``marks`` are fractions (0 to 1) of the scrolled length."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self._marks: tuple[float, ...] = ()

    @property
    def marks(self) -> tuple[float, ...]:
        """The fractions that are marked."""
        return self._marks

    def set_marks(self, marks: Sequence[float]) -> None:
        """Show these marks instead of the present ones."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(_TRACK, _TRACK)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        upright = self.orientation() == Qt.Orientation.Vertical
        painter.fillRect(self.rect(), look.color("sidebar"))
        edge = QRectF(0, 0, 1, self.height()) if upright else QRectF(0, 0, self.width(), 1)
        painter.fillRect(edge, look.color("line"))
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ScrollBar, QStyle.SubControl.SC_ScrollBarSlider
        if self.maximum() > self.minimum():
            thumb = QRectF(self.style().subControlRect(control, option, part, self))
            size = look.size.scrollbar
            if upright:
                thumb = QRectF((self.width() + 1 - size) // 2, thumb.y() + 2, size, thumb.height() - 4)
            else:
                thumb = QRectF(thumb.x() + 2, (self.height() + 1 - size) // 2, thumb.width() - 4, size)
            down = self.isSliderDown() or self.underMouse()
            panel(painter, thumb, size / 2, look.color("control" if down else "lineStrong"))
        if upright:
            self._paint_ticks(painter, option)
        painter.end()

    def _paint_ticks(self, painter: QPainter, option: QStyleOptionSlider) -> None:
        control, part = QStyle.ComplexControl.CC_ScrollBar, QStyle.SubControl.SC_ScrollBarGroove
        groove = QRectF(self.style().subControlRect(control, option, part, self))
        color = theme().color("hitLine")
        left = (self.width() + 1 - _TICK_WIDTH) // 2
        painted = -1
        for mark in self._marks:
            top = round(groove.y() + mark * (groove.height() - _TICK_HEIGHT))
            # Thousands of marks share a few hundred pixels; a gap lets them be seen as marks, and the thumb.
            if painted < 0 or top >= painted + _TICK_HEIGHT + 2:
                painter.fillRect(QRectF(left, top, _TICK_WIDTH, _TICK_HEIGHT), color)
                painted = top
