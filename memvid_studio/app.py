"""Builds the application: the only place that makes things and connects the layers."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import engine
from memvid_studio import __version__, diagnostics
from memvid_studio import settings as keys
from memvid_studio import theme as themes
from memvid_studio.bridge.garbage import GuiGarbage
from memvid_studio.bridge.tasks import Tasks
from memvid_studio.ops.desk import Desk
from memvid_studio.ops.edit import Edit
from memvid_studio.ops.ingest import Ingest
from memvid_studio.ops.search import Search
from memvid_studio.ops.session import Session
from memvid_studio.ops.share import Share
from memvid_studio.ops.timeline import Timeline
from memvid_studio.settings import Settings
from memvid_studio.views.commands.capsules import CapsuleCommands
from memvid_studio.views.commands.context import Context
from memvid_studio.views.commands.documents import DocumentCommands
from memvid_studio.views.commands.drops import DropCommands
from memvid_studio.views.commands.looking import LookingCommands
from memvid_studio.views.commands.state import ActionState
from memvid_studio.views.commands.work import WorkCommands
from memvid_studio.views.main_window import MainWindow
from memvid_studio.views.showing import Showing
from memvid_studio.words import settle_locale

log = logging.getLogger("studio")

SWITCH_INTERVAL = 0.0005
"""Seconds a busy Python thread may keep the GUI thread waiting: measured to halve the time of a repaint."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    files: tuple[Path, ...] = ()
    demo: bool = False
    scratch: bool = False
    debug: bool = False


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication, without a screen where there is none. One per process."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(arguments)
    app.setApplicationName("memvid-studio")
    app.setApplicationDisplayName("Memvid Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("memvid-studio")
    app.setQuitOnLastWindowClosed(False)
    settle_locale()
    return app


class Studio(QObject):
    """One window with everything behind it. ``quit_when_closed``: the application ends with it."""

    def __init__(self, app: QApplication, options: Options, settings: Settings | None = None) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._app, self._options = app, options
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self.settings = settings or (Settings.scratch() if options.scratch else Settings.user())
        self.theme = themes.install(app)
        self._apply_look()
        self.tasks = Tasks(self)
        self._garbage = GuiGarbage(self)
        config = engine.EngineConfig(
            author=self.settings.get(keys.AUTHOR) or _user(), cache_dir=self._cache()
        )
        session = Session(self.tasks, self, config=config)
        self.desk = Desk(
            tasks=self.tasks,
            session=session,
            search=Search(session, self),
            timeline=Timeline(session, self),
            ingest=Ingest(session, self),
            edit=Edit(session, self),
            share=Share(session, self),
        )
        self.window = MainWindow(self.desk, self.settings, __version__)
        window = self.window
        models = (window.library_model, window.results_model, window.thumbnails)
        self.showing = Showing(self.desk, self.settings, window, models, window)
        self.context = Context(self.desk, self.settings, window, self.showing)
        self.state = ActionState(self.context)
        self.capsules = CapsuleCommands(self.context)
        self.documents = DocumentCommands(self.context)
        self.looking = LookingCommands(self.context)
        self.work = WorkCommands(self.context)
        self.drops = DropCommands(self.context, self.documents)
        self.capsules.demoWanted.connect(self.open_demo)
        self.capsules.quitAllowed.connect(self._quit)
        self.settings.changed.connect(self._setting_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_look)
        self._watchdog = diagnostics.Watchdog(self) if options.debug else None

    def start(self) -> None:
        """Shows the window; what was asked for is opened once it is on the screen."""
        self.window.show()
        self.window.activateWindow()
        QTimer.singleShot(0, self, self._open_first)

    def close(self) -> None:
        """Lets go of everything. The window is gone afterwards."""
        if self._watchdog is not None:
            self._watchdog.stop()
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._apply_look)
        self.window.allow_close()
        self.window.close()
        self.tasks.close()
        self._garbage.stop()
        self.settings.close()
        if self._scratch is not None:
            self._scratch.cleanup()
        self.theme.set_past(False)

    def open_demo(self) -> None:
        """The example, made from the demo material the first time."""
        from memvid_studio.ops.demo import Demo

        Demo(self.desk, self._data() / "demo", self).open()

    def _open_first(self) -> None:
        for path in self._options.files:
            self.desk.session.open(path)
        if self._options.demo:
            self.open_demo()

    def _quit(self) -> None:
        self.close()
        self._app.quit()

    # ------------------------------------------------------------------------------------------------ look

    def _setting_changed(self, key: str) -> None:
        if key in {keys.THEME.key, keys.TEXT_SIZE.key, keys.REDUCED_MOTION.key}:
            self._apply_look()

    def _apply_look(self) -> None:
        chosen = self.settings.get(keys.THEME)
        system_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.theme.set_dark(chosen == "dark" or (chosen == "system" and system_dark))
        self.theme.set_scale(self.settings.get(keys.TEXT_SIZE))
        self.theme.set_reduced_motion(self.settings.get(keys.REDUCED_MOTION))

    # --------------------------------------------------------------------------------------------- folders

    def _cache(self) -> Path | None:
        if self.settings.is_scratch:
            return None
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation))

    def _data(self) -> Path:
        if self.settings.is_scratch:
            if self._scratch is None:
                self._scratch = tempfile.TemporaryDirectory(
                    prefix="memvid-studio-", ignore_cleanup_errors=True
                )
            return Path(self._scratch.name)
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))


def _user() -> str:
    """The name changes are signed with until one is set: that of the account."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no account at all, as in some containers
        return ""


def run(options: Options) -> int:
    """The application until it is quit; returns the exit status."""
    diagnostics.set_up_logging(debug=options.debug)
    app = make_application(sys.argv[:1])
    studio = Studio(app, options)
    if not options.scratch:
        state = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
        diagnostics.keep_crash_log(Path(state))
    diagnostics.report_uncaught(studio.tasks.unhandled.emit)
    signals = diagnostics.Signals()
    signals.asked.connect(studio.window.close)
    studio.start()
    try:
        return int(app.exec())
    finally:
        signals.stop()
