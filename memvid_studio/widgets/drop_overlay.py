"""What a drop will do, shown before it is let go: how many of what, what is skipped, which keys change it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.kbd import key_cap_width, key_text, paint_key_cap
from memvid_studio.widgets.paint import draw_text, hline, panel, text_width
from memvid_studio.widgets.shadow import paint_shadow
from memvid_studio.widgets.tile import paint_tile

_CARD = 560
# Thirty-two inside the one pixel edge.
_PADDING = 33
_TITLE_LEFT = 36
_INSET = 8
_COVER = 0.82


@dataclass(frozen=True, slots=True)
class DropLine:
    """One kind in a drop: how many, the noun for that number, and what will be done with them."""

    kind: str
    count: str
    noun: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class DropNote:
    """A thing to know before letting go, with its icon."""

    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class DropKey:
    """A key to hold, or Escape, and what it changes."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class DropPlan:
    """Everything the overlay says."""

    title: str
    sentence: str = ""
    lines: tuple[DropLine, ...] = ()
    notes: tuple[DropNote, ...] = ()
    keys: tuple[DropKey, ...] = ()


class DropOverlay(QWidget):
    """Lies over the panes, not over the strip, while something is dragged over the window.

    Lets all events through: the window underneath handles the drag.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plan = DropPlan("")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_plan(self, plan: DropPlan) -> None:
        """Say what the drop will do and come up, if it was not there."""
        self._plan = plan
        said = [plan.title, plan.sentence, *(f"{line.count} {line.noun}" for line in plan.lines)]
        self.setAccessibleName(". ".join(part for part in said if part))
        if self.isHidden():
            self.show()
        self.raise_()
        self.update()

    def plan(self) -> DropPlan:
        """What is said at present."""
        return self._plan

    def card(self) -> QRect:
        """Where the card is, in the overlay's coordinates."""
        look, plan = theme(), self._plan
        px = look.px
        height = 2 * px(24) + px(26)
        if plan.sentence:
            height += px(4) + px(20)
        if plan.lines:
            height += px(12) + 1 + px(12) + px(32) * len(plan.lines) - px(8)
        if plan.notes:
            height += px(12) + 1 + px(8) + px(24) * len(plan.notes)
        if plan.keys:
            height += px(12) + px(18)
        width = min(px(_CARD), self.width() - 2 * px(24))
        y = max((self.height() - height) * 27 // 100, _INSET)
        return QRect((self.width() - width) // 2, y, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        cover = QColor(look.color("window"))
        cover.setAlphaF(_COVER)
        painter.fillRect(self.rect(), cover)
        frame = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        panel(painter, frame, look.radius.popover, None, look.color("accent"), look.border.focus)
        card = QRectF(self.card())
        paint_shadow(painter, card, "dialog")
        panel(painter, card, look.radius.dialog, look.color("raised"), look.color("lineStrong"))
        self._paint_words(painter, card)
        painter.end()

    def _paint_words(self, painter: QPainter, card: QRectF) -> None:
        look, plan = theme(), self._plan
        px, color = look.px, look.color
        left, right = card.x() + px(_PADDING), card.right() - px(_PADDING)
        width, y = right - left, card.y() + px(24)
        indent = left + px(_TITLE_LEFT)
        side = look.size.icon_large
        look.paint_icon(painter, QRectF(left, y + 1, side, side), "tray-arrow-down", "accent")
        room = QRectF(indent, y, right - indent, px(26))
        draw_text(painter, room, plan.title, look.font("dialog"), color("text"))
        y += px(26)
        if plan.sentence:
            room = QRectF(indent, y + px(4), right - indent, px(20))
            draw_text(painter, room, plan.sentence, look.font("body"), color("text2"))
            y += px(24)
        if plan.lines:
            y += px(12)
            hline(painter, left, y, width, color("line"))
            y += 1 + px(12)
            for line in plan.lines:
                self._paint_line(painter, line, left, y, width)
                y += px(32)
            y -= px(8)
        if plan.notes:
            y += px(12)
            hline(painter, left, y, width, color("line"))
            y += 1 + px(8)
            small = look.size.icon
            for note in plan.notes:
                at = QRectF(left, y + (px(24) - small) / 2, small, small)
                look.paint_icon(painter, at, note.icon, "text2")
                room = QRectF(left + px(24), y, width - px(24), px(24))
                draw_text(painter, room, note.text, look.font("small"), color("text2"))
                y += px(24)
        if plan.keys:
            self._paint_keys(painter, left, y + px(12), right)

    def _paint_line(self, painter: QPainter, line: DropLine, x: float, y: float, width: float) -> None:
        look = theme()
        px, tall = look.px, look.px(24)
        paint_tile(painter, QRectF(x, y, tall, tall), line.kind)
        strong = look.font("control")
        count = QRectF(x + px(24), y, px(44), tall)
        end = Qt.AlignmentFlag.AlignRight
        draw_text(painter, count, line.count, strong, look.color("text"), end, Qt.TextElideMode.ElideNone)
        noun_x = x + px(80)
        how_width = text_width(look.font("small"), line.how)
        noun = QRectF(noun_x, y, max(width - px(80) - how_width - px(12), 0), tall)
        draw_text(painter, noun, line.noun, look.font("body"), look.color("text"))
        how = QRectF(noun_x, y, width - px(80), tall)
        draw_text(painter, how, line.how, look.font("small"), look.color("text3"), end)

    def _paint_keys(self, painter: QPainter, x: float, y: float, right: float) -> None:
        look = theme()
        tall = look.px(18)
        for key in self._plan.keys:
            text = key_text(key.key)
            wide = key_cap_width(text)
            words = text_width(look.font("small"), key.what)
            if x + wide + look.px(6) + words > right + 1:
                break
            paint_key_cap(painter, QRectF(x, y, wide, tall), text)
            x += wide + look.px(6)
            draw_text(
                painter, QRectF(x, y, words + 1, tall), key.what, look.font("small"), look.color("text2")
            )
            x += words + look.px(16)
