from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QTextDocument

from engine.text import find_spans
from memvid_studio.theme import theme
from memvid_studio.widgets.markdown import markdown_document
from memvid_studio.widgets.text_view import TextView, column_width, document_spans, plain

LONG = "Board prefers option C, full removal. The weir stays until the gauge has run one winter. "
SEVENTY_EIGHT = "They ask for a sediment plan before any removal of the weir, and would like to"


def with_text(view: TextView, text: str, *terms: str) -> TextView:
    text = plain(text)
    view.set_text(text)
    view.set_marks(document_spans(text, find_spans(text, terms)))
    return view


def with_markdown(view: TextView, source: str, *terms: str) -> TextView:
    styled = markdown_document(source)
    view.show_document(styled.document, styled.grounds, bullets=True)
    view.set_marks(document_spans(view.text(), find_spans(view.text(), terms)))
    return view


def has_color(view: TextView, rect: QRectF, color: QColor) -> bool:
    """Whether the ground of a mark, just inside its edge, has this colour."""
    picture = view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    at = rect.adjusted(2, 1, 0, 0).topLeft() * ratio
    return picture.pixelColor(at.toPoint()) == color


def test_line_ends_become_one_kind_and_structure_characters_do_not_survive() -> None:
    assert plain("a\r\nb\rc\u2029d\0e\ufdd0f") == "a\nb\nc\nd\ufffde\ufffdf"


def test_spans_count_the_units_of_the_document_not_characters() -> None:
    text = "🐟 weir 🐟🐟 weir"
    spans = find_spans(text, ("weir",))
    document = QTextDocument()
    document.setPlainText(text)
    for start, end in document_spans(text, spans):
        units = document.toRawText().encode("utf-16-le")
        assert units[2 * start : 2 * end].decode("utf-16-le") == "weir"


@pytest.mark.parametrize("dark", [False, True])
def test_marks_lie_under_their_words_and_the_current_one_looks_different(shown, dark: bool) -> None:
    theme().set_dark(dark)
    view = with_text(shown(TextView()), "The weir and the removal of the weir.", "weir", "removal")
    assert view.mark_count == 3
    view.go_to_mark(1)
    rects = [view.mark_rects(index)[0] for index in range(3)]
    assert has_color(view, rects[0], theme().color("hit"))
    assert has_color(view, rects[1], theme().color("hitCurrent"))
    cursor = view.cursorForPosition(rects[1].center().toPoint())
    cursor.select(cursor.SelectionType.WordUnderCursor)
    assert cursor.selectedText() == "removal"


def test_a_mark_over_a_line_end_has_a_rectangle_on_each_line(shown) -> None:
    view = with_text(shown(TextView(), 300), LONG * 3, "full removal the weir stays until the gauge has run")
    rects = view.mark_rects(0)
    assert len(rects) >= 2
    assert rects[1].top() > rects[0].top()
    assert rects[1].left() < rects[0].right()


def test_lines_have_at_most_72_characters_whatever_the_room(shown) -> None:
    view = with_text(shown(TextView(), 1600), LONG * 10)
    layout = view.document().firstBlock().layout()
    lengths = [layout.lineAt(line).textLength() for line in range(layout.lineCount())]
    assert 55 < max(lengths) <= 78  # 72 of average width
    assert max(layout.lineAt(line).naturalTextWidth() for line in range(len(lengths))) <= column_width()
    view.resize(300, 500)
    assert max(layout.lineAt(n).naturalTextWidth() for n in range(layout.lineCount())) < 300


def test_lines_that_were_broken_by_their_writer_stay_whole(shown) -> None:
    mail = f"{SEVENTY_EIGHT}\nand a shorter one.\n\n{SEVENTY_EIGHT}"
    view = with_text(shown(TextView(), 1600), mail)
    block = view.document().firstBlock()
    while block.isValid():
        assert block.layout().lineCount() <= 1, block.text()
        block = block.next()
    # One long line among them: it is no text that was broken by hand.
    view = with_text(shown(TextView(), 1600), mail + "\n" + LONG)
    assert view.document().firstBlock().layout().lineCount() == 2


def test_going_to_a_mark_brings_it_into_sight_also_far_down(shown, qtbot) -> None:
    view = with_text(shown(TextView()), "x\n" * 3000 + "the weir\n" + "y\n" * 3000, "weir")
    view.go_to_mark(0)
    qtbot.waitUntil(lambda: view.rect().contains(view.mark_rects(0)[0].toRect()))
    bar = view.verticalScrollBar()
    assert 0 < bar.value() < bar.maximum()


def test_the_scroll_bar_shows_where_marks_are(shown) -> None:
    view = with_text(shown(TextView()), "weir\n" + "x\n" * 1000 + "weir", "weir")
    bar: Any = view.verticalScrollBar()
    marks = bar.marks()
    assert len(marks) == 2
    assert marks[0] == pytest.approx(0, abs=0.01)
    assert marks[1] == pytest.approx(1, abs=0.01)
    with_text(view, "nothing")
    assert bar.marks() == ()


def test_twenty_thousand_marks_do_not_slow_a_repaint_down(shown, qtbot) -> None:
    view = with_text(shown(TextView()), "weir " * 20_000, "weir")
    assert view.mark_count == 20_000
    view.go_to_mark(10_000)
    start = time.perf_counter()
    view.viewport().grab()
    assert time.perf_counter() - start < 0.5
    assert has_color(view, view.mark_rects(10_000)[0], theme().color("hitCurrent"))


def test_nothing_is_fetched_for_a_text(shown, tmp_path) -> None:
    secret = tmp_path / "secret.png"
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    assert picture.save(str(secret))
    view = with_markdown(shown(TextView()), f"![a map](file://{secret})\n\n![](https://example.org/x.png)")
    kind = QTextDocument.ResourceType.ImageResource
    for address in (secret.as_uri(), "https://example.org/x.png"):
        loaded = view.document().resource(kind.value, QUrl(address))
        assert loaded is None or loaded.width() <= 1
    style = QTextDocument.ResourceType.StyleSheetResource.value
    assert not view.document().resource(style, QUrl(secret.as_uri()))
    assert "[a map]" in view.text()
    image = view.viewport().grab().toImage()
    red = sum(
        image.pixelColor(x, y) == QColor(Qt.GlobalColor.red)
        for x in range(0, 200, 4)
        for y in range(0, 200, 4)
    )
    assert red == 0


def test_a_link_is_told_when_it_is_clicked_and_opened_by_nobody_here(shown, qtbot) -> None:
    view = with_markdown(shown(TextView()), "[the report](https://example.org/r)")
    rect = view.cursorRect(view.cursorForPosition(QPoint(0, 0)))
    with qtbot.waitSignal(view.linkActivated) as told:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center() + QPoint(20, 0))
    assert told.args == ["https://example.org/r"]


def test_code_keeps_its_lines_and_its_characters(shown) -> None:
    view = with_text(shown(TextView(mono=True), 200), "def weir() -> int:  # " + "x" * 300)
    layout = view.document().firstBlock().layout()
    assert layout.lineCount() == 1
    assert view.horizontalScrollBar().maximum() > 0
    advance = QFontMetricsF(view.document().defaultFont()).horizontalAdvance
    assert advance("->") == pytest.approx(2 * advance("-"))
