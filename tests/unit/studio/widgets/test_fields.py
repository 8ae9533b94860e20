from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from memvid_studio.widgets.fields import LineEdit, PasswordField, TextArea
from memvid_studio.widgets.password import WORDS, Strength, estimate, make_passphrase

Left = Qt.MouseButton.LeftButton
Key = Qt.Key


# --------------------------------------------------------------------------------------------------- passwords


def test_the_words_can_be_told_apart():
    assert len(WORDS) == len(set(WORDS)) > 450
    assert len({word[:4] for word in WORDS}) == len(WORDS)
    assert all(word.isascii() and word.islower() and word.isalpha() and 4 <= len(word) <= 9 for word in WORDS)


def test_a_passphrase_is_made_of_words_and_never_the_same():
    made = {make_passphrase() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one.split("-")) == 5 and set(one.split("-")) <= set(WORDS) for one in made)


def test_a_passphrase_is_worth_what_its_words_are():
    for count in (4, 5, 6):
        bits = estimate(make_passphrase(count), 0.5).bits
        assert bits == pytest.approx(count * math.log2(len(WORDS)), rel=0.12)


@pytest.mark.parametrize(
    ("password", "strength"),
    [
        ("", Strength.NONE),
        ("a", Strength.VERY_WEAK),
        ("password", Strength.VERY_WEAK),
        ("Password1", Strength.VERY_WEAK),
        ("qwertyuiop", Strength.VERY_WEAK),
        ("poiuytrewq", Strength.VERY_WEAK),
        ("aaaaaaaaaaaaaaaa", Strength.VERY_WEAK),
        ("12345678", Strength.VERY_WEAK),
        ("19871988", Strength.VERY_WEAK),
        ("summer2024", Strength.VERY_WEAK),
        ("acorn-river", Strength.VERY_WEAK),
        ("gravel-otter-tulip-sluice-amber", Strength.STRONG),
        ("k8#Fz!q2Lm9$", Strength.VERY_STRONG),
    ],
)
def test_how_good_a_password_is(password, strength):
    assert estimate(password, 0.5).strength == strength


def test_more_is_never_worse_and_slower_unlocking_helps():
    password = "xK4!vq"
    bits = [estimate(password[:n], 0.5).bits for n in range(1, len(password) + 1)]
    assert bits == sorted(bits)
    assert estimate(password, 5.0).seconds == pytest.approx(10 * estimate(password, 0.5).seconds)


def test_a_very_long_password_is_judged_at_once():
    assert estimate("x9" * 50_000, 0.5).strength == Strength.VERY_STRONG


# --------------------------------------------------------------------------------------------- password field


@pytest.fixture
def field(stage):
    field = PasswordField(new=True)
    stage(field)
    return field


def buttons(field):
    return {button.accessibleName(): button for button in (field._eye, field._copy) if button is not None}


def test_letters_are_hidden_until_wanted(field, qtbot):
    assert not field.shown
    assert field._eye.accessibleName() == "Show the password"
    qtbot.mouseClick(field._eye, Left)
    assert field.shown
    assert field.edit.echoMode() == QLineEdit.EchoMode.Normal
    assert field._eye.accessibleName() == "Hide the password"
    qtbot.mouseClick(field._eye, Left)
    assert not field.shown


def test_the_dice_make_one_that_can_be_read(field, qtbot):
    with qtbot.waitSignal(field.textChanged, timeout=500):
        field.generate()
    assert field.shown
    assert field.estimate().strength >= Strength.STRONG
    assert field.edit.hasFocus()


def test_copying_says_that_it_did(field, qtbot):
    assert not field._copy.isEnabled()
    field.set_text("gravel")
    qtbot.mouseClick(field._copy, Left)
    assert QGuiApplication.clipboard().text() == "gravel"
    assert field._copy._icon == "check"
    qtbot.waitUntil(lambda: field._copy._icon == "content-copy", timeout=3000)


def test_the_verdict_is_in_words(field):
    assert field.verdict() == ("", "")
    field.set_text("password")
    assert field.verdict() == ("Very weak", "minutes to guess")
    field.set_text("gravel-otter-tulip-sluice-amber")
    assert field.verdict() == ("Strong", "centuries to guess")
    assert field._meter.accessibleName() == "Strong, centuries to guess"
    field.set_seconds_per_guess(1e-9)
    assert field.verdict()[0] in {"Very weak", "Weak"}


