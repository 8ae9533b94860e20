"""How a row of the results is painted: tile, title, place, snippet with marks, facts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from memvid_studio.models.cards import Card
from memvid_studio.models.results import CARD_ROLE
from memvid_studio.theme import theme
from memvid_studio.widgets.highlight import paint_marked_text
from memvid_studio.widgets.paint import draw_text, panel, text_width
from memvid_studio.widgets.tile import paint_tag, paint_tile, tag_width

Index = QModelIndex | QPersistentModelIndex

HIGH, LOW = 98, 78
_PAD_X, _PAD_Y, _GAP = 12, 10, 12
_BADGE_HEIGHT = 16
_SCROLL_BAR = 14


class ResultsDelegate(QStyledItemDelegate):
    """Rows 98 high with two lines of snippet or 78 with one.

    ``picture(document_id, side)`` gives the thumbnail of an image or None.
    """

    def __init__(self, picture: Callable[[int, int], QPixmap | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = picture
        self.two_lines = False
        """Search results may have two lines; everything there is has one."""
        self.keyboard = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        look = theme()
        if not self.two_lines:
            return QSize(0, look.px(LOW))
        card: Card = index.data(CARD_ROLE)
        widget: QWidget | None = option.widget
        room = widget.width() if widget is not None else look.size.results
        width = room - look.size.result_tile - 2 * _PAD_X - _GAP - _SCROLL_BAR
        metrics = QFontMetricsF(look.font("body"))
        fits = metrics.horizontalAdvance(card.snippet) <= width
        return QSize(0, look.px(LOW if fits else HIGH))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme()
        card: Card = index.data(CARD_ROLE)
        rect = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        # Qt calls a row active only while its list has the focus; the reader's row is in use with the window.
        widget: QWidget | None = option.widget
        self._ground(painter, rect, state, active=widget is None or widget.isActiveWindow())
        tile = look.size.result_tile
        at = QPointF(rect.left() + _PAD_X, rect.top() + _PAD_Y)
        body = QRectF(
            at.x() + tile + _GAP,
            rect.top() + _PAD_Y - 1,
            rect.width() - tile - 2 * _PAD_X - _GAP,
            rect.height() - 2 * _PAD_Y + 2,
        )
        if card.state == "loading":
            self._blocks(painter, at, tile, body)
        else:
            self._tile(painter, at, tile, card)
            self._texts(painter, body, card, selected=bool(state & QStyle.StateFlag.State_Selected))
        painter.restore()

    # -------------------------------------------------------------------------------------------- ground

    def _ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag, *, active: bool) -> None:
        look = theme()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, look.color("accentSoft" if active else "inactiveSoft"))
            bar = QRectF(rect.left(), rect.top(), look.border.selection_bar, rect.height())
            painter.fillRect(bar, look.color("accent" if active else "lineStrong"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.color("hover"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), look.color("line"))
        if self.keyboard and state & QStyle.StateFlag.State_HasFocus:
            inner = rect.adjusted(2, 2, -2, -3)
            panel(painter, inner, look.radius.tag, None, look.color("accent"), look.border.focus)

    def _tile(self, painter: QPainter, at: QPointF, side: int, card: Card) -> None:
        picture = None
        if card.with_picture and card.state == "there":
            picture = self._picture(card.document_id, round(side * 2 * painter.device().devicePixelRatioF()))
        if card.state in {"waiting", "reading"}:
            painter.setOpacity(0.55)
        paint_tile(painter, QRectF(at.x(), at.y(), side, side), card.kind, picture)
        painter.setOpacity(1)

    def _blocks(self, painter: QPainter, at: QPointF, tile: int, body: QRectF) -> None:
        """Loading: grey blocks at the true positions, no shimmer."""
        look = theme()
        fill = look.color("sunken")
        panel(painter, QRectF(at.x(), at.y(), tile, tile), look.radius.tile, fill)
        for top, part in ((4, 0.46), (24, 0.82), (46, 0.22)):
            box = QRectF(body.left(), body.top() + look.px(top), body.width() * part, look.px(11))
            panel(painter, box, look.radius.tag, fill)

    # --------------------------------------------------------------------------------------------- texts

    def _texts(self, painter: QPainter, body: QRectF, card: Card, *, selected: bool) -> None:
        look = theme()
        muted = card.state in {"waiting", "reading"}
        place_font = look.font("micro")
        place_width = text_width(place_font, card.place) if card.place else 0
        title_height = look.line_height("strong")
        title = QRectF(body.left(), body.top(), body.width() - place_width - 12, title_height)
        draw_text(
            painter,
            title,
            card.title,
            look.font("strong"),
            look.color("text2" if muted else "text"),
            elide=Qt.TextElideMode.ElideMiddle,
        )
        if card.place:
            draw_text(
                painter,
                QRectF(body.left(), body.top(), body.width(), title_height),
                card.place,
                place_font,
                look.color("text3"),
                Qt.AlignmentFlag.AlignRight,
            )
        meta_height = look.px(_BADGE_HEIGHT)
        line = look.line_height("body")
        room = body.height() - title_height - meta_height
        lines = 2 if room >= 2 * line - 4 else 1
        snippet = QRectF(body.left(), body.top() + title_height, body.width(), lines * line)
        paint_marked_text(
            painter,
            snippet,
            card.snippet,
            () if muted else card.spans,
            lines=lines,
            color=look.color("text3" if muted else "text2"),
        )
        foot = QRectF(body.left(), body.bottom() - meta_height + 1, body.width(), meta_height)
        if muted:
            self._progress(painter, foot, card)
        else:
            self._meta(painter, foot, card, selected=selected)

    def _progress(self, painter: QPainter, foot: QRectF, card: Card) -> None:
        if card.fraction is None:
            return
        look = theme()
        length = min(foot.width(), look.px(160))
        track = QRectF(foot.left(), foot.center().y() - 2, length, look.size.progress)
        panel(painter, track, 2, look.color("sunken"))
        done = QRectF(track.left(), track.top(), max(4.0, track.width() * card.fraction), track.height())
        panel(painter, done, 2, look.color("accent", now=True))

    def _meta(self, painter: QPainter, foot: QRectF, card: Card, *, selected: bool) -> None:
        look = theme()
        font = look.font("micro")
        edge, color = ("accentLine", "accentText") if selected else ("line", "text2")
        right = foot.right()
        for source in reversed(card.sources):
            right -= tag_width(source)
            paint_tag(painter, round(right), foot.top(), source, edge=edge, color=color)
            right -= 6
        left = foot.left()
        if card.meta:
            width = min(text_width(font, card.meta) + 1, right - left)
            box = QRectF(left, foot.top(), width, foot.height())
            draw_text(painter, box, card.meta, font, look.color("text3"))
            left += width + 6
        if card.past_note and right - left >= tag_width(card.past_note):
            paint_tag(painter, round(left), foot.top(), card.past_note, edge="pastLine", color="past")
