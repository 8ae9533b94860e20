"""Markdown as a styled document: headings, lists, code, quotes and tables in the window's own type.

HTML inside Markdown is shown as the characters it is made of, and pictures as their description: nothing is
fetched, and a text cannot dress up as a part of the window. Links keep the blue of now in a past moment: they
belong to the content.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTable,
    QTextTableFormat,
)

from memvid_studio.theme import theme
from memvid_studio.widgets.text_view import BULLETS, Panel, QuietDocument, code_font, list_of

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_QUOTED = QTextFormat.Property.BlockQuoteLevel.value
_LIST_INDENT = 18
_SPACE_AFTER = 10
_CODE_PADDING = 8
_AT_ONCE = 8
"""Blocks styled between two chances to stop: well under a millisecond."""
# Level: font, pixel size or None for the font's own, line height, space above, space below.
_HEADINGS = {
    1: ("figure", 20, 28, 20, 6),
    2: ("title", None, 22, 18, 6),
    3: ("reading", None, 22, 14, 4),
}


@dataclass(slots=True)
class Styled:
    """A document ready to be shown, and the blocks that stand on their own ground."""

    document: QTextDocument
    grounds: list[Panel] = field(default_factory=list)


def markdown_document(source: str) -> Styled:
    """The document of a Markdown text. GUI thread."""
    steps = markdown_steps(source)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            done: Styled = end.value
            return done


def markdown_steps(source: str) -> Generator[None, None, Styled]:
    """Like :func:`markdown_document`, in small steps, so that the window can do something else in between."""
    look = theme()
    styled = Styled(QuietDocument())
    document = styled.document
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(look.font("reading"))
    document.setIndentWidth(look.px(_LIST_INDENT))
    document.setMarkdown(source, _FEATURES)
    yield
    for table in _tables(document):
        _style_table(document, table)
        yield
    previous: QTextBlock | None = None
    for number, block in enumerate(_blocks(document)):
        if number % _AT_ONCE == 0:
            yield
        _style_block(block, previous)
        _note_ground(styled, block, number)
        previous = block
    return styled


def _style_block(block: QTextBlock, previous: QTextBlock | None) -> None:
    cursor = QTextCursor(block)
    _hide_bullet(block)
    level = block.blockFormat().headingLevel()
    pieces = _pieces(block)
    if any(letters.isImageFormat() for _, _, letters in pieces):
        _name_pictures(cursor, pieces)
        pieces = _pieces(block)
    if level:
        shape = _style_heading(cursor, pieces, level, is_first=previous is None)
    elif is_code(block):
        shape = _style_code(cursor, pieces, block, previous)
    else:
        shape = _style_text(cursor, pieces, block)
    following = block.next()
    if following.isValid() and QTextCursor(following).currentTable() is not None:
        # The layout would give the space below to the table's first cell: the table brings its own.
        shape.setBottomMargin(0)
    cursor.setPosition(block.position())
    cursor.mergeBlockFormat(shape)


Piece = tuple[int, int, QTextCharFormat]
"""Position, length and format of letters that look the same."""


def _style_heading(
    cursor: QTextCursor, pieces: list[Piece], level: int, *, is_first: bool
) -> QTextBlockFormat:
    look = theme()
    style, pixels, line, above, below = _HEADINGS[min(level, 3)]
    font = look.font(style)
    font.setWeight(QFont.Weight.DemiBold)
    if pixels is not None:
        font.setPixelSize(look.px(pixels))
    for piece in pieces:
        _set_font(cursor, piece, font)
    shape = QTextBlockFormat()
    shape.setLineHeight(look.px(line), _FIXED)
    shape.setTopMargin(0 if is_first else look.px(above))
    shape.setBottomMargin(look.px(below))
    return shape


def _style_code(
    cursor: QTextCursor, pieces: list[Piece], block: QTextBlock, previous: QTextBlock | None
) -> QTextBlockFormat:
    look = theme()
    for piece in pieces:
        _set_font(cursor, piece, code_font())
    follows = previous is not None and is_code(previous)
    more = block.next().isValid() and is_code(block.next())
    shape = QTextBlockFormat()
    shape.setLineHeight(look.line_height("code"), _FIXED)
    shape.setTopMargin(0 if follows else look.px(_CODE_PADDING + 4))
    shape.setBottomMargin(0 if more else look.px(_CODE_PADDING + _SPACE_AFTER))
    shape.setLeftMargin(look.px(12))
    return shape


def _style_text(cursor: QTextCursor, pieces: list[Piece], block: QTextBlock) -> QTextBlockFormat:
    look = theme()
    for position, length, letters in pieces:
        change = QTextCharFormat()
        if letters.fontFixedPitch():
            change.setFont(code_font())
            change.setBackground(look.color("sunken"))
        if letters.isAnchor():
            change.setForeground(look.color("accentText", now=True))
        if change.propertyCount():
            _merge(cursor, position, length, change)
    cursor.setPosition(block.position())
    in_list = list_of(block) is not None
    close = cursor.currentTable() is not None or (in_list and list_of(block.next()) is not None)
    shape = QTextBlockFormat()
    shape.setLineHeight(look.line_height("reading"), _FIXED)
    shape.setTopMargin(0)
    shape.setBottomMargin(0 if close else look.px(_SPACE_AFTER))
    depth = _quote_depth(block)
    if depth:
        shape.setLeftMargin(look.px(16) * depth)
        shape.setRightMargin(0)
    return shape


def _set_font(cursor: QTextCursor, piece: Piece, font: QFont) -> None:
    """Another font; what is slanted, struck out, code or a link stays so."""
    position, length, letters = piece
    own = QFont(font)
    if letters.fontFixedPitch():
        own.setFamilies(code_font().families())
    own.setItalic(letters.fontItalic())
    own.setStrikeOut(letters.fontStrikeOut())
    letters.clearProperty(QTextFormat.Property.FontSizeAdjustment.value)
    letters.setFont(own)
    if letters.isAnchor():
        letters.setForeground(theme().color("accentText", now=True))
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
    cursor.setCharFormat(letters)


def is_code(block: QTextBlock) -> bool:
    """Whether a block belongs to a code block."""
    shape = block.blockFormat()
    return shape.hasProperty(QTextFormat.Property.BlockCodeFence.value) or shape.nonBreakableLines()


def _quote_depth(block: QTextBlock) -> int:
    depth = block.blockFormat().property(_QUOTED)
    return depth if isinstance(depth, int) else 0


def _name_pictures(cursor: QTextCursor, pieces: list[Piece]) -> None:
    """Put a picture's description where it would stand."""
    for position, length, letters in reversed(pieces):
        if not letters.isImageFormat():
            continue
        image = letters.toImageFormat()
        words = image.property(QTextFormat.Property.ImageAltText.value) or image.name()
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        quiet = QTextCharFormat()
        quiet.setForeground(theme().color("text3"))
        quiet.setFontItalic(True)
        cursor.insertText(f"[{words}]", quiet)


