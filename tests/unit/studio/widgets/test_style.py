"""What Qt paints by itself, painted from the tokens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QSplitter,
    QStyle,
    QTableWidget,
    QWidget,
)

from memvid_studio.theme_style import StudioStyle


@pytest.fixture
def bar(stage, request):
    bar = QScrollBar(Qt.Orientation.Vertical)
    bar.setRange(0, 900)
    bar.setPageStep(100)
    bar.setFixedHeight(200)
    stage(bar)
    return bar


def test_the_style_is_on():
    assert isinstance(QApplication.style(), StudioStyle)


def test_a_scroll_bar_is_a_thin_thumb_without_arrows(bar, look):
    assert bar.width() == 12 or bar.sizeHint().width() == 12
    image = bar.grab().toImage()
    assert image.pixelColor(6, 10) == look.color("lineStrong")
    ground = image.pixelColor(6, 190)
    assert ground != look.color("lineStrong")
    assert image.pixelColor(1, 10) == ground


def test_the_thumb_goes_to_both_ends(bar, look):
    bar.setValue(900)
    image = bar.grab().toImage()
    assert image.pixelColor(6, bar.height() - 6) == look.color("lineStrong")
    assert image.pixelColor(6, 6) != look.color("lineStrong")


def test_the_thumb_can_be_dragged_and_the_track_pages(bar, qtbot):
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(bar, left, pos=QPoint(6, 10))
    qtbot.mouseMove(bar, QPoint(6, bar.height() // 2))
    qtbot.mouseRelease(bar, left, pos=QPoint(6, bar.height() // 2))
    assert 300 < bar.value() < 700
    bar.setValue(0)
    qtbot.mouseClick(bar, left, pos=QPoint(6, bar.height() - 4))
    assert bar.value() == 100


def test_nothing_to_scroll_shows_nothing(stage):
    bar = QScrollBar(Qt.Orientation.Horizontal)
    bar.setRange(0, 0)
    window = stage(bar)
    image = bar.grab().toImage()
    assert image.pixelColor(image.width() // 2, 6) == image.pixelColor(1, 1)
    assert window is not None


def test_menus_have_the_rows_of_the_look(stage, look, qtbot):
    window = stage(QWidget())
    menu = QMenu(window)
    undo = menu.addAction(look.icon("undo"), "&Undo")
    undo.setShortcut(QKeySequence("Ctrl+Z"))
    menu.addSeparator()
    checked = menu.addAction("Words")
    checked.setCheckable(True)
    checked.setChecked(True)
    off = menu.addAction("Not now")
    off.setEnabled(False)
    more = menu.addMenu("More")
    more.addAction("One")
    menu.popup(window.mapToGlobal(QPoint(10, 10)))
    assert menu.actionGeometry(undo).height() == 28
    needed = menu.fontMetrics().horizontalAdvance("Undo" + "Ctrl+Z") + 60
    assert menu.width() >= needed
    menu.setActiveAction(checked)
    image = menu.grab().toImage()
    row = menu.actionGeometry(checked)
    assert image.pixelColor(row.right() - 12, row.center().y()) == look.color("accentSoft")
    assert image.pixelColor(row.right() - 12, menu.actionGeometry(off).center().y()) == look.color("raised")
    assert image.pixelColor(image.width() // 2, 0) == look.color("lineStrong")
    menu.close()


def test_the_menu_bar_is_twenty_eight_high(qtbot, look):
    window = QMainWindow()
    qtbot.addWidget(window)
    for name in ("&Capsule", "&Edit"):
        window.menuBar().addMenu(name)
    window.resize(400, 200)
    window.show()
    bar = window.menuBar()
    assert bar.height() == 28
    assert bar.actionGeometry(bar.actions()[0]).left() == 8
    assert bar.grab().toImage().pixelColor(390, 14) == look.color("window")


def test_a_splitter_is_one_line_that_can_be_gripped(stage, look, qtbot):
    splitter = QSplitter()
    one, two = QPlainTextEdit(), QPlainTextEdit()
    splitter.addWidget(one)
    splitter.addWidget(two)
    splitter.setFixedHeight(100)
    stage(splitter)
    assert splitter.handleWidth() == 1
    x = one.geometry().right() + 1
    assert splitter.grab().toImage().pixelColor(x, 50) == look.color("line")
    assert splitter.handle(1).geometry().width() >= 5


def test_headers_and_grids_are_quiet(stage, look):
    table = QTableWidget(3, 3)
    stage(table)
    header = table.horizontalHeader()
    image = header.viewport().grab().toImage()
    assert image.pixelColor(2, 2) == look.color("sidebar")
    assert image.pixelColor(2, header.height() - 1) == look.color("line")
    hint = QApplication.style().styleHint(QStyle.StyleHint.SH_Table_GridLineColor)
    assert hint & 0xFFFFFF == look.color("line").rgb() & 0xFFFFFF


def test_a_plain_field_has_the_edge_of_a_field(stage, look):
    line = QLineEdit("plain")
    stage(line)
    assert line.grab().toImage().pixelColor(line.width() // 2, 0) == look.color("control")
    line.setFocus()
    assert line.grab().toImage().pixelColor(line.width() // 2, 1) == look.color("accent")


@pytest.mark.parametrize("dark", [False, True])
def test_no_default_grey_is_left(stage, look, dark):
    """Every flat colour of a window of plain widgets is one of the tokens."""
    look.set_dark(dark)
    window = stage(QLineEdit("text"), QPlainTextEdit("text"), QScrollBar(Qt.Orientation.Horizontal))
    QApplication.processEvents()
    image = window.grab().toImage()
    counts: dict[str, int] = {}
    for x in range(0, image.width(), 3):
        for y in range(0, image.height(), 3):
            name = image.pixelColor(x, y).name()
            counts[name] = counts.get(name, 0) + 1
    known = {look.color(role).name() for role in look._colors}
    large = {name for name, count in counts.items() if count > 0.005 * sum(counts.values())}
    assert large <= known
