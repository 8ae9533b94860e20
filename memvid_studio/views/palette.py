"""The command palette: every command by its words, and moments by theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from memvid_studio.theme import theme
from memvid_studio.widgets.fields import LineEdit
from memvid_studio.widgets.kbd import key_cap_width, key_text, paint_key_cap
from memvid_studio.widgets.paint import draw_text, panel, text_width
from memvid_studio.widgets.shadow import paint_shadow, shadow_margins
from memvid_studio.widgets.text import Text

Index = QModelIndex | QPersistentModelIndex

_WIDTH = 640
_TOP = 96
_FIELD = 52
_ROWS = 9
_ROW_ROLE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette: ``action`` to trigger or ``moment`` to go to; ``marks`` are matched letters."""

    text: str
    group: str = ""
    keys: str = ""
    icon: str = ""
    action: QAction | None = None
    moment: datetime | None = None
    marks: tuple[int, ...] = ()


def match(words: str, text: str) -> tuple[int, ...] | None:
    """Places of the typed words in a text, each word at the beginning of one of its; None if one is missing."""
    lowered = text.casefold()
    found: list[int] = []
    for word in words.casefold().split():
        at = lowered.find(word)
        while at > 0 and lowered[at - 1].isalnum():
            at = lowered.find(word, at + 1)
        if at < 0:
            return None
        found += range(at, at + len(word))
    return tuple(found)


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == _ROW_ROLE:
            return entry
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{entry.text}, {entry.group}"
        return None

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()


class _Rows(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, theme().size.palette_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme()
        entry: Entry = index.data(_ROW_ROLE)
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.color("accentSoft"))
            painter.fillRect(
                QRectF(0, rect.top(), look.border.selection_bar, rect.height()), look.color("accent")
            )
        side = look.size.icon
        if entry.icon:
            icon = QRectF(rect.left() + 18, rect.center().y() - side / 2, side, side)
            look.paint_icon(painter, icon, entry.icon, "text2")
        right = rect.right() - 16
        if entry.keys:
            keys = key_text(entry.keys)
            cap = key_cap_width(keys)
            right -= cap
            paint_key_cap(painter, QRectF(right, rect.center().y() - look.px(9), cap, look.px(18)), keys)
            right -= 8
        left = rect.left() + 46
        for text, hit in _runs(entry):
            font = look.font("strong" if hit else "body")
            width = text_width(font, text)
            box = QRectF(left, rect.top(), max(0.0, min(width, right - left)), rect.height())
            draw_text(painter, box, text, font, look.color("accentText" if hit else "text"))
            left += width
        if entry.group and right - left > 60:
            box = QRectF(left + 12, rect.top(), right - left - 12, rect.height())
            draw_text(painter, box, entry.group, look.font("small"), look.color("text3"))


def _runs(entry: Entry) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    marks = set(entry.marks)
    for place, letter in enumerate(entry.text):
        hit = place in marks
        if runs and runs[-1][1] == hit:
            runs[-1] = (runs[-1][0] + letter, hit)
        else:
            runs.append((letter, hit))
    return runs


