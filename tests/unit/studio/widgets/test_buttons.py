from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QFontMetricsF
from PySide6.QtWidgets import QApplication, QMenu

from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.focus import FocusRing

Key = Qt.Key


def ring_of(widget) -> FocusRing | None:
    """The visible focus ring of a control."""
    rings = [r for r in widget.window().findChildren(FocusRing) if r._target is widget and r.isVisible()]
    return rings[0] if rings else None


@pytest.mark.parametrize("key", [Key.Key_Space, Key.Key_Return, Key.Key_Enter])
def test_keys_press_it(stage, qtbot, key):
    button = Button("Add", "tray-arrow-down")
    stage(button)
    button.setFocus()
    with qtbot.waitSignal(button.clicked, timeout=500):
        qtbot.keyClick(button, key)


def test_a_disabled_button_does_nothing(stage, qtbot):
    button = Button("Add")
    button.setEnabled(False)
    stage(button)
    clicks = []
    button.clicked.connect(lambda: clicks.append(1))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Key.Key_Return)
    assert clicks == []


def test_mnemonics_are_no_part_of_the_look(stage):
    """A text with an ampersand is shown as it is: names of files come in here."""
    button = Button("Salt & Pepper")
    stage(button)
    assert button.text() == "Salt & Pepper"
    assert button.sizeHint().width() > Button("Salt Pepper").sizeHint().width()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("kind", ["normal", "primary", "flat", "outline"])
@pytest.mark.parametrize(
    "extra", [{}, {"large": True}, {"icon": "check", "hint": "Ctrl N"}, {"trailing": "chevron-right"}]
)
def test_the_text_has_room(look, stage, cut, scale, kind, extra):
    look.set_scale(scale)
    button = Button("Return to now, Wjgy", kind=kind, **extra)
    stage(button)
    assert button.size() == button.sizeHint()
    button.grab()
    assert cut == []
    assert QFontMetricsF(look.font("control")).height() <= button.height()


def test_heights_are_those_of_the_look(look):
    assert Button("Add").sizeHint().height() == 28
    assert Button("Add", large=True).sizeHint().height() == 36
    assert IconButton("close", "Close").sizeHint().toTuple() == (28, 28)


def test_the_ring_shows_for_the_keyboard_only(stage, qtbot):
    first, second = Button("One"), Button("Two")
    window = stage(first, second)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert ring_of(first) is not None
    qtbot.keyClick(window, Key.Key_Tab)
    assert ring_of(first) is None
    assert second.hasFocus()
    assert ring_of(second) is not None
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    first.setFocus(Qt.FocusReason.MouseFocusReason)
    assert ring_of(first) is None
    assert ring_of(second) is None


def test_the_ring_stands_two_pixels_off_and_follows(stage, look):
    button = Button("One")
    window = stage(button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    ring = ring_of(button)
    assert ring is not None
    assert ring.geometry() == button.geometry().adjusted(-4, -4, 4, 4)
    button.move(button.pos() + QPoint(30, 40))
    assert ring.geometry() == button.geometry().adjusted(-4, -4, 4, 4)
    at = ring.geometry().topLeft() + QPoint(ring.width() // 2, 1)
    assert window.grab().toImage().pixelColor(at) == look.color("accent")
    button.hide()
    assert not ring.isVisible()


def test_the_ring_comes_back_with_the_window(stage):
    button = Button("One")
    stage(button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    away = Qt.FocusReason.ActiveWindowFocusReason
    QApplication.sendEvent(button, QFocusEvent(QEvent.Type.FocusOut, away))
    assert ring_of(button) is None
    QApplication.sendEvent(button, QFocusEvent(QEvent.Type.FocusIn, away))
    assert ring_of(button) is not None


def test_a_menu_opens_below(stage, qtbot):
    button = Button("3 years", kind="flat")
    menu = QMenu(button)
    menu.addAction("1 year")
    plain = button.sizeHint().width()
    button.set_menu(menu)
    assert button.sizeHint().width() > plain
    stage(button)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert menu.isVisible()
    assert menu.pos().y() >= button.mapToGlobal(QPoint(0, button.height())).y()
    menu.close()


def test_icon_buttons_have_names_and_roles(stage):
    button = IconButton("close", "Close")
    toggle = IconButton("view-grid-outline", "Grid", True)
    stage(button, toggle)
    interface = QAccessible.queryAccessibleInterface(button)
    assert interface.text(QAccessible.Text.Name) == "Close"
    assert interface.role() == QAccessible.Role.Button
    toggle.setChecked(True)
    assert QAccessible.queryAccessibleInterface(toggle).state().checked
    button.set_tip("Close the viewer")
    assert button.toolTip() == button.accessibleName() == "Close the viewer"


def test_checked_stands_on_the_soft_accent(stage, look):
    button = IconButton("view-grid-outline", "Grid", True)
    stage(button)
    button.setChecked(True)
    assert button.grab().toImage().pixelColor(4, 14) == look.color("accentSoft")
    look.set_past(True)
    assert button.grab().toImage().pixelColor(4, 14) == look.color("pastSoft")


def test_a_mirrored_icon_is_the_icon_mirrored(stage):
    plain, mirrored = IconButton("play", "Play"), IconButton("play", "Play backwards", mirrored=True)
    stage(plain, mirrored)

    def ink(widget) -> tuple[float, float]:
        """How much darkness there is left and right of the middle."""
        image = widget.grab().toImage()
        middle = image.width() // 2
        halves = (range(middle), range(middle, image.width()))
        left, right = (
            sum(255 - image.pixelColor(x, y).lightness() for x in half for y in range(image.height()))
            for half in halves
        )
        return left, right

    left, right = ink(plain)
    assert abs(left - right) > 200, "the icon is no test for mirroring"
    assert ink(mirrored) == pytest.approx((right, left), rel=0.1)


@pytest.mark.parametrize("kind", ["normal", "primary", "flat", "outline"])
def test_disabled_looks_disabled(stage, look, kind):
    button = Button("Add", kind=kind)
    stage(button)
    able = button.grab().toImage()
    button.setEnabled(False)
    assert button.grab().toImage() != able


def test_changing_text_icon_and_kind(stage, look):
    button = Button("Add")
    stage(button)
    width = button.sizeHint().width()
    button.set_text("Add everything")
    assert button.sizeHint().width() > width
    button.set_icon("check")
    assert button.sizeHint().width() > width + 16
    button.set_kind("primary")
    assert button.kind == "primary"
    assert button.grab().toImage().pixelColor(4, 4) == look.color("accent")
