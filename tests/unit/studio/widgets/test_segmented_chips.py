from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from memvid_studio.widgets.chips import Chip
from memvid_studio.widgets.segmented import Segmented

Key = Qt.Key


def test_the_first_is_chosen_and_changes_are_told(stage, qtbot):
    segments = Segmented(["Content", "Details", "History"])
    told = []
    segments.currentChanged.connect(told.append)
    stage(segments)
    assert segments.current() == 0
    segments.set_current(2)
    segments.set_current(2)
    assert told == [2]
    qtbot.mouseClick(segments._segment(1), Qt.MouseButton.LeftButton)
    assert told == [2, 1]


def test_arrows_move_the_choice_and_tab_leaves(stage, qtbot):
    segments = Segmented(["Recorded", "Happened"])
    after = Chip("After")
    window = stage(segments, after)
    segments._segment(0).setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(segments._segment(0), Key.Key_Right)
    assert segments.current() == 1
    assert segments._segment(1).hasFocus()
    qtbot.keyClick(window.focusWidget(), Key.Key_Left)
    assert segments.current() == 0
    qtbot.keyClick(window.focusWidget(), Key.Key_Tab)
    assert after.hasFocus()


def test_there_is_no_segment_beyond_the_last(stage):
    segments = Segmented(["One"])
    stage(segments)
    for wrong in (1, -1):
        with pytest.raises(IndexError):
            segments.set_current(wrong)
    assert Segmented().current() == -1


def test_widths_do_not_jump_with_the_choice(stage):
    segments = Segmented(["Content", "Details", "History"])
    stage(segments)
    before = [segments._segment(at).geometry() for at in range(3)]
    segments.set_current(2)
    assert [segments._segment(at).geometry() for at in range(3)] == before
    assert segments.height() == 28


def test_labels_can_count(stage, cut):
    segments = Segmented(["Not read 7", "Added 110"])
    stage(segments)
    width = segments.width()
    segments.set_label(1, "Added 12,110")
    segments._row.activate()
    segments.adjustSize()
    assert segments.width() > width
    assert segments.label(1) == "Added 12,110"
    segments.grab()
    assert cut == []


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_labels_have_room(look, stage, cut, scale):
    look.set_scale(scale)
    segments = Segmented(["Everything", "46 results", "Selection", "Time range"])
    chip, missing = Chip("Meaning"), Chip("Images")
    missing.set_available(False, "Fetch the image model first")
    stage(segments, chip, missing)
    for widget in (segments, chip, missing):
        assert widget.width() >= widget.sizeHint().width()
        widget.grab()
    assert cut == []


def test_an_unavailable_segment_cannot_be_chosen(stage, qtbot):
    segments = Segmented(["Recorded", "Happened"])
    segments.set_available(1, False)
    stage(segments)
    qtbot.mouseClick(segments._segment(1), Qt.MouseButton.LeftButton)
    assert segments.current() == 0


@pytest.mark.parametrize("key", [Key.Key_Space, Key.Key_Return])
def test_a_chip_switches_by_keys(stage, qtbot, key):
    chip = Chip("Words")
    stage(chip)
    qtbot.keyClick(chip, key)
    assert chip.isChecked()
    qtbot.keyClick(chip, key)
    assert not chip.isChecked()


def test_a_chip_keeps_its_width_when_switched(stage):
    chip = Chip("Meaning")
    stage(chip)
    width = chip.sizeHint().width()
    chip.setChecked(True)
    assert chip.sizeHint().width() == width
    assert chip.sizeHint().height() == 24


def test_what_is_not_installed_cannot_be_switched_on_but_says_so(stage, qtbot, look):
    chip = Chip("Images")
    chip.setChecked(True)
    chip.set_available(False, "Fetch the image model first")
    stage(chip)
    assert not chip.isChecked()
    with qtbot.waitSignal(chip.clicked, timeout=500):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not chip.isChecked()
    assert chip.toolTip() == chip.accessibleDescription() == "Fetch the image model first"
    chip.set_available(True)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.isChecked()


def test_a_plain_chip_is_only_pressed(stage, qtbot):
    chip = Chip("1 week", checkable=False)
    stage(chip)
    with qtbot.waitSignal(chip.clicked, timeout=500):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not chip.isChecked()
    chip.set_available(False)
    chip.set_available(True)
    assert not chip.isCheckable()


def test_screen_readers_hear_state(stage):
    chip = Chip("Words")
    stage(chip)
    chip.setChecked(True)
    interface = QAccessible.queryAccessibleInterface(chip)
    assert interface.text(QAccessible.Text.Name) == "Words"
    assert interface.state().checked
