"""The card over the film: which stretch of time, how much of what, and a look at up to three of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPixmap, QTextOption
from PySide6.QtWidgets import QWidget

from memvid_studio import words
from memvid_studio.theme import theme
from memvid_studio.theme_tokens import KIND_ORDER
from memvid_studio.widgets.paint import draw_text, panel, text_width
from memvid_studio.widgets.shadow import paint_shadow, shadow_margins
from memvid_studio.widgets.strip import names
from memvid_studio.widgets.strip.calendar import Calendar
from memvid_studio.widgets.strip.view import Hover
from memvid_studio.words import tr

WIDTH = 344
ABOVE = 8
_PAD = 12
_PREVIEWS = 3
_PREVIEW_HEIGHT = 60
_PREVIEW_GAP = 8
_BAR = 6
_BAR_GAP = 2
_BAR_LEAST = 4
_WINDOW_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Preview:
    """One of the frames in a stretch: its picture, or the beginning of its text, and its kind."""

    text: str = ""
    picture: QPixmap | None = None
    kind: str = "other"


class HoverCard(QWidget):
    """A child of the window that takes neither mouse nor focus. Shown by :meth:`show_for`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = ""
        self._count = ""
        self._words = ""
        self._hint = ""
        self._counts: tuple[int, ...] = ()
        self._expected = 0
        self._previews: list[Preview] = []
        theme().changed.connect(self.update)
        self.hide()

    def show_for(self, hover: Hover, calendar: Calendar, strip: QWidget, *, previews: bool = True) -> None:
        """Say what the stretch holds, 8 px above the strip. With ``previews`` room is kept for them."""
        self._title = hover.name or names.between(hover.start_ms, hover.end_ms, calendar)
        if hover.total == 1 and not hover.name:
            self._title = names.moment(hover.start_ms, calendar)
        self._count = words.counted(hover.total, tr("{n} frame"), tr("{n} frames")) if hover.total else ""
        self._counts = hover.counts
        self._words = _in_words(hover)
        if hover.name:
            self._count = names.moment(hover.start_ms, calendar)
            self._words = ""
        self._hint = tr("click to go")
        self._expected = min(hover.total, _PREVIEWS) if previews and not hover.name else 0
        self._previews = []
        self.resize(self.sizeHint())
        self.move(self._place(hover.x, strip))
        self.raise_()
        self.show()
        self.update()

    def set_previews(self, previews: list[Preview]) -> None:
        """Put pictures or texts where grey blocks are."""
        self._previews = previews[:_PREVIEWS]
        self.update()

    def texts(self) -> tuple[str, str, str]:
        """Title, count and words, for tests and for whoever reads the card aloud."""
        return self._title, self._count, self._words

    def _place(self, x: float, strip: QWidget) -> QPoint:
        window = self._window
        corner = strip.mapTo(window, QPoint(0, 0))
        edge = shadow_margins("popover")
        wide = self.width() - edge.left() - edge.right()
        left = corner.x() + x - wide / 2
        left = max(min(left, window.width() - _WINDOW_MARGIN - wide), _WINDOW_MARGIN)
        top = corner.y() - ABOVE - (self.height() - edge.top() - edge.bottom())
        return QPoint(round(left) - edge.left(), max(top, _WINDOW_MARGIN) - edge.top())

    def sizeHint(self) -> QSize:
        look = theme()
        height = 2 * look.px(_PAD) + look.line_height("strong")
        if self._expected:
            height += look.px(_PREVIEW_GAP) + look.px(_PREVIEW_HEIGHT)
        if sum(self._counts) and self._words:
            height += look.px(10) + _BAR
        height += look.px(6) + look.line_height("micro")
        edge = shadow_margins("popover")
        wide = min(look.px(WIDTH), self._window.width() - 2 * _WINDOW_MARGIN)
        return QSize(wide + edge.left() + edge.right(), height + edge.top() + edge.bottom())

    # ------------------------------------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        body = QRectF(self.rect().marginsRemoved(shadow_margins("popover")))
        paint_shadow(painter, body, "popover")
        panel(painter, body, look.radius.popover, look.color("raised"), look.color("lineStrong"))
        pad = look.px(_PAD)
        inner = body.adjusted(pad, pad, -pad, -pad)
        y = inner.top()
        line = look.line_height("strong")
        count_width = text_width(look.font("small"), self._count)
        row = QRectF(inner.left(), y, inner.width(), line)
        right = Qt.AlignmentFlag.AlignRight
        draw_text(painter, row, self._count, look.font("small"), look.color("text2"), right)
        title = QRectF(row.left(), y, row.width() - count_width - look.px(8), line)
        draw_text(painter, title, self._title, look.font("strong"), look.color("text"))
        y += line
        if self._expected:
            y += look.px(_PREVIEW_GAP)
            self._paint_previews(painter, QRectF(inner.left(), y, inner.width(), look.px(_PREVIEW_HEIGHT)))
            y += look.px(_PREVIEW_HEIGHT)
        if sum(self._counts) and self._words:
            y += look.px(10)
            self._paint_kinds(painter, QRectF(inner.left(), y, inner.width(), _BAR))
            y += _BAR
        y += look.px(6)
        foot = QRectF(inner.left(), y, inner.width(), look.line_height("micro"))
        hint_width = text_width(look.font("micro"), self._hint) + look.px(8)
        if text_width(look.font("micro"), self._words) + hint_width > foot.width():
            hint_width = 0  # the counts matter more
        else:
            draw_text(painter, foot, self._hint, look.font("micro"), look.color("text2"), right)
        said = QRectF(foot.left(), y, foot.width() - hint_width, foot.height())
        draw_text(painter, said, self._words, look.font("micro"), look.color("text2"))
        painter.end()

    def _paint_kinds(self, painter: QPainter, rect: QRectF) -> None:
        look, total = theme(), sum(self._counts)
        shown = [kind for kind in range(len(self._counts)) if self._counts[kind]]
        room = rect.width() - _BAR_GAP * (len(shown) - 1)
        spare = room - _BAR_LEAST * len(shown)
        x = rect.left()
        for kind in shown:
            width = _BAR_LEAST + spare * self._counts[kind] / total
            color = look.kind_color(KIND_ORDER[kind])
            panel(painter, QRectF(x, rect.top(), width, rect.height()), look.radius.mark, color)
            x += width + _BAR_GAP

    def _paint_previews(self, painter: QPainter, row: QRectF) -> None:
        look = theme()
        gap = look.px(_PREVIEW_GAP)
        width = (row.width() - gap * (_PREVIEWS - 1)) / _PREVIEWS
        for at in range(self._expected):
            box = QRectF(round(row.left() + at * (width + gap)), row.top(), round(width), row.height())
            preview = self._previews[at] if at < len(self._previews) else None
            if preview is not None and preview.picture is not None and not preview.picture.isNull():
                _paint_picture(painter, box, preview.picture)
                continue
            panel(painter, box, look.radius.tag, look.color("sunken"))
            if preview is None:
                continue
            if preview.text:
                _paint_words(painter, box, preview.text)
            else:
                side = look.size.icon
                square = QRectF(0, 0, side, side)
                square.moveCenter(box.center())
                look.paint_icon(painter, square, look.kind_icon_name(preview.kind), "text2")


