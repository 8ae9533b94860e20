"""The two rows above what is read: what it is, and where in it one is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget

from memvid_studio.theme import theme
from memvid_studio.views.bars import Bar, Line
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.paint import draw_text, panel, text_width
from memvid_studio.widgets.segmented import Segmented
from memvid_studio.widgets.tile import paint_tile
from memvid_studio.words import number, one_line, tr

CONTENT, DETAILS, HISTORY = range(3)


class _KindTile(QWidget):
    """The film square of a kind, 28 pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        theme().scaled.connect(self.updateGeometry)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        self.update()

    def sizeHint(self) -> QSize:
        side = theme().px(28)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._kind:
            painter = QPainter(self)
            paint_tile(painter, QRectF(self.rect()), self._kind)
            painter.end()


class ViewerHead(Bar):
    """Tile, title, facts, the three segments, edit, export, more.

    Signals: ``segmentChanged(int)``, one of CONTENT, DETAILS, HISTORY; ``editRequested``, ``exportRequested``.
    """

    segmentChanged = Signal(int)
    editRequested = Signal()
    exportRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("head", "pane", parent=parent)
        self._tile = _KindTile()
        self._title = Line(style="strong", elide=Qt.TextElideMode.ElideMiddle)
        self._facts = Line(style="micro", role="text3")
        texts = QVBoxLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(0)
        texts.addStretch(1)
        texts.addWidget(self._title)
        texts.addWidget(self._facts)
        texts.addStretch(1)
        self.segments = Segmented((tr("Content"), tr("Details"), tr("History")))
        self.edit_button = IconButton("pencil-outline", tr("Edit (Ctrl+E)"))
        self._export = IconButton("tray-arrow-up", tr("Export"))
        self._more = IconButton("dots-horizontal", tr("More"))
        self.menu = QMenu(self)
        self.row.addWidget(self._tile)
        self.row.addLayout(texts, 1)
        for button in (self.segments, self.edit_button, self._export, self._more):
            self.row.addWidget(button)
        self.segments.currentChanged.connect(self.segmentChanged)
        self.edit_button.clicked.connect(self.editRequested)
        self._export.clicked.connect(self.exportRequested)
        self._more.clicked.connect(self._open_menu)
        self.edit_button.hide()

    def show_document(self, kind: str, title: str) -> None:
        """Name what is shown; the controls appear."""
        self._tile.set_kind(kind)
        title = one_line(title)
        self._title.set_text(title)
        self._title.setToolTip(title)
        self._set_visible(True)

    def show_nothing(self) -> None:
        """Nothing is shown: only the line of the bar stays."""
        self._tile.set_kind("")
        self._title.set_text("")
        self._facts.set_text("")
        self._set_visible(False)
        self.edit_button.hide()

    def set_facts(self, facts: str) -> None:
        """The line below the title."""
        self._facts.set_text(facts)
        self._facts.setToolTip(facts)

    def _set_visible(self, visible: bool) -> None:
        for widget in (self.segments, self._export, self._more):
            widget.setVisible(visible)

    def _open_menu(self) -> None:
        self.menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))


class MarkCounter(QWidget):
    """The mark one is at: "Hit 1 of 23", the number standing out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[tuple[str, str], ...] = ()
        theme().scaled.connect(self.updateGeometry)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_count(self, current: int, count: int) -> None:
        """``current`` from 0, -1 for none; nothing is shown for a count of 0."""
        if not count:
            self._parts = ()
        else:
            before, _, after = tr("Hit {n} of {m}").replace("{m}", number(count)).partition("{n}")
            shown = number(current + 1) if current >= 0 else "–"
            self._parts = ((before, "small"), (shown, "label"), (after, "small"))
        text = "".join(part for part, _ in self._parts)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """What is shown."""
        return "".join(part for part, _ in self._parts)

    def sizeHint(self) -> QSize:
        look = theme()
        width = sum(text_width(look.font(style), part) for part, style in self._parts)
        return QSize(int(width + 1.999), look.line_height("small"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        x = 0.0
        for part, style in self._parts:
            font = look.font(style)
            width = text_width(font, part)
            role = "text" if style == "label" else "text2"
            rect = QRectF(x, 0, width + 1, self.height())
            draw_text(painter, rect, part, font, look.color(role), elide=Qt.TextElideMode.ElideNone)
            x += width
        painter.end()


class FindField(QLineEdit):
    """Words to look for in this one document.

    Signals: ``closed`` on Escape; ``stepped(int)`` on Enter (+1) and Shift+Enter (-1).
    """

    closed = Signal()
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrame(False)
        self.setPlaceholderText(tr("Find in this document"))
        self.setAccessibleName(tr("Find in this document"))
        self.setTextMargins(8, 0, 8, 0)
        self._fit()
        theme().scaled.connect(self._fit)

    def _fit(self) -> None:
        self.setFont(theme().font("body"))
        self.setFixedSize(theme().px(200), theme().size.button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.stepped.emit(-1 if back else 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        edge, width = ("accent", look.border.focus) if self.hasFocus() else ("control", look.border.line)
        panel(painter, QRectF(self.rect()), look.radius.control, look.color("pane"), look.color(edge), width)
        painter.end()
        super().paintEvent(event)


class SubBar(Bar):
    """The viewer's controls at the left; find, the mark one is at and its arrows at the right.

    Signals: ``stepped(int)``; ``findChanged(str)``, empty when find was closed.
    """

    stepped = Signal(int)
    findChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sub", "pane", parent=parent)
        self._left = QHBoxLayout()
        self._left.setContentsMargins(0, 0, 0, 0)
        self._controls: QWidget | None = None
        self.find_field = FindField()
        self.counter = MarkCounter()
        self.up = IconButton("chevron-up", tr("Previous hit (Shift+F3)"))
        self.down = IconButton("chevron-down", tr("Next hit (F3)"))
        self.row.setSpacing(4)
        self.row.addLayout(self._left, 1)
        for widget in (self.find_field, self.counter, self.up, self.down):
            self.row.addWidget(widget)
        self.find_field.hide()
        self.up.clicked.connect(lambda: self.stepped.emit(-1))
        self.down.clicked.connect(lambda: self.stepped.emit(1))
        self.find_field.stepped.connect(self.stepped)
        self.find_field.closed.connect(self.close_find)
        self.find_field.textChanged.connect(self.findChanged)
        self.set_count(-1, 0)

    def set_controls(self, controls: QWidget | None) -> None:
        """Put a viewer's controls to the left; those before leave."""
        if controls is self._controls:
            return
        if self._controls is not None:
            self._left.removeWidget(self._controls)
            self._controls.hide()
        self._controls = controls
        if controls is not None:
            self._left.addWidget(controls, 1)
            controls.show()

    def set_count(self, current: int, count: int) -> None:
        """The mark one is at and how many there are."""
        self.counter.set_count(current, count)
        for widget in (self.counter, self.up, self.down):
            widget.setVisible(count > 0)

    def open_find(self) -> None:
        """Show the find field and put the cursor in it."""
        self.find_field.show()
        self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_field.selectAll()

    def close_find(self) -> None:
        """Hide the find field; the words of the search are marked again."""
        if self.find_field.isVisibleTo(self):
            self.find_field.hide()
            self.find_field.clear()
            self.findChanged.emit("")
