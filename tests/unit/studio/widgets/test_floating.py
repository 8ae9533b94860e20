"""Popovers, dialogs, notices, the drop overlay and the banner: places, keys, focus, words."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from memvid_studio.widgets.banner import PastBanner
from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.check import CheckBox
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.drop_overlay import DropKey, DropLine, DropNote, DropOverlay, DropPlan
from memvid_studio.widgets.empty import EmptyState, Skeleton
from memvid_studio.widgets.fields import LineEdit, TextArea
from memvid_studio.widgets.notice import Action, NoticeStack
from memvid_studio.widgets.popover import Popover
from memvid_studio.widgets.shadow import paint_shadow, shadow_margins
from memvid_studio.widgets.text import Text

Left = Qt.MouseButton.LeftButton
Key = Qt.Key


def focus() -> QWidget | None:
    return QApplication.focusWidget()


def card_in_window(floating: Any) -> QRect:
    return floating.card().translated(floating.pos())


# ------------------------------------------------------------------------------------------------------- popover


@pytest.fixture
def popover(stage):
    button = Button("Show jobs")
    window = stage(button, width=700, height=500)
    popover: Any = Popover(window, "Adding to aldermoor", "41 of 120")
    popover.body.addWidget(Text("96 of 281 MB, all saved", "micro", "text3"))
    popover.set_foot("40 done", Button("Undo", "undo", "flat"), Button("Details", kind="flat"))
    popover.anchor = button
    popover.host = window
    return popover


def test_a_popover_stands_by_its_anchor(popover):
    popover.open_at(popover.anchor, above=False)
    card = card_in_window(popover)
    assert card.width() == 440
    assert card.left() == max(popover.anchor.x(), 12)
    assert card.top() == popover.anchor.geometry().bottom() + 9


@pytest.mark.parametrize("at", [QPoint(0, 0), QPoint(690, 0), QPoint(0, 490), QPoint(690, 490)])
def test_a_popover_stays_in_the_window(popover, at):
    anchor = QWidget(popover.host)
    anchor.setGeometry(at.x(), at.y(), 10, 10)
    popover.open_at(anchor)
    assert popover.host.rect().contains(card_in_window(popover))


def test_escape_the_cross_and_a_click_beside_close_a_popover(popover, qtbot):
    for way in ("escape", "cross", "beside"):
        popover.open_at(popover.anchor, above=False)
        with qtbot.waitSignal(popover.closed, timeout=500):
            if way == "escape":
                qtbot.keyClick(focus(), Key.Key_Escape)
            elif way == "cross":
                qtbot.mouseClick(popover._close, Left)
            else:
                qtbot.mouseClick(popover._catcher, Left, pos=QPoint(690, 490))
        assert not popover.isVisible()


def test_a_sticky_popover_lets_the_window_be_used(stage, qtbot):
    button = Button("Add")
    window = stage(button)
    popover = Popover(window, "Jobs", sticky=True)
    popover.open_at(button, above=False)
    with qtbot.waitSignal(button.clicked, timeout=500):
        qtbot.mouseClick(button, Left)
    assert popover.isVisible()
    popover.close_popover()
    popover.close_popover()


def test_the_focus_goes_back(popover):
    popover.anchor.setFocus()
    popover.open_at(popover.anchor)
    assert popover.isAncestorOf(focus())
    popover.close_popover()
    assert popover.anchor.hasFocus()


def test_a_popover_follows_the_window(popover):
    popover.open_at(popover.anchor)
    popover.host.resize(460, 300)
    assert popover.host.rect().contains(card_in_window(popover))


def test_a_popover_grows_with_its_content(popover, qtbot):
    popover.open_at(popover.anchor, above=False)
    before = popover.card().height()
    for number in range(4):
        popover.body.addWidget(Text(f"file {number}"))
    qtbot.waitUntil(lambda: popover.card().height() >= before + 4 * 20, timeout=1000)
    popover.add_action(IconButton("pause", "Pause"))
    popover.set_title("Added", "120 files")
    assert popover.title.text() == "Added"
    assert popover.accessibleName() == "Added"


# -------------------------------------------------------------------------------------------------------- dialog


@pytest.fixture
def dialog(stage):
    below = Button("Underneath")
    window = stage(below, width=900, height=700)
    dialog: Any = DialogSheet(
        window, "Seal a copy", "Writes a new file.", verb="Seal 46 results", verb_icon="lock-outline"
    )
    dialog.name, dialog.box = LineEdit("one"), CheckBox("Include earlier versions")
    dialog.body.addWidget(dialog.name)
    dialog.body.addWidget(dialog.box)
    dialog.below, dialog.host = below, window
    dialog.ends = []
    dialog.finished.connect(dialog.ends.append)
    return dialog


def test_a_dialog_covers_the_window_and_takes_the_focus(dialog, look):
    dialog.below.setFocus()
    dialog.open()
    assert dialog.geometry() == dialog.host.rect()
    assert dialog.name.hasFocus()
    assert dialog.card().width() == 480
    assert abs(dialog.card().center().x() - dialog.host.rect().center().x()) <= 1
    dialog.host.resize(1000, 800)
    assert dialog.geometry() == dialog.host.rect()
    corner = dialog.host.grab().toImage().pixelColor(2, 2)
    assert corner.lightness() < look.color("window").lightness()


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_enter_does_what_the_verb_says(dialog, qtbot, key):
    dialog.open()
    with qtbot.waitSignal(dialog.accepted, timeout=500):
        qtbot.keyClick(dialog.name, key)
    assert dialog.ends == [True]
    assert not dialog.isVisible()


def test_escape_the_cross_and_cancel_reject(dialog, qtbot):
    for way in (
        lambda: qtbot.keyClick(focus(), Key.Key_Escape),
        lambda: qtbot.mouseClick(dialog._close, Left),
        lambda: qtbot.mouseClick(dialog.cancel, Left),
    ):
        dialog.open()
        with qtbot.waitSignal(dialog.rejected, timeout=500):
            way()
        assert not dialog.isVisible()
    assert dialog.ends == [False, False, False]


def test_enter_on_cancel_cancels(dialog, qtbot):
    dialog.open()
    dialog.cancel.setFocus()
    qtbot.keyClick(dialog.cancel, Key.Key_Return)
    assert dialog.ends == [False]


def test_a_verb_that_cannot_be_pressed_is_not_done_by_enter(dialog, qtbot):
    dialog.open()
    dialog.verb.setEnabled(False)
    qtbot.keyClick(dialog.name, Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.ends == []


def test_enter_in_a_text_is_a_new_line_and_with_ctrl_the_verb(dialog, qtbot):
    area = TextArea()
    dialog.body.addWidget(area)
    dialog.open()
    area.setFocus()
    qtbot.keyClick(area, Key.Key_Return)
    assert area.toPlainText() == "\n"
    assert dialog.isVisible()
    qtbot.keyClick(area, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.ends == [True]


def test_tab_stays_inside(dialog, qtbot):
    area = TextArea()
    dialog.body.addWidget(area)
    dialog.open()
    seen = []
    for _ in range(12):
        qtbot.keyClick(focus(), Key.Key_Tab)
        seen.append(focus())
    assert all(dialog.isAncestorOf(one) for one in seen)
    assert {dialog.name, dialog.box, area, dialog.cancel, dialog.verb, dialog._close} == set(seen)
    backwards = []
    for _ in range(12):
        qtbot.keyClick(focus(), Key.Key_Backtab)
        backwards.append(focus())
    assert backwards[:5] == seen[-2:-7:-1]


def test_the_focus_cannot_be_taken_by_what_lies_underneath(dialog):
    dialog.open()
    dialog.below.setFocus()
    assert dialog.isAncestorOf(focus())


def test_what_lies_underneath_cannot_be_clicked(dialog, qtbot):
    clicks = []
    dialog.below.clicked.connect(lambda: clicks.append(1))
    dialog.open()
    at = dialog.below.mapTo(dialog.host, dialog.below.rect().center())
    assert dialog.host.childAt(at) is dialog or dialog.isAncestorOf(dialog.host.childAt(at))
    qtbot.mouseClick(dialog.host.childAt(at), Left)
    assert clicks == []


def test_shortcuts_of_the_window_rest(dialog, qtbot):
    pressed = []
    shortcut = QShortcut("Ctrl+O", dialog.host)
    shortcut.activated.connect(lambda: pressed.append(1))
    dialog.below.setFocus()
    qtbot.keyClick(dialog.below, Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert pressed == [1]
    dialog.open()
    for one in (dialog.name, dialog.box, dialog.verb):
        one.setFocus()
        qtbot.keyClick(one, Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert pressed == [1]


def test_the_focus_returns_when_a_dialog_closes(dialog):
    dialog.below.setFocus()
    dialog.open()
    dialog.reject()
    assert dialog.below.hasFocus()


def test_a_dialog_that_stays_open_until_the_work_is_done(stage, qtbot):
    window = stage(Button("x"), width=900, height=700)
    dialog = DialogSheet(window, "Open a sealed capsule", verb="Open", keep_open=True)
    ends = []
    dialog.finished.connect(ends.append)
    dialog.open()
    assert dialog.verb.hasFocus()
    dialog.accept()
    assert dialog.isVisible()
    dialog.set_busy(True)
    assert not dialog.verb.isEnabled()
    assert dialog._progress.isVisible()
    dialog.set_busy(False)
    before = dialog.card().height()
    dialog.set_error("This password does not open it. Caps Lock is on.")
    assert dialog.error().startswith("This password")
    assert dialog.card().height() > before
    dialog.set_error("")
    assert dialog.card().height() == before
    dialog.done(True)
    dialog.done(True)
    assert ends == [True]


def test_a_long_title_takes_more_lines(stage, look):
    name = "minutes-of-all-the-meetings-of-the-river-trust-since-it-was-founded.mv2e"
    window = stage(width=900, height=600)
    dialog = DialogSheet(window, f"The changes to “{name}” are not saved", "The disk is full.")
    dialog.open()
    dialog.grab()
    assert dialog.title.height() >= 2 * look.line_height("dialog")
    assert dialog.title.height() == dialog.title.heightForWidth(dialog.title.width())
    assert dialog.sentence.geometry().top() >= dialog.title.geometry().bottom()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_dialog_shows_everything(look, dialog, cut, scale):
    look.set_scale(scale)
    dialog.set_file("weir-removal-hearing.mv2e", "lock-outline")
    dialog.add_to_foot(Button("Change…", kind="flat"))
    dialog.set_sentence("Writes a new encrypted file. Your capsule stays as it is. " * 3)
    dialog.side().addWidget(Text("Rules for the reader", "label", "text2"))
    dialog._card_width = 760
    dialog.place()
    dialog.open()
    dialog.grab()
    assert cut == []
    card = dialog._card.rect()
    for child in dialog._card.findChildren(QWidget):
        if child.isVisible():
            box = child.rect().translated(child.mapTo(dialog._card, QPoint(0, 0)))
            assert card.contains(box), child
    assert dialog.sentence.height() == dialog.sentence.heightForWidth(dialog.sentence.width())
    assert dialog.sentence.height() >= 2 * look.line_height("body")


# ------------------------------------------------------------------------------------------------------- notices


@pytest.fixture
def notices(stage):
    window = stage(Button("x"), width=900, height=700)
    stack: Any = NoticeStack(window, lambda: 600)
    stack.host = window
    return stack


def test_a_notice_stands_above_the_floor_at_the_right(notices):
    notice = notices.say("error", "The disk is full", "Free some space, then try again.")
    card = card_in_window(notice)
    assert card.width() == 432
    assert card.right() == 900 - 16 - 1
    assert card.bottom() == 600 - 16 - 1
    second = notices.say("warning", "Another program is writing")
    assert card_in_window(second).bottom() == 600 - 16 - 1
    assert card_in_window(notice).bottom() < card_in_window(second).top()
    notices.host.resize(1000, 700)
    assert card_in_window(second).right() == 1000 - 16 - 1


def test_success_leaves_and_problems_stay(notices, qtbot, monkeypatch):
    good = notices.say("success", "Removed 3 frames")
    bad = notices.say("error", "The disk is full")
    assert good._stays.isActive()
    assert good._stays.interval() == 6000
    assert not bad._stays.isActive()
    good._stays.start(1)
    with qtbot.waitSignal(good.gone, timeout=1000):
        pass
    assert notices.notices() == (bad,)


def test_success_waits_for_who_is_about_to_press_undo(notices, qtbot):
    done = []
    notice = notices.say("success", "Removed 3 frames", actions=[Action("Undo", lambda: done.append(1))])
    notice.buttons[0].setFocus()
    notice._leave_unless_watched()
    assert notice.isVisible()
    assert notice._stays.isActive()
    qtbot.mouseClick(notice.buttons[0], Left)
    assert done == [1]
    assert notices.notices() == ()


def test_a_notice_takes_no_focus(notices):
    button = notices.host.findChild(Button)
    button.setFocus()
    notices.say("error", "The disk is full", actions=[Action("Try again", lambda: None, primary=True)])
    assert button.hasFocus()


def test_the_report_can_be_copied(notices, qtbot):
    notice = notices.say("error", "The disk is full", "Free some space.", report="ENOSPC at 4096")
    copy = notice.buttons[-1]
    assert copy.text() == "Copy report"
    qtbot.mouseClick(copy, Left)
    assert QGuiApplication.clipboard().text() == "The disk is full\nFree some space.\n\nENOSPC at 4096"
    assert notice.isVisible()


def test_one_of_a_kind_replaces_the_older(notices):
    notices.say("error", "The disk is full", key="disk")
    notices.say("error", "The disk is still full", key="disk")
    assert [notice.title for notice in notices.notices()] == ["The disk is still full"]


def test_at_most_three_and_problems_are_not_pushed_out(notices):
    notices.say("error", "one")
    notices.say("success", "two")
    notices.say("error", "three")
    notices.say("success", "four")
    assert [notice.title for notice in notices.notices()] == ["one", "three", "four"]
    notices.say("error", "five")
    notices.say("error", "six")
    assert len(notices.notices()) == 3
    notices.clear()
    assert notices.notices() == ()


def test_two_actions_at_most(notices):
    with pytest.raises(ValueError, match="two"):
        notices.say("info", "x", actions=[Action("a", print)] * 3)


def test_escape_and_the_cross_close_a_notice(notices, qtbot):
    first = notices.say("error", "one")
    qtbot.mouseClick(first._close, Left)
    second = notices.say("error", "two")
    second._close.setFocus()
    qtbot.keyClick(second._close, Key.Key_Escape)
    assert notices.notices() == ()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_notices_show_everything(look, notices, cut, scale):
    look.set_scale(scale)
    long = "The tag “permits” on 3 frames is not saved yet. Free some space on “Data”, then try again. " * 4
    notice = notices.say(
        "error",
        "The disk is full",
        long,
        actions=[Action("Try again", print), Action("Save elsewhere…", print)],
    )
    notice.grab()
    assert cut == []
    for child in notice.findChildren(QWidget):
        if child.isVisible():
            box = child.rect().translated(child.mapTo(notice, QPoint(0, 0)))
            assert notice.card().contains(box), child
    assert notice._text.height() >= 3 * look.line_height("body")
    assert notice._text.height() == notice._text.heightForWidth(notice._text.width())
    assert notice._text.y() == notice._title.geometry().bottom() + 3


def test_the_bar_has_the_colour_of_the_state(look, notices):
    for kind, role in (
        ("error", "error"),
        ("warning", "warning"),
        ("success", "success"),
        ("info", "accentText"),
    ):
        notice = notices.say(kind, "Something")
        card = notice.card()
        image = notice.grab().toImage()
        assert image.pixelColor(card.left() + 2, card.center().y()) == look.color(role)
        notice.leave()


# -------------------------------------------------------------------------------------------------- drop overlay

PLAN = DropPlan(
    "Drop to add 128 files to aldermoor",
    "From the folder “Survey March 2026”, 412 MB",
    (
        DropLine("document", "74", "documents", "text read page by page"),
        DropLine("image", "12,041", "images"),
    ),
    (DropNote("content-copy", "3 are already in the capsule and will be skipped"),),
    (DropKey("Alt", "text only, no originals"), DropKey("Esc", "cancel")),
)


def test_the_overlay_says_what_will_happen(stage, look, cut):
    window = stage(Button("x"), width=1000, height=700)
    overlay = DropOverlay(window)
    overlay.setGeometry(window.rect())
    overlay.show_plan(PLAN)
    assert overlay.isVisible()
    assert overlay.plan() is PLAN
    assert "74 documents" in overlay.accessibleName()
    assert overlay.card().width() == 560
    image = overlay.grab().toImage()
    assert cut == []
    assert image.pixelColor(500, 8) == look.color("accent")
    assert image.pixelColor(overlay.card().center()) == look.color("raised")
    assert image.pixelColor(2, 2) != look.color("raised")


def test_the_overlay_lets_events_through(stage):
    button = Button("x")
    window = stage(button)
    overlay = DropOverlay(window)
    overlay.setGeometry(window.rect())
    overlay.show_plan(PLAN)
    assert window.childAt(button.geometry().center()) is button


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_card_is_as_high_as_its_lines(stage, look, cut, scale):
    look.set_scale(scale)
    window = stage(Button("x"), width=1200, height=900)
    overlay = DropOverlay(window)
    overlay.setGeometry(window.rect())
    overlay.show_plan(DropPlan("Drop to add 1 file"))
    small = overlay.card().height()
    overlay.show_plan(PLAN)
    assert overlay.card().height() > small + 100
    overlay.grab()
    assert cut == []
    assert window.rect().contains(overlay.card())


# -------------------------------------------------------------------------------------------------------- banner


@pytest.fixture
def banner(stage, look):
    look.set_past(True)
    banner: Any = PastBanner()
    banner.set_moment("Tue 4 Nov 2025, 16:20", "1,866 changes came later.")
    banner.host = stage(banner, width=1440)
    return banner


def test_the_banner_names_the_moment_and_the_ways_out(banner, qtbot, cut, look):
    assert banner.height() == 40
    assert banner.headline() == "You are looking at Tue 4 Nov 2025, 16:20"
    assert banner.sentence() == "Nothing can be changed here. 1,866 changes came later."
    assert banner.accessibleName() == f"{banner.headline()} {banner.sentence()}"
    image = banner.grab().toImage()
    assert cut == []
    assert image.pixelColor(4, 4) == look.color("pastSoft")
    assert image.pixelColor(4, 39) == look.color("pastLine")
    for button, signal in (
        (banner.compare, banner.compareRequested),
        (banner.branch, banner.branchRequested),
        (banner.now, banner.nowRequested),
    ):
        with qtbot.waitSignal(signal, timeout=500):
            qtbot.mouseClick(button, Left)


def test_a_narrow_banner_keeps_its_buttons(banner):
    banner.host.resize(640, 200)
    buttons = [banner.compare, banner.branch, banner.now]
    assert all(banner.rect().contains(button.geometry()) for button in buttons)
    banner.grab()


# ----------------------------------------------------------------------------------------------- empty, text, shadow


def test_an_empty_state_says_what_next(stage, qtbot, cut):
    action = Button("Search for weir removal")
    empty = EmptyState("Nothing found for “weer removal”", "Did you mean weir removal? 46 results.", action)
    stage(empty, Skeleton(3))
    empty.grab()
    assert cut == []
    assert action.isVisible()
    empty.say("No checkpoints yet", "")
    assert (empty.title(), empty.sentence()) == ("No checkpoints yet", "")
    replaced = Button("Make one")
    empty.set_action(replaced)
    assert empty.isAncestorOf(replaced)
    empty.set_action(None)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_wrapped_text_takes_the_lines_it_needs(look, stage, scale):
    look.set_scale(scale)
    text = Text("Nothing can be changed here. " * 8, "body", "text2", wrap=True)
    stage(text, width=300)
    lines = text.height() / look.line_height("body")
    assert lines == pytest.approx(round(lines))
    assert lines >= 3
    assert text.heightForWidth(2000) < text.height()
    two = Text("one\n\nthree", wrap=True)
    assert two.heightForWidth(300) == 3 * look.line_height("body")


def test_text_follows_its_role(look, stage):
    text = Text("████", "body", "text3")
    wrapped = Text("████", "body", "text3", wrap=True)
    stage(text, wrapped)
    for one in (text, wrapped):
        assert one.grab().toImage().pixelColor(8, one.height() // 2) == look.color("text3")
    look.set_dark(True)
    QApplication.processEvents()
    for one in (text, wrapped):
        assert one.grab().toImage().pixelColor(8, one.height() // 2) == look.color("text3")
        one.set_role("error")
        assert one.grab().toImage().pixelColor(8, one.height() // 2) == look.color("error")


def test_a_shadow_fades_outwards(look):
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter

    image = QImage(200, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_shadow(painter, QRectF(60, 60, 80, 60), "popover")
    painter.end()
    below = [image.pixelColor(100, y).alpha() for y in range(121, 160)]
    assert below[0] > 10
    assert below == sorted(below, reverse=True)
    assert below[-1] == 0
    assert image.pixelColor(100, 40).alpha() < image.pixelColor(100, 140).alpha()
    margins = shadow_margins("popover")
    assert (margins.left(), margins.top(), margins.bottom()) == (24, 16, 32)
