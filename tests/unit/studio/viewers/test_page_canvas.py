from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from memvid_studio.theme import parse_color, theme
from memvid_studio.theme_tokens import LIGHT
from memvid_studio.widgets import page_canvas
from memvid_studio.widgets.page_canvas import GAP, Mark, PageCanvas, PagePicture, marks_of
from memvid_studio.widgets.page_thumbs import PageThumbs

A4 = (595.0, 842.0)
WORD = Mark(((0.1, 0.5, 0.3, 0.53),))


def picture(width: int = 60, *marks: Mark) -> PagePicture:
    image = QImage(width, round(width * 1.415), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    return PagePicture(image, marks)


def fill(canvas: PageCanvas, *marks: Mark) -> list[int]:
    """Hands over pages until none is wanted; the order they were wanted in."""
    order = []
    while (wanted := canvas.wanted()) is not None:
        assert wanted[0] not in order, "asked for twice"
        order.append(wanted[0])
        canvas.set_page(wanted[0], picture(wanted[1], *marks), wanted[1])
    return order


@pytest.fixture
def canvas(shown) -> PageCanvas:
    canvas = shown(PageCanvas(), 632, 600)
    canvas.set_pages([A4] * 24)
    return canvas


def pixel(canvas: PageCanvas, at: QPointF) -> QColor:
    image = canvas.viewport().grab().toImage()
    return image.pixelColor((at * image.devicePixelRatio()).toPoint())


def test_pages_fit_the_width_and_keep_their_shape(canvas) -> None:
    rect = canvas._page_rect(1)
    assert rect.left() == GAP
    assert rect.width() == canvas.viewport().width() - 2 * GAP
    assert rect.height() == pytest.approx(rect.width() * 842 / 595, abs=1)
    assert canvas._page_rect(2).top() == rect.bottom() + GAP


def test_what_is_looked_at_is_wanted_first_then_its_neighbours(canvas) -> None:
    canvas.go_to_page(7)
    assert canvas.page == 7
    order = fill(canvas)
    assert order[0] == 7
    assert set(order) <= {6, 7, 8, 9}
    assert canvas.wanted() is None
    canvas.verticalScrollBar().setValue(canvas.verticalScrollBar().maximum())
    assert canvas.wanted()[0] == 24


def test_a_page_is_wanted_in_pixels_of_the_screen_and_anew_after_zooming(canvas) -> None:
    ratio = canvas.devicePixelRatioF()
    assert canvas.wanted() == (1, round((canvas.viewport().width() - 2 * GAP) * ratio))
    fill(canvas)
    canvas.set_zoom(2.0)
    page, width = canvas.wanted()
    assert page == canvas.page
    assert width == round(595 * 96 / 72 * 2 * ratio)


def test_the_page_looked_at_follows_scrolling(canvas, qtbot) -> None:
    with qtbot.waitSignal(canvas.pageChanged) as told:
        canvas.go_to_page(5)
    assert told.args == [5]
    canvas.verticalScrollBar().setValue(canvas.verticalScrollBar().value() + 2000)
    assert canvas.page > 5
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.page == 1
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.page == 24


def test_zooming_keeps_the_place_under_the_cursor(canvas) -> None:
    canvas.go_to_page(3)
    canvas.verticalScrollBar().setValue(canvas.verticalScrollBar().value() + 300)
    point = QPointF(400, 250)
    before = canvas._place_at(point)
    for zoom in (1.5, 3.0, 1.1, 0.5):
        canvas.set_zoom(zoom, point)
        index, x, y = canvas._place_at(point)
        assert index == before[0]
        assert y == pytest.approx(before[2], abs=0.01)
        if zoom > 1:  # a page narrower than the room is centred
            assert x == pytest.approx(before[1], abs=0.02)


def test_zoom_has_steps_and_ends_and_can_fit_again(canvas, qtbot) -> None:
    fitted = canvas.zoom
    assert canvas.fits_width
    canvas.zoom_by_step(1)
    assert canvas.zoom > fitted
    assert not canvas.fits_width
    canvas.set_zoom(100)
    assert canvas.zoom == 4.0
    canvas.zoom_by_step(1)
    assert canvas.zoom == 4.0
    canvas.set_zoom(0)
    assert canvas.zoom == 0.25
    canvas.fit_width()
    assert canvas.zoom == pytest.approx(fitted)
    canvas.resize(400, 600)
    assert canvas.zoom < fitted


def test_marks_are_painted_on_paper_with_the_light_pen_in_both_themes(canvas) -> None:
    for dark in (False, True):
        theme().set_dark(dark)
        canvas.set_pages([A4])
        fill(canvas, WORD, Mark(((0.5, 0.5, 0.7, 0.53),)))
        canvas.set_current_mark(1, 1)
        plain, current = canvas.mark_rects(1, 0)[0], canvas.mark_rects(1, 1)[0]
        paper = theme().color("paper")
        hit = parse_color(LIGHT["hit"])
        mixed = QColor(
            hit.red() * paper.red() // 255,
            hit.green() * paper.green() // 255,
            hit.blue() * paper.blue() // 255,
        )
        seen = pixel(canvas, plain.center())
        assert abs(seen.red() - mixed.red()) <= 2
        assert abs(seen.blue() - mixed.blue()) <= 2
        assert pixel(canvas, current.center()) != seen
        assert pixel(canvas, QPointF(current.left() + 8, current.top())) != pixel(canvas, current.center())


def test_going_to_a_mark_scrolls_to_it_once_its_page_is_there(canvas) -> None:
    canvas.set_current_mark(12, 0)
    assert canvas.page == 12
    fill(canvas, WORD)
    canvas.set_current_mark(12, 0)
    rect = canvas.mark_rects(12, 0)[0]
    assert canvas.viewport().rect().contains(rect.toRect())


def test_ticks_stand_beside_marks_before_and_after_their_page_is_drawn(canvas) -> None:
    canvas.set_mark_counts({1: 2, 24: 1})
    marks = canvas.verticalScrollBar().marks()
    assert len(marks) == 3
    assert marks[-1] > 0.9
    fill(canvas, WORD)
    drawn = canvas.verticalScrollBar().marks()
    assert drawn[0] == pytest.approx((16 + 0.5 * canvas._page_rect(1).height()) / (24 * 865), rel=0.1)


def test_other_words_make_pages_wanted_again_and_pictures_stay_meanwhile(canvas) -> None:
    fill(canvas, WORD)
    assert canvas.marks_on(1) == (WORD,)
    canvas.forget_marks()
    assert canvas.marks_on(1) is None
    assert canvas.wanted()[0] == 1
    assert pixel(canvas, QPointF(200, 200)) == QColor(Qt.GlobalColor.white)
    canvas.set_page(1, picture(60), canvas.wanted()[1])
    assert canvas.marks_on(1) == ()


def test_memory_is_bounded_but_what_is_seen_stays(canvas, monkeypatch) -> None:
    monkeypatch.setattr(page_canvas, "MEMORY", 3 * 600 * 849 * 4)
    for page in range(1, 25):
        canvas.go_to_page(page)
        fill(canvas)
    held = sum(each.image.sizeInBytes() for each in canvas._pictures.values())
    assert held <= 5 * 600 * 849 * 4
    assert 24 in canvas._pictures
    assert 1 not in canvas._pictures
    canvas.go_to_page(1)
    assert canvas.wanted()[0] == 1


def test_a_page_that_cannot_be_drawn_says_so_and_is_not_asked_for_again(canvas) -> None:
    canvas.set_failed(canvas.wanted()[0], "Page 1 is damaged and cannot be shown.")
    assert canvas.wanted()[0] != 1
    image = canvas.viewport().grab().toImage()
    ink = [image.pixelColor(x, y).lightness() for x in range(40, 300) for y in range(40, 80)]
    assert min(ink) < 160


def test_grey_blocks_come_only_after_a_moment(canvas, qtbot) -> None:
    def greys() -> int:
        image = canvas.viewport().grab().toImage()
        sunken = parse_color(LIGHT["sunken"])
        return sum(image.pixelColor(200, y) == sunken for y in range(20, 500))

    canvas.set_pages([A4])
    assert greys() == 0
    qtbot.waitUntil(lambda: greys() > 5, timeout=1000)


def test_no_pages_is_no_trouble(shown) -> None:
    canvas = shown(PageCanvas())
    assert canvas.wanted() is None
    canvas.go_to_page(3)
    canvas.zoom_by_step(1)
    canvas.set_current_mark(1, 0)
    canvas.set_pages([])
    assert canvas.page == 0


def test_dragging_moves_the_paper(canvas, qtbot) -> None:
    canvas.go_to_page(4)
    before = canvas.verticalScrollBar().value()
    view = canvas.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 300))
    qtbot.mouseMove(view, QPoint(200, 220))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 220))
    assert canvas.verticalScrollBar().value() == before + 80


