"""How rows of the library are painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from memvid_studio.models.library import ROW_ROLE, LibraryRow, RowKind
from memvid_studio.theme import Theme, theme
from memvid_studio.widgets.paint import draw_text, panel, text_width

Index = QModelIndex | QPersistentModelIndex

_SECTION = 36
SIDE = 4
"""Left and right of the rounded ground of a row."""


class LibraryDelegate(QStyledItemDelegate):
    """Sections, capsules, kinds with their tiles, tags. ``narrow`` paints icons only."""

    narrow = False
    keyboard = False
    """The focus came by the keyboard: the current row gets a ring."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        look = theme()
        row: LibraryRow = index.data(ROW_ROLE)
        if row.kind == RowKind.SECTION:
            return QSize(0, look.px(13 if self.narrow else _SECTION))
        if row.kind == RowKind.HINT and self.narrow:
            return QSize(0, 0)
        return QSize(0, look.size.library_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LibraryRow = index.data(ROW_ROLE)
        rect = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        if row.kind == RowKind.SECTION:
            self._section(painter, rect, row)
        elif row.kind == RowKind.HINT:
            if not self.narrow:
                look = theme()
                draw_text(
                    painter, rect.adjusted(12, 0, -8, 0), row.text, look.font("small"), look.color("text3")
                )
        else:
            self._row(painter, rect, row, state)
        painter.restore()

    def _section(self, painter: QPainter, rect: QRectF, row: LibraryRow) -> None:
        look = theme()
        if self.narrow:
            if rect.top() > 0:
                painter.fillRect(QRectF(12, rect.center().y(), rect.width() - 24, 1), look.color("line"))
            return
        line = QRectF(rect.left() + 12, rect.bottom() - look.px(28), rect.width() - 24, look.px(28))
        draw_text(painter, line, row.text, look.font("section"), look.color("text2"))
        if row.right:
            draw_text(
                painter,
                line,
                row.right,
                look.font("micro"),
                look.color("text3"),
                Qt.AlignmentFlag.AlignRight,
            )
        if row.with_plus:
            side = look.size.icon
            at = QRectF(line.right() - side, line.center().y() - side / 2, side, side)
            look.paint_icon(painter, at, "plus", "text2")

    def _row(self, painter: QPainter, rect: QRectF, row: LibraryRow, state: QStyle.StateFlag) -> None:
        look = theme()
        ground = rect.adjusted(SIDE, 0, -SIDE, 0)
        if row.active:
            panel(painter, ground, look.radius.control, look.color("accentSoft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            panel(painter, ground, look.radius.control, look.color("pressed"))
        if self.keyboard and state & QStyle.StateFlag.State_HasFocus:
            panel(painter, ground, look.radius.control, None, look.color("accent"), look.border.focus)
        self._sign(painter, rect, row, look)
        if self.narrow:
            return
        text_role = "accentText" if row.active else "disabled" if row.faint else "text"
        right_role = "accentText" if row.active else "disabled" if row.faint else "text3"
        right_font = look.font("small")
        right_width = text_width(right_font, row.right) if row.right else 0
        left = 40 if row.kind == RowKind.KIND else 36
        text_rect = QRectF(
            rect.left() + left, rect.top(), rect.width() - left - 12 - right_width - 8, rect.height()
        )
        font = look.font("control" if row.active and row.kind != RowKind.CAPSULE else "body")
        if row.kind == RowKind.MORE_TAGS:
            text_role = "accentText"
        draw_text(painter, text_rect, row.text, font, look.color(text_role))
        if row.right:
            draw_text(
                painter,
                rect.adjusted(0, 0, -12, 0),
                row.right,
                right_font,
                look.color(right_role),
                Qt.AlignmentFlag.AlignRight,
            )

    def _sign(self, painter: QPainter, rect: QRectF, row: LibraryRow, look: Theme) -> None:
        if row.kind == RowKind.KIND:
            side = look.px(20)
            x = (rect.width() - side) / 2 if self.narrow else 12
            ratio = painter.device().devicePixelRatioF()
            at = QPointF(rect.left() + round(x), rect.top() + round((rect.height() - side) / 2))
            painter.drawPixmap(at, look.kind_tile(row.key, side, ratio))
            return
        side = look.size.icon
        x = (rect.width() - side) / 2 if self.narrow else 12
        role: str | QColor = "accentText" if row.active else "disabled" if row.faint else "text2"
        at_rect = QRectF(rect.left() + x, rect.top() + (rect.height() - side) / 2, side, side)
        look.paint_icon(painter, at_rect, row.icon or "tag-outline", role)
