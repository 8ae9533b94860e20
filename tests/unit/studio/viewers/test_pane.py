from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton

import engine
from memvid_studio.theme import theme
from memvid_studio.views.viewers.head import CONTENT, DETAILS, HISTORY
from memvid_studio.views.viewers.image_viewer import ImageViewer
from memvid_studio.views.viewers.pdf_viewer import PdfViewer
from memvid_studio.views.viewers.text_viewer import TextViewer
from tests.unit.engine.extract.small_pdf import Line, small_pdf
from tests.unit.studio.viewers.fakes import FakeMoment, note_with_versions

NOTE = "# Decision log\n\nThe weir stays. Full removal of the weir.\n"


def read(pane) -> str:
    return pane.viewer.view.text()


@pytest.fixture
def note(moment) -> engine.FrameInfo:
    return moment.add("Decision log", NOTE, "text/markdown")


# --------------------------------------------------------------------------------------- nothing, loading


def test_at_first_it_says_what_to_do(pane) -> None:
    assert pane._stack.currentWidget() is pane._empty
    assert pane._empty.title() == "Choose a result to read it here."
    assert pane.info is None
    assert pane.head.segments.isHidden()
    assert pane.head.height() == theme().size.head
    assert theme().size.sub <= pane.sub_bar.height() <= theme().size.sub + 1


def test_a_document_appears_with_its_title_facts_and_hits(pane, moment, note, settle) -> None:
    pane.show(moment, note, None, ("weir",))
    settle()
    assert isinstance(pane.viewer, TextViewer)
    assert pane._stack.currentWidget() is pane.viewer
    assert pane.head._title.text() == "Decision log"
    assert pane.head._facts.text() == "1 Jan 2025 · frame 0"
    assert pane.sub_bar.counter.text() == "Hit 1 of 2"
    assert pane.sub_bar.counter.accessibleName() == "Hit 1 of 2"
    assert pane.viewer.controls.isVisible()
    pane.sub_bar.down.click()
    assert pane.sub_bar.counter.text() == "Hit 2 of 2"
    pane.step_hit(1)
    assert pane.sub_bar.counter.text() == "Hit 1 of 2"


def test_without_words_there_is_no_hit_counter(pane, moment, note, settle) -> None:
    pane.show(moment, note)
    settle()
    assert pane.sub_bar.counter.isHidden()
    assert pane.sub_bar.up.isHidden()


def test_grey_blocks_come_only_when_it_takes_a_moment(pane, moment, note, qtbot, settle) -> None:
    with moment.hold():
        pane.show(moment, note, None, ())
        start = time.monotonic()
        assert pane._stack.currentWidget() is pane._empty
        qtbot.waitUntil(lambda: pane._stack.currentWidget() is pane._loading)
        assert time.monotonic() - start >= 0.06
    settle()
    assert pane._stack.currentWidget() is pane.viewer


def test_the_last_one_chosen_wins_whatever_answers_first(pane, moment, settle) -> None:
    documents = [moment.add(f"n{n}", f"text {n}") for n in range(6)]
    with moment.hold():
        for info in documents:
            pane.show(moment, info)
    settle()
    assert read(pane) == "text 5"
    assert pane.head._title.text() == "n5"


def test_each_kind_has_its_viewer_and_they_are_kept(pane, moment, settle) -> None:
    text = moment.add("n", "some text")
    report = moment.add(
        "r.pdf", small_pdf([[Line(72, 700, "weir")]]), "application/pdf", kind=engine.Kind.DOCUMENT
    )
    pane.show(moment, text)
    settle()
    first = pane.viewer
    pane.show(moment, report)
    settle()
    assert isinstance(pane.viewer, PdfViewer)
    assert pane.head._facts.text() == "1 Jan 2025 · 1 page · frame 10"
    assert first.request is None
    assert first.controls.isHidden()
    pane.show(moment, text)
    settle()
    assert pane.viewer is first
    assert read(pane) == "some text"


