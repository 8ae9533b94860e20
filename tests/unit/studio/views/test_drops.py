"""What is held over the window is sorted out before it is let go."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

import engine
from memvid_studio.views.dialogs.note import NoteDialog
from memvid_studio.views.dropping import Dropped, can_take, dropped_from, look_into
from memvid_studio.words import to_ms

pytestmark = pytest.mark.gui


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def text(words: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(words)
    return mime


def picture() -> QMimeData:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    mime = QMimeData()
    mime.setImageData(image)
    return mime


def test_kinds_of_drops(qapp, tmp_path):
    assert dropped_from(files(tmp_path / "a.pdf")).paths == (tmp_path / "a.pdf",)
    assert dropped_from(files(tmp_path / "a.mv2", tmp_path / "b.MV2E")).capsules
    assert not dropped_from(files(tmp_path / "a.mv2", tmp_path / "b.pdf")).capsules
    assert dropped_from(text("some words")).text == "some words"
    assert dropped_from(picture()).picture.startswith(b"\x89PNG")
    assert dropped_from(picture(), with_picture=False).picture == b"?"
    link = QMimeData()
    link.setUrls([QUrl("https://example.org/weir")])
    assert dropped_from(link).text == "https://example.org/weir"
    assert dropped_from(text("  ")).is_empty
    assert not can_take(text("  "))


def test_folders_are_counted_by_kind(tmp_path):
    (tmp_path / "Survey" / "deep").mkdir(parents=True)
    (tmp_path / "Survey" / ".hidden").write_text("not counted")
    for name in ("a.pdf", "b.md", "deep/c.jpg", "deep/d.csv", "e.unknown"):
        (tmp_path / "Survey" / name).write_bytes(b"12345")
    found = look_into([tmp_path / "Survey", tmp_path / "gone.txt"])
    assert (found.files, found.size, found.folders, found.unreadable) == (5, 25, ("Survey",), 1)
    assert found.kinds == dict.fromkeys(
        (
            engine.Kind.DOCUMENT,
            engine.Kind.TEXT,
            engine.Kind.IMAGE,
            engine.Kind.TABLE,
            engine.Kind.OTHER,
        ),
        1,
    )
    assert found.complete


def test_the_overlay_says_what_will_happen(qtbot, open_notes, tmp_path):
    window = open_notes().window
    (tmp_path / "Survey").mkdir()
    for number in range(3):
        (tmp_path / "Survey" / f"{number}.pdf").write_bytes(b"1" * 1000)
    window.dragEntered.emit(files(tmp_path / "Survey"))
    overlay = window.drop_overlay
    assert overlay.isVisible()
    qtbot.waitUntil(lambda: bool(overlay.plan().lines))
    plan = overlay.plan()
    assert plan.title == "Drop to add 3 files to notes"
    assert plan.sentence == "From the folder “Survey”, 3.0 KB"
    assert [(line.count, line.noun) for line in plan.lines] == [("3", "documents")]
    assert overlay.geometry().bottom() < window.timeline.geometry().top() + window.menuBar().height()
    window.dragLeft.emit()
    assert not overlay.isVisible()


def test_files_become_documents_and_undo_takes_the_drop_back(qtbot, open_notes, tmp_path):
    studio = open_notes()
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(f"the words of {name}")
    studio.drops.take(Dropped(paths=(tmp_path / "one.txt", tmp_path / "two.txt")))
    model = studio.window.results_model
    qtbot.waitUntil(lambda: model.rowCount() == 6 and not studio.desk.session.jobs.running(), timeout=20_000)
    qtbot.waitUntil(lambda: studio.window.actions_.undo.text() == "Undo add 2 documents")
    studio.window.actions_.undo.trigger()
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    assert studio.told == []


def test_a_drop_on_the_film_says_when_it_happened(qtbot, open_notes, tmp_path):
    studio = open_notes()
    source = tmp_path / "old.txt"
    source.write_text("an old paper")
    studio.window.timeline.dropped.emit(1_500_000_000_000, files(source))
    model = studio.window.results_model
    qtbot.waitUntil(lambda: model.rowCount() == 5 and not studio.desk.session.jobs.running(), timeout=20_000)
    capsule = studio.desk.session.current.capsule
    (info,) = capsule.now.infos([capsule.now.document_ids(sort="oldest")[0]])
    assert (info.title, to_ms(info.timestamp)) == ("old.txt", 1_500_000_000_000)


def test_text_becomes_a_note_that_can_be_changed_first(qtbot, open_notes):
    studio = open_notes()
    studio.drops.take(Dropped(text="# A heading\nand words"))
    (dialog,) = [each for each in studio.window.findChildren(NoteDialog) if each.isVisible()]
    assert dialog.note().title == "A heading"
    dialog.tags.setText("one, two, one,")
    assert dialog.note().tags == ("one", "two")
    dialog.accept()
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 5)
    qtbot.waitUntil(lambda: studio.window.viewer.info is not None)
    assert studio.window.viewer.info.title == "A heading"


def test_a_picture_is_kept(qtbot, open_notes):
    studio = open_notes()
    studio.drops.take(dropped_from(picture()))
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 5)
    capsule = studio.desk.session.current.capsule
    kinds = capsule.now.facets().kinds
    assert kinds[engine.Kind.IMAGE] == 1


def test_nothing_is_added_to_the_past(qtbot, open_notes, tmp_path):
    studio = open_notes()
    studio.desk.search.go_to(1_000)
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 0)
    source = tmp_path / "new.txt"
    source.write_text("new")
    studio.window.dragEntered.emit(files(source))
    assert studio.window.drop_overlay.plan().title == "Nothing can be added to the past"
    studio.drops.take(Dropped(paths=(source,)))
    assert studio.window.notices.notices()[-1].title == "Nothing can be added to the past"
    assert studio.desk.session.current.capsule.revision == 7


def test_a_drop_on_the_empty_window_makes_a_capsule(qtbot, studio, home, tmp_path):
    (home / "Documents").mkdir(exist_ok=True)
    source = tmp_path / "Survey"
    source.mkdir()
    (source / "a.txt").write_text("words")
    studio.drops.take(Dropped(paths=(source,)))
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 1, timeout=20_000)
    path = studio.desk.session.current.path
    assert path.name == "Survey.mv2"
    assert path.exists()
    qtbot.waitUntil(lambda: not studio.desk.session.jobs.running())


def test_dropped_capsules_are_opened(qtbot, studio, notes):
    studio.drops.take(dropped_from(files(notes)))
    qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 4)
    assert studio.desk.session.current.path == notes
