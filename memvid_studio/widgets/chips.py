"""Chips: rounded switches for ways of searching, and quick choices."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.focus import FocusRing
from memvid_studio.widgets.paint import draw_text, panel, text_width

_PADDING = 9
_GAP = 4
_ICON = 14


class Chip(QAbstractButton):
    """A chip that is on or off, or simply pressed when not ``checkable``.

    ``available`` False: what it stands for is not installed. It then has a dotted edge and a download sign,
    cannot be switched on, and clicking it only emits ``clicked``, to say what to fetch.
    """

    def __init__(self, text: str, checkable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._available = True
        self._wanted_checkable = checkable
        self.setText(text)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRing(self, lambda: self.height() / 2)

    @property
    def available(self) -> bool:
        """Whether what it stands for can be used."""
        return self._available

    def set_available(self, available: bool, reason: str = "") -> None:
        """Say whether it can be used; ``reason`` becomes the tooltip."""
        self._available = available
        if not available:
            self.setChecked(False)
        self.setCheckable(self._wanted_checkable and available)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        width = text_width(look.font("label"), self.text()) + 2 * look.px(_PADDING)
        if not self._available:
            width += look.px(_ICON) + look.px(_GAP)
        return QSize(int(width + 0.999), look.size.chip)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        over = self.underMouse() and self.isEnabled()
        style = Qt.PenStyle.SolidLine
        if not self._available:
            fill, edge, text, style = None, "control", "text3", Qt.PenStyle.DotLine
        elif not self.isEnabled():
            fill, edge, text = None, "line", "disabled"
        elif self.isChecked():
            fill, edge, text = "accentSoft", "accentLine", "accentText"
        else:
            fill, edge, text = (
                ("pressed" if self.isDown() else "hover" if over else None),
                "lineStrong",
                "text2",
            )
        ground = look.color(fill) if fill is not None else None
        panel(painter, rect, rect.height() / 2, ground, look.color(edge), style=style)
        x = float(look.px(_PADDING))
        if not self._available:
            side = look.px(_ICON)
            square = QRectF(x, (rect.height() - side) / 2, side, side)
            look.paint_icon(painter, square, "download-outline", text)
            x += side + look.px(_GAP)
        room = QRectF(x, 0, rect.width() - x - look.px(_PADDING), rect.height())
        # Lighter while off, in the room of the heavier one: switching it must not move its neighbours.
        font = look.font("label" if self.isChecked() else "small")
        draw_text(painter, room, self.text(), font, look.color(text), Qt.AlignmentFlag.AlignHCenter)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)
