"""A row of segments of which one is chosen: the views of a pane, the two clocks."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.focus import FocusRing
from memvid_studio.widgets.paint import draw_text, panel, text_width

_PADDING = 10


class _Segment(QAbstractButton):
    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme().radius.control - 1)

    def sizeHint(self) -> QSize:
        look = theme()
        width = text_width(look.font("label"), self.text()) + 2 * look.px(_PADDING)
        return QSize(int(width + 0.999), look.size.button - 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        role = "text2"
        if self.isChecked():
            role = "text"
            edge = "lineStrong" if self.isEnabled() else "line"
            panel(painter, rect, look.radius.control - 1, look.color("chosen"), look.color(edge))
        elif self.isEnabled() and (self.underMouse() or self.isDown()):
            role = "text"
        if not self.isEnabled():
            role = "disabled"
        center = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, rect, self.text(), look.font("label"), look.color(role), center)
        painter.end()


class Segmented(QWidget):
    """Segments in one well. Left and right move the choice; the tab key reaches the chosen one only.

    Signals: ``currentChanged(int)`` when the choice changes, by whatever means.
    """

    currentChanged = Signal(int)

    def __init__(self, labels: Iterable[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(1, 1, 1, 1)
        self._row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group.idToggled.connect(self._toggled)
        for label in labels:
            self.add(label)

    def add(self, label: str) -> int:
        """Append a segment and return its index; the first one is chosen."""
        index = self.count()
        segment = _Segment(label, self)
        self._group.addButton(segment, index)
        self._row.addWidget(segment)
        if index == 0:
            segment.setChecked(True)
        return index

    def count(self) -> int:
        """How many segments there are."""
        return len(self._group.buttons())

    def current(self) -> int:
        """The index of the chosen segment, -1 when there is none."""
        return self._group.checkedId()

    def set_current(self, index: int) -> None:
        """Choose a segment. Raises IndexError when there is no such segment."""
        self._segment(index).setChecked(True)

    def label(self, index: int) -> str:
        """The text of a segment."""
        return self._segment(index).text()

    def set_label(self, index: int, text: str) -> None:
        """Change the text of a segment, a count in it for instance."""
        segment = self._segment(index)
        segment.setText(text)
        segment.updateGeometry()

    def set_available(self, index: int, available: bool) -> None:
        """Let a segment be chosen, or not."""
        self._segment(index).setEnabled(available)

    def _segment(self, index: int) -> QAbstractButton:
        segment = self._group.button(index)
        if segment is None:
            raise IndexError(f"no segment {index} of {self.count()}")
        return segment

    def _toggled(self, index: int, on: bool) -> None:
        if on:
            self.currentChanged.emit(index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        panel(painter, QRectF(self.rect()), look.radius.control, look.color("sunken"))
        painter.end()