def test_what_cannot_be_shown_says_why_and_the_next_document_can(pane, moment, settle) -> None:
    gone = moment.add("n", "", error=engine.ContentGone("Only the text was kept."))
    fine = moment.add("m", "fine")
    bad = moment.add("p.png", b"no picture", "image/png", kind=engine.Kind.IMAGE)
    pane.show(moment, gone)
    settle()
    assert pane._stack.currentWidget() is pane._refusal
    assert pane._refusal.title() == "The original is not in this capsule"
    assert pane._refusal.sentence() == "Only the text was kept."
    pane.show(moment, fine)
    settle()
    assert read(pane) == "fine"
    pane.show(moment, bad)
    settle()
    assert pane._refusal.title() == "This file cannot be shown"
    assert isinstance(pane.viewer, ImageViewer)
    pane.head.segments.set_current(DETAILS)
    pane.head.segments.set_current(CONTENT)
    assert pane._stack.currentWidget() is pane._refusal


def test_an_unexpected_error_is_shown_too(pane, moment, settle) -> None:
    pane.show(moment, moment.add("n", "", error=RuntimeError("broken")))
    settle()
    assert pane._refusal.sentence() == "RuntimeError: broken"


def test_clearing_lets_go_of_everything(pane, moment, note, settle) -> None:
    pane.show(moment, note, None, ("weir",))
    settle()
    pane.clear()
    assert pane._stack.currentWidget() is pane._empty
    assert pane.info is None
    assert pane.sub_bar.counter.isHidden()
    with moment.hold():
        pane.show(moment, note)
        pane.clear()
    settle()
    assert pane._stack.currentWidget() is pane._empty


def test_show_without_a_document_is_what_every_widget_does(pane) -> None:
    pane.hide()
    pane.show()
    assert pane.isVisible()


# ------------------------------------------------------------------------------------- the same document


def test_the_same_frame_at_another_moment_is_not_read_again(pane, moment, note, settle) -> None:
    pane.show(moment, note, None, ("weir",))
    settle()
    pane.step_hit(1)
    moment.calls.clear()
    pane.show(moment, note, None, ("weir",))
    settle()
    assert "text" not in moment.calls
    assert pane.sub_bar.counter.text() == "Hit 2 of 2"


def test_typing_another_query_only_marks_anew(pane, moment, note, settle) -> None:
    pane.show(moment, note, None, ("weir",))
    settle()
    moment.calls.clear()
    pane.show(moment, note, None, ("removal",))
    settle()
    assert "text" not in moment.calls
    assert pane.sub_bar.counter.text() == "Hit 1 of 1"


def test_words_can_be_found_in_this_document_only(pane, moment, note, settle, qtbot) -> None:
    pane.show(moment, note, None, ("weir",))
    settle()
    pane.viewer.focus_content()
    qtbot.keyClick(pane.viewer.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = pane.sub_bar.find_field
    assert field.isVisible()
    qtbot.keyClicks(field, "stay")
    settle()
    assert pane.sub_bar.counter.text() == "Hit 1 of 1"
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "we")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert pane.sub_bar.counter.text() == "Hit 2 of 2"
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert pane.sub_bar.counter.text() == "Hit 1 of 2"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.isHidden()
    assert pane.sub_bar.counter.text() == "Hit 1 of 2"
    assert pane.viewer.mark_count == 2


# ------------------------------------------------------------------------------------------------ segments


def test_details_are_read_and_copied(pane, moment, settle, qtbot) -> None:
    info = moment.add(
        "Decision log", NOTE, "text/markdown", tags=("permits",), metadata={"source": "meeting"}
    )
    pane.show(moment, info, None, ("weir",))
    settle()
    pane.head.segments.set_current(DETAILS)
    assert pane._stack.currentWidget() is pane._details
    assert pane.sub_bar.counter.isHidden()
    assert pane.sub_bar._controls is pane._about
    rows = dict(pane._details.rows())
    assert rows["Tags"] == "permits"
    assert rows["source"] == "meeting"
    assert "permits" in pane._details.text()
    pane._details.selectAll()
    pane._details.copy()
    assert "mv2://docs/Decision log" in QGuiApplication.clipboard().text()
    pane.head.segments.set_current(CONTENT)
    assert pane._stack.currentWidget() is pane.viewer
    assert pane.sub_bar.counter.text() == "Hit 1 of 2"


