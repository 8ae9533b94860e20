"""Markdown as a styled document: headings, lists, code, quotes and tables in the window's own type.

HTML inside Markdown is shown as the characters it is made of, and pictures as their description: nothing is
fetched, and a text cannot dress up as a part of the window.
"""

from __future__ import annotations

from collections.abc import Iterator

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
_LIST_INDENT = 18
_SPACE_AFTER = 10
_CODE_PADDING = 8
# Level: font, pixel size or None for the font's own, line height, space above, space below.
_HEADINGS = {
    1: ("figure", 20, 28, 20, 6),
    2: ("title", None, 22, 18, 6),
    3: ("reading", None, 22, 14, 4),
}


def markdown_document(source: str) -> tuple[QTextDocument, list[Panel]]:
    """The document of a Markdown text and the blocks that stand on their own ground. GUI thread."""
    document = QuietDocument()
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(theme().font("reading"))
    document.setIndentWidth(theme().px(_LIST_INDENT))
    document.setMarkdown(source, _FEATURES)
    _name_pictures(document)
    _style_tables(document)
    _hide_bullets(document)
    previous: QTextBlock | None = None
    for block in _blocks(document):
        _style_block(block, previous)
        previous = block
    recolor(document)
    return document, _panels(document)


def recolor(document: QTextDocument) -> None:
    """Give what has a colour of its own (links, code, table lines) that of the theme as it is now."""
    look = theme()
    cursor = QTextCursor(document)
    for block in _blocks(document):
        for position, length, letters in _fragments(block):
            if letters.isAnchor():
                role = "accentText"
            elif letters.property(_ROLE) is not None:
                role = str(letters.property(_ROLE))
            else:
                continue
            change = QTextCharFormat()
            change.setForeground(look.color(role))
            if letters.fontFixedPitch():
                change.setBackground(look.color("sunken"))
            _merge(cursor, position, length, change)
    for table in _tables(document):
        change_table = table.format()
        change_table.setBorderBrush(QBrush(look.color("line")))
        table.setFormat(change_table)


_ROLE = QTextFormat.Property.UserProperty.value + 1
"""Property of a character format: the colour role its letters take."""


def _style_block(block: QTextBlock, previous: QTextBlock | None) -> None:
    look = theme()
    cursor = QTextCursor(block)
    shape = QTextBlockFormat()
    level = block.blockFormat().headingLevel()
    first = previous is None
    if level:
        style, pixels, line, above, below = _HEADINGS[min(level, 3)]
        font = look.font(style)
        font.setWeight(QFont.Weight.DemiBold)
        if pixels is not None:
            font.setPixelSize(look.px(pixels))
        _set_font(cursor, block, font)
        shape.setLineHeight(look.px(line), _FIXED)
        shape.setTopMargin(0 if first else look.px(above))
        shape.setBottomMargin(look.px(below))
    elif is_code(block):
        _set_font(cursor, block, code_font())
        follows = previous is not None and is_code(previous)
        shape.setLineHeight(look.line_height("code"), _FIXED)
        shape.setTopMargin(0 if follows else look.px(_CODE_PADDING + 4))
        more = block.next().isValid() and is_code(block.next())
        shape.setBottomMargin(0 if more else look.px(_CODE_PADDING + _SPACE_AFTER))
        shape.setLeftMargin(look.px(12))
    else:
        shape.setLineHeight(look.line_height("reading"), _FIXED)
        in_list = list_of(block) is not None
        in_table = cursor.currentTable() is not None
        nothing = in_table or (in_list and list_of(block.next()) is not None)
        shape.setTopMargin(0)
        shape.setBottomMargin(0 if nothing else look.px(_SPACE_AFTER))
        _style_inline_code(cursor, block)
        quoted = block.blockFormat().property(QTextFormat.Property.BlockQuoteLevel.value)
        if isinstance(quoted, int) and quoted > 0:
            shape.setLeftMargin(look.px(16) * quoted)
            shape.setRightMargin(0)
    if block.next().isValid() and QTextCursor(block.next()).currentTable() is not None:
        # The layout would give the space below to the table's first cell: the table brings its own.
        shape.setBottomMargin(0)
    cursor.mergeBlockFormat(shape)


