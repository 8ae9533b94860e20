"""The window: menu, banner, three panes on one set of lines, transport, film, status."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QByteArray, QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from memvid_studio import settings as keys
from memvid_studio.bridge.images import Thumbnails
from memvid_studio.models.library import LibraryModel
from memvid_studio.models.results import ResultsModel
from memvid_studio.ops.desk import Desk
from memvid_studio.ops.look import fetch
from memvid_studio.settings import Settings
from memvid_studio.theme import theme
from memvid_studio.views.actions import Actions
from memvid_studio.views.bars import Ground
from memvid_studio.views.first_run import FirstRunPage
from memvid_studio.views.jobs import JobsPopover
from memvid_studio.views.library import LibraryPane
from memvid_studio.views.palette import CommandPalette, PaletteButton
from memvid_studio.views.results import ResultsPane
from memvid_studio.views.status import StatusBar
from memvid_studio.views.timeline import TimelinePanel
from memvid_studio.views.viewers.pane import ViewerPane
from memvid_studio.widgets.banner import PastBanner
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.drop_overlay import DropOverlay
from memvid_studio.widgets.notice import NoticeStack

NARROW_BELOW = 1100
OVER_BELOW = 860
_START_SIZE = QSize(1440, 900)


class MainWindow(QMainWindow):
    """Lays out; what the parts show and do is wired in ``showing`` and ``commands``.

    Attributes: the panes by name, ``actions`` and the models.
    """

    closeWanted = Signal()
    """Somebody wants to close the window: commands decides when it may."""
    dragEntered = Signal(object)
    """QMimeData that is held over the window."""
    dragLeft = Signal()
    dropped = Signal(object, bool)
    """QMimeData, valid during the signal only; whether it goes into a new capsule (Shift is held)."""

    def __init__(self, desk: Desk, settings: Settings, version: str) -> None:
        super().__init__()
        self._settings = settings
        self._may_close = False
        self._narrow = self._over = False
        self.setObjectName("MainWindow")
        self.setWindowTitle("Memvid Studio")
        self.setAcceptDrops(True)
        self.setMinimumSize(720, 520)
        self.actions_ = Actions(self)
        self.actions_.fill(self.menuBar())
        self.menuBar().setFixedHeight(theme().size.menu_bar)
        self.menuBar().setNativeMenuBar(False)

        self.library_model = LibraryModel(self)
        self.results_model = ResultsModel(desk.tasks, fetch, self)
        self.thumbnails = Thumbnails(desk.tasks, self)
        self.banner = PastBanner()
        self.banner.hide()
        # Comparing and branching have no page yet.
        self.banner.set_offered(compare=False, branch=False)
        self.library = LibraryPane(self.library_model)
        self.results = ResultsPane(self.results_model, self.thumbnails)
        self.viewer = ViewerPane(desk.tasks.run)
        self.viewer.setMinimumWidth(420)
        self.viewer.viewerMade.connect(self._order_tabs)
        self.back = IconButton("chevron-left", self.tr("Back to the results"))
        self.back.clicked.connect(self.show_results)
        self.back.hide()
        self.viewer.head.row.insertWidget(0, self.back)
        self.first_run = FirstRunPage()
        self.timeline = TimelinePanel(desk.tasks, self.thumbnails)
        self.timeline.transport.set_offered(flag=False, branch=False)
        self.status = StatusBar(version)
        self._lay_out()
        self.notices = NoticeStack(self, self._notice_floor)
        self.drop_overlay = DropOverlay(self)
        self.jobs = JobsPopover(self)
        self.palette_ = CommandPalette(self, [(each, str(each.property("group"))) for each in self.actions_])
        self.find_command = PaletteButton("Ctrl+Shift+P")
        self.menuBar().setCornerWidget(self.find_command)
        self._restore_geometry()
        self.show_start(True)
        theme().changed.connect(self._fit_menu)

    def _lay_out(self) -> None:
        self._work = QSplitter(Qt.Orientation.Horizontal)
        self._work.addWidget(self.results)
        self._work.addWidget(self.viewer)
        self._work.setChildrenCollapsible(False)
        self._work.setStretchFactor(0, 0)
        self._work.setStretchFactor(1, 1)
        self._pages = QStackedLayout()
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self._work)
        self._pages.addWidget(self.first_run)
        pages = QWidget()
        pages.setLayout(self._pages)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(self.library)
        self._columns.addWidget(pages)
        self._columns.setChildrenCollapsible(False)
        self._columns.setStretchFactor(0, 0)
        self._columns.setStretchFactor(1, 1)
        # The line between two columns is the last pixel of the left one.
        self._columns.setSizes([theme().size.library - 1, 1208])
        self._work.setSizes([theme().size.results - 1, 736])
        for splitter in (self._columns, self._work):
            splitter.setHandleWidth(1)
        central = Ground("window")
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._columns, 1)
        column.addWidget(self.timeline)
        column.addWidget(self.status)
        self.setCentralWidget(central)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Library, search, results, viewer, transport, strip, status; what is made later joins in its place."""
        panes = (self.library, self.results, self.viewer, self.first_run, self.timeline, self.status)
        stops = [
            child
            for pane in panes
            for child in pane.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None
        ]
        for before, after in itertools.pairwise(stops):
            self.setTabOrder(before, after)

    # ------------------------------------------------------------------------------------------ what shows

    def show_start(self, start: bool) -> None:
        """The page for when nothing is open, or the panes."""
        page: QWidget = self.first_run if start else self._work
        if self._pages.currentWidget() is not page:
            self._pages.setCurrentWidget(page)

    @property
    def is_start(self) -> bool:
        """Whether the page for when nothing is open shows."""
        return self._pages.currentWidget() is self.first_run

    def _notice_floor(self) -> int:
        """Notices stand over the panes, never over the film."""
        return self.timeline.mapTo(self, QPoint(0, 0)).y()

    def panes_area(self) -> QRect:
        """What a drop overlay covers: everything between the menu and the transport."""
        top = self.menuBar().height()
        return QRect(0, top, self.width(), self._notice_floor() - top)

    def _fit(self) -> None:
        scale = theme().scale
        width = self.width() / scale
        narrow, over = width < NARROW_BELOW, width < OVER_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self.library.set_narrow(narrow)
            left = self.library.minimumWidth() if narrow else theme().size.library - 1
            self._columns.setSizes([left, self.width() - left - 1])
        if over != self._over:
            self._over = over
            self.viewer.setMinimumWidth(0 if over else 420)
            # The splitter remembers what its parts needed while it is not on the screen itself.
            self._work.setMinimumWidth(0)
            self._show_one(viewer=False)

    def _show_one(self, *, viewer: bool) -> None:
        """Below the smallest width one of results and viewer, otherwise both."""
        first, second = (self.viewer, self.results) if viewer else (self.results, self.viewer)
        focus = QApplication.focusWidget()
        had_focus = focus is not None and second.isAncestorOf(focus)
        first.setVisible(True)
        second.setVisible(not self._over)
        self.back.setVisible(self._over and viewer)
        if self._over and had_focus:
            content = self.viewer.viewer
            if viewer and content is not None:
                content.focus_content()
            elif not viewer:
                self.results.list.setFocus()

    def show_document(self) -> None:
        """A document was opened: in a small window it takes the place of the results."""
        if self._over:
            self._show_one(viewer=True)

    def show_results(self) -> None:
        """Back to the results in a small window."""
        if self._over:
            self._show_one(viewer=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit_menu(self) -> None:
        height = theme().size.menu_bar
        if self.menuBar().height() != height:
            self.menuBar().setFixedHeight(height)
            self._fit()

    # ------------------------------------------------------------------------------------------- drag, drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragEntered.emit(event.mimeData())
        if self.drop_overlay.isVisible():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.dragLeft.emit()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.dropped.emit(event.mimeData(), shift)

    # -------------------------------------------------------------------------------------- open and close

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.set_state(keys.GEOMETRY, self.saveGeometry())
        self._settings.set_state(keys.SPLITTERS, self._splitter_state())
        if self._may_close:
            event.accept()
            return
        event.ignore()
        # Not from inside the event: closing may end in deleting the window.
        QTimer.singleShot(0, self, self.closeWanted.emit)

    def allow_close(self) -> None:
        """Everything is saved: the next close closes."""
        self._may_close = True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self.results.list.viewport().update()

    def _splitter_state(self) -> QByteArray:
        sizes = [*self._columns.sizes(), *self._work.sizes()]
        return QByteArray(",".join(map(str, sizes)).encode())

    def _restore_geometry(self) -> None:
        self.resize(_START_SIZE.boundedTo(self._available()))
        geometry = self._settings.get_state(keys.GEOMETRY)
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        text = bytes(self._settings.get_state(keys.SPLITTERS).data()).decode("ascii", "replace")
        numbers = [int(part) for part in text.split(",") if part.isdigit()]
        if len(numbers) == 4 and all(numbers[:2]) and numbers[3] > 0 and numbers[2] > 0:
            self._columns.setSizes(numbers[:2])
            self._work.setSizes(numbers[2:])

    def _available(self) -> QSize:
        return self.screen().availableSize()