def test_the_bar_shows_the_strength(field, look):
    def lit() -> int:
        image = field._meter.grab().toImage()
        step = image.width() / 5
        sunken = look.color("sunken")
        return sum(image.pixelColor(int(step * (at + 0.5)), 6) != sunken for at in range(5))

    for text, expected in (
        ("", 0),
        ("password", 1),
        ("gravel-otter-tulip-sluice-amber", 4),
        ("k8#Fz!q2Lm9$", 5),
    ):
        field.set_text(text)
        assert lit() == expected, text


def test_enter_submits_and_errors_leave_with_typing(field, qtbot):
    with qtbot.waitSignal(field.submitted, timeout=500):
        qtbot.keyClick(field.edit, Key.Key_Return)
    field.set_error("This password does not open it. Caps Lock is on.")
    assert field._warning.isVisible()
    assert field.edit.error()
    qtbot.keyClicks(field.edit, "x")
    assert not field._warning.isVisible()
    assert field.edit.error() == ""


def test_entering_a_password_has_only_the_eye(stage):
    field = PasswordField()
    stage(field)
    assert field._copy is None
    assert field._meter is None
    assert field.height() == 32


def test_the_text_ends_before_the_buttons(field):
    field.set_shown(True)
    field.set_text("x" * 200)
    assert (
        field.edit.textMargins().right()
        >= field.width() - field._eye.mapTo(field, field._eye.rect().topLeft()).x() - 8
    )


def test_tab_visits_text_then_buttons(field, qtbot):
    field.set_text("x")
    field.edit.setFocus()
    qtbot.keyClick(field.edit, Key.Key_Tab)
    assert field._eye.hasFocus()


# ----------------------------------------------------------------------------------------------------- line, area


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_fields_have_the_height_of_the_look(look, stage, scale):
    look.set_scale(scale)
    line = LineEdit("30 Jun 2026", icon="calendar-range")
    stage(line)
    assert line.height() == look.size.field
    assert line.fontMetrics().height() <= line.height() - 4
    assert line.font().pixelSize() == look.px(13)


def test_the_edge_says_focus_and_error(look, stage):
    line = LineEdit("text")
    stage(line)
    edge = lambda: line.grab().toImage().pixelColor(0, 16)  # noqa: E731
    assert edge() == look.color("control")
    line.setFocus()
    assert edge() == look.color("accent")
    assert line.grab().toImage().pixelColor(1, 16) == look.color("accent")
    line.set_error("No such date")
    assert edge() == look.color("error")
    assert line.toolTip() == line.accessibleDescription() == "No such date"
    line.set_error("")
    line.clearFocus()
    line.setEnabled(False)
    assert edge() == look.color("line")


def test_the_placeholder_is_readable(look, stage):
    line = LineEdit("", "████")
    stage(line)
    assert line.grab().toImage().pixelColor(16, 16) == look.color("text3")


def test_tab_leaves_an_area(stage, qtbot):
    area, after = TextArea("text"), LineEdit()
    stage(area, after)
    area.setFocus()
    qtbot.keyClick(area, Key.Key_Tab)
    assert after.hasFocus()
    assert area.toPlainText() == "text"


def test_an_area_has_the_edge_of_a_field(look, stage):
    area = TextArea("one\ntwo", lines=2)
    stage(area)
    image = area.grab().toImage()
    assert image.pixelColor(0, area.height() // 2) == look.color("control")
    assert image.pixelColor(area.width() // 2, area.height() // 2) == look.color("pane")
    area.setFocus()
    assert area.grab().toImage().pixelColor(1, area.height() // 2) == look.color("accent")
    assert area.verticalScrollBar().maximum() == 0, "two lines fit"


def test_the_text_size_reaches_fields(look, stage):
    line, area = LineEdit("x", mono=True), TextArea("x")
    stage(line, area)
    look.set_scale(1.5)
    QApplication.processEvents()
    assert line.font().pixelSize() == 20
    assert line.height() == 48
    assert area.font().pixelSize() == 18