def _hide_bullet(block: QTextBlock) -> None:
    """Leave bullets to the view: Qt would paint them right against the text, and boxes in its own way."""
    items = list_of(block)
    if items is not None and items.format().style() in BULLETS:
        shape = items.format()
        if shape.style() != QTextListFormat.Style.ListStyleUndefined:
            shape.setStyle(QTextListFormat.Style.ListStyleUndefined)
            items.setFormat(shape)


def _style_table(document: QTextDocument, table: QTextTable) -> None:
    look = theme()
    _mend_first_cell(table)
    before = QTextCursor(document)
    before.setPosition(max(0, table.firstPosition() - 1))
    after_code = is_code(before.block())
    shape = table.format()
    shape.setBorder(1)
    shape.setBorderCollapse(True)
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorderBrush(QBrush(look.color("line")))
    shape.setCellPadding(look.px(5))
    shape.setCellSpacing(0)
    shape.setTopMargin(look.px(_SPACE_AFTER + (_CODE_PADDING + 4 if after_code else 0)))
    shape.setBottomMargin(look.px(_SPACE_AFTER + 4))
    shape.setWidth(QTextLength())
    shape.setAlignment(Qt.AlignmentFlag.AlignLeft)
    table.setFormat(QTextTableFormat(shape))
    for column in range(table.columns()):
        heading = table.cellAt(0, column)
        cursor = heading.firstCursorPosition()
        cursor.setPosition(heading.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        change = QTextCharFormat()
        change.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(change)


def _mend_first_cell(table: QTextTable) -> None:
    """Qt 6.11 puts an empty line into the first cell of a table that follows a code block."""
    cell = table.cellAt(0, 0)
    cursor = cell.firstCursorPosition()
    several = cell.lastCursorPosition().block() != cursor.block()
    if several and not cursor.block().text():
        cursor.deleteChar()


def _note_ground(styled: Styled, block: QTextBlock, number: int) -> None:
    kind = "code" if is_code(block) else "quote" if _quote_depth(block) else ""
    if not kind:
        return
    found = styled.grounds
    if found and found[-1].kind == kind and found[-1].last == number - 1:
        found[-1] = Panel(found[-1].first, number, kind)
    else:
        found.append(Panel(number, number, kind))


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _pieces(block: QTextBlock) -> list[Piece]:
    """A list and no iterator, since changing a format makes new pieces."""
    found = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        found.append((fragment.position(), fragment.length(), fragment.charFormat()))
        iterator += 1
    return found


def _tables(document: QTextDocument) -> list[QTextTable]:
    frames = list(document.rootFrame().childFrames())
    found = []
    while frames:
        frame = frames.pop()
        frames.extend(frame.childFrames())
        if isinstance(frame, QTextTable):
            found.append(frame)
    return found


def _merge(cursor: QTextCursor, position: int, length: int, change: QTextCharFormat) -> None:
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(change)
