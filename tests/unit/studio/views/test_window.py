"""The window as a person uses it: what shows, what can be done, and what is said when it cannot."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import engine
from memvid_studio import settings as keys
from memvid_studio.app import Options, Studio
from memvid_studio.models.library import ROW_ROLE, RowKind
from memvid_studio.theme import theme
from memvid_studio.views.commands.documents import file_name
from memvid_studio.views.dialogs.new_capsule import NewCapsuleDialog
from memvid_studio.views.dialogs.note import NoteDialog
from memvid_studio.views.dialogs.seal import SealDialog
from memvid_studio.views.dialogs.unlock import UnlockDialog
from memvid_studio.views.main_window import MainWindow
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.search_field import Token
from memvid_studio.words import to_ms
from tests.support.studio import close_studio

pytestmark = pytest.mark.gui


def titles(window: MainWindow) -> list[str]:
    model = window.results_model
    return [model.card(row).title for row in range(model.rowCount())]


def dialog(qtbot, window: MainWindow, kind: type[DialogSheet]) -> Any:
    found: list[DialogSheet] = []

    def look() -> bool:
        found[:] = [each for each in window.findChildren(kind) if each.isVisible()]
        return bool(found)

    qtbot.waitUntil(look)
    return found[0]


def test_nothing_is_open_at_first(studio):
    window = studio.window
    assert window.is_start
    assert window.status.doing.text() == "Ready"
    assert not window.actions_.note.isEnabled()
    assert window.actions_.note.toolTip() == "Open a capsule first."
    assert window.actions_.new.isEnabled()


def test_a_capsule_fills_every_pane(qtbot, open_notes):
    window = open_notes().window
    qtbot.waitUntil(lambda: titles(window) == ["Log", "Gauge", "Letter", "Options"])
    assert not window.is_start
    assert window.windowTitle() == "notes.mv2[*] – Memvid Studio"
    assert window.library.head.accessibleName() == "notes.mv2, 4 frames"
    assert window.status.saved.text() == "Saved"
    moment, facts = window.timeline.transport.texts()
    assert "revision 7" in facts
    assert moment
    # The strip shows what was ever added, deleted or not.
    qtbot.waitUntil(lambda: len(window.timeline.strip.view.data) == 5)


def test_what_is_no_capsule_is_said_and_nothing_else_happens(qtbot, studio, tmp_path):
    path = tmp_path / "report.mv2"
    path.write_bytes(b"%PDF-1.7 something else entirely")
    studio.desk.session.open(path)
    qtbot.waitUntil(lambda: bool(studio.told))
    title, text = studio.told[0]
    assert title == "This is not a capsule"
    assert "“report.mv2” is not a capsule: it is a PDF document" in text
    (notice,) = studio.window.notices.notices()
    assert (notice.kind, notice.title) == ("error", title)
    assert studio.window.is_start
    assert path.read_bytes().startswith(b"%PDF")


def test_typing_finds_and_marks(qtbot, open_notes):
    window = open_notes().window
    QTest.keyClicks(window.results.field.focusProxy(), "weir")
    qtbot.waitUntil(lambda: sorted(titles(window)) == ["Gauge", "Options"])
    qtbot.waitUntil(lambda: window.results.count.text() == "2 results")
    card = window.results_model.card(0)
    assert {card.snippet[start:end] for start, end in card.spans} == {"weir"}
    assert len(window.timeline.strip.view.hits) == 2
    QTest.keyClick(window.results.field.focusProxy(), Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    assert window.viewer.info.title == titles(window)[0]


def test_nothing_found_offers_the_next_step(qtbot, open_notes):
    window = open_notes().window
    QTest.keyClicks(window.results.field.focusProxy(), "weer")
    qtbot.waitUntil(lambda: window.results.empty.title() == "Nothing found for “weer”")
    assert window.results.empty.isVisible()
    window.results.clearWanted.emit()
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 4)
    assert window.results.field.text() == ""


def test_a_mistake_in_a_query_is_marked_when_it_is_finished(qtbot, open_notes):
    window = open_notes().window
    field = window.results.field
    QTest.keyClicks(field.focusProxy(), "weir (")
    qtbot.wait(100)
    assert field.error() == ""
    QTest.keyClick(field.focusProxy(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: field.error() != "")
    QTest.keyClicks(field.focusProxy(), "x)")
    qtbot.waitUntil(lambda: field.error() == "")


def test_a_tag_in_the_library_is_a_token_in_the_search(qtbot, open_notes):
    window = open_notes().window
    index = window.library.index_of(RowKind.TAG, "upper weir")
    assert index.data(ROW_ROLE).right == "2"
    rect = window.library.list.visualRect(index)
    QTest.mouseClick(window.library.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    qtbot.waitUntil(lambda: sorted(titles(window)) == ["Gauge", "Options"])
    assert window.results.field.tokens() == (Token("tag", "upper weir"),)
    assert window.library.index_of(RowKind.TAG, "upper weir").data(ROW_ROLE).active
    window.results.field.remove_token(Token("tag", "upper weir"))
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 4)


def test_the_past_is_amber_and_cannot_be_changed(qtbot, open_notes):
    studio = open_notes()
    window = studio.window
    qtbot.waitUntil(lambda: studio.desk.timeline.life is not None)
    window.results.list.choose(window.results_model.id_at(0))
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    capsule = studio.desk.session.current.capsule
    window.timeline.strip.go_to(to_ms(capsule.at(5).recorded_at))
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 5)
    assert theme().past
    assert window.banner.isVisible()
    assert window.banner.sentence().endswith("2 changes came later.")
    assert window.status.saved.text() == "Read-only: past moment"
    assert "Return to now" in window.actions_.note.toolTip()
    for name in ("note", "add_files", "delete", "edit_text", "undo", "seal"):
        assert not getattr(window.actions_, name).isEnabled(), name
    log = next(row for row, title in enumerate(titles(window)) if title == "Log")
    window.timeline.go_to_time(capsule.at(7).recorded_at)
    qtbot.waitUntil(lambda: window.banner.sentence().endswith("Nothing changed since."))
    window.timeline.go_to_time(capsule.at(5).recorded_at)
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 5)
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    assert window.viewer.info.id == window.results_model.id_at(log), (
        "the same document, in its version of then"
    )
    assert window.results_model.card(log).past_note.startswith("changed")
    QTest.keyClick(window.results.list, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 4)
    assert not theme().past
    assert not window.banner.isVisible()


def test_a_deleted_document_comes_back_with_its_notice(qtbot, open_notes):
    window = open_notes().window
    window.results.list.choose(window.results_model.id_at(1))
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    window.results.list.setFocus()
    QTest.keyClick(window.results.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Gauge" not in titles(window))
    (notice,) = window.notices.notices()
    assert notice.title == "Deleted “Gauge”"
    assert window.viewer.info.title == "Letter", "the next one is looked at"
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: titles(window) == ["Log", "Gauge", "Letter", "Options"])
    qtbot.waitUntil(lambda: window.viewer.info.title == "Gauge")


def test_what_was_not_there_yet_says_so(qtbot, open_notes):
    studio = open_notes()
    window, capsule = studio.window, studio.desk.session.current.capsule
    window.results.list.choose(window.results_model.id_at(0))
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    window.timeline.go_to_time(capsule.at(2).recorded_at)
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 2)
    qtbot.waitUntil(lambda: window.viewer.info is None)
    assert window.viewer._empty.title() == "“Log” did not exist yet"
    assert window.viewer._empty.sentence().startswith("It was added on ")
    window.timeline.go_to_now()
    qtbot.waitUntil(lambda: window.viewer.info is not None and window.viewer.info.title == "Log")


def test_rows_hold_still_while_others_come_and_go(qtbot, studio, tmp_path):
    path = tmp_path / "many.mv2"
    with engine.create(path) as made:
        for each in range(60):
            made.put(f"text {each}", title=f"Title {each}", timestamp=1_600_000_000 + each)
    studio.desk.session.open(path)
    window, rows = studio.window, studio.window.results.list
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 60)
    qtbot.waitUntil(lambda: studio.desk.timeline.life is not None)
    capsule = studio.desk.session.current.capsule
    window.results.list.choose(window.results_model.id_at(30))
    qtbot.waitUntil(lambda: window.viewer.info is not None and window.viewer.info.title == "Title 29")
    rows.verticalScrollBar().setValue(2010)
    row = window.results_model.row_of(window.viewer.info.id)
    place = rows.visualRect(window.results_model.index(row)).top()
    qtbot.waitUntil(lambda: window.viewer.viewer.shown_text() == "text 29")
    shown: list[object] = []
    window.viewer.viewer.ready.connect(lambda: shown.append(True))

    capsule.put("one more", title="Newest")
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 61)
    assert rows.visualRect(window.results_model.index(row + 1)).top() == place
    window.timeline.go_to_time(capsule.at(45).recorded_at)
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 45)
    assert rows.visualRect(window.results_model.index(row - 15)).top() == place
    window.timeline.go_to_now()
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 61)
    assert rows.visualRect(window.results_model.index(row + 1)).top() == place
    assert window.viewer.info.title == "Title 29"
    assert rows.current_id() == window.viewer.info.id
    assert not shown, "who reads is left alone"


def test_a_notice_to_undo_leaves_with_its_step_and_rests_in_the_past(qtbot, open_notes):
    studio = open_notes()
    window = studio.window
    window.results.list.choose(window.results_model.id_at(1))
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    window.actions_.delete.trigger()
    qtbot.waitUntil(lambda: bool(window.notices.notices()))
    (notice,) = window.notices.notices()
    window.timeline.go_to_time(studio.desk.session.current.capsule.at(5).recorded_at)
    assert not notice.buttons[0].isEnabled()
    assert "Return to now" in notice.buttons[0].toolTip()
    window.timeline.go_to_now()
    assert notice.buttons[0].isEnabled()
    window.actions_.undo.trigger()
    assert window.notices.notices() == ()
    qtbot.waitUntil(lambda: "Gauge" in titles(window))
    assert studio.told == []


def test_a_late_answer_does_not_pull_the_playhead_back(qtbot, open_notes):
    studio = open_notes()
    window, strip = studio.window, studio.window.timeline.strip
    capsule = studio.desk.session.current.capsule
    first, second = (to_ms(capsule.at(revision).recorded_at) for revision in (3, 5))
    seen: list[int | None] = []
    # Each answer comes while the playhead is further along already.
    studio.desk.search.answered.connect(lambda _: seen.append(strip.playhead()))
    strip.go_to(first)
    strip.go_to(second)
    qtbot.waitUntil(lambda: studio.showing.view.question.when_ms == second)
    assert seen
    assert set(seen) == {second}
    assert window.banner.isVisible()


def test_a_new_capsule_says_when_its_name_is_taken(qtbot, studio, notes):
    window = studio.window
    window.actions_.new.trigger()
    made = dialog(qtbot, window, NewCapsuleDialog)
    made.name.setText("notes")
    made.accept()
    qtbot.waitUntil(lambda: made.error() != "")
    assert "notes.mv2" in made.error()
    made.name.setText("a/b")
    assert not made.verb.isEnabled()
    made.name.setText("other")
    made.accept()
    qtbot.waitUntil(lambda: not window.is_start)
    assert (notes.parent / "other.mv2").exists()
    assert studio.told == []


def test_a_sealed_capsule_asks_and_stays_unsaved_until_saved(qtbot, studio, notes):
    sealed = engine.seal(notes, notes.with_suffix(".mv2e"), password="gravel otter")
    studio.desk.session.open(sealed)
    asked = dialog(qtbot, studio.window, UnlockDialog)
    asked.password.set_text("wrong")
    asked.accept()
    qtbot.waitUntil(lambda: asked.password.edit.error() != "", timeout=15_000)
    asked.password.set_text("gravel otter")
    asked.accept()
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 4, timeout=15_000)
    from memvid_studio.ops.edit import Note

    studio.desk.edit.add_note(Note("Secret", "the key is under the stone"))
    qtbot.waitUntil(lambda: studio.window.status.saved.text() == "Not saved")
    assert studio.window.isWindowModified()
    assert studio.window.actions_.save.isEnabled()
    studio.window.actions_.save.trigger()
    qtbot.waitUntil(lambda: studio.window.status.saved.text() == "Saved", timeout=15_000)
    # A copy of it can be sealed with another password, but not over the file that is open.
    studio.window.actions_.seal.trigger()
    sheet = dialog(qtbot, studio.window, SealDialog)
    assert sheet.order().path.name == "notes copy.mv2e"
    sheet._target_chosen(str(sealed))
    assert "Choose another name" in sheet.error()
    assert sheet.order().path.name == "notes copy.mv2e"
    sheet.password.set_text("another one")
    sheet.accept()
    sheet._changed()
    assert not sheet.verb.isEnabled(), "once is enough"
    copy = sealed.with_name("notes copy.mv2e")
    qtbot.waitUntil(copy.exists, timeout=15_000)
    with engine.open(copy, password="another one") as opened:
        assert len(opened.now) == 5


def test_small_windows_show_less(qtbot, open_notes):
    window = open_notes().window
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: window.library.width() < 60)
    assert window.results.isVisible()
    assert window.viewer.isVisible()
    window.resize(820, 600)
    qtbot.waitUntil(lambda: not window.viewer.isVisible())
    assert window.results.width() + window.library.width() <= 820
    window.show_document()
    assert window.viewer.isVisible()
    assert not window.results.isVisible()
    window.back.click()
    assert window.results.isVisible()
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: window.viewer.isVisible() and window.library.width() > 200)


def test_light_dark_and_past_switch_within_a_few_frames(qtbot, open_notes):
    studio = open_notes()
    switches = (studio.theme.set_dark, studio.theme.set_past)
    for switch in switches:
        longest = 0.0
        for on in (True, False, True, False):
            before = time.perf_counter()
            switch(on)
            longest = max(longest, time.perf_counter() - before)
            qtbot.wait(20)
        assert longest < 0.25, f"{switch.__name__} took {longest * 1000:.0f} ms"


def test_the_theme_can_be_chosen_and_is_remembered(studio):
    studio.window.actions_.themes["dark"].trigger()
    assert theme().dark
    assert studio.settings.get(keys.THEME) == "dark"
    studio.window.actions_.larger.trigger()
    assert theme().scale == pytest.approx(1.1)
    studio.window.actions_.normal_size.trigger()
    studio.window.actions_.themes["light"].trigger()
    assert not theme().dark


def test_every_action_has_a_text_and_no_two_share_a_key(studio):
    seen: dict[str, str] = {}
    for action in studio.window.actions_:
        assert action.text()
        for shortcut in action.shortcuts():
            text = shortcut.toString()
            assert text not in seen, f"{text}: {seen.get(text)} and {action.text()}"
            seen[text] = action.text()


def test_the_palette_runs_a_command(qtbot, open_notes):
    window = open_notes().window
    window.actions_.palette.trigger()
    palette = window.palette_
    assert palette.isVisible()
    QTest.keyClicks(palette.field, "dark")
    shown = [entry.text for entry in palette._model.entries]
    assert shown == ["Dark", "Light or dark as the system"], "what begins with it first"
    palette.field.clear()
    QTest.keyClicks(palette.field, "new note")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(DialogSheet)))
    assert not palette.isVisible()


def test_geometry_is_kept_for_the_next_window(qtbot, tmp_path):
    from memvid_studio.settings import Settings

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    sizes = []
    for round_ in range(2):
        studio = Studio(app, Options(), Settings.at(tmp_path / "studio.ini"))
        studio.start()
        if round_ == 0:
            studio.window.resize(780, 560)  # the offscreen screen has 800 × 600
            qtbot.wait(20)
        sizes.append((studio.window.width(), studio.window.height()))
        close_studio(qtbot, studio)
    assert sizes == [(780, 560), (780, 560)]


def test_closing_while_files_come_in_asks_first(qtbot, open_notes, monkeypatch):
    studio = open_notes()
    from memvid_studio.ops.jobs import JobRecord

    record = JobRecord(1, studio.desk.session.current.path, total=10, done=4)
    monkeypatch.setattr(studio.desk.session.jobs, "running", lambda path=None: [record])
    studio.window.close()
    question = dialog(qtbot, studio.window, DialogSheet)
    assert question.sentence.text() == "6 files are still being added."
    assert question.cancel.hasFocus()
    studio.window.close()
    qtbot.wait(20)
    assert len([each for each in studio.window.findChildren(DialogSheet) if each.isVisible()]) == 1
    question.reject()
    assert studio.window.isVisible()
    assert studio.desk.session.current is not None


def test_delete_never_means_the_document_before(qtbot, studio, tmp_path):
    path = tmp_path / "many.mv2"
    with engine.create(path) as made:
        for each in range(40):
            made.put(f"text {each}", title=f"Title {each}", timestamp=1_600_000_000 + each)
    studio.desk.session.open(path)
    window = studio.window
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 40)
    window.results.list.choose(window.results_model.id_at(0))
    qtbot.waitUntil(lambda: window.viewer.info is not None)
    window.results.list.choose(window.results_model.id_at(39), scroll=False)
    assert not window.actions_.delete.isEnabled(), "it is not known yet"
    QTest.keyClick(window.results.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(window.actions_.delete.isEnabled)
    assert studio.showing.info.title == "Title 0"
    QTest.keyClick(window.results.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 39)
    assert [notice.title for notice in window.notices.notices()] == ["Deleted “Title 0”"]


@pytest.mark.parametrize(
    ("title", "mime", "name"),
    [
        ("Weir/removal", "text/markdown", "Weir-removal.md"),
        ("Report.pdf", "application/pdf", "Report.pdf"),
        ("", "image/png", "Untitled.png"),
        ("..\n", "application/x-nothing-known", "Untitled"),
    ],
)
def test_a_document_is_exported_under_a_name_with_an_ending(title, mime, name):
    assert file_name(title, mime) == name


def test_a_note_stays_until_it_is_saved_and_comes_back_after_escape(qtbot, open_notes, monkeypatch):
    studio = open_notes()
    window, capsule = studio.window, studio.desk.session.current.capsule

    def full(*_: object, **__: object) -> None:
        raise engine.StorageError("The disk is full. Free some space, then try again.")

    monkeypatch.setattr(type(capsule), "put", full)
    window.actions_.note.trigger()
    sheet = dialog(qtbot, window, NoteDialog)
    QTest.keyClicks(sheet.heading, "Keys")
    sheet.text.setPlainText("under the stone")
    sheet.tags.setText("keys, stone")
    sheet.accept()
    qtbot.waitUntil(lambda: sheet.error() != "")
    assert "The disk is full" in sheet.error()
    assert sheet.isVisible()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    monkeypatch.undo()
    window.actions_.note.trigger()
    again = dialog(qtbot, window, NoteDialog)
    assert (again.heading.text(), again.text.toPlainText()) == ("Keys", "under the stone")
    assert again.tags.text() == "keys, stone"
    again.accept()
    qtbot.waitUntil(lambda: "Keys" in titles(window))
    qtbot.waitUntil(lambda: not any(each.isVisible() for each in window.findChildren(NoteDialog)))
    window.actions_.note.trigger()
    assert dialog(qtbot, window, NoteDialog).begun() is None
    assert studio.told == []


def test_what_was_typed_is_not_lost_by_closing(qtbot, open_notes, tmp_path):
    studio = open_notes()
    window, session = studio.window, studio.desk.session
    window.results.list.choose(window.results_model.id_at(0))
    qtbot.waitUntil(window.actions_.edit_text.isEnabled)
    window.actions_.edit_text.trigger()
    qtbot.waitUntil(lambda: window.viewer.is_editing)
    editor = QApplication.focusWidget()
    assert editor is not None
    QTest.keyClicks(editor, "half a thought ")
    notes = session.current
    with qtbot.waitSignal(session.opened):
        session.create(tmp_path / "other.mv2")
    assert window.viewer.unsaved(notes.capsule) == ["Log"], "kept while another capsule is shown"
    window.close()
    question = dialog(qtbot, window, DialogSheet)
    assert question.sentence.text() == "What you typed into “Log” is not saved."
    question.reject()
    window.actions_.close_capsule.trigger()
    assert session.current is notes, "nothing was typed into the other one"
    qtbot.waitUntil(lambda: window.results_model.rowCount() == 4)
    window.results.list.choose(window.results_model.id_at(0))
    qtbot.waitUntil(window.actions_.edit_text.isEnabled)
    window.actions_.edit_text.trigger()
    qtbot.waitUntil(lambda: window.viewer.is_editing)
    qtbot.waitUntil(lambda: "half a thought" in window.viewer._editor.text())
    window.actions_.close_capsule.trigger()
    question = dialog(qtbot, window, DialogSheet)
    question.accept()
    qtbot.waitUntil(lambda: window.is_start)
    assert studio.told == []


def test_tab_goes_through_the_window_from_left_to_right_and_down(qtbot, open_notes):
    window = open_notes().window
    window.results.list.choose(window.results_model.id_at(0))
    qtbot.waitUntil(lambda: window.viewer.viewer is not None and window.viewer.viewer.isVisible())
    window.activateWindow()
    window.library.list.setFocus()
    visited = []
    while len(visited) < 60:
        focus = QApplication.focusWidget()
        panes = (
            window.library,
            window.results,
            window.viewer,
            window.timeline.transport,
            window.timeline.strip,
        )
        pane = next(place for place, pane in enumerate(panes) if pane is focus or pane.isAncestorOf(focus))
        visited.append(pane)
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is window.library.head:
            break
    assert visited == sorted(visited)
    assert set(visited) == {0, 1, 2, 3, 4}


def test_a_sealed_capsule_that_cannot_be_saved_brings_the_window_back(qtbot, studio, notes, monkeypatch):
    from memvid_studio.ops.edit import Note

    sealed = engine.seal(notes, notes.with_suffix(".mv2e"), password="gravel otter")
    studio.desk.session.open(sealed, "gravel otter")
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 4, timeout=15_000)
    studio.desk.edit.add_note(Note("Secret", "the key is under the stone"))
    qtbot.waitUntil(lambda: studio.window.status.saved.text() == "Not saved")
    whole = sealed.read_bytes()
    capsule = studio.desk.session.current.capsule

    def full(*_: object, **__: object) -> None:
        raise engine.StorageError(28, "The disk is full")

    monkeypatch.setattr(type(capsule), "_commit_now", full)
    studio.window.close()
    question = dialog(qtbot, studio.window, DialogSheet)
    assert studio.window.isVisible()
    assert question.title.text() == "The changes to “notes.mv2e” are not saved"
    assert "The disk is full" in question.sentence.text()
    question.reject()
    assert studio.desk.session.current.unsaved
    assert sealed.read_bytes() == whole
    monkeypatch.undo()
    studio.window.actions_.save.trigger()
    qtbot.waitUntil(lambda: studio.window.status.saved.text() == "Saved", timeout=15_000)
    assert sealed.read_bytes() != whole
