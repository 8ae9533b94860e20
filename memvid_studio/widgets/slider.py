"""The slider: a thin track, filled up to a round knob."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QStyle, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.focus import FocusRing
from memvid_studio.widgets.paint import panel

_TRACK = 4
_KNOB = 16


class Slider(QSlider):
    """A horizontal slider. Ranges, values, signals and keys are those of QSlider; a click jumps there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        FocusRing(self, theme().radius.control)

    def sizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(160), look.size.minimum_target)

    def minimumSizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(64), look.size.minimum_target)

    def _knob_x(self) -> float:
        room = self.width() - theme().px(_KNOB)
        span = QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), self.sliderPosition(), room)
        return float(span)

    def _value_at(self, x: float) -> int:
        knob = theme().px(_KNOB)
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), round(x - knob / 2), self.width() - knob
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setSliderPosition(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        thick, knob = look.px(_TRACK), look.px(_KNOB)
        y = (self.height() - thick) / 2
        left, right = knob / 2, self.width() - knob / 2
        x = self._knob_x()
        enabled = self.isEnabled()
        panel(painter, QRectF(left, y, right - left, thick), thick / 2, look.color("lineStrong"))
        fill = look.color("accent" if enabled else "disabled")
        panel(painter, QRectF(left, y, x + knob / 2 - left, thick), thick / 2, fill)
        ball = QRectF(x, (self.height() - knob) / 2, knob, knob)
        ground = "raised" if not self.isSliderDown() else "hover"
        panel(painter, ball, knob / 2, look.color(ground), look.color("control" if enabled else "line"))
        painter.end()
