"""The history segment: versions below each other on a rail, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

import engine
from memvid_studio.theme import theme
from memvid_studio.views.bars import Bar, Line
from memvid_studio.views.viewers.versions import Version
from memvid_studio.widgets.buttons import Button
from memvid_studio.widgets.paint import draw_text, panel, text_width
from memvid_studio.widgets.scroll_marks import MarkedScrollBar
from memvid_studio.words import clock, day, number, tr

_Index = QModelIndex | QPersistentModelIndex
_VERSION = Qt.ItemDataRole.UserRole

_RAIL = 26
_TEXT = 48
_DOT = 16


class VersionModel(QAbstractListModel):
    """Versions, newest first; which one is shown, and whether the newest is what is there now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.versions: tuple[Version, ...] = ()
        self.shown = -1
        self.latest_is_now = True

    def set_versions(self, versions: Sequence[Version], shown_frame: int) -> None:
        """Show these (oldest first); ``shown_frame`` is the frame the viewer shows."""
        self.beginResetModel()
        self.versions = tuple(reversed(versions))
        rows = [row for row, each in enumerate(self.versions) if _is_version_of(each, shown_frame)]
        self.shown = rows[0] if rows else -1
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.versions)

    def badge(self, row: int) -> str:
        """The word beside the version's name."""
        if row == 0 and self.latest_is_now and self.versions[0].number:
            return tr("now")
        return tr("shown") if row == self.shown else ""

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        version = self.versions[index.row()]
        if role == _VERSION:
            return version
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            parts = (name_of(version), self.badge(index.row()), version.summary, _when(version.revision))
            return ", ".join(part for part in parts if part)
        return None


def _is_version_of(version: Version, frame_id: int) -> bool:
    return version.number > 0 and version.revision.frame_id == frame_id


def name_of(version: Version) -> str:
    """What a version is called: "Version 3", or "Deleted"."""
    if not version.number:
        return tr("Deleted")
    return tr("Version {n}").replace("{n}", number(version.number))


def _when(revision: engine.Revision) -> str:
    when = f"{day(revision.recorded_at)}, {clock(revision.recorded_at)}"
    if revision.estimated:
        when = tr("about {when}").replace("{when}", when)
    return f"{revision.author} · {when}" if revision.author else when


def author_icon(author: str) -> str:
    """A robot for programs, a person for people."""
    name = author.lower()
    machine = any(word in name for word in ("bot", "agent", "sdk", "memvid", "mcp"))
    return "robot-outline" if machine else "account-outline"


