"""Popovers: a card that floats over the window, with a head, a body and perhaps a foot."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.paint import hline, panel
from memvid_studio.widgets.shadow import paint_shadow, shadow_margins
from memvid_studio.widgets.text import Text

_HEAD = 48
_FOOT = 44
_FROM_EDGE = 12
# Sixteen inside the one pixel edge.
_SIDE = 17


class Popover(QWidget):
    """A child of the window that paints its own shadow, so it needs no window system.

    ``sticky``: stays when something else is clicked. Escape and the cross close it; the focus then returns to
    where it was. Put what it shows into ``body`` (a layout).

    Signals: ``closed``.
    """

    closed = Signal()

    def __init__(
        self, window: QWidget, title: str, subtitle: str = "", *, width: int = 440, sticky: bool = False
    ) -> None:
        super().__init__(window)
        look = theme()
        self._window = window
        self._catcher = None if sticky else _Catcher(self)
        self._card_width = width
        self._before: QWidget | None = None
        self._anchor: QWidget | None = None
        self._above = True
        self.title = Text(title, "strong")
        self.subtitle = Text(subtitle, "small", "text3")
        self._close = IconButton("close", self.tr("Close"), parent=self)
        self._close.clicked.connect(self.close_popover)

        self._head = QWidget(self)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(_SIDE, 1, look.space.s8 + 1, 0)
        head.setSpacing(look.space.s8)
        head.addWidget(self.title)
        head.addWidget(self.subtitle, 1)
        self._actions = head
        head.addWidget(self._close)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(_SIDE, 0, _SIDE, look.space.s12)
        self.body.setSpacing(look.space.s8)
        self._foot = QWidget(self)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(_SIDE, 1, look.space.s8 + 1, 1)
        foot.setSpacing(look.space.s4)
        self.foot_text = Text("", "small", "text2")
        foot.addWidget(self.foot_text, 1)
        self._foot_row = foot
        self._foot.hide()

        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(shadow_margins("popover"))
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(self.body, 1)
        column.addWidget(self._foot)
        self._head.setFixedHeight(look.px(_HEAD))
        self._foot.setFixedHeight(look.px(_FOOT))
        self.setAccessibleName(title)
        self.hide()

    # -------------------------------------------------------------------------------------------- content

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Change the words in the head."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.setAccessibleName(title)

    def add_action(self, button: IconButton) -> None:
        """Put a button into the head, before the cross."""
        self._actions.insertWidget(self._actions.count() - 1, button)

    def set_foot(self, text: str, *buttons: Button) -> None:
        """Show a foot with a text and buttons at the right; buttons of an earlier call stay."""
        self.foot_text.setText(text)
        for button in buttons:
            self._foot_row.addWidget(button)
        self._foot.show()

    # ------------------------------------------------------------------------------------------- geometry

    def card(self) -> QRect:
        """The card without its shadow, in the popover's own coordinates."""
        return self.rect().marginsRemoved(shadow_margins("popover"))

    def open_at(self, anchor: QWidget, *, above: bool = True) -> None:
        """Show it above or below ``anchor``, left edges together, kept inside the window."""
        self._anchor = anchor
        self._above = above
        self._before = QApplication.focusWidget()
        self._window.installEventFilter(self)
        if self._catcher is not None:
            self._catcher.setGeometry(self._window.rect())
            self._catcher.show()
            self._catcher.raise_()
        self.place()
        self.show()
        self.raise_()
        self._close.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Fit the size to the content and stand by the anchor; happens by itself when the content changes."""
        window, anchor = self._window, self._anchor
        if anchor is None:
            return
        margins = shadow_margins("popover")
        width = min(theme().px(self._card_width), window.width() - 2 * _FROM_EDGE)
        layout = self._column
        layout.activate()
        outer = width + margins.left() + margins.right()
        height = layout.totalHeightForWidth(outer) if layout.hasHeightForWidth() else self.sizeHint().height()
        room = window.height() - 2 * _FROM_EDGE + margins.top() + margins.bottom()
        self.resize(outer, min(height, room))
        card = self.card()
        corner = anchor.mapTo(window, QPoint(0, 0))
        x = min(max(corner.x(), _FROM_EDGE), window.width() - card.width() - _FROM_EDGE)
        y = corner.y() - card.height() - 8 if self._above else corner.y() + anchor.height() + 8
        y = min(max(y, _FROM_EDGE), window.height() - card.height() - _FROM_EDGE)
        self.move(x - card.left(), y - card.top())

    def close_popover(self) -> None:
        """Hide it and give the focus back."""
        if not self.isVisible():
            return
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self)
        self._window.removeEventFilter(self)
        if self._catcher is not None:
            self._catcher.hide()
        self.hide()
        if had_focus and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize:
            if self._catcher is not None:
                self._catcher.setGeometry(self._window.rect())
            self.place()
        return False

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.place()
        return handled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_popover()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The shadow is not part of the card: what lies under it stays reachable.
        event.setAccepted(self.card().contains(event.position().toPoint()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        card = QRectF(self.card())
        paint_shadow(painter, card, "popover")
        panel(painter, card, look.radius.popover, look.color("raised"), look.color("lineStrong"))
        if not self._foot.isHidden():
            hline(painter, card.left() + 1, self._foot.y(), card.width() - 2, look.color("line"))
        painter.end()


class _Catcher(QWidget):
    """Lies over the window while a popover is open: a click beside the card closes it and does nothing else."""

    def __init__(self, popover: Popover) -> None:
        super().__init__(popover.parentWidget())
        self._popover = popover
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._popover.close_popover()
        event.accept()
