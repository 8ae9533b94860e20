"""Creating, opening, switching, closing; leaving the application."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu

import engine
from memvid_studio.models.library import LibraryRow, RowKind
from memvid_studio.ops.look import Filter
from memvid_studio.ops.problems import Problem
from memvid_studio.ops.session import Held, not_saved
from memvid_studio.views.commands.context import Context
from memvid_studio.views.dialogs.new_capsule import NewCapsuleDialog
from memvid_studio.views.dialogs.unlock import UnlockDialog
from memvid_studio.views.jobs import running_text
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.words import counted, quoted


class CapsuleCommands(QObject):
    """Owns the dialogs for new and sealed capsules while they are open."""

    demoWanted = Signal()
    quitAllowed = Signal()
    """Everything is closed and saved."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ctx = context
        self._unlocking: UnlockDialog | None = None
        self._leaving = False
        self._question: DialogSheet | None = None
        self._connect_capsules()

    def _connect_capsules(self) -> None:
        acts, session, library = self._ctx.actions, self._ctx.desk.session, self._ctx.window.library
        acts.new.triggered.connect(self.new_capsule)
        acts.open.triggered.connect(self.choose_capsule)
        acts.demo.triggered.connect(self.demoWanted)
        acts.save.triggered.connect(session.save)
        acts.close_capsule.triggered.connect(lambda _: self.close_capsule())
        acts.quit.triggered.connect(self._ctx.window.close)
        acts.recentChosen.connect(lambda name: session.open(Path(name)))
        page = self._ctx.window.first_run
        page.newWanted.connect(self.new_capsule)
        page.openWanted.connect(self.choose_capsule)
        page.demoWanted.connect(self.demoWanted)
        library.newWanted.connect(self.new_capsule)
        library.rowChosen.connect(self._library_row)
        library.capsuleContext.connect(self._capsule_menu)
        menu = QMenu(library)
        menu.addActions([acts.new, acts.open])
        menu.addMenu(acts.recent_menu)
        menu.addSeparator()
        menu.addActions([acts.save, acts.close_capsule])
        library.set_capsule_menu(menu)
        library.head.clicked.connect(self._head_clicked)
        session.opened.connect(self._opened)
        session.passwordNeeded.connect(self._ask_password)
        session.currentChanged.connect(self._current_changed)
        session.savedChanged.connect(self._show_unsaved)
        self._ctx.window.closeWanted.connect(self.leave)
        session.allClosed.connect(self._all_closed)
        session.closeRefused.connect(self._not_saved)
        self._fill_recent()

    def new_capsule(self) -> None:
        """Asks for a name and a place."""
        dialog = NewCapsuleDialog(self._ctx.window, self._ctx.last_folder())

        def create(path: Path) -> None:
            self._ctx.remember_folder(path.parent)
            self._ctx.desk.session.create(
                path, then=lambda: dialog.done(True), failed=lambda problem: dialog.set_error(problem.text)
            )

        dialog.createWanted.connect(create)
        self._ctx.open_dialog(dialog)

    def choose_capsule(self) -> None:
        """Asks for a file."""
        chooser = QFileDialog(self._ctx.window, self.tr("Open a capsule"), str(self._ctx.last_folder()))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilters([self.tr("Capsules (*.mv2 *.mv2e)"), self.tr("All files (*)")])
        chooser.fileSelected.connect(self.open_path)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def open_path(self, name: str) -> None:
        """Opens a capsule and remembers where it was."""
        path = Path(name)
        self._ctx.remember_folder(path.parent)
        self._ctx.desk.session.open(path)

    def _head_clicked(self) -> None:
        if self._ctx.desk.session.current is None:
            self.choose_capsule()

    def _opened(self, path: Path) -> None:
        self._ctx.settings.add_recent(path)
        self._fill_recent()
        if self._unlocking is not None and self._unlocking.path == path:
            self._unlocking.done(True)
        held = self._ctx.desk.session.current
        if held is not None and held.path == path and held.notes:
            title = self.tr("{name} was not quite in order").replace("{name}", quoted(path.name))
            self._ctx.say("warning", title, " ".join(held.notes))
        if held is not None and held.path == path and held.read_only:
            title = self.tr("{name} is open for reading only").replace("{name}", quoted(path.name))
            self._ctx.say("info", title, self.tr("You may not write to it. A copy elsewhere can be changed."))
        self._ctx.showing.refresh_capsules()
        self._ctx.window.results.field.setFocus()

    def _fill_recent(self) -> None:
        entries = [(name, Path(name).name) for name in self._ctx.settings.recent()]
        self._ctx.actions.set_recent(entries)

    def _current_changed(self) -> None:
        held = self._ctx.desk.session.current
        window = self._ctx.window
        window.viewer.set_capsule(
            None if held is None else held.capsule, read_only=held is not None and held.read_only
        )
        window.setWindowTitle("Memvid Studio" if held is None else f"{held.path.name}[*] – Memvid Studio")
        window.setWindowFilePath("" if held is None else str(held.path))
        self._show_unsaved()

    def _show_unsaved(self) -> None:
        held = self._ctx.desk.session.current
        self._ctx.window.setWindowModified(held is not None and held.unsaved)

    def _ask_password(self, facts: engine.FileFacts, reason: str) -> None:
        if self._unlocking is not None and self._unlocking.path == facts.path:
            self._unlocking.refuse(reason)
            return
        dialog = self._unlocking = UnlockDialog(self._ctx.window, facts)
        dialog.passwordGiven.connect(self._unlock)
        dialog.finished.connect(self._unlock_ended)
        self._ctx.open_dialog(dialog)

    def _unlock(self, path: Path, password: str) -> None:
        def failed(problem: Problem) -> None:
            if self._unlocking is not None and self._unlocking.path == path:
                self._unlocking.refuse(f"{problem.title}. {problem.text}")

        self._ctx.desk.session.open(path, password, failed=failed)

    def _unlock_ended(self) -> None:
        self._unlocking = None

    def _library_row(self, row: LibraryRow) -> None:
        if row.kind == RowKind.CAPSULE:
            self._ctx.desk.session.open(Path(row.key))
        elif row.kind in {RowKind.KIND, RowKind.TAG}:
            field = "kind" if row.kind == RowKind.KIND else "tag"
            self._ctx.desk.search.toggle_filter(Filter(field, row.key))

    def _capsule_menu(self, row: LibraryRow, at: QPoint) -> None:
        path = Path(row.key)
        is_open = any(held.path == path for held in self._ctx.desk.session.held)
        menu = QMenu(self._ctx.window)
        if is_open:
            menu.addAction(self.tr("Close capsule"), lambda: self.close_capsule(path))
        else:
            menu.addAction(self.tr("Open"), lambda: self._ctx.desk.session.open(path))
            menu.addAction(self.tr("Remove from this list"), lambda: self._forget_recent(path))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _forget_recent(self, path: Path) -> None:
        self._ctx.settings.forget_recent(path)
        self._fill_recent()
        self._ctx.showing.refresh_capsules()

    def close_capsule(self, path: Path | None = None) -> None:
        """Closes one, the current one without ``path``; asks first when that would lose something."""
        session = self._ctx.desk.session
        held = next((each for each in session.held if each.path == path), None) if path else session.current
        if held is not None:
            self._unless_something_is_lost([held], lambda: session.close(held.path))

    def leave(self) -> None:
        """Closes everything; asks first when that would lose something."""
        if not self._leaving:
            self._unless_something_is_lost(self._ctx.desk.session.held, self._really_leave)

    def _unless_something_is_lost(self, closing: list[Held], then: Callable[[], object]) -> None:
        """Asks when files are still being added or something typed is not saved."""
        if self._question is not None:
            return  # asked already: the answer counts
        jobs = self._ctx.desk.session.jobs
        paths = {held.path for held in closing}
        running = [job for job in jobs.running() if job.capsule_path in paths]
        titles = [title for held in closing for title in self._ctx.window.viewer.unsaved(held.capsule)]
        if running:
            answers = (self.tr("Keep adding"), self.tr("Stop and close"))
            sentence = f"{running_text(running)} {self._about_drafts(titles)}".strip()
            self._ask(self.tr("Stop adding and close"), sentence, "tray-arrow-down", answers, then)
        elif titles:
            answers = (self.tr("Keep editing"), self.tr("Close without saving"))
            title = self.tr("Close without saving")
            self._ask(title, self._about_drafts(titles), "alert-outline", answers, then)
        else:
            then()

    def _about_drafts(self, titles: list[str]) -> str:
        if not titles:
            return ""
        sentence = counted(
            len(titles),
            self.tr("What you typed into {name} is not saved."),
            self.tr("What you typed into {n} documents is not saved, {name} among them."),
        )
        return sentence.replace("{name}", quoted(titles[0] or self.tr("Untitled")))

    def _ask(
        self, title: str, sentence: str, icon: str, answers: tuple[str, str], then: Callable[[], object]
    ) -> None:
        """A question with two answers, "no" and "yes"; the first has the focus, because it loses nothing."""
        no, yes = answers
        dialog = self._question = DialogSheet(self._ctx.window, title, sentence, icon=icon, verb=yes)
        dialog.cancel.set_text(no)

        def answered(agreed: bool) -> None:
            self._question = None
            if agreed:
                then()

        dialog.finished.connect(answered)
        self._ctx.open_dialog(dialog)
        dialog.cancel.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def _really_leave(self) -> None:
        self._leaving = True
        self._ctx.window.hide()
        self._ctx.desk.session.close_all()

    def _not_saved(self, held: Held, problem: Problem) -> None:
        """A sealed capsule could not be saved: it is open again until somebody decides."""
        left, self._leaving = self._leaving, False
        self._ctx.window.show()
        title = not_saved(held)
        reason = problem.text if problem.title == title else f"{problem.title}. {problem.text}"
        answers = (self.tr("Keep it open"), self.tr("Close without saving"))

        def give_up() -> None:
            self._ctx.desk.session.close(held.path, discard=True)
            if left:
                self._really_leave()

        self._ask(title, reason, "lock-outline", answers, give_up)

    def _all_closed(self) -> None:
        if self._leaving:
            self._ctx.window.allow_close()
            self.quitAllowed.emit()