def _style_inline_code(cursor: QTextCursor, block: QTextBlock) -> None:
    for position, length, letters in _fragments(block):
        if not letters.fontFixedPitch():
            continue
        change = QTextCharFormat()
        change.setFont(code_font())
        change.setBackground(theme().color("sunken"))
        change.setProperty(_ROLE, "text")
        _merge(cursor, position, length, change)


def _set_font(cursor: QTextCursor, block: QTextBlock, font: QFont) -> None:
    """One font for a whole block; what is slanted or a link in it stays so."""
    for position, length, letters in _fragments(block):
        own = QFont(font)
        if letters.fontFixedPitch():
            own.setFamilies(code_font().families())
        own.setItalic(letters.fontItalic())
        own.setStrikeOut(letters.fontStrikeOut())
        letters.clearProperty(QTextFormat.Property.FontSizeAdjustment.value)
        letters.setFont(own)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(letters)


def is_code(block: QTextBlock) -> bool:
    """Whether a block belongs to a code block."""
    shape = block.blockFormat()
    return shape.hasProperty(QTextFormat.Property.BlockCodeFence.value) or shape.nonBreakableLines()


def _name_pictures(document: QTextDocument) -> None:
    """Put a picture's description where it would stand."""
    pictures = []
    for block in _blocks(document):
        for position, length, letters in _fragments(block):
            if letters.isImageFormat():
                image = letters.toImageFormat()
                words = image.property(QTextFormat.Property.ImageAltText.value) or image.name()
                pictures.append((position, length, str(words)))
    for position, length, words in reversed(pictures):
        cursor = QTextCursor(document)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        letters = QTextCharFormat()
        letters.setProperty(_ROLE, "text3")
        letters.setFontItalic(True)
        cursor.insertText(f"[{words}]", letters)


def _hide_bullets(document: QTextDocument) -> None:
    """Leave bullets to the view: Qt would paint them right against the text, and boxes in its own way."""
    for block in _blocks(document):
        items = list_of(block)
        if items is not None and items.format().style() in BULLETS:
            shape = items.format()
            shape.setStyle(QTextListFormat.Style.ListStyleUndefined)
            items.setFormat(shape)


def _style_tables(document: QTextDocument) -> None:
    look = theme()
    for table in _tables(document):
        shape = table.format()
        shape.setBorder(1)
        shape.setBorderCollapse(True)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setCellPadding(look.px(5))
        shape.setCellSpacing(0)
        before = QTextCursor(document)
        before.setPosition(max(0, table.firstPosition() - 1))
        after_code = is_code(before.block())
        shape.setTopMargin(look.px(_SPACE_AFTER + (_CODE_PADDING + 4 if after_code else 0)))
        shape.setBottomMargin(look.px(_SPACE_AFTER + 4))
        shape.setWidth(QTextLength())
        shape.setAlignment(Qt.AlignmentFlag.AlignLeft)
        table.setFormat(QTextTableFormat(shape))
        _mend_first_cell(table)
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


def _panels(document: QTextDocument) -> list[Panel]:
    found: list[Panel] = []
    for block in _blocks(document):
        quoted = block.blockFormat().property(QTextFormat.Property.BlockQuoteLevel.value)
        kind = "code" if is_code(block) else "quote" if isinstance(quoted, int) and quoted > 0 else ""
        if not kind:
            continue
        number = block.blockNumber()
        if found and found[-1].kind == kind and found[-1].last == number - 1:
            found[-1] = Panel(found[-1].first, number, kind)
        else:
            found.append(Panel(number, number, kind))
    return found


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _fragments(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """Position, length and format of a block's pieces: a list, since changing a format makes new pieces."""
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