def test_the_segment_stays_when_another_document_is_chosen(pane, moment, note, settle) -> None:
    other = moment.add("other", "other text")
    pane.show(moment, note)
    settle()
    pane.head.segments.set_current(DETAILS)
    pane.show(moment, other)
    settle()
    assert pane._stack.currentWidget() is pane._details
    assert dict(pane._details.rows())["Title"] == "other"
    pane.head.segments.set_current(CONTENT)
    assert read(pane) == "other text"


def test_history_lists_the_versions_and_asks_for_what_is_chosen(pane, settle, qtbot) -> None:
    capsule = note_with_versions("one\n", "one\ntwo\n", "one\ntwo\nthree\n")
    pane.set_capsule(capsule)
    pane.show(capsule.now, capsule.now.frame(20))
    settle()
    pane.head.segments.set_current(HISTORY)
    settle()
    model = pane._history.model
    assert [each.summary for each in model.versions] == ["three", "two", "one"]
    assert pane._about.text() == "3 versions in 40 days"
    pane._history.list.setCurrentIndex(model.index(1, 0))
    with qtbot.waitSignal(pane.restoreRequested) as restored:
        pane._history._restore.click()
    assert restored.args == [10]
    with qtbot.waitSignal(pane.momentRequested) as went:
        pane._history._go.click()
    assert went.args == [2]


# ------------------------------------------------------------------------------------------------ the past


def test_the_past_says_which_version_it_is_and_what_changed_since(pane, settle, qtbot) -> None:
    capsule = note_with_versions("one\n", "one\ntwo\n", "one\ntwo\nthree\n")
    capsule.now.changes = engine.Changes((1, 2, 3), ((0, 20),), ())
    pane.set_capsule(capsule)
    pane.set_past(True)
    past = capsule.at(2)
    pane.show(past, past.frame(10))
    settle()
    assert pane.head._facts.text() == "As it was on 10 Feb 2025 · frame 10"
    qtbot.waitUntil(pane._changes.isVisible)
    assert pane.head._facts.text() == "Version 2 of 3 · as it was on 10 Feb 2025 · frame 10"
    assert pane._changes.isVisible()
    assert pane._changes.width() == 272
    assert pane._changes._counts.accessibleName() == "3 added, 1 changed, 0 removed"
    assert pane._changes.title_of_later() == "This note: 1 later version"
    assert pane.head.edit_button.isHidden()
    pane.begin_edit()
    settle()
    assert not pane.is_editing
    pane.resize(500, 500)
    assert pane._changes.isHidden()
    pane.resize(736, 500)
    pane.set_past(False)
    pane.show(capsule.now, capsule.now.frame(20))
    settle()
    assert pane._changes.isHidden()
    assert pane.head._facts.text() == "1 Jan 2025 · frame 20"


def test_dragging_the_playhead_works_out_what_changed_only_where_it_rests(pane, settle, qtbot) -> None:
    capsule = note_with_versions("one\n", "two\n", "three\n")
    asked: list[int] = []

    def changes_since(other: FakeMoment) -> engine.Changes:
        asked.append(other.revision)
        return engine.Changes((), (), ())

    capsule.now.changes_since = changes_since
    pane.set_capsule(capsule)
    pane.set_past(True)
    for revision in (2, 1, 2, 1):
        pane.show(capsule.at(revision), capsule.at(revision).frame(10 * (revision - 1)))
        settle()
    qtbot.waitUntil(pane._changes.isVisible)
    assert asked == [1]


def test_the_panel_opens_the_comparison(pane, settle, qtbot) -> None:
    capsule = note_with_versions("one\n", "two\n")
    capsule.now.changes = engine.Changes((), ((0, 10),), ())
    pane.set_capsule(capsule)
    pane.set_past(True)
    pane.show(capsule.at(1), capsule.at(1).frame(0))
    qtbot.waitUntil(pane._changes.isVisible)
    assert pane._changes._show_all.isHidden()
    pane.offer_compare(True)
    with qtbot.waitSignal(pane.compareRequested):
        pane._changes._show_all.click()


def test_switching_to_the_past_is_quick(pane, moment, settle) -> None:
    pane.show(
        moment,
        moment.add("n", "# a\n\n[l](https://e.org) text weir\n\n" * 100, "text/markdown"),
        None,
        ("weir",),
    )
    settle()
    start = time.perf_counter()
    theme().set_past(True)
    took = time.perf_counter() - start
    theme().set_past(False)
    assert took < 0.1


