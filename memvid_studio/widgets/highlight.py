"""Text with hits marked in it: a snippet of one or two lines, laid out once and painted often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import panel

_KEPT = 400
_MARGIN = 12
"""Characters: for the ellipsis, and because where lines break depends on where the text begins."""

Spans = Sequence[tuple[int, int]]


class MarkedText:
    """A text in lines with the boxes that go under its hits. Made by :func:`marked_text`.

    Attributes: ``text`` as shown, cut where it did not fit; ``cut`` whether it was; ``height`` in pixels;
    ``boxes`` one (hit, rectangle) per hit and line, relative to the top left.
    """

    __slots__ = ("_layout", "_spans", "boxes", "cut", "height", "text")

    def __init__(self, text: str, spans: Spans, width: int, style: str, lines: int) -> None:
        text = text.replace("\n", " ").replace("\t", " ").replace("\u2028", " ")
        layout, starts = _lay_out(text, width, style, lines)
        if len(starts) > lines and spans:
            text, moved = _with_hits_in_sight(text, spans, starts[lines])
            if moved is not spans:
                spans = moved
                layout, starts = _lay_out(text, width, style, lines)
        self.cut = len(starts) > lines
        if self.cut:
            kept = starts[lines - 1]
            metrics = QFontMetricsF(theme().font(style))
            units = text.encode("utf-16-le")
            head = units[: 2 * kept].decode("utf-16-le", "replace")
            tail = units[2 * kept :].decode("utf-16-le", "replace")
            # The first character that has no room makes way for the ellipsis; 400 fill any line.
            text = head + metrics.elidedText(tail[:400], Qt.TextElideMode.ElideRight, width)
            layout, starts = _lay_out(text, width, style, lines, last_line_whole=True)
        self.text = text
        self._layout = layout
        shown = len(text) - 1 if self.cut else len(text)
        self._spans = [
            (index, _units(text, start), _units(text, min(end, shown)))
            for index, (start, end) in enumerate(spans)
            if 0 <= start < min(end, shown)
        ]
        line_height = theme().line_height(style)
        self.height = float(line_height * layout.lineCount())
        self.boxes: list[tuple[int, QRectF]] = []
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first, last = line.textStart(), line.textStart() + line.textLength()
            for index, start, end in self._spans:
                if start >= last or end <= first:
                    continue
                a = _x(line.cursorToX(max(start, first)))
                b = _x(line.cursorToX(min(end, last)))
                left, right = min(a, b), max(a, b)
                box = QRectF(left - 1, number * line_height + 1, right - left + 2, line_height - 2)
                self.boxes.append((index, box))

    def paint(self, painter: QPainter, at: QPointF, color: QColor, current: int | None = None) -> None:
        """Paint with the top left at ``at``; ``current`` is the hit being looked at."""
        look = theme()
        for index, box in self.boxes:
            place = box.translated(at)
            if index == current:
                fill, edge = look.color("hitCurrent"), look.color("hitLine")
                panel(painter, place, look.radius.mark, fill, edge)
            else:
                panel(painter, place, look.radius.mark, look.color("hit"))
        marks = []
        for index, start, end in self._spans:
            colors = QTextCharFormat()
            colors.setForeground(look.color("hitCurrentText" if index == current else "hitText"))
            mark = QTextLayout.FormatRange()
            mark.start, mark.length, mark.format = start, end - start, colors
            marks.append(mark)
        painter.setPen(color)
        self._layout.draw(painter, at, marks)


def _with_hits_in_sight(text: str, spans: Spans, room: int) -> tuple[str, Spans]:
    """Begins the text later, at a word, where that brings more hits into the ``room`` characters there are."""
    room = max(room - _MARGIN, 1)

    def seen(begin: int) -> list[tuple[int, int]]:
        return [span for span in spans if begin <= span[0] and span[1] <= begin + room]

    best = max((0, *(start for start, _ in spans)), key=lambda begin: (len(seen(begin)), -begin))
    if best == 0:
        return text, spans
    # As many words before the first hit as there is room for behind the last one.
    last = max(end for _, end in seen(best))
    begin = max(0, last + _MARGIN - room)
    word = text.find(" ", begin, best) + 1
    begin = word or best
    return "…" + text[begin:], [(start - begin + 1, end - begin + 1) for start, end in spans]


def _lay_out(
    text: str, width: int, style: str, lines: int, *, last_line_whole: bool = False
) -> tuple[QTextLayout, list[int]]:
    """A layout of the first ``lines`` lines, and where each line starts, one more if there is more text."""
    look = theme()
    font, line_height = look.font(style), look.line_height(style)
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setUseDesignMetrics(False)
    layout.setTextOption(option)
    metrics = QFontMetricsF(font)
    # Base lines on whole pixels: the line box is centred round ascent and descent.
    lift = round((line_height + metrics.ascent() - metrics.descent()) / 2)
    starts: list[int] = []
    layout.beginLayout()
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        starts.append(line.textStart())
        if len(starts) > lines:
            break
        line.setLineWidth(10 * width if last_line_whole and len(starts) == lines else max(width, 1))
        line.setPosition(QPointF(0, (len(starts) - 1) * line_height + lift - line.ascent()))
    layout.endLayout()
    return layout, starts


def _x(result: Any) -> float:
    """The position out of what ``cursorToX`` gives, which may bring the cursor along."""
    return float(result[0] if isinstance(result, tuple) else result)


def _units(text: str, index: int) -> int:
    """A character offset counted in UTF-16 units, as Qt counts."""
    head = text[:index]
    return len(head) if head.isascii() else len(head.encode("utf-16-le", "surrogatepass")) // 2


_kept: OrderedDict[tuple[object, ...], MarkedText] = OrderedDict()


def marked_text(text: str, spans: Spans, width: float, *, style: str = "body", lines: int = 2) -> MarkedText:
    """Lay out ``text`` in at most ``lines`` lines of ``width`` pixels, cut with an ellipsis.

    ``spans`` are (start, end) character offsets of the hits. Results are kept for the texts seen last, so
    this may be called at every paint. GUI thread only.
    """
    key = (text, tuple(spans), round(width), style, lines, theme().scale)
    found = _kept.get(key)
    if found is None:
        found = MarkedText(text, spans, round(width), style, lines)
        _kept[key] = found
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(key)
    return found


def paint_marked_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    spans: Spans = (),
    *,
    style: str = "body",
    lines: int = 2,
    color: QColor | None = None,
    current: int | None = None,
) -> None:
    """Lay out and paint in one go, from the top left of ``rect`` and as wide as it."""
    marked = marked_text(text, spans, rect.width(), style=style, lines=lines)
    marked.paint(painter, rect.topLeft(), color or theme().color("text2"), current)