class _VersionDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(theme().px(200), theme().size.version_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, VersionModel)  # noqa: S101 - the only model this delegate is given
        look = theme()
        version = model.versions[index.row()]
        rect = QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.color("accentSoft"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.color("hover"))
        self._paint_rail(painter, rect, model, index.row())
        left = rect.x() + look.px(_TEXT)
        right = rect.right() - look.px(12)
        counts = counts_text(version)
        mono = look.font("code")
        mono.setPixelSize(look.px(11))
        width = text_width(mono, counts)
        line = QRectF(right - width, rect.y() + look.px(8), width + 1, look.px(20))
        draw_text(painter, line, counts, mono, look.color("text2"))
        self._paint_name(
            painter, QRectF(left, line.y(), right - width - 8 - left, line.height()), model, index
        )
        body = QRectF(left, rect.y() + look.px(28), right - left, look.px(20))
        draw_text(painter, body, version.summary, look.font("body"), look.color("text"))
        meta = QRectF(left, rect.y() + look.px(48), right - left, look.px(16))
        if version.revision.author:
            icon = look.px(12)
            square = QRectF(meta.x(), meta.y() + (meta.height() - icon) / 2, icon, icon)
            look.paint_icon(painter, square, author_icon(version.revision.author), "text3")
            meta.setLeft(meta.left() + icon + look.px(4))
        draw_text(painter, meta, _when(version.revision), look.font("micro"), look.color("text3"))
        painter.restore()

    def _paint_name(self, painter: QPainter, rect: QRectF, model: VersionModel, index: _Index) -> None:
        look = theme()
        name = name_of(model.versions[index.row()])
        font = look.font("strong")
        draw_text(painter, rect, name, font, look.color("text"))
        badge = model.badge(index.row())
        if badge:
            small = look.font("micro")
            x = rect.x() + text_width(font, name) + look.px(8)
            box = QRectF(x, rect.y() + look.px(2), text_width(small, badge) + look.px(10), look.px(16))
            panel(painter, box, look.radius.tag, look.color("sunken"))
            draw_text(painter, box, badge, small, look.color("text2"), Qt.AlignmentFlag.AlignHCenter)

    def _paint_rail(self, painter: QPainter, rect: QRectF, model: VersionModel, row: int) -> None:
        look = theme()
        x, y = rect.x() + look.px(_RAIL), rect.y() + look.px(18)
        top = y if row == 0 else rect.y()
        bottom = y if row == len(model.versions) - 1 else rect.bottom()
        painter.fillRect(QRectF(x - 1, top, 2, bottom - top), look.color("lineStrong"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = look.px(_DOT) / 2 - 1
        shown = row == model.shown
        painter.setPen(QPen(look.color("accent" if shown else "control"), 2))
        painter.setBrush(look.color("accent" if shown else "pane"))
        painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def counts_text(version: Version) -> str:
    """+4 -1, or the number of lines of the first version."""
    if version.added is None:
        return ""
    if version.removed is None:
        return tr("{n} lines").replace("{n}", number(version.added))
    parts = []
    if version.added:
        parts.append(f"+{number(version.added)}")
    if version.removed:
        parts.append(f"-{number(version.removed)}")
    return " ".join(parts)


class HistoryView(QWidget):
    """Versions, and what can be done with the chosen one.

    Signals: ``momentRequested(int)``, a revision; ``restoreRequested(int)``, a frame id.
    """

    momentRequested = Signal(int)
    restoreRequested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = VersionModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_VersionDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setVerticalScrollBar(MarkedScrollBar())
        self.list.setAccessibleName(tr("Versions"))
        self._hint = Line(style="small", role="text2")
        self._go = Button(tr("Show capsule at this moment"), "history")
        self._restore = Button(tr("Restore"), "restore", "primary")
        foot = Bar("head", "pane", "t")
        foot.row.addWidget(self._hint, 1)
        foot.row.addWidget(self._go)
        foot.row.addWidget(self._restore)
        self._foot = foot
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addWidget(foot)
        self._can_restore = True
        self._go.clicked.connect(self._go_there)
        self._restore.clicked.connect(self._restore_it)
        self.list.selectionModel().currentChanged.connect(self._show_actions)
        self.list.doubleClicked.connect(self._go_there)

    def set_versions(
        self, versions: Sequence[Version], shown_frame: int, *, latest_is_now: bool, can_restore: bool
    ) -> None:
        """Show these versions (oldest first) of the document of which ``shown_frame`` is shown."""
        self.model.latest_is_now = latest_is_now
        self._can_restore = can_restore
        self.model.set_versions(versions, shown_frame)
        row = max(self.model.shown, 0)
        self.list.setCurrentIndex(self.model.index(row, 0))
        self._show_actions()

    def chosen(self) -> Version | None:
        """The version the actions are about."""
        row = self.list.currentIndex().row()
        return self.model.versions[row] if 0 <= row < len(self.model.versions) else None

    def _show_actions(self) -> None:
        version = self.chosen()
        self._foot.setVisible(version is not None)
        if version is None:
            return
        row = self.list.currentIndex().row()
        is_now = row == 0 and self.model.latest_is_now
        can = self._can_restore and version.number > 0 and not is_now
        self._restore.setVisible(can)
        self._go.setEnabled(row != self.model.shown)
        if version.number:
            text = tr("Restore version {n}").replace("{n}", number(version.number))
            self._restore.set_text(text)
        newest = max((each.number for each in self.model.versions), default=0)
        hint = tr("Restoring adds version {n}. Nothing is lost, and undo takes it back.")
        self._hint.set_text(hint.replace("{n}", number(newest + 1)) if can else "")

    def _go_there(self) -> None:
        version = self.chosen()
        if version is not None and self._go.isEnabled():
            self.momentRequested.emit(version.revision.number)

    def _restore_it(self) -> None:
        version = self.chosen()
        if version is not None:
            self.restoreRequested.emit(version.revision.frame_id)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.model.layoutChanged.emit()
