"""Notices: what happened and what can be done about it, at the bottom right over the panes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QEnterEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.paint import panel
from memvid_studio.widgets.shadow import paint_shadow, shadow_margins
from memvid_studio.widgets.text import Text

NoticeKind = Literal["error", "warning", "success", "info"]

_WIDTH = 432
_FROM_EDGE = 16
_GAP = 8
_MOST = 3
_TEXT_LEFT = 48
_ICON_LEFT = 18
_BAR = 4

_ICONS = {
    "error": "alert-circle-outline",
    "warning": "alert-outline",
    "success": "check-circle-outline",
    "info": "information-outline",
}
_ROLES = {"error": "error", "warning": "warning", "success": "success", "info": "accentText"}


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a notice: its verb, what it calls, and whether it is the one to press."""

    verb: str
    call: Callable[[], object]
    primary: bool = False


class Notice(QWidget):
    """One notice. Success leaves by itself unless the pointer or the focus rests on it; problems stay.

    Signals: ``gone(notice)`` after it was closed in whatever way.
    """

    gone = Signal(object)

    def __init__(
        self,
        window: QWidget,
        kind: NoticeKind,
        title: str,
        text: str = "",
        actions: Sequence[Action] = (),
        report: str = "",
    ) -> None:
        super().__init__(window)
        look = theme()
        self.kind: NoticeKind = kind
        self.title, self.text, self.report = title, text, report
        margins = shadow_margins("popover")
        self._close = IconButton("close", self.tr("Close"), glyph=14)
        self._close.clicked.connect(self.leave)
        self._title = Text(title, "strong", wrap=True)
        self._text = Text(text, "body", "text2", wrap=True)
        if not text:
            self._text.hide()
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(look.space.s8)
        top.addLayout(words, 1)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(
            margins.left() + _TEXT_LEFT, margins.top() + 13, margins.right() + 13, margins.bottom() + 12
        )
        column.setSpacing(10)
        column.addLayout(top)
        self.buttons: list[Button] = []
        for action in actions:
            button = Button(action.verb, kind="primary" if action.primary else "normal")
            # The call decides what happens next, so the notice is out of the way first.
            button.clicked.connect(self.leave)
            button.clicked.connect(action.call)
            self.buttons.append(button)
        if report:
            copy = Button(self.tr("Copy report"), kind="flat")
            copy.clicked.connect(self._copy_report)
            self.buttons.append(copy)
        if self.buttons:
            row = QHBoxLayout()
            row.setSpacing(look.space.s8)
            for button in self.buttons:
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        self._column = column
        self._stays = QTimer(self)
        self._stays.setSingleShot(True)
        self._stays.setInterval(look.motion.notice_stays)
        self._stays.timeout.connect(self._leave_unless_watched)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.hide()

    def fit(self) -> None:
        """Take the size the words need."""
        margins = shadow_margins("popover")
        room = self.parentWidget()
        most = room.width() - 2 * _FROM_EDGE if room is not None else _WIDTH
        width = min(theme().px(_WIDTH), most) + margins.left() + margins.right()
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        self.resize(width, height if height > 0 else self._column.totalSizeHint().height())

    def card(self) -> QRect:
        """The card without its shadow, in the notice's own coordinates."""
        return self.rect().marginsRemoved(shadow_margins("popover"))

    def appear(self) -> None:
        """Show it, and tell screen readers."""
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if self.kind in {"success", "info"}:
            self._stays.start()

    def leave(self) -> None:
        """Close it."""
        if self.isHidden():
            return
        self._stays.stop()
        self.hide()
        self.gone.emit(self)

    def _leave_unless_watched(self) -> None:
        focus = QGuiApplication.focusObject()
        if self.underMouse() or (isinstance(focus, QWidget) and self.isAncestorOf(focus)):
            self._stays.start()
        else:
            self.leave()

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.title}\n{self.text}\n\n{self.report}")

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        if self._stays.isActive():
            self._stays.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        card = QRectF(self.card())
        paint_shadow(painter, card, "popover")
        radius = look.radius.popover
        color = look.color(_ROLES[self.kind], now=True)
        panel(painter, card, radius, look.color("raised"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape, bar = QPainterPath(), QPainterPath()
        shape.addRoundedRect(card, radius, radius)
        bar.addRect(QRectF(card.x(), card.y(), _BAR, card.height()))
        painter.fillPath(shape.intersected(bar), color)
        painter.restore()
        panel(painter, card, radius, None, look.color("lineStrong"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(shape.intersected(bar), color)
        painter.restore()
        side = look.size.icon
        middle = self._title.y() + look.line_height("strong") / 2
        at = QRectF(card.x() + _ICON_LEFT, middle - side / 2, side, side)
        look.paint_icon(painter, at, _ICONS[self.kind], color)
        painter.end()


class NoticeStack(QObject):
    """The notices of a window, the newest lowest, at most three; problems are not pushed out by success.

    ``floor`` gives the height in window coordinates that no notice goes below: the upper edge of the strip.
    """

    def __init__(self, window: QWidget, floor: Callable[[], int] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._floor = floor
        self._notices: list[tuple[str, Notice]] = []
        window.installEventFilter(self)

    def say(
        self,
        kind: NoticeKind,
        title: str,
        text: str = "",
        *,
        actions: Sequence[Action] = (),
        report: str = "",
        key: str = "",
    ) -> Notice:
        """Show a notice: a title, one or two sentences, at most two actions, perhaps a report to copy.

        One with the same ``key`` replaces the older one. Raises ValueError for more than two actions.
        """
        if len(actions) > 2:
            raise ValueError("a notice has at most two actions")
        if key:
            for other, notice in list(self._notices):
                if other == key:
                    notice.leave()
        notice = Notice(self._window, kind, title, text, actions, report)
        notice.gone.connect(self._forget)
        self._notices.append((key, notice))
        if len(self._notices) > _MOST:
            passing = [one for _, one in self._notices[:-1] if one.kind in {"success", "info"}]
            (passing or [self._notices[0][1]])[0].leave()
        self.place()
        notice.appear()
        return notice

    def notices(self) -> tuple[Notice, ...]:
        """Those that are shown, the oldest first."""
        return tuple(notice for _, notice in self._notices)

    def clear(self) -> None:
        """Close all of them."""
        for notice in self.notices():
            notice.leave()

    def place(self) -> None:
        """Stand them above one another; call it when the floor moved."""
        floor = self._floor() if self._floor is not None else self._window.height()
        bottom = floor - _FROM_EDGE
        for notice in reversed(self.notices()):
            notice.fit()
            card = notice.card()
            x = self._window.width() - _FROM_EDGE - card.width() - card.x()
            notice.move(x, bottom - card.height() - card.y())
            bottom -= card.height() + _GAP

    def _forget(self, notice: Notice) -> None:
        self._notices = [(key, one) for key, one in self._notices if one is not notice]
        notice.deleteLater()
        self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parent() and event.type() == QEvent.Type.Resize:
            self.place()
        return False
