from __future__ import annotations

from typing import Any

from PySide6.QtGui import QFontInfo, QTextCursor, QTextDocument, QTextTable

from memvid_studio.theme import theme
from memvid_studio.widgets.markdown import is_code, markdown_document, recolor
from memvid_studio.widgets.text_view import Panel, list_of


def blocks(document: QTextDocument) -> dict[str, Any]:
    found = {}
    block = document.begin()
    while block.isValid():
        found[block.text()] = block
        block = block.next()
    return found


def font_of(block, word: str = "") -> tuple[int, int]:
    """Pixel size and weight of the first letters of a block, or of the piece that holds ``word``."""
    iterator = block.begin()
    while not iterator.atEnd():
        piece = iterator.fragment()
        if word in piece.text():
            font = piece.charFormat().font().resolve(block.document().defaultFont())
            return QFontInfo(font).pixelSize(), font.weight()
        iterator += 1
    raise AssertionError(f"{word!r} is not in {block.text()!r}")


def color_of(document: QTextDocument, word: str) -> str:
    cursor = document.find(word)
    assert not cursor.isNull()
    return cursor.charFormat().foreground().color().name().upper()


def test_headings_step_down_in_size_and_body_is_reading_size() -> None:
    document, _ = markdown_document(
        "# One\n\n## Two\n\n### Three\n\n#### Four *slanted*\n\nText **strong**\n"
    )
    found = blocks(document)
    sizes = [font_of(found[name])[0] for name in ("One", "Two", "Three")]
    assert sizes == [20, 15, 14]
    assert font_of(found["Four slanted"]) == (14, 600)
    assert font_of(found["Text strong"]) == (14, 400)
    assert font_of(found["Text strong"], "strong")[1] > 500
    cursor = document.find("slanted")
    assert cursor.charFormat().fontItalic()


def test_text_size_scales_everything() -> None:
    theme().set_scale(2.0)
    document, _ = markdown_document("# One\n\ntext `code`\n")
    found = blocks(document)
    assert font_of(found["One"])[0] == 40
    assert font_of(found["text code"], "code")[0] == 24


def test_html_is_shown_as_what_it_is() -> None:
    document, _ = markdown_document("before <b>bold</b>\n\n<script>alert(1)</script>\n\n<img src='x.png'>\n")
    text = document.toPlainText()
    assert "<b>bold</b>" in text
    assert "<script>" in text
    assert "<img" in text


def test_a_picture_is_its_description() -> None:
    document, _ = markdown_document("See ![a map of the weir](http://example.org/map.png).\n")
    assert document.toPlainText() == "See [a map of the weir]."


def test_code_and_quotes_stand_on_their_own_ground() -> None:
    source = "text\n\n```python\ndef weir():\n    return 1\n```\n\n> said\n> somebody\n\n```\nmore\n```\n"
    document, grounds = markdown_document(source)
    lines = document.toPlainText().split("\n")
    assert [(ground.kind, lines[ground.first], lines[ground.last]) for ground in grounds] == [
        ("code", "def weir():", "    return 1"),
        ("quote", "said somebody", "said somebody"),
        ("code", "more", "more"),
    ]
    assert isinstance(grounds[0], Panel)
    assert is_code(document.findBlockByNumber(grounds[0].first))


def test_a_table_keeps_its_cells_also_right_after_a_code_block() -> None:
    document, _ = markdown_document("```\ncode\n```\n\n| Option | Cost |\n|---|---|\n| A | 120 |\n")
    tables = [frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)]
    assert len(tables) == 1
    table = tables[0]
    cells = []
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            cursor = cell.firstCursorPosition()
            cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
            cells.append(cursor.selectedText())
    assert cells == ["Option", "Cost", "A", "120"]


def test_bullets_are_left_to_the_view_and_numbers_to_the_document() -> None:
    document, _ = markdown_document("- one\n- two\n\n1. first\n2. second\n\n- [x] done\n")
    found = blocks(document)
    lists = {name: list_of(block) for name, block in found.items()}
    styles = {name: items.format().style().name for name, items in lists.items() if items is not None}
    assert styles["one"] == "ListStyleUndefined"
    assert styles["first"] == "ListDecimal"


def test_links_and_lines_take_the_colours_of_the_theme() -> None:
    document, _ = markdown_document("[report](https://example.org)\n\n| a |\n|---|\n| b |\n")
    assert color_of(document, "report") == theme().color("accentText").name().upper()
    light = theme().color("accentText").name()
    theme().set_dark(True)
    recolor(document)
    assert color_of(document, "report") == theme().color("accentText").name().upper()
    assert theme().color("accentText").name() != light
    theme().set_past(True)
    recolor(document)
    assert color_of(document, "report") == theme().color("past").name().upper()


def test_any_text_is_a_document() -> None:
    for source in ("", "\n\n", "|", "```", "- [", "# ", "![](", "[a]: b", "\ufdd0", "*" * 2000):
        document, grounds = markdown_document(source)
        assert document.characterCount() >= 1
        assert all(0 <= ground.first <= ground.last for ground in grounds)
