"""What all commands have in hand: the ops, the window, and a way to say something."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

import engine
from memvid_studio import settings as keys
from memvid_studio.ops.desk import Desk
from memvid_studio.ops.problems import Problem, describe
from memvid_studio.settings import Settings
from memvid_studio.views.main_window import MainWindow
from memvid_studio.views.showing import Showing
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.notice import Action, Notice, NoticeKind


class Context(QObject):
    """Shared by the commands. A problem goes to whoever waits for an outcome, else it becomes a notice."""

    told = Signal(str, str)
    """Title and text of a problem that became a notice."""

    def __init__(self, desk: Desk, settings: Settings, window: MainWindow, showing: Showing) -> None:
        super().__init__(window)
        self.desk, self.settings, self.window, self.showing = desk, settings, window, showing
        self.actions = window.actions_
        for source in (desk.session, desk.search, desk.timeline, desk.ingest, desk.edit, desk.share):
            source.problem.connect(self.tell)
        desk.tasks.unhandled.connect(self.tell_error)

    def say(
        self, kind: NoticeKind, title: str, text: str = "", *buttons: Action, report: str = "", key: str = ""
    ) -> Notice:
        """A notice at the bottom right."""
        return self.window.notices.say(kind, title, text, actions=buttons[:2], report=report, key=key)

    def tell(self, problem: Problem) -> None:
        """What went wrong, and what to do."""
        self.told.emit(problem.title, problem.text)
        kind: NoticeKind = "error" if problem.state == "error" else "warning"
        self.say(
            kind, problem.title, problem.text, report=problem.report, key=f"{problem.title}{problem.text}"
        )

    def tell_error(self, error: BaseException) -> None:
        """An error nobody else took."""
        if not isinstance(error, engine.Cancelled):
            self.tell(describe(error))

    def open_dialog(self, dialog: DialogSheet) -> None:
        """Shows a dialog that is gone when it was closed."""
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def last_folder(self) -> Path:
        """Where the last file was chosen, or the folder for documents."""
        known = self.settings.get(keys.LAST_FOLDER)
        if known:
            return Path(known)
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))

    def remember_folder(self, path: Path) -> None:
        """The next file dialog starts there."""
        self.settings.set(keys.LAST_FOLDER, str(path))