def _paint_words(painter: QPainter, box: QRectF, text: str) -> None:
    """As many whole lines as there is room for."""
    look = theme()
    inset, font = look.px(7), look.font("micro")
    line = QFontMetricsF(font).lineSpacing()
    room = box.adjusted(inset, inset - 1, -inset, 0)
    room.setHeight(line * int((box.height() - 2 * inset + 4) // line))
    painter.save()
    painter.setFont(font)
    painter.setPen(look.color("text"))
    painter.setClipRect(room)
    wrap = QTextOption()
    wrap.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    painter.drawText(room, text[:160], wrap)
    painter.restore()


def _paint_picture(painter: QPainter, box: QRectF, picture: QPixmap) -> None:
    grow = max(box.width() / picture.width(), box.height() / picture.height())
    source = QRectF(0, 0, box.width() / grow, box.height() / grow)
    source.moveCenter(QRectF(picture.rect()).center())
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    path.addRoundedRect(box, theme().radius.tag, theme().radius.tag)
    painter.setClipPath(path)
    painter.drawPixmap(box, picture, source)
    painter.restore()


def _in_words(hover: Hover) -> str:
    alone = not (hover.changes or hover.removals or hover.hits)
    said = [names.kinds(hover.counts, 3 if alone else 2)] if hover.total else []
    if hover.changes:
        said.append(words.counted(hover.changes, tr("{n} change"), tr("{n} changes")))
    if hover.removals:
        said.append(words.counted(hover.removals, tr("{n} removal"), tr("{n} removals")))
    if hover.hits:
        said.append(words.counted(hover.hits, tr("{n} result"), tr("{n} results")))
    return " · ".join(said)
