"""The focus ring: two pixels of accent round a control, only when the keyboard brought the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import panel

_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
# Reasons after which the ring is what it was before: the window came back, a menu was closed.
_RETURNING = {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}
_OFFSET = 2


class FocusRing(QWidget):
    """Follows one control and paints round it, outside its bounds, as a sibling above it.

    Made by the control it belongs to: ``FocusRing(self, radius)``; ``radius`` is that of the control's edge.
    """

    def __init__(self, target: QWidget, radius: float | Callable[[], float]) -> None:
        super().__init__(target)
        self._target = target
        self._radius = radius
        self._was_on = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        target.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            reason = event.reason()
            if reason in _KEYBOARD or (reason in _RETURNING and self._was_on):
                self._show()
            else:
                self._was_on = False
        elif kind == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            self._was_on = self.isVisible() and event.reason() in _RETURNING
            self.hide()
        elif kind in {QEvent.Type.Move, QEvent.Type.Resize} and self.isVisible():
            self._follow()
        elif kind in {QEvent.Type.Hide, QEvent.Type.ParentChange}:
            self.hide()
        return False

    def _show(self) -> None:
        around = self._target.parentWidget()
        if around is None:
            return
        if self.parentWidget() is not around:
            self.setParent(around)
        self._follow()
        self.show()
        self.raise_()

    def _follow(self) -> None:
        grown = _OFFSET + theme().border.focus
        self.setGeometry(self._target.geometry().adjusted(-grown, -grown, grown, grown))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        radius = self._radius() if callable(self._radius) else self._radius
        look = theme()
        panel(
            painter,
            QRectF(self.rect()),
            radius + _OFFSET + look.border.focus,
            None,
            look.color("accent"),
            look.border.focus,
        )
        painter.end()