# ------------------------------------------------------------------------------------------------- editing


def edit(pane, settle, text: str) -> None:
    pane.begin_edit()
    settle()
    assert pane.is_editing
    pane._editor.field.selectAll()
    pane._editor.field.insertPlainText(text)


def test_a_note_is_edited_and_saved_by_button_and_by_key(pane, moment, note, settle, qtbot) -> None:
    pane.show(moment, note, None, ("weir",))
    settle()
    assert pane.head.edit_button.isVisible()
    with qtbot.waitSignal(pane.editRequested) as began:
        pane.head.edit_button.click()
    assert began.args == [note.id]
    assert pane._editor.text() == NOTE
    assert pane.sub_bar.counter.isHidden()
    assert not pane._editor._save.isEnabled()
    qtbot.keyClicks(pane._editor.field, "New ")
    assert pane._editor._save.isEnabled()
    with qtbot.waitSignal(pane.saveRequested) as saved:
        qtbot.keyClick(pane._editor.field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert saved.args == [note.id, "New " + NOTE]
    assert not pane.is_editing
    edit(pane, settle, "again")
    with qtbot.waitSignal(pane.saveRequested) as saved:
        pane._editor._save.click()
    assert saved.args == [note.id, "again"]


def test_cancel_and_escape_change_nothing(pane, moment, note, settle, qtbot) -> None:
    pane.show(moment, note)
    settle()
    edit(pane, settle, "gone")
    with qtbot.assertNotEmitted(pane.saveRequested):
        qtbot.keyClick(pane._editor.field, Qt.Key.Key_Escape)
    assert not pane.is_editing
    pane.begin_edit()
    settle()
    assert pane._editor.text() == NOTE
    with qtbot.assertNotEmitted(pane.saveRequested):
        pane.save_edit()  # nothing was changed
    assert not pane.is_editing


def test_enter_begins_a_line_also_in_an_empty_one(pane, moment, note, settle, qtbot) -> None:
    pane.show(moment, note)
    settle()
    pane.begin_edit()
    settle()
    field = pane._editor.field
    qtbot.keyClick(field, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(field, "a")
    qtbot.keyClick(field, Qt.Key.Key_Enter)
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(field, "b")
    assert pane._editor.text() == NOTE + "\na\n\nb"
    block = field.document().begin()
    while block.isValid():
        assert block.blockFormat().lineHeight() == theme().line_height("reading")
        block = block.next()
    field.undo()
    assert pane._editor.text().startswith(NOTE)


def test_pasted_text_is_plain(pane, moment, note, settle) -> None:
    pane.show(moment, note)
    settle()
    edit(pane, settle, "")
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold")
    pane._editor.field.insertFromMimeData(rich)
    assert pane._editor.text() == "bold"
    assert not pane._editor.field.textCursor().charFormat().font().bold()


def test_what_was_typed_is_kept_when_another_document_is_chosen(pane, moment, note, settle) -> None:
    other = moment.add("other", "other text")
    pane.show(moment, note)
    settle()
    edit(pane, settle, "half a thought")
    pane.show(moment, other)
    settle()
    assert read(pane) == "other text"
    pane.show(moment, note)
    settle()
    assert "a draft is not saved" in pane.head._facts.text()
    pane.begin_edit()
    settle()
    assert pane._editor.text() == "half a thought"
    assert pane._editor.is_changed
    pane.clear()
    pane.show(moment, note)
    settle()
    pane.begin_edit()
    settle()
    assert pane._editor.text() == "half a thought"


def test_a_refused_text_is_in_the_editor_again(pane, moment, note, settle) -> None:
    pane.show(moment, note)
    settle()
    edit(pane, settle, "not saved")
    pane.save_edit()
    pane.text_refused(note.id, "not saved")
    settle()
    assert pane.is_editing
    assert pane._editor.text() == "not saved"
    pane.text_refused(999, "of somebody else")
    assert pane._editor.text() == "not saved"


def test_a_newer_version_does_not_disturb_who_is_typing(pane, settle, qtbot) -> None:
    capsule = note_with_versions("one\n", "two\n")
    pane.show(capsule.at(1), capsule.at(1).frame(0))
    settle()
    edit(pane, settle, "mine")
    pane.show(capsule.at(2), capsule.at(2).frame(10))
    settle()
    assert pane.is_editing
    assert pane._editor.text() == "mine"
    with qtbot.waitSignal(pane.saveRequested) as saved:
        pane.save_edit()
    assert saved.args == [10, "mine"]
    settle()
    assert read(pane) == "two"


@pytest.mark.parametrize("why", ["read only", "pdf"])
def test_what_cannot_be_changed_offers_no_editing(pane, moment, note, settle, why: str) -> None:
    info = note
    if why == "read only":
        pane.set_capsule(None, read_only=True)
    else:
        info = moment.add("r.pdf", b"%PDF", "application/pdf", kind=engine.Kind.DOCUMENT)
    pane.show(moment, info)
    settle()
    assert pane.head.edit_button.isHidden()
    pane.begin_edit()
    settle()
    assert not pane.is_editing


# ---------------------------------------------------------------------------------------------------- more


def actions(pane) -> dict[str, Any]:
    pane._fill_menu()
    return {action.text(): action for action in pane.head.menu.actions() if action.text()}


def test_the_menu_offers_what_can_be_done(pane, moment, note, settle, qtbot) -> None:
    pane.show(moment, note)
    settle()
    offered = actions(pane)
    assert list(offered) == [
        "Edit text", "Find in this document", "Copy text", "Copy address", "Export …", "Delete"
    ]  # fmt: skip
    offered["Copy address"].trigger()
    assert QGuiApplication.clipboard().text() == note.uri
    offered["Copy text"].trigger()
    assert QGuiApplication.clipboard().text().startswith("Decision log\nThe weir")
    with qtbot.waitSignal(pane.deleteRequested) as deleted:
        offered["Delete"].trigger()
    assert deleted.args == [note.id]
    with qtbot.waitSignal(pane.exportRequested) as exported:
        pane.head._export.click()
    assert exported.args == [note.id]
    pane.set_past(True)
    offered = actions(pane)
    assert "Delete" not in offered
    with qtbot.waitSignal(pane.restoreRequested) as restored:
        offered["Restore this version"].trigger()
    assert restored.args == [note.id]


def test_every_control_has_a_name_and_the_pane_fits_its_smallest_width(pane, moment, settle) -> None:
    info = moment.add(
        "r.pdf", small_pdf([[Line(72, 700, "weir")]] * 3), "application/pdf", kind=engine.Kind.DOCUMENT
    )
    pane.show(moment, info, None, ("weir",))
    settle()
    for button in pane.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text()
    assert pane.minimumSizeHint().width() <= 420
    pane.resize(420, 500)
    controls = pane.viewer.controls
    shown = [widget for widget in controls.findChildren(QAbstractButton) if widget.isVisible()]
    assert len(shown) >= 3
    assert max(widget.geometry().right() for widget in shown) <= controls.width()


def test_everything_grows_with_the_text_size(pane, moment, settle) -> None:
    info = moment.add(
        "r.pdf", small_pdf([[Line(72, 700, "weir")]] * 3), "application/pdf", kind=engine.Kind.DOCUMENT
    )
    pane.resize(1200, 700)
    pane.show(moment, info, None, ("weir",))
    settle()
    viewer = pane.viewer
    before = (
        viewer.thumbs.width(),
        viewer._zoom.width(),
        pane.sub_bar.find_field.width(),
        viewer._field.height(),
    )
    theme().set_scale(2.0)
    settle()
    after = (
        viewer.thumbs.width(),
        viewer._zoom.width(),
        pane.sub_bar.find_field.width(),
        viewer._field.height(),
    )
    assert all(large >= 1.9 * small for small, large in zip(before, after, strict=True))
    assert pane._changes.width() == 2 * 272
    assert viewer.thumbs._page == 1
    table = moment.add("t.csv", "a,b\n1,2\n", "text/csv", kind=engine.Kind.TABLE)
    pane.show(moment, table)
    settle()
    assert pane.viewer.grid.rowHeight(0) == 56


def test_no_document_and_no_capsule_is_no_trouble(pane) -> None:
    pane.step_hit(1)
    pane.open_find()
    pane.begin_edit()
    pane.save_edit()
    pane.set_past(True)
    pane.set_capsule(None)
    pane.text_refused(1, "x")
    pane.clear()
    assert pane._stack.currentWidget() is pane._empty
