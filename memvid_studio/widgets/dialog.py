"""Dialogs: a card over the window, which is dimmed and out of reach while it is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.paint import panel
from memvid_studio.widgets.progress import ProgressBar
from memvid_studio.widgets.shadow import paint_shadow
from memvid_studio.widgets.text import Text

_SIDE = 24
_FOOT = 60
_FROM_EDGE = 24


class DialogSheet(QWidget):
    """A dialog as a child of the window: scrim, card, head, body, foot.

    Put the content into ``body`` (a layout); :meth:`side` adds a second column. Enter does what the verb says,
    Escape cancels, Tab stays inside, shortcuts of the window rest. The focus goes back where it was.

    Signals: ``accepted`` when the verb was pressed; ``rejected``; ``finished(bool)`` after either, closed by
    then. With ``keep_open`` the verb only emits ``accepted`` and the dialog waits for :meth:`done`: for work
    that may fail and be tried again.
    """

    accepted = Signal()
    rejected = Signal()
    finished = Signal(bool)

    def __init__(
        self,
        window: QWidget,
        title: str,
        sentence: str = "",
        *,
        icon: str = "pill",
        verb: str = "",
        verb_icon: str | None = None,
        width: int = 480,
        keep_open: bool = False,
    ) -> None:
        super().__init__(window)
        look = theme()
        self._window = window
        self._card_width = width
        self._keep_open = keep_open
        self._before: QWidget | None = None
        self._busy = False
        self._side: QWidget | None = None
        self._card = _Card(self)

        self.title = Text(title, "dialog", wrap=True)
        self.sentence = Text(sentence, "body", "text2", wrap=True)
        if not sentence:
            self.sentence.hide()
        self._close = IconButton("close", self.tr("Close"), parent=self._card)
        self._close.clicked.connect(self.reject)
        self._head = _Head(icon, self.title, self.sentence, self._close)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(_SIDE, look.space.s16, _SIDE, look.space.s24)
        self.body.setSpacing(look.space.s8)
        self._columns = QHBoxLayout()
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addLayout(self.body, 1)
        self._error = Text("", "small", "error", wrap=True)
        self._error.setContentsMargins(_SIDE, 0, _SIDE, look.space.s12)
        self._error.hide()
        self._progress = ProgressBar()
        self._progress.setRange(0, 0)
        self._progress.hide()

        self.cancel = Button(self.tr("Cancel"))
        self.verb = Button(verb or self.tr("Done"), verb_icon, "primary")
        self.cancel.clicked.connect(self.reject)
        self.verb.clicked.connect(self.accept)
        self._foot = QWidget()
        self.foot = QHBoxLayout(self._foot)
        self.foot.setContentsMargins(_SIDE, 0, _SIDE, 0)
        self.foot.setSpacing(look.space.s8)
        self._file = _FileName()
        self._file.hide()
        self.foot.addWidget(self._file)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.verb)
        self._foot.setFixedHeight(look.px(_FOOT))

        column = QVBoxLayout(self._card)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(self._columns, 1)
        column.addWidget(self._error)
        column.addWidget(self._progress)
        column.addWidget(self._foot)
        self._column = column
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.hide()

    # -------------------------------------------------------------------------------------------- content

    def side(self, width: int = 364) -> QVBoxLayout:
        """The layout of a second column at the right, on the ground of a side bar."""
        if self._side is None:
            self._side = QWidget()
            look = theme()
            self._side.setFixedWidth(look.px(width))
            column = QVBoxLayout(self._side)
            column.setContentsMargins(_SIDE + 1, look.space.s16, _SIDE, look.space.s24)
            column.setSpacing(look.space.s8)
            self._columns.addWidget(self._side)
        layout = self._side.layout()
        if not isinstance(layout, QVBoxLayout):
            raise TypeError("the side column lost its layout")
        return layout

    def set_file(self, name: str, icon: str = "pill") -> None:
        """Name the file it is about, at the left of the foot."""
        self._file.set(name, icon)

    def add_to_foot(self, widget: QWidget) -> None:
        """Put a control behind the file name."""
        self.foot.insertWidget(1, widget)

    def set_sentence(self, sentence: str) -> None:
        """Change the sentence in the head."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.setAccessibleDescription(sentence)
        self.place()

    def set_error(self, message: str) -> None:
        """Say under the body what went wrong; an empty text takes it away."""
        self._error.setText(message)
        self._error.setVisible(bool(message))
        self.place()

    def error(self) -> str:
        """The error shown, empty when there is none."""
        return self._error.text() if not self._error.isHidden() else ""

    @property
    def is_busy(self) -> bool:
        """The verb is being done."""
        return self._busy

    def set_busy(self, busy: bool) -> None:
        """While the verb is being done: it cannot be pressed again, a bar moves; Cancel stays possible."""
        self._busy = busy
        self.verb.setEnabled(not busy)
        self._progress.setVisible(busy)

    # ---------------------------------------------------------------------------------------- open, close

    def open(self) -> None:
        """Cover the window and take the focus: the first field, else the verb."""
        self._before = QApplication.focusWidget()
        if not self.body.count() and self._side is None:
            # A question is all head and foot: one line between them, not two.
            self.body.setContentsMargins(0, 0, 0, 0)
        self._window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._keep_focus)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.place()
        first = next((one for one in self._stops() if not isinstance(one, QAbstractButton)), self.verb)
        first.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def accept(self) -> None:
        """As if the verb had been pressed; nothing while it cannot be."""
        if not self.verb.isEnabled():
            return
        self.accepted.emit()
        if not self._keep_open:
            self.done(True)

    def reject(self) -> None:
        """Cancel."""
        self.rejected.emit()
        self.done(False)

    def done(self, accepted: bool) -> None:
        """Close it, give the focus back, and say how it ended."""
        if not self.isVisible():
            return
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._keep_focus)
        self._window.removeEventFilter(self)
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.finished.emit(accepted)

    # ------------------------------------------------------------------------------------------- geometry

    def card(self) -> QRect:
        """Where the card is, in window coordinates."""
        return self._card.geometry()

    def place(self) -> None:
        """Fit the card to its content, a little above the middle; happens by itself when the content changes."""
        if self.width() <= 0:
            return
        width = min(theme().px(self._card_width), self.width() - 2 * _FROM_EDGE)
        self._column.activate()
        wanted = self._column.totalHeightForWidth(width) if self._column.hasHeightForWidth() else -1
        if wanted < 0:
            wanted = self._column.totalSizeHint().height()
        height = min(wanted, self.height() - 2 * _FROM_EDGE)
        x = (self.width() - width) // 2
        y = max((self.height() - height) * 37 // 100, _FROM_EDGE)
        self._card.setGeometry(x, y, width, height)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self.place()
        return False

    # ---------------------------------------------------------------------------------------- focus, keys

    def _stops(self) -> list[QWidget]:
        """The controls the tab key visits: the content, then the foot, the cross last."""
        stops: list[QWidget] = []
        widget = self._card.nextInFocusChain()
        while widget is not None and widget is not self._card:
            reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
            if reachable and widget.isVisible() and widget.isEnabled() and self._card.isAncestorOf(widget):
                stops.append(widget)
            widget = widget.nextInFocusChain()
        return sorted(stops, key=self._place_of)

    def _place_of(self, stop: QWidget) -> int:
        if stop is self._close:
            return 3
        if stop in {self.cancel, self.verb}:
            return 2
        return 1 if self._foot.isAncestorOf(stop) else 0

    def focusNextPrevChild(self, next: bool) -> bool:
        stops = self._stops()
        now = QApplication.focusWidget()
        if not stops:
            return True
        at = stops.index(now) if now in stops else (-1 if next else 0)
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if next else -1)) % len(stops)].setFocus(reason)
        return True

    def _keep_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Focus that wanders to what lies underneath comes back."""
        if new is None or not self.isVisible() or self.isAncestorOf(new) or new.window() is not self.window():
            return
        parent = new.parentWidget()
        if isinstance(parent, DialogSheet) or _sheet_of(new) is not None:
            return
        self.verb.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # The keys of the window underneath rest while the dialog is open.
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.reject()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._enter_accepts(event):
            self.accept()
        # Everything else ends here too.
        event.accept()

    def _enter_accepts(self, event: QKeyEvent) -> bool:
        with_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return with_ctrl or not isinstance(QApplication.focusWidget(), QPlainTextEdit)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    # ------------------------------------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("scrim"))
        paint_shadow(painter, QRectF(self._card.geometry()), "dialog")
        painter.end()

    def paint_card(self, painter: QPainter) -> None:
        """The ground of the card and its lines; called by the card."""
        look = theme()
        rect = QRectF(self._card.rect())
        panel(painter, rect, look.radius.dialog, look.color("raised"), look.color("lineStrong"))
        top = self._head.geometry().bottom()
        foot = self._foot.y()
        if self._side is not None:
            box = self._side.geometry()
            right = QRectF(box.x(), top + 1, rect.right() - 1 - box.x(), foot - top - 1)
            painter.fillRect(right, look.color("sidebar"))
            painter.fillRect(QRectF(box.x(), top + 1, 1, foot - top - 1), look.color("line"))
        painter.fillRect(QRectF(1, top, rect.width() - 2, 1), look.color("line"))
        painter.fillRect(QRectF(1, foot, rect.width() - 2, 1), look.color("line"))


def _sheet_of(widget: QWidget) -> DialogSheet | None:
    """The dialog a widget belongs to, for dialogs that open one another."""
    parent: QWidget | None = widget
    while parent is not None:
        if isinstance(parent, DialogSheet):
            return parent
        parent = parent.parentWidget()
    return None


class _Card(QWidget):
    def __init__(self, sheet: DialogSheet) -> None:
        super().__init__(sheet)
        self._sheet = sheet

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._sheet.place()
        return handled

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._sheet.paint_card(painter)
        painter.end()


class _Head(QWidget):
    """Icon 24, title, one sentence, and the cross."""

    def __init__(self, icon: str, title: Text, sentence: Text, close: IconButton) -> None:
        super().__init__()
        self._icon = icon
        look = theme()
        row = QHBoxLayout(self)
        row.setContentsMargins(_SIDE + look.size.icon_large + look.space.s12, 21, _SIDE - 1, look.space.s12)
        row.setSpacing(look.space.s8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(title)
        words.addWidget(sentence)
        row.addLayout(words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._title = title
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        side = look.size.icon_large
        # Beside the first line, however many the title takes.
        middle = self._title.mapTo(self, QPoint(0, look.line_height("dialog") // 2)).y()
        look.paint_icon(painter, QRectF(_SIDE, middle - side / 2, side, side), self._icon, "accent")
        painter.end()


class _FileName(QWidget):
    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme().size.icon + 6, 0, 8, 0)
        self._text = Text("", "small", "text2")
        row.addWidget(self._text)
        self._icon = "pill"

    def set(self, name: str, icon: str) -> None:
        self._icon = icon
        self._text.setText(name)
        self._text.setToolTip(name)
        self.setVisible(bool(name))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        side = look.size.icon
        look.paint_icon(painter, QRectF(0, (self.height() - side) / 2, side, side), self._icon, "text2")
        painter.end()
