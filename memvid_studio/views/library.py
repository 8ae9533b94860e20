"""The left pane: which capsule, what can be added, and everything there is by capsule, kind and tag."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QListView, QMenu, QSizePolicy, QVBoxLayout, QWidget

from memvid_studio.models.library import LibraryModel, LibraryRow, RowKind
from memvid_studio.theme import theme
from memvid_studio.views.bars import Bar, Ground
from memvid_studio.views.library_delegate import LibraryDelegate
from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.paint import draw_text, panel

NARROW_WIDTH = 52

_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class CapsuleHead(QAbstractButton):
    """The name of the capsule and how much is in it; pressing it opens the list of capsules."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sub = ""
        self._open = False
        self._sealed = False
        self.narrow = False
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.show_capsule("", "", sealed=False)
        theme().changed.connect(self.update)

    def show_capsule(self, name: str, sub: str, *, sealed: bool) -> None:
        """An empty name: nothing is open."""
        self._open, self._sub, self._sealed = bool(name), sub, sealed
        self.setText(name or self.tr("No capsule open"))
        self.setAccessibleName(f"{self.text()}, {sub}" if sub else self.text())
        self.setToolTip(self.text() if name else "")
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        if self._open and (self.isDown() or self.underMouse()):
            painter.fillRect(self.rect(), look.color("pressed" if self.isDown() else "hover"))
        height, side = self.height(), look.size.icon
        left = (self.width() - side) / 2 if self.narrow else 14
        icon = "lock-outline" if self._sealed else "pill"
        role = "accentText" if self._open else "text2"
        look.paint_icon(painter, QRectF(left, (height - side) / 2, side, side), icon, role)
        if not self.narrow:
            right = self.width() - (34 if self._open else 12)
            if self._open:
                box = QRectF(40, height / 2 - look.px(18), right - 40, look.px(20))
                draw_text(painter, box, self.text(), look.font("strong"), look.color("text"), elide=_MIDDLE)
                sub_role = "accentText" if look.past else "text3"
                box = QRectF(40, height / 2 + look.px(1), right - 40, look.px(16))
                draw_text(painter, box, self._sub, look.font("micro"), look.color(sub_role))
                at = QRectF(self.width() - 28, (height - side) / 2, side, side)
                look.paint_icon(painter, at, "unfold-more-horizontal", "text2")
            else:
                box = QRectF(40, 0, right - 40, height)
                draw_text(painter, box, self.text(), look.font("body"), look.color("text2"))
        if self._ring and self.hasFocus():
            inner = QRectF(self.rect()).adjusted(3, 3, -3, -3)
            panel(painter, inner, look.radius.control, None, look.color("accent"), look.border.focus)
        painter.end()


_MIDDLE = Qt.TextElideMode.ElideMiddle


class LibraryList(QListView):
    """Rows act on one click and on Enter; the + of a heading has its own signal."""

    chosen = Signal(object)
    """LibraryRow"""
    plusClicked = Signal()
    contextWanted = Signal(object, QPoint)
    """LibraryRow and where, in global coordinates."""

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = model
        self._delegate = LibraryDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(self.tr("Library"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._context)
        self.viewport().setAutoFillBackground(False)

    def set_narrow(self, narrow: bool) -> None:
        """Icons only."""
        self._delegate.narrow = narrow
        self.doItemsLayout()
        self.viewport().update()

    def relayout(self) -> None:
        """Sizes or colours changed."""
        self.doItemsLayout()
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        row = self._library.row(index.row())
        if row.kind == RowKind.SECTION:
            if row.with_plus and event.position().x() > self.viewport().width() - 40:
                self.plusClicked.emit()
        elif row.kind != RowKind.HINT:
            self.chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and index.isValid():
            self.chosen.emit(self._library.row(index.row()))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._delegate.keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)
        if self._delegate.keyboard and not self.currentIndex().isValid():
            first = next(
                (
                    row
                    for row in range(self._library.rowCount())
                    if self._library.flags(self._library.index(row)) & Qt.ItemFlag.ItemIsEnabled
                ),
                None,
            )
            if first is not None:
                self.setCurrentIndex(self._library.index(first))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._delegate.keyboard = False
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            painter = QPainter(self.viewport())
            painter.fillRect(self.viewport().rect(), theme().color("sidebar"))
            painter.end()
        return super().viewportEvent(event)

    def _context(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            row = self._library.row(index.row())
            self.contextWanted.emit(row, self.viewport().mapToGlobal(at))


class LibraryPane(Ground):
    """Head, the buttons to add things, and the list. Below a certain window width only icons."""

    addWanted = Signal()
    noteWanted = Signal()
    shareWanted = Signal()
    newWanted = Signal()
    rowChosen = Signal(object)
    """LibraryRow of a capsule, kind or tag."""
    capsuleContext = Signal(object, QPoint)

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__("sidebar", parent=parent)
        self._library = model
        self.setMinimumWidth(180)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)

        self.head = CapsuleHead(self)
        head_bar = Bar("head", "sidebar")
        head_bar.set_sides(0)
        head_bar.row.addWidget(self.head)
        self._menu = QMenu(self)
        self.head.clicked.connect(self._open_menu)
        column.addWidget(head_bar)

        self._sub = Bar("sub", "sidebar")
        self.add_button = Button(self.tr("Add"), "tray-arrow-down")
        self.note_button = Button(self.tr("Note"), "note-text-outline")
        self.share_button = IconButton("open-in-new", self.tr("Seal a copy to share"))
        self.add_button.clicked.connect(self.addWanted)
        self.note_button.clicked.connect(self.noteWanted)
        self.share_button.clicked.connect(self.shareWanted)
        self._sub.row.addWidget(self.add_button)
        self._sub.row.addWidget(self.note_button)
        self._sub.row.addStretch(1)
        self._sub.row.addWidget(self.share_button)
        column.addWidget(self._sub)

        self.list = LibraryList(model, self)
        self.list.chosen.connect(self._chosen)
        self.list.plusClicked.connect(self.newWanted)
        self.list.contextWanted.connect(self._context)
        column.addWidget(self.list, 1)
        theme().changed.connect(self.list.relayout)

    def set_capsule_menu(self, menu: QMenu) -> None:
        """What the head opens."""
        self._menu = menu

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, and no buttons; the menu has their actions."""
        if narrow == self.head.narrow:
            return
        self.head.narrow = narrow
        self._sub.setVisible(True)
        for button in (self.note_button, self.share_button):
            button.setVisible(not narrow)
        self.add_button.set_text("" if narrow else self.tr("Add"))
        self._sub.set_sides(6 if narrow else 12)
        self.list.set_narrow(narrow)
        if narrow:
            self.setFixedWidth(theme().px(NARROW_WIDTH))
        else:
            self.setMinimumWidth(180)
            self.setMaximumWidth(16777215)
        self.head.update()

    def sizeHint(self) -> QSize:
        return QSize(theme().size.library, 400)

    def _open_menu(self) -> None:
        self._menu.popup(self.head.mapToGlobal(QPoint(8, self.head.height() - 4)))

    def _chosen(self, row: LibraryRow) -> None:
        if row.kind == RowKind.MORE_TAGS:
            self._library.show_all_tags()
        else:
            self.rowChosen.emit(row)

    def _context(self, row: LibraryRow, at: QPoint) -> None:
        if row.kind == RowKind.CAPSULE:
            self.capsuleContext.emit(row, at)

    def index_of(self, kind: RowKind, key: str) -> QModelIndex:
        """Where a row stands in the list."""
        return self._library.find(kind, key)
