from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

from memvid_studio.widgets.check import CheckBox, Toggle

Left = Qt.MouseButton.LeftButton


def test_the_whole_row_can_be_clicked(stage, qtbot):
    box = CheckBox("Include earlier versions", "(88 frames)")
    stage(box)
    for at in (QPoint(6, 12), QPoint(120, 12), QPoint(box.width() - 4, 12)):
        before = box.isChecked()
        qtbot.mouseClick(box, Left, pos=at)
        assert box.isChecked() is not before


def test_space_checks(stage, qtbot):
    box, toggle = CheckBox("Box"), Toggle("Read only")
    stage(box, toggle)
    for control in (box, toggle):
        qtbot.keyClick(control, Qt.Key.Key_Space)
        assert control.isChecked()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_texts_have_room(look, stage, cut, scale):
    look.set_scale(scale)
    box = CheckBox("Include earlier versions", "(88 frames)")
    toggle = Toggle("No export of originals", "Text can still be read and searched")
    stage(box, toggle)
    for control in (box, toggle):
        control.resize(control.sizeHint())
        control.grab()
    assert cut == []
    assert box.height() == look.size.minimum_target
    assert toggle.height() >= look.line_height("micro") + 16


def test_states_look_different(look, stage):
    box = CheckBox("Box")
    box.setTristate(True)
    stage(box)
    looks = []
    for state in (Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Checked):
        box.setCheckState(state)
        looks.append(box.grab().toImage())
    assert looks[0] != looks[1] != looks[2] != looks[0]
    assert looks[2].pixelColor(2, 7) == look.color("accent")
    assert looks[0].pixelColor(8, 12) == look.color("pane")
    box.setEnabled(False)
    assert box.grab().toImage().pixelColor(2, 7) == look.color("disabled")


def test_the_knob_slides_and_arrives(look, stage, qtbot):
    look.set_reduced_motion(False)
    toggle = Toggle("Read only")
    stage(toggle)
    qtbot.mouseClick(toggle, Left)
    assert toggle._at < 1
    qtbot.waitUntil(lambda: toggle._at == 1.0, timeout=1000)
    assert toggle.grab().toImage().pixelColor(6, toggle.height() // 2) == look.color("accent")
    toggle.click()
    toggle.click()
    toggle.click()
    qtbot.waitUntil(lambda: toggle._at == 0.0, timeout=1000)


def test_without_motion_it_is_there_at_once(look, stage):
    toggle = Toggle("Read only")
    stage(toggle)
    toggle.setChecked(True)
    assert toggle._at == 1.0


def test_details_are_told(stage):
    box = CheckBox("Box", "(1 frame)")
    toggle = Toggle("Read only", "Nothing can be added or changed")
    stage(box, toggle)
    width = box.sizeHint().width()
    box.set_detail("(12,031 frames)")
    assert box.sizeHint().width() > width
    assert box.accessibleDescription() == "(12,031 frames)"
    interface = QAccessible.queryAccessibleInterface(toggle)
    assert interface.text(QAccessible.Text.Name) == "Read only"
    assert interface.text(QAccessible.Text.Description) == "Nothing can be added or changed"
    assert interface.role() in {QAccessible.Role.CheckBox, QAccessible.Role.Switch}
