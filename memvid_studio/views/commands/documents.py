"""What is done to single documents."""

from __future__ import annotations

import mimetypes
from datetime import datetime
from pathlib import Path, PurePath
from weakref import WeakSet

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QMenu
from shiboken6 import isValid

from memvid_studio.ops.edit import Note
from memvid_studio.ops.problems import Problem
from memvid_studio.ops.session import Held
from memvid_studio.ops.undo import Step, UndoStack
from memvid_studio.views.commands.context import Context
from memvid_studio.views.commands.undoing import offer_undo
from memvid_studio.views.dialogs.note import NoteDialog
from memvid_studio.widgets.notice import Action
from memvid_studio.words import one_line, quoted, tr

_TEXT_MOST = 2_000_000


class DocumentCommands(QObject):
    """Add, write, edit, delete, restore, export; undo and redo."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ctx = context
        self._begun: Note | None = None
        """A note that was cancelled: the next one begins with it, so that Escape loses nothing."""
        self._heard: WeakSet[UndoStack] = WeakSet()
        self._connect_documents()
        context.desk.session.currentChanged.connect(self._another_capsule)

    def _another_capsule(self) -> None:
        held = self._ctx.desk.session.current
        if held is not None and held.undo not in self._heard:
            self._heard.add(held.undo)
            held.undo.stepped.connect(lambda _, document: self._stepped(held, document))

    def _connect_documents(self) -> None:
        acts, edit, viewer = self._ctx.actions, self._ctx.desk.edit, self._ctx.window.viewer
        library, results = self._ctx.window.library, self._ctx.window.results
        acts.add_files.triggered.connect(self.choose_files)
        acts.add_folder.triggered.connect(self.choose_folder)
        acts.note.triggered.connect(lambda _: self.new_note())
        library.addWanted.connect(self.choose_files)
        library.noteWanted.connect(self.new_note)
        results.addWanted.connect(self.choose_files)
        acts.undo.triggered.connect(self._undo)
        acts.redo.triggered.connect(self._redo)
        acts.edit_text.triggered.connect(viewer.begin_edit)
        acts.delete.triggered.connect(self.delete_current)
        acts.restore.triggered.connect(self.restore_current)
        results.list.deleteWanted.connect(self.delete_current)
        results.list.contextWanted.connect(self._document_menu)
        results.list.activatedByKey.connect(self._open_document)
        results.list.clicked.connect(lambda _: self._ctx.window.show_document())
        viewer.deleteRequested.connect(self._delete)
        viewer.restoreRequested.connect(self._restore)
        viewer.saveRequested.connect(self._save_text)
        viewer.exportRequested.connect(self._export)
        edit.added.connect(self._ctx.showing.follow)
        edit.saved.connect(lambda _, new_id: self._ctx.showing.follow(new_id))
        edit.restored.connect(self._restored)
        edit.deleted.connect(self._deleted)
        edit.textRefused.connect(viewer.text_refused)

    def choose_files(self) -> None:
        """Asks which files to add."""
        chooser = QFileDialog(self._ctx.window, self.tr("Add files"), str(self._ctx.last_folder()))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.filesSelected.connect(self._add)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def choose_folder(self) -> None:
        """Asks for a folder to add with everything in it."""
        chooser = QFileDialog(self._ctx.window, self.tr("Add a folder"), str(self._ctx.last_folder()))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.fileSelected.connect(lambda name: self._add([name]))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _add(self, names: list[str]) -> None:
        self._ctx.desk.ingest.add([Path(name) for name in names])

    def new_note(self, text: str = "", *, happened: datetime | None = None) -> None:
        """Opens the sheet for a note, perhaps with a text that was dropped or pasted."""
        held = self._ctx.desk.session.current
        if held is None or not self._ctx.actions.note.isEnabled():
            return
        dialog = NoteDialog(self._ctx.window, held.name, text=text[:_TEXT_MOST], happened=happened)
        if self._begun is not None and not text:
            dialog.fill(self._begun)
            self._begun = None
        edit = self._ctx.desk.edit

        def add(note: Note) -> None:
            edit.add_note(
                note,
                then=lambda: self._note_added(dialog, note),
                failed=lambda problem: self._note_refused(dialog, note, problem),
            )

        def ended(added: bool) -> None:
            if not added and not text:
                self._begun = dialog.begun()

        dialog.noteWritten.connect(add)
        dialog.finished.connect(ended)
        self._ctx.open_dialog(dialog)

    def _note_added(self, dialog: NoteDialog, note: Note) -> None:
        if isValid(dialog):
            dialog.done(True)
        if self._begun is not None and self._begun.text == note.text:
            self._begun = None  # closed while it was being saved

    def _note_refused(self, dialog: NoteDialog, note: Note, problem: Problem) -> None:
        """What was typed stays where it can be tried again."""
        if isValid(dialog) and dialog.isVisible():
            dialog.refuse(f"{problem.title}. {problem.text}")
        else:
            self._begun = note
            self._ctx.tell(problem)

    def delete_current(self) -> None:
        """The document that is looked at."""
        info = self._ctx.showing.info
        if info is not None and self._ctx.actions.delete.isEnabled():
            self._ctx.desk.edit.delete(info.id, info.title)

    def restore_current(self) -> None:
        """The version of the past that is looked at becomes the present one."""
        info = self._ctx.showing.info
        if info is not None:
            self._ctx.desk.edit.restore(info.id, info.title)

    def _delete(self, frame_id: int) -> None:
        self._ctx.desk.edit.delete(frame_id, self._title_of(frame_id))

    def _restore(self, frame_id: int) -> None:
        self._ctx.desk.edit.restore(frame_id, self._title_of(frame_id))

    def _save_text(self, frame_id: int, text: str) -> None:
        self._ctx.desk.edit.save_text(frame_id, text, self._title_of(frame_id))

    def _title_of(self, frame_id: int) -> str:
        info = self._ctx.showing.info
        known = info if info is not None and info.id == frame_id else None
        known = known or self._ctx.window.results_model.frame(frame_id)
        return (
            known.title
            if known is not None
            else self._ctx.showing.info.title
            if self._ctx.showing.info
            else ""
        )

    def _deleted(self, _frame_id: int, title: str, step: Step) -> None:
        held = self._ctx.desk.session.current
        if held is not None and held.undo.holds(step):
            title = self.tr("Deleted {name}").replace("{name}", quoted(title))
            offer_undo(self._ctx, held, step, "success", title, self.tr("Earlier moments still have it."))

    def _restored(self, new_id: int) -> None:
        self._ctx.showing.follow(new_id)
        if self._ctx.desk.search.is_past:
            self._ctx.say(
                "success",
                self.tr("Restored"),
                self.tr("It is there again from now on."),
                Action(self.tr("Return to now"), self._ctx.window.timeline.go_to_now),
            )

    def _undo(self) -> None:
        held = self._ctx.desk.session.current
        if held is not None:
            held.undo.undo()

    def _redo(self) -> None:
        held = self._ctx.desk.session.current
        if held is not None:
            held.undo.redo()

    def _stepped(self, held: Held, document: int | None) -> None:
        if document is not None and held is self._ctx.desk.session.current:
            self._ctx.showing.follow(document)

    def _document_menu(self, _document_id: int, at: QPoint) -> None:
        acts = self._ctx.actions
        menu = QMenu(self._ctx.window)
        menu.addActions([acts.edit_text, acts.delete, acts.restore])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _open_document(self, _document_id: int) -> None:
        self._ctx.window.show_document()
        viewer = self._ctx.window.viewer.viewer
        if viewer is not None:
            viewer.focus_content()

    def _export(self, frame_id: int) -> None:
        view = self._ctx.showing.view
        if view is None:
            return
        info = self._ctx.showing.info
        name = file_name(self._title_of(frame_id), info.mime if info is not None else "")
        chooser = QFileDialog(self._ctx.window, self.tr("Export the original"), str(self._ctx.last_folder()))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile(name)
        moment = view.moment
        chooser.fileSelected.connect(lambda name: self._ctx.desk.share.export(moment, frame_id, Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()


def file_name(title: str, mime: str) -> str:
    """A name for a file of this document: its title, with an ending where it has none."""
    name = one_line(title).replace("/", "-").lstrip(".") or tr("Untitled")
    ending = {"text/markdown": ".md"}.get(mime) or mimetypes.guess_extension(mime) or ""
    return name if PurePath(name).suffix else name + ending
