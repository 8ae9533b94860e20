from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from memvid_studio.widgets.highlight import marked_text, paint_marked_text

SNIPPET = (
    "…full removal of the upper weir restores 3.4 km of spawning gravel; partial lowering keeps the mill pond"
)
HITS = ((6, 13), (27, 31))


def painted(look, text, spans, width=395, height=60, **how) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(look.color("pane"))
    painter = QPainter(image)
    paint_marked_text(painter, QRectF(2, 0, width - 4, height), text, spans, **how)
    painter.end()
    return image


def where(image: QImage, color: QColor) -> tuple[int, int, int, int]:
    """Bounds of the pixels of exactly this colour: left, top, right, bottom."""
    found = [
        (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == color
    ]
    assert found, "not there"
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs), max(ys)


def test_a_box_lies_under_each_hit(look):
    marked = marked_text(SNIPPET, HITS, 395)
    metrics = QFontMetricsF(look.font("body"))
    (first, box), (second, other) = marked.boxes
    assert (first, second) == (0, 1)
    assert box.left() == pytest.approx(metrics.horizontalAdvance(SNIPPET[:6]) - 1, abs=0.6)
    assert box.width() == pytest.approx(metrics.horizontalAdvance("removal") + 2, abs=0.6)
    assert (box.top(), box.height()) == (1, 18)
    assert other.left() > box.right()


def test_the_marker_pen_is_seen_and_the_current_hit_differs(look):
    plain = painted(look, SNIPPET, HITS[:1])
    left, top, right, bottom = where(plain, look.color("hit"))
    assert (top, bottom) == (1, 18)
    assert right - left > 40
    current = painted(look, SNIPPET, HITS[:1], current=0)
    assert where(current, look.color("hitLine"))[1] == 1
    assert where(current, look.color("hitCurrent"))


@pytest.mark.parametrize("dark", [False, True])
def test_letters_on_the_mark_change_colour(look, dark):
    look.set_dark(dark)
    image = painted(look, "████ ████", ((0, 4),))
    assert image.pixelColor(12, 11) == look.color("hitText")
    current = painted(look, "████ ████", ((0, 4),), current=0)
    assert current.pixelColor(12, 11) == look.color("hitCurrentText")
    right = where(image, look.color("text2"))[0]
    assert right > 30


def test_what_fits_is_not_cut(look):
    marked = marked_text("short", (), 300)
    assert not marked.cut
    assert marked.text == "short"
    assert marked.height == 20


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_what_does_not_fit_ends_with_an_ellipsis(look, lines):
    marked = marked_text(SNIPPET * 4, (), 200, lines=lines)
    assert marked.cut
    assert marked.text.endswith("…")
    assert marked.height == 20 * lines
    tail = marked.text.split()[-4:]
    assert QFontMetricsF(look.font("body")).horizontalAdvance(tail[-1]) < 200


def test_nothing_is_painted_outside(look):
    image = painted(look, SNIPPET * 4, HITS, width=204, height=60)
    ground = look.color("pane")
    assert all(image.pixelColor(203, y) == ground for y in range(60))
    assert all(image.pixelColor(x, y) == ground for x in range(204) for y in range(40, 60))


def test_hits_that_were_cut_away_have_no_box():
    long = "word " * 60 + "removal"
    at = long.index("removal")
    assert marked_text(long, ((0, 4), (at, at + 7)), 200).boxes[-1][0] == 0


def test_the_text_begins_where_most_hits_are_seen():
    text = (
        "…The county pays sixty percent of measures that open a river to fish in both directions. Of the three, "
        "only the removal of the weir qualifies without reserve."
    )
    spans = tuple((text.index(word), text.index(word) + len(word)) for word in ("removal", "weir"))
    marked = marked_text(text, spans, 395)
    assert marked.text.startswith("…")
    assert [index for index, _ in marked.boxes] == [0, 1]
    assert "measures that open a river" in marked.text, "with what stands before it"
    assert " only the removal of the weir" in marked.text
    # Nothing is gained by beginning later: it does not.
    assert marked_text(text, (*spans, (1, 4), (5, 11)), 395).text.startswith("…The county")


def test_a_hit_over_a_line_break_has_two_boxes():
    marked = marked_text("aaaa bbbb", ((0, 9),), 40)
    assert [index for index, _ in marked.boxes] == [0, 0]
    assert marked.boxes[0][1].top() < marked.boxes[1][1].top()


@pytest.mark.parametrize("spans", [((5, 3),), ((-4, 2),), ((100, 200),), ((2, 2),), ((3, 900),)])
def test_spans_from_elsewhere_do_no_harm(look, spans):
    painted(look, "short text", spans)


def test_offsets_are_characters_even_beyond_the_basic_plane(look):
    text = "😀😀 weir"
    marked = marked_text(text, ((3, 7),), 300)
    expected = QFontMetricsF(look.font("body")).horizontalAdvance("😀😀 ")
    assert marked.boxes[0][1].left() == pytest.approx(expected - 1, abs=1.0)


def test_a_cut_between_the_halves_of_a_character_does_no_harm(look):
    painted(look, "😀" * 200, ((0, 200),), width=100)


def test_line_breaks_and_tabs_become_spaces():
    marked = marked_text("one\ntwo\tthree", ((4, 7),), 300)
    assert marked.text == "one two three"
    assert marked.height == 20


def test_right_to_left_text_has_boxes_with_a_width():
    marked = marked_text("שלום עולם", ((0, 4),), 300)
    assert marked.boxes[0][1].width() > 10


def test_the_same_text_is_laid_out_once(look):
    assert marked_text(SNIPPET, HITS, 395) is marked_text(SNIPPET, HITS, 395)
    first = marked_text(SNIPPET, HITS, 395)
    look.set_scale(1.5)
    assert marked_text(SNIPPET, HITS, 395) is not first
    assert marked_text(SNIPPET, HITS, 395).height == 60


def test_an_empty_text_is_nothing(look):
    assert marked_text("", (), 100).boxes == []
    painted(look, "", ())
    painted(look, "text", ((0, 2),), width=4)
