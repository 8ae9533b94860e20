"""The marker pen: how a found word looks, on the window's ground and on paper."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from memvid_studio import theme_tokens as tokens
from memvid_studio.theme import parse_color, theme
from memvid_studio.widgets.paint import panel


def paint_mark(painter: QPainter, rect: QRectF, *, current: bool) -> None:
    """The ground of one found word; ``rect`` is that of its letters, the mark is one pixel larger."""
    look = theme()
    rect = rect.adjusted(-1, -1, 1, 1)
    if current:
        panel(painter, rect, look.radius.mark, look.color("hitCurrent"), look.color("hitLine"))
    else:
        panel(painter, rect, look.radius.mark, look.color("hit"))


def mark_text_color(*, current: bool) -> QColor:
    """The colour of the letters on a mark."""
    return theme().color("hitCurrentText" if current else "hitText")


def paint_paper_mark(painter: QPainter, rect: QRectF, *, current: bool) -> None:
    """A mark over the picture of a page: paper keeps the light colours, and ink shows through."""
    look = theme()
    radius = look.radius.mark
    mode = painter.compositionMode()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    panel(painter, rect, radius, parse_color(tokens.LIGHT["hitCurrent" if current else "hit"]))
    painter.setCompositionMode(mode)
    if current:
        panel(painter, rect, radius, None, parse_color(tokens.LIGHT["hitLine"]))
