from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage

from memvid_studio.widgets.image_canvas import PADDING, ImageCanvas


def image(width: int, height: int, *, alpha: bool = False) -> QImage:
    kind = QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32
    made = QImage(width, height, kind)
    made.fill(QColor(200, 40, 40, 0 if alpha else 255))
    return made


@pytest.fixture
def canvas(shown) -> ImageCanvas:
    return shown(ImageCanvas(), 600, 400)


def test_a_large_picture_is_fitted_and_a_small_one_is_not_enlarged(canvas) -> None:
    canvas.set_picture(image(400, 300), QSize(4000, 3000))
    rect = canvas._picture_rect()
    assert rect.height() == pytest.approx(400 - 2 * PADDING, abs=1)
    assert rect.width() / rect.height() == pytest.approx(4 / 3, rel=0.01)
    assert rect.center().x() == pytest.approx(300, abs=1)
    canvas.set_picture(image(40, 30), QSize(40, 30))
    assert canvas.zoom == 1.0
    assert canvas._picture_rect().size().toSize() == QSize(40, 30) / canvas.devicePixelRatioF()


def test_zooming_keeps_the_place_under_the_cursor_and_asks_for_pixels_once(canvas, qtbot) -> None:
    asked = []
    canvas.wantsPicture.connect(asked.append)
    canvas.set_picture(image(400, 300), QSize(4000, 3000))
    point = QPointF(350, 150)
    before = canvas._picture_rect()
    place = (point.x() - before.x()) / before.width(), (point.y() - before.y()) / before.height()
    for zoom in (0.5, 1.0, 2.0):
        canvas.set_zoom(zoom, point)
        rect = canvas._picture_rect()
        assert (point.x() - rect.x()) / rect.width() == pytest.approx(place[0], abs=0.01)
        assert (point.y() - rect.y()) / rect.height() == pytest.approx(place[1], abs=0.01)
    assert asked[-1] == QSize(4000, 3000)
    count = len(asked)
    canvas.set_zoom(1.0)
    canvas.set_picture(image(4000, 3000), QSize(4000, 3000))
    canvas.set_zoom(2.0)
    assert len(asked) == count
    assert all(size.width() <= 4000 for size in asked)


def test_a_sharper_image_of_the_same_picture_changes_neither_zoom_nor_place(canvas) -> None:
    canvas.set_picture(image(400, 300), QSize(4000, 3000))
    canvas.set_zoom(1.0, QPointF(10, 10))
    before = canvas._picture_rect()
    canvas.set_picture(image(4000, 3000), QSize(4000, 3000))
    assert canvas._picture_rect() == before
    canvas.set_picture(image(10, 10), QSize(10, 10))
    assert canvas.fits


def test_double_click_goes_between_fitted_and_true_size_and_dragging_moves(canvas, qtbot) -> None:
    canvas.set_picture(image(2000, 2000), QSize(2000, 2000))
    view = canvas.viewport()
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert canvas.zoom == 1.0
    before = canvas._picture_rect().topLeft()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(view, QPoint(250, 180))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(250, 180))
    moved = canvas._picture_rect().topLeft() - before
    assert (moved.x(), moved.y()) == (-50, -20)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert canvas.fits


def test_keys_zoom(canvas, qtbot) -> None:
    canvas.set_picture(image(2000, 2000), QSize(2000, 2000))
    fitted = canvas.zoom
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom > fitted
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.zoom == fitted


def test_what_is_transparent_shows_squares(canvas) -> None:
    canvas.set_picture(image(200, 200, alpha=True), QSize(200, 200))
    rect = canvas._picture_rect()
    shot = canvas.viewport().grab().toImage()
    ratio = shot.devicePixelRatio()
    colors = {
        shot.pixelColor(((rect.topLeft() + QPointF(4 + 8 * n, 4)) * ratio).toPoint()).name() for n in range(4)
    }
    assert len(colors) == 2


def test_nothing_to_see_is_no_trouble(canvas) -> None:
    canvas.set_zoom(2.0)
    canvas.zoom_by_step(-1)
    canvas.clear()
    assert not canvas.has_picture
    assert canvas.wanted_size().width() > 0
