"""Text to read: a comfortable column, found words marked with the pen, nothing loaded from anywhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextList,
    QTextListFormat,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.hit_mark import mark_text_color, paint_mark
from memvid_studio.widgets.paint import panel
from memvid_studio.widgets.scroll_marks import MarkedScrollBar

Span = tuple[int, int]

_MOST_COLORED = 150
_PADDING = 32
_PADDING_TOP = 24
_LINE_SAMPLE = "the weir was lowered in two cuts and the trout came back in the spring o"
"""72 characters of ordinary text: the longest line."""
_WRITTEN_WIDE = 82
"""Mail and old text files break their lines themselves, at 78 or 80 characters: those stay as they are."""
_SAMPLE = 20_000
# Qt keeps these to itself: it would take them for the edges of table cells, or refuse them.
_NOT_TEXT = dict.fromkeys((0, 0xFDD0, 0xFDD1, 0xFFFC), "\ufffd")


def plain(text: str) -> str:
    """``text`` as a document holds it: one kind of line end, nothing Qt would read as structure.

    Spans computed on this are positions in the document (see :func:`document_spans`).
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").translate(_NOT_TEXT)


def document_spans(text: str, spans: Sequence[Span]) -> list[Span]:
    """Character offsets of ``text`` as positions in a document, which counts UTF-16 units."""
    if not text or max(text) <= "\uffff":
        return list(spans)
    wide = [offset for offset, character in enumerate(text) if character > "\uffff"]
    return [(start + bisect_left(wide, start), end + bisect_left(wide, end)) for start, end in spans]


def column_width() -> int:
    """Width in pixels of a line of 72 characters, the longest there is."""
    return round(QFontMetricsF(theme().font("reading")).horizontalAdvance(_LINE_SAMPLE))


def code_font() -> QFont:
    """The font of code, in which every character is shown as it is: no arrow for ``->``."""
    font = theme().font("code")
    font.setFeature(QFont.Tag("calt"), 0)
    return font


class QuietDocument(QTextDocument):
    """A document that fetches nothing: pictures and style sheets named in a text stay where they are."""

    def loadResource(self, kind: int, _name: QUrl | str) -> Any:
        if kind == QTextDocument.ResourceType.ImageResource.value:
            nothing = QPixmap(1, 1)
            nothing.fill(Qt.GlobalColor.transparent)
            return nothing
        return ""


BULLETS = frozenset(
    {
        QTextListFormat.Style.ListDisc,
        QTextListFormat.Style.ListCircle,
        QTextListFormat.Style.ListSquare,
        QTextListFormat.Style.ListStyleUndefined,
    }
)
"""List styles for which the view paints the bullet."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A run of blocks that stands on its own ground: ``code`` (a box) or ``quote`` (a bar at the left)."""

    first: int
    last: int
    kind: str


