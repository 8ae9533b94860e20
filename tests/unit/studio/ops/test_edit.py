"""Changes and their undo: every step can be taken back and done again, any number of times."""

from __future__ import annotations

import pytest

import engine
from memvid_studio.ops.edit import Edit, Note
from memvid_studio.ops.ingest import Ingest

pytestmark = pytest.mark.gui


@pytest.fixture
def edit(session, notes) -> Edit:
    edit = Edit(session)
    edit.problem.connect(session.problems.append)
    return edit


def texts(capsule) -> list[str]:
    return sorted(row.text for row in capsule.now._rows())


def test_a_note_and_back_and_again(session, edit, notes, settle):
    edit.add_note(Note("Levels", "41.2 m at the gauge", ("water",)))
    settle()
    assert texts(notes) == ["41.2 m at the gauge"]
    assert session.current.undo.undo_text == "add “Levels”"
    for _ in range(3):
        session.current.undo.undo()
        settle()
        assert texts(notes) == []
        session.current.undo.redo()
        settle()
        assert texts(notes) == ["41.2 m at the gauge"]
    assert notes.now.frame(notes.now.document_ids()[0]).tags == ("water",)


def test_an_edit_and_back_and_again(session, edit, notes, settle):
    frame_id = notes.put("old words", title="Log")
    edit.save_text(frame_id, "new words", "Log")
    settle()
    assert texts(notes) == ["new words"]
    for _ in range(2):
        session.current.undo.undo()
        settle()
        assert texts(notes) == ["old words"]
        session.current.undo.redo()
        settle()
        assert texts(notes) == ["new words"]


def test_a_delete_gives_the_step_for_its_notice(qtbot, session, edit, notes, settle):
    frame_id = notes.put("keep me", title="Log")
    with qtbot.waitSignal(edit.deleted) as told:
        edit.delete(frame_id, "Log")
    assert texts(notes) == []
    other = notes.put("another")
    edit.save_text(other, "another, changed", "")
    settle()
    session.current.undo.undo(told.args[2])  # not the last step: the button of the notice
    settle()
    assert texts(notes) == ["another, changed", "keep me"]
    assert session.current.undo.undo_text.startswith("edit")


def test_restoring_an_older_version(session, edit, notes, settle):
    first = notes.put("one", title="Log")
    notes.update(first, "two")
    edit.restore(first, "Log")
    settle()
    assert texts(notes) == ["one"]
    session.current.undo.undo()
    settle()
    assert texts(notes) == ["two"]


def test_restoring_a_deleted_document(session, edit, notes, settle):
    frame_id = notes.put("one", title="Log")
    notes.delete(frame_id)
    edit.restore(frame_id, "Log")
    settle()
    assert texts(notes) == ["one"]
    session.current.undo.undo()
    settle()
    assert texts(notes) == []


def test_a_text_that_could_not_be_saved_is_not_lost(qtbot, session, edit, notes):
    frame_id = notes.put("old", title="Log")
    notes.fail_next = engine.LockedError("memvid (pid 4121) is writing.", pid=4121, program="memvid")
    with qtbot.waitSignal(edit.textRefused) as told:
        edit.save_text(frame_id, "new", "Log")
    assert told.args == [frame_id, "new"]
    assert session.problems[-1].title == "Another program is writing to this capsule"
    assert session.current.undo.undo_text == ""


def test_an_undo_that_fails_says_so(qtbot, session, edit, notes, settle):
    edit.add_note(Note("", "text"))
    settle()
    notes.fail_next = engine.CapsuleFull("No room.")
    session.current.undo.undo()
    settle()
    assert session.problems[-1].title == "The capsule is full"
    assert texts(notes) == ["text"]


def test_a_drop_is_one_step(qtbot, session, notes, settle, tmp_path):
    ingest = Ingest(session)
    ended = []
    ingest.ended.connect(ended.append)
    ingest.add([tmp_path / "a.txt", tmp_path / "b.txt"])
    settle()
    ids = [notes.put("a"), notes.put("b")]
    notes.end_job(notes.jobs[0], ids)
    qtbot.waitUntil(lambda: bool(ended))
    assert session.current.undo.undo_text == "add 2 documents"
    notes.delete(ids[0])  # somebody did it already
    session.current.undo.undo()
    settle()
    assert texts(notes) == []


def test_a_job_that_ends_before_anybody_looks_is_not_missed(qtbot, session, notes, settle, monkeypatch):
    made = notes.ingest

    def quick(sources, **options):
        job = made(sources)
        notes.end_job(job, [notes.put("a")])
        return job

    monkeypatch.setattr(notes, "ingest", quick)
    ingest = Ingest(session)
    with qtbot.waitSignal(ingest.ended) as told:
        ingest.add([notes.path])
    assert told.args[0].result.frame_ids == (0,)
    settle()
    assert session.current.jobs == {}


def test_a_cancelled_drop_can_be_taken_back_too(qtbot, session, notes, settle):
    ingest = Ingest(session)
    ingest.add([notes.path])
    settle()
    ingest.cancel(1)
    settle()
    assert notes.jobs[0].cancelled
    with qtbot.waitSignal(ingest.ended) as told:
        notes.end_job(notes.jobs[0], [notes.put("a")], engine.JobState.CANCELLED)
    assert told.args[0].step is not None


def test_what_cannot_be_added_is_told(qtbot, session, notes):
    ingest = Ingest(session)
    notes.fail_next = engine.ReadOnly("Opened for reading only.")
    with qtbot.waitSignal(ingest.problem) as told:
        ingest.add([notes.path])
    assert told.args[0].title == "Nothing can be changed here"


def test_nobody_hears_of_ids_of_a_capsule_that_is_not_shown(qtbot, session, edit, notes, settle, tmp_path):
    frame_id, told = notes.put("old", title="Log"), []
    other = notes.put("another", title="Other")
    for signal in (edit.added, edit.saved, edit.deleted, edit.restored):
        signal.connect(lambda *ids: told.append(ids))
    edit.add_note(Note("Later", "words"))
    edit.save_text(frame_id, "new", "Log")
    edit.delete(other, "Other")
    with qtbot.waitSignal(session.opened):
        session.create(tmp_path / "other.mv2")
        session._current = None  # shown already, before the changes are in
    settle()
    assert texts(notes) == ["new", "words"]
    assert told == []
    session.show(notes.path)
    assert session.current.undo.undo_text == "delete “Other”"
