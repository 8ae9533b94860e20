"""A table of text cells: column letters and row numbers outside, found words marked inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from memvid_studio.theme import theme
from memvid_studio.widgets.hit_mark import mark_text_color, paint_mark
from memvid_studio.widgets.paint import baseline, panel
from memvid_studio.widgets.scroll_marks import MarkedScrollBar

Span = tuple[int, int]
Cell = tuple[int, int]
_Index = QModelIndex | QPersistentModelIndex

_ROW: Final = 28
_WIDEST: Final = 320
_NARROWEST: Final = 56
_PADDING: Final = 8
_MEASURED: Final = 200
"""Rows looked at to choose the width of columns."""


class GridModel(QAbstractTableModel):
    """Rows of strings; the first row is the head if ``has_head``. Short rows are filled with nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Sequence[str]] = ()
        self.head: Sequence[str] = ()
        self._columns = 0

    def set_rows(self, rows: Sequence[Sequence[str]], *, has_head: bool) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self.head = rows[0] if has_head and rows else ()
        self.rows = rows[1:] if self.head else rows
        self._columns = max((len(row) for row in rows), default=0)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._columns

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, empty beyond the end of a short row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text = self.cell(index.row(), index.column())
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Vertical:
                return str(section + 1 + (1 if self.head else 0))
            return self.head[section] if section < len(self.head) else column_name(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight
            if orientation == Qt.Orientation.Horizontal:
                side = Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def column_name(section: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    name = ""
    section += 1
    while section:
        section, letter = divmod(section - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def is_number(text: str) -> bool:
    """Whether a cell holds a number, which is set to the right."""
    text = text.strip().replace(",", "").replace(" ", "").removesuffix("%")
    try:
        float(text)
    except ValueError:
        return False
    return bool(text)


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, view: GridView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(theme().px(_NARROWEST), theme().px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        look = theme()
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect)
        if selected:
            painter.fillRect(rect, look.color("accentSoft"))
        painter.fillRect(QRectF(rect.right() - 1, rect.y(), 1, rect.height()), look.color("line"))
        painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), look.color("line"))
        text = str(index.data() or "").replace("\n", " ")
        font = look.font("body")
        metrics = QFontMetricsF(font)
        inner = rect.adjusted(look.px(_PADDING), 0, -look.px(_PADDING), 0)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        x = inner.x()
        if is_number(text) and shown == text:
            x = inner.right() - metrics.horizontalAdvance(text)
        base = baseline(font, rect)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        painter.drawText(round(x), round(base), shown)
        place = (index.row(), index.column())
        for start, end in self._view.spans_in(place):
            left = x + metrics.horizontalAdvance(text[:start])
            mark = QRectF(left, base - metrics.ascent(), metrics.horizontalAdvance(text[start:end]), 0)
            mark.setHeight(metrics.ascent() + metrics.descent())
            current = self._view.current_cell == place
            paint_mark(painter, mark, current=current)
            painter.setPen(mark_text_color(current=current))
            painter.drawText(round(left), round(base), text[start:end])
        painter.restore()


class _Header(QHeaderView):
    """Names of columns, numbers of rows: quiet, one line to the cells."""

    def paintSection(self, painter: QPainter, rect: Any, section: int) -> None:
        look = theme()
        area = QRectF(rect)
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, look.color("sidebar"))
        painter.fillRect(QRectF(area.right() - 1, area.y(), 1, area.height()), look.color("line"))
        painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.color("line"))
        upright = self.orientation() == Qt.Orientation.Vertical
        font = look.font("micro" if upright else "label")
        text = str(self.model().headerData(section, self.orientation()) or "")
        metrics = QFontMetricsF(font)
        inner = area.adjusted(look.px(_PADDING), 0, -look.px(_PADDING), 0)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        x = inner.right() - metrics.horizontalAdvance(shown) if upright else inner.x()
        painter.setFont(font)
        painter.setPen(look.color("text3" if upright else "text2"))
        painter.drawText(round(x), round(baseline(font, area)), shown)
        painter.restore()


class GridView(QTableView):
    """Shows rows of text; cells can hold marks. Only what is in sight is laid out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spans: dict[Cell, Sequence[Span]] = {}
        self.current_cell: Cell | None = None
        self.grid = GridModel(self)
        self.setModel(self.grid)
        self.setItemDelegate(_CellDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollBar(MarkedScrollBar())
        self.setHorizontalHeader(_Header(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(_Header(Qt.Orientation.Vertical, self))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit()
        theme().scaled.connect(self._fit)
        self.setAccessibleName(self.tr("Table"))

    def set_rows(self, rows: Sequence[Sequence[str]], *, has_head: bool) -> None:
        """Show these rows; marks are gone."""
        self.set_marks({})
        self.grid.set_rows(rows, has_head=has_head)
        self._choose_widths()

    def _fit(self) -> None:
        """Rows, head and columns at the present text size."""
        self.horizontalHeader().setFixedHeight(theme().px(_ROW))
        self.verticalHeader().setDefaultSectionSize(theme().px(_ROW))
        self._choose_widths()

    def _choose_widths(self) -> None:
        look = theme()
        metrics = QFontMetricsF(look.font("body"))
        for column in range(self.grid.columnCount()):
            texts = [self.grid.cell(row, column) for row in range(min(_MEASURED, len(self.grid.rows)))]
            if column < len(self.grid.head):
                texts.append(self.grid.head[column])
            longest = max((metrics.horizontalAdvance(text[:80]) for text in texts), default=0.0)
            width = round(longest) + 2 * look.px(_PADDING) + 6
            self.setColumnWidth(column, min(max(width, look.px(_NARROWEST)), look.px(_WIDEST)))

    def set_marks(self, spans: dict[Cell, Sequence[Span]]) -> None:
        """Mark words: (row, column) of the shown rows to spans in the cell's text."""
        self._spans = spans
        self.current_cell = None
        count = max(1, len(self.grid.rows))
        bar = self.verticalScrollBar()
        if isinstance(bar, MarkedScrollBar):
            bar.set_marks([row / count for row in sorted({row for row, _ in spans})])
        self.viewport().update()

    def spans_in(self, cell: Cell) -> Sequence[Span]:
        """The marks of a cell."""
        return self._spans.get(cell, ())

    def go_to_cell(self, cell: Cell | None) -> None:
        """Make a cell's marks the current ones and bring it into sight."""
        self.current_cell = cell
        if cell is not None:
            self.executeDelayedItemsLayout()  # rows may have been set a moment ago
            self.updateGeometries()
            self.scrollTo(self.grid.index(*cell))
        self.viewport().update()

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self.viewport())
        panel(painter, QRectF(self.viewport().rect()), 0, theme().color("pane"))
        painter.end()
        super().paintEvent(event)
