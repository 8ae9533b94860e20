"""The search field: a magnifier, removable tokens, free text, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.paint import draw_text, panel, text_width

_LEFT = 9
_GAP = 8
_TOKEN_GAP = 4
_TOKEN_HEIGHT = 22
_TOKEN_PADDING = 7
_TOKEN_CLOSE = 14
_CROSS = 11
_TOKEN_MAX = 200
_EDIT_MIN = 120
_BUTTON = 24
_RIGHT = 4


@dataclass(frozen=True, slots=True)
class Token:
    """A fixed part of a query: a field and the value it must have, say ``tag`` and ``upper weir``."""

    field: str
    value: str

    @property
    def label(self) -> str:
        """As shown in the field."""
        return f"{self.field}: {self.value}"

    @property
    def query(self) -> str:
        """As written in the query language, quoted where it must be."""
        plain = self.value and all(letter.isalnum() or letter in "-_./" for letter in self.value)
        value = self.value if plain else '"' + self.value.replace('"', " ") + '"'
        return f"{self.field}:{value}"


class SearchField(QWidget):
    """Tokens, then text. Left or Backspace at the start of the text reach the tokens, Delete removes one.

    Signals: ``textEdited(str)`` while typing; ``tokensChanged()``; ``submitted()`` on Enter;
    ``filterRequested()`` for the button at the end; ``leftDownwards()`` when Down asks for the results.
    """

    textEdited = Signal(str)
    tokensChanged = Signal()
    submitted = Signal()
    filterRequested = Signal()
    leftDownwards = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_filter: bool = True) -> None:
        super().__init__(parent)
        self._tokens: list[_TokenButton] = []
        self._edit = _Edit(self)
        self._edit.setPlaceholderText(self.tr("Search"))
        self._edit.setAccessibleName(self.tr("Search"))
        self._edit.textEdited.connect(self._edited)
        self._edit.textChanged.connect(self._arrange)
        self._edit.returnPressed.connect(self.submitted)
        self._edit.installEventFilter(self)
        self._clear = IconButton(
            "close", self.tr("Clear the search"), tint="text3", side=_BUTTON, glyph=13, parent=self
        )
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self._clear_by_hand)
        self._filter: IconButton | None = None
        if with_filter:
            self._filter = IconButton("filter-variant", self.tr("Add a filter"), side=_BUTTON, parent=self)
            self._filter.clicked.connect(self.filterRequested)
        self._reason: _Reason | None = None
        self.setFocusProxy(self._edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        if self._filter is not None:
            self._filter.setCursor(Qt.CursorShape.ArrowCursor)
        self._rescale()
        theme().scaled.connect(self._rescale)

    # -------------------------------------------------------------------------------------------- content

    def text(self) -> str:
        """The free text without the tokens."""
        return self._edit.text()

    def set_text(self, text: str) -> None:
        """Replace the free text, as if nobody had typed: no signal."""
        self.clear_error()
        self._edit.setText(text)

    def set_placeholder(self, text: str) -> None:
        """What stands in the empty field."""
        self._edit.setPlaceholderText(text)

    def tokens(self) -> tuple[Token, ...]:
        """The tokens from left to right."""
        return tuple(button.token for button in self._tokens)

    def add_token(self, token: Token) -> None:
        """Append a token; one that is there already stays as it is."""
        if token in self.tokens():
            return
        button = _TokenButton(token, self)
        button.removed.connect(self.remove_token)
        button.moved.connect(self._move_focus)
        button.show()
        self._tokens.append(button)
        self._arrange()
        self.tokensChanged.emit()

    def remove_token(self, token: Token) -> None:
        """Take a token away; one that is not there is no error."""
        for button in self._tokens:
            if button.token == token:
                self._tokens.remove(button)
                had_focus = button.hasFocus()
                button.hide()
                button.deleteLater()
                if had_focus:
                    self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
                self._arrange()
                self.tokensChanged.emit()
                return

    def set_tokens(self, tokens: tuple[Token, ...]) -> None:
        """Replace all tokens; ``tokensChanged`` fires once, if they differ."""
        if tokens == self.tokens():
            return
        blocked = self.blockSignals(True)
        for token in self.tokens():
            if token not in tokens:
                self.remove_token(token)
        for token in tokens:
            self.add_token(token)
        self.blockSignals(blocked)
        self.tokensChanged.emit()

    def query(self) -> str:
        """Tokens and text as one query."""
        return " ".join(part for part in (*(t.query for t in self.tokens()), self.text().strip()) if part)

    def clear(self) -> None:
        """Empty the field without telling anybody about the text."""
        self.set_text("")
        self.set_tokens(())

    def select_all(self) -> None:
        """Select the text, for when the field is called by its key."""
        self._edit.selectAll()

    def _edited(self, text: str) -> None:
        self.clear_error()
        self.textEdited.emit(text)

    def _clear_by_hand(self) -> None:
        had_text = bool(self.text())
        self.clear()
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        if had_text:
            self.textEdited.emit("")

    # --------------------------------------------------------------------------------------------- errors

    def set_error(self, position: int, message: str) -> None:
        """Mark the word of the free text at ``position`` as wrong and say why, until the text changes."""
        self._edit.mark_error(position)
        self._edit.setToolTip(message)
        self._edit.setAccessibleDescription(message)
        if self._reason is None:
            self._reason = _Reason(self)
        self._reason.say(message)

    def clear_error(self) -> None:
        """Take the mark and the reason away."""
        self._edit.mark_error(None)
        self._edit.setToolTip("")
        self._edit.setAccessibleDescription("")
        if self._reason is not None:
            self._reason.hide()

    def error(self) -> str:
        """The reason shown, empty when nothing is wrong."""
        return self._edit.toolTip()

    # ------------------------------------------------------------------------------------------- geometry

    def sizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(360), look.size.field)

    def minimumSizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(200), look.size.field)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _rescale(self) -> None:
        self._edit.setFont(theme().font("body"))
        self.updateGeometry()
        self._arrange()

    def _arrange(self) -> None:
        look = theme()
        height = self.height()
        side = look.px(_BUTTON)
        right = self.width() - _RIGHT
        if self._filter is not None:
            self._filter.setGeometry(right - side, (height - side) // 2, side, side)
            right -= side + 9
        self._clear.setVisible(bool(self._tokens or self._edit.text()))
        self._clear.setGeometry(right - side, (height - side) // 2, side, side)
        right -= side + 4
        x = _LEFT + look.size.icon + _GAP
        tall = min(look.px(_TOKEN_HEIGHT), height - 4)
        room = right - x - min(look.px(_EDIT_MIN), (right - x) // 2)
        for at, button in enumerate(self._tokens):
            share = max(room // (len(self._tokens) - at), 2 * tall)
            width = min(button.sizeHint().width(), share)
            button.setGeometry(x, (height - tall) // 2, width, tall)
            x += width + _TOKEN_GAP
            room -= width + _TOKEN_GAP
        if self._tokens:
            x += 2
        self._edit.setGeometry(x, 1, max(right - x, 0), height - 4)
        self.update()

    # ---------------------------------------------------------------------------------------- focus, keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._edit.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._edit:
            if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
                self.update()
            elif event.type() == QEvent.Type.KeyPress:
                return self._key(cast(QKeyEvent, event))
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key, edit = event.key(), self._edit
        at_start = edit.cursorPosition() == 0 and not edit.hasSelectedText()
        if key in {Qt.Key.Key_Backspace, Qt.Key.Key_Left} and at_start and self._tokens:
            self._tokens[-1].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if key == Qt.Key.Key_Down:
            self.leftDownwards.emit()
            return True
        if key == Qt.Key.Key_Escape and (edit.text() or self._tokens):
            self._clear_by_hand()
            return True
        return False

    def _move_focus(self, token: Token, step: int) -> None:
        index = self.tokens().index(token) + step
        if 0 <= index < len(self._tokens):
            self._tokens[index].setFocus(Qt.FocusReason.TabFocusReason)
        elif index >= len(self._tokens):
            self._edit.setFocus(Qt.FocusReason.TabFocusReason)
            self._edit.setCursorPosition(0)

    # ------------------------------------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        focused = self._edit.hasFocus() or any(button.hasFocus() for button in self._tokens)
        if focused:
            panel(
                painter,
                rect,
                look.radius.control,
                look.color("pane"),
                look.color("accent"),
                look.border.focus,
            )
        else:
            edge = "control" if self.isEnabled() else "line"
            panel(painter, rect, look.radius.control, look.color("pane"), look.color(edge))
        side = look.size.icon
        at = QRectF(_LEFT, (rect.height() - side) / 2, side, side)
        look.paint_icon(painter, at, "magnify", "text3" if self.isEnabled() else "disabled")
        if self._filter is not None:
            x = self._filter.x() - 5
            painter.fillRect(QRectF(x, rect.height() / 2 - 8, 1, 16), look.color("line"))
        painter.end()


class _TokenButton(QAbstractButton):
    """One token; the whole of it takes the focus, the cross removes it."""

    removed = Signal(Token)
    moved = Signal(Token, int)

    def __init__(self, token: Token, parent: QWidget) -> None:
        super().__init__(parent)
        self.token = token
        self.setText(token.label)
        self.setAccessibleName(self.tr("{token}. Delete removes it.").replace("{token}", token.label))
        self.setToolTip(token.label)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        # Reached by the arrow keys from the text; the tab key goes on to the next control.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def sizeHint(self) -> QSize:
        look = theme()
        text = min(text_width(look.font("small"), self.text()), look.px(_TOKEN_MAX))
        width = text + 2 * look.px(_TOKEN_PADDING) + look.px(_TOKEN_CLOSE) + 2
        return QSize(int(width + 0.999), look.px(_TOKEN_HEIGHT))

    def _close_rect(self) -> QRectF:
        side = theme().px(_TOKEN_CLOSE)
        return QRectF(self.width() - side - 5, (self.height() - side) / 2, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        focused = self.hasFocus()
        panel(painter, rect, look.radius.tag, look.color("accentSoft" if focused else "sunken"))
        role = "accentText" if focused else "text"
        close = self._close_rect()
        left = look.px(_TOKEN_PADDING)
        room = QRectF(left, 0, close.left() - left - 2, rect.height())
        draw_text(painter, room, self.text(), look.font("small"), look.color(role))
        if self.underMouse():
            panel(painter, close.adjusted(-1, -1, 1, 1), look.radius.mark, look.color("pressed"))
        inset = (close.width() - look.px(_CROSS)) / 2
        cross = close.adjusted(inset, inset, -inset, -inset)
        look.paint_icon(painter, cross, "close", role if focused else "text")
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self._close_rect().adjusted(-6, -6, 6, 6).contains(event.position())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.removed.emit(self.token)
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit(self.token)
        elif key == Qt.Key.Key_Left:
            self.moved.emit(self.token, -1)
        elif key == Qt.Key.Key_Right:
            self.moved.emit(self.token, 1)
        else:
            super().keyPressEvent(event)


class _Edit(QLineEdit):
    """The free text, on the ground of the field around it, with a wavy line under what is wrong."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._error: int | None = None
        self.setFrame(False)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)

    def mark_error(self, position: int | None) -> None:
        self._error = position
        self.update()

    def error_span(self) -> tuple[int, int]:
        """First and one-past-last character of the word that is wrong; empty when there is none."""
        text = self.text()
        if self._error is None:
            return 0, 0
        start = min(max(self._error, 0), len(text))
        if start == len(text) or text[start].isspace():
            # Something is missing at the end: mark what stands before it.
            start = len(text[:start].rstrip())
            start = len(text[:start]) - len(text[:start].split(" ")[-1])
        end = start
        while end < len(text) and not text[end].isspace():
            end += 1
        return start, max(end, start + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._error is None:
            return
        start, end = self.error_span()
        metrics = QFontMetricsF(self.font())
        text = self.text()
        caret = QRectF(self.cursorRect())
        # Where the text begins, however far it has been scrolled.
        origin = caret.center().x() - metrics.horizontalAdvance(text[: self.cursorPosition()])
        left = origin + metrics.horizontalAdvance(text[:start])
        right = max(origin + metrics.horizontalAdvance(text[:end]), left + 6)
        y = self.height() / 2 + metrics.height() / 2 + 1
        wave = QPainterPath(QPointF(left, y))
        x, up = left, True
        while x < right:
            wave.lineTo(QPointF(min(x + 2, right), y - 2 if up else y))
            x, up = x + 2, not up
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("error"), 1))
        painter.drawPath(wave)
        painter.end()


class _Reason(QWidget):
    """Why the query cannot be read, floating under the field as a child of the window."""

    def __init__(self, field: SearchField) -> None:
        super().__init__(field.window())
        self._field = field
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, text: str) -> None:
        self._text = text
        look = theme()
        width = int(text_width(look.font("small"), text)) + 2 * look.px(10) + look.size.icon + 6
        self.resize(min(width, self._field.width()), look.px(28))
        below = self._field.mapTo(self._field.window(), QPoint(0, self._field.height() + 4))
        self.move(below)
        self.show()
        self.raise_()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        panel(painter, rect, look.radius.control, look.color("errorSoft"), look.color("error"))
        side = look.size.icon
        x = look.px(8)
        look.paint_icon(
            painter, QRectF(x, (rect.height() - side) / 2, side, side), "alert-circle-outline", "error"
        )
        x += side + 6
        room = QRectF(x, 0, rect.width() - x - look.px(8), rect.height())
        draw_text(painter, room, self._text, look.font("small"), look.color("error"))
        painter.end()