def test_boxes_are_gathered_by_the_word_they_belong_to() -> None:
    boxes = ((10, 10, 20, 20), (0, 30, 10, 40), (50, 60, 70, 80))
    assert marks_of(boxes, (0, 0, 1), 100, 200) == (
        Mark(((0.1, 0.05, 0.2, 0.1), (0.0, 0.15, 0.1, 0.2))),
        Mark(((0.5, 0.3, 0.7, 0.4),)),
    )


# ------------------------------------------------------------------------------------------------ thumbnails


@pytest.fixture
def thumbs(shown) -> PageThumbs:
    thumbs = shown(PageThumbs(), 88, 560)
    thumbs.set_pages([A4] * 24)
    return thumbs


def test_thumbnails_in_sight_are_wanted_once(thumbs) -> None:
    seen = []
    while (wanted := thumbs.wanted()) is not None:
        seen.append(wanted[0])
        thumbs.set_page(wanted[0], picture(wanted[1]))
    assert sorted(seen) == list(range(1, len(seen) + 1))
    assert 5 <= len(seen) <= 7


def test_a_click_chooses_a_page_and_the_current_one_stays_in_sight(thumbs, qtbot) -> None:
    with qtbot.waitSignal(thumbs.pageClicked) as told:
        qtbot.mouseClick(thumbs.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(44, 150))
    assert told.args == [2]
    thumbs.set_current(20)
    first, last = thumbs._visible()
    assert first <= 20 <= last
    ring = [
        thumbs.viewport().grab().toImage().pixelColor(14, y) == theme().color("accent") for y in range(560)
    ]
    assert any(ring)


def test_thumbnails_are_wanted_again_for_other_words_and_show_them(thumbs) -> None:
    page, width = thumbs.wanted()
    thumbs.set_page(page, picture(width, WORD))
    image = thumbs.viewport().grab().toImage()
    hit = parse_color(LIGHT["hitCurrent"])
    assert any(image.pixelColor(24, y) == hit for y in range(10, 100))
    thumbs.forget_marks()
    assert thumbs.wanted() == (page, width)