class TextView(QTextEdit):
    """Read-only text with marks. ``mono``: code, in lines as long as they are.

    Signals: ``linkActivated(str)`` when a link is clicked; the view itself opens nothing.
    """

    linkActivated = Signal(str)

    # Here and not in __init__: Qt sends the first palette change before that has got so far.
    _spans: Sequence[Span] = ()
    _starts: Sequence[int] = ()
    _current = -1

    def __init__(self, *, mono: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mono = mono
        self._panels: tuple[Panel, ...] = ()
        self._bullets = False
        self._written_line = ""
        self._pressed_link = ""
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setVerticalScrollBar(MarkedScrollBar())
        self.verticalScrollBar().valueChanged.connect(self._color_visible_marks)
        self.verticalScrollBar().rangeChanged.connect(self._place_ticks)
        if mono:
            self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        else:
            self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setDocument(QuietDocument(self))

    # ------------------------------------------------------------------------------------------ content

    def set_text(self, text: str) -> None:
        """Show plain text (as given by :func:`plain`). Marks are gone; set them again."""
        look = theme()
        style = "code" if self._mono else "reading"
        document = QuietDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(code_font() if self._mono else look.font(style))
        block = QTextBlockFormat()
        fixed = QTextBlockFormat.LineHeightTypes.FixedHeight.value
        block.setLineHeight(look.line_height(style), fixed)
        cursor = QTextCursor(document)
        cursor.setBlockFormat(block)
        # Before the document is shown: it is then laid out piece by piece and never in one go.
        cursor.insertText(text)
        longest = max(text[:_SAMPLE].split("\n"), key=len)
        self.show_document(document, written_line=longest if len(longest) <= _WRITTEN_WIDE else "")

    def show_document(
        self,
        document: QTextDocument,
        panels: Sequence[Panel] = (),
        *,
        bullets: bool = False,
        written_line: str = "",
    ) -> None:
        """Show a document made elsewhere (Markdown). The view takes it over.

        ``bullets``: the document's lists have styles Qt paints nothing for, the view does. ``written_line``: a
        line that is not to be broken although it is a little longer than lines are.
        """
        before = self.document()
        self._spans, self._starts, self._current = (), (), -1
        self._panels = tuple(panels)
        self._bullets = bullets
        self._written_line = written_line
        document.setParent(self)
        document.setDocumentMargin(0)
        # The editor gives its own font to the document whenever the application's changes.
        self.setFont(document.defaultFont())
        self.setDocument(document)
        self.setCursorWidth(0)  # kept by the document's layout, so anew for each
        before.deleteLater()
        self._set_margins()
        self.setExtraSelections([])
        self._place_ticks()
        self.verticalScrollBar().setValue(0)

    def text(self) -> str:
        """What is shown, as plain text; spans count in it. Blocks are separated by line feeds."""
        return self.document().toPlainText()

    # -------------------------------------------------------------------------------------------- marks

    @property
    def mark_count(self) -> int:
        """How many words are marked."""
        return len(self._spans)

    @property
    def current_mark(self) -> int:
        """The mark that is looked at, from 0; -1 for none."""
        return self._current

    def set_marks(self, spans: Sequence[Span]) -> None:
        """Mark these positions of the document, ascending (see :func:`document_spans`)."""
        self._spans = list(spans)
        self._starts = [start for start, _ in self._spans]
        self._current = -1
        self._place_ticks()
        self._color_visible_marks()
        self.viewport().update()

    def go_to_mark(self, index: int, *, scroll: bool = True) -> None:
        """Make a mark the current one and bring it into sight; -1: no mark is current."""
        self._current = index
        if index >= 0 and scroll:
            self._bring_into_sight(self._spans[index][0])
        self._color_visible_marks()
        self.viewport().update()

    def first_mark_in_sight(self) -> int:
        """The first mark at or below the top of what is seen, or 0."""
        index = bisect_left(self._starts, self._visible_positions()[0])
        return index if index < len(self._starts) else 0

    def _bring_into_sight(self, position: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        rect = self.cursorRect(cursor)
        height = self.viewport().height()
        if rect.top() < 0 or rect.bottom() > height - theme().line_height("reading"):
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + rect.top() - height // 3)
        if rect.left() < 0 or rect.right() > self.viewport().width() - _PADDING:
            across = self.horizontalScrollBar()
            across.setValue(across.value() + rect.left() - self.viewport().width() // 3)

    def _visible_positions(self) -> tuple[int, int]:
        bottom = self.viewport().rect().bottomRight()
        return (
            self.cursorForPosition(QPoint(0, 0)).position(),
            self.cursorForPosition(bottom).position(),
        )

    def _visible_marks(self) -> range:
        if not self._spans:
            return range(0)
        first, last = self._visible_positions()
        # A mark may begin above what is seen and reach into it.
        return range(max(0, bisect_left(self._starts, first) - 1), bisect_right(self._starts, last))

    def _color_visible_marks(self) -> None:
        """Letters on marks take their colour; only what is seen, whatever the number of marks."""
        chosen = []
        seen: Sequence[int] = self._visible_marks()
        if len(seen) > _MOST_COLORED:
            # Painting costs lines times selections, and the usual letters can be read on a mark as well.
            seen = [self._current] if self._current in seen else []
        for index in seen:
            start, end = self._spans[index]
            selection = QTextEdit.ExtraSelection()
            letters = QTextCharFormat()
            letters.setForeground(mark_text_color(current=index == self._current))
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format = letters
            chosen.append(selection)
        if chosen or self.extraSelections():
            self.setExtraSelections(chosen)

    def _place_ticks(self) -> None:
        bar = self.verticalScrollBar()
        if not isinstance(bar, MarkedScrollBar):
            return
        length = max(1, self.document().characterCount())
        bar.set_marks([start / length for start in self._starts])

    def mark_rects(self, index: int) -> list[QRectF]:
        """Where a mark lies in the viewport: a rectangle of its letters for each line it touches."""
        start, end = self._spans[index]
        document = self.document()
        shift = QPoint(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        found: list[QRectF] = []
        block = document.findBlock(start)
        while block.isValid() and block.position() < end:
            origin = document.documentLayout().blockBoundingRect(block).topLeft() + shift
            metrics = QFontMetricsF(_font_at(document, block, start))
            layout = block.layout()
            low, high = max(0, start - block.position()), min(end - block.position(), block.length() - 1)
            line = layout.lineForTextPosition(low)
            number = line.lineNumber() if line.isValid() else layout.lineCount()
            while number < layout.lineCount():
                line = layout.lineAt(number)
                first, last = line.textStart(), line.textStart() + line.textLength()
                if first >= high:
                    break
                left = _x_of(line.cursorToX(max(low, first)))
                right = _x_of(line.cursorToX(min(high, last)))
                base = origin.y() + line.y() + line.ascent()
                height = metrics.ascent() + metrics.descent()
                x = origin.x() + min(left, right)
                found.append(QRectF(x, base - metrics.ascent(), abs(right - left), height))
                number += 1
            block = block.next()
        return found

    # ------------------------------------------------------------------------------------------- events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        for ground in self._panels:
            self._paint_panel(painter, ground, event)
        if self._bullets:
            self._paint_bullets(painter)
        visible = QRectF(event.rect())
        for index in self._visible_marks():
            rects = self.mark_rects(index)
            for rect in rects:
                if rect.adjusted(-3, -3, 3, 3).intersects(visible):
                    left, right = round(rect.left()), round(rect.right())
                    # A comma right behind the word stays off the mark: its colour is not made for it.
                    left += rect is rects[0] and self._touches(self._spans[index][0] - 1)
                    right -= rect is rects[-1] and self._touches(self._spans[index][1])
                    letters = QRectF(left, round(rect.y()), right - left, round(rect.height()))
                    paint_mark(painter, letters, current=index == self._current)
        painter.end()
        super().paintEvent(event)

    def _touches(self, position: int) -> bool:
        """Whether a visible character stands at a position."""
        return position >= 0 and not self.document().characterAt(position).isspace()

    def _paint_bullets(self, painter: QPainter) -> None:
        """Bullets and check boxes; numbers are painted by the document itself."""
        document = self.document()
        layout = document.documentLayout()
        first, last = self._visible_positions()
        shift = QPointF(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        look = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        block = document.findBlock(first)
        while block.isValid() and block.position() <= last:
            items = list_of(block)
            if items is not None and block.layout().lineCount():
                line = block.layout().lineAt(0)
                origin = layout.blockBoundingRect(block).topLeft() + shift
                middle = origin.y() + line.y() + line.ascent() - look.px(5)
                left = origin.x() + line.x() - document.indentWidth()
                _paint_bullet(painter, block, items.format().style(), QPointF(left, middle))
            block = block.next()

    def _paint_panel(self, painter: QPainter, ground: Panel, event: QPaintEvent) -> None:
        document = self.document()
        layout = document.documentLayout()
        top = layout.blockBoundingRect(document.findBlockByNumber(ground.first))
        bottom = layout.blockBoundingRect(document.findBlockByNumber(ground.last))
        look = theme()
        shift_x, shift_y = -self.horizontalScrollBar().value(), -self.verticalScrollBar().value()
        right = document.textWidth() - document.rootFrame().frameFormat().rightMargin()
        rect = QRectF(top.left(), top.top(), right - top.left(), bottom.bottom() - top.top())
        rect.translate(shift_x, shift_y)
        if not rect.adjusted(-12, -12, 12, 12).intersects(QRectF(event.rect())):
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if ground.kind == "code":
            painter.setBrush(look.color("sunken"))
            pad = look.px(8)
            painter.drawRoundedRect(rect.adjusted(0, -pad, 0, pad), look.radius.control, look.radius.control)
        else:
            painter.setBrush(look.color("lineStrong"))
            painter.drawRoundedRect(QRectF(rect.x(), rect.y(), 3, rect.height()), 1.5, 1.5)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_margins()
        self._color_visible_marks()

    def _set_margins(self) -> None:
        """The column: padding round it, lines of at most 72 characters, or as long as they were written."""
        look = theme()
        side, top = look.px(_PADDING), look.px(_PADDING_TOP)
        frame = self.document().rootFrame().frameFormat()
        if frame.leftMargin() != side or frame.topMargin() != top:
            frame.setLeftMargin(side)
            frame.setRightMargin(side)
            frame.setTopMargin(top)
            frame.setBottomMargin(look.px(48))
            self.document().rootFrame().setFrameFormat(frame)
        if not self._mono:
            column = column_width()
            if self._written_line:
                written = QFontMetricsF(self.document().defaultFont()).horizontalAdvance(self._written_line)
                column = max(column, min(round(written) + 2, column * 5 // 4))
            width = min(self.viewport().width(), column + 2 * side)
            if self.lineWrapColumnOrWidth() != width:
                self.setLineWrapColumnOrWidth(width)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color_visible_marks()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_link = self.anchorAt(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        link = self.anchorAt(event.position().toPoint())
        if link and link == self._pressed_link and not self.textCursor().hasSelection():
            self.linkActivated.emit(link)
        self._pressed_link = ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        link = self.anchorAt(event.position().toPoint())
        self.viewport().setToolTip(link)


def list_of(block: QTextBlock) -> QTextList | None:
    """The list a block is an item of; the stubs of Qt do not say that there may be none."""
    return block.textList()


def _x_of(answer: Any) -> float:
    """``cursorToX`` answers (x, position)."""
    return float(answer[0] if isinstance(answer, tuple) else answer)


def _paint_bullet(painter: QPainter, block: QTextBlock, style: object, at: QPointF) -> None:
    """``at``: the left end of the indent, at half the height of the small letters."""
    look = theme()
    marker = block.blockFormat().marker()
    if marker != QTextBlockFormat.MarkerType.NoMarker:
        side = look.px(12)
        box = QRectF(round(at.x()), round(at.y() - side / 2), side, side)
        panel(painter, box, look.radius.mark + 1, None, look.color("control"))
        if marker == QTextBlockFormat.MarkerType.Checked:
            look.paint_icon(painter, box.adjusted(0, 0, 0, 0), "check", "text")
    elif style in BULLETS:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("text"))
        radius = look.px(4) / 2
        painter.drawEllipse(QPointF(at.x() + radius + 1, at.y()), radius, radius)


def _font_at(document: QTextDocument, block: QTextBlock, position: int) -> QFont:
    """The font of the letter at ``position``; formats say only how they differ from the document's own."""
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        if fragment.contains(max(position, block.position())):
            return fragment.charFormat().font().resolve(document.defaultFont())
        iterator += 1
    return document.defaultFont()
