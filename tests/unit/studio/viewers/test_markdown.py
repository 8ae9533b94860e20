from __future__ import annotations

from typing import Any

from PySide6.QtGui import QFontInfo, QTextCursor, QTextDocument, QTextTable

from memvid_studio.theme import theme
from memvid_studio.widgets.markdown import is_code, markdown_document, markdown_steps
from memvid_studio.widgets.text_view import Panel, list_of


def made(source: str) -> QTextDocument:
    return markdown_document(source).document


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
    document = made("# One\n\n## Two\n\n### Three\n\n#### Four *slanted*\n\nText **strong**\n")
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
    document = made("# One\n\ntext `code`\n")
    found = blocks(document)
    assert font_of(found["One"])[0] == 40
    assert font_of(found["text code"], "code")[0] == 24


def test_html_is_shown_as_what_it_is() -> None:
    document = made("before <b>bold</b>\n\n<script>alert(1)</script>\n\n<img src='x.png'>\n")
    text = document.toPlainText()
    assert "<b>bold</b>" in text
    assert "<script>" in text
    assert "<img" in text


def test_a_picture_is_its_description() -> None:
    document = made("See ![a map of the weir](http://example.org/map.png).\n")
    assert document.toPlainText() == "See [a map of the weir]."


def test_code_and_quotes_stand_on_their_own_ground() -> None:
    source = "text\n\n```python\ndef weir():\n    return 1\n```\n\n> said\n> somebody\n\n```\nmore\n```\n"
    styled = markdown_document(source)
    document, grounds = styled.document, styled.grounds
    lines = document.toPlainText().split("\n")
    assert [(ground.kind, lines[ground.first], lines[ground.last]) for ground in grounds] == [
        ("code", "def weir():", "    return 1"),
        ("quote", "said somebody", "said somebody"),
        ("code", "more", "more"),
    ]
    assert isinstance(grounds[0], Panel)
    assert is_code(document.findBlockByNumber(grounds[0].first))


def test_a_table_keeps_its_cells_also_right_after_a_code_block() -> None:
    document = made("```\ncode\n```\n\n| Option | Cost |\n|---|---|\n| A | 120 |\n")
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
    document = made("- one\n- two\n\n1. first\n2. second\n\n- [x] done\n")
    found = blocks(document)
    lists = {name: list_of(block) for name, block in found.items()}
    styles = {name: items.format().style().name for name, items in lists.items() if items is not None}
    assert styles["one"] == "ListStyleUndefined"
    assert styles["first"] == "ListDecimal"


def test_links_take_the_blue_of_now_in_both_themes_also_in_the_past() -> None:
    source = "# [head](https://example.org)\n\n[report](https://example.org)\n"
    colors = []
    for dark, past in ((False, False), (True, False), (True, True)):
        theme().set_dark(dark)
        theme().set_past(past)
        document = made(source)
        wanted = theme().color("accentText", now=True).name().upper()
        assert color_of(document, "report") == color_of(document, "head") == wanted
        colors.append(wanted)
    assert colors[0] != colors[1] == colors[2]


def test_it_is_made_in_steps_that_give_the_window_its_turn() -> None:
    import time

    steps = markdown_steps("# a\n\n[l](https://e.org) *text* `code`\n\n" * 600)
    next(steps)  # reading it
    longest, count = 0.0, 0
    before = time.perf_counter()
    for _ in steps:
        now = time.perf_counter()
        longest, before, count = max(longest, now - before), now, count + 1
    assert count > 100
    assert longest < 0.05


def test_any_text_is_a_document() -> None:
    for source in ("", "\n\n", "|", "```", "- [", "# ", "![](", "[a]: b", "\ufdd0", "*" * 2000):
        styled = markdown_document(source)
        assert styled.document.characterCount() >= 1
        assert all(0 <= ground.first <= ground.last for ground in styled.grounds)
