"""Tiles, tags, key caps, progress, scroll marks, sliders: what is painted and what is said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QKeySequence, QPainter
from PySide6.QtWidgets import QPlainTextEdit

from memvid_studio.widgets.kbd import KeyCap, key_text
from memvid_studio.widgets.progress import ProgressBar
from memvid_studio.widgets.scroll_marks import MarkedScrollBar
from memvid_studio.widgets.slider import Slider
from memvid_studio.widgets.tile import Tile, paint_tag, paint_tile, tag_width


def canvas(look, width=60, height=60) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(look.color("pane"))
    return image


# ---------------------------------------------------------------------------------------------------- tiles, tags


def test_a_tile_is_film_with_round_corners(look):
    image = canvas(look)
    painter = QPainter(image)
    paint_tile(painter, QRectF(10, 10, 40, 40), "document")
    painter.end()
    assert image.pixelColor(30, 12) == look.color("filmBase")
    assert image.pixelColor(10, 10) == look.color("pane")
    assert image.pixelColor(9, 30) == look.color("pane")


def test_a_picture_shows_itself_cut_to_a_square(look):
    picture = QImage(80, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    for x in range(30, 50):
        for y in range(40):
            picture.setPixelColor(x, y, QColor("lime"))
    image = canvas(look)
    painter = QPainter(image)
    paint_tile(painter, QRectF(10, 10, 40, 40), "image", picture)
    painter.end()
    assert image.pixelColor(30, 30) == QColor("lime")
    assert image.pixelColor(13, 30) == QColor("red")
    assert image.pixelColor(10, 10) == look.color("pane")


def test_a_picture_that_is_none_gives_the_icon(look, stage):
    tile = Tile("image", 28)
    tile.set_kind("image", QImage())
    stage(tile)
    assert tile.sizeHint().toTuple() == (28, 28)
    assert tile.grab().toImage().pixelColor(14, 2) == look.color("filmBase")


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_tag_has_room_for_its_text(look, cut, scale):
    look.set_scale(scale)
    image = canvas(look, 200, 40)
    painter = QPainter(image)
    width = paint_tag(painter, 2, 2, "3 versions later", edge="pastLine", color="past")
    painter.end()
    assert width == tag_width("3 versions later")
    assert cut == []
    assert image.pixelColor(60, 2) == look.color("pastLine")


# ------------------------------------------------------------------------------------------------------ key caps


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("Ctrl+Shift+P", "Ctrl Shift P"),
        (QKeySequence("Ctrl+O"), "Ctrl O"),
        ("Esc", "Esc"),
        ("Ctrl++", "Ctrl +"),
        ("+", "+"),
        ("N", "N"),
    ],
)
def test_keys_in_words(keys, text):
    assert key_text(keys) == text


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_key_caps_have_room(look, stage, cut, scale):
    look.set_scale(scale)
    cap = KeyCap("Ctrl+Shift+P", "find a command")
    stage(cap)
    cap.grab()
    assert cut == []
    assert cap.height() == look.px(18)
    assert cap.accessibleName() == "Ctrl Shift P: find a command"


# ------------------------------------------------------------------------------------------------------ progress


def filled(look, bar, role="accent", now=True) -> int:
    image = bar.grab().toImage()
    color = look.color(role, now=now)
    return sum(image.pixelColor(x, bar.height() // 2) == color for x in range(image.width()))


def test_progress_is_as_long_as_it_is_true(look, stage):
    bar = ProgressBar()
    bar.setRange(0, 200)
    stage(bar)
    assert bar.height() == 4
    for value in (0, 50, 100, 200):
        bar.setValue(value)
        assert filled(look, bar) == pytest.approx(bar.width() * value / 200, abs=5)


def test_a_beginning_can_be_seen(look, stage):
    bar = ProgressBar()
    bar.setRange(0, 1_000_000)
    stage(bar)
    bar.setValue(1)
    assert bar.grab().toImage().pixelColor(1, 2) == look.color("accent")


def test_what_happens_now_stays_blue_in_the_past(look, stage):
    now, then = ProgressBar(), ProgressBar(now=False)
    for bar in (now, then):
        bar.setRange(0, 1)
        bar.setValue(1)
    stage(now, then)
    look.set_past(True)
    assert filled(look, now, now=True) > 100
    assert filled(look, then, now=False) > 100


def test_an_unknown_end_moves_only_while_seen(look, stage, qtbot):
    look.set_reduced_motion(False)
    bar = ProgressBar()
    bar.setRange(0, 0)
    assert bar.indeterminate
    assert not bar._tick.isActive()
    window = stage(bar)
    assert bar._tick.isActive()
    first = bar.grab().toImage()
    qtbot.waitUntil(lambda: bar.grab().toImage() != first, timeout=1000)
    window.hide()
    assert not bar._tick.isActive()
    window.show()
    bar.setRange(0, 3)
    assert not bar._tick.isActive()


def test_without_motion_the_block_stands_in_the_middle(look, stage):
    bar = ProgressBar()
    bar.setRange(0, 0)
    stage(bar)
    assert not bar._tick.isActive()
    assert bar.grab().toImage().pixelColor(bar.width() // 2, 2) == look.color("accent")


def test_screen_readers_get_the_value(stage):
    bar = ProgressBar()
    bar.setRange(0, 120)
    bar.setValue(41)
    stage(bar)
    interface = QAccessible.queryAccessibleInterface(bar)
    assert interface.role() == QAccessible.Role.ProgressBar
    assert interface.valueInterface().currentValue() == 41


# -------------------------------------------------------------------------------------------------- scroll marks


def test_hits_are_ticks_in_the_track(look, stage):
    area = QPlainTextEdit("line\n" * 500)
    bar = MarkedScrollBar()
    area.setVerticalScrollBar(bar)
    bar.set_marks([0.5, 1.0, 7, -1])
    assert bar.marks() == (0.5, 1.0, 1.0, 0.0)
    stage(area)
    image = bar.grab().toImage()
    x = bar.width() - 4
    tick = look.color("hitLine")
    assert image.pixelColor(x, 0) == tick
    assert image.pixelColor(x, round(0.5 * (bar.height() - 3))) == tick
    assert image.pixelColor(x, bar.height() - 1) == tick
    assert image.pixelColor(1, 0) != tick


# -------------------------------------------------------------------------------------------------------- slider


def test_keys_and_clicks_move_the_slider(stage, qtbot):
    slider = Slider()
    slider.setRange(0, 100)
    stage(slider)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 1
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert slider.value() == 100
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 12))
    assert slider.value() == pytest.approx(50, abs=1)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    assert slider.isSliderDown()
    assert slider.value() == 0
    qtbot.mouseMove(slider, QPoint(slider.width() - 1, 12))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert not slider.isSliderDown()


def test_the_other_button_does_nothing(stage, qtbot):
    slider = Slider()
    stage(slider)
    qtbot.mouseClick(slider, Qt.MouseButton.RightButton, pos=QPoint(200, 12))
    assert slider.value() == 0


def test_the_knob_stands_where_the_value_is(look, stage):
    slider = Slider()
    slider.setRange(0, 10)
    stage(slider)
    for value, share in ((0, 0.0), (5, 0.5), (10, 1.0)):
        slider.setValue(value)
        image = slider.grab().toImage()
        x = round(8 + share * (slider.width() - 16))
        assert image.pixelColor(min(x, slider.width() - 8), 12) == look.color("raised")
    slider.setValue(5)
    image = slider.grab().toImage()
    assert image.pixelColor(20, 12) == look.color("accent")
    assert image.pixelColor(slider.width() - 20, 12) == look.color("lineStrong")
