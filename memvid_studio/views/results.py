"""The middle pane: the search field, how many were found in which order, and the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction, QActionGroup, QFocusEvent, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QMenu, QStackedLayout, QVBoxLayout, QWidget

from memvid_studio.bridge.images import Thumbnails
from memvid_studio.models.results import ID_ROLE, ResultsModel
from memvid_studio.ops.look import View
from memvid_studio.theme import theme
from memvid_studio.views.bars import Bar, Ground, Line
from memvid_studio.views.results_delegate import LOW, ResultsDelegate
from memvid_studio.widgets.buttons import Button
from memvid_studio.widgets.chips import Chip
from memvid_studio.widgets.empty import EmptyState
from memvid_studio.widgets.search_field import SearchField
from memvid_studio.words import counted, number, quoted

_UNIFORM_FROM = 400
"""With more rows than this all have the same height: the view then lays out in no time."""

_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class ResultsList(QListView):
    """Documents; Enter opens, Delete asks to remove, Up from the first row goes back to the field."""

    documentChosen = Signal(int)
    """The current row is another document, -1 for none."""
    activatedByKey = Signal(int)
    deleteWanted = Signal()
    leftUpwards = Signal()
    nowWanted = Signal()
    contextWanted = Signal(int, QPoint)

    def __init__(self, model: ResultsModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._moment: object | None = None
        self._thumbnails = thumbnails
        self._view: View | None = None
        self._delegate = ResultsDelegate(self._picture, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setAccessibleName(self.tr("Results"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._context)
        self.selectionModel().currentChanged.connect(self._current_changed)
        thumbnails.ready.connect(lambda _: self.viewport().update())
        self.verticalScrollBar().setSingleStep(24)

    def take(self, view: View) -> None:
        """Another answer was put into the model."""
        self._view = view
        searched = view.question.is_search
        uniform = not searched or len(view.ids) > _UNIFORM_FROM
        if self._delegate.two_lines == searched and self.uniformItemSizes() == uniform:
            return
        self._delegate.two_lines = searched
        self.setUniformItemSizes(uniform)
        self.doItemsLayout()

    @contextmanager
    def held_still(self, *, to_top: bool = False) -> Iterator[None]:
        """Rows change inside; who reads keeps the row at the upper edge where it is, or sees the first ones.

        At the very top new rows push the others down: there one looks for what is new.
        """
        top, anchor = self.verticalScrollBar().value(), self.indexAt(QPoint(1, 1))
        kept = self._model.id_at(anchor.row()) if anchor.isValid() and top > 0 and not to_top else -1
        before = self.visualRect(anchor).top() if kept >= 0 else 0
        self.setAutoScroll(
            False
        )  # Qt would go to the row that becomes current when the current one is removed
        try:
            yield
        finally:
            self.setAutoScroll(True)
        row = self._model.row_of(kept) if kept >= 0 else None
        if row is not None:
            moved = self.visualRect(self._model.index(row)).top() - before
            self.updateGeometries()
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved)
        elif to_top or top == 0:
            self.scrollToTop()

    def current_id(self) -> int:
        """The chosen document, -1 if none is."""
        found = self.currentIndex().data(ID_ROLE)
        return -1 if found is None else int(found)

    def choose(self, document_id: int, *, scroll: bool = True) -> bool:
        """Makes a document the chosen one; False if it is not in the list."""
        row = self._model.row_of(document_id)
        if row is None:
            self.selectionModel().clear()
            return False
        index = self._model.index(row)
        self.setAutoScroll(scroll)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.setAutoScroll(True)
        if scroll:
            self.scrollTo(index)
        return True

    def _picture(self, document_id: int, side: int) -> QPixmap | None:
        return None if self._view is None else self._thumbnails.get(self._view.moment, document_id, side)

    def _current_changed(self) -> None:
        self.documentChosen.emit(self.current_id())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current_id() >= 0:
            self.activatedByKey.emit(self.current_id())
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and self.current_id() >= 0:
            self.deleteWanted.emit()
        elif key == Qt.Key.Key_N and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.nowWanted.emit()
        elif key == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.leftUpwards.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._delegate.keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.rowCount() and self._delegate.keyboard:
            self.choose_first()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._delegate.keyboard = False
        super().focusOutEvent(event)

    def choose_first(self) -> None:
        """The first document, behind rows of running jobs."""
        for row in range(self._model.rowCount()):
            if self._model.id_at(row) >= 0:
                self.choose(self._model.id_at(row))
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.uniformItemSizes() and event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            painter = QPainter(self.viewport())
            painter.fillRect(self.viewport().rect(), theme().color("pane"))
            painter.end()
        return super().viewportEvent(event)

    def _context(self, at: QPoint) -> None:
        index = self.indexAt(at)
        found = index.data(ID_ROLE) if index.isValid() else None
        if found is not None and found >= 0:
            self.contextWanted.emit(int(found), self.viewport().mapToGlobal(at))


class ResultsPane(Ground):
    """Search field over the list; says so when there is nothing, and what to do then."""

    sortChosen = Signal(str)
    clearWanted = Signal()
    addWanted = Signal()

    def __init__(self, model: ResultsModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__("pane", parent=parent)
        self.setMinimumWidth(360)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)

        head = Bar("head", "pane")
        self.field = SearchField()
        self.field.set_placeholder(self.tr("Search this capsule"))
        head.row.addWidget(self.field)
        column.addWidget(head)

        sub = Bar("sub", "pane")
        self.words_chip = Chip(self.tr("Words"))
        self.words_chip.setChecked(True)
        self.words_chip.setToolTip(self.tr("Finds the words you type"))
        # There is one way of searching so far; switching it off would leave none.
        self.words_chip.toggled.connect(lambda: self.words_chip.setChecked(True))
        self.count = Line("", "small", "text3")
        self.sort_button = Button(self.tr("Relevance"), kind="flat")
        self._sort_menu, self._sorts = self._make_sort_menu()
        self.sort_button.set_menu(self._sort_menu)
        sub.row.addWidget(self.words_chip)
        sub.row.addSpacing(4)
        sub.row.addWidget(self.count, 1)
        sub.row.addWidget(self.sort_button)
        column.addWidget(sub)

        self.list = ResultsList(model, thumbnails, self)
        self.empty = EmptyState("")
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        holder = QWidget()
        holder.setLayout(self._stack)
        column.addWidget(holder, 1)

        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(400)
        self._slow.timeout.connect(lambda: self.count.set_text(self.tr("Searching …")))
        self.field.leftDownwards.connect(self._into_list)
        self.field.submitted.connect(self._into_list)
        self.list.leftUpwards.connect(lambda: self.field.setFocus(Qt.FocusReason.BacktabFocusReason))
        theme().changed.connect(self.list.doItemsLayout)

    def sizeHint(self) -> QSize:
        return QSize(theme().size.results, 400)

    def take(self, view: View, *, waiting: int, past: bool) -> None:
        """Shows counts and, where nothing was found, the next step. ``waiting``: rows of jobs in the list."""
        self._slow.stop()
        self.field.clear_error()
        self.list.take(view)
        searched = view.question.is_search
        if searched:
            exact = "" if view.total_exact else self.tr("more than ")
            self.count.set_text(exact + counted(view.total, self.tr("{n} result"), self.tr("{n} results")))
        else:
            self.count.set_text(counted(view.total, self.tr("{n} frame"), self.tr("{n} frames")))
        self._show_sort(view)
        if view.total or waiting:
            self._stack.setCurrentWidget(self.list)
            return
        if searched:
            self._say_nothing_found(view)
        elif past:
            self._say(
                self.tr("Nothing was in it yet"),
                self.tr("The first document was added after this moment."),
            )
        else:
            self._say(
                self.tr("This capsule is empty"),
                self.tr("Drop files or folders anywhere in this window, or write a note."),
                self.tr("Add files …"),
                self.addWanted,
            )
        self._stack.setCurrentWidget(self.empty)

    def show_list(self) -> None:
        """Rows came that are no documents yet."""
        self._stack.setCurrentWidget(self.list)

    def set_busy(self, busy: bool) -> None:
        """A search that takes long says so."""
        if busy:
            self._slow.start()
        else:
            self._slow.stop()

    def refuse(self, reason: str, position: int) -> None:
        """The query cannot be read."""
        self._slow.stop()
        self.field.set_error(position, reason)
        self.count.set_text("")
        if self._stack.currentWidget() is self.empty:
            self._say(
                self.tr("This search cannot be read"), reason, self.tr("Clear the search"), self.clearWanted
            )

    def _say_nothing_found(self, view: View) -> None:
        text = view.question.text.strip()
        if text and not view.question.filters:
            title = self.tr("Nothing found for {words}").replace("{words}", quoted(text))
        else:
            title = self.tr("Nothing found with these filters")
        sentence = view.note or self.tr("Try fewer or other words.")
        if view.question.filters:
            sentence = view.note or self.tr("Take a filter away, or try other words.")
        self._say(title, sentence, self.tr("Clear the search"), self.clearWanted)

    def _say(self, title: str, sentence: str, action: str = "", does: SignalInstance | None = None) -> None:
        if (self.empty.title(), self.empty.sentence()) == (title, sentence):
            return
        button = None
        if does is not None:
            button = Button(action)
            button.clicked.connect(does)
        self.empty.say(title, sentence)
        self.empty.set_action(button)

    def _into_list(self) -> None:
        if self.list.model().rowCount():
            if self.list.current_id() < 0:
                self.list.choose_first()
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _make_sort_menu(self) -> tuple[QMenu, dict[str, QAction]]:
        menu, group = QMenu(self), QActionGroup(self)
        actions = {}
        for key, text in (
            ("relevance", self.tr("Relevance")),
            ("newest", self.tr("Newest first")),
            ("oldest", self.tr("Oldest first")),
            ("title", self.tr("Title")),
        ):
            # Not made by the menu: PySide 6.11 takes those for deleted once some dialog is.
            action = QAction(text, self)
            menu.addAction(action)
            action.setCheckable(True)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, key=key: self.sortChosen.emit(key))
            actions[key] = action
        return menu, actions

    def _show_sort(self, view: View) -> None:
        searched, sort = view.question.is_search, view.question.sort
        if not searched and sort == "relevance":
            sort = "newest"
        self._sorts["relevance"].setEnabled(searched)
        self._sorts[sort].setChecked(True)
        if self.sort_button.text() != self._sorts[sort].text():
            self.sort_button.set_text(self._sorts[sort].text())

    def row_height(self) -> int:
        """Of a row with one line."""
        return theme().px(LOW)

    def spoken_count(self) -> str:
        """For tests and screen readers."""
        return f"{self.count.text()} ({number(self.list.model().rowCount())})"