class CommandPalette(QWidget):
    """A card over the window. Type, arrows, Enter; Escape or a click beside it leaves. ``actions``: with menus.

    Signals: ``textChanged(str)`` for whoever knows moments; ``momentChosen(datetime)``.
    """

    textChanged = Signal(str)
    momentChosen = Signal(object)

    def __init__(self, window: QWidget, actions: list[tuple[QAction, str]]) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._moments: list[Entry] = []
        self._before: QWidget | None = None
        self.field = LineEdit("", self.tr("Find a command, or type a date"), icon="magnify")
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        self._model = _Entries(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Rows(self))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.viewport().setAutoFillBackground(False)
        self.list.clicked.connect(self._chosen)
        margins = shadow_margins("dialog")
        column = QVBoxLayout(self)
        column.setContentsMargins(
            margins.left() + 12, margins.top() + 10, margins.right() + 12, margins.bottom() + 12
        )
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self._nothing = Text(self.tr("No command with these words, and no moment."), "small", "text3")
        self._nothing.setContentsMargins(8, 0, 8, 0)
        column.addWidget(self._nothing)
        self.setAccessibleName(self.tr("Commands"))
        self.hide()

    def open(self) -> None:
        """Comes up empty with the focus in its field."""
        self._before = QApplication.focusWidget()
        self.field.clear()
        self._moments = []
        self._fill()
        self.show()
        self.raise_()
        self.field.setFocus()
        self._window.installEventFilter(self)

    def leave(self) -> None:
        """Goes, and gives the focus back."""
        if self.isVisible():
            self._window.removeEventFilter(self)
            self.hide()
            if self._before is not None and self._before.isVisible():
                self._before.setFocus()

    def show_moment(self, text: str, when: datetime, words: str) -> None:
        """A moment the typed text means; ignored when something else stands there by now."""
        if text == self.field.text():
            title = self.tr("Go to {moment}").replace("{moment}", words)
            self._moments = [Entry(title, self.tr("Timeline"), icon="history", moment=when)]
            self._fill()

    def _typed(self, text: str) -> None:
        self._moments = []
        self._fill()
        self.textChanged.emit(text)

    def _fill(self) -> None:
        words = self.field.text()
        entries: list[Entry] = []
        for action, group in self._actions:
            if not action.isEnabled():
                continue
            text = action.text().partition("\t")[0].replace(" …", "")
            marks = match(words, text)
            if marks is not None:
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                shown = keys or str(action.property("shown") or "")
                icon = str(action.property("icon") or "")
                entries.append(Entry(text, group, shown, icon, action, marks=marks))
        # What begins with the words comes first, otherwise the order of the menus.
        entries.sort(key=lambda entry: bool(entry.marks) and entry.marks[0] > 0)
        entries = [*self._moments, *entries]
        self._nothing.setVisible(not entries)
        self.list.setVisible(bool(entries))
        self._model.show(entries)
        if entries:
            self.list.setCurrentIndex(self._model.index(0))
        self._fit()

    def _fit(self) -> None:
        """As high as what it lists, up to nine rows."""
        look, margins = theme(), shadow_margins("dialog")
        width = min(look.px(_WIDTH), self._window.width() - 48) + margins.left() + margins.right()
        rows = min(max(self._model.rowCount(), 1), _ROWS) * look.size.palette_row
        height = look.px(_FIELD) + rows + 20 + margins.top() + margins.bottom()
        x = (self._window.width() - width) // 2
        self.setGeometry(x, look.px(_TOP) - margins.top(), width, min(height, self._window.height() - 60))

    def _chosen(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self._model.entries[index.row()]
        self.leave()
        if entry.moment is not None:
            self.momentChosen.emit(entry.moment)
        elif entry.action is not None:
            entry.action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self._window and event.type() in {
            QEvent.Type.Resize,
            QEvent.Type.MouseButtonPress,
        }:
            self.leave()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key, row = event.key(), self.list.currentIndex().row()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._chosen(self.list.currentIndex())
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            step = 1 if key == Qt.Key.Key_Down else -1
            count = max(1, self._model.rowCount())
            self.list.setCurrentIndex(self._model.index((row + step) % count))
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        card = QRectF(self.rect().marginsRemoved(shadow_margins("dialog")))
        paint_shadow(painter, card, "dialog")
        panel(painter, card, look.radius.dialog, look.color("raised"), look.color("lineStrong"))
        painter.end()


class PaletteButton(QWidget):
    """At the right end of the menu bar: says that there is a palette, and opens it."""

    clicked = Signal()

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = key_text(keys)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Find a command"))

    def sizeHint(self) -> QSize:
        look = theme()
        width = text_width(look.font("small"), self.tr("Find a command")) + key_cap_width(self._keys)
        return QSize(int(width + 0.999) + 8 + 12, look.size.menu_bar)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        width = key_cap_width(self._keys)
        left = self.width() - 12 - width
        paint_key_cap(painter, QRectF(left, self.height() / 2 - look.px(9), width, look.px(18)), self._keys)
        box = QRectF(0, 0, left - 8, self.height())
        color = look.color("text" if self.underMouse() else "text3")
        draw_text(
            painter, box, self.tr("Find a command"), look.font("small"), color, Qt.AlignmentFlag.AlignRight
        )
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
